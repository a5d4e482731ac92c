"""One YAML file becomes one frozen `Settings`.

The rule: whatever is wrong is told at once, each problem with its line and key, and nothing starts before all of it is
mended. Secrets never stand in the file: it names a 0600 file, an environment variable or a systemd credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ups_gateway.config.document import example
from ups_gateway.config.joining import ENVIRONMENTS, KEY_CREDENTIAL, KEY_ENV, KEY_FILE, Joining
from ups_gateway.config.reading import ConfigFailed, Problem, Reading
from ups_gateway.config.settings import Address, Settings
from ups_gateway.config.sources import Sources, open_to_others

__all__ = [
    "ENVIRONMENTS",
    "KEY_CREDENTIAL",
    "KEY_ENV",
    "KEY_FILE",
    "Address",
    "ConfigFailed",
    "Problem",
    "Settings",
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
