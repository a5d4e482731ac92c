"""When a shipment arrives: zones, transit days, commit times.

The rule: one computation for rates, time in transit and tracking, so that they can never disagree.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.services import Service, lane
from ups_gateway.simulator.workdays import add_workdays, holidays, is_workday, workday_from

_ZONE_LIMITS = ((150, 2), (300, 3), (600, 4), (1000, 5), (1400, 6), (1800, 7))
_FAR_STATES = {"AK": 9, "HI": 9, "GU": 9, "PR": 9, "VI": 9}
_GROUND_DAYS = {2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 5, 8: 5, 9: 7}
_ZONE_HUNDREDS = {"14": 100, "01": 100, "13": 130, "59": 240, "02": 200, "12": 300}
PICKUP_TIME = time(17, 0)
"""When the driver comes; what is ready later waits for the next working day."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a service delivers. `rest_days` and `holidays` are those between pickup and delivery."""

    picked_up: date
    delivered: date
    commit: time
    business_days: int
    rest_days: int
    holidays: int

    @property
    def total_days(self) -> int:
        """Calendar days in transit."""
        return (self.delivered - self.picked_up).days


def distance_zone(origin: Address, destination: Address) -> int:
    """2 (near) to 9 within a country, 2 to 4 between countries by part of the world."""
    if lane(origin.country, destination.country) == "out":
        return 1 + places.area_distance(origin.country, destination.country)
    here = places.region(origin.country, origin.state, origin.postal)
    there = places.region(destination.country, destination.state, destination.postal)
    if here is None or there is None:
        return 3 if origin.country == destination.country else 4
    if here == there:
        return 2 if origin.postal[:2] == destination.postal[:2] else 3
    if not _FAR_STATES.keys().isdisjoint({origin.state, destination.state}):
        return 9
    away = places.miles(here, there)
    return next((zone for limit, zone in _ZONE_LIMITS if away < limit), 8)


def zone_name(service: Service, origin: Address, destination: Address) -> str:
    """The zone as UPS writes it: ground 002 to 008 and 044, air by hundreds, others their own."""
    zone = distance_zone(origin, destination)
    which = lane(origin.country, destination.country)
    if which == "us":
        return "044" if zone == 9 else f"{_ZONE_HUNDREDS.get(service.code, 0) + zone:03d}"
    return f"{900 + zone}" if which == "out" else f"{50 + zone}"


def transit_days(service: Service, origin: Address, destination: Address) -> int:
    """Working days on the way."""
    zone = distance_zone(origin, destination)
    if not service.days:
        return _GROUND_DAYS[zone]
    far = zone == 9 or (zone == 4 and lane(origin.country, destination.country) == "out")
    return service.days + (1 if far else 0)


def arrival(service: Service, origin: Address, destination: Address, shipped: date) -> Arrival:
    """When what is handed over on `shipped` arrives; a day of rest moves the pickup to the next working day."""
    picked_up = workday_from(shipped)
    days = transit_days(service, origin, destination)
    delivered = add_workdays(picked_up, days)
    between = [picked_up + timedelta(days=n) for n in range(1, (delivered - picked_up).days)]
    free = [day for day in between if not is_workday(day)]
    off = sum(1 for day in free if day in holidays(day.year))
    return Arrival(picked_up, delivered, service.commit, days, len(free) - off, off)
