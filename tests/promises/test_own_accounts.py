"""Every place of a request where an account of the sender may stand: the key's accounts only, in every dialect.

The places are read off UPS's own lists of fields (UPS_REFERENCE), so that none is forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import REASON, reference_folder
from tests.gateway import access
from tests.translate.reading import enveloped, legacy, legacy_json
from ups_gateway import translate
from ups_gateway.model import LegacyCall
from ups_gateway.translate.dialects.services import ROOTS
from ups_gateway.translate.dialects.xml import TOOLS

OTHERS = "Z9Z9Z9"
OWN = re.compile(
    r"/(ShipperNumber|BillShipper/AccountNumber|FRSPaymentInformation/AccountNumber|Account/AccountNumber"
    r"|ShipperAccount/AccountNumber)$"
)
"""Ends of places where an account stands that ships or pays; receivers and third parties are others by nature."""
TOOL_OF = {root: tool for tool, (root, _operation) in TOOLS.items()}
REST = {
    "RateRequest": "/api/rating/v2409/Rate",
    "ShipmentRequest": "/api/shipments/v2409/ship",
    "LabelRecoveryRequest": "/api/labels/v1/recovery",
    "PickupCreationRequest": "/api/pickupcreation/v2409/pickup",
    "PickupRateRequest": "/api/shipments/v2409/pickup/oncall",
    "UploadRequest": "/api/paperlessdocuments/v2/upload",
    "PushToImageRepositoryRequest": "/api/paperlessdocuments/v2/image",
    "AcceptanceAuditPreCheckRequest": "/api/dangerousgoods/v2/prenotification",
    "ChemicalReferenceDataRequest": "/api/dangerousgoods/v2/chemicalreferencedata",
}


def nested(path: list[str], value: str) -> Any:
    """A tree in which nothing stands but that."""
    return {path[0].removesuffix("[]"): nested(path[1:], value)} if path else value


def elements(path: list[str], value: str) -> str:
    return f"<{path[0]}>{elements(path[1:], value)}</{path[0]}>" if path else value


def calls() -> Iterator[tuple[str, LegacyCall]]:
    """Dialect and place, and a request with another's account there."""
    folder = reference_folder()
    if folder is None:
        return
    for file in sorted((folder / "fieldlists").glob("*-req*.txt")):
        for line in file.read_text("utf-8").splitlines():
            place = line.split("\t")[0]
            if not OWN.search(place):
                continue
            _, root, *path = place.split("/")
            if file.name.startswith("rest-"):
                body = json.dumps({root: nested(path, OTHERS)})
                yield f"rest {place}", legacy(REST[root], body)
            elif "-XML" in file.name:
                document = access() + elements([root, *path], OTHERS)
                yield f"xml {place}", legacy(f"/ups.app/xml/{TOOL_OF[root]}", document)
            elif root in ROOTS:
                yield f"soap {place}", legacy("/webservices/Any", enveloped(elements([root, *path], OTHERS)))
                yield f"json {place}", legacy_json("Any", root, nested(path, OTHERS))


CALLS = dict(calls())


@pytest.mark.parametrize("place", CALLS)
def test_an_account_there_must_be_the_keys(place: str) -> None:
    assert translate.read(CALLS[place]).accounts == (OTHERS,)


def test_each_dialect_has_such_places() -> None:
    if not CALLS:
        pytest.skip(REASON)
    assert {place.split()[0] for place in CALLS} == {"xml", "soap", "json", "rest"}
