"""The parts of one running simulator, joined.

The rule: the parts are made here once, for one settings value and one clock, and are handed to the handlers whole.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiohttp import web

from ups_gateway.simulator.calls import CallLog
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.faults import Faults
from ups_gateway.simulator.model import Route
from ups_gateway.simulator.oauth import Authority
from ups_gateway.simulator.routing import Router
from ups_gateway.simulator.tokens import Tokens
from ups_gateway.simulator.world import Clock, World


@dataclass(frozen=True, slots=True)
class Simulator:
    """All state of one simulated UPS."""

    settings: Settings
    world: World
    tokens: Tokens
    authority: Authority
    router: Router
    faults: Faults
    calls: CallLog


SIMULATOR = web.AppKey("simulator", Simulator)


def build(settings: Settings, clock: Clock | Callable[[], float] | None, routes: Iterable[Route]) -> Simulator:
    """A simulated UPS in which nothing happened yet."""
    world = World(settings, clock)
    tokens = Tokens(settings, world.clock.now)
    authority = Authority(settings, tokens, world.clock.now)
    return Simulator(settings, world, tokens, authority, Router(routes), Faults(), CallLog())
