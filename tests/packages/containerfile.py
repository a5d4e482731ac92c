"""Reads a Dockerfile, as far as ours goes.

The rule: an instruction that is not known here is an error, not left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = frozenset("WORKDIR COPY RUN ENV USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD".split())


@dataclass(frozen=True, slots=True)
class Stage:
    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)
    """Instruction and what follows it, in order."""

    def values(self, instruction: str) -> list[str]:
        return [value for name, value in self.instructions if name == instruction]

    def command(self, instruction: str) -> list[str]:
        """Of an instruction whose value ends with a command as a JSON list; the last one counts."""
        value = self.values(instruction)[-1]
        return [str(part) for part in json.loads(value[value.index("[") :])]

    @property
    def variables(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for value in self.values("ENV") for pair in value.split())


def stages(file: Path) -> list[Stage]:
    found: list[Stage] = []
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        name, value = line.split(maxsplit=1)
        if name == "FROM":
            base, _, called = value.partition(" AS ")
            found.append(Stage(base, called))
        else:
            assert name in KNOWN, f"{name} is not known here"
            found[-1].instructions.append((name, value))
    return found
