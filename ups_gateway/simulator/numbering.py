"""UPS's 1Z tracking numbers: six characters of the shipper, two of the service, a serial of seven, a check digit.

The rule: what `tracking_number` makes, `is_tracking_number` accepts; UPS's documented test numbers have wrong check
digits now and then, so only the form is asked of a number that somebody sends.
"""

import re

_FORM = re.compile(r"1Z[0-9A-Z]{16}\Z")


def check_digit(body: str) -> int:
    """The last digit for the 15 characters after "1Z"; letters count as (ordinal - 63) mod 10, as UPS's do."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return (10 - total % 10) % 10


def tracking_number(shipper: str, service: str, serial: int) -> str:
    """A number for `serial`, 1 and up; accounts of 10 characters give their last six."""
    body = f"{shipper[-6:].upper():0>6}{service[-2:]:0>2}{serial % 10_000_000:07d}"
    return f"1Z{body}{check_digit(body)}"


def is_tracking_number(number: str) -> bool:
    """Whether it has the form of a 1Z number."""
    return _FORM.match(number) is not None
