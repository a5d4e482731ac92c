"""Pictures of the pages for the documentation: python -m tests.browser.screenshots [folder]

The rule: they show the demonstration's house after a day, and nothing that is not of this machine's making.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Page

from tests.browser.chromium import Chromium, launched, missing
from tests.browser.houses import demo_house, new_house
from tests.browser.person import sign_in
from tests.browser.tour import a_day, formed, linked

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
WIDTHS: Final = (1280, 390)
COLOURS: Final = 128
"""The most frequent ones, exactly: enough for flat grounds and the edges of letters, at a fraction of the bytes."""
QUIET: Final = "document.activeElement?.blur()"


async def take(page: Page, folder: Path, name: str, *, whole: bool = True) -> None:
    """The whole page in each width, or what is seen of it at once; as small as PNG can be."""
    await page.evaluate(QUIET)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        picture = await page.screenshot(full_page=whole, animations="disabled")
        flattened(picture).save(folder / f"{name}-{width}.png", optimize=True)
    await page.set_viewport_size({"width": WIDTHS[0], "height": 800})


def flattened(picture: bytes) -> Image.Image:
    """The picture in few colours. Pillow's own choice of them changes large grounds."""
    with Image.open(io.BytesIO(picture)) as image:
        plain = image.convert("RGB")
    counted = sorted(plain.getcolors(plain.width * plain.height) or [], reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted[:COLOURS] if isinstance(colour, tuple) for part in colour])
    return plain.quantize(palette=palette, dither=Image.Dither.NONE)


async def taken(chromium: Chromium, folder: Path, scratch: Path) -> None:
    """Every page of the tour, the status page of a new gateway, and the status page in the dark."""
    async with new_house(scratch / "new", chromium.certificates) as new, chromium.window(height=800) as page:
        await sign_in(page, new)
        await take(page, folder, "new")
    async with demo_house(scratch / "demo", chromium.certificates) as demo:
        await a_day(demo)
        async with chromium.window(height=800, scheme="dark") as page:
            await sign_in(page, demo)
            await take(page, folder, "status-dark", whole=False)
        async with chromium.window(height=800) as page:
            async for kind in linked(page, demo):
                await take(page, folder, _name(kind))
                if kind == "/":
                    await take(page, folder, "status-top", whole=False)
            async for name in formed(page, demo):
                await take(page, folder, name)


def _name(kind: str) -> str:
    """ "/" is status, "/profiles/N" profile."""
    words = kind.strip("/").removesuffix("/N")
    named = {"": "status", "profiles": "profile", "seen-keys": "resolve", "traffic/captures": "capture"}
    return named.get(words, words.replace("/", "-"))


async def main(folder: Path) -> None:
    """Writes them all."""
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        chromium = await stack.enter_async_context(launched(scratch))
        await taken(chromium, folder, scratch)


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(wanted))
