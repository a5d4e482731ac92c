"""Tracking: a shipment's way by number, reference and shipment, and the numbers of UPS's test environment."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.simulator.asking import BERLIN, DAY, NEW_YORK, TORONTO, Desk, dimensions, package, shipping, void_path

ON_THE_WAY = ["MP", "PU", "OR", "DP", "AR", "OT", "FS"]


def codes(desk: Desk, number: str) -> list[str]:
    """Activity codes, oldest first."""
    ((found,),) = (each["package"] for each in desk.track(number))
    return [activity["status"]["code"] for activity in reversed(found["activity"])]


def not_found(number: str) -> list[Any]:
    warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
    return [{"inquiryNumber": number, "warnings": [warning]}]


def made(desk: Desk, **shipment: Any) -> str:
    return str(desk.ship(shipping(**shipment))["ShipmentIdentificationNumber"])


def test_a_new_shipment_is_answered_whole() -> None:
    desk = Desk()
    goods = package("Packaging", ReferenceNumber=[{"Value": "BOX 1"}], Dimensions=dimensions("10", "8", "6"))
    body = shipping(NEW_YORK, goods, ReferenceNumber=[{"Code": "PO", "Value": "PO 7"}])
    number = desk.ship(body)["ShipmentIdentificationNumber"]
    there: dict[str, Any] = {"countryCode": "US", "country": "US"}
    assert desk.track(number) == [
        {
            "inquiryNumber": number,
            "package": [
                {
                    "trackingNumber": number,
                    "deliveryDate": [{"type": "SDD", "date": "20260305"}],
                    "deliveryTime": {"type": "EOD", "endTime": ""},
                    "activity": [
                        {
                            "location": {"address": there, "slic": ""},
                            "status": {
                                "type": "M",
                                "description": "Shipper created a label, UPS has not received the package yet. ",
                                "code": "MP",
                                "statusCode": "003",
                                "simplifiedTextDescription": "Label Created",
                            },
                            "date": "20260302",
                            "time": "100000",
                            "gmtDate": "20260302",
                            "gmtOffset": "-05:00",
                            "gmtTime": "150000",
                        }
                    ],
                    "currentStatus": {
                        "description": "Label Created",
                        "code": "003",
                        "simplifiedTextDescription": "Label Created",
                        "statusCode": "003",
                        "type": "M",
                    },
                    "packageAddress": [
                        {
                            "type": "ORIGIN",
                            "name": "Acme",
                            "attentionName": "Ann",
                            "address": {
                                "addressLine1": "55 Glenlake Pkwy",
                                "city": "ATLANTA",
                                "stateProvince": "GA",
                                "postalCode": "30328",
                                **there,
                            },
                        },
                        {
                            "type": "DESTINATION",
                            "name": "Example",
                            "attentionName": "Ann",
                            "address": {
                                "addressLine1": "1 Fifth Ave",
                                "city": "NEW YORK",
                                "stateProvince": "NY",
                                "postalCode": "10001",
                                **there,
                            },
                        },
                    ],
                    "weight": {"unitOfMeasurement": "LBS", "weight": "5.00"},
                    "service": {"code": "518", "levelCode": "003", "description": "UPS Ground"},
                    "referenceNumber": [
                        {"type": "PACKAGE", "number": "BOX 1"},
                        {"type": "SHIPMENT", "number": "PO 7"},
                    ],
                    "additionalServices": [],
                    "packageCount": 1,
                    "dimension": {"length": "10.00", "width": "8.00", "height": "6.00", "unitOfDimension": "IN"},
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("hours", "reached"),
    [(0, 1), (6, 1), (7, 2), (9.5, 3), (12.5, 4), (48, 4), (67, 5), (69, 6), (76, 6), (77, 7), (24 * 30, 7)],
)
def test_a_package_goes_its_way_as_time_passes(hours: float, reached: int) -> None:
    desk = Desk()
    number = made(desk)
    desk.clock.advance(hours * 3600)
    assert codes(desk, number) == ON_THE_WAY[:reached]


def test_a_delivered_package_names_who_signed_and_when() -> None:
    desk = Desk()
    number = made(desk)
    desk.clock.advance(4 * DAY)
    ((found,),) = (each["package"] for each in desk.track(number))
    assert found["deliveryDate"] == [{"type": "DEL", "date": "20260305"}]
    assert found["deliveryTime"] == {"type": "DEL", "endTime": "142000"}
    assert found["currentStatus"]["type"] == "D"
    assert set(found["deliveryInformation"]) == {"receivedBy", "location"}


def test_signature_and_proof_come_when_asked_for_after_delivery() -> None:
    desk = Desk()
    number = made(desk)
    query = "?returnSignature=true&returnPOD=true"
    assert "deliveryInformation" not in desk.track(number, "", query)[0]["package"][0]
    desk.clock.advance(4 * DAY)
    delivery = desk.track(number, "", query)[0]["package"][0]["deliveryInformation"]
    assert Image.open(BytesIO(b64decode(delivery["signature"]["image"]))).format == "GIF"
    proof = b64decode(delivery["pod"]["content"]).decode()
    assert number in proof
    assert delivery["receivedBy"] in proof


def test_milestones_come_when_asked_for() -> None:
    desk = Desk()
    number = made(desk)
    desk.clock.advance(DAY)
    milestones = desk.track(number, "", "?returnMilestones=true")[0]["package"][0]["milestones"]
    assert [(each["code"], each["state"], each["current"]) for each in milestones] == [
        ("M", "COMPLETE", False),
        ("P", "COMPLETE", False),
        ("I", "COMPLETE", True),
        ("D", "UNKNOWN", False),
    ]


def test_services_with_a_commit_time_announce_it_and_arrive_before_it() -> None:
    desk = Desk()
    number = made(desk, service="01")
    (found,) = desk.track(number)[0]["package"]
    assert (found["deliveryDate"], found["deliveryTime"]) == (
        [{"type": "SDD", "date": "20260303"}],
        {"type": "CMT", "endTime": "103000"},
    )
    desk.clock.advance(DAY)
    assert desk.track(number)[0]["package"][0]["deliveryTime"]["endTime"] == "094500"


def test_what_is_made_in_the_evening_is_picked_up_on_the_next_working_day() -> None:
    desk = Desk()
    desk.clock.advance(4 * DAY + 9 * 3600)
    number = made(desk)
    desk.clock.advance(2 * DAY)
    assert codes(desk, number) == ["MP"]
    desk.clock.advance(DAY)
    assert codes(desk, number)[1] == "PU"


def test_a_voided_package_says_so_and_the_others_go_on() -> None:
    desk = Desk()
    shipped = desk.ship(shipping(NEW_YORK, *[package("Packaging")] * 2))
    first, second = (each["TrackingNumber"] for each in shipped["PackageResults"])
    desk.delete(void_path(first, second))
    desk.clock.advance(4 * DAY)
    assert codes(desk, first) == ON_THE_WAY
    assert codes(desk, second) == ["MP", "VP"]
    voided = desk.track(second)[0]["package"][0]
    assert (voided["currentStatus"]["type"], voided["deliveryDate"]) == ("MV", [])


def test_an_odd_cod_currency_is_told_as_it_was_sent() -> None:
    desk = Desk()
    cod = {"COD": {"CODFundsCode": "0", "CODAmount": {"CurrencyCode": "US D", "MonetaryValue": "12.50"}}}
    made = desk.ship(shipping(NEW_YORK, package("Packaging", PackageServiceOptions=cod)))
    (payment,) = desk.track(made["ShipmentIdentificationNumber"])[0]["package"][0]["paymentInformation"]
    assert (payment["amount"], payment["currency"]) == ("12.50", "US D")


def test_cod_is_paid_on_delivery() -> None:
    desk = Desk()
    cod = {"COD": {"CODFundsCode": "0", "CODAmount": {"CurrencyCode": "USD", "MonetaryValue": "12.50"}}}
    number = desk.ship(shipping(NEW_YORK, package("Packaging", PackageServiceOptions=cod)))
    number = number["ShipmentIdentificationNumber"]
    payment = {"type": "COD", "amount": "12.50", "currency": "USD", "paid": False, "paymentMethod": "C0"}
    assert desk.track(number)[0]["package"][0]["paymentInformation"] == [payment]
    desk.clock.advance(4 * DAY)
    assert desk.track(number)[0]["package"][0]["paymentInformation"] == [{**payment, "paid": True}]


def test_a_shipment_is_read_in_pages() -> None:
    desk = Desk()
    shipped = desk.ship(shipping(NEW_YORK, *[package("Packaging")] * 120))
    numbers = [each["TrackingNumber"] for each in shipped["PackageResults"]]

    def page(query: str) -> list[str]:
        ((found),) = (each["package"] for each in desk.track(numbers[0], "shipment/", query))
        assert {each["packageCount"] for each in found} <= {120}
        return [each["trackingNumber"] for each in found]

    assert page("") == numbers[:50]
    assert page("?offset=50") == numbers[50:100]
    assert page("?offset=100&count=50") == numbers[100:]
    assert page("?offset=3&count=2") == numbers[3:5]
    assert page("?count=100") == numbers[:50]
    assert page("?offset=120") == []


def test_references_of_shipment_and_packages_find_them() -> None:
    desk = Desk()
    goods = [package("Packaging", ReferenceNumber=[{"Value": f"BOX {n}"}]) for n in range(2)]
    body = shipping(NEW_YORK, *goods, ReferenceNumber=[{"Code": "PO", "Value": "PO 7"}])
    shipped = [desk.ship(body) for _ in range(2)]
    first, second = ([each["TrackingNumber"] for each in results["PackageResults"]] for results in shipped)

    def found(reference: str, query: str = "") -> list[list[str]]:
        shipments = desk.track(reference, "reference/", query)
        return [[each["trackingNumber"] for each in shipment["package"]] for shipment in shipments]

    assert found("po 7") == [first, second]
    assert found("BOX 1") == [[first[1]], [second[1]]]
    assert found("PO 7", "?shipperNum=A1B2C3&destZip=10001&destCountry=US") == [first, second]
    assert desk.track("PO 7", "reference/", "?shipperNum=F00BAR") == not_found("PO 7")
    assert desk.track("PO 7", "reference/", "?destCountry=CA") == not_found("PO 7")
    desk.clock.advance(20 * DAY)
    assert desk.track("PO 7", "reference/") == not_found("PO 7")
    assert found("PO 7", "?fromPickUpDate=20260301&toPickUpDate=2026-03-03") == [first, second]


@pytest.mark.parametrize("cie", [True, False])
@pytest.mark.parametrize("number", ["1Z12345", "1Z12345E029198079", "123456", "x" * 35, "1Z12345E02919807%2D3"])
def test_a_number_that_cannot_be_one_is_refused(number: str, cie: bool) -> None:
    assert Desk(cie=cie).refusal("GET", f"/api/track/v1/details/{number}") == "TV1002"


@pytest.mark.parametrize("query", ["offset=x", "count=-1", "count=%C2%B2"])
def test_pages_are_numbers(query: str) -> None:
    desk = Desk()
    number = made(desk)
    assert desk.refusal("GET", f"/api/track/v1/shipment/details/{number}?{query}") == "TV1002"


def test_reference_tracking_wants_a_reference_and_real_days() -> None:
    desk = Desk()
    assert desk.refusal("GET", "/api/track/v1/reference/details/%20") == "TV1002"
    assert desk.refusal("GET", "/api/track/v1/reference/details/A?fromPickUpDate=soon") == "TV1002"


@pytest.mark.parametrize("kind", ["", "shipment/"])
def test_an_unknown_number_is_a_warning_with_status_200(kind: str) -> None:
    assert Desk().track("1Z12345E0291980793", kind) == not_found("1Z12345E0291980793")


@pytest.mark.parametrize("to", [BERLIN, TORONTO])
def test_what_goes_abroad_arrives_too(to: Any) -> None:
    desk = Desk()
    number = desk.ship(shipping(to, service="07"))["ShipmentIdentificationNumber"]
    desk.clock.advance(10 * DAY)
    assert codes(desk, number) == ON_THE_WAY


DELIVERED = [
    "1Z12345E0291980793",
    "1Z12345E6692804405",
    "1Z12345E0390515214",
    "1Z12345E5991872040",
    "1Z12345E0390105056",
    "990728071",
    "1Z4861WWE194914215",
    "9102084383041101186729",
    "92055900100111152280003029",
    "572254454",
]


@pytest.mark.parametrize("number", DELIVERED)
def test_the_test_environment_has_delivered_the_documented_numbers(number: str) -> None:
    assert codes(Desk(cie=True), number)[-1] == "FS"


@pytest.mark.parametrize(
    ("number", "last"),
    [
        ("1Z12345E1392654435", ["PU", "OR"]),
        ("1Z12345E6892410845", ["OT", "48", "48"]),
        ("1Z5338FF0107231059", ["OT", "48"]),
    ],
)
def test_the_test_environment_stops_the_documented_numbers_on_their_way(number: str, last: list[str]) -> None:
    assert codes(Desk(cie=True), number)[-len(last) :] == last


def test_the_documented_unknown_number_is_unknown_in_the_test_environment_too() -> None:
    assert Desk(cie=True).track("1Z12345E1591910450") == not_found("1Z12345E1591910450")


def test_the_documented_shipment_has_two_packages() -> None:
    ((found),) = (each["package"] for each in Desk(cie=True).track("1Z12345E0390515214", "shipment/"))
    assert [each["trackingNumber"] for each in found] == ["1Z12345E0390515214", "1Z12345E0393657226"]


def test_the_documented_reference_is_found() -> None:
    (found,) = Desk(cie=True).track("cgish000116630", "reference/")
    assert found["package"][0]["trackingNumber"] == "9102084383041101186729"


def test_any_other_number_has_a_history_of_its_own_that_goes_on_with_the_clock() -> None:
    histories = {}
    for n in range(20):
        desk = Desk(cie=True)
        number = f"1Z999AA1{n:010d}"
        histories[number] = codes(desk, number)
        assert codes(Desk(cie=True), number) == histories[number]
        desk.clock.advance(30 * DAY)
        assert codes(desk, number) == ON_THE_WAY
    assert len({tuple(history) for history in histories.values()}) > 2
