"""Street-level address validation and classification.

XML: POST XAV, AddressValidationRequest with an AddressKeyFormat; SOAP and legacy JSON: XAVRequest. REST: POST
/api/addressvalidation/v2/{option}, regionalrequestindicator and maximumcandidatelistsize in the query
(AddressValidation.yaml, UPS.md 3.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Table, To, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import CODE, ECHOED, SOAP_ECHOED, step, warning_of

VERSION: Final = "v2"
VALIDATION: Final = "1"
"""RequestOption: 1 validation, 2 classification, 3 both."""

KEY_FORMAT: Final[Table] = {
    **leaves("ConsigneeName AttentionName"),
    "AddressLine": [None],
    **leaves("Region PoliticalDivision2 PoliticalDivision1 PostcodePrimaryLow PostcodeExtendedLow"),
    **leaves("Urbanization CountryCode"),
}

XML_REQUEST: Final[Table] = {
    "Request": {
        # REST's body has no Request; the gateway echoes the context itself
        "TransactionReference": {"CustomerContext": ECHOED, "XpciVersion": ECHOED, "ToolVersion": ECHOED},
        "RequestAction": Drop("the path says it"),
        "RequestOption": To("/option"),
    },
    "RegionalRequestIndicator": To("/regional", FLAG),
    "MaximumListSize": To("/maximum"),
    "MaximumCandidateListSize": To("/maximum"),  # the SOAP name; XML clients send it too
    "AddressKeyFormat": To(
        "/XAVRequest.AddressKeyFormat",
        {
            # REST's AttentionName is described as the name of the building; a real AttentionName wins
            "BuildingName": To("AttentionName"),
            **KEY_FORMAT,
        },
    ),
}

SOAP_REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": To("/option"),
        "SubVersion": Drop("REST validates addresses in one version only"),
        "TransactionReference": SOAP_ECHOED,
    },
    "RegionalRequestIndicator": To("/regional", FLAG),
    "MaximumCandidateListSize": To("/maximum"),
    "AddressKeyFormat": To("/XAVRequest.AddressKeyFormat", KEY_FORMAT),
}
"""XAVRequest (XAVWebServiceSchema.xsd)."""

XML_ANSWER: Final[Table] = {
    "ValidAddressIndicator": FLAG,
    "AmbiguousAddressIndicator": FLAG,
    "NoCandidatesIndicator": FLAG,
    "AddressClassification": CODE,
    "AddressKeyFormat": From(
        "Candidate",
        [
            {
                "AddressClassification": CODE,
                "ConsigneeName": From("AddressKeyFormat.ConsigneeName"),
                "AttentionName": From("AddressKeyFormat.AttentionName"),
                "BuildingName": Drop("REST gives the building's name as AttentionName"),
                "AddressLine": From("AddressKeyFormat.AddressLine", [None]),
                "Region": From("AddressKeyFormat.Region"),
                "PoliticalDivision2": From("AddressKeyFormat.PoliticalDivision2"),
                "PoliticalDivision1": From("AddressKeyFormat.PoliticalDivision1"),
                "PostcodePrimaryLow": From("AddressKeyFormat.PostcodePrimaryLow"),
                "PostcodeExtendedLow": From("AddressKeyFormat.PostcodeExtendedLow"),
                "Urbanization": From("AddressKeyFormat.Urbanization"),
                "CountryCode": From("AddressKeyFormat.CountryCode"),
            }
        ],
    ),
}

SOAP_ANSWER: Final[Table] = {
    **flags("ValidAddressIndicator AmbiguousAddressIndicator NoCandidatesIndicator"),
    "AddressClassification": CODE,
    "Candidate": [
        {
            "AddressClassification": CODE,
            "AddressKeyFormat": {
                **leaves("ConsigneeName AttentionName"),
                "AddressLine": [None],
                **leaves("PoliticalDivision2 PoliticalDivision1 PostcodePrimaryLow PostcodeExtendedLow"),
                **leaves("Region Urbanization"),
                "CountryCode": From("CountryCode", default=""),
            },
        }
    ],
}
"""XAVResponse: REST's own names, Region further down."""

DEFAULTS: Final = (Default("XAVRequest.AddressKeyFormat.CountryCode", lambda account: account.country),)


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST; without a RequestOption the address is validated, not classified (1). UPS judges an odd one itself."""
    tree = asked.tree
    body = {"XAVRequest": tree.get("XAVRequest", {})}
    filled = fill_defaults(body, DEFAULTS, account)
    query = {}
    if "regional" in tree:
        query["regionalrequestindicator"] = "True"
    maximum = tree.get("maximum", "")
    if maximum.isdecimal():
        query["maximumcandidatelistsize"] = str(min(int(maximum[:9]), 50))
    path = f"/api/addressvalidation/{VERSION}/{step(tree.get('option', VALIDATION))}"
    return Translated(asked, (RestCall("POST", path, query, body=body),), defaults=filled)


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The reply's own object."""
    return bodies[0].get("XAVResponse", {})


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """UPS's first alert."""
    return warning_of(bodies[0], "XAVResponse")
