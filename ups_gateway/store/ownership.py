"""Whose a new file is.

The rule: what root's commands make beside a service's data belongs to the service's user, or it could not use it.
"""

from __future__ import annotations

import os
from pathlib import Path


def give_to_owner(made: Path, like: Path) -> None:
    """Gives what root made to the owner of `like`; for anybody else it does nothing."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(made, owner.st_uid, owner.st_gid)
