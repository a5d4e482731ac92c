"""Which backups were made into files outside the gateway's own directory.

The rule: they are remembered, so that `forget` and a rotation of the key reach them too or name them. Nobody deletes
them but their owner.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from ups_gateway.store import Admin

_NAME: Final = "backups elsewhere"
_MOST: Final = 1000


async def note_elsewhere(store: Admin, made: Path) -> None:
    """Remembers one."""
    known = [path for path in await elsewhere(store) if path != made]
    await store.put(_NAME, msgspec.json.encode([str(path) for path in (*known, made)][-_MOST:]).decode())


async def elsewhere(store: Admin) -> tuple[Path, ...]:
    """Those that were made, oldest first."""
    known = await store.get(_NAME)
    return tuple(Path(path) for path in msgspec.json.decode(known, type=list[str])) if known else ()
