"""Parsing that leaves nothing behind: libxml2 keeps each name it reads for as long as the thread lives that read it.

The rule: what old programs send, the same tags day by day, is parsed where it is asked for; once a limit of new tags is
spent, or where tags cannot be told for sure, a document is parsed in a thread of its own, which ends with its names.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Final

from lxml import etree

MOST_TAGS: Final = 20_000
"""Tags that are kept for ever. All APIs together have about 3,000 elements."""
LONGEST_TAG: Final = 300
_TAG: Final = re.compile(rb"<[^<>]*>\s*")
"""With the blanks behind it: libxml2 keeps those too."""
_OTHER_NAMES: Final = re.compile(rb"<[!?]|&(?!#|amp;|lt;|gt;|quot;|apos;)")
"""Comments, instructions and references to entities."""


def _parser() -> etree.XMLParser:
    """One keeps the names that it read, wherever it is used."""
    return etree.XMLParser(
        encoding="utf-8",  # the text is decoded: a declaration that is left in it must not decode it otherwise
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


class Vocabulary:
    """The tags that were seen, up to a limit."""

    def __init__(self, most: int = MOST_TAGS) -> None:
        self._most = most
        self._tags: set[bytes] = set()
        self._parser = _parser()

    def parse(self, data: bytes) -> Any:
        """The root element. Raises etree.XMLSyntaxError."""
        return etree.fromstring(data, self._parser) if self.knows(data) else _parsed_apart(data)

    def knows(self, data: bytes) -> bool:
        """Nothing in it is new, or what is new may be kept."""
        if _OTHER_NAMES.search(data) is not None:
            return False
        tags = _TAG.findall(data)
        if b"".join(tags).count(b"=") != data.count(b"="):
            return False  # an attribute may hide behind a > in another one
        new = set(tags) - self._tags
        if len(self._tags) + len(new) > self._most or any(len(tag) > LONGEST_TAG for tag in new):
            return False
        self._tags |= new
        return True


def _parsed_apart(data: bytes) -> Any:
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(etree.fromstring(data, _parser()))
        except etree.XMLSyntaxError as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(outcome[0], etree.XMLSyntaxError):
        raise outcome.pop()  # an error that is held by its own frames stays until the collector finds it
    return outcome[0]
