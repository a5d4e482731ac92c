"""One YAML file becomes one frozen `Settings`.

The rule: whatever is wrong is told at once, each problem with its line and key, and nothing starts before all of it is
mended. Secrets never stand in the file: it names a 0600 file, an environment variable or a systemd credential.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ups_gateway.config.document import example
from ups_gateway.config.joining import ENVIRONMENTS, KEY_CREDENTIAL, KEY_ENV, KEY_FILE, Joining
from ups_gateway.config.reading import ConfigFailed, Problem, Reading
from ups_gateway.config.settings import CONTROL, Address, Settings
from ups_gateway.config.sources import Sources, open_to_others

__all__ = [
    "ENVIRONMENTS",
    "KEY_CREDENTIAL",
    "KEY_ENV",
    "KEY_FILE",
    "Address",
    "Beside",
    "ConfigFailed",
    "Problem",
    "Settings",
    "beside",
    "data_directory",
    "example",
    "find",
    "load",
    "open_to_others",
]

FILE_NAME = "ups-gateway.yaml"


def load(path: Path | None, environ: Mapping[str, str], credentials_directory: Path | None = None) -> Settings:
    """The settings of that file, of the one that `find` finds, or all defaults. Raises ConfigFailed."""
    file = path or find(environ)
    reading = Reading()
    if file is not None:
        reading.file(file)
    sources = Sources(file.absolute().parent if file else Path.cwd(), environ, credentials_directory)
    settings = Joining(reading, sources, data_directory(environ)).settings(file)
    if reading.problems:
        raise ConfigFailed(file, reading.problems)
    return settings


@dataclass(frozen=True, slots=True)
class Beside:
    """Where a running service may be asked, and what it keeps."""

    file: Path | None
    control: Path | None
    data_directory: Path

    @property
    def closed(self) -> bool:
        """What it keeps, or where that would be made, is not this user's to open."""
        there = self.data_directory.absolute()
        while not os.path.lexists(there):
            there = there.parent
        return not os.access(there, os.W_OK | os.X_OK)


def beside(path: Path | None, environ: Mapping[str, str]) -> Beside:
    """The same file as `load` reads, without its secrets; what is wrong with it is for `load` to tell."""
    file = path or find(environ)
    reading = Reading()
    if file is not None:
        with contextlib.suppress(ConfigFailed):
            reading.file(file)
    folder = file.absolute().parent if file else Path.cwd()
    control, data = (reading.found.get(key) for key in ("listen.control", "data_directory"))
    directory = folder / data.value if data is not None and data.value is not None else data_directory(environ)
    return Beside(file, CONTROL if control is None else control.value, directory)


def find(environ: Mapping[str, str]) -> Path | None:
    """The file that is read when none is named: the user's, then the system's."""
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    for folder in (home / "ups-gateway", Path("/etc/ups-gateway")):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def data_directory(environ: Mapping[str, str]) -> Path:
    """Where the data lie when the file does not say."""
    if state := environ.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0])
    return Path(environ.get("XDG_STATE_HOME") or Path(environ.get("HOME", "/")) / ".local/state") / "ups-gateway"
