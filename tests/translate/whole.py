"""Messages that hold every member UPS lists, each leaf with a value of its own, to see where each of them goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from tests.translate.reading import envelope
from ups_gateway.translate.engine import Covered, Table, covered


def old_leaves(reference: Path, name: str) -> list[str]:
    """Paths below the root of all leaves of an old message, by UPS's kit: "Shipment/Service/Code"."""
    return [path.partition("/")[2] for path in _leaves(reference / "fieldlists" / f"legacy-{name}.txt")]


def _leaves(file: Path) -> list[str]:
    paths = [line.split()[0].lstrip("/") for line in file.read_text("utf-8").splitlines() if line]
    parents = {path.rpartition("/")[0].removesuffix("[]") for path in paths}
    return [path for path in paths if path.removesuffix("[]") not in parents]


def old_message(root: str, paths: list[str]) -> bytes:
    """The old request that has these leaves; a leaf's value is its number in the list."""
    message = etree.Element(root)
    for number, path in enumerate(paths):
        element = message
        for step in path.split("/"):
            found = element.find(step)
            element = etree.SubElement(element, step) if found is None else found
        element.text = str(number)
    text: bytes = etree.tostring(message)
    return text


def soap_message(root: str, paths: list[str]) -> str:
    """The same as a SOAP message, without namespaces: they have no part in what a table does."""
    return envelope(old_message(root, paths).decode())


def rest_body(reference: Path, name: str) -> dict[str, Any]:
    """The REST body that has every member, with arrays of one."""
    body: dict[str, Any] = {}
    for number, path in enumerate(_leaves(reference / "fieldlists" / f"rest-{name}.txt")):
        node = body
        *steps, last = path.split("/")
        for step in steps:
            node = node.setdefault(step[:-2], [{}])[0] if step.endswith("[]") else node.setdefault(step, {})
        if last.endswith("[]"):
            node[last[:-2]] = [str(number)]
        else:
            node[last] = str(number)
    return body


def rows(table: Table) -> dict[str, Covered]:
    """What a table does with each old path."""
    return {row.path: row for row in covered(table)}
