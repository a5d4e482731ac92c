"""What translation alone takes, stage by stage: python -m tests.bench translate

The rule: no socket and no store; each stage gets what the one before it made, and the best of several runs counts,
because whatever else the machine does only ever adds.
"""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from tests.bench.loads import ACCOUNT, Load, loads
from tests.bench.report import Table, write_section
from ups_gateway import translate
from ups_gateway.model import Account, Dialect, LegacyCall, RestReply, Terms, TwoPhase
from ups_gateway.translate.dialects import soap, xml
from ups_gateway.translate.operations import reader_of

ON: Final = Account(1, ACCOUNT, "production", postal_code="30328")
TERMS: Final = Terms(TwoPhase.SHIP, TwoPhase.QUOTE, date(2026, 1, 15))
UNWRAP: Final[dict[Dialect, Callable[[LegacyCall], Any]]] = {Dialect.XML: xml.unwrap, Dialect.SOAP: soap.unwrap}
RUNS: Final = 30
SECONDS: Final = 0.02
"""Of one run, about."""
STAGES: Final = ("parse", "apply", "request", "encode", "decode", "write")


async def main() -> None:
    table = Table(
        "Microseconds of one request (best of the runs)",
        ("load", "request bytes", "reply bytes", "answer bytes", *STAGES, "all"),
    )
    for load in loads():
        table.add(load.name, *stages(load))
    how = (
        "`python -m tests.bench translate`. *parse*: bytes to the old tree, credentials taken out; *apply*: the old "
        "tree to REST by the request table; *request*: the account's defaults, method, path; *encode*: JSON to send; "
        "*decode*: UPS's JSON; *write*: the whole of `answer` but decoding, by the answer's template. *all* is "
        "`read`, `request` and `answer` as a request goes through them."
    )
    write_section("Translation alone", how, [table])


def stages(load: Load) -> list[str]:
    """Sizes, then microseconds."""
    _, _, body = load.request("order 4711").partition(b"\r\n\r\n")
    call = LegacyCall("POST", "onlinetools.ups.com", load.path, "", {}, body)
    asked = translate.read(call)
    unwrapped = UNWRAP[asked.dialect](call)
    reader = reader_of(unwrapped.operation, asked.dialect)
    assert reader is not None
    translated = translate.request(asked, ON, TERMS)
    sent = translated.calls[0].body if translated.calls else None
    reply = RestReply(200, {"content-type": "application/json"}, load.reply)
    digest = "d" * 43 if load.before else ""

    def whole() -> int:
        asked = translate.read(call)
        translated = translate.request(asked, ON, TERMS)
        for one in translated.calls:
            msgspec.json.encode(one.body)
        return len(translate.answer(translated, [reply], digest=digest).body)

    parse = best(lambda: UNWRAP[asked.dialect](call))
    apply = best(lambda: reader(unwrapped.tree))
    request = best(lambda: translate.request(asked, ON, TERMS))
    encode = best(lambda: msgspec.json.encode(sent)) if sent is not None else 0.0
    decode = best(lambda: msgspec.json.decode(load.reply))
    write = best(lambda: translate.answer(translated, [reply], digest=digest)) - decode
    figures = (parse, apply, request, encode, decode, write, best(whole))
    return [str(len(body)), str(len(load.reply)), str(whole()), *(f"{one:.0f}" for one in figures)]


def best(run: Callable[[], object]) -> float:
    """Microseconds of one call."""
    timer = timeit.Timer(run, timer=time.process_time)
    number = max(1, int(SECONDS / max(timer.timeit(3) / 3, 1e-7)))
    return min(timer.repeat(RUNS, number)) / number * 1_000_000
