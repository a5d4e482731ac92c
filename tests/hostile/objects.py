"""JSON that no program writes: numbers, texts, depth and members that parsers disagree on, in three dialects."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.hostile.documents import LACKING, MALFORMED, NO_SUCH, TOO_LARGE
from tests.hostile.requests import ASKED, NUMBER, SECURITY, Hostile, posted
from ups_gateway.model import Dialect

JSON, HEADER, REST = Dialect.JSON, Dialect.HEADER, Dialect.REST
_BROKEN = (
    ("nothing", ""),
    ("blanks", " \r\n\t" * 1_000),
    ("half an object", '{"RateRequest":'),
    ("an object without an end", '{"a":' * 10_000),
    ("an array without an end", "[" * 30_000),
    ("a text without an end", '{"a":"' + "x" * 100_000),
    ("two objects", "{}{}"),
    ("an object and a comma", "{},"),
    ("an object and a NUL", "{}\0"),
    ("an object and a lot", "{}" + "x" * 100_000),
    ("a comma too many", '{"a":1,}'),
    ("a comma too few", '{"a":1 "b":2}'),
    ("a colon too few", '{"a" 1}'),
    ("a member without quotes", "{a:1}"),
    ("a member in single quotes", "{'a':1}"),
    ("a number as a member", "{1:1}"),
    ("a comment", '{"a":1/* x */}'),
    ("a comment to the end of the line", '{"a":1}// x'),
    ("a script", ")]}',\n{}"),
    ("a function", "x({})"),
    ("not a number", '{"a":NaN}'),
    ("infinity", '{"a":Infinity}'),
    ("infinity below zero", '{"a":-Infinity}'),
    ("a hexadecimal number", '{"a":0x10}'),
    ("a number with a plus", '{"a":+1}'),
    ("a number with a zero before", '{"a":01}'),
    ("a number that is a point", '{"a":.5}'),
    ("a number that ends in a point", '{"a":5.}'),
    ("a number with half an exponent", '{"a":1e}'),
    ("a number beyond doubles", '{"a":1e400}'),
    ("a number with a huge exponent", '{"a":1e999999999999}'),
    ("a number of 5,000 digits", '{"a":' + "9" * 5_000 + "}"),
    ("a number of a million digits", '{"a":' + "9" * 1_000_000 + "}"),
    ("half a surrogate pair", '{"a":"\\ud800"}'),
    ("the other half", '{"a":"\\udc00"}'),
    ("a surrogate pair the wrong way", '{"a":"\\udc00\\ud800"}'),
    ("half an escape", '{"a":"\\u00"}'),
    ("an unknown escape", '{"a":"\\x41"}'),
    ("a control character", '{"a":"\x01"}'),
    ("a line end in a text", '{"a":"x\ny"}'),
    ("a NUL in a text", '{"a":"\0"}'),
    ("True", '{"a":True}'),
    ("undefined", '{"a":undefined}'),
    ("an array", "[]"),
    ("an array of objects", '[{"RateRequest":{}}]'),
    ("a text", '"RateRequest"'),
    ("a number", "1"),
    ("null", "null"),
    ("true", "true"),
    ("XML", "<RateRequest/>"),
    ("a form", "RateRequest=1"),
    ("HTML", "<html></html>"),
    ("YAML", "a: &x [*x]"),
    ("a pickle", "cos\nsystem\n(S'id'\ntR."),
    ("nested too deep", '{"a":' + "[" * 101 + "]" * 101 + "}"),
    ("objects nested too deep", '{"a":' * 101 + "1" + "}" * 101),
    ("nested deeper than Python goes", '{"a":' + "[" * 15_000 + "]" * 15_000 + "}"),
)
_BYTES = (
    ("UTF-16", '{"a":1}'.encode("utf-16")),
    ("UTF-16BE", '{"a":1}'.encode("utf-16-be")),
    ("UTF-32", '{"a":1}'.encode("utf-32")),
    ("two marks", b"\xef\xbb\xbf\xef\xbb\xbf{}"),
    ("Latin-1", b'{"a":"\xe9"}'),
    ("UTF-8 that is too long", b'{"a":"\xc0\xaf"}'),
    ("UTF-8 of a surrogate", b'{"a":"\xed\xa0\x80"}'),
    ("UTF-8 cut in a character", b'{"a":"\xe2\x82"}'),
    ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\0" * 100),
    ("BSON", b"\x16\0\0\0\x02a\0\x02\0\0\0x\0\0"),
    ("every byte", bytes(range(256)) * 40),
)
_FLOODS = (
    ("a flood of objects", '{"a":[' + ",".join(["{}"] * 100_000) + "]}"),
    ("a flood of arrays", '{"a":[' + ",".join(["[]"] * 100_000) + "]}"),
    ("a flood of numbers", '{"a":[' + ",".join(["1"] * 1_000_000) + "]}"),
    ("a flood of members", "{" + ",".join(f'"a{n}":1' for n in range(100_000)) + "}"),
    ("a flood of the same member", "{" + ",".join(['"a":1'] * 100_000) + "}"),
    ("an array deep without an end", "[" * 1_000_000),
)
_GOOD = json.dumps({"UPSSecurity": SECURITY, "TrackRequest": {"InquiryNumber": "@"}})
_VALUES = (
    ("a number as a tracking number", "1", ASKED),
    ("a number of 30 digits", "9" * 30, ASKED),
    ("a number of 4,000 digits", "9" * 4_000, LACKING),
    ("a number near the end of doubles", "1e308", ASKED),
    ("a number near zero", "1e-999999999", ASKED),
    ("a number with many places", "0." + "1" * 100_000, ASKED),
    ("minus zero", "-0", ASKED),
    ("true as a tracking number", "true", ASKED),
    ("null as a tracking number", "null", LACKING),
    ("an object as a tracking number", '{"a":1}', LACKING),
    ("an empty array as a tracking number", "[]", LACKING),
    ("an array of arrays", "[[[1]]]", ASKED),
    ("an array of nulls", "[null,null]", LACKING),
    ("as many numbers as may be", "[" + ",".join(["1"] * 39_000) + "]", ASKED),
    ("as many objects as may be", "[" + ",".join(["{}"] * 19_000) + "]", LACKING),
    ("as many arrays as may be", "[" + ",".join(["[]"] * 19_000) + "]", LACKING),
    ("as many members as may be", "{" + ",".join(f'"a{n}":1' for n in range(39_000)) + "}", LACKING),
    ("a NUL by escape", '"1Z\\u0000"', LACKING),
    ("no character by escape", '"1Z\\uffff"', LACKING),
    ("a text of a million", '"' + "x" * 1_000_000 + '"', LACKING),
    ("a text as long as a request may be", '"' + "x" * 19_999_000 + '"', LACKING),
    ("a text of a million escapes", '"' + "\\u0041" * 300_000 + '"', LACKING),
    ("an emoji by escapes", '"\\ud83d\\ude00"', ASKED),
)
_ROOTS = (
    ("no request", f'{{"UPSSecurity":{json.dumps(SECURITY)}}}', LACKING),
    ("no key", '{"TrackRequest":{"InquiryNumber":"1Z"}}', "250005"),
    ("a key that is a text", '{"UPSSecurity":"x","TrackRequest":{"InquiryNumber":"1Z"}}', "250005"),
    ("a key that is an array", '{"UPSSecurity":[],"TrackRequest":{"InquiryNumber":"1Z"}}', "250005"),
    ("a key of numbers", '{"UPSSecurity":{"Username":1},"TrackRequest":{"InquiryNumber":"1Z"}}', "250005"),
    ("a request that nobody knows", '{"EvilRequest":{}}', NO_SUCH),
    ("a request with an empty name", '{"":{}}', NO_SUCH),
    ("a request with a long name", '{"' + "x" * 100_000 + '":{}}', NO_SUCH),
    ("a request named like Python's", '{"__class__":{"__init__":{}}}', NO_SUCH),
    ("a request named like JavaScript's", '{"__proto__":{"isAdmin":true}}', NO_SUCH),
    ("a request with a name of another script", '{"\\u0422rackRequest":{}}', NO_SUCH),
    ("a request that is null", '{"TrackRequest":null,"UPSSecurity":' + json.dumps(SECURITY) + "}", LACKING),
    ("a request that is an array", '{"TrackRequest":[1],"UPSSecurity":' + json.dumps(SECURITY) + "}", LACKING),
    ("a request that is a text", '{"TrackRequest":"x","UPSSecurity":' + json.dumps(SECURITY) + "}", LACKING),
    (
        "a member twice, of which the last counts",
        '{"TrackRequest":{"InquiryNumber":"../x","InquiryNumber":"1Z"},"UPSSecurity":' + json.dumps(SECURITY) + "}",
        ASKED,
    ),
    (
        "a key twice, of which the last counts",
        '{"UPSSecurity":' + json.dumps(SECURITY) + ',"UPSSecurity":{},"TrackRequest":{"InquiryNumber":"1Z"}}',
        "250005",
    ),
)


def rows() -> Iterator[Hostile]:
    """All of them."""
    for dialect in (JSON, HEADER, REST):
        for name, body in _BROKEN:
            yield posted(dialect, name, ASKED if (dialect, body.strip()) == (REST, "") else MALFORMED, body)
        for name, sent in _BYTES:
            yield posted(dialect, name, MALFORMED, sent)
        for name, body in _FLOODS:
            yield posted(dialect, name, TOO_LARGE, body)
    for name, value, code in _VALUES:
        yield posted(JSON, name, code, _GOOD.replace('"@"', value))
    for name, body, code in _ROOTS:
        yield posted(JSON, name, code, body)
    yield posted(JSON, "a mark before it", ASKED, b"\xef\xbb\xbf" + _GOOD.replace("@", NUMBER).encode())
