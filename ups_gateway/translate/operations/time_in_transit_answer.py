"""How long each service takes between two places: what comes back.

REST's answer is flat and typed (TimeInTransit.yaml); the XML API and SOAP told it by other names, and in other formats
of dates and times. A place that could be several is answered with candidates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.errors import Refusal, UpsRefused
from ups_gateway.model import Dialect, Translated
from ups_gateway.translate.engine import FLAG, Drop, From, Made, Node, Table
from ups_gateway.translate.operations.parts import at, listed, texts_at

NO_TIMES: Final = "270037"
"""TimeInTransit information not available for the given data (the error tables)."""


def _either(*names: str) -> Made:
    """The first of these members that is there."""
    return Made(lambda node: next(iter(texts_at(node, *names)), None), names)


def _filled(value: str) -> str | None:
    return value or None


def _presence(name: str, value: str) -> Made:
    """An indicator that is present where REST says this value."""
    return Made(lambda node: "" if str(node.get(name)) == value else None, (name,), FLAG)


def _address(side: str) -> dict[str, Any]:
    return {
        "PoliticalDivision3": From(f"{side}TownName"),
        "PoliticalDivision2": From(f"{side}CityName"),
        "PoliticalDivision1": From(f"{side}StateProvince"),
        "Country": From(f"{side}CountryName"),
        "CountryCode": From(f"{side}CountryCode"),
        "PostcodePrimaryLow": _either(f"{side}PostalCode", f"{side}PostalCodeLow"),
    }


def _candidates(name: str) -> Made:
    return Made(
        lambda tree: {"Candidate": listed(tree[name])} if name in tree else None,
        (name,),
        {
            "Candidate": [
                {
                    "AddressArtifactFormat": From(
                        "",
                        {
                            "PoliticalDivision3": From("town", via=_filled),
                            "PoliticalDivision2": From("city", via=_filled),
                            "PoliticalDivision1": From("stateProvince", via=_filled),
                            "Country": From("countryName", via=_filled),
                            "CountryCode": From("countryCode", via=_filled),
                            "PostcodePrimaryHigh": From("postalCodeHigh", via=_filled),
                            "PostcodePrimaryLow": _either("postalCodeLow", "postalCode"),
                        },
                    )
                }
            ]
        },
    )


SERVICE: Final[Table] = {
    "Service": From("", {"Code": From("serviceLevel", default=""), "Description": From("serviceLevelDescription")}),
    "Guaranteed": From(
        "",
        {
            "Code": From("guaranteeIndicator", default="N", via=lambda value: "Y" if value == "1" else "N"),
            "Description": Drop("REST has the bare indicator"),
        },
    ),
    "Disclaimer": From("serviceRemarksText", via=_filled),
    "EstimatedArrival": From(
        "",
        {
            "DayOfWeek": From("deliveryDayOfWeek", default=""),
            "Time": Made(
                lambda service: next(iter(texts_at(service, "deliveryTime", "commitTime")), ""), ("deliveryTime",)
            ),
            "Date": From("deliveryDate", default=""),
            "PickupDate": From("pickupDate", default=""),
            "PickupTime": From("pickupTime", via=_filled),
            "BusinessTransitDays": From("businessTransitDays", default=""),
            "TotalTransitDays": From("totalTransitDays"),
            "CustomerCenterCutoff": From("cstccutoffTime", via=_filled),
            "RestDays": From("restDaysCount"),
            "HolidayCount": From("holidayCount"),
            "DelayCount": From("delayCount"),
        },
    ),
    "SaturdayDelivery": From("saturdayDeliveryDate", via=lambda value: "1" if value else None),
    "SaturdayDeliveryDisclaimer": Drop("REST has no disclaimers"),
}

XML_ANSWER: Final[Table] = {
    "TransitResponse": From(
        "emsResponse",
        {
            "TransitFrom": From("", {"AddressArtifactFormat": From("", _address("origin"))}),
            "TransitTo": From(
                "",
                {
                    "AddressArtifactFormat": From(
                        "",
                        {
                            **_address("destination"),
                            "ResidentialAddressIndicator": _presence("residentialIndicator", "01"),
                        },
                    )
                },
            ),
            "PickupDate": From("shipDate", default=""),
            "DocumentsOnlyIndicator": _presence("billType", "02"),
            "AutoDutyCode": From("dutyType", via=_filled),
            "ShipmentWeight": Made(
                lambda ems: ems if ems.get("weightUnitOfMeasure") else None,
                ("",),
                {
                    "UnitOfMeasurement": From(
                        "",
                        {"Code": From("weightUnitOfMeasure"), "Description": Drop("REST has the bare code")},
                    ),
                    "Weight": From("weight", default=""),
                },
            ),
            "InvoiceLineTotal": Made(
                lambda ems: ems if ems.get("shipmentContentsCurrencyCode") else None,
                ("",),
                {
                    "CurrencyCode": From("shipmentContentsCurrencyCode"),
                    "MonetaryValue": From("shipmentContentsValue", default=""),
                },
            ),
            "ServiceSummary": From("services", [SERVICE]),
            "MaximumListSize": From("maxList"),
            "Disclaimer": Drop("REST has no disclaimers"),
        },
    ),
    "TransitFromList": _candidates("originPickList"),
    "TransitToList": _candidates("destinationPickList"),
}


def _compact(value: str) -> str:
    """2026-01-15 -> 20260115, 10:30:00 -> 103000: SOAP has dates and times without marks."""
    return re.sub("[-:]", "", value)


def _compact_if_said(value: str) -> str | None:
    return _compact(value) or None


def _soap_address(side: str) -> dict[str, Any]:
    return {
        "Town": From(f"{side}TownName"),
        "City": From(f"{side}CityName", default=""),
        "StateProvinceCode": From(f"{side}StateProvince"),
        "CountryCode": From(f"{side}CountryCode", default=""),
        "Country": From(f"{side}CountryName", default=""),
        "PostalCode": _either(f"{side}PostalCode", f"{side}PostalCodeLow"),
    }


def _soap_candidates(name: str) -> Made:
    return Made(
        lambda tree: {"Candidate": tree[name]} if name in tree else None,
        (name,),
        {
            "Candidate": [
                {
                    "Address": From(
                        "",
                        {
                            "Town": From("town", via=_filled),
                            "City": From("city", default=""),
                            "StateProvinceCode": From("stateProvince", via=_filled),
                            "CountryCode": From("countryCode", default=""),
                            "PostcodePrimaryLow": _either("postalCodeLow", "postalCode"),
                            "PostcodePrimaryHigh": From("postalCodeHigh", via=_filled),
                        },
                    )
                }
            ]
        },
    )


_XML_RESPONSE: Final[Table] = XML_ANSWER["TransitResponse"].rule

SOAP_SERVICE: Final[Table] = {
    "Service": SERVICE["Service"],
    "GuaranteedIndicator": _presence("guaranteeIndicator", "1"),
    "Disclaimer": SERVICE["Disclaimer"],
    "EstimatedArrival": From(
        "",
        {
            "Arrival": From(
                "",
                {
                    "Date": From("deliveryDate", default="", via=_compact),
                    "Time": Made(
                        lambda service: next(map(_compact, texts_at(service, "deliveryTime", "commitTime")), None),
                        ("deliveryTime",),
                    ),
                },
            ),
            "BusinessDaysInTransit": From("businessTransitDays", default=""),
            "Pickup": From(
                "",
                {
                    "Date": From("pickupDate", default="", via=_compact),
                    "Time": From("pickupTime", via=_compact_if_said),
                },
            ),
            "DayOfWeek": From("deliveryDayOfWeek", via=_filled),
            "CustomerCenterCutoff": From("cstccutoffTime", via=_compact_if_said),
            "DelayCount": From("delayCount"),
            "HolidayCount": From("holidayCount"),
            "RestDays": From("restDaysCount"),
            "TotalTransitDays": From("totalTransitDays"),
        },
    ),
    "SaturdayDelivery": SERVICE["SaturdayDelivery"],
    "SaturdayDeliveryDisclaimer": SERVICE["SaturdayDeliveryDisclaimer"],
}

SOAP_ANSWER: Final[Table] = {
    "TransitResponse": From(
        "emsResponse",
        {
            "ShipFrom": From("", {"Address": From("", _soap_address("origin"))}),
            "ShipTo": From(
                "",
                {
                    "Address": From(
                        "",
                        {
                            **_soap_address("destination"),
                            "ResidentialAddressIndicator": _presence("residentialIndicator", "01"),
                        },
                    )
                },
            ),
            "PickupDate": From("shipDate", default="", via=_compact),
            "ShipmentWeight": _XML_RESPONSE["ShipmentWeight"],
            "InvoiceLineTotal": _XML_RESPONSE["InvoiceLineTotal"],
            "DocumentsOnlyIndicator": _presence("billType", "02"),
            "BillType": From("billType", via=_filled),
            "MaximumListSize": From("maxList"),
            "ServiceSummary": From("services", [SOAP_SERVICE]),
            "AutoDutyCode": _XML_RESPONSE["AutoDutyCode"],
            "Disclaimer": _XML_RESPONSE["Disclaimer"],
        },
    ),
    "CandidateResponse": From(
        "",
        {"ShipFromList": _soap_candidates("originPickList"), "ShipToList": _soap_candidates("destinationPickList")},
    ),
}
"""TimeInTransitResponse of SOAP and legacy JSON."""

_ECHOED: Final = (
    "originTownName",
    "originCityName",
    "originStateProvince",
    "originPostalCode",
    "destinationTownName",
    "destinationCityName",
    "destinationStateProvince",
    "destinationPostalCode",
    "billType",
    "weight",
    "weightUnitOfMeasure",
    "shipmentContentsValue",
    "shipmentContentsCurrencyCode",
    "maxList",
)
"""The old answer repeats these of the request; REST leaves out some."""


def source(translated: Translated, bodies: Sequence[Any]) -> Any:
    """The candidates of the places that could be several, or the services.

    The XML API has room for the candidates of one side: the origin's go first, as it then asks again.
    Raises UpsRefused where UPS gives neither: REST says that inside HTTP 200 and 206.
    """
    body = bodies[0]
    validation = _part(body, "validationList")
    doubtful = {}
    for side in ("origin", "destination"):
        candidates = list(at(body, f"{side}PickList"))
        if candidates and (validation.get(f"{side}Ambiguous") or not body.get("emsResponse")):
            doubtful[f"{side}PickList"] = candidates
    if doubtful:
        return dict([*doubtful.items()][:1]) if translated.asked.dialect is Dialect.XML else doubtful
    found = _part(body, "emsResponse")
    services = [service for service in at(found, "services") if isinstance(service, dict)]
    if not services:
        raise UpsRefused(_reasons(validation), http_status=200)
    if found.get("guaranteeSuspended") is True:
        services = [{**service, "guaranteeIndicator": "0"} for service in services]
    asked = translated.calls[0].body
    echo = {name: asked[name] for name in _ECHOED if name in asked}
    given = {name: value for name, value in found.items() if value not in (None, "")}
    return {"emsResponse": {**echo, **given, "services": services}}


def _part(body: Any, name: str) -> Node:
    return next((part for part in at(body, name) if isinstance(part, dict)), {})


def _reasons(validation: Node) -> tuple[Refusal, ...]:
    words = [str(field) for field in listed(validation.get("invalidFieldList"))]
    codes = [str(code) for code in listed(validation.get("invalidFieldListCodes"))]
    if not codes:
        about = f" ({', '.join(words)})" if words else ""
        return (Refusal(NO_TIMES, f"TimeInTransit information not available for the given data{about}"),)
    return tuple(
        Refusal(code, f"Invalid {words[number]}" if number < len(words) else "Invalid data")
        for number, code in enumerate(codes)
    )
