"""Every request that a running client was seen to send, in every dialect, judged by UPS's OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import reference_folder
from tests.translate.reading import ACCOUNT
from ups_gateway import translate
from ups_gateway.model import LegacyCall, Operation, Terms


def _files() -> Iterator[Path]:
    reference = reference_folder()
    if reference is not None:
        yield from sorted((reference / "samples" / "captured").glob("*.txt"))
        yield from sorted((reference / "samples" / "xml" / "SOAP-Track").glob("*Request*.xml"))


FILES = list(_files())


def _call(file: Path) -> LegacyCall:
    """The message as it came in; a bare envelope as it would."""
    text = file.read_text("utf-8")
    if file.suffix == ".xml":
        return LegacyCall("POST", "onlinetools.ups.com", "/webservices/Track", "", {}, text.encode())
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return LegacyCall(method, headers["host"], path, query, headers, body.encode())


def test_there_are_messages_of_four_clients(ups_reference: Path) -> None:
    assert ups_reference.exists()
    clients = {"-".join(file.name.split("-")[:2]) for file in FILES if file.suffix == ".txt"}
    assert clients == {"node-ripe", "node-shipping", "php-soapclient", "zeep-wsdl"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_captured_request_becomes_valid_rest_with_nothing_unknown_to_ups(file: Path, openapi: ModuleType) -> None:
    asked = translate.read(_call(file))
    calls = translate.request(asked, ACCOUNT, Terms()).calls
    assert calls or asked.operation is Operation.SHIP_ACCEPT
    for call in calls:
        assert openapi.find(call.method, call.path) is not None, call.path
        if call.body is not None:
            assert openapi.check(call.method, call.path, call.body)[2:] == ([], []), call.path
