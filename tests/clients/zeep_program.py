"""zeep with UPS's own WSDLs, as old Python programs use it: one client a service, its address the gateway's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from zeep.exceptions import Fault, NamespaceError
from zeep.helpers import serialize_object

from tests.clients import soap_requests as ask
from tests.house import LICENCE, PASSWORD, USER, House

GOOD = {
    "ResponseStatus": {"Code": "1", "Description": "Success"},
    "TransactionReference": {"CustomerContext": ask.CONTEXT},
}


class Refused(Exception):
    """The fault that a program catches, and what zeep reads in its detail."""

    def __init__(self, fault: Fault, errors: Any) -> None:
        super().__init__(errors)
        self.words, self.errors = fault.message, errors

    @property
    def told(self) -> tuple[str, str, str]:
        """Severity, code and description of the only error."""
        (error,) = self.errors["ErrorDetail"]
        primary = error["PrimaryErrorCode"]
        return error["Severity"], primary["Code"], primary["Description"]


class Emptying(zeep.Plugin):
    """A program that loses the payload on the way."""

    def egress(self, envelope: Any, headers: Any, operation: Any, options: Any) -> tuple[Any, Any]:
        del envelope[-1][:]
        return envelope, headers


@dataclass(frozen=True)
class Program:
    """An old Python program."""

    house: House
    wsdls: Path
    licence: str = LICENCE
    password: str = PASSWORD
    plugins: tuple[zeep.Plugin, ...] = ()

    async def call(self, service: str, operation: str, request: Mapping[str, Any], wsdl: str = "") -> Any:
        """What zeep makes of the answer, without what is absent. Raises Refused."""
        answers: list[bytes] = []
        with requests.Session() as session:
            session.trust_env = False
            session.hooks["response"].append(lambda response, **_: answers.append(response.content))
            client = zeep.Client(
                str(self.wsdls / (wsdl or ask.WSDLS[service])),
                transport=zeep.Transport(session=session),
                plugins=list(self.plugins),
            )
            try:
                return await asyncio.to_thread(self._call, client, service, operation, request)
            finally:
                for answer in answers:
                    self.house.validate(answer)

    def _call(self, client: zeep.Client, service: str, operation: str, request: Mapping[str, Any]) -> Any:
        (binding,) = client.wsdl.bindings
        proxy = client.create_service(binding, f"http://127.0.0.1:{self.house.port}/webservices/{service}")
        try:
            return present(proxy[operation](**request, _soapheaders=[self._credentials(client)]))
        except Fault as fault:
            (errors,) = fault.detail
            raise Refused(fault, present(client.wsdl.types.deserialize(errors))) from fault

    def _credentials(self, client: zeep.Client) -> Any:
        """In the header that the service's WSDL knows."""
        try:
            header = client.get_element(f"{{{ask.SECURITY_NAMESPACE}}}UPSSecurity")
        except NamespaceError:  # the trade services have that of the XML API
            header = client.get_element(f"{{{ask.TRADE_NAMESPACE}}}AccessRequest")
            return header(AccessLicenseNumber=self.licence, UserId=USER, Password=self.password)
        return header(**ask.security(self.licence, self.password))

    async def get(self, service: str, operation: str, request: Mapping[str, Any], wsdl: str = "") -> Any:
        """The payload of a good answer."""
        answer = await self.call(service, operation, request, wsdl)
        assert answer.pop("Response") == GOOD
        return answer

    async def refusal(self, service: str, operation: str, request: Mapping[str, Any]) -> tuple[str, str, str]:
        """What a program is told that asks for this."""
        with pytest.raises(Refused) as raised:
            await self.call(service, operation, request)
        assert raised.value.words == "An exception has been raised as a result of client data."
        return raised.value.told


def present(value: Any) -> Any:
    """As plain values, without the names that zeep lists for what an answer could hold and does not."""
    if isinstance(value, list):
        return [present(one) for one in value]
    if isinstance(value, zeep.xsd.CompoundValue):
        value = serialize_object(value, dict)
    if not isinstance(value, dict):
        return value
    return {name: present(one) for name, one in value.items() if one is not None and one != []}


async def shipped(ups: Program) -> Any:
    """The results of a shipment of one phase."""
    return (await ups.get("Ship", "ProcessShipment", ask.ship()))["ShipmentResults"]
