"""What the cases of the pickup services cannot show: whose account it is, and requests that go nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, reply
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Asked, Credentials, Dialect, LegacyCall, Operation, RestCall, Terms
from ups_gateway.translate.operations import SPECS
from ups_gateway.translate.operations.parts import for_header


def _asked(operation: Operation, tree: Any) -> Asked:
    return Asked(Dialect.SOAP, operation, Credentials(), (), (), "PickupRequest", tree)


def _call(operation: Operation, tree: Any) -> RestCall:
    (call,) = SPECS[operation].request(_asked(operation, tree), ACCOUNT, Terms()).calls
    return call


@pytest.mark.parametrize(
    ("operation", "tree", "accounts"),
    [
        (Operation.PICKUP_CREATE, {"Shipper": {"Account": {"AccountNumber": "A1B2C3"}}}, ("A1B2C3",)),
        (Operation.PICKUP_CREATE, {"Shipper": {"ChargeCard": {"CardType": "06"}}}, ()),
        (Operation.PICKUP_RATE, {"ShipperAccount": {"AccountNumber": "A1B2C3"}}, ("A1B2C3",)),
        (Operation.PICKUP_PENDING, {"type": "01", "account": "A1B2C3"}, ("A1B2C3",)),
        (Operation.PICKUP_CANCEL, {"by": "01", "number": "A1B2C3"}, ("A1B2C3",)),
        (Operation.PICKUP_CANCEL, {"by": "1", "number": "0000A1B2C3"}, ("0000A1B2C3",)),
        (Operation.PICKUP_CANCEL, {"by": "01", "number": "2929AONCALL"}, ()),
        (Operation.PICKUP_CANCEL, {"by": "02", "number": "292900"}, ()),
        (Operation.PICKUP_FACILITIES, {}, ()),
    ],
)
def test_the_account_that_a_request_names_must_be_the_keys(
    operation: Operation, tree: Any, accounts: tuple[str, ...]
) -> None:
    assert SPECS[operation].accounts(tree) == accounts


@pytest.mark.parametrize(
    ("tree", "numbers"),
    [
        ({"by": "02", "number": "2929AONCALL"}, ("2929AONCALL",)),
        ({"number": "2929AONCALL"}, ("2929AONCALL",)),
        ({"by": "01", "number": "A1B2C3"}, ()),
        ({"by": "02"}, ()),
    ],
)
def test_the_pickup_that_is_cancelled_is_read_where_it_is_named(tree: Any, numbers: tuple[str, ...]) -> None:
    assert SPECS[Operation.PICKUP_CANCEL].tracking_numbers(tree) == numbers


@pytest.mark.parametrize(("headers", "numbers"), [({"prn": " 2929AONCALL "}, ("2929AONCALL",)), ({}, ())])
def test_rest_names_it_in_a_header(headers: dict[str, str], numbers: tuple[str, ...]) -> None:
    path = "/api/shipments/v2409/pickup/02"
    assert (
        translate.read(LegacyCall("DELETE", "onlinetools.ups.com", path, "", headers, b"")).tracking_numbers == numbers
    )


def test_a_new_pickup_has_the_number_that_ups_gave_it() -> None:
    assert translate.pickup_number(reply({"PickupCreationResponse": {"PRN": "2929AONCALL"}})) == "2929AONCALL"
    assert translate.pickup_number(reply({"UploadResponse": {}})) == ""


def test_only_asking_for_a_driver_is_billed() -> None:
    pickups = [operation for operation in SPECS if operation.startswith("pickup_")]
    assert {operation: SPECS[operation].creating({}) for operation in pickups} == {
        Operation.PICKUP_CREATE: True,
        Operation.PICKUP_RATE: False,
        Operation.PICKUP_CANCEL: False,
        Operation.PICKUP_PENDING: False,
        Operation.PICKUP_FACILITIES: False,
    }


@pytest.mark.parametrize(
    ("operation", "tree", "location"),
    [
        (Operation.PICKUP_CANCEL, {}, "CancelBy"),
        (Operation.PICKUP_CANCEL, {"by": "../03", "number": "2929AONCALL"}, "CancelBy"),
        (Operation.PICKUP_CANCEL, {"by": "02"}, "PRN"),
        (Operation.PICKUP_CANCEL, {"by": "02", "number": "2929\nX-Other: 1"}, "PRN"),
        (Operation.PICKUP_PENDING, {"type": "04", "account": "A1B2C3"}, "PickupType"),
        (Operation.PICKUP_PENDING, {"type": "../01", "account": "A1B2C3"}, "PickupType"),
        (Operation.PICKUP_PENDING, {"account": "A1B2C3\u00e4"}, "AccountNumber"),
    ],
)
def test_what_fits_no_path_and_no_header_is_refused(operation: Operation, tree: Any, location: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        _call(operation, tree)
    assert refused.value.location == location


@pytest.mark.parametrize(("given", "kind"), [("01", "oncall"), ("2", "smart"), ("03", "both"), ("OnCall", "oncall")])
def test_the_kind_of_pickup_may_be_a_code_or_the_word(given: str, kind: str) -> None:
    call = _call(Operation.PICKUP_PENDING, {"type": given, "account": "A1B2C3"})
    assert call == RestCall("GET", f"/api/shipments/v2409/pickup/{kind}", headers={"AccountNumber": "A1B2C3"})


def test_a_header_carries_printable_ascii() -> None:
    assert for_header("2929AONCALL", "PRN") == "2929AONCALL"
