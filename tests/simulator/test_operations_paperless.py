"""Documents: uploaded, pushed to a shipment, deleted once."""

from base64 import b64encode
from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, Desk
from tests.simulator.requests import ECHO, form, push, upload, without

UPLOAD = "/api/paperlessdocuments/v2/upload"
PUSH = "/api/paperlessdocuments/v2/image"
DELETE = "/api/paperlessdocuments/v2/DocumentId/ShipperNumber"
OWN = {"shippernumber": ACCOUNT}
OTHER = {"shippernumber": "ZZ99ZZ"}
FIRST, SECOND = "2026-03-02-15.00.00.000001", "2026-03-02-15.00.00.000002"


def uploaded(desk: Desk, *forms: Any) -> list[str]:
    body = desk.ask("POST", UPLOAD, upload(*forms), OWN).body
    numbers: list[str] = body["UploadResponse"]["FormsHistoryDocumentID"]["DocumentID"]
    return numbers


def pushed(desk: Desk, *documents: str, **more: Any) -> str:
    body = desk.ask("POST", PUSH, push(*documents, **more), OWN).body
    group: str = body["PushToImageRepositoryResponse"]["FormsGroupID"]
    return group


def deleted(document: str, headers: dict[str, str] = OWN) -> tuple[str, str, None, dict[str, str]]:
    return "DELETE", DELETE, None, headers | {"documentid": document}


def test_a_document_goes_its_whole_way() -> None:
    desk = Desk()
    assert desk.ask("POST", UPLOAD, upload(), OWN).body == {
        "UploadResponse": {"Response": ECHO, "FormsHistoryDocumentID": {"DocumentID": [FIRST]}}
    }
    assert desk.ask("POST", PUSH, push(FIRST), OWN).body == {
        "PushToImageRepositoryResponse": {"Response": ECHO, "FormsGroupID": SECOND}
    }
    success = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
    assert desk.ask(*deleted(FIRST)).body == {"DeleteResponse": {"Response": success}}


def test_each_form_gets_a_number_and_version_one_has_a_lone_one_without_a_list() -> None:
    assert uploaded(Desk(), form(), form(FileFormat="DOCX", DocumentType="013")) == [FIRST, SECOND]
    old = Desk().ask("POST", UPLOAD.replace("v2", "v1"), upload(UserCreatedForm=form()), OWN).body
    assert old["UploadResponse"]["FormsHistoryDocumentID"] == {"DocumentID": FIRST}


def test_a_document_is_deleted_once_and_not_pushed_afterwards() -> None:
    desk = Desk()
    (number,) = uploaded(desk)
    desk.ask(*deleted(number))
    assert desk.refusal(*deleted(number)) == "128238"
    assert desk.refusal("POST", PUSH, push(number), OWN) == "128238"


def test_documents_belong_to_the_account_that_uploaded_them() -> None:
    desk = Desk()
    (number,) = uploaded(desk)
    group = pushed(desk, number)
    assert desk.refusal(*deleted(number, OTHER)) == "128238"
    assert desk.refusal("POST", PUSH, push(number, ShipperNumber="ZZ99ZZ"), OTHER) == "128238"
    theirs = push(number, ShipperNumber="ZZ99ZZ", FormsGroupID=group)
    assert desk.refusal("POST", PUSH, theirs, OTHER) == "128237"


def test_a_group_grows_with_what_is_pushed_to_it() -> None:
    desk = Desk()
    documents = uploaded(desk, *[form()] * 13)
    group = pushed(desk, *documents)
    assert pushed(desk, documents[0], FormsGroupID=group) == group
    (more,) = uploaded(desk)
    assert desk.refusal("POST", PUSH, push(more, FormsGroupID=group), OWN) == "128239"


def test_freight_names_its_confirmation_instead_of_tracking_numbers() -> None:
    desk = Desk()
    (number,) = uploaded(desk)
    body = push(number, ShipmentType="2", PRQConfirmationNumber="123456789")
    request = body["PushToImageRepositoryRequest"]
    body = {"PushToImageRepositoryRequest": without(request, "TrackingNumber", "ShipmentDateAndTime")}
    assert desk.ask("POST", PUSH, body, OWN).status == 200


def test_the_test_environment_takes_a_tenth_of_what_the_real_one_does() -> None:
    large = upload(form(File=b64encode(bytes(1024 * 1024 + 1)).decode()))
    assert Desk().ask("POST", UPLOAD, large, OWN).status == 200
    assert Desk(cie=True).refusal("POST", UPLOAD, large, OWN) == "20008"
    larger = upload(form(File=b64encode(bytes(10 * 1024 * 1024 + 1)).decode()))
    assert Desk().refusal("POST", UPLOAD, larger, OWN) == "20008"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20007", None),
        ("20007", {}),
        ("20007", upload(ShipperNumber="")),
        ("20008", upload(ShipperNumber="ZZ99ZZ")),
        ("128240", upload(UserCreatedForm=[])),
        ("128240", upload("text")),
        *(("128240", upload(form(**{name: ""}))) for name in ("FileName", "File", "FileFormat", "DocumentType")),
        ("128240", upload(form(FileFormat="exe"))),
        ("128240", upload(form(DocumentType="099"))),
        ("128240", upload(form(FileName="x" * 301))),
        ("128240", upload(form(File="not base64"))),
        ("128239", upload(*[form()] * 14)),
        ("10002", upload(form() | {"UserCreatedFormFileName": 7})),
    ],
)
def test_a_bad_upload_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", UPLOAD, body, OWN) == code


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("128223", {"FormsHistoryDocumentID": {}}),
        ("128223", {"FormsHistoryDocumentID": {"DocumentID": []}}),
        ("128223", {"FormsHistoryDocumentID": "text"}),
        ("128238", {"FormsHistoryDocumentID": {"DocumentID": ["2020-01-01-00.00.00.000001"]}}),
        ("128237", {"FormsGroupID": "2020-01-01-00.00.00.000001"}),
        ("20007", {"ShipmentIdentifier": ""}),
        ("20007", {"ShipmentType": ""}),
        ("20007", {"TrackingNumber": []}),
        ("20007", {"ShipmentType": "2"}),
        ("20008", {"ShipmentType": "3"}),
        ("20008", {"ShipmentDateAndTime": "yesterday"}),
        ("20008", {"TrackingNumber": ["1Z"]}),
        ("20008", {"ShipperNumber": "ZZ99ZZ"}),
    ],
)
def test_a_bad_push_is_refused_with_ups_s_code(code: str, changed: dict[str, Any]) -> None:
    desk = Desk()
    (number,) = uploaded(desk)
    assert desk.refusal("POST", PUSH, push(number, **changed), OWN) == code


@pytest.mark.parametrize(
    ("method", "path", "body"), [("POST", UPLOAD, upload()), ("POST", PUSH, push(FIRST)), ("DELETE", DELETE, None)]
)
def test_the_header_names_an_account_of_the_grant(method: str, path: str, body: Any) -> None:
    assert Desk().refusal(method, path, body) == "20007"
    assert Desk().refusal(method, path, body, {"shippernumber": "F00BAR"}) == "120100"


def test_what_to_delete_must_be_said() -> None:
    assert Desk().refusal("DELETE", DELETE, None, OWN) == "128223"
