"""POST /api/dangerousgoods/{version}/acceptanceauditprecheck: would the driver take these dangerous goods?

The rule: the shipment is judged first, then each package and each chemical record in it. Codes that UPS documents as
both, refusal and warning, refuse fully regulated goods and warn about all others (which is which is not documented).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ups_gateway.simulator import places
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.dangerous_rules import ALSO_WARNINGS, BY_LEVEL, PRE_CHECK, REGULATED, WORDS
from ups_gateway.simulator.operations.fields import request_of
from ups_gateway.simulator.operations.reading import many, number, part, text
from ups_gateway.simulator.substances import numbered
from ups_gateway.simulator.world import World

_ROOT = "AcceptanceAuditPreCheckRequest"
_CIE_ORIGINS = frozenset(
    {"AT", "BE", "CA", "CH", "DE", "DK", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "PR", "SE", "US"}
)
"""Documented is that only some countries work in the test environment, not which."""
_EUROPE = frozenset({"EU", "ER"})
_POINTS = {"0": 0, "1": 50, "2": 3, "3": 1, "4": 0}
_FULLY = "FR"
Tree = Mapping[str, Any]


def pre_check(call: Call, world: World) -> Reply:
    """Check a shipment."""
    request = request_of(call, _ROOT, PRE_CHECK)
    shipment = part(request, "Shipment")
    account = text(shipment, "ShipperNumber").upper()
    if account not in call.grant.accounts:
        raise _refused("9190032")
    origin = text(shipment, "ShipFromAddress", "CountryCode").upper()
    if world.settings.cie and origin not in _CIE_ORIGINS:
        raise _refused("9190038")
    rules = text(shipment, "RegulationSet").upper()
    packages = [tree for tree in many(shipment.get("Package")) if isinstance(tree, dict)]
    if not rules and any(_level(record) != "EQ" for package in packages for record in _records(package)):
        raise _refused("9190016")
    warnings = [warning for package in packages for warning in _warnings(package, rules)]
    answer: dict[str, Any] = {
        "Response": response(request, *((code, WORDS[code]) for code, *_ in warnings)),
        "ShipperNumber": account,
        "Service": {"Code": text(shipment, "Service", "Code")},
        "RegulationSet": rules,
        "PackageResults": [_result(package, rules, origin) for package in packages],
    }
    if warnings:
        answer["Response"]["AlertDetail"] = [_alert_detail(*warning) for warning in warnings]
    answer = {name: value for name, value in answer.items() if value}
    return Reply(200, as_of_version({"AcceptanceAuditPreCheckResponse": answer}, call.version))


def _refused(code: str) -> Refused:
    return Refused(400, code, WORDS[code])


def _records(package: Tree) -> list[Tree]:
    return [tree for tree in many(package.get("ChemicalRecord")) if isinstance(tree, dict)]


def _level(record: Tree) -> str:
    return text(record, "CommodityRegulatedLevelCode").upper()


def _warnings(package: Tree, rules: str) -> Iterator[tuple[str, str, str]]:
    """(code, package, record) of each warning. Raises `Refused` for what is worse."""
    of_package = text(package, "PackageIdentifier")
    records = _records(package)
    strict = any(_level(record) == _FULLY for record in records)
    for code in _package_problems(package, records, rules):
        if strict or code not in ALSO_WARNINGS:
            raise _refused(code)
        yield code, of_package, ""
    for record in records:
        for code in _record_problems(record):
            if _level(record) == _FULLY or code not in ALSO_WARNINGS:
                raise _refused(code)
            yield code, of_package, text(record, "ChemicalRecordIdentifier")


def _package_problems(package: Tree, records: list[Tree], rules: str) -> Iterator[str]:
    mode = text(package, "TransportationMode").upper()
    if any(_level(record) in REGULATED for record in records) and mode not in ("GND", "CAO", "PAX"):
        yield "9190022"
    if mode == "GND" and rules == "IATA":
        yield "9197061"
    phone = text(package, "EmergencyPhone")
    if phone and not text(package, "EmergencyContact"):
        yield "9197059"
    if phone and (len(phone) < 10 or not any(letter.isdigit() for letter in phone)):
        yield "9197060"
    together = [record for record in records if "AllPackedInOneIndicator" in record]
    if len(together) == 1:
        yield "9197088"
    if len(together) == 2 and len(records) == 3 and "OverPackedIndicator" not in package:
        yield "9197089"
    if len(together) > 1 and rules == "IATA" and not text(package, "QValue"):
        yield "9190026"


def _record_problems(record: Tree) -> Iterator[str]:
    for name, code in BY_LEVEL.get(_level(record), {}).items():
        if not text(record, name):
            yield code
    if "Quantity" in BY_LEVEL.get(_level(record), {}) and text(record, "Quantity") and not text(record, "UOM"):
        yield "9197077"
    substance = numbered(text(record, "IDNumber"))
    if substance is None or _level(record) not in REGULATED:
        return
    if text(record, "ClassDivisionNumber") not in ("", substance.division):
        yield "9190023"
    if text(record, "PackagingGroupType") not in ("", substance.group):
        yield "9197080"
    if substance.technical_name and not text(record, "TechnicalName"):
        yield "9197066"


def _result(package: Tree, rules: str, origin: str) -> dict[str, Any]:
    return {
        "PackageIdentifier": text(package, "PackageIdentifier"),
        "AccessibleIndicator": "Y" if text(package, "TransportationMode").upper() == "CAO" else "N",
        "EuropeBUIndicator": "Y" if places.country(origin).area in _EUROPE else "N",
        "ChemicalRecordResults": [_record_result(record, by_road=rules == "ADR") for record in _records(package)],
    }


def _record_result(record: Tree, *, by_road: bool) -> dict[str, str]:
    """Points and tunnels are a matter of the European rules for roads."""
    result = {"ChemicalRecordIdentifier": text(record, "ChemicalRecordIdentifier")}
    if not by_road or _level(record) not in REGULATED:
        return result
    substance = numbered(text(record, "IDNumber"))
    category = text(record, "TransportCategory") or (substance.category if substance else "")
    tunnel = text(record, "TunnelRestrictionCode") or (substance.tunnel if substance else "")
    units = min(number(text(record, "Quantity")), 9999.99)
    points = {
        "ADRPoints": str(min(int(units * _POINTS.get(category, 0)), 9999)),
        "TransportCategory": category,
        "TunnelRestrictionCode": tunnel,
        "ADRUnits": f"{units:.2f}",
    }
    return result | {name: value for name, value in points.items() if value}


def _alert_detail(code: str, package: str, record: str) -> dict[str, Any]:
    elements = [{"Code": "P", "Value": package}, *([{"Code": "C", "Value": record}] if record else [])]
    return {
        "Code": code,
        "Description": WORDS[code],
        "ElementLevelInformation": {"Level": "C" if record else "P", "ElementIdentifier": elements},
    }
