"""The XML API's shipment as REST's: label formats, sizes, and every element of the schema at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, enveloped, legacy
from ups_gateway import translate
from ups_gateway.model import Dialect, Operation, RestCall, Terms, TwoPhase
from ups_gateway.translate.engine import covered
from ups_gateway.translate.operations import SPECS
from ups_gateway.translate.operations.shipment_request import REQUEST

LENGTHS = ("minLength", "maxLength", "pattern", "enum")


def _ship_call(content: str) -> tuple[RestCall, tuple[str, ...]]:
    body = f"<ShipmentConfirmRequest>{content}</ShipmentConfirmRequest>"
    translated = translate.request(
        translate.read(legacy("/ups.app/xml/ShipConfirm", body)), ACCOUNT, Terms(TwoPhase.SHIP, TwoPhase.SHIP)
    )
    return translated.calls[0], translated.ignored


def _label(content: str) -> Any:
    call, _ = _ship_call(f"<LabelSpecification>{content}</LabelSpecification>")
    return call.body["ShipmentRequest"]["LabelSpecification"]


@pytest.mark.parametrize(
    ("method", "image", "wanted"),
    [
        ("GIF", "GIF", "GIF"),
        ("GIF", "PNG", "PNG"),
        ("GIF", "", "GIF"),
        ("gif", None, "GIF"),
        ("ZPL", "GIF", "ZPL"),
        ("EPL2", None, "EPL"),
        ("epl", "GIF", "EPL"),
        ("SPL", "", "SPL"),
        (None, "png", "PNG"),
        ("", "", "GIF"),
        ("PDF", None, "PDF"),
    ],
)
def test_the_print_method_decides_unless_it_only_says_image(method: str | None, image: str | None, wanted: str) -> None:
    asked = [("LabelPrintMethod", method), ("LabelImageFormat", image)]
    content = "".join(f"<{name}><Code>{code}</Code></{name}>" for name, code in asked if code is not None)
    assert _label(content)["LabelImageFormat"] == {"Code": wanted}


@pytest.mark.parametrize(
    ("height", "width", "wanted"),
    [
        ("4", "6", {"Height": "6", "Width": "4"}),
        ("4", "8", {"Height": "8", "Width": "4"}),
        ("6", "4", {"Height": "6", "Width": "4"}),
        ("8", "", {"Height": "8", "Width": "4"}),
        ("", "", {"Height": "6", "Width": "4"}),
    ],
)
def test_a_label_that_is_four_high_and_six_wide_is_rests_six_by_four(height: str, width: str, wanted: Any) -> None:
    size = f"<LabelStockSize><Height>{height}</Height><Width>{width}</Width></LabelStockSize>"
    assert _label(size)["LabelStockSize"] == wanted


def test_a_long_user_agent_is_cut_to_what_ups_takes() -> None:
    assert _label(f"<HTTPUserAgent>{'x' * 80}</HTTPUserAgent>")["HTTPUserAgent"] == "x" * 64


def test_empty_handling_instructions_are_left_out() -> None:
    call, _ = _ship_call(
        "<Shipment><Package><UPSPremier><Category>01</Category><HandlingInstructions><Instruction/>"
        "</HandlingInstructions></UPSPremier></Package></Shipment>"
    )
    assert call.body["ShipmentRequest"]["Shipment"]["Package"][0]["UPSPremier"] == {"Category": "01"}


def test_a_unit_beside_the_weight_is_not_taken_for_a_weight() -> None:
    call, _ = _ship_call(
        "<Shipment><Package><UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement><PackagingType><Code>01</Code>"
        "</PackagingType></Package></Shipment>"
    )
    assert call.body["ShipmentRequest"]["Shipment"]["Package"] == [{"Packaging": {"Code": "01"}}]


@pytest.mark.parametrize(
    ("written", "sent"),
    [("16.0", "16"), ("9.50", "9.5"), ("10.05", "10.05"), ("100", "100"), ("0.0", "0"), ("7.", "7"), ("wide", "wide")],
)
def test_lengths_lose_zeros_that_say_nothing(written: str, sent: str) -> None:
    call, _ = _ship_call(f"<Shipment><Package><Dimensions><Length>{written}</Length></Dimensions></Package></Shipment>")
    assert call.body["ShipmentRequest"]["Shipment"]["Package"][0]["Dimensions"]["Length"] == sent


def test_handling_instructions_come_in_one_container_or_in_many() -> None:
    many = [{"Instruction": "TSL"}, {"Instruction": ["ICE", ""]}, "text"]
    for given in (many, {"Instruction": ["TSL", "ICE"]}):
        package = {"UPSPremier": {"HandlingInstructions": given}}
        asked = translate.read(
            legacy("/rest/Ship", json.dumps({"ShipmentRequest": {"Shipment": {"Package": package}}}))
        )
        wanted = [{"Instruction": "TSL"}, {"Instruction": "ICE"}]
        assert asked.tree["Shipment"]["Package"] == [{"UPSPremier": {"HandlingInstructions": wanted}}]


# --- the whole schema -------------------------------------------------------------------------------------------------


def _document(order: Any, declaration: Any, name: str, at: str, texts: dict[str, str]) -> Iterator[str]:
    children = list(order.children(declaration))
    yield f"<{name}>"
    if not children:
        texts[at] = f"V{len(texts)}"
        yield texts[at]
    for child, inner in children:
        yield from _document(order, inner, child, f"{at}/{child}" if at else child, texts)
    yield f"</{name}>"


YOUNGER = ("WorldEase", "TradeDirect", "GlobalTaxInformation")
"""Containers of REST that no old API had."""


def test_the_table_has_every_member_of_rest_that_an_old_api_could_have_had(ups_reference: Path) -> None:
    lines = (ups_reference / "fieldlists" / "rest-Shipping-Shipment-req.txt").read_text("utf-8").splitlines()
    paths = (line.split("\t")[0].replace("[]", "").removeprefix("/ShipmentRequest") for line in lines)
    rest = {path.lstrip("/") for path in paths if path and path.split("/")[2:3] not in ([name] for name in YOUNGER)}
    echoed = {f"Request/TransactionReference/{name}" for name in ("XpciVersion", "ToolVersion")}
    assert {row.path for row in covered(REQUEST)} - echoed == rest


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    else:
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _texts(value)


PAYERS = ("Shipment/PaymentInformation/", "Shipment/ItemizedPaymentInformation/")
"""Alternatives: only one of them reaches UPS."""
LABEL_FORMATS = ("LabelSpecification/LabelPrintMethod/", "LabelSpecification/LabelImageFormat/")


def _unexplained(operation: Operation, dialect: Dialect, texts: dict[str, str], call: RestCall) -> set[str]:
    """Paths whose text is not in the call although the table does not drop them."""
    dropped = [row.path for row in covered(SPECS[operation].requests[dialect]) if row.reason]
    sent = set(_texts(call.body))
    return {
        path
        for path, text in texts.items()
        if text not in sent
        and not any(path == drop or path.startswith(drop + "/") for drop in dropped)
        and not (dialect is Dialect.XML and path.startswith((*PAYERS, *LABEL_FORMATS)))
        and "Indicator" not in path
    }


@pytest.mark.parametrize("root", ["ShipmentRequest", "ShipConfirmRequest"])
def test_a_soap_request_with_every_element_of_the_schema_is_rest_without_anything_unknown(
    root: str, old_schemas: Any, ups_reference: Path, openapi: Any
) -> None:
    _, order = old_schemas.schema(str(ups_reference / "oracles" / "soap" / "Ship" / "ShipWebServiceSchema.xsd"))
    (declaration,) = (element for (_, name), element in order.elements.items() if name == root)
    texts: dict[str, str] = {}
    asked = translate.read(
        legacy("/webservices/Ship", enveloped("".join(_document(order, declaration, root, "", texts))))
    )
    (call,) = translate.request(asked, ACCOUNT, Terms(at_once=TwoPhase.SHIP)).calls
    _, _, invalid, unknown = openapi.check(call.method, call.path, call.body)
    assert (asked.ignored, unknown, [row for row in invalid if row[1] not in LENGTHS]) == ((), [], [])
    # an option that UPS does not know, and what UPS takes for an indicator without calling it one
    assert _unexplained(asked.operation, Dialect.SOAP, texts, call) == {
        "Request/RequestOption",
        "Shipment/ShipmentServiceOptions/ItemDisposal",
    }


def test_a_request_with_every_element_of_the_schema_is_rest_without_anything_unknown(
    old_schemas: Any, ups_reference: Path, openapi: Any
) -> None:
    _, order = old_schemas.schema(str(ups_reference / "oracles" / "xml" / "ShipmentConfirmRequest.xsd"))
    texts: dict[str, str] = {}
    root = order.elements[(None, "ShipmentConfirmRequest")]
    document = "".join(_document(order, root, "ShipmentConfirmRequest", "", texts))
    inner = document.removeprefix("<ShipmentConfirmRequest>").removesuffix("</ShipmentConfirmRequest>")
    call, ignored = _ship_call(inner)
    _, _, invalid, unknown = openapi.check(call.method, call.path, call.body)
    assert (ignored, unknown, [row for row in invalid if row[1] not in LENGTHS]) == ((), [], [])

    # what is left are indicators that have no such name, and an option that UPS does not know
    assert _unexplained(Operation.SHIP_CONFIRM, Dialect.XML, texts, call) == {
        "Request/RequestOption",
        "Shipment/DocumentsOnly",
        "Shipment/Package/AdditionalHandling",
        "Shipment/ShipTo/Address/ResidentialAddress",
        "Shipment/ShipmentServiceOptions/ItemDisposal",
        "Shipment/ShipmentServiceOptions/SaturdayDelivery",
    }
