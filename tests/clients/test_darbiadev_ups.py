"""darbiadev-ups from PyPI, unmodified, by its own setting alone: legacy JSON, and addresses by early REST."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from darbiadev_ups import UPSServices

from tests.clients import soap_requests as ask
from tests.house import LICENCE, PASSWORD, USER, House


@dataclass(frozen=True)
class Desk:
    """A program that uses the library."""

    house: House
    password: str = PASSWORD

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.house.port}/"

    async def get(self, method: str, *arguments: Any) -> Any:
        library = UPSServices(self.base, USER, self.password, LICENCE)
        return await asyncio.to_thread(getattr(library, method), *arguments)

    async def ship(self) -> str:
        """The number of a shipment with references, which the library cannot make and wants to see."""
        request = ask.ship()
        request["Shipment"]["ReferenceNumber"] = {"Code": "SO", "Value": "order 4711"}
        request["Shipment"]["Package"][0]["ReferenceNumber"] = {"Code": "PO", "Value": "carton 1"}
        document = {"UPSSecurity": ask.security(), "ShipmentRequest": request}
        answer = await asyncio.to_thread(requests.post, f"{self.base}rest/Ship", json=document, timeout=10)
        return str(answer.json()["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"])


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def test_a_parcel_is_tracked_with_its_references(desk: Desk, house: House) -> None:
    number = await desk.ship()
    house.clock.advance(10 * 24 * 3600)
    found = await desk.get("track", number)
    assert found == {
        "shipment_references": ["order 4711"],
        "packages": {number: {"status": "DELIVERED", "references": ["carton 1"]}},
    }


async def test_days_in_transit_are_dates_and_times_that_it_can_read(desk: Desk) -> None:
    found = await desk.get("time_in_transit", "GA", "30328", "US", "NY", "10001", "US", "5", "20260303")
    assert {one["service_name"]: one["arrival_time"] for one in found["services"]} == {
        "UPS Next Day Air Early": "2026-03-04 08:00:00",
        "UPS Next Day Air": "2026-03-04 10:30:00",
        "UPS Next Day Air Saver": "2026-03-04 15:00:00",
        "UPS 2nd Day Air A.M.": "2026-03-05 10:30:00",
        "UPS 2nd Day Air": "2026-03-05 23:00:00",
        "UPS 3 Day Select": "2026-03-06 23:00:00",
        "UPS Ground": "2026-03-06 23:00:00",
    }
    ground = found["services"][-1]
    assert (ground["pickup_time"], ground["business_days_in_transit"]) == ("2026-03-03 17:00:00", "3")


async def test_an_ambiguous_address_has_candidates(desk: Desk) -> None:
    assert await desk.get("validate_address", ["Main"], "Atlanta", "GA", "30328", "US") == {
        "status": None,
        "classification": "Commercial",
        "street_address": "100-198 MAIN",
        "region": "ATLANTA GA 30328-2956",
    }


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("1Z0", "151018", "Invalid tracking number"),
        (ask.UNKNOWN, "151044", "No tracking information available"),
    ],
)
async def test_what_cannot_be_tracked_is_told_with_upss_old_code(
    desk: Desk, number: str, code: str, words: str
) -> None:
    assert await desk.get("track", number) == {"external_error": {"Code": code, "Description": words}}


async def test_a_wrong_password_is_told_as_such(house: House) -> None:
    told = await Desk(house, password="wrong").get("track", ask.UNKNOWN)
    assert told["external_error"]["Code"] == "250002"
    assert await house.calls("/api/") == 0
