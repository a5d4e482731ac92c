"""What tracking answers: the templates of the XML API and of SOAP, which legacy JSON shares.

They read the trees of `track_shipments`. Freight and ocean shipments have no successor in REST tracking.
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.translate.engine import ABSENT, FLAG, Drop, From, Made, Table, amend, leaves
from ups_gateway.translate.operations.parts import CODE
from ups_gateway.translate.operations.track_shipments import trimmed

_FREIGHT: Final = Drop("freight and ocean shipments only; REST tracking has no such member")
_NO_MEMBER: Final = Drop("REST tracking has no such member")
_NO_WORDS: Final = Drop("REST gives its attributes by name alone")

ADDRESS: Final[Table] = {
    "AddressLine1": From("addressLine1"),
    "AddressLine2": From("addressLine2"),
    "AddressLine3": From("addressLine3"),
    "City": From("city"),
    "StateProvinceCode": From("stateProvince"),
    "PostalCode": From("postalCode"),
    "CountryCode": Made(lambda node: node.get("countryCode") or node.get("country"), ("countryCode", "country")),
}


def _time(text: str) -> str:
    # REST leaves out leading zeros in gmtTime
    return text.zfill(6) if text.isdigit() else text


ACTIVITY: Final[Table] = {
    "AlternateTrackingInfo": Drop("REST gives alternate numbers for the package, not for an activity"),
    "ActivityLocation": From(
        "",
        {
            "Address": From("location.address", ADDRESS),
            "AddressArtifactFormat": Drop("REST gives the same address in its usual form"),
            "TransportFacility": _NO_MEMBER,
            "Code": Drop("REST names the place of delivery in words only"),
            "Description": From("delivery.location"),
            "SignedForByName": From("delivery.receivedBy"),
            "SignatureImage": From(
                "delivery.signature",
                {
                    "GraphicImage": From("image"),
                    "ImageFormat": Made(
                        lambda _node: {"Code": "GIF"},
                        (),
                        {"Code": None, "Description": Drop("REST gives the code alone")},
                    ),
                },
            ),
            "PODLetter": From("delivery.pod", {"HTMLImage": From("content")}),
            "ElectronicDeliveryNotification": _NO_MEMBER,
        },
    ),
    "Status": From(
        "status",
        {
            "StatusType": From(
                "", {"Code": From("type", via=trimmed), "Description": From("description", via=trimmed)}
            ),
            "StatusCode": From(
                "", {"Code": From("code", via=trimmed, default=""), "Description": From("simplifiedTextDescription")}
            ),
        },
    ),
    # every Activity needs a Date: clients sort by it
    "Date": From("date", default=""),
    "Time": From("time", via=_time),
    "GMTDate": From("gmtDate"),
    "GMTTime": From("gmtTime", via=_time),
    "GMTOffset": From("gmtOffset"),
    "DeliveryDateFromManifestIndicator": _NO_MEMBER,
    "NextScheduleActivity": Drop("REST gives the schedule for the package, in deliveryDate"),
    "SensorEventIndicator": Drop("REST marks the package, not the activity, as having sensor events"),
}

PACKAGE: Final[Table] = {
    "TrackingNumber": From("trackingNumber"),
    "DeliveryIndicator": Made(lambda node: "Y" if node["delivered"] else None, ("deliveryDate",)),
    "DeliveryDate": From("delivered"),
    "RescheduledDeliveryDate": From("rescheduled"),
    "RescheduledDeliveryTime": Made(
        lambda node: node["due_time"] if node["rescheduled"] else None, ("deliveryTime.endTime",)
    ),
    "SRSizeCode": _NO_MEMBER,
    "Redirect": From(
        "accessPointInformation",
        {
            "CompanyName": Drop("REST names no access point, only its date"),
            "LocationID": Drop("REST names no access point, only its date"),
            "PickupDate": From("pickupByDate"),
            "UPSAPAddress": Drop("REST names no access point, only its date"),
        },
    ),
    "Reroute": Drop("REST gives the address of delivery, not what changed it"),
    "ReturnTo": Drop("REST gives the address of delivery, not what changed it"),
    "PackageServiceOptions": From(
        "",
        {
            "COD": From(
                "cod",
                {
                    "CODAmount": From(
                        "", {"CurrencyCode": From("currency"), "MonetaryValue": From("amount", default="0.00")}
                    ),
                    "ControlNumber": From("id"),
                    "CODStatus": Made(lambda node: "Paid" if node.get("paid") else "Not paid", ("paid",)),
                },
            ),
            "SignatureRequired": From("signature_required", {"Code": None, "Description": None}),
            "ImportControl": _NO_MEMBER,
            "CommercialInvoiceRemoval": _NO_MEMBER,
            "UPScarbonneutral": From("carbon_neutral", FLAG),
            "USPSPICNumber": From("usps_number"),
            "ExchangeBased": _NO_MEMBER,
            "PackAndCollect": _NO_MEMBER,
        },
    ),
    "Activity": From("activity", [ACTIVITY]),
    "Message": _NO_MEMBER,
    "PackageWeight": From(
        "weight",
        {
            "UnitOfMeasurement": From(
                "", {"Code": From("unitOfMeasurement"), "Description": Drop("REST gives the code alone")}
            ),
            "Weight": From("weight"),
        },
    ),
    "ReferenceNumber": From("references", [{"Code": From("code"), "Value": From("number")}]),
    "ProductType": _NO_MEMBER,
    "LocationAssured": _NO_MEMBER,
    "AlternateTrackingNumber": From("other_numbers", [None]),
    "AlternateTrackingInfo": From("typed_numbers", [{"Type": From("type"), "Value": From("number")}]),
    "Accessorial": Drop("REST names services in words; those with an element of their own are given there"),
    "DimensionalWeightScanIndicator": _NO_MEMBER,
    "PreauthorizedReturnInformation": _NO_MEMBER,
    "UPSPremierAccessorial": From("premier", {"Code": None, "Description": None}),
}

XML_ANSWER: Final[Table] = {
    "Shipment": [
        {
            "InquiryNumber": From(
                "",
                {"Code": From("kind"), "Description": From("kind_words"), "Value": From("inquiryNumber", default="")},
            ),
            "ShipmentType": Made(
                lambda _node: {"Code": "01", "Description": "Small Package"}, (), leaves("Code Description")
            ),
            "CandidateBookmark": Drop("REST gives no candidate list"),
            "Shipper": From("", {"ShipperNumber": From("shipper_number"), "Address": From("origin", ADDRESS)}),
            "ShipTo": From("", {"Address": From("destination", ADDRESS)}),
            "ShipmentWeight": From(
                "weight",
                {
                    "UnitOfMeasurement": From(
                        "", {"Code": From("unit"), "Description": Drop("REST gives the code alone")}
                    ),
                    "Weight": From("weight"),
                },
            ),
            "Service": From(
                "package.service",
                {
                    # three digits, as its answers had them (002, 003)
                    "Code": Made(lambda node: node.get("levelCode") or node.get("code"), ("levelCode", "code")),
                    "Description": From("description"),
                },
            ),
            "ReferenceNumber": From(
                "references", [{"Code": From("code"), "Description": From("words"), "Value": From("number")}]
            ),
            "ShipmentIdentificationNumber": From("inquiryNumber"),
            "CurrentStatus": From(
                "package.currentStatus",
                {"Code": From("code", via=trimmed, default=""), "Description": From("description", default="")},
            ),
            "PickupDate": From("pickup_date"),
            "DeliveryDetails": _FREIGHT,
            "DeliveryDateTime": _FREIGHT,
            "Volume": _FREIGHT,
            "BillToName": _FREIGHT,
            "PickUpServiceCenter": _FREIGHT,
            "NumberOfPieces": _FREIGHT,
            "NumberOfPallets": _FREIGHT,
            "ShipmentServiceOptions": Drop("REST gives cash on delivery for each package"),
            "EstimatedDeliveryDetails": _FREIGHT,
            "SignedForByName": _FREIGHT,
            "Activity": _FREIGHT,
            "OriginPortDetails": _FREIGHT,
            "DestinationPortDetails": _FREIGHT,
            "DescriptionOfGoods": _FREIGHT,
            "CargoReady": _FREIGHT,
            "Manifest": _FREIGHT,
            "CarrierActivityInformation": _FREIGHT,
            "Document": _FREIGHT,
            "DeliveryDateUnavailable": _FREIGHT,
            "ScheduledDeliveryDate": From("scheduled"),
            "ScheduledDeliveryTime": Made(
                lambda node: node["due_time"] if node["scheduled"] else None, ("deliveryTime.endTime",)
            ),
            "FileNumber": _FREIGHT,
            "Appointment": _FREIGHT,
            "Package": From("package", [PACKAGE]),
        }
    ]
}

# --- SOAP and legacy JSON ---------------------------------------------------------------------------------------------


def _lines(node: dict[str, Any]) -> list[Any]:
    return [node[name] for name in _LINES if node.get(name)]


_LINES: Final = ("addressLine1", "addressLine2", "addressLine3")
SOAP_ADDRESS: Final[Table] = {
    "AddressLine": Made(_lines, _LINES, [None]),
    **{name: rule for name, rule in ADDRESS.items() if not name.startswith("AddressLine")},
}
ADDRESSED: Final[Table] = {"Type": CODE, "Address": SOAP_ADDRESS}
NAMED: Final[Table] = {"Code": From("Code", default=""), "Description": None}
"""A code that the schema demands and REST mostly lacks: empty then, never invented."""
DELIVERY_DETAIL: Final = [{"Type": NAMED, "Date": None, "Time": None}]

SOAP_ACTIVITY: Final[Table] = {
    **amend(
        ACTIVITY,
        {
            "ActivityLocation.Address": From("location.address", SOAP_ADDRESS),
            "ActivityLocation.AddressArtifactFormat": ABSENT,
            "ActivityLocation.SignatureImage": ABSENT,
            "ActivityLocation.PODLetter": ABSENT,
            "ActivityLocation.ElectronicDeliveryNotification": ABSENT,
            "SensorEventIndicator": ABSENT,
            "Status": From(
                "status",
                {
                    "Type": From("type", via=trimmed),
                    "Description": From("description", via=trimmed),
                    "Code": From("code", via=trimmed),
                },
            ),
        },
    ),
    "Document": From("documents", [{"Type": CODE, "Content": From("content"), "Format": CODE}]),
    "AdditionalAttribute": Drop("REST gives attributes of the package, not of an activity"),
}

SOAP_PACKAGE: Final[Table] = {
    **{name: PACKAGE[name] for name in ("TrackingNumber", "DeliveryIndicator", "DeliveryDate")},
    "Redirect": amend(PACKAGE["Redirect"].rule, {"UPSAPAddress": ABSENT}),
    "DeliveryDetail": From("details", DELIVERY_DETAIL),
    "PackageAddress": From("addresses", [ADDRESSED]),
    "PackageServiceOption": From("services", [{"Type": NAMED, "Value": Drop("REST gives only that it was ordered")}]),
    "COD": From(
        "cod",
        {
            "Amount": Made(
                lambda node: node if node.get("amount") else None,
                ("",),
                {"CurrencyCode": From("currency", default=""), "MonetaryValue": From("amount")},
            ),
            "Status": Made(
                lambda node: {"Code": "", "Description": "Paid" if node.get("paid") else "Not paid"}, ("paid",), CODE
            ),
            "ControlNumber": From("id"),
        },
    ),
    "SRSizeCode": PACKAGE["SRSizeCode"],
    "Activity": From("activity", [SOAP_ACTIVITY]),
    **{name: PACKAGE[name] for name in ("Message", "PackageWeight")},
    "ReferenceNumber": From("references", [{"Code": From("code"), "Value": From("number", default="")}]),
    **{
        name: PACKAGE[name]
        for name in (
            "AlternateTrackingNumber",
            "AlternateTrackingInfo",
            "DimensionalWeightScanIndicator",
            "PreauthorizedReturnInformation",
        )
    },
    "UPSPremierAccessorial": From(
        "premier", {"UPSPremierCode": From("Code"), "UPSPremierDescription": From("Description")}
    ),
    "SensorStatusData": _NO_MEMBER,
    "FlightIndicator": _NO_MEMBER,
}

_SHIPMENT: Final[Table] = XML_ANSWER["Shipment"][0]

SOAP_ANSWER: Final[Table] = {
    "Shipment": [
        {
            **{name: _SHIPMENT[name] for name in ("InquiryNumber", "ShipmentType", "CandidateBookmark")},
            "ShipperNumber": From("shipper_number"),
            "ShipmentAddress": From("addresses", [ADDRESSED]),
            "ShipmentWeight": _SHIPMENT["ShipmentWeight"],
            "Service": _SHIPMENT["Service"],
            "ReferenceNumber": From(
                "references",
                [{"Code": From("code"), "Description": From("words"), "Value": From("number", default="")}],
            ),
            **{name: _SHIPMENT[name] for name in ("CurrentStatus", "PickupDate")},
            "ServiceCenter": _FREIGHT,
            "DeliveryDateUnavailable": _FREIGHT,
            "DeliveryDetail": From("details", DELIVERY_DETAIL),
            "Volume": _FREIGHT,
            "BillToName": _FREIGHT,
            "NumberOfPackagingUnit": _FREIGHT,
            "COD": Drop("REST gives cash on delivery for each package"),
            "SignedForByName": _FREIGHT,
            "Activity": _FREIGHT,
            "OriginPortDetail": _FREIGHT,
            "DestinationPortDetail": _FREIGHT,
            "DescriptionOfGoods": _FREIGHT,
            "CargoReady": _FREIGHT,
            "Manifest": _FREIGHT,
            "CarrierActivityInformation": _FREIGHT,
            "Document": _FREIGHT,
            "FileNumber": _FREIGHT,
            "Appointment": _FREIGHT,
            "Package": From("package", [SOAP_PACKAGE]),
            "AdditionalAttribute": From(
                "attributes",
                [
                    {
                        "Code": Made(lambda node: node, ("additionalAttributes",)),
                        "Description": _NO_WORDS,
                        "Value": _NO_WORDS,
                    }
                ],
            ),
        }
    ],
    "Disclaimer": Drop("REST tells by no word that it is the test environment"),
}
