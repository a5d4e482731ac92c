"""Secrets that somebody may guess at are compared in constant time, read off the source itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "ups_gateway"
SECRET = re.compile(r"token|secret|password|csrf|digest|hash|licence|session|proof|key_text", re.IGNORECASE)
OURS = {"oauth/keeper.py", "oauth/renewal.py", "ups/client.py"}
"""They compare UPS's tokens, which the gateway holds, with each other; nobody sends them in."""


def _compares_a_secret(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) for side in sides):
        return False
    names = (side.attr if isinstance(side, ast.Attribute) else getattr(side, "id", "") for side in sides)
    return any(SECRET.search(name) for name in names)


def test_what_comes_in_is_compared_with_a_secret_by_hmac_only() -> None:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        place = file.relative_to(PACKAGE).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        if not place.startswith("simulator/") and any(map(_compares_a_secret, ast.walk(tree))):
            found.add(place)
    assert found == OURS
