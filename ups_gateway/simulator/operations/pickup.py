"""Pickups: POST /api/pickupcreation/{version}/pickup and DELETE /api/shipments/{version}/pickup/{CancelBy}.

The rule: one request a place and day, asking again gives the same PRN; a day that is over is refused but in the test
environment, where also any PRN can be cancelled.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.fields import (
    COUNTRY,
    formed,
    invalid,
    missing,
    needed,
    own_account,
    request_of,
)
from ups_gateway.simulator.operations.goods import Api, check_place
from ups_gateway.simulator.operations.pickup_rating import charges, day_of
from ups_gateway.simulator.operations.rating import local_now
from ups_gateway.simulator.operations.reading import address, part, text
from ups_gateway.simulator.validate import Rule
from ups_gateway.simulator.world import World

_BY_ACCOUNT, _BY_PRN = "01", "02"
_BY_SHIPPER_ACCOUNT = "01"
_ROOT = "PickupCreationRequest"
_RULES = (
    *needed(_ROOT, "Request RatePickupIndicator PickupDateInfo"),
    *needed(_ROOT, "PickupDateInfo.CloseTime PickupDateInfo.ReadyTime PickupDateInfo.PickupDate"),
    formed(_ROOT, "PickupDateInfo.CloseTime", r"\d{4}"),
    formed(_ROOT, "PickupDateInfo.ReadyTime", r"\d{4}"),
    formed(_ROOT, "PickupDateInfo.PickupDate", r"\d{8}"),
    *needed(_ROOT, "PickupAddress PickupAddress.CompanyName PickupAddress.ContactName PickupAddress.AddressLine"),
    *needed(_ROOT, "PickupAddress.City PickupAddress.CountryCode PickupAddress.ResidentialIndicator"),
    *needed(_ROOT, "PickupAddress.Phone PickupAddress.Phone.Number"),
    formed(_ROOT, "PickupAddress.CountryCode", COUNTRY),
    *needed(_ROOT, "AlternateAddressIndicator"),
    Rule(f"{_ROOT}.PickupPiece", "20007", "Missing Required field, PickupPiece.", required=True, shortest=1),
    *needed(_ROOT, "PickupPiece[].ServiceCode PickupPiece[].Quantity PickupPiece[].DestinationCountryCode"),
    *needed(_ROOT, "PickupPiece[].ContainerCode"),
    formed(_ROOT, "PickupPiece[].Quantity", r"\d{1,3}"),
    formed(_ROOT, "PickupPiece[].ContainerCode", "0[123]"),
    *needed(_ROOT, "PaymentMethod"),
    formed(_ROOT, "PaymentMethod", "0[013-7]"),
)


@dataclass(frozen=True, slots=True)
class Pickup:
    """A pickup that was asked for; `day` as YYYYMMDD."""

    prn: str
    grant: str
    account: str
    day: str
    ready: str
    close: str
    """Both as HHMM of the place."""
    at: Address
    contact: str
    reference: str
    cancelled: bool = False


def create(call: Call, world: World) -> Reply:
    """Ask for a driver."""
    request = request_of(call, _ROOT, _RULES)
    account = text(request, "Shipper", "Account", "AccountNumber")
    if account or text(request, "PaymentMethod") == _BY_SHIPPER_ACCOUNT:
        account = own_account(call, account, "Shipper/Account/AccountNumber")
    at = address(part(request, "PickupAddress"))
    check_place(Api.SHIP, at)
    now = local_now(world, at)
    info = part(request, "PickupDateInfo")
    day = day_of(info, now, test=world.settings.cie)
    pickup = _same(world, account, day, at)
    if pickup is None:
        pickup = Pickup(
            f"29{world.next_id('pickup'):05d}SIMU",
            call.grant.name,
            account,
            f"{day:%Y%m%d}",
            text(info, "ReadyTime"),
            text(info, "CloseTime"),
            at,
            text(request, "PickupAddress", "ContactName"),
            text(request, "ReferenceNumber"),
        )
        world.pickups[pickup.prn] = pickup
    answer: dict[str, Any] = {"Response": response(request), "PRN": pickup.prn}
    if day.weekday() == 5:
        answer["WeekendServiceTerritoryIndicator"] = "Y"
    if text(request, "RatePickupIndicator").upper() == "Y":
        answer["RateStatus"] = {"Code": "01", "Description": "Rate available"}
        answer["RateResult"] = charges(call, request, account, at, day, now.date())
    else:
        answer["RateStatus"] = {"Code": "04", "Description": "Rate not requested"}
    return Reply(200, as_of_version({"PickupCreationResponse": answer}, call.version))


def _same(world: World, account: str, day: date, at: Address) -> Pickup | None:
    wanted = (account, f"{day:%Y%m%d}", at.lines, at.postal)
    pickups: list[Pickup] = list(world.pickups.values())
    return next((p for p in pickups if not p.cancelled and (p.account, p.day, p.at.lines, p.at.postal) == wanted), None)


def cancel(call: Call, world: World) -> Reply:
    """Send the driver home: by PRN, or the last pickup of the grant's accounts."""
    by = call.params["CancelBy"]
    if by not in (_BY_ACCOUNT, _BY_PRN):
        raise invalid("CancelBy")
    own = [p for p in world.pickups.values() if p.grant == call.grant.name or p.account in call.grant.accounts]
    if by == _BY_PRN:
        prn = call.headers.get("prn", "").strip().upper()
        if not prn:
            raise missing("Prn")
        found = [pickup for pickup in own if pickup.prn == prn]
    else:
        found = [pickup for pickup in own if not pickup.cancelled][-1:]
    if found:
        (pickup,) = found
        if pickup.cancelled:
            raise Refused(400, "190107", "The Pickup Request has previously been canceled")
        world.pickups[pickup.prn] = replace(pickup, cancelled=True)
    elif not world.settings.cie:
        raise Refused(400, "190105", "Pickup Cancellation is not Available on this Pickup Request")
    answer = {
        "Response": response({}),
        "PickupType": "01",
        "GWNStatus": {"Code": "001", "Description": "Success"},
    }
    return Reply(200, {"PickupCancelResponse": answer})
