"""Quantum View: what happened to an account's shipments, in files that are read once."""

from base64 import b64encode
from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, DAY, NEW_YORK, Desk, dimensions, package, party, shipping
from tests.simulator.requests import NUMBER, quantum_view
from ups_gateway.simulator.operations.quantum import MOST_FILES, MOST_RECORDS

PATH = "/api/quantumview/v3/events"
OUTBOUND, OTHER = f"Outbound {ACCOUNT}", "Outbound ZZ99ZZ"
CONTEXT = {"CustomerContext": "case 7", "XpciVersion": "1.0007"}
BILLED = {"Option": "01", "Number": ACCOUNT}
GROUND = {"Code": "003", "Description": "UPS Ground"}
Kinds = dict[str, int]


def asked(desk: Desk, *subscriptions: Any, version: str = "v3", **more: Any) -> Any:
    return desk.post(PATH.replace("v3", version), quantum_view(*subscriptions, **more))["QuantumViewResponse"]


def files(answer: Any) -> list[Any]:
    events = answer["QuantumViewEvents"]["SubscriptionEvents"]
    return [file for event in events for file in event.get("SubscriptionFile", [])]


def records(file: Any) -> Kinds:
    return {name: len(value) for name, value in file.items() if isinstance(value, list)}


def place(city: str, state: str) -> dict[str, Any]:
    artifact = {"PoliticalDivision2": city, "PoliticalDivision1": state, "CountryCode": "US"}
    return {"AddressArtifactFormat": artifact}


def event(day: str, time: str, where: Any) -> dict[str, Any]:
    return {
        "ShipperNumber": ACCOUNT,
        "TrackingNumber": NUMBER,
        "Date": day,
        "Time": time,
        "ActivityLocation": where,
        "BillToAccount": BILLED,
    }


def test_without_news_the_subscriptions_are_named() -> None:
    active = {"Code": "A", "Description": "Active"}
    assert asked(Desk()) == {
        "Response": {
            "TransactionReference": CONTEXT,
            "ResponseStatusCode": "1",
            "ResponseStatusDescription": "Success",
        },
        "QuantumViewEvents": {
            "SubscriberID": "ann",
            "SubscriptionEvents": [
                {"Name": OUTBOUND, "Number": "5A75F0E8F4C3E016", "SubscriptionStatus": active},
                {"Name": OTHER, "Number": "FB5FB8FCF0256C74", "SubscriptionStatus": active},
            ],
        },
    }


def test_a_new_shipment_is_a_manifest() -> None:
    desk = Desk()
    parcel = package(
        "Packaging",
        Dimensions=dimensions("10", "9", "8"),
        Description="Books",
        ReferenceNumber=[{"Code": "PO", "Value": "7"}],
    )
    desk.ship(shipping(NEW_YORK, parcel, ReferenceNumber=[{"Value": "8"}], DocumentsOnlyIndicator=""))
    (file,) = files(asked(desk))
    address = {
        "AddressLine1": "55 Glenlake Pkwy",
        "City": "Atlanta",
        "StateProvinceCode": "GA",
        "PostalCode": "30328",
        "CountryCode": "US",
    }
    assert file == {
        "FileName": "260302_150000001",
        "StatusType": {"Code": "U", "Description": "Unread"},
        "Manifest": [
            {
                "Shipper": {
                    "Name": "Acme",
                    "AttentionName": "Ann",
                    "PhoneNumber": "4045551212",
                    "ShipperNumber": ACCOUNT,
                    "Address": address,
                },
                "ShipTo": {
                    "CompanyName": "Example",
                    "AttentionName": "Ann",
                    "PhoneNumber": "4045551212",
                    "Address": {
                        "ConsigneeName": "Example",
                        "AddressLine1": "1 Fifth Ave",
                        "City": "New York",
                        "StateProvinceCode": "NY",
                        "PostalCode": "10001",
                        "CountryCode": "US",
                    },
                },
                "ReferenceNumber": [{"Value": "8"}],
                "Service": GROUND,
                "PickupDate": "20260302",
                "ScheduledDeliveryDate": "20260305",
                "DocumentsOnly": "2",
                "Package": [
                    {
                        "Activity": [{"Date": "20260302", "Time": "100000"}],
                        "Description": "Books",
                        "Dimensions": {"Length": "10", "Width": "9", "Height": "8"},
                        "PackageWeight": {"Weight": "5.0"},
                        "TrackingNumber": NUMBER,
                        "ReferenceNumber": [{"Code": "PO", "Value": "7"}],
                    }
                ],
                "ShipmentChargeType": "P/P",
                "BillToAccount": BILLED,
                "LeadShipmentTrackingNumber": NUMBER,
            }
        ],
    }


def test_the_clock_brings_origin_exception_and_delivery() -> None:
    desk = Desk()
    address = {**NEW_YORK, "ResidentialAddressIndicator": ""}
    away = party("Example", address, AttentionName="Nobody Home")
    desk.ship(shipping(ShipTo=away))
    (made,) = files(asked(desk))
    assert records(made) == {"Manifest": 1}
    desk.clock.advance(9 * DAY)
    (later,) = files(asked(desk))
    new_york = place("NEW YORK", "NY")
    assert later == {
        "FileName": "260311_150000002",
        "StatusType": {"Code": "U", "Description": "Unread"},
        "Origin": [event("20260302", "193000", place("ATLANTA", "GA")) | {"ScheduledDeliveryDate": "20260305"}],
        "Exception": [
            event("20260305", "142000", new_york)
            | {
                "StatusCode": "48",
                "StatusDescription": "The receiver was not available for delivery.",
                "ReasonCode": "48",
                "ReasonDescription": "RECEIVER WAS NOT IN",
                "Resolution": {"Code": "01", "Description": "DELIVERY IS TRIED AGAIN"},
                "RescheduledDeliveryDate": "20260306",
            }
        ],
        "Delivery": [
            event("20260306", "142000", new_york)
            | {
                "DeliveryLocation": {
                    "AddressArtifactFormat": {
                        "ConsigneeName": "Example",
                        "StreetNumberLow": "1",
                        "StreetName": "FIFTH AVE",
                        "PoliticalDivision2": "NEW YORK",
                        "PoliticalDivision1": "NY",
                        "CountryCode": "US",
                        "PostcodePrimaryLow": "10001",
                    },
                    "Code": "FR",
                    "Description": "RESIDENTIAL",
                    "SignedForByName": later["Delivery"][0]["DeliveryLocation"]["SignedForByName"],
                }
            }
        ],
        "Generic": [
            {
                "ActivityType": "OD",
                "TrackingNumber": NUMBER,
                "ShipperNumber": ACCOUNT,
                "Service": GROUND,
                "Activity": {"Date": day, "Time": "063000"},
                "BillToAccount": BILLED,
            }
            for day in ("20260305", "20260306")
        ],
    }
    assert files(asked(desk)) == []


def test_tracking_tells_the_same_story_of_a_receiver_who_is_out() -> None:
    desk = Desk()
    desk.ship(shipping(ShipTo=party("Nobody home", NEW_YORK)))
    desk.clock.advance(9 * DAY)
    (shipment,) = desk.track(NUMBER)
    codes = [activity["status"]["code"] for activity in shipment["package"][0]["activity"]]
    assert codes[:4] == ["FS", "OT", "48", "OT"]


def test_a_void_is_told_as_such() -> None:
    desk = Desk()
    desk.ship()
    asked(desk)
    desk.void(NUMBER)
    (file,) = files(asked(desk))
    assert [(row["ActivityType"], row["TrackingNumber"]) for row in file["Generic"]] == [("VM", NUMBER)]


def test_cash_on_delivery_and_other_payers_are_told() -> None:
    desk = Desk()
    amount = {"CurrencyCode": "USD", "MonetaryValue": "12.50"}
    payer = {"AccountNumber": "Z9Y8X7", "Address": {"PostalCode": "10001", "CountryCode": "US"}}
    charge = {"Type": "01", "BillReceiver": payer}
    declared = {"CurrencyCode": "USD", "MonetaryValue": "150"}
    options = {"COD": {"CODFundsCode": "0", "CODAmount": amount}, "DeclaredValue": declared}
    parcel = package("Packaging", PackageServiceOptions=options)
    desk.ship(shipping(NEW_YORK, parcel, PaymentInformation={"ShipmentCharge": [charge]}))
    desk.clock.advance(9 * DAY)
    (file,) = files(asked(desk))
    assert file["Delivery"][0]["COD"] == {"CODAmount": amount}
    (manifest,) = file["Manifest"]
    assert (manifest["ShipmentChargeType"], manifest["BillToAccount"]["Option"]) == ("F/C", "04")
    assert (manifest["CollectBillIndicator"], "ConsigneeBillIndicator" in manifest) == ("", False)
    assert manifest["Package"][0]["PackageServiceOptions"] == {
        "COD": {"CODCode": "1", "CODAmount": amount},
        "InsuredValue": {"MonetaryValue": "150.00"},
    }


def test_options_are_told_by_being_there() -> None:
    desk = Desk()
    options = {"SaturdayDeliveryIndicator": "", "HoldForPickupIndicator": ""}
    desk.ship(shipping(service="01", ShipmentServiceOptions=options))
    ((manifest,),) = [file["Manifest"] for file in files(asked(desk))]
    assert manifest["ShipmentServiceOptions"] == {"SaturdayDelivery": ""}
    assert manifest["Package"][0]["PackageServiceOptions"] == {"HoldForPickup": ""}


def test_a_subscription_is_asked_for_by_name() -> None:
    desk = Desk()
    desk.ship()
    assert files(asked(desk, {"Name": OTHER})) == []
    assert len(files(asked(desk, {"Name": OUTBOUND}))) == 1


def test_read_files_are_found_by_time_and_by_name() -> None:
    desk = Desk()
    desk.ship()
    (file,) = files(asked(desk))
    read = file | {"StatusType": {"Code": "R", "Description": "Read"}}
    answer = asked(desk, {"DateTimeRange": {"BeginDateTime": "20260302150000"}})
    assert files(answer) == [read]
    events = answer["QuantumViewEvents"]["SubscriptionEvents"][0]
    assert events["DateRange"] == {"BeginDate": "03-02-2026-15-00", "EndDate": "03-09-2026-15-00"}
    ended = {"BeginDateTime": "20260301000000", "EndDateTime": "20260302145959"}
    assert files(asked(desk, {"DateTimeRange": ended})) == []
    assert files(asked(desk, {"Name": OUTBOUND, "FileName": [file["FileName"]]})) == [read]
    assert files(asked(desk, {"FileName": ["260101_000000001"]})) == []


def shipped(desk: Desk, count: int) -> None:
    for _ in range(count):
        desk.ship()


def test_unread_files_beyond_one_answer_are_fetched_with_the_bookmark() -> None:
    desk = Desk()
    shipped(desk, MOST_FILES * MOST_RECORDS + 1)
    first = asked(desk)
    assert [records(file)["Manifest"] for file in files(first)] == [MOST_RECORDS] * MOST_FILES
    assert first["Bookmark"] == b64encode(b"ann").decode()
    second = asked(desk, Bookmark=first["Bookmark"])
    assert [records(file) for file in files(second)] == [{"Manifest": 1}]
    assert "Bookmark" not in second


def test_all_files_beyond_one_answer_go_on_at_the_bookmark() -> None:
    desk = Desk()
    shipped(desk, MOST_FILES * MOST_RECORDS + 1)
    wanted = {"DateTimeRange": {"BeginDateTime": "20260302000000"}}
    first = asked(desk, wanted)
    name = "260302_150000006"
    assert first["Bookmark"] == b64encode(f"ann{OUTBOUND}{name}".encode()).decode()
    assert [file["FileName"] for file in files(asked(desk, wanted, Bookmark=first["Bookmark"]))] == [name]
    assert len(files(asked(desk, wanted))) == MOST_FILES


def test_older_versions_have_objects_for_lone_things() -> None:
    desk = Desk()
    reference = [{"Code": "PO", "Value": "7"}]
    desk.ship(shipping(NEW_YORK, package("Packaging", ReferenceNumber=reference)))
    wanted = {"Name": OUTBOUND, "DateTimeRange": {"BeginDateTime": "20260302000000"}}
    two = asked(desk, wanted, version="v2")["QuantumViewEvents"]["SubscriptionEvents"][0]
    assert two["SubscriptionFile"][0]["Manifest"][0]["Package"]["ReferenceNumber"] == reference[0]
    one = asked(desk, wanted, version="v1")["QuantumViewEvents"]["SubscriptionEvents"]
    assert one["SubscriptionFile"]["Manifest"]["Package"]["TrackingNumber"] == NUMBER


def test_a_failure_is_a_good_answer_that_says_so() -> None:
    assert asked(Desk(), {"Name": "Inbound"}) == {
        "Response": {
            "TransactionReference": CONTEXT,
            "ResponseStatusCode": "0",
            "ResponseStatusDescription": "Failure",
            "Error": [
                {
                    "ErrorSeverity": "Hard",
                    "ErrorCode": "20008",
                    "ErrorDescription": "Name contains invalid data.",
                    "ErrorLocation": [{"ErrorLocationElementName": "QuantumViewRequest/SubscriptionRequest/Name"}],
                }
            ],
        }
    }


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20006", quantum_view(Request={"RequestAction": "Track"})),
        ("20006", quantum_view(Request={})),
        ("20008", quantum_view({"FileName": ["short"]})),
        ("20008", quantum_view({"DateTimeRange": {"EndDateTime": "20260302000000"}})),
        ("20008", quantum_view({"DateTimeRange": {"BeginDateTime": "yesterday"}})),
        (
            "20008",
            quantum_view({"DateTimeRange": {"BeginDateTime": "20260302000000", "EndDateTime": "20260301000000"}}),
        ),
        (
            "20008",
            quantum_view({"DateTimeRange": {"BeginDateTime": "20260201000000", "EndDateTime": "20260302000000"}}),
        ),
        ("20008", quantum_view(Bookmark="not base64")),
        ("20008", quantum_view(Bookmark=b64encode(b"bob").decode())),
        (
            "20008",
            quantum_view(
                {"DateTimeRange": {"BeginDateTime": "20260302000000"}}, Bookmark=b64encode(b"annnowhere").decode()
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_ups_s_code(code: str, body: Any) -> None:
    response = Desk().post(PATH, body)["QuantumViewResponse"]["Response"]
    assert (response["ResponseStatusCode"], response["Error"][0]["ErrorCode"]) == ("0", code)


@pytest.mark.parametrize(("code", "body"), [("20007", None), ("20007", {}), ("10002", quantum_view({"Name": 1}))])
def test_what_is_no_request_at_all_is_refused(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code
