"""Working days."""

from datetime import date

import pytest

from ups_gateway.simulator.workdays import add_workdays, holidays, is_workday, workday_from


def test_the_holidays_of_a_year() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 5, 25),
        date(2026, 7, 4),
        date(2026, 9, 7),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ]


@pytest.mark.parametrize(
    ("day", "works"),
    [(date(2026, 3, 2), True), (date(2026, 3, 7), False), (date(2026, 3, 8), False), (date(2026, 11, 26), False)],
)
def test_weekends_and_holidays_are_off(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_days_are_counted_over_weekends_and_holidays() -> None:
    assert workday_from(date(2026, 3, 7)) == date(2026, 3, 9)
    assert workday_from(date(2026, 3, 9)) == date(2026, 3, 9)
    assert add_workdays(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert add_workdays(date(2026, 11, 25), 2) == date(2026, 11, 30)
    assert add_workdays(date(2026, 3, 6), 0) == date(2026, 3, 6)
