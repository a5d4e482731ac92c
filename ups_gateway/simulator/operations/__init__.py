"""The REST operations of the simulated UPS."""

from ups_gateway.simulator.model import Route

ROUTES: tuple[Route, ...] = ()
