"""What is to be carried, from whom to whom: the plain values that rates, labels and tracking are computed from.

The rule: values only, in the units they were given; who reads them out of a request is the operations' business.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is. `postal` without blanks and dashes beyond the first five figures of a ZIP code."""

    country: str
    state: str = ""
    city: str = ""
    postal: str = ""
    lines: tuple[str, ...] = ()
    residential: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or gets it."""

    name: str
    address: Address
    attention: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A customer's own number on a package or shipment; `code` is UPS's two letters for its kind, or empty."""

    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One package. `options` are UPS's accessorial codes; `size` is length, width, height, or empty."""

    packaging: str
    weight: float
    unit: str = "LBS"
    size: tuple[float, ...] = ()
    size_unit: str = "IN"
    declared: float = 0.0
    options: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Consignment:
    """A shipment as the rates see it; `options` are the accessorials of the whole shipment."""

    origin: Address
    destination: Address
    parcels: tuple[Parcel, ...]
    options: tuple[str, ...] = ()
    documents: bool = False
