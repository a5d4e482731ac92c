"""What an old program reads in an answer, whatever its dialect.

The rule: an answer is read as strictly as the strictest client reads it; what cannot be read is an error here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from tests.web.wire import read_answer
from ups_gateway.model import Dialect

GOOD: Final = "good"
AS_IT_CAME: Final = "UPS's own answer"
"""A client of today's REST reads it itself, whatever it is."""


@dataclass(frozen=True, slots=True)
class Told:
    """`code` is `GOOD` for a success; severity and wait are empty where the dialect has no place for them."""

    status: int
    code: str
    words: str = ""
    severity: str = ""
    wait: str = ""


def read(dialect: Dialect, answer: bytes) -> tuple[Told, bytes]:
    """What it says, and the body it says it in. Raises AssertionError for what no client of the dialect could read."""
    first, headers, body = read_answer(answer)
    status, kind = int(first.split()[1]), headers["content-type"]
    assert body.isascii() or dialect is Dialect.REST, body
    match dialect:
        case Dialect.XML:
            assert (status, kind) == (200, "application/xml")
            return _xml(etree.fromstring(body)), body
        case Dialect.SOAP:
            assert kind == "text/xml; charset=utf-8"
            return _soap(status, etree.fromstring(body)), body
        case Dialect.JSON:
            assert (status, kind) == (200, "application/json")
            return _json(json.loads(body)), body
        case _:
            assert kind.split(";")[0] == "application/json"
            return _rest(status, json.loads(body)), body


def _xml(root: Any) -> Told:
    assert root.tag.endswith("Response"), root.tag
    code = root.findtext("Response/ResponseStatusCode")
    errors = [error for error in root.findall("Response/Error") if error.findtext("ErrorSeverity") != "Warning"]
    assert (code, len(errors)) in (("1", 0), ("0", 1)), etree.tostring(root)
    if not errors:
        return Told(200, GOOD)
    (error,) = errors
    return Told(
        200,
        error.findtext("ErrorCode"),
        error.findtext("ErrorDescription"),
        error.findtext("ErrorSeverity"),
        error.findtext("MinimumRetrySeconds") or "",
    )


def _soap(status: int, root: Any) -> Told:
    assert etree.QName(root).localname == "Envelope"
    (content,) = next(one for one in root if etree.QName(one).localname == "Body")
    if etree.QName(content).localname != "Fault":
        assert status == 200
        return Told(200, GOOD)
    assert status == 500
    detail = next(content.iter("{*}ErrorDetail"))
    found: dict[str, str] = {etree.QName(one).localname: one.text or "" for one in detail.iter("*")}
    return Told(500, found["Code"], found["Description"], found["Severity"], found.get("MinimumRetrySeconds", ""))


def _json(tree: Mapping[str, Any]) -> Told:
    assert isinstance(tree, dict)
    if "Fault" not in tree:
        ((root, content),) = tree.items()
        assert root.endswith("Response"), root
        assert isinstance(content, dict)
        return _tool(content["Response"])
    detail = tree["Fault"]["detail"]["Errors"]["ErrorDetail"]
    error = (detail if isinstance(detail, dict) else detail[0])["PrimaryErrorCode"]
    gravest = detail if isinstance(detail, dict) else detail[0]
    return Told(200, error["Code"], error["Description"], gravest["Severity"], gravest.get("MinimumRetrySeconds", ""))


def _tool(response: Mapping[str, Any]) -> Told:
    """Tools of the XML API have its Response in JSON too."""
    error = response.get("Error", {})
    if response.get("ResponseStatusCode", "1") == "1":
        assert error.get("ErrorSeverity", "Warning") == "Warning"
        return Told(200, GOOD)
    return Told(
        200,
        error["ErrorCode"],
        error["ErrorDescription"],
        error["ErrorSeverity"],
        error.get("MinimumRetrySeconds", ""),
    )


def _rest(status: int, tree: Any) -> Told:
    response = tree.get("response") if isinstance(tree, dict) else None
    errors = response.get("errors") if isinstance(response, dict) else None
    if errors:
        return Told(status, errors[0]["code"], errors[0]["message"])
    good = status < 300 and isinstance(tree, dict) and any(isinstance(member, dict) for member in tree.values())
    return Told(status, GOOD if good and "odd" not in tree else AS_IT_CAME)
