"""All knowledge of UPS's fields: one file an operation, tables for every dialect side by side.

`SPECS` says what each operation is made of; a new operation is a new file and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import Refusal
from ups_gateway.model import Account, Asked, Dialect, Operation, RestCall, RestReply, Terms, Translated
from ups_gateway.translate.engine import Node, Table, compile_request
from ups_gateway.translate.operations import (
    address_city,
    address_street,
    dangerous_goods_chemicals,
    dangerous_goods_precheck,
    label_recovery,
    landed_cost,
    locator,
    paperless,
    pickup_cancel,
    pickup_create,
    pickup_facilities,
    pickup_pending,
    pickup_rate,
    prenotification,
    quantum_view,
    rate,
    rate_request,
    ship,
    ship_accept,
    ship_confirm,
    shipment_request,
    time_in_transit,
    time_in_transit_answer,
    track,
    track_answer,
    void,
)
from ups_gateway.translate.writing import compile_tree, compile_xml


def _nothing(_tree: Any) -> tuple[str, ...]:
    return ()


def _never(_tree: Any) -> bool:
    return False


def _always(_tree: Any) -> bool:
    return True


def _no_more(_translated: Translated, _replies: Sequence[RestReply]) -> RestCall | None:
    return None


@dataclass(frozen=True, slots=True)
class Spec:
    """One operation: its tables for each dialect and the plain functions around them.

    `source` gives the tree that templates read (pages joined, options honoured); it raises UpsRefused for an answer
    that is a failure inside HTTP 200.
    """

    requests: Mapping[Dialect, Table]
    answers: Mapping[Dialect, Table]
    request: Callable[[Asked, Account, Terms], Translated]
    source: Callable[[Translated, Sequence[Any]], Any]
    warning: Callable[[Sequence[Any]], tuple[str, str] | None] = lambda _bodies: None
    accounts: Callable[[Any], tuple[str, ...]] = _nothing
    """Shipper numbers of the REST tree that must be the key's."""
    tracking_numbers: Callable[[Any], tuple[str, ...]] = _nothing
    digest: Callable[[Any], str | None] = lambda _tree: None
    creating: Callable[[Any], bool] = _never
    more: Callable[[Translated, Sequence[RestReply]], RestCall | None] = _no_more
    codes: Mapping[str, Refusal] = field(default_factory=dict)
    """REST codes that the old API knew by another code and text."""


_TOOL: Final = (Dialect.XML, Dialect.JSON)
"""What was never a SOAP service: legacy JSON has the XML API's own names there, as running clients show."""

SPECS: Final[Mapping[Operation, Spec]] = MappingProxyType(
    {
        Operation.ADDRESS_CITY: Spec(
            requests=dict.fromkeys(_TOOL, address_city.XML_REQUEST),
            answers=dict.fromkeys(_TOOL, address_city.XML_ANSWER),
            request=address_city.request,
            source=address_city.source,
            warning=address_city.warning,
        ),
        Operation.ADDRESS_STREET: Spec(
            requests={Dialect.XML: address_street.XML_REQUEST, Dialect.SOAP: address_street.SOAP_REQUEST},
            answers={Dialect.XML: address_street.XML_ANSWER, Dialect.SOAP: address_street.SOAP_ANSWER},
            request=address_street.request,
            source=address_street.source,
            warning=address_street.warning,
        ),
        Operation.TRACK: Spec(
            requests={Dialect.XML: track.XML_REQUEST, Dialect.SOAP: track.SOAP_REQUEST},
            answers={Dialect.XML: track_answer.XML_ANSWER, Dialect.SOAP: track_answer.SOAP_ANSWER},
            request=track.request,
            source=track.source,
            accounts=track.accounts,
            tracking_numbers=track.tracking_numbers,
            more=track.more,
            codes=track.CODES,
        ),
        Operation.RATE: Spec(
            requests={Dialect.XML: rate_request.XML_REQUEST, Dialect.SOAP: rate_request.SOAP_REQUEST},
            answers={Dialect.XML: rate.XML_ANSWER, Dialect.SOAP: rate.SOAP_ANSWER},
            request=rate.request,
            source=rate.source,
            warning=rate.warning,
            accounts=rate.accounts,
        ),
        Operation.SHIP: Spec(
            requests={Dialect.SOAP: shipment_request.SOAP_REQUEST},
            answers={Dialect.SOAP: ship.ANSWER},
            request=ship.request,
            source=ship.source,
            warning=ship.warning,
            accounts=ship.accounts,
            creating=_always,
        ),
        Operation.SHIP_CONFIRM: Spec(
            requests={Dialect.XML: shipment_request.XML_REQUEST, Dialect.SOAP: shipment_request.SOAP_REQUEST},
            answers={Dialect.XML: ship_confirm.XML_ANSWER, Dialect.SOAP: ship_confirm.SOAP_ANSWER},
            request=ship_confirm.request,
            source=ship_confirm.source,
            warning=ship_confirm.warning,
            accounts=ship.accounts,
            creating=_always,
        ),
        Operation.SHIP_ACCEPT: Spec(
            requests={Dialect.XML: ship_accept.XML_REQUEST, Dialect.SOAP: ship_accept.SOAP_REQUEST},
            answers={Dialect.XML: ship_accept.XML_ANSWER, Dialect.SOAP: ship.ANSWER},
            request=ship_accept.request,
            source=ship.source,
            warning=ship.warning,
            digest=ship_accept.digest,
        ),
        Operation.LABEL_RECOVERY: Spec(
            requests={Dialect.XML: label_recovery.XML_REQUEST, Dialect.SOAP: label_recovery.SOAP_REQUEST},
            answers={Dialect.XML: label_recovery.XML_ANSWER, Dialect.SOAP: label_recovery.SOAP_ANSWER},
            request=label_recovery.request,
            source=label_recovery.source,
            warning=label_recovery.warning,
            accounts=label_recovery.accounts,
            tracking_numbers=label_recovery.tracking_numbers,
            creating=label_recovery.creating,
        ),
        Operation.TIME_IN_TRANSIT: Spec(
            requests={
                Dialect.XML: time_in_transit.XML_REQUEST,
                Dialect.SOAP: time_in_transit.SOAP_REQUEST,
                Dialect.HEADER: time_in_transit.HEADER_REQUEST,
            },
            answers={
                Dialect.XML: time_in_transit_answer.XML_ANSWER,
                Dialect.SOAP: time_in_transit_answer.SOAP_ANSWER,
            },
            request=time_in_transit.request,
            source=time_in_transit_answer.source,
        ),
        Operation.VOID: Spec(
            requests={Dialect.XML: void.XML_REQUEST, Dialect.SOAP: void.SOAP_REQUEST},
            answers={Dialect.XML: void.XML_ANSWER, Dialect.SOAP: void.SOAP_ANSWER},
            request=void.request,
            source=void.source,
            warning=void.warning,
            tracking_numbers=void.tracking_numbers,
        ),
        Operation.PICKUP_CREATE: Spec(
            requests={Dialect.SOAP: pickup_create.REQUEST},
            answers={Dialect.SOAP: pickup_create.SOAP_ANSWER},
            request=pickup_create.request,
            source=pickup_create.source,
            accounts=pickup_create.accounts,
            creating=_always,
        ),
        Operation.PICKUP_RATE: Spec(
            requests={Dialect.SOAP: pickup_rate.REQUEST},
            answers={Dialect.SOAP: pickup_rate.SOAP_ANSWER},
            request=pickup_rate.request,
            source=pickup_rate.source,
            accounts=pickup_rate.accounts,
        ),
        Operation.PICKUP_CANCEL: Spec(
            requests={Dialect.SOAP: pickup_cancel.REQUEST},
            answers={Dialect.SOAP: pickup_cancel.SOAP_ANSWER},
            request=pickup_cancel.request,
            source=pickup_cancel.source,
            accounts=pickup_cancel.accounts,
            tracking_numbers=pickup_cancel.pickup_numbers,
        ),
        Operation.PICKUP_PENDING: Spec(
            requests={Dialect.SOAP: pickup_pending.REQUEST},
            answers={Dialect.SOAP: pickup_pending.SOAP_ANSWER},
            request=pickup_pending.request,
            source=pickup_pending.source,
            accounts=pickup_pending.accounts,
        ),
        Operation.PICKUP_FACILITIES: Spec(
            requests={Dialect.SOAP: pickup_facilities.REQUEST},
            answers={Dialect.SOAP: pickup_facilities.SOAP_ANSWER},
            request=pickup_facilities.request,
            source=pickup_facilities.source,
        ),
        Operation.LOCATOR: Spec(
            requests=dict.fromkeys(_TOOL, locator.XML_REQUEST),
            answers=dict.fromkeys(_TOOL, locator.XML_ANSWER),
            request=locator.request,
            source=locator.source,
            warning=locator.warning,
        ),
        Operation.QUANTUM_VIEW: Spec(
            requests=dict.fromkeys(_TOOL, quantum_view.XML_REQUEST),
            answers=dict.fromkeys(_TOOL, quantum_view.XML_ANSWER),
            request=quantum_view.request,
            source=quantum_view.source,
            warning=quantum_view.warning,
        ),
        Operation.PAPERLESS_UPLOAD: Spec(
            requests={Dialect.SOAP: paperless.UPLOAD_REQUEST},
            answers={Dialect.SOAP: paperless.UPLOAD_ANSWER},
            request=paperless.upload,
            source=paperless.upload_source,
            warning=paperless.upload_warning,
            accounts=paperless.accounts,
            creating=_always,
        ),
        Operation.PAPERLESS_PUSH: Spec(
            requests={Dialect.SOAP: paperless.PUSH_REQUEST},
            answers={Dialect.SOAP: paperless.PUSH_ANSWER},
            request=paperless.push,
            source=paperless.push_source,
            warning=paperless.push_warning,
            accounts=paperless.accounts,
            creating=_always,
        ),
        Operation.PAPERLESS_DELETE: Spec(
            requests={Dialect.SOAP: paperless.DELETE_REQUEST},
            answers={Dialect.SOAP: paperless.DELETE_ANSWER},
            request=paperless.delete,
            source=paperless.delete_source,
            warning=paperless.delete_warning,
            accounts=paperless.accounts,
        ),
        Operation.DANGEROUS_GOODS_PRECHECK: Spec(
            requests={Dialect.SOAP: dangerous_goods_precheck.REQUEST},
            answers={Dialect.SOAP: dangerous_goods_precheck.ANSWER},
            request=dangerous_goods_precheck.request,
            source=dangerous_goods_precheck.source,
            warning=dangerous_goods_precheck.warning,
            accounts=dangerous_goods_precheck.accounts,
        ),
        Operation.DANGEROUS_GOODS_CHEMICALS: Spec(
            requests={Dialect.SOAP: dangerous_goods_chemicals.REQUEST},
            answers={Dialect.SOAP: dangerous_goods_chemicals.ANSWER},
            request=dangerous_goods_chemicals.request,
            source=dangerous_goods_chemicals.source,
            warning=dangerous_goods_chemicals.warning,
            accounts=dangerous_goods_chemicals.accounts,
        ),
        Operation.LANDED_COST: Spec(
            requests={Dialect.SOAP: landed_cost.REQUEST},
            answers={Dialect.SOAP: landed_cost.ANSWER},
            request=landed_cost.request,
            source=landed_cost.source,
        ),
        Operation.PRENOTIFICATION: Spec(
            requests={Dialect.SOAP: prenotification.REQUEST},
            answers={Dialect.SOAP: prenotification.ANSWER},
            request=prenotification.request,
            source=prenotification.source,
            warning=prenotification.warning,
            accounts=prenotification.accounts,
            creating=_always,
        ),
    }
)


PREFIXES: Final[Mapping[Operation, str]] = MappingProxyType(
    {
        Operation.RATE: "rate",
        Operation.SHIP: "ship",
        Operation.SHIP_CONFIRM: "ship",
        Operation.SHIP_ACCEPT: "ship",
        Operation.VOID: "void",
        Operation.LABEL_RECOVERY: "lbr",
        Operation.TRACK: "trk",
        Operation.ADDRESS_STREET: "xav",
        Operation.TIME_IN_TRANSIT: "tnt",
        Operation.PICKUP_CREATE: "pkup",
        Operation.PICKUP_RATE: "pkup",
        Operation.PICKUP_CANCEL: "pkup",
        Operation.PICKUP_PENDING: "pkup",
        Operation.PICKUP_FACILITIES: "pkup",
        Operation.PAPERLESS_UPLOAD: "pdoc",
        Operation.PAPERLESS_PUSH: "pdoc",
        Operation.PAPERLESS_DELETE: "pdoc",
        Operation.DANGEROUS_GOODS_PRECHECK: "dg",
        Operation.DANGEROUS_GOODS_CHEMICALS: "dg",
        Operation.PRENOTIFICATION: "pn",
        Operation.LANDED_COST: "lc",
    }
)
"""Prefix of the payload's namespace in answers: the ones UPS's own answers had, for clients that match text."""


@cache
def reader_of(operation: Operation, dialect: Dialect) -> Callable[[Node], tuple[Node, tuple[str, ...]]] | None:
    """Old tree -> (REST tree, ignored paths); None where the dialect lacks the operation.

    Compiled on first use, as are the writers: most gateways need a few of a hundred tables.
    """
    table = _table(operation, dialect)
    return None if table is None else compile_request(table, "")


def _table(operation: Operation, dialect: Dialect) -> Table | None:
    """JSON and early REST are the SOAP message in other clothes, unless they have a table of their own."""
    if operation not in SPECS:
        return None
    requests = SPECS[operation].requests
    if dialect in (Dialect.JSON, Dialect.HEADER):
        return requests.get(dialect) or requests.get(Dialect.SOAP)
    return requests.get(dialect)


@cache
def writer_of(operation: Operation, dialect: Dialect) -> Callable[[Any, list[str]], None]:
    """What writes the payload of an answer, in the XML API or SOAP."""
    prefix = "" if dialect is Dialect.XML else f"{PREFIXES[operation]}:"
    return compile_xml(SPECS[operation].answers[dialect], prefix)


@cache
def payload_of(operation: Operation) -> Callable[[Any], Node]:
    """What makes the payload of a legacy JSON answer."""
    answers = SPECS[operation].answers
    return compile_tree(answers.get(Dialect.JSON) or answers[Dialect.SOAP])
