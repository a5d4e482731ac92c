"""Telling UPS of dangerous goods before it gets them."""

from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, Desk
from tests.simulator.requests import ECHO, NUMBER, pre_notification, without
from ups_gateway.simulator.operations.prenotification import Notified

PATH = "/api/dangerousgoods/v2/prenotification"
SHIPMENT = pre_notification()["PreNotificationRequest"]["Shipment"]
(PACKAGE,) = SHIPMENT["Package"]


def test_a_notice_is_taken_and_kept() -> None:
    desk = Desk()
    assert desk.post(PATH, pre_notification()) == {"PreNotificationResponse": {"Response": ECHO}}
    assert desk.world.kept["pre-notifications"] == {NUMBER: Notified(NUMBER, ACCOUNT, (NUMBER,), ())}


def test_the_last_word_counts_and_may_take_a_package_back() -> None:
    desk = Desk()
    desk.post(PATH, pre_notification())
    desk.post(PATH, pre_notification(Package=[{**PACKAGE, "VoidIndicator": ""}]))
    assert desk.world.kept["pre-notifications"] == {NUMBER: Notified(NUMBER, ACCOUNT, (NUMBER,), (NUMBER,))}


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20007", None),
        ("20007", {}),
        ("20007", {"PreNotificationRequest": {"Request": {}}}),
        *(
            ("20007", {"PreNotificationRequest": {"Request": {}, "Shipment": without(SHIPMENT, name)}})
            for name in SHIPMENT
        ),
        *(("20007", pre_notification(Package=[without(PACKAGE, name)])) for name in PACKAGE),
        ("20008", pre_notification(ShipmentIdentificationNumber="1Z")),
        ("20008", pre_notification(PickupDate="tomorrow")),
        ("20008", pre_notification(RegulationSet="XYZ")),
        ("20008", pre_notification(Package=[])),
        ("20008", pre_notification(Package=[{**PACKAGE, "TrackingNumber": "1Z"}])),
        ("20008", pre_notification(Package=[{**PACKAGE, "ChemicalRecord": []}])),
        ("20008", pre_notification(Package=[{**PACKAGE, "ChemicalRecord": [{"CommodityRegulatedLevelCode": "EQ"}]}])),
        ("120100", pre_notification(ShipperNumber="F00BAR")),
        ("10002", pre_notification(PickupDate=20260302)),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code
