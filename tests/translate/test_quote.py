"""The quote of a shipment: the rate call of a ship call."""

from __future__ import annotations

from types import ModuleType

from tests.translate.reading import as_json
from ups_gateway.model import RestCall
from ups_gateway.translate.operations import quote


def _quoted() -> RestCall:
    party = {"Name": "A", "Phone": {"Number": "1"}, "Address": {"AddressLine": ["1 Way"], "CountryCode": "US"}}
    shipment = {
        "Description": "goods",
        "Shipper": {**party, "ShipperNumber": "A1B2C3"},
        "ShipTo": party,
        "PaymentInformation": {
            "ShipmentCharge": [
                {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}},
                {
                    "Type": "02",
                    "BillThirdParty": {"AccountNumber": "D4E5F6", "Address": {"CountryCode": "US"}},
                },
                {"Type": "03", "BillShipper": {"AccountNumber": "A1B2C3"}},
            ],
            "SplitDutyVATIndicator": "",
        },
        "Service": {"Code": "03", "Description": "Ground"},
        "NumOfPiecesInShipment": "3",
        "ReturnService": {"Code": "9"},
        "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        "ReferenceNumber": [{"Value": "PO 1"}],
        "ShipmentServiceOptions": {
            "SaturdayDeliveryIndicator": "",
            "HoldForPickupIndicator": "",
            "LiftGateForPickUpIndicator": "",
            "LiftGateForDeliveryIndicator": "",
            "DropoffAtUPSFacilityIndicator": "",
            "EPRAReleaseCode": "1234",
            "ItemDisposal": "",
            "ImportControlIndicator": "",
            "LabelMethod": {"Code": "05"},
            "Notification": [{"NotificationCode": "6", "EMail": {"EMailAddress": ["a@example.com"]}}],
            "InternationalForms": {"FormType": ["01"]},
        },
        "Package": [
            {
                "Description": "box",
                "Packaging": {"Code": "02"},
                "PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
                "PackageServiceOptions": {
                    "DeclaredValue": {"Type": {"Code": "01"}, "CurrencyCode": "USD", "MonetaryValue": "200"},
                    "PackageIdentifier": "1",
                    "HazMat": [
                        {
                            "ChemicalRecordIdentifier": "1",
                            "RegulationSet": "CFR",
                            "TransportationMode": "Ground",
                            "ReferenceNumber": "x",
                        }
                    ],
                },
                "HazMatPackageInformation": {"AllPackedInOneIndicator": "", "OuterPackagingType": "box"},
            }
        ],
    }
    return quote.rate_call_of_shipment(
        {
            "ShipmentRequest": {
                "Request": {
                    "RequestOption": "nonvalidate",
                    "SubVersion": "1601",
                    "TransactionReference": {"CustomerContext": "order 1"},
                },
                "Shipment": shipment,
                "LabelSpecification": {"LabelImageFormat": {"Code": "GIF"}},
            }
        }
    )


def test_a_shipment_becomes_the_rate_call_that_prices_it() -> None:
    place = {"Name": "A", "Address": {"AddressLine": ["1 Way"], "CountryCode": "US"}}
    assert as_json(_quoted()) == {
        "method": "POST",
        "path": "/api/rating/v2409/Rate",
        "query": {},
        "headers": {},
        "body": {
            "RateRequest": {
                "Request": {
                    "RequestOption": "Rate",
                    "SubVersion": "2409",
                    "TransactionReference": {"CustomerContext": "order 1"},
                },
                "CustomerClassification": {"Code": "00"},
                "Shipment": {
                    "Shipper": {**place, "ShipperNumber": "A1B2C3"},
                    "ShipTo": place,
                    "PaymentDetails": {
                        "ShipmentCharge": [
                            {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}},
                            {
                                "Type": "02",
                                "BillThirdParty": {"AccountNumber": "D4E5F6", "Address": {"CountryCode": "US"}},
                            },
                        ],
                        "SplitDutyVATIndicator": "",
                    },
                    "Service": {"Code": "03", "Description": "Ground"},
                    "NumOfPieces": "3",
                    "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
                    "ShipmentServiceOptions": {
                        "SaturdayDeliveryIndicator": "",
                        "PickupOptions": {"HoldForPickupIndicator": "", "LiftGateAtPickupIndicator": ""},
                        "DeliveryOptions": {
                            "LiftGateAtDeliveryIndicator": "",
                            "DropOffAtUPSFacilityIndicator": "",
                        },
                        "EPRAIndicator": "",
                        "ItemDisposalIndicator": "",
                        "ImportControl": {"Code": "05"},
                        "ReturnService": {"Code": "9"},
                    },
                    "Package": [
                        {
                            "PackagingType": {"Code": "02"},
                            "PackageWeight": {
                                "UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"},
                                "Weight": "5",
                            },
                            "PackageServiceOptions": {
                                "DeclaredValue": {"CurrencyCode": "USD", "MonetaryValue": "200"},
                                "HazMat": {
                                    "PackageIdentifier": "1",
                                    "AllPackedInOneIndicator": "",
                                    "HazMatChemicalRecord": [
                                        {
                                            "ChemicalRecordIdentifier": "1",
                                            "RegulationSet": "CFR",
                                            "TransportationMode": "02",
                                        }
                                    ],
                                },
                            },
                        }
                    ],
                },
            }
        },
    }


def test_the_quote_is_valid_by_the_openapi_of_ups(openapi: ModuleType) -> None:
    call = _quoted()
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])


def test_a_card_pays_no_rate_and_an_identifier_alone_is_no_hazardous_good() -> None:
    call = quote.rate_call_of_shipment(
        {
            "Shipment": {
                "PaymentInformation": {
                    "ShipmentCharge": [{"Type": "01", "BillShipper": {"CreditCard": {"Type": "06"}}}],
                },
                "Package": [{"Packaging": {"Code": "02"}, "PackageServiceOptions": {"PackageIdentifier": "1"}}],
            }
        }
    )
    assert call.body["RateRequest"]["Shipment"] == {"Package": [{"PackagingType": {"Code": "02"}}]}
