"""The control interface `/_control/...`: faults, call log, clock, tokens and shipments of a running simulator.

The rule: it is mounted only when asked for, never logged, never faulted, and it refuses what it does not understand
with 400 and `{"error": ...}`.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from aiohttp import web

from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.state import SIMULATOR, Simulator

LONGEST_TEXT = 1000
"""Longer texts of a shipment (label images) are cut in the listing."""

T = TypeVar("T")


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_control/clock."""

    advance_seconds: Annotated[float, msgspec.Meta(ge=0, le=10 * 365 * 24 * 3600)]


class TokenChange(msgspec.Struct, forbid_unknown_fields=True):
    """POST /_control/tokens: expire one kind, or revoke both."""

    expire: Literal["access", "refresh"] | None = None
    revoke: bool = False
    grant: str | None = None

    def __post_init__(self) -> None:
        if (self.expire is not None) == self.revoke:
            raise ValueError('either "expire": "access" or "refresh", or "revoke": true')


_FAULTS: msgspec.json.Decoder[list[Fault] | Fault] = msgspec.json.Decoder(list[Fault] | Fault)
_ADVANCE = msgspec.json.Decoder(Advance)
_TOKEN_CHANGE = msgspec.json.Decoder(TokenChange)


def mount(app: web.Application) -> None:
    """Add the control interface to an application that has its SIMULATOR."""
    app.router.add_get("/_control/faults", list_faults)
    app.router.add_post("/_control/faults", arm_faults)
    app.router.add_delete("/_control/faults", clear_faults)
    app.router.add_get("/_control/calls", list_calls)
    app.router.add_delete("/_control/calls", clear_calls)
    app.router.add_get("/_control/clock", tell_time)
    app.router.add_post("/_control/clock", advance_clock)
    app.router.add_post("/_control/tokens", change_tokens)
    app.router.add_get("/_control/shipments", list_shipments)
    app.router.add_route("*", "/_control/{tail:.*}", unknown)


async def list_faults(request: web.Request) -> web.Response:
    """The faults that are armed, with the times that are left."""
    return _answer(request.app[SIMULATOR].faults.armed())


async def arm_faults(request: web.Request) -> web.Response:
    """Add a list of faults (or one); answers all that are armed then."""
    given = await _read(request, _FAULTS)
    faults = request.app[SIMULATOR].faults
    faults.arm(given if isinstance(given, list) else [given])
    return _answer(faults.armed())


async def clear_faults(request: web.Request) -> web.Response:
    """Disarm all faults."""
    return _answer({"deleted": request.app[SIMULATOR].faults.clear()})


async def list_calls(request: web.Request) -> web.Response:
    """The calls that were answered; `?running=true` adds those that are not yet, with status null."""
    running = request.query.get("running") == "true"
    return _answer(request.app[SIMULATOR].calls.rows(running=running))


async def clear_calls(request: web.Request) -> web.Response:
    """Forget the calls."""
    return _answer({"deleted": request.app[SIMULATOR].calls.clear()})


async def tell_time(request: web.Request) -> web.Response:
    """The simulated time."""
    return _answer(_time(request.app[SIMULATOR]))


async def advance_clock(request: web.Request) -> web.Response:
    """Move the one clock forward."""
    given = await _read(request, _ADVANCE)
    simulator = request.app[SIMULATOR]
    simulator.world.clock.advance(given.advance_seconds)
    return _answer(_time(simulator))


async def change_tokens(request: web.Request) -> web.Response:
    """Expire or revoke the tokens of one grant or of all; answers how many that were."""
    given = await _read(request, _TOKEN_CHANGE)
    simulator = request.app[SIMULATOR]
    if given.grant is not None and given.grant not in _grants(simulator):
        raise _refusal(f"grant {given.grant!r} is unknown, known are {', '.join(_grants(simulator))}")
    if given.expire is not None:
        return _answer({"changed": simulator.tokens.expire(given.expire, given.grant)})
    return _answer({"changed": simulator.tokens.revoke(given.grant)})


async def list_shipments(request: web.Request) -> web.Response:
    """Every shipment of the world, long texts cut."""
    shipments = request.app[SIMULATOR].world.shipments
    return _answer(_shortened(msgspec.to_builtins(list(shipments.values()), str_keys=True)))


async def unknown(request: web.Request) -> web.Response:
    """Anything else below /_control."""
    return _answer({"error": f"no {request.method} {request.path} in the control interface"}, 404)


def _time(simulator: Simulator) -> dict[str, Any]:
    now = simulator.world.now()
    return {"now": now.isoformat(), "epoch": now.timestamp()}


def _grants(simulator: Simulator) -> list[str]:
    settings = simulator.settings
    return [user.grant for user in settings.users] + [a.client_id for a in settings.applications]


def _shortened(node: Any) -> Any:
    if isinstance(node, str) and len(node) > LONGEST_TEXT:
        return f"({len(node)} characters)"
    if isinstance(node, list):
        return [_shortened(entry) for entry in node]
    if isinstance(node, dict):
        return {key: _shortened(value) for key, value in node.items()}
    return node


async def _read(request: web.Request, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refusal(str(error)) from error


def _refusal(message: str) -> web.HTTPBadRequest:
    text = msgspec.json.encode({"error": message}).decode()
    return web.HTTPBadRequest(text=text, content_type="application/json")


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
