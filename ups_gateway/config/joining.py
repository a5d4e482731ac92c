"""Joins what the file says with the defaults, checks what only shows together, and fetches the secrets."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ups_gateway.config.alerting import join_alerts
from ups_gateway.config.reading import Found, Reading
from ups_gateway.config.settings import (
    LedgerDefaults,
    Limits,
    Listen,
    Log,
    Settings,
    TokenBudget,
    Upstream,
    is_loopback,
)
from ups_gateway.config.sources import KINDS, Sources
from ups_gateway.config.table import OLD_API, TABLE
from ups_gateway.model import Application, Environment, Operation, Secret
from ups_gateway.oauth.vault import Key, KeyFailed, parse_key

ENVIRONMENTS: Mapping[str, Environment] = {
    "production": Environment("production", "https://onlinetools.ups.com"),
    "test": Environment("test", "https://wwwcie.ups.com"),
}
"""Built in; the file adds named ones."""

KEY_FILE = "vault.key"
KEY_ENV = "UPS_GATEWAY_KEY"
KEY_CREDENTIAL = "ups-gateway-key"

NO_KEY = Key((), Secret(""))
"""Stands where a key could not be read; settings with it are never used."""

_ITSELF = "that is the gateway itself; expected UPS's address, or another program's"


@dataclass(slots=True)
class Joining:
    """One reading on its way to `Settings`; where something is wrong, that is noted in the reading."""

    reading: Reading
    sources: Sources
    data_directory: Path
    """Where the data lie when the file does not say."""

    def settings(self, file: Path | None) -> Settings:
        """Only to be used when the reading has no problems afterwards."""
        value = _with_defaults(self.reading.found, "")
        directory = value["data_directory"]
        directory = self.data_directory if directory is None else self.sources.path(directory)
        listen = self._listen(value)
        environments = self._environments(listen)
        if _is_own(value["upstream.proxy"], listen):
            self._problem("upstream.proxy", _ITSELF)
        key, key_file = self._key(directory)
        return Settings(
            listen=listen,
            data_directory=directory,
            key=key,
            key_file=key_file,
            environments=environments,
            applications=tuple(self._applications(environments)),
            anonymous_key=value["anonymous_key"],
            ledger=LedgerDefaults(**_part(value, "ledger")),
            limits=Limits(**_part(value, "limits")),
            tokens=TokenBudget(**_part(value, "tokens")),
            upstream=Upstream(value["upstream.proxy"], self._ca_file(value["upstream.ca_file"])),
            old_api=self._old_api(value),
            alerts=join_alerts(value, self.reading, self.sources, environments),
            log=Log(**_part(value, "log")),
            file=file,
        )

    def _problem(self, key: str, words: str) -> None:
        self.reading.problem(self._line(key), key, words)

    def _line(self, key: str) -> int | None:
        return self.reading.found[key].line if key in self.reading.found else None

    def _listen(self, value: Mapping[str, Any]) -> Listen:
        listen = Listen(**{**_part(value, "listen"), "allow": value["listen.allow"] or ()})
        taken: dict[str, str] = {}
        for name in ("legacy", "admin", "tls", "proxy"):
            one = value[f"listen.{name}"]
            if one is None:
                continue
            if one.port and str(one) in taken:
                self._problem(f"listen.{name}", f"{one} is {taken[str(one)]} already")
            taken[str(one)] = f"listen.{name}"
            if objection := listen.objection(f"listen.{name}", one):
                self._problem(f"listen.{name}", f"{one} {'; '.join(objection)}")
        return listen

    def _old_api(self, value: Mapping[str, Any]) -> frozenset[Operation]:
        old_api = frozenset(one for one in OLD_API if value[f"upstream_api.{one}"] == "xml-oauth")
        together = old_api & {Operation.SHIP_CONFIRM, Operation.SHIP_ACCEPT}
        if len(together) == 1:
            (one,) = together
            self._problem(f"upstream_api.{one}", "ship_confirm and ship_accept switch only together")
        return old_api

    def _environments(self, listen: Listen) -> Mapping[str, Environment]:
        known = dict(ENVIRONMENTS)
        for shown, values, lines in self._entries("environments"):
            name, url = values["name"], values["base_url"]
            if name in known:
                self.reading.problem(lines["name"], f"{shown}.name", f"{name!r} is there already")
            elif name is not None and url is not None:
                if _is_own(url, listen):
                    self.reading.problem(lines["base_url"], f"{shown}.base_url", _ITSELF)
                known[name] = Environment(name, url)
        return known

    def _applications(self, environments: Mapping[str, Environment]) -> Iterator[Application]:
        names: set[str | None] = set()
        for shown, values, lines in self._entries("applications"):
            name, environment = values["name"], values["environment"]
            if name is not None and name in names:
                self.reading.problem(lines["name"], f"{shown}.name", f"{name!r} is there already")
            names.add(name)
            if environment is not None and environment not in environments:
                words = f"{environment!r}: expected one of {', '.join(environments)}"
                self.reading.problem(lines["environment"], f"{shown}.environment", words)
            secret = self._client_secret(shown, values, lines)
            if secret is not None:
                shape = {key: one for key, one in values.items() if not key.startswith("client_secret_")}
                yield Application(**shape, client_secret=secret)

    def _entries(self, section: str) -> Iterator[tuple[str, dict[str, Any], dict[str, int]]]:
        """Each entry: its name for people, its values and its lines by last name; "" is the line of the entry."""
        for index, (line, record) in enumerate(self.reading.records[section]):
            shown = f"{section}[{index}]"
            prefix = f"{section}[]."
            lines = {"": line} | {key.removeprefix(prefix): one.line for key, one in record.items()}
            for setting in TABLE:
                name = setting.key.removeprefix(prefix)
                if setting.required and setting.key.startswith(prefix) and name not in lines:
                    self.reading.problem(line, f"{shown}.{name}", "missing")
            yield shown, _part(_with_defaults(record, prefix), f"{section}[]"), lines

    def _client_secret(self, shown: str, values: Mapping[str, Any], lines: Mapping[str, int]) -> Secret | None:
        named = [kind for kind in KINDS if f"client_secret_{kind}" in lines]
        if len(named) != 1:
            words = "name exactly one of client_secret_file, client_secret_env and client_secret_credential"
            self.reading.problem(lines[""], shown, words)
            return None
        key = f"client_secret_{named[0]}"
        if values[key] is None:
            return None
        try:
            return Secret(self.sources.text(named[0], values[key]))
        except ValueError as error:
            self.reading.problem(lines[key], f"{shown}.{key}", str(error))
            return None

    def _key(self, directory: Path) -> tuple[Key, Path | None]:
        """The vault's key and the file it is in. Unnamed: credential, environment, data directory."""
        named = [kind for kind in KINDS if f"key.{kind}" in self.reading.found]
        hint = ""
        if len(named) > 1:
            self._problem(f"key.{named[1]}", "name only one of key.file, key.env and key.credential")
            return NO_KEY, None
        if named:
            kind, where = named[0], self.reading.found[f"key.{named[0]}"].value
        elif self.sources.has_credential(KEY_CREDENTIAL):
            kind, where = "credential", KEY_CREDENTIAL
        elif KEY_ENV in self.sources.environ:
            kind, where = "env", KEY_ENV
        else:
            kind, where, hint = "file", directory / KEY_FILE, "; `ups-gateway init` makes one"
        if where is None:
            return NO_KEY, None
        try:
            key = parse_key(self.sources.text(kind, where), str(where))
        except ValueError as error:
            self._problem(f"key.{kind}", f"{error}{hint}")
            return NO_KEY, None
        except KeyFailed as error:
            self._problem(f"key.{kind}", str(error))
            return NO_KEY, None
        return key, self.sources.path(where) if kind == "file" else None

    def _ca_file(self, path: Path | None) -> Path | None:
        if path is None:
            return None
        file = self.sources.path(path)
        try:
            ssl.create_default_context(cafile=file)
        except (OSError, ssl.SSLError):
            self._problem("upstream.ca_file", f"{file} holds no certificates that can be read (PEM)")
        return file


def _is_own(url: str | None, listen: Listen) -> bool:
    """The URL names a listener of the gateway. Names that only DNS can tell are looked at when they are called."""
    parts = urlsplit(url or "")
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    return any(
        one.port == port and (one.host == host or (is_loopback(host) and (one.loopback or one.everywhere)))
        for one in listen.addresses
    )


def _with_defaults(found: Found, prefix: str) -> dict[str, Any]:
    """Every setting below `prefix`; for an empty one every setting outside lists of mappings."""
    values: dict[str, Any] = {}
    for setting in TABLE:
        if setting.key.startswith(prefix) if prefix else "[]" not in setting.key:
            default = setting.read(setting.default) if setting.default is not None else None
            values[setting.key] = found[setting.key].value if setting.key in found else default
    return values


def _part(values: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The values of one section by their last name."""
    return {key.removeprefix(section + "."): one for key, one in values.items() if key.startswith(section + ".")}
