"""What UPS demands of request bodies, as tables: path, UPS's code, short words.

The rule: these are checked in order before anything is computed. What needs more than one value at a time (services,
postal codes, limits) is in `goods`. Codes are those of UPS's REST guides.
"""

from ups_gateway.simulator.validate import Rule

_COUNTRY = r"[A-Za-z]{2}"
_PACKAGING = frozenset(
    "00 01 02 03 04 21 24 25 30 2a 2b 2c 56 57 58 59 60 61 62 63 64 65 66 67".split()  # Packaging codes of the guides
)
_UNITS = frozenset({"LBS", "KGS", "OZS"})
_LENGTHS = frozenset({"IN", "CM"})


def _need(
    path: str, code: str, message: str, pattern: str | None = None, allowed: frozenset[str] | None = None
) -> Rule:
    return Rule(path, code, message, required=True, pattern=pattern, allowed=allowed)


def _rate() -> tuple[Rule, ...]:
    s = "RateRequest.Shipment"
    p = f"{s}.Package[]"
    o = f"{p}.PackageServiceOptions"
    return (
        _need("RateRequest", "9111000", "Invalid RSS Request Document"),
        _need("RateRequest.Request", "20007", "Missing Required field, Request."),
        _need("RateRequest.Request.RequestOption", "9110034", "Missing or invalid request option."),
        _need("RateRequest.PickupType.Code", "9110001", "Missing pickup type Code."),
        _need("RateRequest.CustomerClassification.Code", "9110002", "Missing customer classification code."),
        _need(s, "9110003", "Missing shipment information."),
        _need(f"{s}.Shipper", "9110004", "Missing shipper information."),
        _need(f"{s}.Shipper.Address", "9110006", "Missing shipper address information."),
        _need(f"{s}.Shipper.Address.CountryCode", "9110008", "Missing shipper country code."),
        _need(f"{s}.ShipTo", "9110009", "Missing ship to information."),
        _need(f"{s}.ShipTo.Address", "9110010", "Missing ship to address information."),
        _need(f"{s}.ShipTo.Address.CountryCode", "9110013", "Missing ship to country code."),
        Rule(
            f"{s}.ShipTo.Address.CountryCode", "110208", "Missing/Illegal ShipTo/Address/CountryCode", pattern=_COUNTRY
        ),
        _need(f"{s}.ShipFrom.Address", "9110014", "Missing Ship From address information."),
        _need(f"{s}.ShipFrom.Address.CountryCode", "9110017", "Missing ship from country code."),
        Rule(
            f"{s}.ShipFrom.Address.CountryCode",
            "110308",
            "Invalid or unsupported origin country code",
            pattern=_COUNTRY,
        ),
        Rule(f"{s}.Package", "110002", "No packages in shipment.", required=True, shortest=1),
        Rule(f"{s}.Package", "110003", "Maximum number of packages exceeded (200)", longest=200),
        _need(f"{p}.PackagingType", "9110048", "Missing Packaging Type for package {0}."),
        _need(f"{p}.PackagingType.Code", "9110019", "Missing package type code for package {0}."),
        Rule(f"{p}.PackagingType.Code", "111510", "Unsupported packaging requested.", allowed=_PACKAGING),
        _need(f"{p}.PackageWeight.UnitOfMeasurement", "9110022", "Missing weight unit of measurement for package {0}."),
        _need(
            f"{p}.PackageWeight.UnitOfMeasurement.Code",
            "9110023",
            "Missing or invalid weight unit code for package {0}.",
            allowed=_UNITS,
        ),
        _need(f"{p}.Dimensions.UnitOfMeasurement", "9110020", "Missing dimensions unit for package {0}."),
        _need(
            f"{p}.Dimensions.UnitOfMeasurement.Code",
            "9110021",
            "Missing or invalid dimensions unit code for package {0}.",
            allowed=_LENGTHS,
        ),
        _need(f"{o}.DeclaredValue.CurrencyCode", "9110032", "Missing declared currency code for package {0}."),
        _need(f"{o}.DeclaredValue.MonetaryValue", "9110033", "Missing declared monetary value for package {0}."),
        _need(f"{o}.COD.CODFundsCode", "9110029", "Missing COD Funds Code Information for {0}."),
        _need(f"{o}.COD.CODAmount", "9110030", "Missing COD Amount Information for {0}."),
        _need(f"{o}.COD.CODAmount.CurrencyCode", "9110031", "Missing COD currency Code for {0}."),
    )


def _party(path: str, digit: str, who: str) -> tuple[Rule, ...]:
    a = f"{path}.Address"
    return (
        _need(f"{path}.Name", f"120{digit}0{1 if digit == '1' else 0}", f"Missing or invalid {who} name"),
        _need(a, f"120{digit}02", f"Missing or invalid {who} address line 1"),
        _need(f"{a}.AddressLine", f"120{digit}02", f"Missing or invalid {who} address line 1"),
        _need(f"{a}.City", f"120{digit}05", f"Missing or invalid {who} City"),
        _need(f"{a}.CountryCode", f"120{digit}08", f"Missing or invalid {who} country", _COUNTRY),
    )


def _ship() -> tuple[Rule, ...]:
    s = "ShipmentRequest.Shipment"
    p = f"{s}.Package[]"
    o = f"{p}.PackageServiceOptions"
    forms = f"{s}.ShipmentServiceOptions.InternationalForms"
    label = "ShipmentRequest.LabelSpecification"
    charge = f"{s}.PaymentInformation.ShipmentCharge"
    return (
        _need("ShipmentRequest", "20007", "Missing Required field, ShipmentRequest."),
        _need("ShipmentRequest.Request", "20007", "Missing Required field, Request."),
        _need("ShipmentRequest.Request.RequestOption", "20007", "Missing Required field, RequestOption."),
        _need(s, "20007", "Missing Required field, Shipment."),
        _need(f"{s}.Shipper", "120100", "Missing or invalid shipper number"),
        _need(f"{s}.Shipper.ShipperNumber", "120100", "Missing or invalid shipper number"),
        Rule(
            f"{s}.Shipper.ShipperNumber",
            "120113",
            "Shipper number must contain alphanumeric characters only",
            pattern=r"[0-9A-Za-z]+",
        ),
        *_party(f"{s}.Shipper", "1", "Shipper"),
        _need(f"{s}.ShipTo", "120200", "Missing or invalid ShipTo CompanyName"),
        *_party(f"{s}.ShipTo", "2", "ShipTo"),
        *_party(f"{s}.ShipFrom", "3", "ShipFrom"),
        Rule(f"{s}.Description", "120503", "Shipment Description is too long", longest=50),
        _need(f"{s}.Service", "120500", "Missing or invalid Service Code"),
        _need(f"{s}.Service.Code", "120500", "Missing or invalid Service Code"),
        Rule(charge, "120400", "Missing or invalid shipment payment method", shortest=1, longest=3),
        _need(
            f"{charge}[].Type",
            "120400",
            "Missing or invalid shipment payment method",
            allowed=frozenset({"01", "02", "03"}),
        ),
        Rule(f"{s}.Package", "120600", "Missing Package Packaging Type Code", required=True, shortest=1),
        Rule(f"{s}.Package", "120020", "Max packages per shipment exceeded", longest=200),
        _need(f"{p}.Packaging", "9120228", "Missing packaging type for Package {0}."),
        _need(f"{p}.Packaging.Code", "120600", "Missing Package Packaging Type Code"),
        Rule(f"{p}.Packaging.Code", "121510", "Unsupported package type.", allowed=_PACKAGING),
        _need(f"{p}.PackageWeight.Weight", "120608", "Package weight is required"),
        _need(
            f"{p}.PackageWeight.UnitOfMeasurement.Code", "121057", "The measurement system is not valid", allowed=_UNITS
        ),
        _need(f"{p}.Dimensions.UnitOfMeasurement", "121057", "The measurement system is not valid"),
        Rule(
            f"{p}.Dimensions.UnitOfMeasurement.Code", "121057", "The measurement system is not valid", allowed=_LENGTHS
        ),
        Rule(f"{p}.ReferenceNumber[].Value", "120603", "Invalid Package Reference Value", longest=35),
        Rule(f"{p}.ReferenceNumber[].Code", "120607", "Invalid Package Reference Code", longest=2),
        Rule(f"{s}.ReferenceNumber[].Value", "120501", "Invalid Shipment ReferenceNumber Value", longest=35),
        _need(f"{o}.DeclaredValue.CurrencyCode", "9120211", "Missing declared value currency code for package {0}."),
        _need(f"{o}.DeclaredValue.MonetaryValue", "9120212", "Missing declared value for package {0}."),
        _need(f"{o}.COD.CODFundsCode", "120626", "The COD Funds Code is invalid."),
        _need(f"{o}.COD.CODAmount.MonetaryValue", "120610", "Invalid COD monetary value"),
        _need(label, "9120241", "Missing label specification information."),
        _need(f"{label}.LabelImageFormat", "9120242", "Missing label specification label image format."),
        _need(f"{label}.LabelImageFormat.Code", "9120243", "Missing/Invalid label image format Code."),
        _need(f"{label}.LabelStockSize", "9120244", "Missing label specification label stock size."),
        _need(f"{label}.LabelStockSize.Height", "120704", "Missing/Invalid LabelStockSize Height"),
        _need(f"{label}.LabelStockSize.Width", "120705", "Missing/Invalid LabelStockSize Width."),
        Rule(
            f"{forms}.FormType",
            "128001",
            "Invalid or missing international forms form type.",
            required=True,
            shortest=1,
        ),
    )


def _invoice() -> tuple[Rule, ...]:
    forms = "InternationalForms"
    p = f"{forms}.Product[]"
    return (
        Rule(f"{forms}.Product", "128039", "Invalid number of products.", required=True, shortest=1, longest=100),
        _need(f"{p}.Description", "128113", "Invalid product description for product number {0}."),
        _need(f"{p}.Unit", "128043", "Invalid or missing product unit number for product number {0}."),
        _need(
            f"{p}.Unit.Number", "128043", "Invalid or missing product unit number for product number {0}.", r"\d{1,7}"
        ),
        _need(f"{p}.Unit.UnitOfMeasurement.Code", "128044", "Missing unit of measurement for product number {0}."),
        _need(f"{p}.Unit.Value", "128046", "Invalid or missing product unit value for product number {0}."),
        _need(f"{p}.OriginCountryCode", "128049", "Invalid or missing product origin country code for product {0}."),
        _need(f"{forms}.InvoiceDate", "128066", "Invalid or missing invoice date. Valid format is yyyyMMdd", r"\d{8}"),
        _need(f"{forms}.ReasonForExport", "128069", "Invalid or missing reason for export."),
        _need(
            f"{forms}.CurrencyCode",
            "128114",
            "Invalid or missing currency code. Valid length is 3 alphanumeric.",
            r"[A-Za-z]{3}",
        ),
        _need(f"{forms}.Contacts", "128094", "Sold to information is required when an invoice is requested."),
        _need(f"{forms}.Contacts.SoldTo", "128094", "Sold to information is required when an invoice is requested."),
        _need(f"{forms}.Contacts.SoldTo.Name", "128095", "Invalid or missing sold to company name."),
        _need(f"{forms}.Contacts.SoldTo.AttentionName", "128109", "Invalid or missing sold to attention name."),
        _need(f"{forms}.Contacts.SoldTo.Phone", "128115", "Invalid or missing sold to phone number."),
        _need(f"{forms}.Contacts.SoldTo.Address", "9120801", "Missing sold to address information."),
        _need(f"{forms}.Contacts.SoldTo.Address.AddressLine", "128096", "Invalid or missing sold to address line 1."),
        _need(f"{forms}.Contacts.SoldTo.Address.City", "128099", "Invalid or missing sold to city."),
        _need(f"{forms}.Contacts.SoldTo.Address.CountryCode", "128102", "Invalid or missing sold to country code"),
    )


RATE = _rate()
SHIP = _ship()
INVOICE = _invoice()

# From v2403 on, UPS's schema has lists here; older versions took a lone object.
LISTS_SINCE = 2403
RATE_LISTS = (Rule("RateRequest.Shipment.Package", "10002", "Package must be an array.", array=True),)
SHIP_LISTS = (
    Rule("ShipmentRequest.Shipment.Package", "10002", "Package must be an array.", array=True),
    Rule(
        "ShipmentRequest.Shipment.PaymentInformation.ShipmentCharge",
        "10002",
        "ShipmentCharge must be an array.",
        array=True,
    ),
)

RECOVERY = (
    _need("LabelRecoveryRequest", "20007", "Missing Required field, LabelRecoveryRequest."),
    _need("LabelRecoveryRequest.Request", "20007", "Missing Required field, Request."),
    _need("LabelRecoveryRequest.LabelSpecification.LabelImageFormat.Code", "9800009", "No Label Image Format Code"),
    Rule(
        "LabelRecoveryRequest.LabelSpecification.LabelStockSize.Height",
        "9801012",
        "Invalid LabelSpecification/ LabelStockSize/Height",
        pattern="[468]",
    ),
    Rule(
        "LabelRecoveryRequest.LabelSpecification.LabelStockSize.Width",
        "9801013",
        "Invalid LabelSpecification/LabelStockSize/Width",
        pattern="[468]",
    ),
    Rule("LabelRecoveryRequest.TrackingNumber", "9800007", "Too short Tracking Number", shortest=18),
    Rule("LabelRecoveryRequest.TrackingNumber", "9800008", "Too long Tracking Number", longest=34),
    _need("LabelRecoveryRequest.ReferenceValues.ReferenceNumber.Value", "9801037", "Invalid Reference Number"),
    _need("LabelRecoveryRequest.ReferenceValues.ShipperNumber", "9801038", "Invalid Shipper Number"),
)

ADDRESS = (
    _need("XAVRequest", "20007", "Missing Required field, XAVRequest."),
    _need("XAVRequest.AddressKeyFormat", "20007", "Missing Required field, AddressKeyFormat."),
    _need("XAVRequest.AddressKeyFormat.CountryCode", "264002", "Country code is invalid or missing."),
)

TRANSIT = (
    _need("originCountryCode", "270057", "The Ship From Country is either Missing or Invalid", _COUNTRY),
    _need("destinationCountryCode", "270051", "The Ship To Country is either Missing or Invalid", _COUNTRY),
    Rule("originPostalCode", "270058", "The Ship From Postal Code is either Missing or Invalid", text=True, longest=10),
    Rule(
        "destinationPostalCode", "270049", "The Ship To Postal Code is either Missing or Invalid", text=True, longest=10
    ),
    Rule("originCityName", "270047", "The Ship From City is either Missing or Invalid", text=True, longest=50),
    Rule("destinationCityName", "270050", "The Ship To City is either Missing or Invalid", text=True, longest=50),
    Rule("shipDate", "270048", "The Ship Date is either Missing or Invalid", text=True, pattern=r"\d{4}-\d\d-\d\d|"),
    Rule("shipTime", "270045", "An Invalid Time was Entered", text=True, pattern=r"\d\d:?\d\d(:?\d\d)?|"),
    Rule("weight", "270056", "The Weight is either Missing or Invalid", pattern=r"\d+(\.\d+)?"),
    Rule("weightUnitOfMeasure", "270012", "Invalid Weight Unit of Measure", allowed=frozenset({"LBS", "KGS", ""})),
    Rule("billType", "270015", "Invalid Bill Type", allowed=frozenset({"02", "03", "04", "07", ""})),
    Rule("residentialIndicator", "270034", "Invalid residential indicator", allowed=frozenset({"01", "02", ""})),
    Rule("shipmentContentsValue", "270054", "The Ship Monetary Value is Invalid", pattern=r"\d+(\.\d+)?"),
    Rule("shipmentContentsCurrencyCode", "270055", "The Currency Code is Invalid", text=True, pattern=r"[A-Za-z]{3}|"),
    Rule("numberOfPackages", "270060", "The Value for the Total Number of Packages is Invalid", pattern=r"\d+"),
    Rule("maxList", "270036", "Invalid Maximum List Size", pattern=r"\d+"),
)
