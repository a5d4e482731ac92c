"""The scans of a package: what has happened to it by a given moment.

The rule: derived from when it was made, its service and the calendar, never stored; moving the clock moves the package.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ups_gateway.simulator import places, schedule
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.operations.known_numbers import Stage
from ups_gateway.simulator.schedule import Arrival
from ups_gateway.simulator.services import Service, available
from ups_gateway.simulator.shipments import Package, Shipment
from ups_gateway.simulator.workdays import add_workdays


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    code: str
    status: str
    words: str
    simple: str


# Activity types, codes and status codes as UPS's tracking answers carry them.
_MADE = _Kind("M", "MP", "003", "Shipper created a label, UPS has not received the package yet. ", "Label Created")
_VOIDED = _Kind("MV", "VP", "004", "Shipment information voided. ", "Voided")
_PICKED_UP = _Kind("P", "PU", "038", "Pickup Scan ", "Picked Up")
_ORIGIN = _Kind("I", "OR", "005", "Origin Scan", "On the Way")
_DEPARTED = _Kind("I", "DP", "005", "Departed from Facility", "On the Way")
_ARRIVED = _Kind("I", "AR", "005", "Arrived at Facility", "On the Way")
_OUT = _Kind("I", "OT", "021", "Out For Delivery Today", "Out for Delivery")
_ATTEMPT = _Kind("X", "48", "011", "The receiver was not available for delivery. ", "Delivery Attempted")
_DELIVERED = _Kind("D", "FS", "011", "DELIVERED ", "Delivered")
_OUT_ON_THE_FIRST_TRY = "NOBODY HOME"


@dataclass(frozen=True, slots=True)
class Scan:
    """One activity; `at` is UTC, `offset` the whole hours from it where it happened."""

    kind: _Kind
    at: datetime
    offset: int
    place: Address

    @property
    def local(self) -> datetime:
        """The time on the clocks there."""
        return self.at + timedelta(hours=self.offset)


@dataclass(frozen=True, slots=True)
class History:
    """All of a package's scans so far, newest first, and when it arrives."""

    scans: tuple[Scan, ...]
    arrival: Arrival

    @property
    def delivered(self) -> Scan | None:
        """The delivery, when it has happened."""
        return next((scan for scan in self.scans if scan.kind is _DELIVERED), None)

    @property
    def voided(self) -> bool:
        """Whether it was voided."""
        return self.scans[0].kind is _VOIDED


def _offset(place: Address) -> int:
    where = places.region(place.country, place.state, place.postal)
    return where.utc_hours if where else 0


def service_of(shipment: Shipment) -> Service:
    """Its service; a derived shipment whose number names none that fits gets the nearest."""
    origin, destination = shipment.goods.origin, shipment.goods.destination
    rows = available(origin.country, destination.country, origin.state, destination.state)
    return next((row for row in rows if row.code == shipment.service), rows[-1])


def arrival_of(shipment: Shipment) -> Arrival:
    """When it arrives; what is made after the driver was there waits for the next working day."""
    origin = shipment.goods.origin
    made = shipment.created_at + timedelta(hours=_offset(origin))
    day = made.date() + timedelta(days=made.time() >= schedule.PICKUP_TIME)
    return schedule.arrival(service_of(shipment), origin, shipment.goods.destination, day)


def _nobody_home(shipment: Shipment) -> bool:
    """Whether the receiver is out on the first try: who is called so always is, to have exceptions to show."""
    return _OUT_ON_THE_FIRST_TRY in (shipment.receiver.name.upper(), shipment.receiver.attention.upper())


def history(shipment: Shipment, package: Package, now: datetime, stage: Stage) -> History:
    """What has happened to a package by `now`."""
    arrival = arrival_of(shipment)
    origin, destination = shipment.goods.origin, shipment.goods.destination

    def scan(kind: _Kind, day: date, at: time, place: Address) -> Scan:
        hours = _offset(place)
        return Scan(kind, datetime.combine(day, at, UTC) - timedelta(hours=hours), hours, place)

    home = Address(origin.country)
    made = Scan(_MADE, shipment.created_at.replace(microsecond=0), _offset(origin), home)
    if package.voided is not None:
        when = datetime.fromtimestamp(package.voided, UTC).replace(microsecond=0)
        return History((Scan(_VOIDED, when, _offset(origin), home), made), arrival)
    picked_up, there = arrival.picked_up, arrival.delivered
    commit = datetime.combine(there, min(arrival.commit, time(15, 5))) - timedelta(minutes=45)
    scans = [
        made,
        scan(_PICKED_UP, picked_up, schedule.PICKUP_TIME, origin),
        scan(_ORIGIN, picked_up, time(19, 30), origin),
        scan(_DEPARTED, picked_up, time(22, 10), origin),
        scan(_ARRIVED, there, time(4, 50), destination),
        scan(_OUT, there, time(6, 30), destination),
        scan(_DELIVERED, there, commit.time(), destination),
    ]
    if stage is Stage.ORIGIN_SCAN:
        scans = scans[:3]
    elif stage in (Stage.ATTEMPTED, Stage.ATTEMPTED_TWICE):
        days = 2 if stage is Stage.ATTEMPTED_TWICE else 1
        tries = [scan(_ATTEMPT, add_workdays(there, n), commit.time(), destination) for n in range(days)]
        scans = [*scans[:-1], *tries]
    elif _nobody_home(shipment):
        next_day = add_workdays(there, 1)
        again = [scan(_OUT, next_day, time(6, 30), destination), scan(_DELIVERED, next_day, commit.time(), destination)]
        scans = [*scans[:-1], scan(_ATTEMPT, there, commit.time(), destination), *again]
    past = [each for each in scans if each.at <= now]
    return History(tuple(reversed(past)) or (made,), arrival)
