"""Debian's Chromium as a person has it: it trusts the gateway's authority by the commands that the gateway prints.

The rule: whoever sits at it is watched. A request to another machine, a refusal of the page's security policy, an error
of its script and a style sheet, image or script that does not come all fail the test, whatever it looked at.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, WebError, async_playwright

from ups_gateway import tls
from ups_gateway.tls.trust import instructions

EXECUTABLE: Final = "/usr/bin/chromium"
CERTUTIL: Final = "certutil"
TRUST: Final = "Chrome, Chromium and Edge on Linux (NSS)"
ARGUMENTS: Final = (
    "--no-sandbox",  # it refuses to run as root with one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LOCAL: Final = "127.0.0.1"
PATIENCE: Final = 10_000
"""Milliseconds."""
NOT_LOADED: Final = "Failed to load resource"
"""What the console says of every answer with an error's status; those that matter are judged as answers."""

Scheme = Literal["light", "dark"]


def missing() -> str:
    """Why there is no browser; empty: there is."""
    if not Path(EXECUTABLE).exists():
        return f"there is no {EXECUTABLE}: install the package chromium"
    if shutil.which(CERTUTIL) is None:
        return f"there is no {CERTUTIL}: install the package libnss3-tools"
    return ""


@dataclass
class Watch:
    """What was seen of a browser window."""

    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if urlsplit(request.url).hostname != LOCAL:
            self.troubles.append(f"a request left the machine: {request.url}")

    def answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.troubles.append(f"{response.status} for {response.url}")

    def said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NOT_LOADED):
            self.troubles.append(f"{message.type}: {message.text}")

    def failed(self, error: WebError) -> None:
        self.troubles.append(f"script: {error.error}")


@dataclass(frozen=True)
class Chromium:
    """The browser that all tests share; each opens windows of its own, with their own cookies."""

    browser: Browser
    certificates: Path
    """A gateway's folder `tls`, whose authority the browser trusts."""

    @asynccontextmanager
    async def window(
        self, *, width: int = 1280, height: int = 900, scheme: Scheme = "light", scale: float = 1
    ) -> AsyncIterator[Page]:
        """Close it before the gateway ends. What the rule forbids fails the test when it is closed."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=scale
        )
        context.set_default_timeout(PATIENCE)
        watch = Watch()
        context.on("request", watch.asked)
        context.on("response", watch.answered)
        context.on("console", watch.said)
        context.on("weberror", watch.failed)
        try:
            yield await context.new_page()
        finally:
            await context.close()
        assert watch.requests != []
        assert watch.troubles == []


@asynccontextmanager
async def launched(folder: Path) -> AsyncIterator[Chromium]:
    """A browser whose home is in the folder, with an authority of the gateway's making in its store."""
    home, certificates = folder / "home", folder / "tls"
    home.mkdir()
    await asyncio.to_thread(_trust, certificates, home)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=EXECUTABLE, args=list(ARGUMENTS), env={**os.environ, "HOME": str(home)}
        )
        try:
            yield Chromium(browser, certificates)
        finally:
            await browser.close()


def _trust(certificates: Path, home: Path) -> None:
    files = tls.ensure(certificates, datetime.now(UTC))
    (trust,) = (one for one in instructions(files.ca_cert) if one.title == TRUST)
    for command in trust.commands:
        subprocess.run(["sh", "-c", command], env={**os.environ, "HOME": str(home)}, check=True, capture_output=True)
