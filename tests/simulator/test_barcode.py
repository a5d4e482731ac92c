"""Code 128."""

import pytest

from ups_gateway.simulator.barcode import code128


def test_a_code_begins_with_start_b_and_ends_with_stop() -> None:
    widths = code128("1Z")
    assert widths[:6] == [2, 1, 1, 2, 1, 4]
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2]
    assert sum(widths) == 11 * 4 + 13


@pytest.mark.parametrize("text", ["1ZA1B2C30300000012", "~ !", "PO 7"])
def test_every_symbol_is_eleven_modules_wide_and_the_checksum_is_right(text: str) -> None:
    widths = code128(text)
    symbols = [tuple(widths[at : at + 6]) for at in range(0, len(widths) - 7, 6)]
    assert {sum(symbol) for symbol in symbols} == {11}
    values = {tuple(code128(chr(32 + n))[6:12]): n for n in range(95)}
    start, *data, _ = symbols
    assert start == (2, 1, 1, 2, 1, 4)
    assert "".join(chr(values[symbol] + 32) for symbol in data) == text
    checksum = (104 + sum(n * values[symbol] for n, symbol in enumerate(data, 1))) % 103
    assert checksum >= 95 or symbols[-1] == tuple(code128(chr(32 + checksum))[6:12])
