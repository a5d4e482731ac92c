"""UPS's working days: Monday to Friday but the US holidays on which it does not deliver.

The rule: pure date arithmetic; local times are standard time all year, which is what an offset table can promise.
"""

from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
DAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


@lru_cache(maxsize=16)
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which nothing is picked up or delivered."""
    last_of_may = date(year, 5, 31)
    return frozenset(
        {
            date(year, 1, 1),
            last_of_may - timedelta(days=last_of_may.weekday()),
            date(year, 7, 4),
            _nth(year, 9, 0, 1),
            _nth(year, 11, 3, 4),
            date(year, 12, 25),
        }
    )


def is_workday(day: date) -> bool:
    """Whether UPS picks up and delivers on it."""
    return day.weekday() < 5 and day not in holidays(day.year)


def workday_from(day: date) -> date:
    """The day itself when it is a working day, else the next one."""
    while not is_workday(day):
        day += _DAY
    return day


def add_workdays(day: date, count: int) -> date:
    """The working day `count` working days after `day`."""
    for _ in range(count):
        day = workday_from(day + _DAY)
    return day
