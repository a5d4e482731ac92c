"""Long runs: python -m tests.endurance kills | soak"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.endurance.kills import kills
from tests.endurance.soak import soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    commands = parser.add_subparsers(dest="command", required=True)
    killing = commands.add_parser("kills", help="kill -9 at random moments")
    killing.add_argument("--times", type=int, default=100)
    killing.add_argument("--stations", type=int, default=8)
    soaking = commands.add_parser("soak", help="faults at five per cent, and memory")
    soaking.add_argument("--minutes", type=float, default=10)
    soaking.add_argument("--stations", type=int, default=50)
    asked = parser.parse_args()
    print(f"{asked.command}, seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.command == "kills":
            run = kills(folder, times=asked.times, stations=asked.stations, seed=asked.seed)
        else:
            run = soak(folder, minutes=asked.minutes, stations=asked.stations, seed=asked.seed)
        judgement = asyncio.run(run)
    judgement.print()
    return 1 if judgement.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
