"""1Z numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ups_gateway.simulator.numbering import check_digit, is_tracking_number, tracking_number


@pytest.mark.parametrize(
    "number", ["1Z5338FF0107231059", "1Z999AA10123456784", "1Z879E930346834440", "1Z410E7W0392751591"]
)
def test_the_check_digit_is_ups_s(number: str) -> None:
    assert check_digit(number[2:17]) == int(number[17])


@given(st.from_regex(r"[0-9A-Z]{6}", fullmatch=True), st.integers(1, 9_999_999))
def test_what_is_made_is_right(shipper: str, serial: int) -> None:
    number = tracking_number(shipper, "03", serial)
    assert is_tracking_number(number)
    assert number[:10] == f"1Z{shipper}03"
    assert check_digit(number[2:17]) == int(number[17])


def test_accounts_of_ten_characters_give_their_last_six() -> None:
    assert tracking_number("0000a1b2c3", "03", 1) == tracking_number("A1B2C3", "03", 1) == "1ZA1B2C30300000012"


@pytest.mark.parametrize("number", ["", "1Z", "1ZA1B2C303000000123", "1za1b2c30300000012", "2ZA1B2C30300000012"])
def test_what_has_not_the_form_is_no_number(number: str) -> None:
    assert not is_tracking_number(number)
