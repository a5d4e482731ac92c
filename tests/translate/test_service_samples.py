"""Every whole SOAP, legacy JSON and header-auth request that UPS or a client published, judged by UPS's OpenAPI.

`LEFT_OUT` names each sample that is not whole, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import reference_folder
from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.model import Dialect, Operation, Terms

DANGEROUS_GOODS = "/webservices/DangerousGoodsUtility", "/rest/DangerousGoodsUtility"
GUIDE = "Dangerous_Goods_RESTful_API_Developer_Guide-"
EARLY_PATHS = {
    "AcceptanceAuditPreCheckRequest": "/dangerousgoods/v1/acceptanceauditprecheck",
    "ChemicalReferenceDataRequest": "/dangerousgoods/v1/chemicalreferencedata",
}
_FRAGMENT = "a fragment of the guide: the members that one row of its table is about, and nothing around them"
LEFT_OUT = {
    f"{GUIDE}{number}": _FRAGMENT
    for number in "02 21 22 23 24 26 27 29 31 33 34 35 36 37 38 39 44 45 46".split()
}  # fmt: skip


def _samples() -> Iterator[tuple[Dialect, str, Path]]:
    reference = reference_folder()
    if reference is None:
        return
    samples = reference / "samples"
    for file in sorted((samples / "xml" / "SOAP-DangerousGoodsUtility").glob("*Request.*")):
        soap = file.suffix == ".xml"
        yield (Dialect.SOAP if soap else Dialect.JSON), DANGEROUS_GOODS[not soap], file
    for file in sorted((samples / "json").glob(f"{GUIDE}*")):
        root = next(iter(json.loads(file.read_bytes())))
        if not any(file.name.startswith(f"{left}-") for left in LEFT_OUT) and root in EARLY_PATHS:
            yield Dialect.HEADER, EARLY_PATHS[root], file
    yield (
        Dialect.JSON,
        "/rest/PaperlessDocumentAPI",
        samples / "captured" / "node-ripe-ups-api-json-paperlessdocumentapi.txt",
    )


SAMPLES = list(_samples())


def test_no_sample_of_these_services_is_passed_over(ups_reference: Path) -> None:
    requests = [
        file.name
        for file in (ups_reference / "samples" / "json").glob(f"{GUIDE}*")
        if not any(word in file.name for word in ("Response", "response"))
    ]
    seen = [file.name for _dialect, _path, file in SAMPLES]
    assert [name for name in requests if name not in seen and name.rsplit("-", 1)[0] not in LEFT_OUT] == []
    assert len(seen) == 7


@pytest.mark.parametrize(
    ("dialect", "path", "file"), SAMPLES, ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_a_published_request_becomes_valid_rest_with_nothing_unknown_to_ups(
    dialect: Dialect, path: str, file: Path, placeholders: ModuleType, old_schemas: ModuleType, openapi: ModuleType
) -> None:
    body = old_schemas.body_of(file.read_bytes())
    asked = translate.read(legacy(path, placeholders.fill(body.decode("utf-8"))))
    assert asked.dialect is dialect
    translated = translate.request(asked, ACCOUNT, Terms())
    (call,) = translated.calls
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])
    assert (translated.ignored, asked.accounts) == ((), ("A1B2C3",))
    assert asked.creating is (asked.operation is Operation.PAPERLESS_UPLOAD)
