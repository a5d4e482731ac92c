"""The tables, as the ordered list of steps that made them.

The rule: a step that was released is never changed; the file's `user_version` says how many of them it has had.
Ids are never used twice (AUTOINCREMENT): the ledger goes on naming keys and accounts that were deleted.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE profiles (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            application TEXT NOT NULL,
            environment TEXT NOT NULL,
            sealed_tokens BLOB,
            generation INTEGER NOT NULL DEFAULT 0,
            rejected TEXT NOT NULL DEFAULT '',
            consented_at TEXT,
            used_at TEXT,
            refreshed_at TEXT,
            lost_reply INTEGER NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE refreshes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            profile INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            ok INTEGER NOT NULL,
            words TEXT NOT NULL
        )
        """,
        "CREATE INDEX refreshes_of_profile ON refreshes (profile)",
        """
        CREATE TABLE consents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            state_hash BLOB NOT NULL UNIQUE,
            sealed BLOB NOT NULL,
            expires_at TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            number TEXT NOT NULL,
            environment TEXT NOT NULL,
            nickname TEXT NOT NULL,
            postal_code TEXT NOT NULL,
            country TEXT NOT NULL,
            profile INTEGER REFERENCES profiles (id) ON DELETE SET NULL,
            application TEXT,
            active INTEGER NOT NULL,
            defaults TEXT NOT NULL,
            probe TEXT,
            probe_note TEXT NOT NULL,
            probed_at TEXT,
            UNIQUE (number, environment)
        )
        """,
        "CREATE INDEX accounts_of_profile ON accounts (profile)",
        """
        CREATE TABLE access_keys (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            licence TEXT NOT NULL,
            user TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            account INTEGER NOT NULL REFERENCES accounts (id),
            test_account INTEGER REFERENCES accounts (id),
            two_phase TEXT NOT NULL,
            at_once TEXT NOT NULL,
            void_unaccepted_after REAL,
            json_fault_status INTEGER NOT NULL,
            json_errors_beside INTEGER NOT NULL,
            status TEXT NOT NULL,
            label TEXT NOT NULL,
            UNIQUE (licence, user)
        )
        """,
        "CREATE INDEX access_keys_of_account ON access_keys (account)",
        "CREATE INDEX access_keys_of_test_account ON access_keys (test_account)",
        """
        CREATE TABLE key_accounts (
            access_key INTEGER NOT NULL REFERENCES access_keys (id) ON DELETE CASCADE,
            account INTEGER NOT NULL REFERENCES accounts (id),
            PRIMARY KEY (access_key, account)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX key_accounts_of_account ON key_accounts (account)",
        """
        CREATE TABLE sightings (
            licence TEXT NOT NULL,
            user TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            peer TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            operations TEXT NOT NULL,
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            count INTEGER NOT NULL,
            status TEXT NOT NULL DEFAULT 'active',
            PRIMARY KEY (licence, user)
        )
        """,
        "CREATE INDEX sightings_last_seen ON sightings (last_seen)",
        """
        CREATE TRIGGER sightings_kept AFTER INSERT ON sightings BEGIN
            DELETE FROM sightings
            WHERE rowid IN (SELECT rowid FROM sightings ORDER BY last_seen DESC LIMIT -1 OFFSET 1000);
        END
        """,
        """
        CREATE TABLE shipments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            access_key INTEGER NOT NULL,
            account INTEGER NOT NULL,
            environment TEXT NOT NULL,
            dialect TEXT NOT NULL,
            operation TEXT NOT NULL,
            state TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            created_at TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            digest BLOB,
            number TEXT NOT NULL,
            tracking_numbers TEXT NOT NULL,
            delivered INTEGER NOT NULL,
            delivered_at TEXT,
            void_before TEXT,
            void_cause TEXT NOT NULL,
            void_tries INTEGER NOT NULL,
            void_next_at TEXT,
            running_seconds REAL NOT NULL,
            note TEXT NOT NULL,
            sealed_request BLOB,
            sealed_reply BLOB
        )
        """,
        "CREATE INDEX shipments_of_state ON shipments (state)",
        "CREATE INDEX shipments_of_digest ON shipments (digest) WHERE digest IS NOT NULL",
        "CREATE INDEX shipments_of_fingerprint ON shipments (fingerprint)",
        "CREATE INDEX shipments_changed ON shipments (changed_at)",
        "CREATE INDEX shipments_created ON shipments (created_at)",
        """
        CREATE TABLE shipment_numbers (
            number TEXT NOT NULL,
            shipment INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
            PRIMARY KEY (number, shipment)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX shipment_numbers_of_shipment ON shipment_numbers (shipment)",
        """
        CREATE TRIGGER shipments_numbered AFTER INSERT ON shipments BEGIN
            INSERT INTO shipment_numbers (number, shipment)
            SELECT value, new.id FROM json_each(new.tracking_numbers) WHERE value <> ''
            UNION SELECT new.number, new.id WHERE new.number <> '';
        END
        """,
        """
        CREATE TRIGGER shipments_renumbered AFTER UPDATE OF number, tracking_numbers ON shipments
        WHEN old.number <> new.number OR old.tracking_numbers <> new.tracking_numbers BEGIN
            DELETE FROM shipment_numbers WHERE shipment = new.id;
            INSERT INTO shipment_numbers (number, shipment)
            SELECT value, new.id FROM json_each(new.tracking_numbers) WHERE value <> ''
            UNION SELECT new.number, new.id WHERE new.number <> '';
        END
        """,
        """
        CREATE TABLE exchanges (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            dialect TEXT NOT NULL,
            operation TEXT NOT NULL,
            access_key INTEGER,
            account INTEGER,
            environment TEXT NOT NULL,
            outcome TEXT NOT NULL,
            code TEXT NOT NULL,
            seconds REAL NOT NULL,
            ups_seconds REAL NOT NULL,
            peer TEXT NOT NULL,
            user_agent TEXT NOT NULL
        )
        """,
        "CREATE INDEX exchanges_at ON exchanges (at)",
        """
        CREATE TABLE captures (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            sealed BLOB NOT NULL
        )
        """,
        "CREATE TABLE links (token_hash BLOB PRIMARY KEY, expires_at TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE sessions (token_hash BLOB PRIMARY KEY, csrf TEXT NOT NULL, expires_at TEXT NOT NULL) WITHOUT ROWID
        """,
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE checks (id INTEGER PRIMARY KEY, count INTEGER NOT NULL)",
    ),
    (
        "ALTER TABLE refreshes ADD COLUMN consent INTEGER NOT NULL DEFAULT 0",
        # the words that a sign-in was written with before
        "UPDATE refreshes SET consent = 1 WHERE ok = 1 AND words = 'Authorized by signing in at UPS.'",
    ),
    (
        """
        CREATE TABLE seen_alerts (
            subject TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            by TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        CREATE TABLE shipment_counts (
            environment TEXT NOT NULL,
            state TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (environment, state)
        ) WITHOUT ROWID
        """,
        "INSERT INTO shipment_counts SELECT environment, state, count(*) FROM shipments GROUP BY environment, state",
        """
        CREATE TRIGGER shipments_counted AFTER INSERT ON shipments BEGIN
            INSERT INTO shipment_counts VALUES (new.environment, new.state, 1)
            ON CONFLICT DO UPDATE SET count = count + 1;
        END
        """,
        """
        CREATE TRIGGER shipments_recounted AFTER UPDATE OF environment, state ON shipments
        WHEN old.environment <> new.environment OR old.state <> new.state BEGIN
            UPDATE shipment_counts SET count = count - 1 WHERE environment = old.environment AND state = old.state;
            INSERT INTO shipment_counts VALUES (new.environment, new.state, 1)
            ON CONFLICT DO UPDATE SET count = count + 1;
        END
        """,
        """
        CREATE TRIGGER shipments_uncounted AFTER DELETE ON shipments BEGIN
            UPDATE shipment_counts SET count = count - 1 WHERE environment = old.environment AND state = old.state;
        END
        """,
    ),
    ("ALTER TABLE shipments ADD COLUMN holder TEXT NOT NULL DEFAULT ''",),
)
