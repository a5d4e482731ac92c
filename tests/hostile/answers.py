"""Whether bytes are an answer that an old program can take: whole, in its dialect, with one clear error.

The rule: everything is looked at, nothing is searched for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.web.wire import read_answer
from ups_gateway.model import Dialect, LegacyAnswer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HEADERS = {"date", "content-type", "connection", "content-length"}
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_ERRORS = "{http://www.ups.com/XMLSchema/XOLTWS/Error/v1.1}"
_STATUSES = {400, 401, 403, 404, 429, 500}


def code_of(answer: bytes, dialect: Dialect, root: str) -> str:
    """The code of the gravest error; "" where it is none. Fails for what is no answer in this dialect."""
    first, headers, body = read_answer(answer.removeprefix(CONTINUE))
    assert set(headers) == HEADERS
    version, status, _ = first.split(" ", 2)
    assert version in ("HTTP/1.1", "HTTP/1.0")
    assert body.isascii()
    return _READERS[dialect](int(status), headers["content-type"], body, root)


def judged(answer: LegacyAnswer, dialect: Dialect) -> str:
    """The same of an answer that was not sent; any root will do."""
    assert set(answer.headers) == {"Content-Type"}
    assert answer.body.isascii()
    return _READERS[dialect](answer.status, answer.headers["Content-Type"], answer.body, "")


def _xml(status: int, kind: str, body: bytes, root: str) -> str:
    assert (status, kind) == (200, "application/xml")
    assert body.startswith(b'<?xml version="1.0"?>')
    tree = etree.fromstring(body)
    assert tree.tag == root or (root == "" and tree.tag.endswith("Response"))
    response = tree[0]
    assert response.tag == "Response"
    names = [child.tag for child in response if child.tag != "TransactionReference"]
    if response.findtext("ResponseStatusCode") == "1":
        assert response.findtext("ResponseStatusDescription") == "Success"
        assert [level.text for level in response.findall("Error/ErrorSeverity")] in ([], ["Warning"])
        return ""
    assert len(tree) == 1
    assert names == ["ResponseStatusCode", "ResponseStatusDescription", "Error"]
    assert response.findtext("ResponseStatusCode") == "0"
    assert response.findtext("ResponseStatusDescription") == "Failure"
    told = [child.tag for child in response.findall("Error/*")]
    assert told[:3] == ["ErrorSeverity", "ErrorCode", "ErrorDescription"]
    assert str(response.findtext("Error/ErrorSeverity")) in ("Hard", "Transient")
    return _code(response.findtext("Error/ErrorCode"), response.findtext("Error/ErrorDescription"))


def _soap(status: int, kind: str, body: bytes, _: str) -> str:
    assert kind == "text/xml; charset=utf-8"
    envelope = etree.fromstring(body)
    assert envelope.tag == f"{_SOAP}Envelope"
    (inside,) = envelope.findall(f"{_SOAP}Body")
    (payload,) = inside
    if status == 200:
        assert payload.tag.endswith("Response")
        return ""
    assert (status, payload.tag) == (500, f"{_SOAP}Fault")
    assert [child.tag for child in payload] == ["faultcode", "faultstring", "detail"]
    details = payload.findall(f"detail/{_ERRORS}Errors/{_ERRORS}ErrorDetail")
    assert details
    first = f"{_ERRORS}PrimaryErrorCode/{_ERRORS}"
    return _code(details[0].findtext(f"{first}Code"), details[0].findtext(f"{first}Description"))


_TOOLS = ("AddressValidationResponse", "LocatorResponse", "QuantumViewResponse")
"""Answers of the XML API in JSON: errors are in Response."""


def _json(status: int, kind: str, body: bytes, _: str) -> str:
    assert (status, kind) == (200, "application/json")
    found = json.loads(body)
    if "Fault" not in found:
        ((root, content),) = found.items()
        if root not in _TOOLS or content["Response"]["ResponseStatusCode"] == "1":
            return ""
        error = content["Response"]["Error"]
        return _code(error["ErrorCode"], error["ErrorDescription"])
    details = found["Fault"]["detail"]["Errors"]["ErrorDetail"]
    first = (details if isinstance(details, list) else [details])[0]["PrimaryErrorCode"]
    return _code(first["Code"], first["Description"])


def _rest(status: int, kind: str, body: bytes, _: str) -> str:
    assert kind.startswith("application/json")
    found: Any = json.loads(body)
    if 200 <= status < 300:
        return ""
    assert status in _STATUSES
    first = found["response"]["errors"][0]
    return _code(first["code"], first["message"])


def _code(code: str | None, words: str | None) -> str:
    assert code is not None
    assert re.fullmatch(r"[0-9A-Z]+", code)
    assert words
    return code


_READERS: dict[Dialect, Callable[[int, str, bytes, str], str]] = {
    Dialect.XML: _xml,
    Dialect.SOAP: _soap,
    Dialect.JSON: _json,
    Dialect.HEADER: _rest,
    Dialect.REST: _rest,
}
