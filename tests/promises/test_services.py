"""Places, events, documents and dangerous goods: asked in every old dialect, answered by the simulated UPS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from tests.house import KEY, House
from tests.web.wire import post, read_answer
from ups_gateway.model import State

XOLTWS = "http://www.ups.com/XMLSchema/XOLTWS"
TOKEN = {
    "UsernameToken": {"Username": "demo", "Password": "demo"},
    "ServiceAccessToken": {"AccessLicenseNumber": "DEMO0ACCESS0KEY0"},
}
FORM = {
    "UserCreatedFormFileName": "invoice.pdf",
    "UserCreatedFormFile": "JVBERi0xLjQK",
    "UserCreatedFormFileFormat": "pdf",
    "UserCreatedFormDocumentType": "002",
}


async def in_json(house: House, service: str, root: str, content: Any) -> Any:
    """What the answer holds below its root."""
    body = json.dumps({"UPSSecurity": TOKEN, root: content}).encode()
    _, _, answer = read_answer(await house.send(post(f"/rest/{service}", body)))
    ((_, found),) = json.loads(answer).items()
    return found


async def in_soap(house: House, service: str, namespace: str, root: str, payload: str) -> Any:
    """The first child of the answer's body, valid by the schema of its service."""
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f'<UPSSecurity xmlns="{XOLTWS}/UPSS/v1.0"><UsernameToken><Username>demo</Username><Password>demo</Password>'
        "</UsernameToken><ServiceAccessToken><AccessLicenseNumber>DEMO0ACCESS0KEY0</AccessLicenseNumber>"
        f'</ServiceAccessToken></UPSSecurity></e:Header><e:Body><{root} xmlns="{XOLTWS}/{namespace}">'
        f'<Request xmlns="{XOLTWS}/Common/v1.0"/>{payload}</{root}></e:Body></e:Envelope>'
    )
    _, _, answer = read_answer(await house.send(post(f"/webservices/{service}", envelope.encode())))
    house.validate(answer)
    return etree.fromstring(answer)[-1][0]


async def in_xml(house: House, tool: str, document: str) -> Any:
    return etree.fromstring(house.read(await house.send(post(f"/ups.app/xml/{tool}", (KEY + document).encode()))))


def texts(element: Any, name: str) -> list[str]:
    """All texts of the elements of this name, whatever their namespace."""
    return [found.text for found in element.iter(f"{{*}}{name}")]


def places(postal_code: str, unit: str = "<UnitOfMeasurement><Code>MI</Code></UnitOfMeasurement>") -> str:
    return (
        "<LocatorRequest><Request><RequestAction>Locator</RequestAction><RequestOption>1</RequestOption></Request>"
        f"<OriginAddress><AddressKeyFormat><PostcodePrimaryLow>{postal_code}</PostcodePrimaryLow><CountryCode>US"
        f"</CountryCode></AddressKeyFormat></OriginAddress><Translate><LanguageCode>ENG</LanguageCode></Translate>{unit}"
        "<LocationSearchCriteria><MaximumListSize>2</MaximumListSize></LocationSearchCriteria></LocatorRequest>"
    )


async def test_places_near_an_address_are_found(house: House) -> None:
    answer = await in_xml(house, "Locator", places("30328"))
    assert (answer.tag, texts(answer, "ResponseStatusCode")) == ("LocatorResponse", ["1"])
    assert len(answer.findall("SearchResults/DropLocation")) == 2


async def test_a_failure_inside_a_good_status_reaches_the_program_as_one(house: House) -> None:
    answer = await in_xml(house, "Locator", places("30328", "<UnitOfMeasurement><Code>XX</Code></UnitOfMeasurement>"))
    assert (texts(answer, "ResponseStatusCode"), texts(answer, "ErrorCode")) == (["0"], ["350005"])
    assert answer.find("SearchResults") is None


async def test_events_of_the_subscriptions_are_told(house: House) -> None:
    answer = await in_xml(
        house,
        "QVEvents",
        "<QuantumViewRequest><Request><RequestAction>QVEvents</RequestAction></Request></QuantumViewRequest>",
    )
    assert (texts(answer, "ResponseStatusCode"), texts(answer, "SubscriberID")) == (["1"], ["demo"])


IN_ATLANTA = {"City": "Atlanta", "StateProvinceCode": "GA", "PostalCode": "30328"}
NEAR_ATLANTA = {
    "OriginAddress": {"AddressKeyFormat": {"PostcodePrimaryLow": "30328", "CountryCode": "US"}},
    "Translate": {"Locale": "en_US"},
    "UnitOfMeasurement": {"Code": "MI"},
    "LocationSearchCriteria": {"MaximumListSize": "2"},
}


@pytest.mark.parametrize(
    ("tool", "root", "content", "found"),
    [
        ("AV/", "AddressValidationRequest", {"Address": IN_ATLANTA}, "AddressValidationResult"),
        ("Locator", "LocatorRequest", NEAR_ATLANTA, "SearchResults"),
        ("QVEvents", "QuantumViewRequest", {"Request": {"RequestAction": "QVEvents"}}, "QuantumViewEvents"),
    ],
)
async def test_a_tool_of_the_xml_api_answers_in_json_as_it_does_in_xml(
    house: House, tool: str, root: str, content: Any, found: str
) -> None:
    good = await asked_in_json(house, tool, root, content)
    assert (good["Response"]["ResponseStatusDescription"], found in good) == ("Success", True)
    refused = (await asked_in_json(house, tool, root, content, "wrong"))["Response"]
    assert (refused["ResponseStatusDescription"], refused["Error"]["ErrorCode"]) == ("Failure", "250002")
    assert refused["Error"]["ErrorDescription"]


async def asked_in_json(house: House, tool: str, root: str, content: Any, password: str = "demo") -> Any:
    """What the answer of a tool of the XML API holds below its root."""
    credentials = {"AccessLicenseNumber": "DEMO0ACCESS0KEY0", "UserId": "demo", "Password": password}
    body = json.dumps({"AccessRequest": credentials, root: content}).encode()
    _, _, answer = read_answer(await house.send(post(f"/rest/{tool}", body)))
    return json.loads(answer)[root.replace("Request", "Response")]


async def test_an_object_that_comes_by_get_is_answered(house: House) -> None:
    body = json.dumps({"UPSSecurity": TOKEN, "TrackRequest": {"InquiryNumber": "1ZA1B2C30300000012"}}).encode()
    by_post = await house.send(post("/json/Track", body))
    by_get = await house.send(post("/json/Track", body).replace(b"POST ", b"GET ", 1))
    assert read_answer(by_get)[2] == read_answer(by_post)[2]


async def test_a_document_is_uploaded_and_deleted_once(house: House) -> None:
    uploaded = await in_json(house, "PaperlessDocumentAPI", "UploadRequest", {"UserCreatedForm": FORM})
    document = uploaded["FormsHistoryDocumentID"]["DocumentID"]
    payload = f"<ShipperNumber>A1B2C3</ShipperNumber><DocumentID>{document}</DocumentID>"
    deleted = [
        await in_soap(house, "PaperlessDocumentAPI", "PaperlessDocumentAPI/v1.0", "DeleteRequest", payload)
        for _ in range(2)
    ]
    assert [etree.QName(answer).localname for answer in deleted] == ["DeleteResponse", "Fault"]
    await house.until_settled()
    assert [(row.kind, row.state) for row in await house.rows()] == [("other", State.DELIVERED)]


async def test_two_uploads_that_are_alike_are_two_documents(house: House) -> None:
    uploaded = [
        await in_json(house, "PaperlessDocumentAPI", "UploadRequest", {"UserCreatedForm": FORM}) for _ in range(2)
    ]
    assert len({answer["FormsHistoryDocumentID"]["DocumentID"] for answer in uploaded}) == 2
    assert await house.calls("/upload") == 2


async def test_documents_of_another_shipper_are_refused_before_ups_is_asked(house: House) -> None:
    refused = await in_json(
        house, "PaperlessDocumentAPI", "UploadRequest", {"ShipperNumber": "Z9Y8X7", "UserCreatedForm": FORM}
    )
    assert refused["detail"]["Errors"]["ErrorDetail"]["PrimaryErrorCode"]["Code"] == "120100"
    assert await house.calls("/paperlessdocuments") == 0


@pytest.mark.parametrize(
    "path", ["/dangerousgoods/v1/chemicalreferencedata", "/dangerousgoods/v1/ChemicalReferenceData/"]
)
async def test_a_substance_is_known_in_every_dialect(house: House, path: str) -> None:
    by_soap = await in_soap(
        house,
        "DangerousGoodsUtility",
        "DangerousGoodsUtility/v1.0",
        "ChemicalReferenceDataRequest",
        "<IDNumber>UN1090</IDNumber><ShipperNumber>A1B2C3</ShipperNumber>",
    )
    by_json = await in_json(house, "DangerousGoodsUtility", "ChemicalReferenceDataRequest", {"IDNumber": "UN1090"})
    credentials = "AccessLicenseNumber: DEMO0ACCESS0KEY0", "Username: demo", "Password: demo"
    body = json.dumps({"ChemicalReferenceDataRequest": {"IDNumber": "UN1090"}}).encode()
    _, _, answer = read_answer(await house.send(post(path, body, *credentials)))
    by_header = json.loads(answer)["ChemicalReferenceDataResponse"]
    found = [
        texts(by_soap, "RegulationSet"),
        *([one["ChemicalDetail"]["RegulationSet"] for one in told["ChemicalData"]] for told in (by_json, by_header)),
    ]
    assert found[0]
    assert found == [found[0]] * 3
