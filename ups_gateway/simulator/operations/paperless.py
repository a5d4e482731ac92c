"""Paperless documents: POST .../upload, POST .../image, DELETE .../DocumentId/ShipperNumber.

The rule: a document exists from its upload to its one deletion, for the account that uploaded it; only what exists is
pushed. Codes are those of the shipping guides for the same documents.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.fields import formed, invalid, missing, needed, own_account, request_of
from ups_gateway.simulator.operations.reading import many, part, text
from ups_gateway.simulator.validate import Rule
from ups_gateway.simulator.world import World

_MOST_DOCUMENTS = 13
_MEGABYTE = 1024 * 1024
_LARGEST, _LARGEST_IN_CIE = 10 * _MEGABYTE, _MEGABYTE
_FORMATS = frozenset("bmp doc docx gif jpg pdf png rtf tif txt xls xlsx".split())
_TYPES = frozenset(f"{n:03d}" for n in range(1, 14))
_NEEDED_BY_TYPE = {"1": ("ShipmentDateAndTime", "TrackingNumber"), "2": ("PRQConfirmationNumber",)}
"""By ShipmentType: small package, freight."""
_UPLOAD, _PUSH = "UploadRequest", "PushToImageRepositoryRequest"
_NO_DOCUMENT = ("128223", "Invalid or missing DocumentID.")
_BAD_FORM = ("128240", "Invalid or missing User Created Form Data.")
_TOO_MANY = ("128239", "Exceeds maximum number of Document IDs (13) allowed per Shipment.")
_UPLOAD_RULES = (
    *needed(_UPLOAD, "Request ShipperNumber"),
    Rule(f"{_UPLOAD}.UserCreatedForm", *_BAD_FORM, required=True, shortest=1),
    Rule(f"{_UPLOAD}.UserCreatedForm", *_TOO_MANY, longest=_MOST_DOCUMENTS),
    *(
        Rule(f"{_UPLOAD}.UserCreatedForm[].UserCreatedForm{name}", *_BAD_FORM, required=True)
        for name in ("FileName", "File", "FileFormat", "DocumentType")
    ),
    Rule(f"{_UPLOAD}.UserCreatedForm[].UserCreatedFormFileName", *_BAD_FORM, longest=300),
    Rule(f"{_UPLOAD}.UserCreatedForm[].UserCreatedFormDocumentType", *_BAD_FORM, allowed=_TYPES),
)
_PUSH_RULES = (
    *needed(_PUSH, "Request ShipperNumber"),
    Rule(f"{_PUSH}.FormsHistoryDocumentID", *_NO_DOCUMENT, required=True),
    Rule(f"{_PUSH}.FormsHistoryDocumentID.DocumentID", *_NO_DOCUMENT, required=True),
    Rule(f"{_PUSH}.FormsHistoryDocumentID.DocumentID", *_NO_DOCUMENT, shortest=1),
    *needed(_PUSH, "ShipmentIdentifier ShipmentType"),
    formed(_PUSH, "ShipmentIdentifier", ".{1,19}"),
    formed(_PUSH, "ShipmentType", "[12]"),
    formed(_PUSH, "ShipmentDateAndTime", r"\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d"),
    formed(_PUSH, "TrackingNumber[]", "[0-9A-Za-z]{7,20}"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What was uploaded; the content itself is not kept."""

    number: str
    account: str
    name: str
    kind: str
    size: int


def _documents(world: World) -> dict[str, Document]:
    found: dict[str, Document] = world.kept.setdefault("documents", {})
    return found


def _groups(world: World, account: str) -> dict[str, tuple[str, ...]]:
    """The document numbers of each forms group of an account."""
    found: dict[str, tuple[str, ...]] = world.kept.setdefault("forms groups", {}).setdefault(account, {})
    return found


def upload(call: Call, world: World) -> Reply:
    """Keep one or more documents."""
    account = own_account(call, call.headers.get("shippernumber", ""), "ShipperNumber")
    request = request_of(call, _UPLOAD, _UPLOAD_RULES)
    _same_account(account, request)
    largest = _LARGEST_IN_CIE if world.settings.cie else _LARGEST
    sizes = [_checked(form, largest) for form in many(request.get("UserCreatedForm"))]
    numbers = []
    for form, size in zip(many(request.get("UserCreatedForm")), sizes, strict=True):
        number = _next(world)
        name, kind = text(form, "UserCreatedFormFileName"), text(form, "UserCreatedFormDocumentType")
        _documents(world)[number] = Document(number, account, name, kind, size)
        numbers.append(number)
    answer = {"Response": response(request), "FormsHistoryDocumentID": {"DocumentID": numbers}}
    return Reply(200, as_of_version({"UploadResponse": answer}, call.version))


def _same_account(account: str, request: Mapping[str, Any]) -> None:
    if text(request, "ShipperNumber").upper() != account:
        raise invalid("ShipperNumber", "it is not the one of the header")


def _checked(form: Mapping[str, Any], largest: int) -> int:
    """The size of a form's file in bytes."""
    if text(form, "UserCreatedFormFileFormat").lower() not in _FORMATS:
        raise Refused(400, *_BAD_FORM)
    try:
        content = b64decode("".join(text(form, "UserCreatedFormFile").split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, *_BAD_FORM) from None
    if len(content) > largest:
        raise invalid("UserCreatedFormFile", f"it is larger than {largest // _MEGABYTE} MB")
    return len(content)


def _next(world: World) -> str:
    """UPS's numbers of documents and groups are times of 26 characters."""
    return f"{world.now():%Y-%m-%d-%H.%M.%S}.{world.next_id('forms history'):06d}"


def push(call: Call, world: World) -> Reply:
    """Attach documents to a shipment."""
    account = own_account(call, call.headers.get("shippernumber", ""), "ShipperNumber")
    request = request_of(call, _PUSH, _PUSH_RULES)
    _same_account(account, request)
    for name in _NEEDED_BY_TYPE[text(request, "ShipmentType")]:
        if not request.get(name):
            raise missing(name)
    listed = many(part(request, "FormsHistoryDocumentID").get("DocumentID"))
    numbers = [number.strip() for number in listed if isinstance(number, str)]
    if not numbers:
        raise Refused(400, *_NO_DOCUMENT)
    group = text(request, "FormsGroupID")
    groups = _groups(world, account)
    if group and group not in groups:
        raise Refused(400, "128237", "No form data found for given formsGroupID.")
    for number in numbers:
        _own_document(world, account, number)
    together = tuple(dict.fromkeys((*groups.get(group, ()), *numbers)))
    if len(together) > _MOST_DOCUMENTS:
        raise Refused(400, *_TOO_MANY)
    group = group or _next(world)
    groups[group] = together
    answer = {"Response": response(request), "FormsGroupID": group}
    return Reply(200, as_of_version({"PushToImageRepositoryResponse": answer}, call.version))


def _own_document(world: World, account: str, number: str) -> Document:
    document = _documents(world).get(number)
    if document is None or document.account != account:
        raise Refused(400, "128238", f"No PDF found for given documentId {number[:26]}.")
    return document


def delete(call: Call, world: World) -> Reply:
    """Forget a document; what was pushed stays with its shipment."""
    account = own_account(call, call.headers.get("shippernumber", ""), "ShipperNumber")
    number = call.headers.get("documentid", "").strip()
    if not number:
        raise Refused(400, *_NO_DOCUMENT)
    del _documents(world)[_own_document(world, account, number).number]
    return Reply(200, {"DeleteResponse": {"Response": response({})}})
