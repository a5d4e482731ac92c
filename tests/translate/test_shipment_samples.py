"""Every whole request for a shipment, a void or a label over SOAP, JSON or early REST, judged by UPS's OpenAPI.

`LEFT_OUT` names each published sample that is not whole, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import reference_folder
from tests.translate.reading import ACCOUNT
from ups_gateway import translate
from ups_gateway.model import LegacyCall, Operation, Terms, TwoPhase

_SKELETON = "a skeleton without an envelope: every value is the word string"
LEFT_OUT = {
    "schrodervictor-ShipAcceptRequest.xml": _SKELETON,
    "schrodervictor-ShipConfirmRequest.xml": _SKELETON,
    "schrodervictor-ShipmentRequest.xml": _SKELETON,
}
PATHS = {
    "xml/SOAP-Ship/*Request*.xml": "/webservices/Ship",
    "json/Shipping_Package_JSON_*_ShipmentRequest.json": "/rest/Ship",
    "json/Shipping_Package_JSON_*_LabelRecoveryRequest.json": "/rest/LBRecovery",
    "json/Shipping_Package_JSON_*_VoidShipmentRequest.json": "/rest/Void",
    "json/Shipping_Package_RESTful_*-ShipmentRequest.json": "/ship/v1/shipments",
    "json/Shipping_Package_RESTful_*-LabelRecoveryRequest.json": "/ship/v1/shipments/labels",
}
CAPTURED = ("php-*-soap-Ship*", "zeep-*-soap-Ship*", "*-soap-Void*", "*-soap-LabelRecovery*", "*-ship-v1-shipments*")
GUIDE_VALUES = {
    "ShipperNumber": "A1B2C3",
    "AccountNumber": "A1B2C3",
    "StateProvince": "GA",
    "TaxIdentificationNumber": "123456789",
    "ShipmentCharge Type": "01",
    "service code": "03",
    "Packaging code": "02",
    "LabelImageFormat code": "GIF",
}
"""What the guide to early REST writes into its samples where a value belongs -> a value."""
VALUE = re.compile(r'(:\s*)"(' + "|".join(GUIDE_VALUES) + ')"')


def _samples() -> Iterator[tuple[Path, str, str]]:
    reference = reference_folder()
    if reference is None:
        return
    for pattern, path in PATHS.items():
        for file in sorted((reference / "samples").glob(pattern)):
            if file.name not in LEFT_OUT:
                yield file, "POST", path
    for pattern in CAPTURED:
        for file in sorted((reference / "samples" / "captured").glob(pattern)):
            method, path, _ = file.read_text("latin-1").split(" ", 2)
            yield file, method, path


SAMPLES = list(_samples())


def test_no_sample_of_these_operations_is_passed_over(ups_reference: Path) -> None:
    published = (*(ups_reference / "samples" / "xml" / "SOAP-Ship").iterdir(),)
    published += tuple((ups_reference / "samples" / "json").glob("Shipping_Package_*Request.json"))
    seen = {file.name for file, _, _ in SAMPLES} | set(LEFT_OUT)
    assert [file.name for file in published if "Response" not in file.name and file.name not in seen] == []
    assert len(SAMPLES) == 23


@pytest.mark.parametrize("two_phase", list(TwoPhase))
@pytest.mark.parametrize(
    ("file", "method", "path"), SAMPLES, ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_a_published_request_becomes_valid_rest_with_nothing_unknown_to_ups(
    file: Path,
    method: str,
    path: str,
    two_phase: TwoPhase,
    placeholders: ModuleType,
    old_schemas: ModuleType,
    openapi: ModuleType,
) -> None:
    text = placeholders.fill(old_schemas.body_of(file.read_bytes()).decode("latin-1"))
    body = VALUE.sub(lambda found: f'{found[1]}"{GUIDE_VALUES[found[2]]}"', text).encode("latin-1")
    asked = translate.read(LegacyCall(method, "onlinetools.ups.com", path, "", {}, body))
    translated = translate.request(asked, ACCOUNT, Terms(two_phase=two_phase))
    calls = [*translated.calls, *([translated.later] if translated.later else [])]
    quoted = asked.operation is Operation.SHIP_CONFIRM and two_phase is TwoPhase.QUOTE
    assert len(calls) == (2 if quoted else 0 if asked.operation is Operation.SHIP_ACCEPT else 1)
    for call in calls:
        assert openapi.find(call.method, call.path) is not None, call.path
        if call.body is not None:
            assert openapi.check(call.method, call.path, call.body)[2:] == ([], []), call.path
