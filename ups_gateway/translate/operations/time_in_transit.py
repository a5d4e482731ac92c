"""How long each service takes between two places.

XML: POST TimeInTransit, TimeInTransitRequest. REST: POST /api/shipments/v1/transittimes (TimeInTransit.yaml): flat and
typed, so nothing here has the same name on both sides. A place that could be several is answered with candidates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from ups_gateway.errors import Refusal, UpsRefused
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Made, Node, Table, To, fill_defaults
from ups_gateway.translate.operations.parts import ECHOED, at, copied, listed, texts_at
from ups_gateway.translate.operations.units import IN_POUNDS

PATH: Final = "/api/shipments/v1/transittimes"
NO_TIMES: Final = "270037"
"""TimeInTransit information not available for the given data (the error tables)."""

# --- requests ---------------------------------------------------------------------------------------------------------


def _typed(name: str, convert: Callable[[str], Any]) -> Made:
    """A text that REST wants as another type; what cannot be converted goes as it is, for UPS to judge."""

    def put(value: Any, _target: Node, body: Node) -> None:
        if isinstance(value, str) and value:
            try:
                body[name] = convert(value)
            except ValueError:
                body[name] = value

    return Made(put, (f"/{name}",))


def _decimal(value: str) -> int | float:
    if re.fullmatch(r"[0-9]+([.,][0-9]*)?", value) is None:
        raise ValueError
    return int(value) if value.isdigit() else float(value.replace(",", "."))


def _present(name: str, *, meaning: str | bool) -> Made:
    """An indicator whose presence REST wants said as a value."""

    def put(_value: Any, _target: Node, body: Node) -> None:
        body[name] = meaning

    return Made(put, (f"/{name}",))


def _date(value: str) -> str:
    """20260115 -> 2026-01-15."""
    return re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", value)


def _time(value: str) -> str:
    """1030 or 103000 -> 10:30:00."""
    return re.sub(r"^(\d\d)(\d\d)(\d\d)?$", lambda found: f"{found[1]}:{found[2]}:{found[3] or '00'}", value)


_STREET: Final = Drop("transit times know places, not streets")


def _place(side: str) -> dict[str, Any]:
    return {
        "PoliticalDivision3": To(f"/{side}TownName"),
        "PoliticalDivision2": To(f"/{side}CityName"),
        "PoliticalDivision1": To(f"/{side}StateProvince"),
        "Country": Drop("the code says it"),
        "CountryCode": To(f"/{side}CountryCode"),
        "PostcodePrimaryHigh": Drop("REST takes one postal code, not a range"),
        "PostcodePrimaryLow": To(f"/{side}PostalCode"),
        "PostcodeExtendedLow": Drop("five digits decide the transit time"),
        **dict.fromkeys(("Consignee", "StreetNumberLow", "StreetPrefix", "StreetName", "StreetType"), _STREET),
        **dict.fromkeys(("StreetSuffix", "BuildingName", "AddressLine1", "AddressLine2", "AddressLine3"), _STREET),
    }


XML_REQUEST: Final[Table] = {
    "Request": {
        "RequestAction": Drop("the path says it"),
        "RequestOption": Drop("there is only one thing to ask"),
        # REST's body has no Request; the gateway echoes the context itself
        "TransactionReference": {"CustomerContext": ECHOED, "XpciVersion": ECHOED, "ToolVersion": ECHOED},
    },
    "TransitFrom": To("", {"AddressArtifactFormat": To("", _place("origin"))}),
    "TransitTo": To(
        "",
        {
            "AddressArtifactFormat": To(
                "",
                {
                    **_place("destination"),
                    "ResidentialAddressIndicator": _present("residentialIndicator", meaning="01"),
                },
            )
        },
    ),
    "ShipmentWeight": To(
        "",
        {
            "UnitOfMeasurement": To(
                "",
                {
                    "Code": To("/weightUnitOfMeasure", via=str.upper),
                    "Description": Drop("the code says it"),
                },
            ),
            "Weight": _typed("weight", _decimal),
        },
    ),
    "TotalPackagesInShipment": _typed("numberOfPackages", int),
    "PickupDate": To("/shipDate", via=_date),
    "Time": To("/shipTime", via=_time),
    "InvoiceLineTotal": To(
        "",
        {
            "CurrencyCode": To("/shipmentContentsCurrencyCode"),
            "MonetaryValue": _typed("shipmentContentsValue", _decimal),
        },
    ),
    "DocumentsOnlyIndicator": _present("billType", meaning="02"),
    "MaximumListSize": _typed("maxList", int),
    # sic: returnUnfilterdServices is how UPS's OpenAPI spells it
    "IncludeAllServicesIndicator": _present("returnUnfilterdServices", meaning=True),
    "ReturnContractServices": Drop("UPS's OpenAPI has no member for contract services"),
}


def _unit(body: Node) -> str:
    return "LBS" if body["originCountryCode"] in IN_POUNDS else "KGS"


DEFAULTS: Final = (
    Default("originCountryCode", lambda account, _body: account.country),
    Default("residentialIndicator", "02"),
    Default("billType", "03"),
    # REST wants a unit with each weight and a currency with each value; the XML API took these (inferred)
    Default("weightUnitOfMeasure", lambda _account, body: _unit(body) if "weight" in body else None),
    Default("shipmentContentsCurrencyCode", lambda _account, body: "USD" if "shipmentContentsValue" in body else None),
)


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = copied(asked.tree)
    filled = fill_defaults(body, DEFAULTS, account, body)
    return Translated(asked, (RestCall("POST", PATH, body=body),), defaults=filled)


# --- answers ----------------------------------------------------------------------------------------------------------


def _either(*names: str) -> Made:
    """The first of these members that is there."""
    return Made(lambda node: next(iter(texts_at(node, *names)), None), names)


def _filled(value: str) -> str | None:
    return value or None


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
                            "ResidentialAddressIndicator": Made(
                                lambda ems: "" if ems.get("residentialIndicator") == "01" else None,
                                ("residentialIndicator",),
                                FLAG,
                            ),
                        },
                    )
                },
            ),
            "PickupDate": From("shipDate", default=""),
            "DocumentsOnlyIndicator": Made(
                lambda ems: "" if ems.get("billType") == "02" else None, ("billType",), FLAG
            ),
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
    """The candidates of one side (the old schema has room for one, origin first), or the services.

    Raises UpsRefused where UPS gives neither: REST says that inside HTTP 200 and 206.
    """
    body = bodies[0]
    validation = _part(body, "validationList")
    for side in ("origin", "destination"):
        candidates = list(at(body, f"{side}PickList"))
        if candidates and (validation.get(f"{side}Ambiguous") or not body.get("emsResponse")):
            return {f"{side}PickList": candidates}
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
