"""karrio and karrio.ups, a public client of the current REST API, unmodified, against the simulated UPS.

Its base URL is no setting of its own but the property `server_url`, so that property is replaced; nothing else is.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from ups_gateway.simulator.config import Application, Settings
from ups_gateway.simulator.server import Running, make_app, start
from ups_gateway.simulator.world import SimulatedClock

# PyPDF2, which karrio imports, warns of its own age.
pytestmark = pytest.mark.filterwarnings("ignore:PyPDF2 is deprecated:DeprecationWarning")

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = Settings(
    applications=(
        Application(
            "shop", "karrio-client", "karrio-secret", accounts=frozenset({"A1B2C3"}), negotiated=frozenset({"A1B2C3"})
        ),
        Application("plain", "plain-client", "plain-secret", accounts=frozenset({"D4E5F6"})),
    ),
    cie=False,
)
ATLANTA = {
    "company_name": "Acme",
    "person_name": "Ann Example",
    "address_line1": "55 Glenlake Pkwy",
    "city": "Atlanta",
    "state_code": "GA",
    "postal_code": "30328",
    "country_code": "US",
    "phone_number": "4045551212",
}
NEW_YORK = {
    "company_name": "Example",
    "person_name": "Bob Example",
    "address_line1": "1 Fifth Ave",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10001",
    "country_code": "US",
    "phone_number": "2125551212",
}
BERLIN = {
    "company_name": "Beispiel",
    "person_name": "Bernd Beispiel",
    "address_line1": "Hauptstr. 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country_code": "DE",
    "phone_number": "493012345678",
}
CUSTOMS = {
    "content_type": "merchandise",
    "incoterm": "DDU",
    "invoice": "INV 1",
    "invoice_date": "2026-03-02",
    "duty": {"paid_by": "sender", "currency": "USD", "declared_value": 20},
    "commodities": [
        {
            "title": "Books",
            "description": "Books",
            "quantity": 2,
            "weight": 1,
            "weight_unit": "LB",
            "value_amount": 10,
            "value_currency": "USD",
            "origin_country": "US",
        }
    ],
}
PARCEL = {
    "weight": 5,
    "weight_unit": "LB",
    "length": 10,
    "width": 8,
    "height": 6,
    "dimension_unit": "IN",
    "packaging_type": "your_packaging",
}
WHO = {"carrier_id": "ups", "carrier_name": "ups"}


@dataclass
class Karrio:
    """The library, a gateway of its own to the simulator, and the simulator's clock."""

    sdk: Any
    models: Any
    lib: Any
    url: str
    clock: SimulatedClock

    def gateway(self, client: str, account: str) -> Any:
        """An account, with client credentials."""
        return self.sdk.gateway["ups"].create(
            {
                "client_id": f"{client}-client",
                "client_secret": f"{client}-secret",
                "account_number": account,
                "account_country_code": "US",
            }
        )

    async def run(self, request: Any, *, client: str = "karrio", account: str = "A1B2C3") -> tuple[Any, Any]:
        """Send one of karrio's requests, in a thread since it blocks; what it parsed and its messages as plain data."""

        def send() -> Any:
            return request.from_(self.gateway(client, account)).parse()

        parsed, messages = await asyncio.to_thread(send)
        return self.lib.to_dict(parsed), self.lib.to_dict(messages)

    def rating(self) -> Any:
        return self.sdk.Rating.fetch(
            self.models.RateRequest(shipper=ATLANTA, recipient=NEW_YORK, parcels=[PARCEL], services=["ups_ground"])
        )

    def shipping(self) -> Any:
        return self.sdk.Shipment.create(
            self.models.ShipmentRequest(
                shipper=ATLANTA,
                recipient=NEW_YORK,
                parcels=[PARCEL],
                service="ups_ground",
                reference="PO-9",
                payment={"paid_by": "sender"},
            )
        )

    def exporting(self) -> Any:
        return self.sdk.Shipment.create(
            self.models.ShipmentRequest(
                shipper=ATLANTA,
                recipient=BERLIN,
                parcels=[{**PARCEL, "description": "Books"}] * 2,
                service="ups_worldwide_saver",
                label_type="ZPL",
                customs=CUSTOMS,
                payment={"paid_by": "sender"},
            )
        )

    def tracking(self, number: str) -> Any:
        return self.sdk.Tracking.fetch(self.models.TrackingRequest(tracking_numbers=[number]))

    def voiding(self, number: str) -> Any:
        return self.sdk.Shipment.cancel(self.models.ShipmentCancelRequest(shipment_identifier=number))

    def pickup(self, day: str) -> Any:
        return self.sdk.Pickup.schedule(
            self.models.PickupRequest(
                pickup_date=day,
                ready_time="09:00",
                closing_time="18:00",
                address=ATLANTA,
                parcels=[PARCEL],
                instruction="Ring twice",
            )
        )

    def cancelling(self, prn: str) -> Any:
        return self.sdk.Pickup.cancel(self.models.PickupCancelRequest(confirmation_number=prn))


@pytest.fixture
async def simulator() -> AsyncIterator[tuple[Running, SimulatedClock]]:
    clock = SimulatedClock(MONDAY.timestamp)
    running = await start(make_app(SETTINGS, clock=clock), port=0)
    yield running, clock
    await running.close()


@pytest.fixture
def karrio(simulator: tuple[Running, SimulatedClock], monkeypatch: pytest.MonkeyPatch) -> Karrio:
    reason = "karrio and karrio.ups are not installed"
    sdk = pytest.importorskip("karrio.sdk", reason=reason)
    provider = pytest.importorskip("karrio.providers.ups.utils", reason=reason)
    models = pytest.importorskip("karrio.core.models")
    lib = pytest.importorskip("karrio.lib")
    running, clock = simulator
    monkeypatch.setattr(provider.Settings, "server_url", property(lambda _: running.url))
    return Karrio(sdk, models, lib, running.url, clock)


def rate(service: str, zone: str, days: int, base: float, total: float) -> dict[str, Any]:
    """One of karrio's rates."""
    return {
        **WHO,
        "service": service,
        "currency": "USD",
        "total_charge": total,
        "transit_days": days,
        "extra_charges": [
            {"name": "BASE CHARGE", "amount": base, "currency": "USD"},
            {"name": "Taxes", "amount": 0.0, "currency": "USD"},
        ],
        "meta": {"service_name": service, "rate_zone": zone},
    }


def error(code: str, message: str) -> list[dict[str, Any]]:
    """karrio's messages for one refusal."""
    return [{**WHO, "code": code, "level": "error", "message": message}]


def done(operation: str) -> dict[str, Any]:
    """karrio's confirmation."""
    return {**WHO, "operation": operation, "success": True}


def event(code: str, status: str, day: int, time: str, place: str, words: str) -> dict[str, Any]:
    """One of karrio's tracking events, in March."""
    hour = int(time[:2])
    return {
        "code": code,
        "date": f"2026-03-{day:02d}",
        "description": words,
        "location": place,
        "status": status,
        "time": f"{time} {'PM' if hour >= 12 else 'AM'}",
        "timestamp": f"2026-03-{day:02d}T{time}:00.000Z",
    }


PUBLISHED = [
    rate("ups_next_day_air_early", "105", 1, 59.43, 68.93),
    rate("ups_next_day_air", "105", 1, 49.52, 57.44),
    rate("ups_next_day_air_saver", "135", 1, 43.86, 50.87),
    rate("ups_2nd_day_air_am", "245", 2, 32.54, 37.74),
    rate("ups_2nd_day_air", "205", 2, 26.88, 31.18),
    rate("ups_3_day_select", "305", 3, 19.81, 22.97),
    rate("ups_ground", "005", 3, 14.15, 16.41),
]
NEGOTIATED = [
    rate("ups_next_day_air_early", "105", 1, 48.73, 56.52),
    rate("ups_next_day_air", "105", 1, 40.60, 47.09),
    rate("ups_next_day_air_saver", "135", 1, 35.96, 41.70),
    rate("ups_2nd_day_air_am", "245", 2, 26.68, 30.94),
    rate("ups_2nd_day_air", "205", 2, 22.04, 25.56),
    rate("ups_3_day_select", "305", 3, 16.24, 18.83),
    rate("ups_ground", "005", 3, 11.60, 13.45),
]
NUMBER = "1ZA1B2C30300000012"
LINK = f"https://www.ups.com/track?loc=en_US&requester=QUIC&tracknum={NUMBER}/trackdetails"
MADE = event("MP", "pending", 2, "10:00", "US", "Shipper created a label, UPS has not received the package yet. ")
TRACKED = {
    **WHO,
    "delivered": False,
    "events": [MADE],
    "images": {},
    "info": {
        "carrier_tracking_link": LINK,
        "customer_name": "Bob Example",
        "package_weight": "5.00",
        "package_weight_unit": "LBS",
        "shipment_destination_country": "US",
        "shipment_destination_postal_code": "10001",
        "shipment_origin_country": "US",
        "shipment_origin_postal_code": "30328",
        "shipment_service": "UPS Ground",
    },
    "status": "pending",
    "tracking_number": NUMBER,
}


async def test_karrio_shops_for_negotiated_rates(karrio: Karrio) -> None:
    assert await karrio.run(karrio.rating()) == (NEGOTIATED, [])


async def test_karrio_sees_published_rates_for_an_account_without_its_own(karrio: Karrio) -> None:
    assert await karrio.run(karrio.rating(), client="plain", account="D4E5F6") == (PUBLISHED, [])


async def test_karrio_ships_and_gets_a_label(karrio: Karrio) -> None:
    shipped, messages = await karrio.run(karrio.shipping())
    label = b64decode(shipped["docs"].pop("label"))
    assert (shipped, messages) == (
        {
            **WHO,
            "docs": {},
            "label_type": "PDF",
            "meta": {"carrier_tracking_link": LINK, "tracking_numbers": [NUMBER]},
            "shipment_identifier": NUMBER,
            "tracking_number": NUMBER,
        },
        [],
    )
    assert label.startswith(b"%PDF-")


async def test_karrio_exports_two_packages_with_thermal_labels_and_an_invoice(karrio: Karrio) -> None:
    shipped, messages = await karrio.run(karrio.exporting())
    labels, invoice = (b64decode(shipped["docs"].pop(name)) for name in ("label", "invoice"))
    numbers = ["1ZA1B2C36500000012", "1ZA1B2C36500000021"]
    assert (shipped["meta"]["tracking_numbers"], shipped["label_type"], messages) == (numbers, "ZPL", [])
    assert [labels.count(number.encode()) for number in numbers] == [1, 1]
    assert invoice.startswith(b"%PDF-")


async def test_karrio_tracks_from_label_to_delivery(karrio: Karrio) -> None:
    await karrio.run(karrio.shipping())
    assert await karrio.run(karrio.tracking(NUMBER)) == ([TRACKED], [])

    karrio.clock.advance(4 * 24 * 3600)
    (tracked,), messages = await karrio.run(karrio.tracking(NUMBER))
    signature = Image.open(BytesIO(b64decode(tracked["images"].pop("signature_image"))))
    signer = tracked["info"].pop("signed_by")
    assert (tracked, messages) == (
        {
            **TRACKED,
            "delivered": True,
            "status": "delivered",
            "estimated_delivery": "2026-03-05",
            "events": [
                event("FS", "delivered", 5, "14:20", "New York, NY, US", "DELIVERED "),
                event("OT", "in_transit", 5, "06:30", "New York, NY, US", "Out For Delivery Today"),
                {
                    **event("AR", "in_transit", 5, "04:50", "New York, NY, US", "Arrived at Facility"),
                    "reason": "consignee_access_restricted",
                },
                event("DP", "in_transit", 2, "22:10", "Atlanta, GA, US", "Departed from Facility"),
                event("OR", "in_transit", 2, "19:30", "Atlanta, GA, US", "Origin Scan"),
                event("PU", "picked_up", 2, "17:00", "Atlanta, GA, US", "Pickup Scan "),
                MADE,
            ],
        },
        [],
    )
    assert signer.isalpha()
    assert (signature.format, signature.size) == ("GIF", (320, 90))


async def test_karrio_reads_an_unknown_number_as_a_warning(karrio: Karrio) -> None:
    warning = {**WHO, "code": "TW0001", "level": "warning", "message": "Tracking Information Not Found"}
    assert await karrio.run(karrio.tracking(NUMBER)) == ([], [warning])


async def test_karrio_voids_a_shipment_once(karrio: Karrio) -> None:
    await karrio.run(karrio.shipping())
    assert await karrio.run(karrio.voiding(NUMBER)) == (done("Cancel Shipment"), [])
    refused = error("190117", "The Shipment has already been voided")
    assert await karrio.run(karrio.voiding(NUMBER)) == (None, refused)


async def test_karrio_books_a_pickup_and_cancels_it_once(karrio: Karrio) -> None:
    booked = {
        **WHO,
        "confirmation_number": "2900001SIMU",
        "meta": {"rate_type": "FD"},
        "pickup_charge": {"amount": 8.41, "currency": "USD", "name": "Pickup Charge"},
    }
    assert await karrio.run(karrio.pickup("2026-03-10")) == (booked, [])
    assert await karrio.run(karrio.cancelling("2900001SIMU")) == (done("Cancel Pickup"), [])
    refused = error("190107", "The Pickup Request has previously been canceled")
    assert await karrio.run(karrio.cancelling("2900001SIMU")) == (None, refused)


async def test_karrio_is_told_what_ups_refuses(karrio: Karrio) -> None:
    account = error("120100", "Missing or invalid shipper number")
    assert await karrio.run(karrio.shipping(), account="D4E5F6") == (None, account)
    assert await karrio.run(karrio.shipping(), client="nobody") == (None, error("10401", "ClientId is Invalid"))
    _, messages = await karrio.run(karrio.pickup("2026-03-01"))
    assert [message["code"] for message in messages] == ["20008"]
