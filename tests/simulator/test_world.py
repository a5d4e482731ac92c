"""The state of the simulated UPS."""

from datetime import UTC, datetime

from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.world import SimulatedClock, World


def test_each_kind_of_number_is_counted_on_its_own() -> None:
    world = World(Settings())
    assert [world.next_id("a"), world.next_id("a"), world.next_id("b"), world.next_id("a")] == [1, 2, 1, 3]


def test_the_time_is_that_of_the_clock_in_utc() -> None:
    clock = SimulatedClock(lambda: 0.0)
    world = World(Settings(), clock)
    clock.advance(90)
    assert world.now() == datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC)


def test_without_a_clock_the_time_is_the_real_one() -> None:
    before = datetime.now(UTC)
    assert before <= World(Settings()).now() <= datetime.now(UTC)
