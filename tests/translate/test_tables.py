"""Every table of every operation, compiled as its first use compiles it."""

from __future__ import annotations

import pytest

from ups_gateway.model import Dialect, Operation
from ups_gateway.translate.operations import SPECS, payload_of, reader_of, writer_of

OLD = (Dialect.XML, Dialect.SOAP, Dialect.JSON, Dialect.HEADER)


@pytest.mark.parametrize("operation", SPECS)
def test_every_table_of_an_operation_is_well_formed(operation: Operation) -> None:
    spec = SPECS[operation]
    readers = [reader for dialect in OLD if (reader := reader_of(operation, dialect)) is not None]
    assert all(reader({}) == ({}, ()) for reader in readers)
    assert len(readers) >= len(spec.requests)
    for dialect in spec.answers:
        if dialect is not Dialect.JSON:
            assert writer_of(operation, dialect) is writer_of(operation, dialect)
    if Dialect.SOAP in spec.answers or Dialect.JSON in spec.answers:
        assert payload_of(operation) is payload_of(operation)
