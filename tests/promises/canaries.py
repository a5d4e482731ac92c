"""Secrets and persons that nobody else has, requests that hold them, and the search for them in whatever comes out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

from tests.promises.speakers import http
from tests.translate.test_cases import FOLDERS, call_of
from ups_gateway.model import LegacyCall

CLIENT_SECRET = "CnrClientSecretQ7wX2pLk9"
PASSWORD = "CnrPasswordV4nR8sTz1"
LICENCE = "CNRL1CENCE0KEY77"
USER = "cnruser5531"
WEBHOOK = "CnrWebhookTokenB6yM3hJd5"
TOKEN = "CnrTokenH8sW3qLm5"
"""Where a test has not the real one."""
SMTP_PASSWORD = "CnrSmtpPasswordG2fK7vQx4"

PERSON = {
    "Name": "Cnrname Quintessa",
    "CompanyName": "Cnrcompany Zephyrine",
    "AttentionName": "Cnrattention Oswalda",
    "AddressLine": "77 Cnrstreet Vwxyz",
    "AddressLine1": "78 Cnrstreetone Vwxyz",
    "AddressLine2": "79 Cnrstreettwo Vwxyz",
    "PhoneNumber": "8095553117",
    "EMailAddress": "cnrmail@quintessa.example",
    "EmailAddress": "cnrmailtwo@quintessa.example",
    "ContactName": "Cnrcontact Leocadia",
    "PickupDirections": "Cnrdirections Zenobia",
    "CardHolderName": "Cnrholder Ermentrude",
}
"""Values of elements and members of these names, in every dialect."""
CARD = "4987650123498765"
SECURITY_CODE = "CnrCvv9"
"""UPS takes four digits; letters are told apart from every other number."""
PERSONS = (*PERSON.values(), CARD, SECURITY_CODE)

_XML = re.compile(rf"<((?:\w+:)?({'|'.join(PERSON)}))>[^<]*</")
_JSON = re.compile(rf'"({"|".join(PERSON)})"(\s*:\s*)"[^"]*"')
_PHONE = re.compile(r'("Phone"\s*:\s*\{\s*"Number"\s*:\s*)"[^"]*"|(Phone>\s*<(?:\w+:)?Number>)[^<]*<')


def with_person(text: str) -> str:
    """A request about somebody whom only this test knows."""
    text = _XML.sub(lambda found: f"<{found[1]}>{PERSON[found[2]]}</", text)
    text = _JSON.sub(lambda found: f'"{found[1]}"{found[2]}"{PERSON[found[1]]}"', text)
    phone = PERSON["PhoneNumber"]
    return _PHONE.sub(lambda found: f'{found[1]}"{phone}"' if found[1] else f"{found[2]}{phone}<", text)


@dataclass
class Search:
    """What must not be found, and all that is looked through for it at the end."""

    canaries: dict[str, str] = field(default_factory=dict)
    """Value -> what it is."""
    places: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, what: str, *values: str) -> None:
        """Canaries of a kind; one so short that chance may write it is a mistake of the test."""
        for value in values:
            assert len(value) >= 7, (what, value)
            self.canaries[value] = what

    def keep(self, place: str, content: bytes | str) -> None:
        """To be looked through, also for canaries that are known later only."""
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        self.places.setdefault(place, []).append(data)

    def found(self, allowed: Mapping[str, Collection[str]]) -> dict[tuple[str, str], bytes]:
        """(place, what it is) -> what stands about it there, of all that `allowed` does not name for the place.

        In the plain, whatever the case, and in base64, URL encoding and hexadecimal digits.
        """
        near = {}
        for place, contents in self.places.items():
            data = b"\n".join(contents)
            lowered = data.lower()
            for value, what in self.canaries.items():
                if what in allowed.get(place, ()):
                    continue
                at = [lowered.find(form) for form in _folded(value)] + [data.find(form) for form in _exact(value)]
                if max(at) >= 0:
                    first = min(one for one in at if one >= 0)
                    near[place, what] = data[max(0, first - 150) : first + 60]
        return near


def _folded(value: str) -> Iterator[bytes]:
    for form in {value, quote(value, safe=""), quote_plus(value), value.encode().hex()}:
        yield form.lower().encode()


def _exact(value: str) -> Iterator[bytes]:
    """Base64 at each of the three places where it may begin, without what its neighbours change."""
    raw = value.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        inner = coded[(0, 2, 3)[before] : len(coded) - (0, 3, 2)[(before + len(raw)) % 3] - 1]
        yield from {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}


def request_of(call: LegacyCall) -> bytes:
    """As it comes over the wire, of the program that has the canaries for its access key."""
    text = call.body.decode("utf-8", "replace")
    text = re.sub(r"(AccessLicenseNumber>)[^<]*<", rf"\g<1>{LICENCE}<", text)
    text = re.sub(r"((?:UserId|Username)>)[^<]*<", rf"\g<1>{USER}<", text)
    text = re.sub(r"(Password>)[^<]*<", rf"\g<1>{PASSWORD}<", text)
    for names, value in (
        ("AccessLicenseNumber|ServiceAccessToken|AccessLicense", LICENCE),
        ("UserId|Username|UserID", USER),
        ("Password", PASSWORD),
    ):
        text = re.sub(rf'("(?:{names})"\s*:\s*)"[^"]*"', rf'\g<1>"{value}"', text)
    text = with_person(text).replace("4111111111111111", CARD)
    text = re.sub(r"(SecurityCode>)[^<]*<", rf"\g<1>{SECURITY_CODE}<", text)
    headers = dict(call.headers)
    if "accesslicensenumber" in headers:
        headers |= {"accesslicensenumber": LICENCE, "username": USER, "password": PASSWORD}
    target = f"{call.path}?{call.query}" if call.query else call.path
    return http(call.method, target, text.encode(), headers)


def requests() -> Iterator[tuple[tuple[str, str], bytes]]:
    """Operation and dialect of every translation case, and its request; for today's REST what the old becomes."""
    for folder in FOLDERS:
        operation, dialect = folder.parent.name, folder.name.partition("_")[0]
        yield (operation, dialect if dialect in ("header", "json", "soap") else "xml"), request_of(call_of(folder))
        if dialect == "header":
            for call in json.loads((folder / "rest-request.json").read_text("utf-8"))["calls"]:
                body = b"" if call["body"] is None else json.dumps(call["body"]).encode()
                key = dict.fromkeys(("accesslicensenumber", "username", "password"), "")
                query = urlencode(call["query"])
                rest = LegacyCall(call["method"], "onlinetools.ups.com", call["path"], query, key, body)
                yield (operation, "rest"), request_of(rest)


REQUESTS: Final = list(requests())
CONFIRM: Final = next(request for kind, request in REQUESTS if kind == ("ship_confirm", "xml"))
RATE: Final = next(request for kind, request in REQUESTS if kind == ("rate", "xml"))
