"""A REST tree, written as the SOAP message that has the same names, comes back as that tree.

Trees are generated from UPS's OpenAPI, within the paths that the SOAP schema has and the table keeps in their place;
the writer below knows names only. So a table cannot silently lose, move or bend what both sides share.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import reference_folder
from tests.translate.reading import legacy
from ups_gateway import translate
from ups_gateway.model import Dialect, Operation
from ups_gateway.translate.engine import FLAG, To
from ups_gateway.translate.operations import SPECS

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)


class Side(NamedTuple):
    """One request that SOAP and REST both have."""

    operation: Operation
    rest: str
    root: str
    service: str
    schema: str

    def __str__(self) -> str:
        return self.root


SIDES = [
    Side(Operation.RATE, "/rating/v2409/Rate", "RateRequest", "Rate", "Rate/RateWebServiceSchema.xsd"),
    Side(Operation.SHIP, "/shipments/v2409/ship", "ShipmentRequest", "Ship", "Ship/ShipWebServiceSchema.xsd"),
    Side(
        Operation.LABEL_RECOVERY,
        "/labels/v1/recovery",
        "LabelRecoveryRequest",
        "LBRecovery",
        "LBRecovery/LBRecovery.xsd",
    ),
    Side(
        Operation.PICKUP_CREATE,
        "/pickupcreation/v2409/pickup",
        "PickupCreationRequest",
        "Pickup",
        "Pickup/PickupWebServiceSchema.xsd",
    ),
    Side(
        Operation.PICKUP_RATE,
        "/shipments/v2409/pickup/oncall",
        "PickupRateRequest",
        "Pickup",
        "Pickup/PickupWebServiceSchema.xsd",
    ),
    Side(
        Operation.PAPERLESS_UPLOAD,
        "/paperlessdocuments/v2/upload",
        "UploadRequest",
        "PaperlessDocumentAPI",
        "PaperlessDocumentAPI/PaperlessDocumentAPI.xsd",
    ),
    Side(
        Operation.PAPERLESS_PUSH,
        "/paperlessdocuments/v2/image",
        "PushToImageRepositoryRequest",
        "PaperlessDocumentAPI",
        "PaperlessDocumentAPI/PaperlessDocumentAPI.xsd",
    ),
    Side(
        Operation.DANGEROUS_GOODS_PRECHECK,
        "/dangerousgoods/v3/acceptanceauditprecheck",
        "AcceptanceAuditPreCheckRequest",
        "DangerousGoodsUtility",
        "DangerousGoodsUtility/DangerousGoodsUtility.xsd",
    ),
    Side(
        Operation.DANGEROUS_GOODS_CHEMICALS,
        "/dangerousgoods/v2409/chemicalreferencedata",
        "ChemicalReferenceDataRequest",
        "DangerousGoodsUtility",
        "DangerousGoodsUtility/DangerousGoodsUtility.xsd",
    ),
    Side(Operation.ADDRESS_STREET, "/addressvalidation/v2/1", "XAVRequest", "XAV", "XAV/XAVWebServiceSchema.xsd"),
]


def _resolved(doc: Any, schema: Any) -> Any:
    while "$ref" in schema:
        node: Any = doc
        for step in schema["$ref"][2:].split("/"):
            node = node[step]
        schema = node
    return schema


def _properties(doc: Any, schema: Any) -> dict[str, Any]:
    """Own properties and those of everything it combines."""
    schema = _resolved(doc, schema)
    found = dict(schema.get("properties", {}))
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key, ()):
            found |= _properties(doc, part)
    return found


class Shape:
    """What may be generated: OpenAPI's properties that the table leaves in place and the old schema knows."""

    def __init__(self, doc: Any, names: set[str]) -> None:
        self.doc = doc
        self.names = names

    def members(self, schema: Any, rule: Any, at: str) -> dict[str, Any]:
        """name -> how to draw a value; computed once for a path."""
        found = {}
        for name, inner in _properties(self.doc, schema).items():
            path = f"{at}/{name}" if at else name
            if path in self.names and name in rule:
                member = self.member(_resolved(self.doc, inner), rule[name], path)
                if member is not None:
                    found[name] = member
        return found

    def member(self, schema: Any, rule: Any, path: str) -> Any:
        """A dict of members, [item], FLAG, or None-like "text"; None where the table does otherwise."""
        if schema.get("type") == "array":
            item = self.member(_resolved(self.doc, schema["items"]), rule[0], path) if isinstance(rule, list) else None
            return None if item is None else [item]
        if rule is FLAG:
            return FLAG
        if isinstance(rule, dict):
            return self.members(schema, rule, path) or None
        return "text" if rule is None and schema.get("type", "string") == "string" else None


@st.composite
def trees(draw: st.DrawFn, members: dict[str, Any]) -> dict[str, Any]:
    """A tree with a few of these members, never empty."""
    names = draw(st.lists(st.sampled_from(sorted(members)), min_size=1, max_size=6, unique=True))
    return {name: draw(_values(members[name])) for name in names}


def _values(member: Any) -> st.SearchStrategy[Any]:
    if isinstance(member, list):
        return st.lists(_values(member[0]), min_size=1, max_size=2)
    if isinstance(member, dict):
        return trees(member)
    return st.just("") if member is FLAG else TEXTS


def _soap(root: str, namespace: str, tree: dict[str, Any]) -> bytes:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope")
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    _write(etree.SubElement(body, f"{{{namespace}}}{root}"), namespace, tree)
    text: bytes = etree.tostring(envelope)
    return text


def _write(parent: Any, namespace: str, tree: dict[str, Any]) -> None:
    for name, value in tree.items():
        for item in value if isinstance(value, list) else [value]:
            element = etree.SubElement(parent, f"{{{namespace}}}{name}")
            if isinstance(item, dict):
                _write(element, namespace, item)
            else:
                element.text = item


def _walk(order: Any, declaration: Any, at: str) -> Iterator[str]:
    for name, child in order.children(declaration):
        path = f"{at}/{name}" if at else name
        yield path
        yield from _walk(order, child, path)


def _strategy(side: Side, reference: Path, openapi: ModuleType, old_schemas: ModuleType) -> tuple[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the checker leaves files to the collector
        _, order = old_schemas.schema(str(reference / "oracles" / "soap" / side.schema))
        file, template = openapi.find("POST", side.rest)
        doc = openapi.spec(file)
        wrapper = _resolved(doc, openapi.schema_of(file, template, "POST", None, True))
    (namespace,) = {space for space, name in order.elements if name == side.root}
    names = set(_walk(order, order.elements[namespace, side.root], ""))
    schema = _properties(doc, wrapper)[side.root]
    table = {
        name: rule.rule if isinstance(rule, To) and rule.path == f"/{side.root}.{name}" else rule
        for name, rule in SPECS[side.operation].requests[Dialect.SOAP].items()
        if name != "Request"
    }
    return namespace, trees(Shape(doc, names).members(schema, table, ""))


@pytest.mark.skipif(reference_folder() is None, reason="needs UPS's OpenAPI and schemas: set UPS_REFERENCE")
@pytest.mark.parametrize("side", SIDES, ids=str)
def test_a_soap_request_written_from_a_rest_tree_translates_back_to_it(
    side: Side, ups_reference: Path, openapi: ModuleType, old_schemas: ModuleType
) -> None:
    namespace, strategy = _strategy(side, ups_reference, openapi, old_schemas)

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def back(tree: dict[str, Any]) -> None:
        asked = translate.read(legacy(f"/webservices/{side.service}", _soap(side.root, namespace, tree)))
        found = asked.tree.get(side.root, asked.tree)
        assert (found, asked.ignored) == (tree, ())

    back()
