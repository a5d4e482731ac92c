"""POST /api/rating/{version}/{requestoption}: what a shipment costs, by one service or by all.

The rule: it computes nothing itself; checks are in `rules` and `goods`, prices in `rates`, days in `schedule`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ups_gateway.simulator import places, rates, schedule
from ups_gateway.simulator.consignment import Address, Consignment
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations import charges
from ups_gateway.simulator.operations.answering import as_of_version, release, response, unlocked
from ups_gateway.simulator.operations.goods import Api, consignment, own_accounts, service_for, services_for
from ups_gateway.simulator.operations.reading import address, part, text, texts_only
from ups_gateway.simulator.operations.rules import LISTS_SINCE, RATE, RATE_LISTS
from ups_gateway.simulator.services import Service
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.workdays import DAY_NAMES
from ups_gateway.simulator.world import World

_OPTIONS = {
    "rate": (False, False),
    "shop": (True, False),
    "ratetimeintransit": (False, True),
    "shoptimeintransit": (True, True),
}
"""By lower-case request option: all services?, with transit times?"""
_OWN_BASE_SINCE = 2201


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one request wants to see."""

    release: int
    times: bool
    negotiated: bool
    percent_off: int
    taxed: bool
    rating_method: bool
    rate_chart: str
    ship_date: date
    bill_type: str


def rate(call: Call, world: World) -> Reply:
    """All four request options."""
    try:
        shop, times = _OPTIONS[call.params["requestoption"].lower()]
    except KeyError:
        raise Refused(400, "9110034", "Missing or invalid request option.") from None
    times = times or call.query.get("additionalinfo", "").lower() == "timeintransit"
    if not isinstance(call.body, dict):
        raise Refused(400, "9111000", "Invalid RSS Request Document")
    texts_only(call.body)
    check(call.body, RATE)
    if release(call.version) >= LISTS_SINCE:
        check(call.body, RATE_LISTS)
    request: Mapping[str, Any] = part(call.body, "RateRequest")
    shipment = part(request, "Shipment")
    own_accounts(call.grant, shipment)
    origin = address(part(shipment, "ShipFrom", "Address") or part(shipment, "Shipper", "Address"))
    destination = address(part(shipment, "ShipTo", "Address"))
    _postal_codes(origin, destination)
    goods = consignment(Api.RATE, shipment, origin, destination)
    services = services_for(goods) if shop else [service_for(Api.RATE, goods, _service(shipment))]
    asked = _asked(call, world, request, times=times, here=origin)
    alerts = [charges.INVOICE_MAY_VARY]
    if "NegotiatedRatesIndicator" in part(shipment, "ShipmentRatingOptions") and not asked.negotiated:
        alerts.append(charges.NOT_QUALIFIED)
    answer = {
        "Response": response(request, *alerts),
        "RatedShipment": [_rated(goods, service, asked, alerts) for service in services],
    }
    return Reply(200, as_of_version({"RateResponse": answer}, call.version))


def _service(shipment: Mapping[str, Any]) -> str:
    if "Service" not in shipment:
        raise Refused(400, "9110049", "Missing Service Information.")
    code = text(shipment, "Service", "Code")
    if not code:
        raise Refused(400, "9110018", "Missing shipment service code.")
    return code


def _postal_codes(origin: Address, destination: Address) -> None:
    """Where UPS rates by postal code there must be one."""
    if origin.country in places.REGIONS and not origin.postal:
        raise Refused(400, "9110046", "Missing Ship From Postal Code")
    if destination.country in places.REGIONS and not destination.postal:
        raise Refused(400, "9110045", "Missing Ship To Postal Code.")


def _asked(call: Call, world: World, request: Mapping[str, Any], *, times: bool, here: Address) -> _Asked:
    shipment = part(request, "Shipment")
    options = part(shipment, "ShipmentRatingOptions")
    delivery = part(shipment, "DeliveryTimeInformation")
    shipper = text(shipment, "Shipper", "ShipperNumber")
    wanted = "NegotiatedRatesIndicator" in options
    if wanted and not shipper:
        raise Refused(400, "9110005", "Missing shipper number.")
    return _Asked(
        unlocked(call, request),
        times,
        charges.negotiated_wanted(call, shipper, asked=wanted),
        charges.percent_off(world),
        "TaxInformationIndicator" in shipment,
        "RatingMethodRequestedIndicator" in shipment,
        ("1" if here.country in ("US", "PR", "CA") else "5") if "RateChartIndicator" in options else "",
        _ship_date(text(delivery, "Pickup", "Date"), world, here),
        text(delivery, "PackageBillType") or ("02" if "DocumentsOnlyIndicator" in shipment else "03"),
    )


def _ship_date(written: str, world: World, here: Address) -> date:
    if not written:
        return local_now(world, here).date()
    try:
        return datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007 - a local day
    except ValueError:
        raise Refused(400, "111543", "Missing or Invalid Pickup Date.") from None


def local_now(world: World, here: Address) -> datetime:
    """The simulated time at a place, without its zone."""
    where = places.region(here.country, here.state, here.postal)
    return (world.now() + timedelta(hours=where.utc_hours if where else 0)).replace(tzinfo=None)


def _rated(goods: Consignment, service: Service, asked: _Asked, alerts: list[tuple[str, str]]) -> dict[str, Any]:
    quote = rates.price(goods, service)
    own = rates.negotiated(quote, asked.percent_off) if asked.negotiated else None
    international = goods.origin.country != goods.destination.country
    rated: dict[str, Any] = {
        **charges.disclaimers(quote, international=international, taxed=asked.taxed),
        "Service": {"Code": service.code, "Description": service.name},
        **({"RateChart": asked.rate_chart} if asked.rate_chart else {}),
        **({"Zone": quote.zone} if asked.release >= charges.ZONE_SINCE else {}),
        "RatedShipmentAlert": [{"Code": code, "Description": words} for code, words in alerts],
        **({"BillableWeightCalculationMethod": "02", "RatingMethod": "02"} if asked.rating_method else {}),
        "BillingWeight": charges.billing_weight(quote, quote.billed),
        **charges.shipment_charges(quote, asked.release, taxed=asked.taxed),
    }
    if own is not None:
        rated["NegotiatedRateCharges"] = {
            # An object although UPS's OpenAPI file says array: that is how the live service writes it, and clients
            # that work with it (karrio) read nothing else.
            **({"BaseServiceCharge": charges.amount(own, own.base)} if asked.release >= _OWN_BASE_SINCE else {}),
            **charges.negotiated_charges(own, asked.release, taxed=asked.taxed),
        }
    rated["RatedPackage"] = [
        {
            "TransportationCharges": charges.amount(quote, priced.transportation),
            **(
                {"BaseServiceCharge": charges.amount(quote, priced.base)} if asked.release >= charges.BASE_SINCE else {}
            ),
            "ServiceOptionsCharges": charges.amount(quote, priced.options),
            "TotalCharges": charges.amount(quote, priced.total),
            "Weight": rates.weight_text(parcel.weight),
            "BillingWeight": charges.billing_weight(quote, priced.billed),
            **charges.package_charges(quote, priced, own.parcels[n] if own else None, asked.release),
        }
        for n, (parcel, priced) in enumerate(zip(goods.parcels, quote.parcels, strict=True))
    ]
    arrival = schedule.arrival(service, goods.origin, goods.destination, asked.ship_date)
    if service.guaranteed and service.days:
        rated["GuaranteedDelivery"] = {
            "BusinessDaysInTransit": str(arrival.business_days),
            "DeliveryByTime": arrival.commit.strftime("%I:%M %p").lstrip("0").replace("M", ".M."),
        }
    if asked.times:
        rated["TimeInTransit"] = _times(service, arrival, asked, international=international)
    return rated


def _times(service: Service, arrival: schedule.Arrival, asked: _Asked, *, international: bool) -> dict[str, Any]:
    saturday = "1" if service.days and arrival.delivered.weekday() == 0 else "0"
    return {
        "PickupDate": arrival.picked_up.strftime("%Y%m%d"),
        **({"DocumentsOnlyIndicator": ""} if asked.bill_type == "02" else {}),
        "PackageBillType": asked.bill_type,
        "ServiceSummary": {
            "Service": {"Description": service.name},
            **({"GuaranteedIndicator": ""} if service.guaranteed else {}),
            "EstimatedArrival": {
                "Arrival": {
                    "Date": arrival.delivered.strftime("%Y%m%d"),
                    "Time": arrival.commit.strftime("%H%M%S"),
                },
                "BusinessDaysInTransit": str(arrival.business_days),
                "Pickup": {
                    "Date": arrival.picked_up.strftime("%Y%m%d"),
                    "Time": schedule.PICKUP_TIME.strftime("%H%M%S"),
                },
                "DayOfWeek": DAY_NAMES[arrival.delivered.weekday()],
                "CustomerCenterCutoff": "160000",
                **(
                    {
                        "DelayCount": "0",
                        "HolidayCount": str(arrival.holidays),
                        "RestDays": str(arrival.rest_days),
                        "TotalTransitDays": str(arrival.total_days),
                    }
                    if international
                    else {}
                ),
            },
            "SaturdayDelivery": saturday,
        },
        **({"AutoDutyCode": "02" if asked.bill_type == "02" else "01"} if international else {}),
        "Disclaimer": "Guaranteed services have a money-back guarantee for transportation charges.",
    }
