"""The page of error codes has each code that the gateway itself answers with, in words that the gateway says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.docs.lines import ROOT
from ups_gateway.access import UNKNOWN_NUMBER
from ups_gateway.errors import GatewayError, UpsRefused

PAGE = (ROOT / "docs/troubleshooting.md").read_text("utf-8")


def _codes(kind: type[GatewayError]) -> Iterator[str]:
    for inner in kind.__subclasses__():
        if inner is not UpsRefused:
            yield inner.code
            yield from _codes(inner)


def _texts() -> Iterator[str]:
    """Every text in the code, with an ellipsis for what is filled in."""
    for file in (ROOT / "ups_gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)


def test_every_code_of_the_gateways_own_has_a_section_and_no_other() -> None:
    own = {*_codes(GatewayError), *(refusal.code for refusal in UNKNOWN_NUMBER.values())}
    assert re.findall(r"(?m)^## (\d+)$", PAGE) == sorted(own, key=int)


def test_what_a_program_sees_is_what_the_gateway_says() -> None:
    quoted = [
        " ".join(block.replace("\n> ", " ").split()) for block in re.findall(r"(?m)(?<=^> )(?:.+(?:\n> )?)+", PAGE)
    ]
    texts = list(_texts())
    assert len(quoted) > 30
    assert [quote for quote in quoted if not any(quote in text for text in texts)] == []


def test_every_code_says_what_to_do() -> None:
    """But for those that UPS says as well."""
    sections = re.split(r"(?m)^## (?=\d)", PAGE)[1:]
    silent = [section[:6].strip() for section in sections if "**What to do.**" not in section]
    assert silent == ["190105", "300007"]
