"""POST /api/dangerousgoods/{version}/chemicalreferencedata: what is known of a regulated substance.

The rule: one record a set of rules; the test environment has none of this and says so, as UPS documents it.
"""

from typing import Any

from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.fields import needed, request_of
from ups_gateway.simulator.operations.reading import text
from ups_gateway.simulator.substances import REGULATIONS, Substance, named, numbered
from ups_gateway.simulator.world import World

_ROOT = "ChemicalReferenceDataRequest"
_RULES = needed(_ROOT, "Request")
_MULTIPLIERS = {"2": "3", "3": "1", "4": "0"}
"""Of points by transport category; that of category 1, 50, does not fit UPS's one figure."""


def reference_data(call: Call, world: World) -> Reply:
    """By identification number, by proper shipping name, or by both."""
    request = request_of(call, _ROOT, _RULES)
    if text(request, "ShipperNumber").upper() not in call.grant.accounts:
        raise Refused(400, "9190032", "Missing or Invalid ShipperNumber.")
    number, name = text(request, "IDNumber"), text(request, "ProperShippingName")
    if not number and not name:
        raise Refused(400, "9190039", "At least one of ProperShippingName and IDNumber is required.")
    if world.settings.cie:
        raise Refused(400, "9190041", "Chemical Reference Data is not supported in Customer Integration Mode.")
    found = named(name) if name else []
    if number:
        known = numbered(number)
        found = [known] if known is not None and (not name or known in found) else []
    if not found:
        raise Refused(400, "9190040", "No Chemical Reference Data records found for given input data.")
    records = [_record(each, rules, kind) for each in found for rules, kind in REGULATIONS.items()]
    answer = {"Response": response(request), "ChemicalData": records}
    return Reply(200, as_of_version({"ChemicalReferenceDataResponse": answer}, call.version))


def _record(substance: Substance, rules: str, kind: str) -> dict[str, Any]:
    by_road = rules == "ADR"
    detail = {
        "RegulationSet": rules,
        "IDNumber": substance.number,
        "HazardousMaterialsDescription": substance.names[0],
        "ClassDivisionNumber": substance.division,
        "SubRiskClass": substance.sub_risk,
        "PackagingGroupType": substance.group,
        "TechnicalNameRequiredIndicator": "Y" if substance.technical_name else "N",
        "AdditionalShippingInformationRequiredIndicator": "N",
        "TunnelRestrictionCode": substance.tunnel if by_road else "",
        "TransportCategory": substance.category if by_road else "",
        "TransportMultiplierQuantity": _MULTIPLIERS.get(substance.category, "") if by_road else "",
        "ChannelTunnelAcceptedIndicator": "Y" if by_road else "N",
        "ChemicalType": kind,
        "CAToUSShipmentAllowedIndicator": "Y" if rules == "TDG" else "",
    }
    limits = [
        {
            "PackageQuantityLimitTypeCode": limit.kind,
            "Quantity": f"{limit.quantity:.4f}",
            **({"UOM": limit.unit, "PackagingInstructionCode": limit.instruction} if limit.quantity else {}),
        }
        for limit in substance.limits(rules)
    ]
    return {
        "ChemicalDetail": {name: value for name, value in detail.items() if value},
        "ProperShippingNameDetail": {"ProperShippingName": list(substance.names)},
        "PackageQuantityLimitDetail": limits,
    }
