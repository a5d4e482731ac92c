"""What a person would copy from a page: the command lines of `ups-gateway` in it.

The rule: only code counts (fences of a shell, indented lines, words in backticks), and a line is taken apart as a shell
would.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))

_NAME: Final = "ups-gateway"
_OTHERS: Final = frozenset({"systemctl", "journalctl", "rm", "ln", "install"})
"""Programs that take the name as the name of something else."""
_DRAWN: Final = "-->"
_ENDS: Final = re.compile(r"[;|&<>()]+")
_FENCE: Final = re.compile(r"(?ms)^( *)```(\w*)\n(.*?)^ *```$")


def commands(text: str) -> Iterator[tuple[str, ...]]:
    """The arguments of each command of ours."""
    for line in _code(text):
        if _NAME in line and _DRAWN not in line:
            yield from filter(None, map(_ours, _simple(line)))


def blocks(text: str, language: str) -> list[str]:
    """What stands in the fences of that language."""
    return [_undented(found[3], found[1]) for found in _FENCE.finditer(text) if found[2] == language]


def _undented(text: str, indent: str) -> str:
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def _code(text: str) -> Iterator[str]:
    rest = _FENCE.sub("", text)
    for block in (*blocks(text, "sh"), *re.findall(r"(?m)^ {4}.*$", rest)):
        yield from block.replace("\\\n", " ").splitlines()
    yield from (" ".join(inline.split()) for inline in re.findall(r"`([^`]+)`", rest))


def _simple(line: str) -> Iterator[list[str]]:
    """The simple commands of a line."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    one: list[str] = []
    for token in lexer:
        if _ENDS.fullmatch(token):
            yield one
            one = []
        else:
            one.append(token)
    yield one


def _ours(words: list[str]) -> tuple[str, ...]:
    """What follows the last word that names the program, if anything does."""
    if words and words[0] in _OTHERS:
        return ()
    at = [n for n, word in enumerate(words) if word == _NAME or word.endswith(f"/{_NAME}")]
    return tuple(words[at[-1] + 1 :]) if at else ()
