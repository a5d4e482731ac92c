"""libxml2's parser, and a thread for it: libxml2 keeps each name it reads for as long as the thread lives that read it.

The rule: before much can have been kept, the thread ends with its names and another takes its place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from lxml import etree

MOST: Final = 1_000_000
"""Bytes that a thread reads: some five hundred requests. Of nothing but new names it keeps several times as much."""


class Parser:
    """Reads one document at a time, for one thread."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._thread, self._libxml2, self._left = ThreadPoolExecutor(1), _libxml2(), MOST

    def parse(self, data: bytes) -> Any:
        """The root element. Raises etree.XMLSyntaxError."""
        if self._left < 0:
            self._thread.shutdown()
            self._begin()
        self._left -= len(data)
        return self._thread.submit(etree.fromstring, data, self._libxml2).result()


def _libxml2() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",  # the text is decoded: a declaration that is left in it must not decode it otherwise
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
