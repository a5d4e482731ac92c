"""Documents of one's own for customs: upload, attach to a shipment, delete.

SOAP and legacy JSON: PaperlessDocumentAPI, UploadRequest, PushToImageRepositoryRequest, DeleteRequest. REST:
/api/paperlessdocuments/v2, the same bodies with the shipper's number in a header as well; a deletion has no body, its
two numbers are headers and its path is the words DocumentId/ShipperNumber (Paperless.yaml).
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Default, Drop, Table, fill_defaults, leaves
from ups_gateway.translate.operations.parts import SOAP_REQUEST, alert_below, at, below, copied, for_header, texts_at

VERSION: Final = "v2"
_PATH: Final = f"/api/paperlessdocuments/{VERSION}"
_DOCUMENTS: Final[Table] = {"DocumentID": [None]}

UPLOAD_REQUEST: Final[Table] = {
    "Request": SOAP_REQUEST,
    "ShipperNumber": None,
    "UserCreatedForm": [
        {
            **leaves("UserCreatedFormFileName UserCreatedFormFile UserCreatedFormFileFormat"),
            "UserCreatedFormDocumentType": [None],
        }
    ],
}
PUSH_REQUEST: Final[Table] = {
    "Request": SOAP_REQUEST,
    "ShipperNumber": None,
    "FormsHistoryDocumentID": _DOCUMENTS,
    **leaves("FormsGroupID ShipmentIdentifier ShipmentDateAndTime ShipmentType PRQConfirmationNumber"),
    "TrackingNumber": [None],
}
DELETE_REQUEST: Final[Table] = {
    "Request": Drop("a deletion has no body in REST; the gateway echoes the context itself"),
    **leaves("ShipperNumber DocumentID"),
}

UPLOAD_ANSWER: Final[Table] = {"FormsHistoryDocumentID": _DOCUMENTS}
PUSH_ANSWER: Final[Table] = {"FormsGroupID": None}
DELETE_ANSWER: Final[Table] = {}


def _defaults(root: str) -> tuple[Default, ...]:
    return (
        Default(f"{root}.Request", lambda _account: {}),
        Default(f"{root}.ShipperNumber", lambda account: account.number),
    )


_UPLOAD_DEFAULTS: Final = _defaults("UploadRequest")
_PUSH_DEFAULTS: Final = _defaults("PushToImageRepositoryRequest")
_DELETE_DEFAULTS: Final = (Default("ShipperNumber", lambda account: account.number),)


def accounts(tree: Any) -> tuple[str, ...]:
    """The shipper that the documents belong to."""
    return texts_at(tree, "ShipperNumber")


def upload(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST with all forms."""
    content = copied(asked.tree)
    ignored: tuple[str, ...] = ()
    for form in at(content, "UserCreatedForm"):
        kinds = form.get("UserCreatedFormDocumentType", [])
        # SOAP allowed several kinds of one form, REST one: the first
        if kinds:
            form["UserCreatedFormDocumentType"] = kinds[0]
        if len(kinds) > 1:
            ignored = ("UploadRequest/UserCreatedForm/UserCreatedFormDocumentType",)
    body = {"UploadRequest": content}
    filled = fill_defaults(body, _UPLOAD_DEFAULTS, account)
    call = RestCall("POST", f"{_PATH}/upload", headers=_shipper(content), body=body)
    return Translated(asked, (call,), defaults=filled, ignored=ignored)


def push(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST that attaches uploaded documents to a shipment."""
    content = copied(asked.tree)
    body = {"PushToImageRepositoryRequest": content}
    filled = fill_defaults(body, _PUSH_DEFAULTS, account)
    call = RestCall("POST", f"{_PATH}/image", headers=_shipper(content), body=body)
    return Translated(asked, (call,), defaults=filled)


def delete(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One DELETE whose parameters are headers. Raises InvalidRequest without a document."""
    content = copied(asked.tree)
    if "DocumentID" not in content:
        raise InvalidRequest("A DocumentID is needed to delete a document.", location="DocumentID")
    filled = fill_defaults(content, _DELETE_DEFAULTS, account)
    headers = {**_shipper(content), "DocumentId": for_header(content["DocumentID"], "DocumentID")}
    return Translated(
        asked, (RestCall("DELETE", f"{_PATH}/DocumentId/ShipperNumber", headers=headers),), defaults=filled
    )


def _shipper(content: Any) -> dict[str, str]:
    return {"ShipperNumber": for_header(content["ShipperNumber"], "ShipperNumber")}


upload_source, upload_warning = below("UploadResponse"), alert_below("UploadResponse")
push_source, push_warning = below("PushToImageRepositoryResponse"), alert_below("PushToImageRepositoryResponse")
delete_source, delete_warning = below("DeleteResponse"), alert_below("DeleteResponse")
