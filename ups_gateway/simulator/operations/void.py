"""DELETE /api/shipments/{version}/void/cancel/{shipmentidentificationnumber}: whole shipments and single packages.

The rule: refused is first the number, then what was voided before, what is too old, and what may not be voided by
package (UPS documents the codes, no order). What was made here is voided once; in the test environment what was not can
be voided again and again.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.numbering import is_tracking_number
from ups_gateway.simulator.operations import known_numbers
from ups_gateway.simulator.operations.answering import as_of_version
from ups_gateway.simulator.shipments import Shipment, find, void
from ups_gateway.simulator.world import World

MOST_NUMBERS = 20
_WORDS = {
    "190100": "Invalid ShipmentIdentificationNumber.",
    "190101": "Time for voiding has expired.",
    "190102": "No shipment found within the allowed void period",
    "190103": "The Pickup Request associated with this shipment has already been completed",
    "190109": "Invalid TrackingNumber",
    "190110": "Invalid Void Package {0}",
    "190111": "Package Void Limit Exceeded",
    "190112": "Return Service Shipments cannot be Voided at the Package Level",
    "190113": "International Shipments cannot be Voided at the Package Level",
    "190114": "Invalid Return Service Void Date",
    "190117": "The Shipment has already been voided",
    "190121": "None of the submitted packages were voided",
    "190124": "Import Control Shipment cannot be voided later than 3 am of the day after the shipment uploaded.",
    "190125": "Import Control Shipments does not allow package void in a shipment",
}
_VOIDED = {"Code": "1", "Description": "Voided"}
_PARTLY = {"Code": "2", "Description": "Partially Void"}
_NOT_VOIDED = {"Code": "0", "Description": "Not Voided"}
_ALREADY = {"Code": "1", "Description": "Already Voided"}

_FORWARD = timedelta(days=28)
_PRINTED_RETURN = timedelta(days=30)
_EASTERN = timedelta(hours=-5)
_BATCHED_RETURNS = frozenset({"2", "3", "5"})
"""Labels that a batch sends to the centres at 2 a.m. Eastern of the following night."""


def _refused(code: str, *values: str) -> Refused:
    return Refused(400, code, _WORDS[code].format(*values))


def cancel(call: Call, world: World) -> Reply:
    """Void the shipment, or with ?trackingnumber= some of its packages."""
    number = call.params["shipmentidentificationnumber"]
    if not is_tracking_number(number):
        raise _refused("190100")
    packages = tracking_numbers(call.query.get("trackingnumber", ""))
    shipment = find(world, number)
    if shipment is not None and shipment.account in call.grant.accounts:
        body = _void_own(world, shipment, number, packages)
    elif shipment is None and world.settings.cie:
        body = _void_known(number, packages)
    else:
        raise _refused("190102")
    return Reply(200, as_of_version({"VoidShipmentResponse": body}, call.version))


def tracking_numbers(written: str) -> list[str]:
    """One number, several with commas, or UPS's JSON-like list."""
    written = written.strip()
    if not written:
        return []
    if written.startswith("["):
        try:
            found = json.loads(written)
        except ValueError:
            found = written.strip("[]").split(",")
    else:
        found = written.split(",")
    numbers = [str(each).strip().strip("\"'").upper() for each in found]
    numbers = list(dict.fromkeys(number for number in numbers if number))
    if len(numbers) > MOST_NUMBERS:
        raise _refused("190111")
    if not all(is_tracking_number(each) for each in numbers):
        raise _refused("190109")
    return numbers


def _answer(summary: dict[str, str], results: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "SummaryResult": {"Status": dict(summary)},
    }
    if results:
        body["PackageLevelResults"] = [
            {"TrackingNumber": number, "Status": dict(status)} for number, status in results.items()
        ]
    return body


def _void_known(number: str, packages: list[str]) -> dict[str, Any]:
    """A number of the test environment."""
    if not packages:
        if number in known_numbers.VOID_REFUSED:
            raise _refused(known_numbers.VOID_REFUSED[number], number)
        return _answer(_VOIDED)
    for package in packages:
        if package in known_numbers.VOID_REFUSED:
            raise _refused(known_numbers.VOID_REFUSED[package], package)
    results = {p: _NOT_VOIDED if p in known_numbers.NOT_VOIDED else _VOIDED for p in packages}
    partly = number in known_numbers.PARTLY_VOIDED or _NOT_VOIDED in results.values()
    return _answer(_PARTLY if partly else _VOIDED, results)


def _void_own(world: World, shipment: Shipment, number: str, packages: list[str]) -> dict[str, Any]:
    """A shipment that was made here."""
    if number != shipment.number:
        raise _refused("190100")
    if shipment.voided:
        raise _refused("190117")
    _in_time(world, shipment)
    everything = {package.number for package in shipment.packages}
    if not packages:
        void(world, shipment, frozenset(everything))
        return _answer(_VOIDED)
    _by_package(shipment)
    results = {}
    for each in packages:
        package = shipment.package(each)
        if package is None:
            results[each] = _NOT_VOIDED
        else:
            results[each] = _VOIDED if package.voided is None else _ALREADY
    if all(status is _NOT_VOIDED for status in results.values()):
        raise _refused("190110", packages[0]) if len(packages) == 1 else _refused("190121")
    changed = void(world, shipment, frozenset(each for each, status in results.items() if status is _VOIDED))
    return _answer(_VOIDED if changed.voided else _PARTLY, results)


def _by_package(shipment: Shipment) -> None:
    if shipment.import_control:
        raise _refused("190125")
    if shipment.return_service:
        raise _refused("190112")
    if shipment.international:
        raise _refused("190113")


def _in_time(world: World, shipment: Shipment) -> None:
    now, made = world.now(), shipment.created_at
    if shipment.import_control and now > _next_night(made, 3):
        raise _refused("190124")
    if shipment.return_service in _BATCHED_RETURNS and now > _next_night(made, 2):
        raise _refused("190114")
    if now - made > (_PRINTED_RETURN if shipment.return_service else _FORWARD):
        raise _refused("190101")


def _next_night(made: datetime, hour: int) -> datetime:
    """That hour, Eastern, of the day after `made`."""
    local = made + _EASTERN
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1, hours=hour) - _EASTERN
