"""GET /api/shipments/{version}/pickup/{pickuptype}: what became of an account's pickups.

The rule: only what is still to come today or tomorrow is told, as UPS documents it; the state is what the clock says,
never stored. Smart pickups are not asked for by API, so there are none.
"""

from datetime import timedelta
from typing import Any

from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.answering import response
from ups_gateway.simulator.operations.fields import own_account
from ups_gateway.simulator.operations.pickup import Pickup
from ups_gateway.simulator.operations.pickup_rating import pickup_type
from ups_gateway.simulator.operations.rating import local_now
from ups_gateway.simulator.world import World

_ON_CALL = "01"
_REGULAR = "01"
_PROCESSED = ("012", "Your pickup request is being processed")
_RECEIVED = ("001", "Received at dispatch")
_DISPATCHED = ("002", "Dispatched to driver")


def pending(call: Call, world: World) -> Reply:
    """The pickups of the account in the header."""
    kind = pickup_type(call)
    account = own_account(call, call.headers.get("accountnumber", ""), "AccountNumber")
    pickups: list[Pickup] = list(world.pickups.values()) if kind != "smart" else []
    found = [_status(world, pickup) for pickup in pickups if pickup.account == account and not pickup.cancelled]
    answer = {"Response": response({}), "PendingStatus": [status for status in found if status]}
    return Reply(200, {"PickupPendingStatusResponse": answer})


def _status(world: World, pickup: Pickup) -> dict[str, Any]:
    """Empty when it is over or too far away."""
    now = local_now(world, pickup.at)
    today, tomorrow = (f"{now + timedelta(days=n):%Y%m%d}" for n in range(2))
    time = f"{now:%H%M}"
    if pickup.day == tomorrow:
        code, words = _PROCESSED
    elif pickup.day == today and time < pickup.close:
        code, words = _RECEIVED if time < pickup.ready else _DISPATCHED
    else:
        return {}
    status = {
        "PickupType": _ON_CALL,
        "ServiceDate": pickup.day,
        "PRN": pickup.prn,
        "OnCallStatusCode": code,
        "PickupStatusMessage": words,
        "BillingCode": _REGULAR,
        "ContactName": pickup.contact[:22],
        "ReferenceNumber": pickup.reference[:35],
    }
    return {name: value for name, value in status.items() if value}
