"""What Prometheus reads on /metrics: the table of all metrics, what the gateway counts for it, and the page.

The rule: a label has few values, all of them named here; none is a name, a number or a path that somebody chose. On a
request's way only the counting is done, everything else when somebody asks for the page.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from ups_gateway import __version__
from ups_gateway.exchange import Result
from ups_gateway.model import Dialect, ExchangeRecord, Health, Operation, Profile, State
from ups_gateway.oauth.endpoint import CallResult
from ups_gateway.oauth.flow import Step
from ups_gateway.oauth.lifetime import held_from_store
from ups_gateway.ups.breaker import BreakerState, ProductStatus

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label and all that it can say."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One metric, as it is told and documented."""

    name: str
    kind: Kind
    words: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)


UNREAD: Final = "unread"
"""Operation and dialect of a request that could not be read so far."""
OTHER: Final = "other"
PRODUCTS: Final = (
    *("addressvalidation", "dangerousgoods", "labels", "landedcost", "locations", "paperlessdocuments", "pickup"),
    *("pickupcreation", "quantumview", "rating", "shipments", "track"),
)
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "limit": ("429", "10429"),
    "dangerous_goods": ("919",),
    "general": ("10", "20"),
    "rating": ("11", "911"),
    "shipping": ("12", "30", "912", "980"),
    "tracking": ("15", "915", "T"),
    "void": ("19",),
    "credentials": ("25",),
    "address": ("26", "926"),
    "time_in_transit": ("27",),
    "locator": ("33", "35", "UJ"),
    "pickup": ("95",),
}
"""How the codes of UPS's errors begin; documented in its guides' tables of codes. The first family that fits counts."""

_OPERATION: Final = Label("operation", (*(one.value for one in Operation), UNREAD))
_DIALECT: Final = Label("dialect", (*(one.value for one in Dialect), UNREAD))
_OUTCOME: Final = Label("outcome", get_args(Result))
_ENVIRONMENT: Final = Label("environment", ("production", "test", OTHER))
_PRODUCT: Final = Label("product", (*PRODUCTS, OTHER))
_WAITED: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 7.5, 10.0, 20.0, 60.0)
_WORKED: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)

REQUESTS: Final = Told(
    "ups_gateway_requests_total", "counter", "Old requests, by how they ended.", (_OPERATION, _DIALECT, _OUTCOME)
)
BUGS: Final = Told("ups_gateway_bugs_total", "counter", "Requests that a mistake of the gateway's own ended.")
REQUEST_SECONDS: Final = Told(
    "ups_gateway_request_seconds",
    "histogram",
    "Seconds from a request to its answer, as the old program waits.",
    (_OPERATION,),
    _WAITED,
)
TRANSLATION_SECONDS: Final = Told(
    "ups_gateway_translation_seconds",
    "histogram",
    "Seconds of it that the translation there and back took.",
    (_OPERATION,),
    _WORKED,
)
UPS_SECONDS: Final = Told(
    "ups_gateway_ups_seconds",
    "histogram",
    "Seconds of it in which UPS was waited for, repeats included; only of requests for which UPS was asked.",
    (_OPERATION,),
    _WAITED,
)
UPS_ERRORS: Final = Told(
    "ups_gateway_ups_errors_total",
    "counter",
    "Errors that UPS gave in answer to requests, by the family of their codes.",
    (Label("family", (*FAMILIES, OTHER)),),
)
TOKEN_CALLS: Final = Told(
    "ups_gateway_token_calls_total",
    "counter",
    "Calls of UPS's token endpoint: refreshes, sign-ins (exchange) and client credentials.",
    (Label("step", tuple(one.name.lower() for one in Step)), Label("result", get_args(CallResult))),
)
TOKEN_SECONDS: Final = Told(
    "ups_gateway_token_expiry_seconds",
    "gauge",
    "Seconds until the first token ends: refresh tokens of all profiles that active accounts ship through, access "
    "tokens of those of them that were used within the token's life. Absent where there is none.",
    (_ENVIRONMENT, Label("token", ("access", "refresh"))),
)
PROFILES: Final = Told(
    "ups_gateway_profiles",
    "gauge",
    "Profiles by health; inactive: no active account ships through it, or its application is not configured.",
    (_ENVIRONMENT, Label("health", tuple(one.value for one in Health if one is not Health.NOT_LINKED))),
)
LEDGER: Final = Told(
    "ups_gateway_ledger_rows",
    "gauge",
    "Rows of the ledger by state.",
    (_ENVIRONMENT, Label("state", tuple(one.value for one in State))),
)
BREAKER: Final = Told(
    "ups_gateway_breaker",
    "gauge",
    "1 for the state that the breaker of a product is in, 0 for the others; only of products that were called.",
    (_ENVIRONMENT, _PRODUCT, Label("state", get_args(BreakerState))),
)
UPS_CALLS: Final = Told(
    "ups_gateway_ups_calls_total", "counter", "REST calls, repeats not counted.", (_ENVIRONMENT, _PRODUCT)
)
UPS_FAILURES: Final = Told(
    "ups_gateway_ups_failures_total",
    "counter",
    "REST calls without an answer, or answered with 502, 503 or 504.",
    (_ENVIRONMENT, _PRODUCT),
)
UPS_REPEATS: Final = Told(
    "ups_gateway_ups_repeats_total", "counter", "REST calls that were sent once more.", (_ENVIRONMENT, _PRODUCT)
)
CONNECTIONS: Final = Told("ups_gateway_connections", "gauge", "Connections of old programs.")
UNDER_WAY: Final = Told("ups_gateway_requests_under_way", "gauge", "Requests that wait for their answer.")
STORE_UP: Final = Told(
    "ups_gateway_store_up", "gauge", "1: the store can be read. 0: it cannot, and what is read from it is absent."
)
BUILD: Final = Told("ups_gateway_build_info", "gauge", "1, with the version.", (Label("version", (__version__,)),))

METRICS: Final = (
    *(REQUESTS, BUGS, REQUEST_SECONDS, TRANSLATION_SECONDS, UPS_SECONDS, UPS_ERRORS, TOKEN_CALLS, TOKEN_SECONDS),
    *(PROFILES, LEDGER, BREAKER, UPS_CALLS, UPS_FAILURES, UPS_REPEATS, CONNECTIONS, UNDER_WAY, STORE_UP, BUILD),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store says."""

    profiles: Sequence[tuple[Profile, Health]]
    """INACTIVE also where no active account ships through it."""
    ledger: Mapping[tuple[str, State], int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What else is told, read when somebody asks."""

    now: datetime
    connections: int
    under_way: int
    stored: Stored | None
    """None: the store cannot be read."""
    products: Sequence[ProductStatus]
    token_calls: Mapping[tuple[Step, CallResult], int]


class Metrics:
    """One for a gateway; what it counts begins anew with the process."""

    def __init__(self) -> None:
        self._requests = _counter(REQUESTS)
        self._bugs = _counter(BUGS)
        self._ups_errors = _counter(UPS_ERRORS)
        for family in UPS_ERRORS.labels[0].values:
            self._ups_errors.labels(family)
        self._request, self._translation, self._ups = map(
            _histogram, (REQUEST_SECONDS, TRANSLATION_SECONDS, UPS_SECONDS)
        )
        self._process = ProcessCollector(registry=None)

    def exchanged(self, record: ExchangeRecord, *, translating: float, asked_ups: bool, codes: Sequence[str]) -> None:
        """Implements `exchange.Watch`."""
        operation = record.operation or UNREAD
        self._requests.labels(operation, record.dialect or UNREAD, record.outcome).inc()
        self._request.labels(operation).observe(record.seconds)
        self._translation.labels(operation).observe(translating)
        if asked_ups:
            self._ups.labels(operation).observe(record.ups_seconds)
        for code in codes:
            self._ups_errors.labels(family_of(code)).inc()
        if record.outcome == "bug":
            self._bugs.inc()

    def page(self, reading: Reading) -> bytes:
        """All of it, in Prometheus's text format 0.0.4."""
        registry = CollectorRegistry()
        registry.register(_Page([*self._counted(), *_read(reading), *self._process.collect()]))
        return generate_latest(registry)

    def _counted(self) -> Iterator[Metric]:
        counted = (self._requests, self._bugs, self._request, self._translation, self._ups, self._ups_errors)
        for one in counted:
            for family in one.collect():
                # when a series began is nobody's question, and would double the page
                family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
                yield family


def family_of(code: str) -> str:
    """Of an error of UPS's."""
    return next((family for family, begins in FAMILIES.items() if code.startswith(begins)), OTHER)


class _Page(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _counter(told: Told) -> Counter:
    return Counter(told.name.removesuffix("_total"), told.words, told.names, registry=None)


def _histogram(told: Told) -> Histogram:
    return Histogram(told.name, told.words, told.names, registry=None, buckets=told.buckets)


def _family(told: Told, values: Mapping[tuple[str, ...], float]) -> Metric:
    family: CounterMetricFamily | GaugeMetricFamily
    if told.kind == "counter":
        family = CounterMetricFamily(told.name.removesuffix("_total"), told.words, labels=told.names)
    else:
        family = GaugeMetricFamily(told.name, told.words, labels=told.names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


# --- what is read -----------------------------------------------------------------------------------------------------


def _read(reading: Reading) -> Iterator[Metric]:
    yield _family(BUILD, {(__version__,): 1})
    yield _family(CONNECTIONS, {(): reading.connections})
    yield _family(UNDER_WAY, {(): reading.under_way})
    yield _family(STORE_UP, {(): reading.stored is not None})
    calls = reading.token_calls
    yield _family(
        TOKEN_CALLS,
        {(step.name.lower(), result): calls.get((step, result), 0) for step in Step for result in get_args(CallResult)},
    )
    yield from _products(reading.products)
    if reading.stored is not None:
        yield from _stored(reading.stored, reading.now)


def _products(products: Sequence[ProductStatus]) -> Iterator[Metric]:
    calls, failures, repeats = Counts[tuple[str, ...]](), Counts[tuple[str, ...]](), Counts[tuple[str, ...]]()
    states: dict[tuple[str, ...], float] = {}
    for one in products:
        key = (environment_of(one.environment), one.product if one.product in PRODUCTS else OTHER)
        calls[key] += one.calls
        failures[key] += one.failures
        repeats[key] += one.repeats
        for state in get_args(BreakerState):
            # of several environments of one label, each that is in the state shows
            states[*key, state] = max(states.get((*key, state), 0), one.state == state)
    yield _family(BREAKER, states)
    yield _family(UPS_CALLS, calls)
    yield _family(UPS_FAILURES, failures)
    yield _family(UPS_REPEATS, repeats)


def _stored(stored: Stored, now: datetime) -> Iterator[Metric]:
    ledger = Counts[tuple[str, ...]]({(one, state): 0 for one in _ENVIRONMENT.values for state in State})
    for (environment, state), count in stored.ledger.items():
        ledger[environment_of(environment), state] += count
    yield _family(LEDGER, ledger)
    healths = PROFILES.labels[1].values
    profiles = Counts[tuple[str, ...]]({(one, health): 0 for one in _ENVIRONMENT.values for health in healths})
    first: dict[tuple[str, ...], float] = {}
    for profile, health in stored.profiles:
        environment = environment_of(profile.environment)
        profiles[environment, health] += 1
        if health is not Health.INACTIVE:
            for token, ends in _ends(profile, now):
                left = (ends - now).total_seconds()
                first[environment, token] = min(left, first.get((environment, token), left))
    yield _family(PROFILES, profiles)
    yield _family(TOKEN_SECONDS, first)


def _ends(profile: Profile, now: datetime) -> Iterator[tuple[str, datetime]]:
    held = held_from_store(profile, now, 0.0)
    if held is not None and held.in_use(profile.used_at, now):
        yield "access", held.expires_at
    if profile.tokens is not None and profile.tokens.refresh_expires_at is not None:
        yield "refresh", profile.tokens.refresh_expires_at


def environment_of(name: str) -> str:
    """UPS's own two by their name; names that people gave to others are not told."""
    return name if name in _ENVIRONMENT.values else OTHER
