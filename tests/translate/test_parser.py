"""No document of a stranger stays in memory by its names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from ups_gateway.translate import tree
from ups_gateway.translate.parser import MOST, Parser

GROWTH = 10_000_000
"""Bytes; without care each of the floods below takes two to six times as much."""


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_document_outlives_the_thread_that_parsed_it() -> None:
    parser = Parser()
    root = parser.parse("<r:A xmlns:r='u'><B>ü &amp; 1</B><r:B/></r:A>".encode())
    for _ in range(3):
        parser.parse(b"<A>" + b" " * MOST + b"</A>")
    assert tree.to_tree(root) == {"B": ["ü & 1", ""]}
    assert root.findtext("B") == "ü & 1"
    assert tree.ascii_xml(root) == '<r:A xmlns:r="u"><B>&#252; &amp; 1</B><r:B/></r:A>'


def test_a_fault_is_raised_where_it_was_asked_for() -> None:
    with pytest.raises(etree.XMLSyntaxError, match="mismatch") as refused:
        Parser().parse(b"<A>\n</B>")
    assert refused.value.position == (2, 5)


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(lambda n, i: f"<{'n' * 30}{n}x{i}/>", id="elements"),
        pytest.param(lambda n, i: f"<a b='>' c{n}x{i}='1'/>", id="attributes"),
        pytest.param(lambda n, i: f"<a xmlns='urn:{'n' * 30}{n}x{i}'/>", id="name spaces"),
        pytest.param(lambda n, i: "<a/>" + f"{n:06b}{i:016b}".replace("0", "  ").replace("1", " \n"), id="blanks"),
    ],
)
def test_a_flood_of_names_does_not_stay(flood: Callable[[int, int], str]) -> None:
    documents = ["<T>" + "".join(flood(n, i) for i in range(9_000)) + "</T>" for n in range(40)]
    for document in documents[:10]:
        tree.to_tree(tree.parse(document))
    before = _resident()
    for document in documents:
        tree.to_tree(tree.parse(document))
    assert _resident() - before < GROWTH
