"""kill -9 at each step, and what the next process makes of what it finds."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.shipping.scripted import SHIP, House, Socket, a_house
from ups_gateway.errors import BadDigest, OutcomeUnknown
from ups_gateway.model import State
from ups_gateway.oauth.vault import Key, make_key

ROOT = Path(__file__).parents[2]


async def die(folder: Path, key: Key, stage: str) -> None:
    """Lets a process get to this stage and kills it there."""
    command = (sys.executable, "-m", "tests.shipping.doomed", str(folder), key.text(), stage)
    doomed = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert doomed.stdout is not None
    async with asyncio.timeout(20):
        assert await doomed.stdout.readline() == b"here\n"
        doomed.send_signal(signal.SIGKILL)
        assert await doomed.wait() == -signal.SIGKILL


async def confirm_again(house: House) -> int:
    """How often UPS is asked when the client sends the same once more."""
    await house.shipping.create(house.confirm(), SHIP, Socket())
    return house.ups.shipped


async def test_killed_before_ups_was_asked_nothing_was_created(tmp_path: Path) -> None:
    key = make_key()
    await die(tmp_path, key, "intended")
    async with a_house(tmp_path, key=key) as house:
        await house.shipping.start()
        assert await house.state(1) is State.NOT_CREATED
        assert await confirm_again(house) == 1


async def test_killed_while_ups_was_asked_the_outcome_is_unknown_and_never_repeated(tmp_path: Path) -> None:
    key = make_key()
    await die(tmp_path, key, "sent")
    async with a_house(tmp_path, key=key) as house:
        await house.shipping.start()
        assert await house.state(1) is State.UNKNOWN
        with pytest.raises(OutcomeUnknown):
            await confirm_again(house)
        assert house.ups.shipped == 0


@pytest.mark.parametrize("stage", ["created", "accepted"])
async def test_killed_after_the_reply_was_written_accept_hands_out_the_labels(tmp_path: Path, stage: str) -> None:
    key = make_key()
    await die(tmp_path, key, stage)
    async with a_house(tmp_path, key=key) as house:
        await house.shipping.start()
        outcome = await house.shipping.accept(house.order(b"accept"), "digest1", Socket())
        assert outcome.replies[0].body == b'{"numbers": ["1ZA1B2C30000000010"]}'
        assert (await house.state(1), house.ups.shipped) == (State.ACCEPTED, 0)


async def test_killed_before_the_answer_the_repeated_confirm_gets_it(tmp_path: Path) -> None:
    key = make_key()
    await die(tmp_path, key, "created")
    async with a_house(tmp_path, key=key) as house:
        await house.shipping.start()
        outcome = await house.shipping.create(house.confirm(), SHIP, Socket())
        assert (outcome.digest, house.ups.shipped) == ("digest1", 0)


async def test_killed_while_a_void_was_asked_the_void_goes_on_and_accept_stays_refused(tmp_path: Path) -> None:
    key = make_key()
    await die(tmp_path, key, "voiding")
    async with a_house(tmp_path, key=key) as house:
        await house.shipping.start()
        with pytest.raises(BadDigest):
            await house.shipping.accept(house.order(b"accept"), "digest1", Socket())
        await house.shipping.step(house.clock())
        assert (await house.state(1), house.ups.voided) == (State.VOIDED, ["1ZA1B2C30000000010"])
