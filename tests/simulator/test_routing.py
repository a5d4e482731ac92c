"""Routes, products and versions."""

import pytest

from ups_gateway.simulator.model import Call, Refused, Reply, Route
from ups_gateway.simulator.products import PRODUCTS, product_of
from ups_gateway.simulator.routing import MethodRefused, Router
from ups_gateway.simulator.world import World


def first(_: Call, __: World) -> Reply:
    return Reply(200, {})


def second(_: Call, __: World) -> Reply:
    return Reply(201, {})


ROUTER = Router(
    (
        Route("GET", "/api/track/{version}/{kind}/{number}", first),
        Route("GET", "/api/track/v1/details/{number}", second),
        Route("POST", "/api/track/v1/details/{number}", first),
    )
)


def test_more_literal_segments_win() -> None:
    details = ROUTER.find("GET", "/api/track/v1/details/1Z")
    assert (details.handler, details.params, details.version) == (second, {"number": "1Z"}, "v1")
    other = ROUTER.find("GET", "/api/track/v2/details/1Z")
    assert (other.handler, other.params) == (first, {"version": "v2", "kind": "details", "number": "1Z"})


def test_a_path_that_only_fits_with_other_methods_names_them() -> None:
    with pytest.raises(MethodRefused) as raised:
        ROUTER.find("PUT", "/api/track/v1/details/1Z")
    assert (raised.value.status, raised.value.allowed) == (405, ["GET", "POST"])


@pytest.mark.parametrize("path", ["", "/", "/api/track/v1/details", "/API/track/v1/details/1Z", "//"])
def test_other_paths_are_not_found(path: str) -> None:
    with pytest.raises(Refused) as raised:
        ROUTER.find("GET", path)
    assert (raised.value.status, raised.value.errors) == (404, (("10404", "Resource Not Found"),))


def test_a_template_that_belongs_to_no_product_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="/api/other/"):
        Router((Route("GET", "/api/other/{version}", first),))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shipments/{version}/ship", "Shipping"),
        ("shipments/{version}/void/cancel/{n}", "Shipping"),
        ("labels/{version}/recovery", "Shipping"),
        ("shipments/v1/transittimes", "Time in Transit"),
        ("shipments/{version}/pickup/{CancelBy}", "Pickup"),
        ("pickupcreation/{version}/pickup", "Pickup"),
        ("pickup/{version}/servicecenterlocations", "Pickup"),
        ("rating/{version}/{requestoption}", "Rating"),
        ("track/v1/reference/details/{n}", "Tracking"),
        ("addressvalidation/{version}/{requestoption}", "Address Validation"),
        ("locations/{version}/search/availabilities/{reqOption}", "Locator"),
        ("quantumview/{version}/events", "Quantum View"),
        ("paperlessdocuments/{version}/upload", "Paperless Documents"),
        ("dangerousgoods/{version}/prenotification", "Pre-Notification"),
        ("dangerousgoods/{version}/chemicalreferencedata", "Dangerous Goods"),
        ("landedcost/{version}/quotes", "Landed Cost"),
    ],
)
def test_each_path_of_ups_belongs_to_a_product(path: str, name: str) -> None:
    product = product_of(f"/api/{path}")
    assert product is not None
    assert product.name == name


def test_every_product_knows_a_version() -> None:
    assert all("v1" in product.versions for product in PRODUCTS)
