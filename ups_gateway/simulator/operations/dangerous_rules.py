"""What UPS demands of an acceptance audit pre-check, as tables: codes, words, and what each level of regulation needs.

The rule: as in `rules`, codes and words are those of UPS's Dangerous Goods guides, the longer words shortened.
"""

from ups_gateway.simulator.validate import Rule

WORDS = {
    "9190007": "Missing ShipFromAddress container.",
    "9190008": "Missing ShipToAddress container.",
    "9190009": "Missing or Invalid AddressLine for ShipFromAddress.",
    "9190010": "Missing or Invalid City for ShipFromAddress.",
    "9190011": "Missing or Invalid CountryCode for ShipFromAddress.",
    "9190012": "Missing or Invalid AddressLine for ShipToAddress.",
    "9190013": "Missing or Invalid City for ShipToAddress.",
    "9190014": "Missing or Invalid CountryCode for ShipToAddress.",
    "9190015": "Missing or Invalid Service Code.",
    "9190016": "Missing or invalid RegulationSet.",
    "9190017": "Missing Package information.",
    "9190018": "Missing or Invalid PackageWeight.",
    "9190019": "Missing or Invalid Unit of Measurement for PackageWeight.",
    "9190020": "Missing ChemicalRecord information.",
    "9190021": "Exceeds maximum number of ChemicalRecord allowed per Package.",
    "9190022": "Missing or Invalid TransportationMode.",
    "9190023": "Missing or Invalid ClassDivisionNumber.",
    "9190024": "Missing or Invalid IDNumber.",
    "9190025": "Missing or Invalid CommodityRegulatedLevelCode.",
    "9190026": "Missing or Invalid QValue.",
    "9190027": "Missing or Invalid Quantity.",
    "9190028": "Missing or Invalid PackagingTypeQuantity.",
    "9190029": "Missing or Invalid TransportCategory.",
    "9190030": "Invalid Request for Dangerous Goods Utility Webservice.",
    "9190031": "Missing Shipment information.",
    "9190032": "Missing or Invalid ShipperNumber.",
    "9190034": "Missing or Invalid PackageIdentifier.",
    "9190035": "Missing or Invalid ChemicalRecordIdentifier.",
    "9190036": "Missing or Invalid OriginRecordTransactionTimestamp.",
    "9190037": "Exceeds maximum number of allowed packages.",
    "9190038": "The Ship From country is not supported for Pre-Check in Customer Integration Mode.",
    "9197059": "EmergencyContact is required when EmergencyPhone is provided.",
    "9197060": "Invalid EmergencyPhone: at least 10 characters with a numeric one.",
    "9197061": "RegulationSet must be 49CFR, TDG or ADR when TransportationMode is Ground.",
    "9197066": "TechnicalName is required for specified ProperShippingName.",
    "9197068": "Missing or Invalid ProperShippingName.",
    "9197074": "Package Type must be specified when the package is not Part of All Packed in One.",
    "9197077": "Missing or Invalid UOM for a given Quantity.",
    "9197080": "The Packing Group is invalid for this identification number.",
    "9197088": "A single ChemicalRecord cannot be All Packed in One.",
    "9197089": "Overpack is required when only two of three ChemicalRecord are All Packed in One.",
}
ALSO_WARNINGS = frozenset(
    "9190028 9197059 9197060 9197066 9197068 9197074 9197088 9197089".split()  # documented with status 400 and 200
)
REGULATED = frozenset({"FR", "LQ"})
"""Fully regulated and limited quantity; the other levels are LR, lightly regulated, and EQ, excepted quantity."""

_NAMES = {"IDNumber": "9190024", "ProperShippingName": "9197068"}
_QUANTITIES = {
    "ClassDivisionNumber": "9190023",
    **_NAMES,
    "Quantity": "9190027",
    "PackagingTypeQuantity": "9190028",
    "PackagingType": "9197074",
}
BY_LEVEL = {"FR": _QUANTITIES, "LQ": _QUANTITIES, "LR": _NAMES}
"""What a chemical record needs at each level, and the code of its absence."""


def _rule(code: str, path: str, pattern: str | None = None, *, required: bool = True) -> Rule:
    return Rule(f"AcceptanceAuditPreCheckRequest.{path}", code, WORDS[code], required=required, pattern=pattern)


def _most(code: str, path: str, longest: int) -> Rule:
    return Rule(f"AcceptanceAuditPreCheckRequest.{path}", code, WORDS[code], longest=longest)


_S = "Shipment"
_P = f"{_S}.Package[]"
_C = f"{_P}.ChemicalRecord[]"
_COUNTRY = "[A-Za-z]{2}"
PRE_CHECK = (
    _rule("9190030", "Request"),
    _rule(
        "9190036", "OriginRecordTransactionTimestamp", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?|\s*", required=False
    ),
    _rule("9190031", _S),
    _rule("9190032", f"{_S}.ShipperNumber"),
    _rule("9190007", f"{_S}.ShipFromAddress"),
    _rule("9190011", f"{_S}.ShipFromAddress.CountryCode", _COUNTRY),
    _rule("9190009", f"{_S}.ShipFromAddress.AddressLine"),
    _rule("9190010", f"{_S}.ShipFromAddress.City"),
    _rule("9190008", f"{_S}.ShipToAddress"),
    _rule("9190014", f"{_S}.ShipToAddress.CountryCode", _COUNTRY),
    _rule("9190012", f"{_S}.ShipToAddress.AddressLine"),
    _rule("9190013", f"{_S}.ShipToAddress.City"),
    _rule("9190015", f"{_S}.Service"),
    _rule("9190015", f"{_S}.Service.Code", r"\w{2,3}"),
    _rule("9190016", f"{_S}.RegulationSet", r"ADR|49CFR|CFR|IATA|TDG|\s*", required=False),
    _rule("9190017", f"{_S}.Package"),
    Rule("AcceptanceAuditPreCheckRequest.Shipment.Package", "9190017", WORDS["9190017"], shortest=1),
    _most("9190037", f"{_S}.Package", 1000),
    _rule("9190034", f"{_P}.PackageIdentifier", ".{1,5}"),
    _rule("9190018", f"{_P}.PackageWeight"),
    _rule("9190018", f"{_P}.PackageWeight.Weight", r"\d+(\.\d+)?"),
    _rule("9190019", f"{_P}.PackageWeight.UnitOfMeasurement"),
    _rule("9190019", f"{_P}.PackageWeight.UnitOfMeasurement.Code", "LBS|KGS"),
    _rule("9190026", f"{_P}.QValue", r"0\.[1-9]|1\.0|\s*", required=False),
    _rule("9190020", f"{_P}.ChemicalRecord"),
    _most("9190021", f"{_P}.ChemicalRecord", 3),
    _rule("9190035", f"{_C}.ChemicalRecordIdentifier", ".{1,3}"),
    _rule("9190025", f"{_C}.CommodityRegulatedLevelCode", "LR|FR|LQ|EQ"),
    _rule("9190029", f"{_C}.TransportCategory", r"[0-4]|\s*", required=False),
    _rule("9190028", f"{_C}.PackagingTypeQuantity", r"[1-9]\d{0,2}|\s*", required=False),
    _rule("9190027", f"{_C}.Quantity", r"\d+(\.\d+)?|\s*", required=False),
)
