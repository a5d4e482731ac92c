"""From method and path to a route of UPS's REST API.

The rule: among templates that fit, the one with the most literal segments wins; a path that only fits with another
method is 405, else 404. (Statuses as UPS documents them; the codes follow the 10401 and 10429 that it uses.)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from ups_gateway.simulator.model import Handler, Refused, Route
from ups_gateway.simulator.products import Product, product_of


class MethodRefused(Refused):
    """The path exists, the method does not; `allowed` are those that do."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(405, "10405", "Method Not Allowed")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Match:
    """A route with the values of its template's braces."""

    handler: Handler
    params: Mapping[str, str]
    version: str
    product: Product


@dataclass(frozen=True, slots=True)
class _Compiled:
    method: str
    literals: tuple[str | None, ...]
    names: tuple[str, ...]
    handler: Handler
    product: Product


class Router:
    """All routes, by their number of segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[_Compiled]] = defaultdict(list)
        for route in routes:
            compiled = _compile(route)
            self._by_length[len(compiled.literals)].append(compiled)
        for several in self._by_length.values():
            several.sort(key=lambda compiled: len(compiled.names))

    def find(self, method: str, path: str) -> Match:
        """The route for a path as sent, without query. Raises `Refused`."""
        segments = [unquote(segment) for segment in path.split("/")]
        allowed: list[str] = []
        for compiled in self._by_length.get(len(segments), ()):
            if any(
                literal not in (None, segment) for literal, segment in zip(compiled.literals, segments, strict=True)
            ):
                continue
            if compiled.method == method:
                return _match(compiled, segments)
            allowed.append(compiled.method)
        if allowed:
            raise MethodRefused(sorted(set(allowed)))
        raise Refused(404, "10404", "Resource Not Found")


def _compile(route: Route) -> _Compiled:
    product = product_of(route.template)
    if product is None:
        raise ValueError(f"{route.template}: no product of the developer portal has such a path")
    segments = route.template.split("/")
    names = tuple(segment[1:-1] for segment in segments if segment.startswith("{"))
    literals = tuple(None if segment.startswith("{") else segment for segment in segments)
    return _Compiled(route.method, literals, names, route.handler, product)


def _match(compiled: _Compiled, segments: list[str]) -> Match:
    values = [segment for literal, segment in zip(compiled.literals, segments, strict=True) if literal is None]
    params = dict(zip(compiled.names, values, strict=True))
    return Match(compiled.handler, params, segments[3], compiled.product)
