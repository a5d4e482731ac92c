"""Service centres near the origin or the destination of a freight pickup.

SOAP: ProcessPickupGetServiceCenterFacilities, PickupGetServiceCenterFacilitiesRequest. REST: POST
/api/pickup/v2409/servicecenterlocations (Pickup.yaml), the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.errors import UpsUnreachable
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Node, Table, fill_defaults, leaves
from ups_gateway.translate.operations.parts import SOAP_REFERENCE, at, copied, required, texts_at
from ups_gateway.translate.operations.pickup_create import PLACE, VERSION

ROOT: Final = "PickupGetServiceCenterFacilitiesRequest"

_BY_SERVICE: Final = Drop("REST looks by service and container alone")

REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": Drop("pickups never used it, and REST has no such member"),
        "TransactionReference": SOAP_REFERENCE,
    },
    "PickupPiece": [
        {
            "ServiceCode": None,
            "Quantity": _BY_SERVICE,
            "DestinationCountryCode": _BY_SERVICE,
            "ContainerCode": None,
        }
    ],
    "OriginAddress": {
        "StreetAddress": None,
        **PLACE,
        "OriginSearchCriteria": leaves("SearchRadius DistanceUnitOfMeasure MaximumLocation"),
    },
    "DestinationAddress": PLACE,
    "Locale": None,
    "ProximitySearchIndicator": FLAG,
}
"""PickupGetServiceCenterFacilitiesRequest in REST's shape, which is SOAP's."""


def _locale(account: Account, tree: Node) -> str:
    # "Locale should be Origin Country" (Pickup.yaml); English is the fallback that UPS itself names
    country = next(iter(texts_at(tree, "OriginAddress.CountryCode")), account.country)
    return f"en_{country.upper()}"


DEFAULTS: Final = (Default(f"{ROOT}.Request", lambda _account, _tree: {}), Default(f"{ROOT}.Locale", _locale))

_FACILITY: Final[Table] = {
    "Name": From("Name", default=""),
    "Address": required(
        "Address",
        {
            "AddressLine": [None],
            **{name: From(name, default="") for name in PLACE},
            "ResidentialIndicator": From("ResidentialIndicator", default="N"),
        },
    ),
    **{name: From(name, default="") for name in ("SLIC", "Type", "Timezone", "Phone", "Fax")},
    "FacilityTime": {
        "DayOfWeek": [
            {
                **{name: From(name, default="") for name in ("Day", "OpenHours", "CloseHours")},
                **leaves("PrepTime LastDrop"),
            }
        ]
    },
}
SOAP_ANSWER: Final[Table] = {
    "ServiceCenterLocation": {
        "DropOffFacilities": [
            {
                **_FACILITY,
                "LocalizedInstruction": [leaves("Locale Last50ftInstruction")],
                "Distance": leaves("Value UnitOfMeasurement"),
            }
        ],
        "PickupFacilities": {**_FACILITY, **leaves("AirportCode SortCode")},
    }
}


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {ROOT: copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account, asked.tree)
    return Translated(
        asked, (RestCall("POST", f"/api/pickup/{VERSION}/servicecenterlocations", body=body),), defaults=filled
    )


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads. Raises UpsUnreachable for a success without any service centre."""
    path = "PickupGetServiceCenterFacilitiesResponse.ServiceCenterLocation"
    found = [place for place in at(bodies[0], path) if isinstance(place, dict) and place]
    if not found:
        raise UpsUnreachable("UPS answered without any service centre.", transient=False)
    return {"ServiceCenterLocation": found[0]}
