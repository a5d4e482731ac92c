"""Pictures of labels that are plainly not UPS's: GIF, PNG, PDF, and the printer languages ZPL, EPL and SPL.

The rule: the same facts give the same bytes, so a recovered label is the label; the tracking number stands in each
as text. No logo, no colours, and every label says that it is simulated.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, cast

from ups_gateway.simulator.barcode import code128
from ups_gateway.simulator.pdf import Page, write

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

NOTICE = "SIMULATED - NOT A UPS LABEL"
SIZE = (1400, 800)
"""UPS's GIF labels are landscape, 1400 by 800."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed. The address lines are complete and ready to print."""

    number: str
    service: str
    sender: tuple[str, ...]
    receiver: tuple[str, ...]
    weight: str
    index: int
    count: int
    shipped: str
    billing: str = "P/P"
    references: tuple[str, ...] = ()

    @property
    def spaced(self) -> str:
        """The tracking number in groups, as it is printed for people."""
        n = self.number
        return f"{n[:2]} {n[2:5]} {n[5:8]} {n[8:10]} {n[10:14]} {n[14:]}" if len(n) == 18 else n


@lru_cache(maxsize=16)
def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    return cast("FreeTypeFont", ImageFont.load_default(size))


@lru_cache(maxsize=1)
def _form() -> "Image":
    """The parts that every label shares, drawn once."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", SIZE, 1)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((8, 8, SIZE[0] - 9, SIZE[1] - 9), outline=0, width=4)
    for y in (300, 420, 700):
        draw.line((8, y, SIZE[0] - 9, y), fill=0, width=6)
    draw.text((40, 318), "TRACKING #", fill=0, font=_font(30))
    draw.text((40, 712), NOTICE, fill=0, font=_font(56))
    draw.text((40, 104), "SHIP TO:", fill=0, font=_font(26))
    return picture


def _picture(label: Label) -> "Image":
    from PIL import ImageDraw

    picture = _form().copy()
    draw = ImageDraw.Draw(picture)
    small, large = _font(22), _font(34)
    for n, line in enumerate(label.sender[:3]):
        draw.text((40, 20 + 26 * n), line[:48], fill=0, font=small)
    for n, line in enumerate(label.receiver[:5]):
        draw.text((180, 102 + 38 * n), line[:44], fill=0, font=large)
    facts = (label.weight, f"{label.index} OF {label.count}", f"DATE: {label.shipped}", f"BILLING: {label.billing}")
    for n, line in enumerate(facts):
        draw.text((1020, 24 + 34 * n), line, fill=0, font=_font(28))
    for n, line in enumerate(label.references[:3]):
        draw.text((1020, 170 + 30 * n), f"REF: {line}"[:26], fill=0, font=small)
    draw.text((860, 312), label.service.upper()[:34], fill=0, font=_font(26))
    draw.text((40, 350), label.spaced, fill=0, font=_font(60))
    x, module = 100, 4
    for n, width in enumerate(code128(label.number)):
        if n % 2 == 0:
            draw.rectangle((x, 440, x + width * module - 1, 680), fill=0)
        x += width * module
    return picture


def _saved(label: Label, kind: str) -> bytes:
    out = BytesIO()
    _picture(label).save(out, kind)
    return out.getvalue()


def _gif(label: Label) -> bytes:
    return _saved(label, "GIF")


def _png(label: Label) -> bytes:
    return _saved(label, "PNG")


def _pdf(label: Label) -> bytes:
    page = Page(432, 288)
    page.text(14, 268, 8, *label.sender[:3])
    page.text(14, 236, 12, *label.receiver[:5])
    page.text(300, 268, 9, label.weight, f"{label.index} OF {label.count}", f"DATE: {label.shipped}", label.billing)
    page.text(300, 220, 8, *(f"REF: {line}" for line in label.references[:3]))
    page.text(14, 168, 10, label.service.upper())
    page.text(14, 146, 20, label.spaced)
    page.bars(40, 50, 80, 1.25, code128(label.number))
    page.text(14, 20, 16, NOTICE)
    return write(f"Label {label.number}", page)


def _ascii(line: str) -> str:
    return line.encode("ascii", "replace").decode()


def _zpl(label: Label) -> bytes:
    def field(x: int, y: int, size: int, line: str) -> str:
        # ^ and ~ begin commands in ZPL; within ^FH they are written as hexadecimal.
        safe = _ascii(line).replace("_", "_5F").replace("^", "_5E").replace("~", "_7E")
        return f"^FO{x},{y}^A0N,{size},{size}^FH^FD{safe}^FS"

    rows = ["^XA", "^PW812", "^LL1218", "^LH0,0", "^CI28"]
    rows += [field(20, 20 + 26 * n, 22, line) for n, line in enumerate(label.sender[:4])]
    rows += [
        field(520, 20 + 30 * n, 26, line) for n, line in enumerate((label.weight, f"{label.index} OF {label.count}"))
    ]
    rows += [field(60, 170 + 40 * n, 34, line) for n, line in enumerate(label.receiver[:6])]
    rows += [
        "^FO0,450^GB812,4,4^FS",
        field(20, 470, 40, label.service.upper()),
        field(20, 530, 44, f"TRACKING #: {label.spaced}"),
        f"^FO100,600^BY3^BCN,260,N,N,N,A^FD{label.number}^FS",
        field(20, 900, 28, f"BILLING: {label.billing}  DATE: {label.shipped}"),
    ]
    rows += [field(20, 940 + 32 * n, 28, f"REF: {line}") for n, line in enumerate(label.references[:3])]
    rows += [field(20, 1130, 44, NOTICE), "^PQ1", "^XZ"]
    return "\n".join([*rows, ""]).encode()


def _epl(label: Label) -> bytes:
    def field(x: int, y: int, font: int, line: str) -> str:
        safe = _ascii(line).replace("\\", "\\\\").replace('"', '\\"')
        return f'A{x},{y},0,{font},1,1,N,"{safe}"'

    rows = ["", "N", "q812", "Q1218,24"]
    rows += [field(20, 20 + 24 * n, 2, line) for n, line in enumerate(label.sender[:4])]
    rows += [field(520, 20, 3, f"{label.weight}  {label.index} OF {label.count}")]
    rows += [field(60, 170 + 36 * n, 4, line) for n, line in enumerate(label.receiver[:6])]
    rows += [
        "LO0,450,812,4",
        field(20, 470, 4, label.service.upper()),
        field(20, 520, 4, f"TRACKING #: {label.spaced}"),
        f'B100,600,0,1,3,6,260,N,"{label.number}"',
        field(20, 900, 3, f"BILLING: {label.billing}  DATE: {label.shipped}"),
    ]
    rows += [field(20, 940 + 28 * n, 3, f"REF: {line}") for n, line in enumerate(label.references[:3])]
    rows += [field(20, 1130, 4, NOTICE), "P1"]
    return "\n".join([*rows, ""]).encode()


def _spl(label: Label) -> bytes:
    """Star's line mode: ESC @ resets, ESC b 6 is Code 128 ended by RS, ESC d 3 cuts."""
    lines = [
        *label.sender[:4],
        f"{label.weight}  {label.index} OF {label.count}",
        "SHIP TO:",
        *label.receiver[:6],
        label.service.upper(),
        f"TRACKING #: {label.spaced}",
        f"BILLING: {label.billing}  DATE: {label.shipped}",
        *(f"REF: {line}" for line in label.references[:3]),
        NOTICE,
    ]
    body = "\n".join(_ascii(line) for line in lines).encode()
    return b"\x1b@" + body + b"\n\x1bb\x06\x02\x02\xa0" + label.number.encode() + b"\x1e\n\x1bd\x03"


FORMATS: dict[str, Callable[[Label], bytes]] = {
    "GIF": _gif,
    "PNG": _png,
    "PDF": _pdf,
    "ZPL": _zpl,
    "EPL": _epl,
    "SPL": _spl,
}
THERMAL = frozenset({"ZPL", "EPL", "SPL"})


@lru_cache(maxsize=64)
def draw(label: Label, kind: str) -> bytes:
    """The label as a file of one of `FORMATS`."""
    return FORMATS[kind](label)


def encoded(label: Label, kind: str) -> str:
    """The label's bytes in base64, as GraphicImage carries them."""
    return b64encode(draw(label, kind)).decode()


def html_page(number: str) -> str:
    """The page that shows a GIF label, in base64; like UPS's it expects the picture beside it as label<number>.gif."""
    page = (
        "<!DOCTYPE html>\n"
        f"<html><head><title>View/Print Label {escape(number)}</title></head>\n"
        f"<body><p>{NOTICE}</p>"
        f'<img src="./label{escape(number)}.gif" height="392" width="651" alt="Label {escape(number)}">'
        "</body></html>\n"
    )
    return b64encode(page.encode()).decode()


@lru_cache(maxsize=64)
def signature(name: str) -> str:
    """A signature image in base64: the name in a box."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (320, 90), 1)
    pen = ImageDraw.Draw(picture)
    pen.text((16, 20), name.title(), fill=0, font=_font(40))
    pen.line((10, 74, 310, 70), fill=0, width=2)
    out = BytesIO()
    picture.save(out, "GIF")
    return b64encode(out.getvalue()).decode()
