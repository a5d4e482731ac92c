"""POST /api/shipments/{version}/pickup/{pickuptype}: what a driver's visit costs, without asking for one.

The rule: the day is judged and priced here for both, asking for a pickup and only rating one, so that they agree.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response, unlocked
from ups_gateway.simulator.operations.fields import COUNTRY, formed, invalid, missing, needed, own_account, request_of
from ups_gateway.simulator.operations.goods import Api, check_place
from ups_gateway.simulator.operations.rating import local_now
from ups_gateway.simulator.operations.reading import address, part, text
from ups_gateway.simulator.rates import money
from ups_gateway.simulator.workdays import add_workdays, is_workday
from ups_gateway.simulator.world import World

_BASE, _SAME_DAY, _RESIDENTIAL, _SATURDAY = 725, 230, 350, 495
_FUEL_PERCENT = 16
_PERCENT_OFF = 10
_NEXT_DAY, _NAMED_DAY = "02", "03"
_NOBODY = "no pickups on Sunday or holidays"
_TERRITORY_SINCE, _TERRITORIES_SINCE = 1607, 2007
_TYPES = frozenset({"oncall", "smart", "both"})
_ROOT = "PickupRateRequest"
_RULES = (
    *needed(_ROOT, "Request PickupAddress PickupAddress.City PickupAddress.CountryCode"),
    *needed(_ROOT, "PickupAddress.ResidentialIndicator AlternateAddressIndicator ServiceDateOption"),
    *needed(_ROOT, "ShipperAccount.AccountNumber ShipperAccount.AccountCountryCode"),
    *needed(_ROOT, "PickupDateInfo.CloseTime PickupDateInfo.ReadyTime PickupDateInfo.PickupDate"),
    formed(_ROOT, "PickupAddress.CountryCode", COUNTRY),
    formed(_ROOT, "PickupAddress.ResidentialIndicator", "[YNyn]"),
    formed(_ROOT, "ServiceDateOption", "0[123]"),
)


def pickup_type(call: Call) -> str:
    """The kind of pickup in the path."""
    kind = call.params["pickuptype"].lower()
    if kind not in _TYPES:
        raise invalid("pickuptype")
    return kind


def rate(call: Call, world: World) -> Reply:
    """Rate a pickup."""
    pickup_type(call)
    request = request_of(call, _ROOT, _RULES)
    account = text(request, "ShipperAccount", "AccountNumber")
    if account:
        own_account(call, account, "ShipperAccount/AccountNumber")
    at = address(part(request, "PickupAddress"))
    check_place(Api.SHIP, at)
    now = local_now(world, at)
    day = _asked_day(request, now, test=world.settings.cie)
    answer: dict[str, Any] = {
        "Response": response(request),
        "RateResult": charges(call, request, account, at, day, now.date()),
    }
    release = unlocked(call, request)
    if day.weekday() == 5 and release >= _TERRITORY_SINCE:
        answer["WeekendServiceTerritoryIndicator"] = "Y"
    if day.weekday() >= 5 and release >= _TERRITORIES_SINCE:
        saturday = day.weekday() == 5
        answer["WeekendServiceTerritory"] = {"SatWST": "Y" if saturday else "N", "SunWST": "N" if saturday else "Y"}
    return Reply(200, as_of_version({"PickupRateResponse": answer}, call.version))


def _asked_day(request: Mapping[str, Any], now: datetime, *, test: bool) -> date:
    option = text(request, "ServiceDateOption")
    today = now.date()
    if option == _NAMED_DAY:
        if "PickupDateInfo" not in request:
            raise missing("PickupDateInfo")
        return day_of(part(request, "PickupDateInfo"), now, test=test)
    if option == _NEXT_DAY:
        return add_workdays(today, 1)
    if not test and not _comes(today):
        raise invalid("ServiceDateOption", _NOBODY)
    return today


def _comes(day: date) -> bool:
    """Whether a driver can be asked for."""
    return is_workday(day) or day.weekday() == 5


def day_of(info: Mapping[str, Any], now: datetime, *, test: bool) -> date:
    """The day of a PickupDateInfo; days on which nobody comes pass in the test environment only."""
    try:
        day = datetime.strptime(text(info, "PickupDate"), "%Y%m%d").date()  # noqa: DTZ007 - a local day
        ready, close = (datetime.strptime(text(info, name), "%H%M").time() for name in ("ReadyTime", "CloseTime"))  # noqa: DTZ007
    except ValueError:
        raise invalid("PickupDateInfo") from None
    if ready >= close:
        raise invalid("CloseTime", "it must be later than ReadyTime")
    if test:
        return day
    if day < now.date() or (day == now.date() and close <= now.time()):
        raise invalid("PickupDate", "it is in the past")
    if not _comes(day):
        raise invalid("PickupDate", _NOBODY)
    return day


def charges(
    call: Call, request: Mapping[str, Any], account: str, at: Address, day: date, today: date
) -> dict[str, Any]:
    """The RateResult of a pickup; accounts with negotiated rates have a discount to show, where it is asked for."""
    country = places.country(at.country)
    same_day = day == today
    rows = [("B", "BASE CHARGE", _BASE + (_SAME_DAY if same_day else 0))]
    if text(request, "PickupAddress", "ResidentialIndicator").upper() == "Y":
        rows.append(("S", "RESIDENTIAL SURCHARGE", _RESIDENTIAL))
    if day.weekday() == 5:
        rows.append(("S", "SATURDAY ON-CALL STOP CHARGE", _SATURDAY))
    rows.append(("S", "FUEL SURCHARGE", sum(cents for *_, cents in rows) * _FUEL_PERCENT // 100))
    total = sum(cents for *_, cents in rows)
    percent = country.percent if at.country not in ("US", "PR") else 0
    tax = total * percent // 100
    with_tax = _yes(request, "TaxInformationIndicator")
    incented = _yes(request, "UserLevelDiscountIndicator") and account.upper() in call.grant.negotiated
    own = sum(_less(cents) for *_, cents in rows)
    return {
        **({"Disclaimer": {"Code": "01", "Description": "Taxes are included."}} if with_tax and tax else {}),
        "RateType": "SD" if same_day else "FD",
        "CurrencyCode": country.currency,
        "ChargeDetail": [
            {
                "ChargeCode": code,
                "ChargeDescription": words,
                "ChargeAmount": money(cents),
                **({"IncentedAmount": money(_less(cents))} if incented else {}),
                "TaxAmount": money(cents * percent // 100),
            }
            for code, words, cents in rows
        ],
        **({"TaxCharges": [{"Type": country.tax, "MonetaryValue": money(tax)}]} if with_tax and tax else {}),
        **({"TotalTax": money(tax), "PreTaxTotalCharge": money(total)} if with_tax else {}),
        **({"PreTaxTotalIncentedCharge": money(own)} if with_tax and incented else {}),
        "GrandTotalOfAllCharge": money(total + tax),
        **({"GrandTotalOfAllIncentedCharge": money(own + own * percent // 100)} if incented else {}),
    }


def _yes(request: Mapping[str, Any], name: str) -> bool:
    return text(request, name).upper() == "Y"


def _less(cents: int) -> int:
    return cents * (100 - _PERCENT_OFF) // 100
