"""Paperless documents: whose they are, what creates, what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, legacy_json
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Asked, Operation, Terms

OF_SHIPPER = {"ShipperNumber": "Z9Y8X7"}


def _read(root: str, content: Any) -> Asked:
    return translate.read(legacy_json("PaperlessDocumentAPI", root, content))


@pytest.mark.parametrize(
    ("root", "operation", "creating"),
    [
        ("UploadRequest", Operation.PAPERLESS_UPLOAD, True),
        ("PushToImageRepositoryRequest", Operation.PAPERLESS_PUSH, True),
        ("DeleteRequest", Operation.PAPERLESS_DELETE, False),
    ],
)
def test_the_shipper_is_checked_and_what_ups_keeps_creates(root: str, operation: Operation, creating: bool) -> None:
    asked = _read(root, OF_SHIPPER)
    assert (asked.operation, asked.accounts, asked.creating) == (operation, ("Z9Y8X7",), creating)


@pytest.mark.parametrize("form", ["", {}, {"UserCreatedFormDocumentType": ""}, []])
def test_an_upload_without_a_form_is_left_for_ups_to_refuse(form: Any) -> None:
    asked = _read("UploadRequest", {**OF_SHIPPER, "UserCreatedForm": form})
    (call,) = translate.request(asked, ACCOUNT, Terms()).calls
    assert call.body == {"UploadRequest": {"ShipperNumber": "Z9Y8X7", "Request": {}}}
    assert call.headers == OF_SHIPPER


def test_a_form_without_a_kind_is_passed_on_without_one() -> None:
    form = {"UserCreatedFormFileName": "a.pdf"}
    asked = _read("UploadRequest", {**OF_SHIPPER, "UserCreatedForm": form})
    (call,) = translate.request(asked, ACCOUNT, Terms()).calls
    assert call.body["UploadRequest"]["UserCreatedForm"] == [form]


def test_a_deletion_of_nothing_is_refused_before_ups_is_asked() -> None:
    asked = _read("DeleteRequest", OF_SHIPPER)
    with pytest.raises(InvalidRequest) as refused:
        translate.request(asked, ACCOUNT, Terms())
    assert (refused.value.message, refused.value.location) == (
        "A DocumentID is needed to delete a document.",
        "DocumentID",
    )


@pytest.mark.parametrize(
    ("root", "content", "name"),
    [
        ("UploadRequest", {"ShipperNumber": "A1B2C3\r\nX: 1"}, "ShipperNumber"),
        ("PushToImageRepositoryRequest", {"ShipperNumber": "Ä1B2C3"}, "ShipperNumber"),
        ("DeleteRequest", {"DocumentID": "2026\r\nX: 1"}, "DocumentID"),
    ],
)
def test_what_becomes_a_header_must_fit_into_one(root: str, content: Any, name: str) -> None:
    asked = _read(root, content)
    with pytest.raises(InvalidRequest) as refused:
        translate.request(asked, ACCOUNT, Terms())
    assert refused.value.location == name
