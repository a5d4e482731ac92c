"""Shipments in the world."""

from tests.simulator.asking import DAY, Desk, package, shipping
from ups_gateway.simulator.shipments import find, void, with_reference


def test_a_shipment_is_found_by_all_its_numbers() -> None:
    desk = Desk()
    references = [{"Code": "PO", "Value": "Po 7"}]
    goods = [package("Packaging", ReferenceNumber=[{"Value": f"BOX {n}"}]) for n in range(2)]
    shipped = desk.ship(shipping(desk_address(), *goods, ReferenceNumber=references))
    numbers = [each["TrackingNumber"] for each in shipped["PackageResults"]]
    shipment = desk.world.shipments[numbers[0]]
    assert [find(desk.world, number) for number in (*numbers, "1Z")] == [shipment, shipment, None]
    assert with_reference(desk.world, "po 7") == with_reference(desk.world, "box 1") == [shipment]
    assert with_reference(desk.world, "box 2") == []
    assert (shipment.international, shipment.voided) == (False, False)


def desk_address() -> dict[str, object]:
    return shipping()["ShipmentRequest"]["Shipment"]["ShipTo"]["Address"]  # type: ignore[no-any-return]


def test_a_void_changes_only_what_was_not_voided() -> None:
    desk = Desk()
    number = desk.ship(shipping(desk_address(), *[package("Packaging")] * 2))["ShipmentIdentificationNumber"]
    shipment = desk.world.shipments[number]
    first, second = (each.number for each in shipment.packages)
    once = void(desk.world, shipment, frozenset({first}))
    assert (once.voided, desk.world.shipments[number]) == (False, once)
    desk.clock.advance(DAY)
    whole = void(desk.world, once, frozenset({first, second}))
    assert whole.voided
    assert [each.voided - shipment.created for each in whole.packages if each.voided] == [0, DAY]
