"""Is an account linked to the profile that it ships through? Asked by a rate call; documented, not seen live.

The rule: only a clear word of UPS is a verdict; anything else is undecided, with UPS's words.
"""

from __future__ import annotations

from typing import Final, Literal

from ups_gateway.model import Account, RestCall, RestReply
from ups_gateway.translate import faults
from ups_gateway.translate.engine import Node
from ups_gateway.translate.operations.parts import at
from ups_gateway.translate.operations.rate_request import call
from ups_gateway.translate.operations.units import name_units

_DESTINATIONS: Final = {
    "US": ("Washington", "DC", "20500"),
    "PR": ("San Juan", "PR", "00901"),
    "CA": ("Ottawa", "ON", "K1A0A9"),
    "GB": ("London", "", "SW1A1AA"),
    "IE": ("Dublin", "", "D02X285"),
    "DE": ("Berlin", "", "10117"),
    "FR": ("Paris", "", "75001"),
    "NL": ("Amsterdam", "", "1012JS"),
    "BE": ("Brussels", "", "1000"),
    "ES": ("Madrid", "", "28013"),
    "IT": ("Roma", "", "00184"),
    "PL": ("Warszawa", "", "00001"),
    "MX": ("Mexico", "DF", "06000"),
}
"""A plausible place in the account's country: city, state, postal code."""
_SERVICES: Final = {"US": "03", "PR": "03"}
"""A service that exists inside the country; 11 (Standard) elsewhere."""
_NOT_LINKED: Final = frozenset(("120100", "126098"))
"""Missing or invalid shipper number; account authentication must be completed (the error tables)."""
_UNQUALIFIED: Final = frozenset("111687 113138 120900 120901 120902".split())
"""Why no negotiated rates came (the error tables). Carriers' help pages name an account that was never added to the
profile as the cause of 120900, and so does one that was added but has no contract."""


def probe_call(account: Account) -> RestCall:
    """A small rate call with negotiated rates asked for, by which UPS says whether the account is linked.

    From the account's own postal code to a fixed place in its country, or to itself where none is known.
    Documented, not seen live.
    """
    country, metric = account.country, account.country not in ("US", "PR")
    city, state, postal_code = _DESTINATIONS.get(country, ("", "", account.postal_code))
    there = {"City": city, "StateProvinceCode": state, "PostalCode": postal_code, "CountryCode": country}
    here = {"PostalCode": account.postal_code, "CountryCode": country}
    weight = {"UnitOfMeasurement": {"Code": "KGS" if metric else "LBS"}, "Weight": "1"}
    tree: Node = {
        "Request": {"RequestOption": "Rate"},
        "Shipment": {
            "Shipper": {"ShipperNumber": account.number, "Address": _address(here)},
            "ShipTo": {"Address": _address(there)},
            "Service": {"Code": _SERVICES.get(country, "11")},
            "Package": [{"PackagingType": {"Code": "02"}, "PackageWeight": weight}],
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        },
    }
    name_units(tree)
    return call("Rate", tree)


def _address(members: dict[str, str]) -> Node:
    return {"AddressLine": [], **{name: value for name, value in members.items() if value}}


def probe_verdict(reply: RestReply) -> tuple[Literal["linked", "not_linked", "undecided"], str]:
    """What UPS's answer to `probe_call` says of the account, and UPS's words. Documented, not seen live.

    Negotiated charges prove the link. Rates without them prove nothing: UPS quotes its published rates to anybody, and
    whether the account is unlinked or only without a contract it does not say. Nor does any other refusal (an address,
    a service, UPS being down) speak of the link.
    """
    body = faults.body_of(reply)
    said = [(error.code, error.message) for error in faults.errors_of(body)]
    for path in ("RateResponse.Response.Alert", "RateResponse.RatedShipment.RatedShipmentAlert"):
        alerts = [alert for alert in at(body, path) if isinstance(alert, dict)]
        said += [(str(alert.get("Code")), str(alert.get("Description", ""))) for alert in alerts]
    for code, message in said:
        if code in _NOT_LINKED or "invalid shipper number" in message.lower():
            return "not_linked", f"{code} {message}".strip()
    if reply.status == 200 and any(at(body, "RateResponse.RatedShipment.NegotiatedRateCharges")):
        return "linked", "UPS gave negotiated rates."
    reasons = [words for words in said if reply.status != 200 or words[0] in _UNQUALIFIED]
    if reasons:
        return "undecided", " ".join(reasons[0]).strip()
    if reply.status == 200 and any(at(body, "RateResponse.RatedShipment")):
        return "undecided", "UPS gave its published rates only and did not say why."
    return "undecided", f"UPS answered with status {reply.status} and no rates."
