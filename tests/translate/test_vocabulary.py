"""No document of a stranger stays in memory by its names, and known ones need no thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from ups_gateway.translate import tree
from ups_gateway.translate.vocabulary import LONGEST_TAG, Vocabulary

GROWTH = 10_000_000
"""Bytes; without care each of the floods below takes two to six times as much."""


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_tags_are_known_once_they_were_seen() -> None:
    vocabulary = Vocabulary(most=4)
    assert vocabulary.knows(b'<A b="c">\n <B/></A>')
    assert vocabulary.knows(b'<A b="c">\n <B/>text \' > text</A>')
    assert vocabulary.knows(b"<A></A>")
    assert not vocabulary.knows(b"<C></C>")
    assert vocabulary.knows(b"<A></A>")


@pytest.mark.parametrize(
    "document",
    [
        b"<A><!-- x --></A>",
        b"<A><![CDATA[x]]></A>",
        b"<A><?x?></A>",
        b"<A>&x;</A>",
        b"<A>x & y</A>",
        b"<A b='>' c='1'/>",
        b"<A>x = y</A>",
        b"<" + b"A" * LONGEST_TAG + b"/>",
    ],
)
def test_what_may_hide_names_is_never_known(document: bytes) -> None:
    assert not Vocabulary().knows(document)


def test_tags_that_do_not_end_are_looked_at_once() -> None:
    """A search that starts over at each beginning takes minutes for this."""
    assert Vocabulary().knows(b"<A" * 500_000)


@pytest.mark.parametrize("most", [0, 10])
def test_a_document_is_the_same_wherever_it_was_parsed(most: int) -> None:
    root = Vocabulary(most).parse("<r:A xmlns:r='u'><B>ü &amp; 1</B><r:B/></r:A>".encode())
    assert tree.to_tree(root) == {"B": ["ü & 1", ""]}
    assert root.findtext("B") == "ü & 1"
    assert tree.ascii_xml(root) == '<r:A xmlns:r="u"><B>&#252; &amp; 1</B><r:B/></r:A>'
    assert threading.active_count() == 1


@pytest.mark.parametrize("most", [0, 10])
def test_a_fault_is_raised_wherever_it_was_found(most: int) -> None:
    with pytest.raises(etree.XMLSyntaxError, match="mismatch") as refused:
        Vocabulary(most).parse(b"<A>\n</B>")
    assert refused.value.position == (2, 5)


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(lambda n, i: f"<{'n' * 30}{n}x{i}/>", id="elements"),
        pytest.param(lambda n, i: f"<a b='>' c{n}x{i}='1'/>", id="attributes"),
        pytest.param(lambda n, i: f"<a xmlns='urn:{'n' * 30}{n}x{i}'/>", id="name spaces"),
        pytest.param(lambda n, i: f"<?{'n' * 30}{n}x{i}?>", id="instructions"),
        pytest.param(lambda n, i: f"&{'n' * 30}{n}x{i};", id="references"),
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
