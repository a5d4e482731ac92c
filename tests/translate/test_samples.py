"""Every well-formed whole XML request that UPS or a running client published, judged by UPS's OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import reference_folder
from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.model import Asked, Operation, RestReply, Terms, TwoPhase
from ups_gateway.translate.operations import SPECS

FOLDERS = {
    "RatingServiceSelection": "Rate",
    "ShipmentConfirm": "ShipConfirm",
    "ShipmentAccept": "ShipAccept",
    "VoidShipment": "Void",
    "Track": "Track",
    "AV": "AV",
    "XAV": "XAV",
    "TimeInTransit": "TimeInTransit",
    "LabelRecovery": "LabelRecovery",
    "Locator": "Locator",
    "QuantumView": "QVEvents",
}
NOT_WELL_FORMED = {"upsdevkit2021-Rate_Tool_WWEF_SampleRequest.xml"}
"""The kit's own sample with `</ AddressLine3>`."""


def _samples() -> Iterator[tuple[str, Path]]:
    reference = reference_folder()
    if reference is None:
        return
    for folder, tool in FOLDERS.items():
        for file in sorted((reference / "samples" / "xml" / folder).glob("*equest*.xml")):
            if file.name not in NOT_WELL_FORMED:
                yield f"/ups.app/xml/{tool}", file
    for file in sorted((reference / "samples" / "captured").glob("node-*.txt")):
        path = file.read_text("latin-1").split(" ", 2)[1]
        if path.startswith("/ups.app/xml/") and path.rpartition("/")[2].lower() in {
            t.lower() for t in FOLDERS.values()
        }:
            yield path, file


SAMPLES = list(_samples())


def _read(path: str, file: Path, placeholders: ModuleType, old_schemas: ModuleType) -> Asked:
    body = old_schemas.body_of(file.read_bytes())
    filled = placeholders.fill(body.decode("latin-1")).replace("%s", "20260101000000").encode("latin-1")
    return translate.read(legacy(path, filled))


def test_there_are_samples_for_every_operation(ups_reference: Path) -> None:
    assert len(SAMPLES) >= 2 * len(FOLDERS)


@pytest.mark.parametrize("two_phase", list(TwoPhase))
@pytest.mark.parametrize(("path", "file"), SAMPLES, ids=lambda value: value.name if isinstance(value, Path) else "")
def test_a_published_request_becomes_valid_rest_with_nothing_unknown_to_ups(
    path: str,
    file: Path,
    two_phase: TwoPhase,
    placeholders: ModuleType,
    old_schemas: ModuleType,
    openapi: ModuleType,
) -> None:
    asked = _read(path, file, placeholders, old_schemas)
    translated = translate.request(asked, ACCOUNT, Terms(two_phase=two_phase))
    calls = [*translated.calls, *([translated.later] if translated.later else [])]
    assert calls or asked.operation is Operation.SHIP_ACCEPT
    for call in calls:
        assert openapi.find(call.method, call.path) is not None, call.path
        if call.body is not None:
            assert openapi.check(call.method, call.path, call.body)[2:] == ([], []), call.path


@pytest.mark.parametrize(("path", "file"), SAMPLES, ids=lambda value: value.name if isinstance(value, Path) else "")
def test_a_published_request_without_answer_is_refused_in_its_own_root(
    path: str, file: Path, placeholders: ModuleType, old_schemas: ModuleType
) -> None:
    asked = _read(path, file, placeholders, old_schemas)
    error = translate.refusal(asked, RestReply(400, {}, b'{"response":{"errors":[{"code":"1","message":"no"}]}}'))
    assert error is not None
    root = old_schemas.documents(translate.fault(asked, error).body)[0]
    assert (root.tag, root.findtext("Response/Error/ErrorCode")) == (asked.root.replace("Request", "Response"), "1")


def test_every_operation_of_the_xml_api_has_its_tables() -> None:
    assert {operation for operation in SPECS if operation is not Operation.SHIP} >= {
        Operation.RATE,
        Operation.SHIP_CONFIRM,
        Operation.SHIP_ACCEPT,
        Operation.VOID,
        Operation.TRACK,
        Operation.ADDRESS_CITY,
        Operation.ADDRESS_STREET,
        Operation.TIME_IN_TRANSIT,
        Operation.LABEL_RECOVERY,
        Operation.LOCATOR,
        Operation.QUANTUM_VIEW,
    }
