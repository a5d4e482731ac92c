"""What early REST said in path and query, and where its answers had arrays.

The rule: path, query and body become what the SOAP message would hold, so that one table serves both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.model import Operation
from ups_gateway.translate.operations.parts import listed
from ups_gateway.translate.operations.pickup_cancel import BY_ACCOUNT, BY_NUMBER

Shape = Callable[[Mapping[str, str], Mapping[str, str], dict[str, Any]], dict[str, Any]]
"""(parts of the path, query by lower-case names, body) -> what stands below the root of the SOAP message."""
_TRACK_OPTIONS: Final = {"returnsignature": "8", "returnpod": "2"}


def body_below(root: str) -> Shape:
    """The body, with its root or without."""
    return lambda _path, _query, body: _object(body.get(root, body))


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def with_option(root: str) -> Shape:
    """The body, and in it the option that the path names; transit times may be asked for in the query."""

    def shape(path: Mapping[str, str], query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        content = _object(body.get(root, body))
        option = path["option"]
        if "timeintransit" in query.get("additionalinfo", "").lower() and "timeintransit" not in option.lower():
            option += "timeintransit"
        content["Request"] = {**_object(content.get("Request")), "RequestOption": option}
        return content

    return shape


def address(path: Mapping[str, str], query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """The body with the option of the path and the two limits of the query."""
    content = with_option("XAVRequest")(path, query, body)
    if query.get("regionalrequestindicator", "").lower() == "true":
        content["RegionalRequestIndicator"] = ""
    if "maximumcandidatelistsize" in query:
        content["MaximumCandidateListSize"] = query["maximumcandidatelistsize"]
    return content


def void(path: Mapping[str, str], query: Mapping[str, str], _body: dict[str, Any]) -> dict[str, Any]:
    """The shipment of the path and the packages of the query."""
    numbers = re.findall(r"[0-9A-Za-z]+", query.get("trackingnumber", ""))
    return {"VoidShipment": {"ShipmentIdentificationNumber": path["number"], "TrackingNumber": numbers}}


def track(path: Mapping[str, str], query: Mapping[str, str], _body: dict[str, Any]) -> dict[str, Any]:
    """Early REST gave every activity; signature and proof of delivery are the options 8 and 2 of the old message."""
    wanted = [option for name, option in _TRACK_OPTIONS.items() if query.get(name, "").lower() == "true"]
    content = {"InquiryNumber": path["number"], "Request": {"RequestOption": ["1", *wanted]}}
    return {**content, "Locale": query["locale"]} if query.get("locale") else content


def no_pickup(path: Mapping[str, str], _query: Mapping[str, str], _body: dict[str, Any]) -> dict[str, Any]:
    """The pickup's number, or the account's, of the path."""
    number = path["number"]
    # A PRN has 11 characters, an account 6 or 10 (Pickup guide)
    return {"CancelBy": BY_NUMBER if len(number) > 10 else BY_ACCOUNT, "PRN": number}


# --- answers ----------------------------------------------------------------------------------------------------------

_RATED: Final = dict.fromkeys(
    "Alert AlertDetail ElementIdentifier Disclaimer RatedShipmentAlert ItemizedCharges HandlingUnits TaxCharges"
    " RatedPackage Accessorial RateModifier".split(),
    2403,
)
_SHIPPED: Final = dict.fromkeys(
    "Alert Disclaimer ItemizedCharges TaxCharges HandlingUnits PackageResults RateModifier GraphicImagePart Accessorial"
    " DGPaperImage".split(),
    2403,
)
ARRAYS_SINCE: Final[Mapping[Operation, Mapping[str, int]]] = MappingProxyType(
    {
        Operation.RATE: {**_RATED, "RatedShipment": 2409},
        Operation.SHIP: {**_SHIPPED, "ControlLogReceipt": 2409},
        Operation.VOID: {"PackageLevelResults": 2403},
        # UPS's guide to early REST shows the label of one package as an object; the file is silent (version inferred)
        Operation.LABEL_RECOVERY: dict.fromkeys(("Alert", "LabelResults", "TrackingCandidate"), 2403),
        Operation.ADDRESS_STREET: {"Alert": 2, "Candidate": 2},
        Operation.DANGEROUS_GOODS_PRECHECK: dict.fromkeys(
            ("Alert", "AlertDetail", "PackageResults", "ChemicalRecordResults"), 2
        ),
        Operation.DANGEROUS_GOODS_CHEMICALS: dict.fromkeys(
            ("Alert", "ChemicalData", "PackageQuantityLimitDetail"), 2403
        ),
        Operation.PICKUP_CREATE: dict.fromkeys(("Alert", "ChargeDetail", "TaxCharges"), 2403),
    }
)
"""Always arrays from this version on; before, an object when they occur once (rest-array-since.tsv)."""
ARRAYS_OF_OTHERS: Final[Mapping[str, int]] = MappingProxyType({"Alert": 2403})
"""Response was written alike by all services (inferred: the file is silent on pickups)."""


def joined(operation: Operation, bodies: Sequence[Any]) -> Any:
    """The answer; one of the several that a void of many packages got."""
    if operation is not Operation.VOID or len(bodies) == 1:
        return bodies[-1]
    answers = [_object(body.get("VoidShipmentResponse")) for body in bodies]
    every = [one for answer in answers for one in listed(answer.get("PackageLevelResults"))]
    return {"VoidShipmentResponse": {**answers[0], "PackageLevelResults": every}}
