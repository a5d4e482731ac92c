"""The products of UPS's developer portal: which paths belong to one, which versions it knows, what it demands.

The rule: this table is read once, when the routes are compiled. Versions and demanded headers are those of UPS's
OpenAPI files; a version that is listed nowhere is refused with 20002.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the table."""

    name: str
    paths: re.Pattern[str]
    """What its templates look like after `/api/`."""
    versions: frozenset[str]
    transaction_headers: bool = False
    """transId and transactionSrc are demanded (100001, 100002), elsewhere they are optional."""


def _product(name: str, paths: str, versions: str, *, transaction_headers: bool = False) -> Product:
    return Product(name, re.compile(paths), frozenset(versions.split()), transaction_headers)


_PACKAGE = "v1 v1601 v1607 v1701 v1707 v1801 v1807 v2108 v2205 v2403 v2407 v2409"

PRODUCTS = (
    _product("Time in Transit", r"shipments/[^/]+/transittimes$", "v1", transaction_headers=True),
    _product("Pickup", r"(shipments/[^/]+/pickup/|pickupcreation/|pickup/)", "v1 v1607 v1707 v2403 v2409"),
    _product("Shipping", r"shipments/", f"{_PACKAGE} v2603 v3"),
    _product("Shipping", r"labels/", "v1 v1701 v1903 v2603"),
    _product("Rating", r"rating/", _PACKAGE),
    _product("Tracking", r"track/", "v1", transaction_headers=True),
    _product("Address Validation", r"addressvalidation/", "v1 v2"),
    _product("Locator", r"locations/", "v1 v2 v3"),
    _product("Quantum View", r"quantumview/", "v1 v2 v3"),
    _product("Paperless Documents", r"paperlessdocuments/", "v1 v2"),
    _product("Pre-Notification", r"dangerousgoods/[^/]+/prenotification$", "v1 v2"),
    _product("Dangerous Goods", r"dangerousgoods/", "v1 v1801 v2 v3 v2403 v2409", transaction_headers=True),
    _product("Landed Cost", r"landedcost/", "v1", transaction_headers=True),
)


def product_of(template: str) -> Product | None:
    """The product that a route's template belongs to."""
    path = template.removeprefix("/api/")
    return next((product for product in PRODUCTS if product.paths.match(path)), None)
