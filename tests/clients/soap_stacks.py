"""Three more SOAP stacks, each with code it made itself of UPS's WSDLs: suds, npm's soap, and .NET's on Mono.

The rule: a program asks what `soap_requests` says, and what its stack hands it comes back as plain values: a member
that occurs once as it is, several as a list.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import suds
from lxml import etree
from suds.client import Client
from suds.plugin import MessagePlugin
from suds.sax.element import Element

from tests.clients import programs
from tests.clients import soap_requests as ask
from tests.house import House

Call = tuple[str, str, Mapping[str, Any]]
"""Service, operation and request."""
ROOTS = {
    "ProcessRate": "RateRequest",
    "ProcessShipment": "ShipmentRequest",
    "ProcessShipConfirm": "ShipConfirmRequest",
    "ProcessShipAccept": "ShipAcceptRequest",
    "ProcessVoid": "VoidShipmentRequest",
    "ProcessLabelRecovery": "LabelRecoveryRequest",
    "ProcessTrack": "TrackRequest",
    "ProcessXAV": "XAVRequest",
    "ProcessTimeInTransit": "TimeInTransitRequest",
    "ProcessPickupCreation": "PickupCreationRequest",
    "ProcessPickupRate": "PickupRateRequest",
    "ProcessPickupCancel": "PickupCancelRequest",
}
_UPS = "http://www.ups.com/XMLSchema/XOLTWS"
NAMESPACES = {
    "Rate": f"{_UPS}/Rate/v1.1",
    "Ship": f"{_UPS}/Ship/v1.0",
    "Void": f"{_UPS}/Void/v1.1",
    "LBRecovery": f"{_UPS}/LBRecovery/v1.0",
    "Track": f"{_UPS}/Track/v2.0",
    "XAV": f"{_UPS}/xav/v1.0",
    "TimeInTransit": f"{_UPS}/tnt/v1.0",
    "Pickup": f"{_UPS}/Pickup/v1.1",
}


@dataclass(frozen=True)
class Told:
    """What the program got of one call: a payload, or the words and the errors of a fault."""

    payload: Any = None
    words: str = ""
    errors: tuple[tuple[str, str, str], ...] = ()
    """Severity, code and description of each."""


class Stack(Protocol):
    """What the tests ask of each."""

    async def ask(self, *calls: Call) -> list[Told]: ...


def many(value: Any) -> list[Any]:
    """A member that may occur several times."""
    return value if isinstance(value, list) else [value]


def faulted(words: str, errors: Any) -> Told:
    """The fault whose detail holds these errors."""
    found = [(one["Severity"], *one["PrimaryErrorCode"].values()) for one in many(errors["ErrorDetail"])]
    return Told(words=words, errors=tuple(found))


# --- suds -------------------------------------------------------------------------------------------------------------


class _Answers(MessagePlugin):  # type: ignore[misc]  # suds has no types
    """The bytes that came back."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def received(self, context: Any) -> None:
        self.seen.append(context.reply)


@dataclass(frozen=True)
class Suds:
    """suds-community, in this process."""

    house: House
    wsdls: Path
    security: Mapping[str, Any] = field(default_factory=ask.security)

    async def ask(self, *calls: Call) -> list[Told]:
        logging.getLogger("suds").setLevel(logging.CRITICAL)
        return [await asyncio.to_thread(self._ask, *call) for call in calls]

    def _ask(self, service: str, operation: str, request: Mapping[str, Any]) -> Told:
        answers = _Answers()
        where = f"http://127.0.0.1:{self.house.port}/webservices/{service}"
        client = Client((self.wsdls / ask.WSDLS[service]).as_uri(), location=where, cache=None, plugins=[answers])
        client.set_options(soapheaders=_header(self.security))
        try:
            return Told(_plain(getattr(client.service, operation)(**request)))
        except suds.WebFault as fault:
            return faulted(str(fault.fault.faultstring), _plain(fault.fault.detail)["Errors"])
        finally:
            for answer in answers.seen:
                self.house.validate(answer)


def _header(values: Mapping[str, Any], name: str = "UPSSecurity") -> Element:
    element = Element(name, ns=("upss", ask.SECURITY_NAMESPACE))
    for inner, value in values.items():
        element.append(_header(value, inner) if isinstance(value, Mapping) else _header({}, inner).setText(value))
    return element


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, suds.sudsobject.Object):
        return {name: _plain(member) for name, member in suds.sudsobject.asdict(value).items()}
    return value if value is None else str(value)


# --- npm's soap -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NodeSoap:
    """npm's soap."""

    house: House
    wsdls: Path
    security: Mapping[str, Any] = field(default_factory=ask.security)

    async def ask(self, *calls: Call) -> list[Told]:
        asked = [
            {"wsdl": str(self.wsdls / ask.WSDLS[service]), "service": service, "operation": name, "request": request}
            for service, name, request in calls
        ]
        script = str(programs.HERE / "node_soap.js")
        given = {"security": self.security, "calls": asked}
        shown = await programs.said(programs.node("soap"), script, str(self.house.port), given=given)
        return [self._told(one) for one in shown]

    def _told(self, shown: Any) -> Told:
        self.house.validate(shown["raw"].encode())
        if shown["fault"] is None:
            return Told(shown["result"])
        return faulted(shown["fault"]["faultstring"], shown["fault"]["detail"]["Errors"])


# --- .NET -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DotNet:
    """Web service proxies that wsdl.exe wrote, as .NET programs have had them since 2002; they run on Mono."""

    house: House
    program: Path
    security: Mapping[str, Any] = field(default_factory=ask.security)

    async def ask(self, *calls: Call) -> list[Told]:
        asked = [
            {"service": service, "operation": name, "request": _document(service, name, request)}
            for service, name, request in calls
        ]
        given = {"security": self.security, "calls": asked}
        shown = await programs.said(programs.mono(), str(self.program), str(self.house.port), given=given)
        return [self._told(one) for one in shown]

    def _told(self, shown: Any) -> Told:
        if shown["fault"] is None:
            return Told(_values(etree.fromstring(shown["result"].encode())))
        return faulted(shown["fault"], _values(etree.fromstring(shown["detail"]))["Errors"])


def compiled(wsdls: Path, folder: Path) -> Path:
    """The program, made in this folder: proxies of every service, and `dotnet.cs` that calls them."""
    programs.mono()
    for service in NAMESPACES:
        wsdl = wsdls / ask.WSDLS[service]
        schemas = [str(schema) for schema in wsdl.parent.glob("*.xsd")]
        _made("wsdl", "-nologo", f"-namespace:{service}", f"-out:{folder / service}.cs", str(wsdl), *schemas)
    sources = [str(source) for source in (*folder.glob("*.cs"), programs.HERE / "dotnet.cs")]
    program = folder / "program.exe"
    references = ("-r:System.Web.Services", "-r:System.Web.Extensions", "-r:System.Xml")
    _made("mcs", "-nologo", "-nowarn:1591", *references, f"-out:{program}", *sources)
    return program


def _made(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _document(service: str, operation: str, request: Mapping[str, Any]) -> str:
    """The request as the proxies' own serializer reads it."""
    return _written(ROOTS[operation], request, NAMESPACES[service])


def _written(name: str, value: Any, namespace: str = "") -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_written(name, one, namespace) for one in value)
    if name == "Request":
        namespace = f"{_UPS}/Common/v1.0"
    inner = "".join(_written(*item) for item in value.items()) if isinstance(value, Mapping) else value
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f"<{name}{declared}>{inner}</{name}>"


def _values(element: etree._Element) -> Any:
    found: dict[str, list[Any]] = {}
    for child in element:
        found.setdefault(etree.QName(child).localname, []).append(_values(child))
    if not found:
        return element.text or ""
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
