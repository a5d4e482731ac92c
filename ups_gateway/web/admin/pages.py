"""What is only looked at: the status page, the same as JSON, and label files.

The rule: a GET changes nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import hdrs, web

from ups_gateway.shipping.carrier import Label
from ups_gateway.web.admin import words
from ups_gateway.web.admin.facts import gather
from ups_gateway.web.admin.parts import PARTS, AdminParts
from ups_gateway.web.admin.trouble import Wrong
from ups_gateway.web.admin.view import status
from ups_gateway.web.rendering import render

NOTICES: Final = {
    "refreshed": "The tokens were refreshed.",
    "disconnected": "The sign-in was disconnected. UPS still lists the consent: it can be withdrawn on ups.com.",
    "added": "The account was added, and UPS was asked about it.",
    "changed": "The account was changed.",
    "removed": "The account was removed.",
    "deleted": "The sign-in was deleted. UPS still lists the consent: it can be withdrawn on ups.com.",
    "mapped": "The access key is mapped: its program can ship now.",
    "password": "The new password is accepted.",
    "seen-active": "The access key is listed again.",
    "seen-ignored": "The access key is ignored: it is not listed any more, and its requests are refused.",
    "seen-blocked": "The access key is blocked: its requests are refused, and say so.",
    "key-active": "The access key is active: its program can ship.",
    "key-ignored": "The access key is ignored: its requests are refused as those of an unknown one.",
    "key-blocked": "The access key is blocked: its requests are refused, and say so.",
    "unlocked": "Every address is heard again for this access key.",
    "quote": "Confirms of this access key are quotes from now on.",
    "voided": "The shipment is voided.",
    "voiding": "UPS has not voided it yet; the gateway goes on trying.",
    "kept": "UPS did not void it: see its note below.",
    "settled": "Noted. Thank you.",
}
"""By the value of `done` in the page's address, after a form."""

EPOCH: Final = datetime.fromtimestamp(0, UTC)

_TYPES: Final = {"gif": "image/gif", "png": "image/png", "pdf": "application/pdf"}


async def looked_at(parts: AdminParts) -> bytes:
    """What the pages show, without what changes by itself with every second."""
    facts = await gather(parts)
    return msgspec.json.encode(replace(status(facts, parts.zone), at=EPOCH))


async def show_status(request: web.Request) -> web.Response:
    """The page."""
    parts = request.app[PARTS]
    facts = await gather(parts)
    return render(
        request,
        "status.html",
        status=200,
        page=status(facts, parts.zone),
        notice=NOTICES.get(request.query.get("done", ""), ""),
        accounts=facts.accounts,
        profiles=facts.profiles,
        version=parts.version,
        moment=lambda at: words.moment(at, parts.zone),
        distance=lambda at: words.distance(at, facts.now),
        counted=words.counted,
        listed=words.listed,
    )


async def show_json(request: web.Request) -> web.Response:
    """GET /api/status: the tree that the page shows, times in UTC."""
    parts = request.app[PARTS]
    shown = status(await gather(parts), parts.zone)
    tree = {"version": parts.version} | msgspec.to_builtins(shown)
    return web.Response(body=msgspec.json.encode(tree), content_type="application/json")


async def send_labels(request: web.Request) -> web.Response:
    """GET /shipments/{id}/labels: one label as it is, several as a zip."""
    labels = await request.app[PARTS].shipping.desk.labels(int(request.match_info["id"]))
    if not labels:
        raise Wrong("UPS gave no label for this shipment.", status=404)
    if len(labels) == 1:
        (label,) = labels
        return _file(_name(label), label.data, _TYPES.get(label.format.lower(), "application/octet-stream"))
    return _file(f"labels-{labels[0].tracking_number}.zip", _zipped(labels), "application/zip")


def _zipped(labels: Sequence[Label]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for label in labels:
            archive.writestr(_name(label), label.data)
    return buffer.getvalue()


def _name(label: Label) -> str:
    number = "".join(c for c in label.tracking_number if c.isascii() and c.isalnum()) or "label"
    return f"{number}.{''.join(c for c in label.format.lower() if c.isascii() and c.isalnum())}"


def _file(name: str, data: bytes, content_type: str) -> web.Response:
    return web.Response(
        body=data, content_type=content_type, headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
    )
