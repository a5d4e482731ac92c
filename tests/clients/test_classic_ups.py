"""ClassicUPS from PyPI (ClassicUPS3, for Python 3), unmodified, ships and tracks by the XML API through the gateway.

Its requests begin with white space and have two declarations; it reads answers as dictionaries, member by member.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from ClassicUPS3 import UPSConnection
from PIL import Image

from tests.house import ACCOUNT, LICENCE, PASSWORD, USER, House

ATLANTA = {
    "name": "Müller & Söhne",
    "attn": "Ann",
    "phone": "4045551212",
    "address1": "55 Glenlake Pkwy",
    "address2": "Suite 1",
    "city": "Atlanta",
    "state": "GA",
    "postal_code": "30328",
    "country": "US",
}
NEW_YORK = {
    "name": "Blue",
    "phone": "2125551212",
    "address1": "1 Fifth Ave",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country": "US",
}


@dataclass(frozen=True)
class Shop:
    """A program that uses the library."""

    house: House
    password: str = PASSWORD

    async def use(self, wanted: Callable[[Any], Any]) -> Any:
        """What the program makes of a connection; each answer is checked by UPS's schema."""
        connection = UPSConnection(LICENCE, USER, self.password, ACCOUNT)
        base = f"http://127.0.0.1:{self.house.port}"
        # its addresses are constants of the class
        connection.production_urls = {
            name: url.replace("https://onlinetools.ups.com", base)
            for name, url in UPSConnection.production_urls.items()
        }
        return await asyncio.to_thread(wanted, connection)

    async def ship(self, **wanted: Any) -> Any:
        to = NEW_YORK | wanted.pop("to", {})
        size = {"length": 10, "width": 8, "height": 6}
        options = {"weight": 5, "file_format": "GIF", **wanted}
        shipment = await self.use(lambda ups: ups.create_shipment(ATLANTA, to, size, **options))
        for result in (shipment.confirm_result, shipment.accept_result):
            self.house.validate(result.xml_response)
        return shipment


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house)


async def test_a_shipment_has_a_price_a_number_and_a_label(shop: Shop, house: House) -> None:
    shipment = await shop.ship(reference_numbers=["PO 1", ("SO", "7")], delivery_confirmation="signature_required")
    assert re.fullmatch(r"1ZA1B2C303\d{8}", shipment.tracking_number)
    results = shipment.accept_result.dict_response["ShipmentAcceptResponse"]["ShipmentResults"]
    assert str(shipment.cost) == results["ShipmentCharges"]["TotalCharges"]["MonetaryValue"]
    with Image.open(BytesIO(shipment.get_label())) as label:
        label.load()
        assert (label.format, label.size) == ("GIF", (1400, 800))
    assert [one["number"] for one in await house.shipments()] == [shipment.tracking_number]


@pytest.mark.parametrize(("thermal", "start"), [("EPL", b"\nN\n"), ("ZPL", b"^XA\n")])
async def test_a_thermal_printer_gets_its_own_language(shop: Shop, thermal: str, start: bytes) -> None:
    assert (await shop.ship(file_format=thermal)).get_label().startswith(start)


async def test_track_tells_whether_it_is_there_yet(shop: Shop, house: House) -> None:
    number = (await shop.ship()).tracking_number
    fresh = await shop.use(lambda ups: ups.tracking_info(number))
    assert (fresh.in_transit, fresh.delivered, len(fresh.shipment_activities)) == (False, None, 1)
    house.clock.advance(10 * 24 * 3600)
    done = await shop.use(lambda ups: ups.tracking_info(number))
    house.validate(done.result.xml_response)
    assert (done.in_transit, done.delivered) == (True, datetime(2026, 3, 5))  # noqa: DTZ001 (the library's own)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": {"postal_code": ""}}, "Missing or invalid ShipTo PostalCode."),
        ({"weight": 500}, "The maximum per package weight for that service is 150 pounds."),
    ],
)
async def test_what_ups_refuses_is_raised_in_its_words(
    shop: Shop, house: House, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Exception, match=re.escape(words)):
        await shop.ship(**wrong)
    assert await house.shipments() == []


async def test_a_wrong_password_is_told_as_such(house: House) -> None:
    with pytest.raises(Exception, match="Invalid Authentication Information"):
        await Shop(house, password="wrong").ship()
    assert await house.calls("/api/") == 0
