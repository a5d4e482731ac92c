"""The shipments that the simulated UPS made: values in the world, and how they are found again.

The rule: every change puts a new value in the world's `shipments`; indexes are added to, never searched for by hand.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ups_gateway.simulator.consignment import Consignment, Parcel, Party, Reference
from ups_gateway.simulator.world import World


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a shipment, with what is printed and tracked of it."""

    number: str
    parcel: Parcel
    voided: float | None = None
    """When, in epoch seconds."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment as UPS keeps it; times in epoch seconds."""

    number: str
    account: str
    service: str
    shipper: Party
    sender: Party
    receiver: Party
    goods: Consignment
    packages: tuple[Package, ...]
    references: tuple[Reference, ...]
    created: float
    label_format: str = "GIF"
    billing: str = "P/P"
    return_service: str = ""
    import_control: str = ""
    papers: tuple[str, ...] = ()
    """Kinds of documents made with it, see `operations.papers`."""
    cod: str = ""
    """The amount to collect, with its currency, or empty."""
    links: bool = False

    @property
    def international(self) -> bool:
        """Whether it crosses a border."""
        return self.goods.origin.country != self.goods.destination.country

    @property
    def voided(self) -> bool:
        """Whether nothing of it is left."""
        return all(package.voided is not None for package in self.packages)

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        return datetime.fromtimestamp(self.created, UTC)

    def package(self, number: str) -> Package | None:
        """Its package of that number."""
        return next((package for package in self.packages if package.number == number), None)


def keep(world: World, shipment: Shipment) -> None:
    """Put a new shipment where it is found by its numbers and references."""
    world.shipments[shipment.number] = shipment
    by_package = world.kept.setdefault("shipment of package", {})
    by_reference = world.kept.setdefault("shipments of reference", {})
    for package in shipment.packages:
        by_package[package.number] = shipment.number
    values = [*shipment.references, *(ref for package in shipment.packages for ref in package.parcel.references)]
    for reference in values:
        by_reference.setdefault(reference.value.upper(), {})[shipment.number] = None


def find(world: World, number: str) -> Shipment | None:
    """The shipment with that shipment or package number."""
    shipment = world.shipments.get(world.kept.get("shipment of package", {}).get(number, number))
    return shipment if isinstance(shipment, Shipment) else None


def with_reference(world: World, value: str) -> list[Shipment]:
    """The shipments that carry a reference number, oldest first."""
    numbers = world.kept.get("shipments of reference", {}).get(value.upper(), {})
    return [world.shipments[number] for number in numbers]


def void(world: World, shipment: Shipment, numbers: frozenset[str]) -> Shipment:
    """Void these packages now."""
    now = world.now().timestamp()
    packages = tuple(
        replace(package, voided=now) if package.number in numbers and package.voided is None else package
        for package in shipment.packages
    )
    changed = replace(shipment, packages=packages)
    world.shipments[shipment.number] = changed
    return changed
