"""Pickups: POST /api/pickupcreation/{version}/pickup and DELETE /api/shipments/{version}/pickup/{CancelBy}.

The rule: one request a place and day, asking again gives the same PRN; a day that is over is refused but in the test
environment, where also any PRN can be cancelled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.goods import Api, check_place
from ups_gateway.simulator.operations.rating import local_now
from ups_gateway.simulator.operations.reading import address, part, text, texts_only
from ups_gateway.simulator.operations.rules import PICKUP
from ups_gateway.simulator.rates import money
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.workdays import is_workday
from ups_gateway.simulator.world import World

_BY_ACCOUNT, _BY_PRN = "01", "02"
_BY_SHIPPER_ACCOUNT = "01"
_BASE, _SAME_DAY, _RESIDENTIAL, _SATURDAY = 725, 230, 350, 495
_FUEL_PERCENT = 16


@dataclass(frozen=True, slots=True)
class Pickup:
    """A pickup that was asked for; `day` as YYYYMMDD."""

    prn: str
    grant: str
    account: str
    day: str
    lines: tuple[str, ...]
    postal: str
    cancelled: bool = False


def create(call: Call, world: World) -> Reply:
    """Ask for a driver."""
    if not isinstance(call.body, dict):
        raise Refused(400, "20007", "Missing Required field, PickupCreationRequest.")
    texts_only(call.body)
    check(call.body, PICKUP)
    request = part(call.body, "PickupCreationRequest")
    account = text(request, "Shipper", "Account", "AccountNumber").upper()
    if account and account not in call.grant.accounts:
        raise Refused(400, "120100", "Missing or invalid shipper number")
    if not account and text(request, "PaymentMethod") == _BY_SHIPPER_ACCOUNT:
        raise Refused(400, "20007", "Missing Required field, Shipper/Account/AccountNumber.")
    at = address(part(request, "PickupAddress"))
    check_place(Api.SHIP, at)
    now = local_now(world, at)
    day = _day(request, now, test=world.settings.cie)
    pickup = _same(world, account, day, at) or _new(call, world, account, day, at)
    answer: dict[str, Any] = {"Response": response(request), "PRN": pickup.prn}
    if day.weekday() == 5:
        answer["WeekendServiceTerritoryIndicator"] = "Y"
    if text(request, "RatePickupIndicator").upper() == "Y":
        answer["RateStatus"] = {"Code": "01", "Description": "Rate available"}
        answer["RateResult"] = _rates(request, at, day, now)
    else:
        answer["RateStatus"] = {"Code": "04", "Description": "Rate not requested"}
    return Reply(200, as_of_version({"PickupCreationResponse": answer}, call.version))


def _day(request: Mapping[str, Any], now: datetime, *, test: bool) -> date:
    info = part(request, "PickupDateInfo")
    try:
        day = datetime.strptime(text(info, "PickupDate"), "%Y%m%d").date()  # noqa: DTZ007 - a local day
        ready, close = (datetime.strptime(text(info, name), "%H%M").time() for name in ("ReadyTime", "CloseTime"))  # noqa: DTZ007
    except ValueError:
        raise Refused(400, "20008", "The field, PickupDateInfo, contains invalid data.") from None
    if ready >= close:
        raise Refused(400, "20008", "The field, CloseTime, contains invalid data, it must be later than ReadyTime.")
    if test:
        return day
    if day < now.date() or (day == now.date() and close <= now.time()):
        raise Refused(400, "20008", "The field, PickupDate, contains invalid data, it is in the past.")
    if not is_workday(day) and day.weekday() != 5:
        raise Refused(400, "20008", "The field, PickupDate, contains invalid data, no pickups on Sunday or holidays.")
    return day


def _same(world: World, account: str, day: date, at: Address) -> Pickup | None:
    wanted = (account, f"{day:%Y%m%d}", at.lines, at.postal)
    pickups: list[Pickup] = list(world.pickups.values())
    return next((p for p in pickups if not p.cancelled and (p.account, p.day, p.lines, p.postal) == wanted), None)


def _new(call: Call, world: World, account: str, day: date, at: Address) -> Pickup:
    prn = f"29{world.next_id('pickup'):05d}SIMU"
    pickup = Pickup(prn, call.grant.name, account, f"{day:%Y%m%d}", at.lines, at.postal)
    world.pickups[prn] = pickup
    return pickup


def _rates(request: Mapping[str, Any], at: Address, day: date, now: datetime) -> dict[str, Any]:
    country = places.country(at.country)
    same_day = day == now.date()
    rows = [("B", "BASE CHARGE", _BASE + (_SAME_DAY if same_day else 0))]
    if text(request, "PickupAddress", "ResidentialIndicator").upper() == "Y":
        rows.append(("S", "RESIDENTIAL SURCHARGE", _RESIDENTIAL))
    if day.weekday() == 5:
        rows.append(("S", "SATURDAY ON-CALL STOP CHARGE", _SATURDAY))
    rows.append(("S", "FUEL SURCHARGE", sum(cents for *_, cents in rows) * _FUEL_PERCENT // 100))
    total = sum(cents for *_, cents in rows)
    percent = country.percent if at.country not in ("US", "PR") else 0
    tax = total * percent // 100
    with_tax = text(request, "TaxInformationIndicator").upper() == "Y"
    return {
        "RateType": "SD" if same_day else "FD",
        "CurrencyCode": country.currency,
        "ChargeDetail": [
            {
                "ChargeCode": code,
                "ChargeDescription": words,
                "ChargeAmount": money(cents),
                "TaxAmount": money(cents * percent // 100),
            }
            for code, words, cents in rows
        ],
        **({"TaxCharges": [{"Type": country.tax, "MonetaryValue": money(tax)}]} if with_tax and tax else {}),
        **({"TotalTax": money(tax), "PreTaxTotalCharge": money(total)} if with_tax else {}),
        "GrandTotalOfAllCharge": money(total + tax),
    }


def cancel(call: Call, world: World) -> Reply:
    """Send the driver home: by PRN, or the last pickup of the grant's accounts."""
    by = call.params["CancelBy"]
    if by not in (_BY_ACCOUNT, _BY_PRN):
        raise Refused(400, "20008", "The field, CancelBy, contains invalid data.")
    own = [p for p in world.pickups.values() if p.grant == call.grant.name or p.account in call.grant.accounts]
    if by == _BY_PRN:
        prn = call.headers.get("prn", "").strip().upper()
        if not prn:
            raise Refused(400, "20007", "Missing Required field, Prn.")
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
