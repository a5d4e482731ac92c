"""City, state and postal code validation.

XML: POST AV, AddressValidationRequest with an Address. REST has no API of its own for it; the nearest is street
validation with regionalrequestindicator=True (UPS.md section 2). Rank and Quality are the gateway's own: REST has
no such figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Drop, From, Table, To, fill_defaults
from ups_gateway.translate.operations import address_street
from ups_gateway.translate.operations.parts import ECHOED, at

XML_REQUEST: Final[Table] = {
    "Request": {
        "TransactionReference": {"CustomerContext": ECHOED, "XpciVersion": ECHOED, "ToolVersion": ECHOED},
        "RequestAction": Drop("the path says it"),
        "RequestOption": Drop("the old service knew one option only"),
    },
    "Address": To(
        "/XAVRequest.AddressKeyFormat",
        {
            "City": To("PoliticalDivision2"),
            "StateProvinceCode": To("PoliticalDivision1"),
            "PostalCode": To("PostcodePrimaryLow"),
            "CountryCode": None,
        },
    ),
}

XML_ANSWER: Final[Table] = {
    "AddressValidationResult": [
        {
            "Rank": None,
            "Quality": None,
            "Address": From(
                "AddressKeyFormat",
                {"City": From("PoliticalDivision2"), "StateProvinceCode": From("PoliticalDivision1")},
            ),
            "PostalCodeLowEnd": From("AddressKeyFormat.PostcodePrimaryLow", default=""),
            "PostalCodeHighEnd": From("AddressKeyFormat.PostcodePrimaryLow", default=""),
        }
    ]
}

_COMPARED: Final = ("PoliticalDivision2", "PoliticalDivision1", "PostcodePrimaryLow")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST with the regional indicator."""
    body = {"XAVRequest": asked.tree.get("XAVRequest", {})}
    filled = fill_defaults(body, address_street.DEFAULTS, account)
    path = f"/api/addressvalidation/{address_street.VERSION}/{address_street.VALIDATION}"
    call = RestCall("POST", path, {"regionalrequestindicator": "True"}, body=body)
    return Translated(asked, (call,), defaults=filled)


def source(translated: Translated, bodies: Sequence[Any]) -> Any:
    """Candidates with the rank they came in and how well they match what was asked."""
    asked: dict[str, Any] = next(at(translated.asked.tree, "XAVRequest.AddressKeyFormat"), {})
    candidates = at(bodies[0], "XAVResponse.Candidate")
    return {
        "AddressValidationResult": [
            {**candidate, "Rank": str(rank), "Quality": quality(asked, candidate.get("AddressKeyFormat", {}))}
            for rank, candidate in enumerate(candidates, 1)
            if isinstance(candidate, dict)
        ]
    }


def quality(asked: dict[str, Any], found: dict[str, Any]) -> str:
    """1.0 where all that was asked is found again, else how alike the texts are on average: "0.9875"."""
    likeness = [
        SequenceMatcher(None, asked[name].upper(), str(found.get(name, "")).upper()).ratio()
        for name in _COMPARED
        if name in asked
    ]
    mean = sum(likeness) / len(likeness) if likeness else 0.0
    return "1.0" if mean == 1.0 else f"{mean:.4f}"


warning = address_street.warning
