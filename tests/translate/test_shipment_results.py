"""What a reply says was created, and its labels."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, enveloped, legacy, payload_of, reply
from tests.translate.whole import rest_body
from ups_gateway import translate
from ups_gateway.model import Dialect, LegacyAnswer, Operation, RestReply, Terms
from ups_gateway.translate import Created, Label, created, labels
from ups_gateway.translate.engine import covered
from ups_gateway.translate.operations import SPECS
from ups_gateway.translate.operations.shipment_results import with_page

GIF = base64.b64encode(b"GIF89a").decode()
ZPL = base64.b64encode(b"^XA^XZ").decode()


def _shipped(**results: Any) -> RestReply:
    return reply({"ShipmentResponse": {"ShipmentResults": results}})


def _package(number: str, code: str, image: str, **more: Any) -> dict[str, Any]:
    return {"TrackingNumber": number, "ShippingLabel": {"ImageFormat": {"Code": code}, "GraphicImage": image, **more}}


def test_the_numbers_of_what_was_created() -> None:
    several = _shipped(
        ShipmentIdentificationNumber="1ZA", PackageResults=[{"TrackingNumber": "1ZA"}, {"TrackingNumber": "1ZB"}]
    )
    assert created(several) == Created("1ZA", ("1ZA", "1ZB"))
    assert created(_shipped(PackageResults={"TrackingNumber": "1ZC"})) == Created("1ZC", ("1ZC",))


def test_a_reply_without_numbers_names_none() -> None:
    assert created(_shipped()) == Created("", ())
    assert created(RestReply(200, {}, b"<html>")) == Created("", ())


def test_labels_are_decoded_with_their_further_parts() -> None:
    found = labels(
        _shipped(
            PackageResults=[
                _package("1ZA", "gif", GIF),
                _package("1ZB", "ZPL", ZPL, GraphicImagePart=[ZPL]),
                {"TrackingNumber": "1ZC"},
                _package("1ZD", "GIF", "A"),
            ]
        )
    )
    assert found == (
        Label("1ZA", "GIF", b"GIF89a"),
        Label("1ZB", "ZPL", b"^XA^XZ"),
    )


def test_labels_of_parts_that_differ_are_all_there() -> None:
    more = base64.b64encode(b"^XA2^XZ").decode()
    found = labels(_shipped(PackageResults=_package("1ZB", "ZPL", ZPL, GraphicImagePart=[more])))
    assert found == (Label("1ZB", "ZPL", b"^XA^XZ"), Label("1ZB", "ZPL", b"^XA2^XZ"))


def test_a_label_recovery_says_the_same_as_the_ship_reply() -> None:
    image = {"LabelImageFormat": {"Code": "GIF"}, "GraphicImage": GIF}
    recovered = reply(
        {
            "LabelRecoveryResponse": {
                "ShipmentIdentificationNumber": "1ZA",
                "LabelResults": [
                    {"TrackingNumber": "1ZA", "LabelImage": image},
                    {"MailInnovationsTrackingNumber": "92", "MailInnovationsLabelImage": image},
                ],
            }
        }
    )
    assert created(recovered) == Created("1ZA", ("1ZA", "92"))
    assert labels(recovered) == (Label("1ZA", "GIF", b"GIF89a"), Label("92", "GIF", b"GIF89a"))


def test_the_page_made_for_a_gif_label_carries_the_picture() -> None:
    label = with_page("1Z<A>", {"ImageFormat": {"Code": "GIF"}, "GraphicImage": GIF}, "ImageFormat")
    page = base64.b64decode(label["HTMLImage"]).decode()
    assert f'src="data:image/gif;base64,{GIF}"' in page
    assert "Label 1Z&lt;A&gt;" in page


def test_no_page_is_made_where_ups_gave_one_or_there_is_no_gif() -> None:
    given: list[dict[str, Any]] = [
        {"ImageFormat": {"Code": "GIF"}, "GraphicImage": GIF, "HTMLImage": "PGh0bWw+"},
        {"ImageFormat": {"Code": "PNG"}, "GraphicImage": GIF},
        {"ImageFormat": {"Code": "GIF"}},
        {"GraphicImage": GIF},
    ]
    assert [with_page("1Z", label, "ImageFormat") for label in given] == given


# --- the answers of SOAP and legacy JSON: of all that REST can give, and of nothing -----------------------------------

_SHIPPED = "Shipping-Shipment-resp"
ANSWERS = [
    (Operation.SHIP, "Ship", "ship", "ShipmentRequest", "", _SHIPPED),
    (Operation.SHIP_CONFIRM, "Ship", "ship", "ShipConfirmRequest", "", _SHIPPED),
    (Operation.SHIP_ACCEPT, "Ship", "ship", "ShipAcceptRequest", "<ShipmentDigest>D</ShipmentDigest>", _SHIPPED),
    (
        Operation.VOID,
        "Void",
        "void",
        "VoidShipmentRequest",
        "<VoidShipment><ShipmentIdentificationNumber>1Z</ShipmentIdentificationNumber></VoidShipment>",
        "Shipping-VoidShipment-resp",
    ),
    (Operation.LABEL_RECOVERY, "LBRecovery", "lbr", "LabelRecoveryRequest", "", "Shipping-LabelRecovery-resp"),
]
NAMESPACES = {"ship": "Ship/v1.0", "void": "Void/v1.1", "lbr": "LBRecovery/v1.0"}
by_operation = pytest.mark.parametrize(
    ("operation", "service", "prefix", "root", "content", "rest"), ANSWERS, ids=[row[0].value for row in ANSWERS]
)


def _answered(service: str, prefix: str, root: str, content: str, body: Any) -> LegacyAnswer:
    namespace = f"http://www.ups.com/XMLSchema/XOLTWS/{NAMESPACES[prefix]}"
    asked = translate.read(
        legacy(f"/webservices/{service}", enveloped(f'<{root} xmlns="{namespace}">{content}</{root}>'))
    )
    return translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(body)], digest="D")


def _at(node: Any, path: str, separator: str) -> Any:
    for step in path.split(separator) if path else ():
        node = node[0] if isinstance(node, list) else node
        node = node.get(step) if isinstance(node, dict) else None
    return node[0] if isinstance(node, list) else node


@by_operation
def test_what_rest_and_soap_both_have_reaches_the_client_and_the_schema_is_kept(
    operation: Operation,
    service: str,
    prefix: str,
    root: str,
    content: str,
    rest: str,
    ups_reference: Path,
    old_verdicts: Any,
) -> None:
    body = rest_body(ups_reference, rest)
    answer = _answered(service, prefix, root, content, body)
    assert old_verdicts(answer.body) == [("OK", "")]
    _, tree = payload_of(answer)
    (given,) = body.values()
    given = given if operation is not Operation.SHIP_CONFIRM else given["ShipmentResults"]
    both = {
        row.path: _at(given, row.rest, ".")
        for row in covered(SPECS[operation].answers[Dialect.SOAP])
        if not row.reason and row.rest and isinstance(_at(given, row.rest, "."), str)
    }
    assert {path: _at(tree, path, "/") for path in both} == both
    assert len(both) >= {Operation.VOID: 4, Operation.LABEL_RECOVERY: 20}.get(operation, 40)


@by_operation
def test_an_answer_of_which_rest_gives_nothing_has_all_that_the_schema_requires(
    operation: Operation, service: str, prefix: str, root: str, content: str, rest: str, old_verdicts: Any
) -> None:
    name = {Operation.VOID: "VoidShipmentResponse", Operation.LABEL_RECOVERY: "LabelRecoveryResponse"}
    body: Any = {name.get(operation, "ShipmentResponse"): {"ShipmentResults": {"ShipmentCharges": {"RateChart": "1"}}}}
    assert old_verdicts(_answered(service, prefix, root, content, body).body) == [("OK", "")]


@by_operation
def test_legacy_json_says_what_soap_says(
    operation: Operation, service: str, prefix: str, root: str, content: str, rest: str, ups_reference: Path
) -> None:
    body = rest_body(ups_reference, rest)
    _, tree = payload_of(_answered(service, prefix, root, content, body))
    number = {"VoidShipment": {"ShipmentIdentificationNumber": "1Z"}, "ShipmentDigest": "D"}
    asked = translate.read(legacy(f"/rest/{service}", json.dumps({root: number})))
    answer = translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(body)], digest="D")
    (payload,) = json.loads(answer.body).values()
    assert payload.pop("Response")
    assert payload == tree


@pytest.mark.parametrize("odd", [None, "x", 7, ["x"], {"Code": 7}])
@pytest.mark.parametrize(
    "path",
    [
        "ShipmentResponse",
        "ShipmentResponse.ShipmentResults",
        "ShipmentResponse.ShipmentResults.PackageResults",
        "ShipmentResponse.ShipmentResults.PackageResults.ShippingLabel",
        "ShipmentResponse.ShipmentResults.PackageResults.ShippingLabel.GraphicImage",
        "LabelRecoveryResponse",
    ],
)
def test_a_reply_of_another_shape_has_no_numbers_and_no_labels_but_is_read(path: str, odd: Any) -> None:
    body = odd
    for name in reversed(path.split(".")):
        body = {name: body}
    assert (created(reply(body)).number, labels(reply(body))) == ("", ())


def test_a_label_that_is_no_base64_is_left_out() -> None:
    package = {"TrackingNumber": "1Z1", "ShippingLabel": {"ImageFormat": {"Code": "GIF"}, "GraphicImage": "\u00e9"}}
    body = {"ShipmentResponse": {"ShipmentResults": {"PackageResults": [package]}}}
    assert (created(reply(body)).number, labels(reply(body))) == ("1Z1", ())
