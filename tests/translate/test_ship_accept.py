"""ShipAccept: the digest, and that it asks UPS for nothing."""

from __future__ import annotations

import pytest

from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.errors import BadDigest
from ups_gateway.model import Asked, Terms, TwoPhase


def _asked(digest: str) -> Asked:
    body = f"<ShipmentAcceptRequest><ShipmentDigest>{digest}</ShipmentDigest></ShipmentAcceptRequest>"
    return translate.read(legacy("/ups.app/xml/ShipAccept", body))


def test_line_breaks_in_a_digest_do_not_matter() -> None:
    assert _asked("\n rO0AB\r\n XNy ACo=\n").digest == "rO0ABXNyACo="


@pytest.mark.parametrize("digest", ["", " \n "])
def test_without_a_digest_nothing_can_be_accepted(digest: str) -> None:
    asked = _asked(digest)
    with pytest.raises(BadDigest):
        translate.request(asked, ACCOUNT, Terms())


@pytest.mark.parametrize(
    ("terms", "creating"),
    [
        (Terms(TwoPhase.SHIP, TwoPhase.SHIP), False),
        (Terms(TwoPhase.SHIP, TwoPhase.QUOTE), True),
        (Terms(TwoPhase.QUOTE, TwoPhase.SHIP), True),
    ],
)
def test_an_accept_creates_only_what_may_have_been_quoted(terms: Terms, creating: bool) -> None:
    translated = translate.request(_asked("DIGEST"), ACCOUNT, terms)
    assert (translated.calls, translated.asked.creating) == ((), creating)
