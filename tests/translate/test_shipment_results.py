"""What a reply says was created, and its labels."""

from __future__ import annotations

import base64
from typing import Any

from tests.translate.reading import reply
from ups_gateway.model import RestReply
from ups_gateway.translate import Created, Label, created, labels
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
