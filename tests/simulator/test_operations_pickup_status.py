"""What became of an account's pickups."""

from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, DAY, Desk, pickup

PATH = "/api/shipments/v2409/pickup/"
HEADERS = {"accountnumber": ACCOUNT.lower()}
HOUR = 3600


def asked(desk: Desk, kind: str = "oncall") -> Any:
    return desk.ask("GET", PATH + kind, None, HEADERS).body["PickupPendingStatusResponse"]


def pending(desk: Desk, kind: str = "oncall") -> list[tuple[str, str]]:
    return [(status["PRN"], status["OnCallStatusCode"]) for status in asked(desk, kind)["PendingStatus"]]


def make(desk: Desk, day: str, **more: Any) -> str:
    made: str = desk.post("/api/pickupcreation/v2409/pickup", pickup(day, **more))["PickupCreationResponse"]["PRN"]
    return made


def test_a_pickup_of_tomorrow_is_answered_whole() -> None:
    desk = Desk()
    make(desk, "20260303", ReferenceNumber="order 7")
    assert asked(desk) == {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "PendingStatus": [
            {
                "PickupType": "01",
                "ServiceDate": "20260303",
                "PRN": "2900001SIMU",
                "OnCallStatusCode": "012",
                "PickupStatusMessage": "Your pickup request is being processed",
                "BillingCode": "01",
                "ContactName": "Ann",
                "ReferenceNumber": "order 7",
            }
        ],
    }


def test_the_clock_moves_it_from_dispatch_to_driver_to_done() -> None:
    desk = Desk()
    number = make(desk, "20260304")
    assert pending(desk) == []
    seen = []
    for hours in (24, 22, 2, 8):
        desk.clock.advance(hours * HOUR)
        seen.append(pending(desk))
    assert seen == [[(number, "012")], [(number, "001")], [(number, "002")], []]


def test_only_what_is_not_cancelled_is_told() -> None:
    desk = Desk()
    first, second = make(desk, "20260302"), make(desk, "20260303")
    desk.delete(f"{PATH}02", {"prn": first})
    assert [pending(desk, kind) for kind in ("oncall", "both", "smart")] == [[(second, "012")], [(second, "012")], []]


def test_other_accounts_pickups_are_not_told() -> None:
    desk = Desk()
    make(desk, "20260303")
    other = desk.ask("GET", f"{PATH}both", None, {"accountnumber": "ZZ99ZZ"}).body
    assert other["PickupPendingStatusResponse"]["PendingStatus"] == []


@pytest.mark.parametrize(
    ("code", "kind", "headers"),
    [("20008", "some", HEADERS), ("20007", "both", {}), ("120100", "both", {"accountnumber": "F00BAR"})],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, kind: str, headers: dict[str, str]) -> None:
    desk = Desk()
    desk.clock.advance(DAY)
    assert desk.refusal("GET", PATH + kind, None, headers) == code
