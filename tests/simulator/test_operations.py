"""The operations as the simulator serves them: over real sockets, with tokens, by UPS's paths."""

import json
import subprocess
import sys

from tests.simulator import requests
from tests.simulator.asking import ACCOUNT, MONDAY, pickup, rating, shipping, street, transit
from tests.simulator.conftest import Serve
from tests.simulator.driving import TRANSACTION, Driver
from ups_gateway.simulator.config import Application, Settings
from ups_gateway.simulator.operations import ROUTES

SETTINGS = Settings(
    applications=(
        Application("shop", "demo-client", "demo-secret", accounts=frozenset({ACCOUNT}), negotiated=frozenset()),
    ),
    cie=False,
)

SHIPPER = {"ShipperNumber": ACCOUNT}
DOCUMENT = "2026-03-02-15.00.00.000001"
PLACE = requests.without(requests.PLACE, "AddressLine")


async def begin(serve: Serve) -> tuple[Driver, str]:
    """A simulator with UPS's operations and an access token."""
    ups = await serve(SETTINGS, clock=MONDAY.timestamp, routes=ROUTES)
    return ups, (await ups.client_credentials()).body["access_token"]


async def test_every_operation_answers_on_its_path(serve: Serve) -> None:
    ups, token = await begin(serve)
    ship = await ups.rest("POST", "/api/shipments/v2409/ship", token, json=shipping())
    number = ship.body["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    recovery = {"LabelRecoveryRequest": {"Request": {}, "TrackingNumber": number}}
    calls = [
        ("POST", "/api/rating/v1/rate", {"json": rating()}),
        ("POST", "/api/rating/v2409/Shoptimeintransit", {"json": rating()}),
        ("POST", "/api/labels/v1/recovery", {"json": recovery}),
        ("GET", f"/api/track/v1/details/{number}", {"headers": TRANSACTION}),
        ("GET", f"/api/track/v1/shipment/details/{number}", {"headers": TRANSACTION}),
        ("GET", "/api/track/v1/reference/details/PO%207", {"headers": TRANSACTION}),
        ("POST", "/api/addressvalidation/v1/1", {"json": street()}),
        ("POST", "/api/addressvalidation/v2/3", {"json": street()}),
        ("POST", "/api/shipments/v1/transittimes", {"json": transit(), "headers": TRANSACTION}),
        ("POST", "/api/pickupcreation/v2409/pickup", {"json": pickup()}),
        ("GET", "/api/shipments/v2409/pickup/oncall", {"headers": {"AccountNumber": ACCOUNT}}),
        ("DELETE", "/api/shipments/v2409/pickup/02", {"headers": {"Prn": "2900001SIMU"}}),
        ("POST", "/api/shipments/v2409/pickup/smart", {"json": requests.pickup_rate()}),
        ("POST", "/api/pickup/v2409/servicecenterlocations", {"json": requests.facilities(OriginAddress=PLACE)}),
        ("GET", "/api/pickup/v2409/countries/CA", {"headers": TRANSACTION}),
        ("POST", "/api/paperlessdocuments/v2/upload", {"json": requests.upload(), "headers": SHIPPER}),
        ("POST", "/api/paperlessdocuments/v1/image", {"json": requests.push(DOCUMENT), "headers": SHIPPER}),
        (
            "DELETE",
            "/api/paperlessdocuments/v2/DocumentId/ShipperNumber",
            {"headers": {**SHIPPER, "DocumentId": DOCUMENT}},
        ),
        (
            "POST",
            "/api/dangerousgoods/v3/acceptanceauditprecheck",
            {"json": requests.pre_check(), "headers": TRANSACTION},
        ),
        (
            "POST",
            "/api/dangerousgoods/v2409/chemicalreferencedata",
            {"json": requests.chemicals(IDNumber="UN1090"), "headers": TRANSACTION},
        ),
        ("POST", "/api/dangerousgoods/v2/prenotification", {"json": requests.pre_notification()}),
        ("POST", "/api/locations/v3/search/availabilities/1?Locale=en_US", {"json": requests.locator()}),
        ("POST", "/api/quantumview/v1/events", {"json": requests.quantum_view()}),
        ("POST", "/api/landedcost/v1/quotes", {"json": requests.landed_cost(), "headers": TRANSACTION}),
        ("DELETE", f"/api/shipments/v1/void/cancel/{number}", {}),
    ]
    answers = [await ups.rest(method, path, token, **more) for method, path, more in calls]
    assert [(path, answer.status) for (_, path, _), answer in zip(calls, answers, strict=True)] == [
        (path, 200) for _, path, _ in calls
    ]


async def test_a_void_of_several_packages_arrives_as_ups_writes_it(serve: Serve) -> None:
    ups, token = await begin(serve)
    body = shipping()
    body["ShipmentRequest"]["Shipment"]["Package"] *= 2
    ship = await ups.rest("POST", "/api/shipments/v2409/ship", token, json=body)
    results = ship.body["ShipmentResponse"]["ShipmentResults"]["PackageResults"]
    numbers = [each["TrackingNumber"] for each in results]
    query = {"trackingnumber": json.dumps(numbers)}
    void = await ups.rest("DELETE", f"/api/shipments/v2409/void/cancel/{numbers[0]}", token, params=query)
    assert void.body["VoidShipmentResponse"]["SummaryResult"] == {"Status": {"Code": "1", "Description": "Voided"}}


async def test_the_control_interface_lists_what_was_made(serve: Serve) -> None:
    ups, token = await begin(serve)
    await ups.rest("POST", "/api/shipments/v2409/ship", token, json=shipping())
    listed = (await ups.send("GET", "/_control/shipments")).body
    assert "1ZA1B2C30300000012" in json.dumps(listed)


async def test_a_refusal_is_an_errors_object_with_status_400(serve: Serve) -> None:
    ups, token = await begin(serve)
    refused = await ups.rest("POST", "/api/rating/v2409/Rate", token, json=rating(service="77"))
    errors = [{"code": "111513", "message": "Missing or invalid Service Code"}]
    assert (refused.status, refused.body) == (400, {"response": {"errors": errors}})


def test_importing_the_operations_does_not_load_what_only_pictures_need() -> None:
    program = "import sys, ups_gateway.simulator.operations; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
