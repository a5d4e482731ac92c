"""A client of today's REST API that has an access key and no bearer, through the real gateway."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.house import ACCOUNT, LICENCE, PASSWORD, USER, Check, House, a_house
from tests.web.wire import Client, read_answer
from ups_gateway.model import State

KEY = {"AccessLicenseNumber": LICENCE, "Username": USER, "Password": PASSWORD}
ADDRESS = {
    "AddressLine": ["12 Canyon Road"],
    "City": "Atlanta",
    "StateProvinceCode": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
}
PACKAGE = {"Packaging": {"Code": "02"}, "PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"}}
RATE = "/api/rating/v2409/Rate"
SHIP = "/api/shipments/v2409/ship"


@pytest.fixture
async def open_house(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """One that answers the public's questions too."""
    async with a_house(tmp_path, check=old_answers, settings={"anonymous_key": LICENCE}) as house:
        yield house


def http(method: str, target: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
    """The request as it goes over the wire; header names as the client writes them."""
    data = b"" if body is None else json.dumps(body).encode()
    lines = {"Host": "onlinetools.ups.com", **(KEY if headers is None else headers)}
    if body is not None:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + data


async def ask(house: House, *request: Any) -> tuple[str, Any]:
    """Status line and JSON of the answer, which is UPS's by its type."""
    first, headers, body = read_answer(await house.send(http(*request)))
    assert headers["content-type"].startswith("application/json")
    return first.removeprefix("HTTP/1.1 "), json.loads(body)


def rate(**options: str) -> dict[str, Any]:
    shipment: dict[str, Any] = {
        "Shipper": {"ShipperNumber": ACCOUNT, "Address": ADDRESS},
        "ShipTo": {"Address": ADDRESS},
        "Service": {"Code": "03"},
        "Package": [{**PACKAGE, "PackagingType": {"Code": "02"}}],
    }
    if options:
        shipment["ShipmentRatingOptions"] = options
    return {"RateRequest": {"Request": {"RequestOption": "Rate"}, "Shipment": shipment}}


def ship(account: str = ACCOUNT) -> dict[str, Any]:
    paid = [{"Type": "01", "BillShipper": {"AccountNumber": account}}]
    party = {"Name": "Acme", "Phone": {"Number": "4045551212"}, "Address": ADDRESS}
    return {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate"},
            "Shipment": {
                "Shipper": {**party, "ShipperNumber": account},
                "ShipTo": party,
                "PaymentInformation": {"ShipmentCharge": paid},
                "Service": {"Code": "03"},
                "Package": [PACKAGE],
            },
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "GIF"},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }


def error(code: str, message: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": message}]}}


def number_of(answer: Any) -> str:
    return str(answer["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"])


async def test_a_client_of_todays_rest_rates_ships_tracks_and_voids(house: House) -> None:
    status, rated = await ask(house, "POST", RATE, rate(NegotiatedRatesIndicator=""))
    assert (status, "NegotiatedRateCharges" in rated["RateResponse"]["RatedShipment"][0]) == ("200 OK", True)
    status, shipped = await ask(house, "POST", SHIP + "?additionaladdressvalidation=city", ship())
    number = number_of(shipped)
    (package,) = shipped["ShipmentResponse"]["ShipmentResults"]["PackageResults"]
    assert (status, base64.b64decode(package["ShippingLabel"]["GraphicImage"])[:3]) == ("200 OK", b"GIF")
    await house.until_settled()
    (row,) = await house.rows()
    assert (row.state, row.number, row.kind, row.dialect, row.operation) == (
        State.DELIVERED,
        number,
        "shipment",
        "rest",
        "ship",
    )
    assert [label.data[:3] for label in await house.gateway.shipping.desk.labels(row.id)] == [b"GIF"]
    headers = {**KEY, "transId": "mine", "transactionSrc": "erp"}
    status, tracked = await ask(house, "GET", f"/api/track/v1/details/{number}?locale=en_US", None, headers)
    assert (status, tracked["trackResponse"]["shipment"][0]["inquiryNumber"]) == ("200 OK", number)
    status, voided = await ask(house, "DELETE", f"/api/shipments/v2409/void/cancel/{number}")
    assert (status, voided["VoidShipmentResponse"]["SummaryResult"]["Status"]["Code"]) == ("200 OK", "1")
    await house.until_settled()
    (row,) = await house.rows()
    assert (row.state, row.void_cause) == (State.VOIDED, "client")
    status, again = await ask(house, "DELETE", f"/api/shipments/v2409/void/cancel/{number}")
    assert (status, again["response"]["errors"][0]["code"]) == ("400 Bad Request", "190117")


async def test_a_void_of_one_package_leaves_the_shipment(house: House) -> None:
    request = ship()
    request["ShipmentRequest"]["Shipment"]["Package"] = [PACKAGE] * 2
    _, shipped = await ask(house, "POST", SHIP, request)
    number = number_of(shipped)
    target = f"/api/shipments/v2409/void/cancel/{number}?trackingnumber=%5B%22{number}%22%5D"
    status, _ = await ask(house, "DELETE", target)
    await house.until_settled()
    (row,) = await house.rows()
    assert (status, row.state, row.note) == ("200 OK", State.DELIVERED, f"The client asked to void {number}: Voided.")


async def test_a_client_that_hangs_up_and_asks_again_gets_one_label(house: House) -> None:
    await house.ups.send("POST", "/_control/faults", json=[{"path": "/ship", "delay_ms": 300, "times": 1}])
    async with Client(house.port) as first:
        await first.send(http("POST", SHIP, ship()))
        await house.until_called(SHIP)
        first.reset()
    _, again = await ask(house, "POST", SHIP, ship())
    _, another = await ask(house, "POST", SHIP, ship())
    made = [one["number"] for one in await house.shipments()]
    assert made == [number_of(again), number_of(another)]
    assert len(await house.rows()) == 2


async def test_only_what_reads_is_passed_through_without_a_key(open_house: House) -> None:
    house = open_house
    status, rated = await ask(house, "POST", RATE, rate(NegotiatedRatesIndicator=""), {})
    assert (status, "NegotiatedRateCharges" in rated["RateResponse"]["RatedShipment"][0]) == ("200 OK", False)
    words = "No Access and Authentication Credentials provided: licence number, user id and password are needed."
    part = {name: value for name, value in KEY.items() if name != "Password"}
    for headers in ({}, part):
        assert await ask(house, "POST", SHIP, ship(), headers) == ("401 Unauthorized", error("250005", words))
        void = f"/api/shipments/v1/void/cancel/1Z{ACCOUNT}0300000001"
        assert await ask(house, "DELETE", void, None, headers) == ("401 Unauthorized", error("250005", words))
    assert (await house.rows(), await house.shipments()) == ([], [])


async def test_a_key_is_needed_where_nobody_stands_in_for_it(house: House) -> None:
    status, told = await ask(house, "POST", RATE, rate(), {})
    assert (status, told["response"]["errors"][0]["code"]) == ("401 Unauthorized", "250005")


async def test_another_account_is_refused(house: House) -> None:
    words = "Missing or invalid shipper number: Z9Z9Z9 is not one of this access key's."
    assert await ask(house, "POST", SHIP, ship("Z9Z9Z9")) == ("400 Bad Request", error("120100", words))
    headed = {**KEY, "AccountNumber": "Z9Z9Z9"}
    assert await ask(house, "GET", "/api/shipments/v2409/pickup/oncall", None, headed) == (
        "400 Bad Request",
        error("120100", words),
    )
    assert (await house.rows(), await house.calls("/api/")) == ([], 0)


async def test_the_test_host_is_for_test_accounts_only(house: House) -> None:
    status, told = await ask(house, "POST", SHIP, ship(), {**KEY, "Host": "wwwcie.ups.com"})
    assert (status, told["response"]["errors"][0]["code"]) == ("401 Unauthorized", "250003")
    assert (await house.rows(), await house.calls("/api/")) == ([], 0)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
async def test_what_ups_says_comes_back_as_it_is(house: House, status: int) -> None:
    said = {"response": {"errors": [{"code": "111210", "message": "é", "more": [1.50]}]}, "x": None}
    await house.ups.send("POST", "/_control/faults", json=[{"path": "rating", "status": status, "body": said}])
    first, headers, body = read_answer(await house.send(http("POST", RATE, rate())))
    assert (int(first.split()[1]), json.loads(body)) == (status, said)
    assert headers["content-type"].startswith("application/json")


async def test_a_refused_bearer_is_the_gateways_trouble_not_the_clients(house: House) -> None:
    said = error("250002", "Invalid Authentication Information.")
    await house.ups.send("POST", "/_control/faults", json=[{"path": "rating", "status": 401, "body": said}])
    status, told = await ask(house, "POST", RATE, rate())
    (one,) = told["response"]["errors"]
    assert (status, one["code"], "Your access key is not the cause." in one["message"]) == (
        "500 Internal Server Error",
        "20001",
        True,
    )


async def test_an_outcome_that_is_unknown_names_the_page(house: House) -> None:
    await house.ups.send("POST", "/_control/faults", json=[{"path": "/ship", "drop": "after", "times": 1}])
    status, told = await ask(house, "POST", SHIP, ship())
    (one,) = told["response"]["errors"]
    assert (status, one["code"], "shipments, number 1" in one["message"]) == (
        "500 Internal Server Error",
        "20001",
        True,
    )
    assert [row.state for row in await house.rows()] == [State.UNKNOWN]


async def test_an_account_out_of_use_is_told_with_status_500(house: House) -> None:
    await house.gateway.store.change_account(replace(house.account, active=False))
    status, told = await ask(house, "POST", SHIP, ship())
    assert (status, told["response"]["errors"][0]["code"]) == ("500 Internal Server Error", "20001")
    assert [row.state for row in await house.rows()] == [State.NOT_CREATED]
