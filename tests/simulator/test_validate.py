"""The checker behind the operations' tables of rules."""

from typing import Any

import pytest

from ups_gateway.simulator.model import Refused
from ups_gateway.simulator.validate import Rule, check


def refusal(body: Any, *rules: Rule) -> tuple[int, tuple[tuple[str, str], ...]] | None:
    try:
        check(body, rules)
    except Refused as refused:
        return refused.status, refused.errors
    return None


REQUIRED = Rule("Root.Name", "1", "name", required=True)


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ({"Root": {"Name": "x"}}, True),
        ({"Root": {"Name": {}}}, True),
        ({"Root": {"Name": 0}}, True),
        ({"Root": {}}, False),
        ({"Root": {"Name": None}}, False),
        ({"Root": {"Name": "  "}}, False),
        ({"Root": []}, True),
        ({}, True),
        (None, True),
    ],
)
def test_a_required_value_is_demanded_only_where_its_parent_exists(body: Any, passes: bool) -> None:
    assert refusal(body, REQUIRED) == (None if passes else (400, (("1", "name"),)))


def test_the_first_broken_rule_is_the_refusal() -> None:
    rules = (REQUIRED, Rule("Root.Other", "2", "other", status=500, required=True))
    assert refusal({"Root": {"Name": "x"}}, *rules) == (500, (("2", "other"),))
    assert refusal({"Root": {}}, *rules) == (400, (("1", "name"),))


def test_each_element_of_an_array_is_checked_and_counted_from_one() -> None:
    rule = Rule("Root.Package[].Weight", "3", "weight of package {0}", required=True)
    assert refusal({"Root": {"Package": [{"Weight": "1"}, {}]}}, rule) == (400, (("3", "weight of package 2"),))
    assert refusal({"Root": {"Package": {}}}, rule) == (400, (("3", "weight of package 1"),))
    assert refusal({"Root": {"Package": []}}, rule) is None
    assert refusal({"Root": {}}, rule) is None


def test_elements_themselves_can_be_the_values() -> None:
    rule = Rule("Line[]", "4", "line {0}", text=True, longest=3)
    assert refusal({"Line": ["abc", "abcd"]}, rule) == (400, (("4", "line 2"),))
    assert refusal({"Line": ["abc", 7]}, rule) == (400, (("4", "line 2"),))
    assert refusal({"Line": "abc"}, rule) is None


@pytest.mark.parametrize(
    ("value", "passes"), [([1], True), ([1, 2], True), ([], False), ([1, 2, 3], False), ({}, False), ("x", False)]
)
def test_an_array_is_demanded_with_its_number_of_elements(value: Any, passes: bool) -> None:
    rule = Rule("Package", "5", "packages", array=True, shortest=1, longest=2)
    assert refusal({"Package": value}, rule) == (None if passes else (400, (("5", "packages"),)))


@pytest.mark.parametrize(
    ("value", "passes"), [("01", True), (1, True), ("9", False), ("", False), (None, True), ({}, False)]
)
def test_a_value_is_one_of_those_allowed(value: Any, passes: bool) -> None:
    rule = Rule("Code", "6", "code", allowed=frozenset({"01", "1"}))
    assert refusal({"Code": value}, rule) == (None if passes else (400, (("6", "code"),)))


@pytest.mark.parametrize(("value", "passes"), [("12.5", True), (3, True), ("12.5x", False), ("-1", False)])
def test_a_pattern_matches_the_whole_value(value: Any, passes: bool) -> None:
    rule = Rule("Weight", "7", "weight", pattern=r"\d+(\.\d+)?")
    assert refusal({"Weight": value}, rule) == (None if passes else (400, (("7", "weight"),)))


def test_a_text_has_its_length() -> None:
    rule = Rule("Name", "8", "name", text=True, shortest=2, longest=4)
    assert [refusal({"Name": name}, rule) is None for name in ("a", "ab", "abcd", "abcde")] == [
        False,
        True,
        True,
        False,
    ]
