"""How long each service takes between two places: what is asked.

XML: POST TimeInTransit, TimeInTransitRequest; SOAP and legacy JSON: a request of the same name that is told otherwise.
REST: POST /api/shipments/v1/transittimes (TimeInTransit.yaml): flat and typed, so nothing here has the same name on
both sides. Early REST was as flat. What comes back is in `time_in_transit_answer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import (
    ABSENT,
    Default,
    Drop,
    Made,
    Node,
    Table,
    To,
    amend,
    fill_defaults,
    leaves,
)
from ups_gateway.translate.operations.parts import ECHOED, SOAP_ECHOED, copied
from ups_gateway.translate.operations.units import IN_POUNDS

PATH: Final = "/api/shipments/v1/transittimes"


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


def _truth(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError
    return value.lower() == "true"


def _present(name: str, *, meaning: str | int) -> Made:
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


def _soap_place(side: str) -> dict[str, Any]:
    return {
        "Town": To(f"/{side}TownName"),
        "City": To(f"/{side}CityName"),
        "StateProvinceCode": To(f"/{side}StateProvince"),
        "CountryCode": To(f"/{side}CountryCode"),
        "PostalCode": To(f"/{side}PostalCode"),
    }


SOAP_REQUEST: Final[Table] = amend(
    XML_REQUEST,
    {
        "Request.RequestAction": ABSENT,
        "Request.SubVersion": Drop("REST knows one version of transit times only"),
        "Request.TransactionReference": SOAP_ECHOED,
        "TransitFrom": ABSENT,
        "TransitTo": ABSENT,
        "ShipFrom": To("", {"Address": To("", _soap_place("origin"))}),
        "ShipTo": To(
            "",
            {
                "Address": To(
                    "",
                    {
                        **_soap_place("destination"),
                        "ResidentialAddressIndicator": _present("residentialIndicator", meaning="01"),
                    },
                )
            },
        ),
        "PickupDate": ABSENT,
        "Time": ABSENT,
        "Pickup": To("", {"Date": To("/shipDate", via=_date), "Time": To("/shipTime", via=_time)}),
        # says more than DocumentsOnlyIndicator (04 is Worldwide Express Freight), so it comes after it
        "BillType": To("/billType"),
        "SaturdayDeliveryInfoRequestIndicator": Drop("REST says of each service when it delivers on a Saturday"),
        "DropOffAtFacilityIndicator": _present("dropOffAtFacilityIndicator", meaning=1),
        "HoldForPickupIndicator": _present("holdForPickupIndicator", meaning=1),
    },
)
"""TimeInTransitRequest of SOAP and legacy JSON (TimeInTransitWebServiceSchema.xsd)."""

HEADER_REQUEST: Final[Table] = {
    **leaves("originCountryCode originStateProvince originCityName originTownName originPostalCode"),
    **leaves("destinationCountryCode destinationStateProvince destinationCityName destinationTownName"),
    **leaves("destinationPostalCode residentialIndicator shipDate shipTime"),
    "weight": _typed("weight", _decimal),
    "weightUnitOfMeasure": To("weightUnitOfMeasure", via=str.upper),
    "shipmentContentsValue": _typed("shipmentContentsValue", _decimal),
    **leaves("shipmentContentsCurrencyCode billType premierIndicator"),
    **{name: _typed(name, int) for name in ("numberOfPackages", "maxList")},
    **{name: _typed(name, int) for name in ("dropOffAtFacilityIndicator", "holdForPickupIndicator")},
    "avvFlag": _typed("avvFlag", _truth),
    "returnUnfilterdServices": _typed("returnUnfilterdServices", _truth),
    "returnUnfilteredServices": _typed("returnUnfilterdServices", _truth),  # as the early guide spells it
    "returnHeavyGoodsServices": Drop("UPS's OpenAPI has no member for contract services"),
    "requestType": Drop("UPS's OpenAPI has no such member"),
}
"""Early REST: today's body, older by a few members, numbers as text."""


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
