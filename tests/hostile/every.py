"""All hostile requests, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.hostile import documents, envelopes, objects, values, wires
from tests.hostile.requests import Hostile

TABLES: Mapping[str, tuple[Hostile, ...]] = MappingProxyType(
    {table.__name__.rpartition(".")[2]: tuple(table.rows()) for table in (documents, envelopes, objects, values, wires)}
)
EVERY: tuple[Hostile, ...] = tuple(row for rows in TABLES.values() for row in rows)
