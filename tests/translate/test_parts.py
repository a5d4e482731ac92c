"""Shapes and readings that operations share."""

from __future__ import annotations

from typing import Any

import pytest

from ups_gateway.errors import InvalidRequest
from ups_gateway.translate.operations.parts import at, copied, prepaid_freight, step, texts_at, warning_of


@pytest.mark.parametrize(
    ("number", "encoded"),
    [("1ZA1B2C30399999990", "1ZA1B2C30399999990"), ("PO 7/8?#%2F&ü", "PO%207%2F8%3F%23%252F%26%C3%BC"), ("...", "...")],
)
def test_a_number_is_one_step_of_a_path(number: str, encoded: str) -> None:
    assert step(number) == encoded


@pytest.mark.parametrize(
    "number",
    [
        "",
        ".",
        "..",
        "../x",
        "x/..",
        "x\\..\\y",
        "%2e%2E",
        "%252e%252e",
        "..;a=b",
        ".. /x",
        "1Z\r\nHost: x",
        "1Z\0",
        "1Z\u2028",
        "9" * 201,
    ],
)
def test_what_is_no_number_is_no_step_of_a_path(number: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        step(number)
    assert refused.value.message == "A number or reference of 1 to 200 printable characters is needed."


@pytest.mark.parametrize(
    ("alerts", "warning"),
    [
        (None, None),
        ([], None),
        ({"Code": "1", "Description": "moved"}, ("1", "moved")),
        ([{"Description": "no code"}, "x", {"Code": 2}, {"Code": "3"}], ("2", "Warning")),
    ],
)
def test_the_first_alert_that_has_a_code_is_the_warning(alerts: Any, warning: tuple[str, str] | None) -> None:
    assert warning_of({"XAVResponse": {"Response": {"Alert": alerts}}}, "XAVResponse") == warning


def test_values_are_found_through_arrays_each_text_once() -> None:
    tree = {"a": [{"b": "x"}, {"b": ["x", "y", ""]}, None, {"c": 1}], "d": "z"}
    assert list(at(tree, "a.b")) == ["x", "x", "y", ""]
    assert texts_at(tree, "d", "a.b", "a.c", "e") == ("z", "x", "y")


def test_a_copy_shares_nothing_that_can_be_changed() -> None:
    tree = {"a": [{"b": "x"}]}
    made = copied(tree)
    made["a"][0]["b"] = "y"
    assert tree == {"a": [{"b": "x"}]}


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [({"Code": "01"}, ("A1B2C3",)), ({"Code": "02"}, ()), ({"Code": "03"}, ()), ({}, ("A1B2C3",)), (None, ("A1B2C3",))],
)
def test_freight_that_is_not_said_to_be_anothers_is_billed_to_the_account(kind: Any, numbers: tuple[str, ...]) -> None:
    payment = {"AccountNumber": "A1B2C3", **({} if kind is None else {"Type": kind})}
    assert prepaid_freight({"Shipment": {"FRSPaymentInformation": payment}}) == numbers
