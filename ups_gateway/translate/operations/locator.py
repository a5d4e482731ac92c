"""Places where packages are dropped off, held or picked up.

XML: POST Locator, LocatorRequest. REST: POST /api/locations/v3/search/availabilities/{reqOption}?Locale=, the XML model
with the option in the path (Locator.yaml). REST answers with the XML API's own status: a 200 can be a failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Made, Node, Table, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import CODE, REFERENCE, at, copied, good, step, warning_inside

VERSION: Final = "v3"
LOCATIONS: Final = "1"
"""RequestOption: drop locations and will call locations (Locator.yaml)."""

LOCALES: Final = MappingProxyType(
    {
        **dict.fromkeys(("ENG", "EN"), "en_US"),
        **dict.fromkeys(("FRA", "FRE", "FR"), "fr_FR"),
        **dict.fromkeys(("DEU", "GER", "DE"), "de_DE"),
        **dict.fromkeys(("NLD", "DUT", "NL"), "nl_NL"),
        **dict.fromkeys(("ITA", "IT"), "it_IT"),
        **dict.fromkeys(("SPA", "ES"), "es_ES"),
        **dict.fromkeys(("POR", "PT"), "pt_PT"),
        **dict.fromkeys(("POL", "PL"), "pl_PL"),
        **dict.fromkeys(("SWE", "SV"), "sv_SE"),
        **dict.fromkeys(("DAN", "DA"), "da_DK"),
    }
)
"""LanguageCode (ISO 639) -> REST's locale: the language where it is at home."""


def _language(value: Any, target: Node, _body: Node) -> None:
    locale = LOCALES.get(value.upper()) if isinstance(value, str) else None
    if locale is not None:
        target.setdefault("Locale", locale)


_ONE: Final = leaves("Code")
_GEOCODE: Final = leaves("Latitude Longitude")

XML_REQUEST: Final[Table] = {
    "Request": {
        "TransactionReference": REFERENCE,
        **leaves("RequestAction RequestOption"),
    },
    "OriginAddress": {
        "PhoneNumber": Drop("REST searches by address, place or identification only"),
        "Geocode": _GEOCODE,
        "AddressKeyFormat": leaves(
            "ConsigneeName AddressLine AddressLine2 AddressLine3 PoliticalDivision3 PoliticalDivision2"
            " PoliticalDivision1 PostcodePrimaryLow PostcodeExtendedLow CountryCode SingleLineAddress"
        ),
        "MaximumListSize": None,
    },
    "Translate": {"LanguageCode": Made(_language, ("Locale",)), "Locale": None},
    "UnitOfMeasurement": {"Code": None, "Description": Drop("REST takes the code alone")},
    "LocationID": [None],
    "LocationSearchCriteria": {
        "SearchOption": [{"OptionType": _ONE, "OptionCode": [_ONE], "Relation": _ONE}],
        **leaves("MaximumListSize SearchRadius"),
        "ServiceSearch": {"Time": None, "ServiceCode": [_ONE], "ServiceOptionCode": [_ONE]},
        "FreightWillCallSearch": {
            "FreightWillCallRequestType": None,
            "FacilityAddress": [
                {
                    "SLIC": None,
                    "AddressLine": [None],
                    **leaves("City PostalCodePrimaryLow PostalCodeExtendedLow State CountryCode"),
                }
            ],
            **leaves("OriginOrDestination FormatPostalCode DayOfWeekCode"),
        },
        "AccessPointSearch": {
            **leaves("PublicAccessPointID AccessPointStatus AccountNumber"),
            "IncludeCriteria": {
                "MerchantAccountNumberList": {"MerchantAccountNumber": [None]},
                "SearchFilter": {
                    **flags("DCRIndicator ShippingAvailabilityIndicator"),
                    **leaves("ShipperPreparationDelay ClickAndCollectSortWithDistance"),
                },
                "ServiceOfferingList": {"ServiceOffering": [CODE]},
            },
            "ExcludeFromResult": {
                "BusinessClassificationCode": [None],
                **leaves("BusinessName Radius"),
                "PostalCodeList": {"PostalCode": [leaves("PrimaryPostalCode SecondaryPostalCode")]},
            },
            **flags("ExactMatchIndicator ExistIndicator"),
            "SearchIdCriteria": Drop("REST has no such choice; it searches by the identification itself"),
        },
        "OpenTimeCriteria": leaves("DayOfWeekCode FromTime ToTime"),
        "BrexitFilter": None,
    },
    "SortCriteria": {"SortType": None},
    **leaves("AllowAllConfidenceLevels SearchOptionCode"),
    "ServiceGeoUnit": leaves("ServiceCode GeoPoliticalUnit"),
    "FreightIndicator": FLAG,
}

DEFAULTS: Final = (
    Default("LocatorRequest.Request.RequestAction", "Locator"),
    Default("LocatorRequest.OriginAddress.AddressKeyFormat.CountryCode", lambda account: account.country),
    Default("LocatorRequest.Translate.Locale", LOCALES["ENG"]),
    # REST requires what only some kinds of will call search need: destination facilities, no format asked for
    Default("LocatorRequest.LocationSearchCriteria?.FreightWillCallSearch?.OriginOrDestination", "02"),
    Default("LocatorRequest.LocationSearchCriteria?.FreightWillCallSearch?.FormatPostalCode", "NFR"),
)

_ADDRESS: Final[Table] = leaves(
    "ConsigneeName AddressLine PoliticalDivision3 PoliticalDivision2 PoliticalDivision1 PostcodePrimaryLow"
    " PostcodeExtendedLow CountryCode"
)
_ATTRIBUTE: Final[Table] = {
    "OptionType": CODE,
    "OptionCode": [
        {
            **leaves("Category Code Description Name"),
            "TransportationPickUpSchedule": {
                "PickUp": [{"DayOfWeek": None, "PickUpDetails": leaves("PickUpTime NoPickUpIndicator")}]
            },
        }
    ],
}
_AVAILABLE: Final[Table] = {"AvailableIndicator": None, "UnavailableReason": CODE}
_ACCESS_POINT: Final[Table] = {
    **leaves("PublicAccessPointID ImageURL"),
    "LoadCapacityRatio": Drop("REST does not tell how full a place is"),
    "BusinessClassificationList": {"BusinessClassification": [CODE]},
    "AccessPointStatus": CODE,
    "FacilitySLIC": None,
    "PrivateNetworkList": {"PrivateNetwork": [leaves("NetworkID NetworkDescription")]},
    "Availability": {"ShippingAvailability": _AVAILABLE, "DCRAvailability": _AVAILABLE},
}
_PLACE: Final[Table] = {
    "LocationID": From("LocationID", default=""),
    "IVR": {"PhraseID": None, "TextToSpeechIndicator": FLAG},
    "OriginOrDestination": None,
    "Geocode": _GEOCODE,
    "AddressKeyFormat": _ADDRESS,
    "PhoneNumber": [None],
    **leaves("FaxNumber EMailAddress"),
    "LocationAttribute": [_ATTRIBUTE],
    "Distance": {"Value": None, "UnitOfMeasurement": CODE},
    "SpecialInstructions": [{"Segment": [None]}],
    "LatestGroundDropOffTime": [None],
    "LatestAirDropOffTime": [None],
    "AdditionalChargeIndicator": FLAG,
    **leaves(
        "StandardHoursOfOperation NonStandardHoursOfOperation WillCallHoursOfOperation Number HomePageURL Comments"
    ),
    "AdditionalComments": {"CommentType": [leaves("Code Text")]},
    "Disclaimer": [None],
    **leaves("SLIC Timezone FacilityType"),
    "OperatingHours": {
        "StandardHours": [
            {
                "HoursType": None,
                "DayOfWeek": [
                    leaves("Day OpenHours CloseHours LatestDropOffHours PrepHours ClosedIndicator Open24HoursIndicator")
                ],
            }
        ]
    },
    "LocalizedInstruction": [leaves("Locale Last50ftInstruction")],
    "PromotionInformation": [leaves("Locale Promotion")],
    "SortCode": leaves("HubSortCode FreightSortFacilityCode"),
    "ServiceOfferingList": {"ServiceOffering": [CODE]},
    "DisplayPhoneNumberIndicator": None,
    "AccessPointInformation": _ACCESS_POINT,
    "LocationImage": leaves("SecureURL NonSecureURL"),
    **leaves("LocationNewIndicator PromotionalLinkURL FeaturedRank WillCallLocationIndicator"),
}
XML_ANSWER: Final[Table] = {
    "Geocode": _GEOCODE,
    "SearchResults": {
        "GeocodeCandidate": [{"AddressKeyFormat": _ADDRESS, "Geocode": _GEOCODE, "LandmarkName": None}],
        "Disclaimer": None,
        "DropLocation": [_PLACE],
        "AvailableLocationAttributes": [_ATTRIBUTE],
    },
    "AllowAllConfidenceLevels": None,
}


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST; RequestOption and the locale are in its address."""
    content: Node = copied(asked.tree)
    option = content.get("Request", {}).pop("RequestOption", None)
    ignored = _without_empty_options(content)
    body = {"LocatorRequest": content}
    filled = fill_defaults(body, DEFAULTS, account) + _named_offerings(body)
    if option is None:
        filled += ("reqOption",)
    path = f"/api/locations/{VERSION}/search/availabilities/{step(option or LOCATIONS)}"
    call = RestCall("POST", path, {"Locale": content["Translate"]["Locale"]}, body=body)
    return Translated(asked, (call,), defaults=filled, ignored=ignored)


def _without_empty_options(content: Node) -> tuple[str, ...]:
    """Takes out search options that name no code: a running client sends the type alone, REST requires codes."""
    criteria: Node = content.get("LocationSearchCriteria", {})
    options = list(at(criteria, "SearchOption"))
    whole = [option for option in options if "OptionCode" in option]
    if len(whole) == len(options):
        return ()
    criteria["SearchOption"] = whole
    if not whole:
        del criteria["SearchOption"]
    if not criteria:
        del content["LocationSearchCriteria"]
    return ("LocatorRequest/LocationSearchCriteria/SearchOption",)


_OFFERING: Final = (
    "LocatorRequest.LocationSearchCriteria.AccessPointSearch.IncludeCriteria.ServiceOfferingList.ServiceOffering"
)


def _named_offerings(body: Node) -> tuple[str, ...]:
    """Gives each offering that is asked for the description that REST requires and the XML API has none of."""
    bare = [offering for offering in at(body, _OFFERING) if "Description" not in offering]
    for offering in bare:
        offering["Description"] = offering["Code"]
    return (f"{_OFFERING}.Description",) if bare else ()


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The places; raises UpsRefused when the answer says that there are none to give."""
    return good(bodies[0], "LocatorResponse")


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """What UPS remarked on a good answer."""
    return warning_inside(bodies[0], "LocatorResponse")
