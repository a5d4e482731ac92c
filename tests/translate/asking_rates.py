"""A small rate request, to which tests add what they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.model import AccountDefaults, Terms, Translated

SMALL = """<RatingServiceSelectionRequest><Request>{option}</Request><Shipment>
  <Shipper>{shipper}<Address><PostalCode>30328</PostalCode><CountryCode>US</CountryCode></Address></Shipper>
  <ShipTo><Address><PostalCode>10001</PostalCode><CountryCode>US</CountryCode></Address></ShipTo>
  <Service><Code>03</Code></Service>
  <Package><PackagingType><Code>02</Code></PackagingType>{package}</Package>{more}
</Shipment></RatingServiceSelectionRequest>"""


def translated(
    *,
    option: str = "",
    shipper: str = "",
    package: str = "",
    more: str = "",
    defaults: AccountDefaults | None = None,
    anonymous: bool = False,
) -> Translated:
    """The request with these members, translated."""
    body = SMALL.format(option=option, shipper=shipper, package=package, more=more)
    account = replace(ACCOUNT, defaults=defaults or AccountDefaults())
    return translate.request(translate.read(legacy("/ups.app/xml/Rate", body)), account, Terms(anonymous=anonymous))


def shipment(made: Translated) -> Any:
    """What its call says of the shipment."""
    return made.calls[0].body["RateRequest"]["Shipment"]
