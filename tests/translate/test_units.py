"""Units: which one is meant where a request names none, or names it elsewhere or otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.asking_rates import shipment, translated


@pytest.mark.parametrize(
    "package",
    [
        "<PackageWeight><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement/><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement><Code/></UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement>lbs</UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement><Code>lbs</Code></UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
    ],
)
def test_a_weight_without_a_unit_is_taken_for_pounds_where_they_are_used(package: str) -> None:
    (made,) = shipment(translated(package=package))["Package"]
    assert made["PackageWeight"] == {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5"}


@pytest.mark.parametrize(
    ("package", "weight"),
    [
        (
            "<UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement><PackageWeight><Weight>5</Weight></PackageWeight>",
            {"UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"}, "Weight": "5"},
        ),
        (
            "<UnitOfMeasurement><Code>CM</Code></UnitOfMeasurement><PackageWeight><Weight>5</Weight></PackageWeight>",
            {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5"},
        ),
        ("<UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement>", None),
    ],
)
def test_a_unit_beside_the_weight_counts_if_it_is_one_of_weight(package: str, weight: Any) -> None:
    (made,) = shipment(translated(package=package))["Package"]
    assert made.get("PackageWeight") == weight


@pytest.mark.parametrize(("written", "sent"), [("01", "IN"), ("00", "CM"), ("cm", "CM")])
def test_lengths_are_measured_in_words(written: str, sent: str) -> None:
    package = (
        f"<Dimensions><UnitOfMeasurement><Code>{written}</Code></UnitOfMeasurement><Length>9</Length></Dimensions>"
    )
    (made,) = shipment(translated(package=package))["Package"]
    assert made["Dimensions"]["UnitOfMeasurement"]["Code"] == sent


@pytest.mark.parametrize(("written", "sent"), [("LBS", "01"), ("kgs", "00"), ("01", "01"), ("KG", "KG")])
def test_dry_ice_is_weighed_in_units_of_two_letters(written: str, sent: str) -> None:
    package = (
        "<PackageServiceOptions><DryIce><RegulationSet>IATA</RegulationSet><DryIceWeight><UnitOfMeasurement>"
        f"<Code>{written}</Code></UnitOfMeasurement><Weight>1</Weight></DryIceWeight></DryIce></PackageServiceOptions>"
    )
    (made,) = shipment(translated(package=package))["Package"]
    assert made["PackageServiceOptions"]["DryIce"]["DryIceWeight"]["UnitOfMeasurement"]["Code"] == sent


@pytest.mark.parametrize(
    ("package", "units"),
    [
        ("<PackageWeight><UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement></PackageWeight>", ("KGS", "CM")),
        ("<Dimensions><UnitOfMeasurement><Code>CM</Code></UnitOfMeasurement></Dimensions>", ("KGS", "CM")),
        ("<Dimensions><UnitOfMeasurement><Code>IN</Code></UnitOfMeasurement></Dimensions>", ("LBS", "IN")),
    ],
)
def test_a_missing_unit_is_of_the_system_that_the_shipment_measures_in(package: str, units: tuple[str, str]) -> None:
    bare = "<PackageWeight><Weight>5</Weight></PackageWeight><Dimensions><Length>9</Length></Dimensions>"
    made = shipment(translated(package=package, more=f"<Package>{bare}</Package>"))["Package"][1]
    found = (made["PackageWeight"]["UnitOfMeasurement"]["Code"], made["Dimensions"]["UnitOfMeasurement"]["Code"])
    assert found == units


@pytest.mark.parametrize(("country", "unit"), [("CA", "LBS"), ("DE", "KGS")])
def test_a_weight_without_a_unit_is_in_the_unit_of_its_origin(country: str, unit: str) -> None:
    package = "<PackageWeight><Weight>5</Weight></PackageWeight>"
    more = f"<ShipFrom><Address><CountryCode>{country}</CountryCode></Address></ShipFrom>"
    (made,) = shipment(translated(package=package, more=more))["Package"]
    assert made["PackageWeight"]["UnitOfMeasurement"]["Code"] == unit
