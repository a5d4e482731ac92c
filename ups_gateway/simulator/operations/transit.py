"""POST /api/shipments/{version}/transittimes: every service between two places, with its days.

The rule: a place that could be several is answered with HTTP 206 and lists to pick from, as UPS does; days come from
the schedule that rates and tracking use. Days out of range pass in the test environment only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from ups_gateway.simulator import places, schedule
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.goods import NO_SERVICE
from ups_gateway.simulator.operations.rating import local_now
from ups_gateway.simulator.operations.reading import postal, text
from ups_gateway.simulator.operations.rules import TRANSIT
from ups_gateway.simulator.places import City
from ups_gateway.simulator.schedule import PICKUP_TIME, Arrival
from ups_gateway.simulator.services import Service, available, lane
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.workdays import DAY_NAMES
from ups_gateway.simulator.world import World

_MOST_CANDIDATES = 200
_EARLIEST, _LATEST = timedelta(days=-35), timedelta(days=60)
_SATURDAY_SERVICES = frozenset({"1DM", "1DA", "2DA"})
_BAD_PLACE = {
    "origin": Refused(400, "270031", "Invalid Origin Postal Code and City"),
    "destination": Refused(400, "270032", "Invalid Destination Postal Code and City"),
}


@dataclass(frozen=True, slots=True)
class _Day:
    """When it is handed over, as asked and as UPS counts it."""

    asked: date
    at: time
    handed_over: date


def times(call: Call, world: World) -> Reply:
    """The services, or the candidates of an ambiguous place."""
    body = call.body
    if not isinstance(body, dict):
        raise Refused(400, "270057", "The Ship From Country is either Missing or Invalid")
    check(body, TRANSIT)
    most = int(body.get("maxList") or _MOST_CANDIDATES)
    origin, from_list = _place(body, "origin")
    destination, to_list = _place(body, "destination")
    if from_list or to_list:
        return Reply(206, _ambiguous(from_list[:most], to_list[:most]))
    if not NO_SERVICE.isdisjoint({origin.country, destination.country}):
        raise Refused(400, "270038", "Invalid Origin/Destination Pair")
    abroad = lane(origin.country, destination.country) == "out"
    if abroad:
        _international(body)
    day = _day(body, local_now(world, origin), test=world.settings.cie)
    services = []
    for service in available(origin.country, destination.country, origin.state, destination.state):
        if service.listed:
            arrival = schedule.arrival(service, origin, destination, day.handed_over)
            services += [_service(service, arrival, day), *_on_saturday(service, arrival, day)]
    return Reply(200, {"emsResponse": _echo(body, origin, destination, day, services, abroad=abroad)})


def _place(body: Mapping[str, Any], side: str) -> tuple[Address, list[City]]:
    """The address of a side, and what it could be instead when that is not clear."""
    country = text(body, f"{side}CountryCode").upper()
    state = text(body, f"{side}StateProvince").upper()
    city = text(body, f"{side}CityName").upper()
    code = postal(country, text(body, f"{side}PostalCode"))
    asked = Address(country, "PR" if country == "PR" else state, city, code)
    if country not in ("US", "PR"):
        if not (city or code):
            raise _BAD_PLACE[side]
        return asked, []
    if code:
        found = places.state_of_postal_code(country, code)
        if not found:
            raise _BAD_PLACE[side]
        listed = places.city_of_postal_code(code)
        if asked.state and asked.state != found:
            if listed is None:
                raise _BAD_PLACE[side]
            return asked, [listed]
        return replace(asked, state=found, city=city or (listed.name if listed else "")), []
    named = places.cities_named(city, asked.state)
    if not named:
        raise _BAD_PLACE[side]
    if len(named) > 1:
        return asked, named
    return Address(country, named[0].state, named[0].name, named[0].low), []


def _ambiguous(from_list: list[City], to_list: list[City]) -> dict[str, Any]:
    return {
        "validationList": {
            "invalidFieldList": [],
            "invalidFieldListCodes": [],
            "destinationAmbiguous": bool(to_list),
            "originAmbiguous": bool(from_list),
        },
        "destinationPickList": [_candidate(city) for city in to_list],
        "originPickList": [_candidate(city) for city in from_list],
    }


def _candidate(city: City) -> dict[str, str]:
    country = "PR" if city.state == "PR" else "US"
    return {
        "countryName": places.country(country).name,
        "countryCode": country,
        "stateProvince": city.state,
        "city": city.name,
        "postalCode": city.low,
        "postalCodeLow": city.low,
        "postalCodeHigh": city.high,
    }


def _international(body: Mapping[str, Any]) -> None:
    """Weight always, contents unless documents."""
    if not body.get("weight"):
        raise Refused(400, "270056", "The Weight is either Missing or Invalid")
    if text(body, "billType") != "02":
        if body.get("shipmentContentsValue") is None:
            raise Refused(400, "270054", "The Ship Monetary Value is either Missing or Invalid")
        if not text(body, "shipmentContentsCurrencyCode"):
            raise Refused(400, "270055", "The Currency Code is either Missing or Invalid")


def _day(body: Mapping[str, Any], now: datetime, *, test: bool) -> _Day:
    written = text(body, "shipDate")
    clock = text(body, "shipTime").replace(":", "").ljust(6, "0")
    try:
        asked = date.fromisoformat(written) if written else now.date()
        at = datetime.strptime(clock, "%H%M%S").time() if clock.strip("0") else time(10, 0)  # noqa: DTZ007
    except ValueError:
        raise Refused(400, "270048", "The Ship Date is either Missing or Invalid") from None
    if not test and not _EARLIEST <= asked - now.date() <= _LATEST:
        raise Refused(400, "270022", "Date is out of allowable range")
    return _Day(asked, at, asked + timedelta(days=at > PICKUP_TIME))


def _service(service: Service, arrival: Arrival, day: _Day) -> dict[str, Any]:
    return {
        "serviceLevel": service.transit_code,
        "serviceLevelDescription": service.name,
        "shipDate": day.asked.isoformat(),
        "deliveryDate": arrival.delivered.isoformat(),
        "commitTime": arrival.commit.isoformat(),
        "deliveryTime": arrival.commit.isoformat(),
        "deliveryDayOfWeek": DAY_NAMES[arrival.delivered.weekday()],
        "nextDayPickupIndicator": "1" if arrival.picked_up != day.asked else "0",
        "saturdayPickupIndicator": "0",
        "saturdayDeliveryIndicator": "0",
        "guaranteeIndicator": "1" if service.guaranteed else "0",
        "totalTransitDays": arrival.total_days,
        "businessTransitDays": arrival.business_days,
        "restDaysCount": arrival.rest_days,
        "holidayCount": arrival.holidays,
        "delayCount": 0,
        "pickupDate": arrival.picked_up.isoformat(),
        "pickupTime": PICKUP_TIME.isoformat(),
        "cstccutoffTime": "16:00:00",
    }


def _on_saturday(service: Service, arrival: Arrival, day: _Day) -> list[dict[str, Any]]:
    """The same service with Saturday delivery, where that is earlier."""
    saturday = arrival.picked_up + timedelta(days=service.days)
    if service.transit_code not in _SATURDAY_SERVICES or saturday.weekday() != 5:
        return []
    early = replace(arrival, delivered=saturday, rest_days=0, holidays=0)
    found = _service(service, early, day)
    return [
        {
            **found,
            "serviceLevel": f"{service.transit_code}S",
            "serviceLevelDescription": f"{service.name} (Saturday Delivery)",
            "saturdayDeliveryIndicator": "1",
            "saturdayDeliveryDate": saturday.isoformat(),
            "saturdayDeliveryTime": arrival.commit.isoformat(),
        }
    ]


def _echo(
    body: Mapping[str, Any],
    origin: Address,
    destination: Address,
    day: _Day,
    services: list[dict[str, Any]],
    *,
    abroad: bool,
) -> dict[str, Any]:
    bill_type = text(body, "billType") or "03"
    echoed: dict[str, Any] = {
        "shipDate": day.asked.isoformat(),
        "shipTime": day.at.isoformat(),
        "serviceLevel": "A",
        "billType": bill_type,
        "dutyType": ("02" if bill_type == "02" else "01") if abroad else "",
        "residentialIndicator": text(body, "residentialIndicator") or "02",
    }
    for side, at in (("destination", destination), ("origin", origin)):
        echoed |= {
            f"{side}CountryName": places.country(at.country).name,
            f"{side}CountryCode": at.country,
            f"{side}PostalCode": at.postal,
            f"{side}PostalCodeLow": at.postal,
            f"{side}PostalCodeHigh": at.postal,
            f"{side}StateProvince": at.state,
            f"{side}CityName": at.city,
        }
    echoed |= {
        "weight": f"{float(body.get('weight') or 0):g}",
        "weightUnitOfMeasure": text(body, "weightUnitOfMeasure"),
        "shipmentContentsValue": f"{float(body.get('shipmentContentsValue') or 0):g}",
        "shipmentContentsCurrencyCode": text(body, "shipmentContentsCurrencyCode"),
        "guaranteeSuspended": False,
        "numberOfServices": len(services),
        "services": services,
    }
    return {name: value for name, value in echoed.items() if value != ""}
