"""Writes docs/metrics.md from the table of metrics itself: python -m tests.metrics"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ups_gateway.metrics import FAMILIES, METRICS, PRODUCTS, Label, Told
from ups_gateway.model import Operation

FILE: Final = Path(__file__).parent.parent / "docs" / "metrics.md"
_HEAD: Final = """# Metrics

`GET /metrics` on the admin listener, in Prometheus's text format; no sign-in is wanted. Written by
`python -m tests.metrics`. What is counted begins anew with the process; what the ledger and the profiles say does not.
No label holds an account number, an access key, a name or a path: environments other than UPS's own two are `other`.
On SQLite a scrape counts no rows: triggers keep the states of the ledger in a table of their own. On PostgreSQL the
server counts them.

`config/prometheus/alerts.yaml` has alert rules, `config/grafana/dashboard.json` a dashboard; their job is
called `ups-gateway`:

    scrape_configs:
      - job_name: ups-gateway
        static_configs: [{targets: ["127.0.0.1:8081"]}]
    rule_files: [/etc/prometheus/ups-gateway-alerts.yaml]

Behind another machine's Prometheus, its address belongs into `listen.allow`.
"""


def document() -> str:
    return "\n".join([_HEAD, *_table(), "", *_families(), ""])


def _table() -> Iterator[str]:
    yield "| metric | kind | labels | what |"
    yield "|---|---|---|---|"
    yield from (f"| `{one.name}` | {one.kind} | {_labels(one)} | {one.words} |" for one in METRICS)
    yield "| `process_...` | | - | Memory, CPU seconds, open files and start of the process, from the kernel. |"


def _labels(told: Told) -> str:
    return "; ".join(f"`{label.name}`: {_values(label)}" for label in told.labels) or "-"


def _values(label: Label) -> str:
    match label.name:
        case "operation":
            return f"the {len(Operation)} operations, unread"
        case "product":
            return "UPS's products, other"
        case "version":
            return "the gateway's"
    return ", ".join(label.values)


def _families() -> Iterator[str]:
    yield f"Operations: {', '.join(Operation)}."
    yield ""
    yield f"Products: {', '.join(PRODUCTS)}."
    yield ""
    yield "Families of UPS's errors, by how their codes begin (the first that fits; the rest is `other`):"
    yield ""
    yield from (f"- {family}: {', '.join(begins)}" for family, begins in FAMILIES.items())


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
    sys.exit(0)
