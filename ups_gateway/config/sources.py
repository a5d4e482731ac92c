"""Where secrets come from: a 0600 file, an environment variable or a systemd credential."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["file", "env", "credential"]
KINDS: tuple[Kind, ...] = ("file", "env", "credential")


@dataclass(frozen=True, slots=True)
class Sources:
    """The places of one machine. `folder` is what relative paths of the file count from."""

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    credentials: Path | None

    def path(self, path: Path) -> Path:
        """Relative to the folder of the configuration file."""
        return self.folder / path

    def has_credential(self, name: str) -> bool:
        """systemd gave one of that name."""
        return self.credentials is not None and (self.credentials / name).is_file()

    def text(self, kind: Kind, where: str | Path) -> str:
        """The secret, without white space around it. Raises ValueError that says, in words, why there is none."""
        if kind == "env":
            if str(where) not in self.environ:
                msg = f"the environment has no {where}"
                raise ValueError(msg)
            text = self.environ[str(where)]
        else:
            text = _content(self._file(kind, where))
        if not text.strip():
            msg = f"{where} is empty"
            raise ValueError(msg)
        return text.strip()

    def _file(self, kind: Kind, where: str | Path) -> Path:
        if kind == "file":
            file = self.path(Path(where))
            if problem := open_to_others(file):
                raise ValueError(problem)
            return file
        if self.credentials is None:
            msg = f"there is no credential {where}: systemd gave none (LoadCredential=)"
            raise ValueError(msg)
        return self.credentials / Path(where).name


def open_to_others(file: Path) -> str | None:
    """Why a file may not hold a secret, in words; None: it may."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"
    if not stat.S_ISREG(mode):
        return f"{file} is not a file"
    if mode & 0o077:
        return f"{file} can be read by others (mode {stat.S_IMODE(mode):04o}); mend it with: chmod 600 {file}"
    return None


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        msg = f"{file} cannot be read: {reason}"
        raise ValueError(msg) from error
