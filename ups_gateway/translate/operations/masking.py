"""Which values of a message people may see when they look at it, in every dialect.

The rule: what is not listed here is masked; a value that nobody thought of shows its shape and nothing else.
"""

from __future__ import annotations

from typing import Final

SHOWN: Final = frozenset(
    name.lower()
    for name in (
        *("RequestAction", "RequestOption", "SubVersion", "ToolVersion", "XpciVersion", "Code", "CountryCode"),
        *("ResponseStatusCode", "ResponseStatusDescription", "ErrorSeverity", "ErrorCode", "Severity", "StatusCode"),
        *("MonetaryValue", "CurrencyCode", "Weight", "Length", "Width", "Height", "Unit", "WeightUnit"),
        *("GuaranteedDaysToDelivery", "GuaranteedDays", "BusinessDaysInTransit", "DeliveryByTime", "TotalCount"),
        *("ScheduledDeliveryTime", "NumberOfPackages", "NumOfPieces", "PackageCount", "ServiceCode", "RateChart"),
        *("Status", "TokenType", "Date", "Time", "PickupDate", "GMTDate", "GMTTime", "GMTOffset"),
        *("HTTPMethod", "Quantity", "DisableZipRange", "MinimumRetryIntervalSeconds", "CustomerClassification"),
    )
)
"""Codes, amounts, measures and dates: what a shipment is, not whose it is."""

WORDS: Final = frozenset({"errordescription", "message", "faultstring", "faultcode", "resultstatus"})
"""Sentences of UPS's or the gateway's own; runs of digits in them are masked, for they quote what was sent."""

DESCRIBED: Final = frozenset(
    name.lower()
    for name in (
        *("ResponseStatus", "Alert", "Error", "PrimaryErrorCode", "ErrorDetail", "UnitOfMeasurement", "Service"),
        *("PackagingType", "Packaging", "DimUnitType", "ServiceSummary", "DisclaimerDetails", "Disclaimer"),
    )
)
"""Elements whose Description is UPS's word for their Code."""

CREDENTIALS: Final = frozenset(
    name.lower()
    for name in (
        *("AccessLicenseNumber", "AccessLicenseNo", "UserId", "UserID", "Username", "UserName", "Password"),
        *("access_token", "refresh_token", "client_id", "client_secret", "Authorization", "code_verifier"),
        *("ShipmentDigest", "AccessKey", "AccessRequest"),
    )
)
"""Never shown, not even their shape."""
