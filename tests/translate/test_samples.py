"""Every whole request that UPS or a running client published, in every dialect, judged by UPS's OpenAPI.

No file is passed over: it is a request with the path that it was meant for, an answer, or in `LEFT_OUT` with the
reason; and what is left out really cannot be asked of UPS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import reference_folder
from tests.translate.reading import ACCOUNT
from ups_gateway import translate
from ups_gateway.errors import GatewayError
from ups_gateway.model import Dialect, LegacyCall, Operation, RestReply, Terms, TwoPhase
from ups_gateway.translate.dialects.xml import answer_root

PATHS = {
    "xml/RatingServiceSelection/*": "/ups.app/xml/Rate",
    "xml/ShipmentConfirm/*": "/ups.app/xml/ShipConfirm",
    "xml/ShipmentAccept/*": "/ups.app/xml/ShipAccept",
    "xml/VoidShipment/*": "/ups.app/xml/Void",
    "xml/Track/*": "/ups.app/xml/Track",
    "xml/AV/*": "/ups.app/xml/AV",
    "xml/XAV/*": "/ups.app/xml/XAV",
    "xml/TimeInTransit/*": "/ups.app/xml/TimeInTransit",
    "xml/LabelRecovery/*": "/ups.app/xml/LabelRecovery",
    "xml/Locator/*": "/ups.app/xml/Locator",
    "xml/QuantumView/*": "/ups.app/xml/QVEvents",
    "xml/SOAP-*/*.xml": "/webservices/Any",
    "xml/SOAP-*/*.json": "/rest/Any",
    "json/*_JSON_Developer_Guide-*": "/rest/Any",
    "json/*-UPSSecurity_*": "/rest/Any",
    "json/Rating_Package_RESTful_*": "/ship/v1/rating/Rate",
    "json/Shipping_Package_RESTful_*-LabelRecoveryRequest.json": "/ship/v1/shipments/labels",
    "json/Shipping_Package_RESTful_*": "/ship/v1/shipments",
    "json/UPS_Time_In_Transit_Restful_*": "/ship/v1/shipments/transittimes",
    "json/Dangerous_Goods_RESTful_*-Chemical*": "/dangerousgoods/v1/chemicalreferencedata",
    "json/Dangerous_Goods_RESTful_*": "/dangerousgoods/v1/acceptanceauditprecheck",
}
"""Where a published sample was to be sent; what was captured says so itself. The body decides among the services."""

ANSWERS = (
    "*esponse*",
    "SOAP-Fault/*",
    "*-Errors.json",
    "*-ShipmentCharges_*",
    "*-transactionReference_country_*",
    "*-deliveryTimeStamp_*",
    "*-countryName_*",
)
"""Answers and parts of answers, by the names of their files."""

_SKELETON = "a skeleton: every value is a placeholder that no list of values covers"
_FRAGMENT = "a fragment of a guide: the members that one row of its table is about, and nothing around them"
_FREIGHT = "of the freight APIs, which have no successor"
LEFT_OUT = {
    "upsdevkit2021-Rate_Tool_WWEF_SampleRequest.xml": "not well formed: it holds `</ AddressLine3>`",
    "schrodervictor-ShipAcceptRequest.xml": _SKELETON,
    "schrodervictor-ShipConfirmRequest.xml": _SKELETON,
    "schrodervictor-ShipmentRequest.xml": _SKELETON,
    "purplship-rate-RateRequestWithPackagePresetXML.xml": "measures without a length, which UPS refuses (111709)",
    "Time_In_Transit_JSON_Developer_Guide-01-Security_TimeInTransitRequest.json": _SKELETON,
    "Rating_Package_RESTful_Developer_Guide-228-RateRequest.json": _FRAGMENT,
    "Shipping_Package_RESTful_Developer_Guide-836-PaymentInformation.json": _FRAGMENT,
    "Dangerous_Goods_RESTful_API_Developer_Guide-29-Shipment.json": _FRAGMENT,
    **{
        f"Dangerous_Goods_RESTful_API_Developer_Guide-{number}-AcceptanceAuditPreCheckRequest.json": _FRAGMENT
        for number in "02 21 22 23 24 26 27 31 33 34 35 36 37 38 39 44 45 46".split()
    },
    "wjshan-purplship-pickup-PickupCancellationRequestXML.xml": _FREIGHT,
    "wjshan-purplship-pickup-PickupRequestXml.xml": _FREIGHT,
    "wjshan-purplship-quote-FreightRateRequestXML.xml": _FREIGHT,
    "wjshan-purplship-shipment-FreightShipmentRequestXML.xml": _FREIGHT,
    "Shipping_Ground_Freight_JSON_Developer_Guide-01-UPSSecurity_FreightShipRequest.json": _FREIGHT,
    "Introduction_to_the_UPS_Developer_Kit-01-UPSSecurity_LoginAcceptTermsAndConditionsRequest.json": (
        "of the login to the old kit, which is closed"
    ),
}

VALUES = {
    "ShipperNumber": "A1B2C3",
    "AccountNumber": "A1B2C3",
    "StateProvince": "GA",
    "State Province Code": "GA",
    "TaxIdentificationNumber": "123456789",
    "ShipmentCharge Type": "01",
    "service code": "03",
    "Packaging code": "02",
    "LabelImageFormat code": "GIF",
    "%s": "20260101000000",
}
"""What samples have where a value belongs, beyond the list of placeholders -> a value."""
_PLACE = re.compile(r'(?<=[>"])(' + "|".join(map(re.escape, VALUES)) + r')(?=[<"])')


def _files() -> list[Path]:
    reference = reference_folder()
    if reference is None:
        return []
    files = sorted((reference / "samples").glob("*/**/*"))
    return [file for file in files if file.is_file() and file.suffix in (".xml", ".json", ".txt")]


def _requests() -> Iterator[Path]:
    for file in _files():
        if not any(file.match(pattern) for pattern in ANSWERS):
            yield file


SAMPLES = [file for file in _requests() if file.name not in LEFT_OUT]
XML_SAMPLES = [file for file in SAMPLES if file.match("xml/*/*") and not file.match("xml/SOAP-*/*")]


def call_of(file: Path, placeholders: ModuleType) -> LegacyCall:
    """The request as it came in, with values where the sample has placeholders."""
    message = file.read_text("latin-1")
    if file.suffix == ".txt":
        head, _, body = re.split(r"(\r?\n\r?\n)", message, maxsplit=1)
        first, *lines = head.splitlines()
        method, target, _ = first.split(" ", 2)
        path, _, query = target.partition("?")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return LegacyCall(method, headers["host"], path, query, headers, body.encode("latin-1"))
    path = next(path for pattern, path in PATHS.items() if file.match(pattern))
    filled = _PLACE.sub(lambda found: VALUES[found[1]], placeholders.fill(message))
    return LegacyCall("POST", "onlinetools.ups.com", path, "", {}, filled.encode("latin-1"))


def faults_of(call: LegacyCall, terms: Terms, openapi: ModuleType) -> list[str]:
    """What UPS's OpenAPI has against the calls that a request becomes."""
    asked = translate.read(call)
    translated = translate.request(asked, ACCOUNT, terms)
    calls = [*translated.calls, *([translated.later] if translated.later else [])]
    quoted = asked.operation is Operation.SHIP_CONFIRM and translated.two_phase is TwoPhase.QUOTE
    assert len(calls) == (2 if quoted else 0 if asked.operation is Operation.SHIP_ACCEPT else 1)
    found = []
    for made in calls:
        assert openapi.find(made.method, made.path) is not None, made.path
        if made.body is not None:
            invalid, unknown = openapi.check(made.method, made.path, made.body)[2:]
            found += [*map(str, invalid), *map(str, unknown)]
    return found


def test_every_request_is_asked_or_left_out_for_a_reason(ups_reference: Path) -> None:
    names = [file.name for file in _requests()]
    assert len(names) == len(set(names))
    assert sorted(set(LEFT_OUT) - set(names)) == []
    assert len(SAMPLES) == len(names) - len(LEFT_OUT) > 80


def test_nothing_that_is_taken_for_an_answer_asks_anything(ups_reference: Path) -> None:
    asking = []
    for file in set(_files()) - set(_requests()):
        text = file.read_text("latin-1")
        roots = (
            list(json.loads(text)) if file.suffix == ".json" else re.findall(r"<(?:[\w.-]+:)?(\w+Request)[\s>]", text)
        )
        asking += [(file.name, root) for root in roots if root.endswith("Request")]
    assert asking == []


@pytest.mark.parametrize("two_phase", list(TwoPhase))
@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_a_published_request_becomes_valid_rest_with_nothing_unknown_to_ups(
    file: Path, two_phase: TwoPhase, placeholders: ModuleType, openapi: ModuleType
) -> None:
    assert faults_of(call_of(file, placeholders), Terms(two_phase=two_phase), openapi) == []


@pytest.mark.parametrize("file", [file for file in _requests() if file.name in LEFT_OUT], ids=lambda file: file.name)
def test_what_is_left_out_cannot_be_asked_of_ups(file: Path, placeholders: ModuleType, openapi: ModuleType) -> None:
    try:
        faults = faults_of(call_of(file, placeholders), Terms(), openapi)
    except GatewayError:
        return
    assert faults


@pytest.mark.parametrize("file", XML_SAMPLES, ids=lambda file: file.name)
def test_a_published_request_that_ups_refuses_is_refused_in_its_own_root(
    file: Path, placeholders: ModuleType, old_schemas: ModuleType
) -> None:
    asked = translate.read(call_of(file, placeholders))
    assert asked.dialect is Dialect.XML
    error = translate.refusal(asked, RestReply(400, {}, b'{"response":{"errors":[{"code":"1","message":"no"}]}}'))
    assert error is not None
    root = old_schemas.documents(translate.fault(asked, error).body)[0]
    assert (root.tag, root.findtext("Response/Error/ErrorCode")) == (answer_root(asked.root), "1")
