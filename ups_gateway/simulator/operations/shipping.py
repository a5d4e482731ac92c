"""POST /api/shipments/{version}/ship: one call that makes a shipment, its numbers, labels and papers.

The rule: everything is checked before anything is made; a refused call leaves no trace.
"""

from collections.abc import Mapping
from typing import Any

from ups_gateway.simulator import numbering, places, rates
from ups_gateway.simulator.consignment import Consignment, Party
from ups_gateway.simulator.labels import FORMATS, THERMAL
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations import charges, papers
from ups_gateway.simulator.operations.answering import as_of_version, release, response, unlocked
from ups_gateway.simulator.operations.goods import Api, consignment, own_accounts, service_for
from ups_gateway.simulator.operations.reading import many, number, part, party, references, text, texts_only
from ups_gateway.simulator.operations.rules import INVOICE, LISTS_SINCE, SHIP, SHIP_LISTS
from ups_gateway.simulator.rates import Quote
from ups_gateway.simulator.shipments import Package, Shipment, keep
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.world import World

_PAYERS = {
    "BillShipper": "P/P",
    "BillReceiver": "F/C",
    "BillThirdParty": "3RD PARTY",
    "ConsigneeBilledIndicator": "C/B",
}
_LABEL_COMES_OTHERWISE = frozenset({"2", "3", "5", "8"})
"""Return services whose label is mailed or brought by the driver and is not in the answer."""
_IMPORT_LABEL_IN_ANSWER = "05"
_INVOICE_FORMS = frozenset({"01", "11"})
_FORM_TYPES = frozenset("01 03 04 05 06 07 08 09 10 11 12".split())
_STOCK = {"4": "46", "6": "4", "8": "4"}
"""Thermal stock: height, and the widths that go with it, in either direction."""


def ship(call: Call, world: World) -> Reply:
    """Make a shipment."""
    if not isinstance(call.body, dict):
        raise Refused(400, "20007", "Missing Required field, ShipmentRequest.")
    texts_only(call.body)
    check(call.body, SHIP)
    if release(call.version) >= LISTS_SINCE:
        check(call.body, SHIP_LISTS)
    request = part(call.body, "ShipmentRequest")
    tree = part(request, "Shipment")
    if text(request, "Request", "RequestOption").lower() not in ("validate", "nonvalidate"):
        raise Refused(400, "20008", "The field, RequestOption, contains invalid data.")
    own_accounts(call.grant, tree)
    billing = _payment(tree)
    shipper, receiver = party(part(tree, "Shipper")), party(part(tree, "ShipTo"))
    sender = party(part(tree, "ShipFrom")) if "ShipFrom" in tree else shipper
    _parties(shipper, sender, receiver)
    goods = consignment(Api.SHIP, tree, sender.address, receiver.address)
    _customs(tree, goods)
    service = service_for(Api.SHIP, goods, text(tree, "Service", "Code"))
    label_format = _label_format(part(request, "LabelSpecification"))
    _returns(tree, goods)
    account = text(tree, "Shipper", "ShipperNumber").upper()
    options = part(tree, "ShipmentServiceOptions")
    packages = tuple(
        Package(numbering.tracking_number(account, service.code, world.next_id("package")), parcel)
        for parcel in goods.parcels
    )
    shipment = Shipment(
        packages[0].number,
        account,
        service.code,
        shipper,
        sender,
        receiver,
        goods,
        packages,
        references(tree),
        world.now().timestamp(),
        label_format,
        billing,
        text(tree, "ReturnService", "Code"),
        text(options, "LabelMethod", "Code") if "ImportControlIndicator" in options else "",
        _papers(request, tree, goods),
        _cod(tree),
        "LabelLinksIndicator" in part(options, "LabelDelivery"),
    )
    keep(world, shipment)
    quote = rates.price(goods, service)
    return Reply(200, as_of_version({"ShipmentResponse": _answer(call, world, request, shipment, quote)}, call.version))


def _payment(tree: Mapping[str, Any]) -> str:
    """Who pays for transportation, as labels say it; exactly one payer for each charge."""
    found = many(part(tree, "PaymentInformation").get("ShipmentCharge"))
    if not found and "FRSPaymentInformation" not in tree:
        raise Refused(400, "120400", "Missing or invalid shipment payment method")
    billing = "P/P"
    for charge in found:
        payers = [name for name in _PAYERS if name in charge]
        if not payers:
            raise Refused(400, "120400", "Missing or invalid shipment payment method")
        if len(payers) > 1:
            raise Refused(400, "120416", "A single billing option is required per shipment")
        (payer,) = payers
        _payer(payer, part(charge, payer), text(tree, "Shipper", "ShipperNumber"))
        if text(charge, "Type") == "01":
            billing = _PAYERS[payer]
    return billing


def _payer(name: str, payer: Mapping[str, Any], shipper: str) -> None:
    account = text(payer, "AccountNumber")
    if name == "BillShipper":
        if not account and not {"CreditCard", "AlternatePaymentMethod"} & payer.keys():
            raise Refused(400, "120412", "The account number provided as the payment method is missing or invalid.")
        if account and account.upper() != shipper.upper():
            raise Refused(400, "120415", "BillShipper/AccountNumber must be the same as Shipper/ShipperNumber")
    elif name in ("BillReceiver", "BillThirdParty") and not account:
        raise Refused(400, "120412", "The account number provided as the payment method is missing or invalid.")
    if name == "BillThirdParty" and not text(payer, "Address", "CountryCode"):
        raise Refused(400, "120437", "Third party or freight collect shippers postal code is missing or invalid.")


def _parties(shipper: Party, sender: Party, receiver: Party) -> None:
    """What UPS wants to know of a party depends on its country and on the border."""
    abroad = sender.address.country != receiver.address.country
    for who, digit, name in ((shipper, 1, "Shipper"), (receiver, 2, "ShipTo"), (sender, 3, "ShipFrom")):
        at = who.address
        if at.country in places.REGIONS and not at.state:
            raise Refused(400, f"120{digit}06", f"Missing or invalid {name} StateProvinceCode")
        if at.country in places.REGIONS and not at.postal:
            raise Refused(400, f"120{digit}07", f"Missing or invalid {name} PostalCode.")
        digits = sum(c.isalnum() for c in who.phone)
        if who.phone and digits < 10 and at.country in places.REGIONS:
            code = {1: "120115", 2: "120213", 3: "120313"}[digit]
            raise Refused(400, code, f"{name} PhoneNumber must be at least 10 alphanumeric characters")
        if abroad and digit < 3 and not who.phone:
            raise Refused(400, f"120{digit}09", f"Missing or invalid {name} PhoneNumber")
        if abroad and digit < 3 and not who.attention:
            raise Refused(400, "120110" if digit == 1 else "120201", f"Missing or invalid {name} AttentionName")


def _customs(tree: Mapping[str, Any], goods: Consignment) -> None:
    abroad = goods.origin.country != goods.destination.country
    papers_only = goods.documents or all(parcel.packaging == "01" for parcel in goods.parcels)
    if not text(tree, "Description") and ("ReturnService" in tree or (abroad and not papers_only)):
        raise Refused(400, "120512", "Shipment Description is required for this shipment.")
    if "InvoiceLineTotal" in tree and number(text(tree, "InvoiceLineTotal", "MonetaryValue")) <= 0:
        raise Refused(400, "120502", "InvoiceLineTotal/MonetaryValue must be greater than 0")
    options = part(tree, "ShipmentServiceOptions")
    forms = part(options, "InternationalForms")
    kinds = {str(kind) for kind in many(forms.get("FormType"))}
    if not forms:
        return
    if not kinds <= _FORM_TYPES:
        raise Refused(400, "128001", "Invalid or missing international forms form type.")
    if not abroad:
        raise Refused(400, "128120", "Origin country must be different than destination country.")
    if kinds & _INVOICE_FORMS:
        check(options, INVOICE)


def _label_format(specification: Mapping[str, Any]) -> str:
    kind = text(specification, "LabelImageFormat", "Code").upper()
    kind = "EPL" if kind == "EPL2" else kind
    if kind not in FORMATS:
        raise Refused(400, "9120243", "Missing/Invalid label specification label image format Code.")
    if kind in THERMAL:
        height, width = (text(specification, "LabelStockSize", side) for side in ("Height", "Width"))
        if height not in _STOCK:
            raise Refused(400, "120704", "Missing/Invalid LabelSpecification LabelStockSize Height")
        if width not in ("4", "6", "8"):
            raise Refused(400, "120705", "Missing/Invalid LabelSpecification LabelStockSize Width.")
        if "4" not in (height, width):
            raise Refused(400, "9120245", "Invalid label specification label stock dimensions.")
    return kind


def _returns(tree: Mapping[str, Any], goods: Consignment) -> None:
    options = part(tree, "ShipmentServiceOptions")
    service = text(tree, "ReturnService", "Code")
    if "ReturnService" in tree and service not in {str(code) for code in range(2, 21)}:
        raise Refused(400, "121040", "The Return Services are unavailable with the requested service.")
    if service and "ImportControlIndicator" in options:
        raise Refused(
            400, "121452", "An Import Control option and a Return Service option are not valid on one shipment."
        )
    if service and "110" in goods.options:
        raise Refused(400, "121005", "The COD option cannot be combined with the Return Services option.")
    if service and "300" in goods.options:
        raise Refused(400, "121015", "The Saturday Delivery option cannot be combined with the Return Services option.")
    if service == "8" and not text(options, "LabelDelivery", "EMail", "EMailAddress"):
        raise Refused(400, "20007", "Missing Required field, LabelDelivery/EMail/EMailAddress.")
    if (service or "ImportControlIndicator" in options) and len(goods.parcels) > 20:
        raise Refused(400, "120020", "Max packages per shipment exceeded")


def _papers(request: Mapping[str, Any], tree: Mapping[str, Any], goods: Consignment) -> tuple[str, ...]:
    wanted = {
        papers.FORMS: "InternationalForms" in part(tree, "ShipmentServiceOptions"),
        papers.CONTROL_LOG: any(parcel.declared >= papers.HIGH_VALUE_FROM for parcel in goods.parcels),
        papers.HIGH_VALUE: any(parcel.declared >= papers.HIGH_VALUE_FROM for parcel in goods.parcels),
        papers.COD_PAGE: bool(_cod(tree)),
        papers.DANGEROUS_GOODS: "DGSignatoryInfo" in tree,
        papers.RECEIPT: "ReceiptSpecification" in request,
    }
    return tuple(kind for kind, is_wanted in wanted.items() if is_wanted)


def _cod(tree: Mapping[str, Any]) -> str:
    """What is to be collected, of the shipment or of the first package that says so."""
    blocks = [
        part(tree, "ShipmentServiceOptions"),
        *(part(p, "PackageServiceOptions") for p in many(tree.get("Package"))),
    ]
    for options in blocks:
        if "COD" in options:
            amount = part(options, "COD", "CODAmount")
            return f"{text(amount, 'MonetaryValue')} {text(amount, 'CurrencyCode') or 'USD'}"
    return ""


def _answer(call: Call, world: World, request: Mapping[str, Any], shipment: Shipment, quote: Quote) -> dict[str, Any]:
    tree = part(request, "Shipment")
    version = unlocked(call, request)
    taxed = "TaxInformationIndicator" in tree
    asked = "NegotiatedRatesIndicator" in part(tree, "ShipmentRatingOptions")
    negotiated = charges.negotiated_wanted(call, shipment.account, asked=asked)
    own = rates.negotiated(quote, charges.percent_off(world)) if negotiated else None
    chart = {"RateChart": "1"} if "RateChartIndicator" in part(tree, "ShipmentRatingOptions") else {}
    results: dict[str, Any] = {
        **charges.disclaimers(quote, international=shipment.international, taxed=taxed),
        "ShipmentCharges": {**chart, **charges.shipment_charges(quote, version, taxed=taxed)},
    }
    if own is not None:
        results["NegotiatedRateCharges"] = charges.negotiated_charges(own, version, taxed=taxed)
    if "RatingMethodRequestedIndicator" in tree:
        results |= {"RatingMethod": "02", "BillableWeightCalculationMethod": "02"}
    results |= {
        "BillingWeight": charges.billing_weight(quote, quote.billed),
        "ShipmentIdentificationNumber": shipment.number,
        "PackageResults": [_package(shipment, n, quote, own, version) for n in range(len(shipment.packages))],
        **papers.of_shipment(shipment),
    }
    if shipment.links:
        results["LabelURL"] = papers.label_link(shipment.number)
        if shipment.return_service or shipment.import_control:
            results["ReceiptURL"] = papers.label_link(f"{shipment.number}/receipt")
    alerts = [charges.NOT_QUALIFIED] if asked and not negotiated else []
    return {"Response": response(request, *alerts), "ShipmentResults": results}


def has_label(shipment: Shipment) -> bool:
    """Whether the label is in the answer, not mailed or brought."""
    if shipment.import_control:
        return shipment.import_control == _IMPORT_LABEL_IN_ANSWER
    return shipment.return_service not in _LABEL_COMES_OTHERWISE


def _package(shipment: Shipment, n: int, quote: Quote, own: Quote | None, version: int) -> dict[str, Any]:
    package, priced = shipment.packages[n], quote.parcels[n]
    return {
        "TrackingNumber": package.number,
        **({"BaseServiceCharge": charges.amount(quote, priced.base)} if version >= charges.BASE_SINCE else {}),
        "ServiceOptionsCharges": charges.amount(quote, priced.options),
        **({"ShippingLabel": papers.shipping_label(shipment, package)} if has_label(shipment) else {}),
        **({"ShippingReceipt": papers.receipt(shipment)} if papers.RECEIPT in shipment.papers else {}),
        **charges.package_charges(quote, priced, own.parcels[n] if own else None, version),
    }
