"""Labels: real files in every format, the same bytes every time, and nothing that looks like UPS's."""

import re
import zlib
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from ups_gateway.simulator import labels
from ups_gateway.simulator.barcode import code128
from ups_gateway.simulator.labels import FORMATS, Label, draw

NUMBER = "1ZA1B2C30300000012"
SPACED = "1Z A1B 2C3 03 0000 0012"
LABEL = Label(
    NUMBER,
    "UPS Ground",
    ("ACME", "55 GLENLAKE PKWY", "ATLANTA GA 30328"),
    ("BOB", "EXAMPLE", "1 FIFTH AVE", "NEW YORK NY 10001"),
    "5 LBS",
    1,
    2,
    "02 MAR 2026",
    references=("PO 7",),
)
LINES = (*LABEL.sender, *LABEL.receiver, "UPS GROUND", "1 OF 2", "PO 7", labels.NOTICE)


def bars(picture: Image.Image, row: int) -> list[int]:
    """The widths of bars and spaces along a row, from the first bar inside the frame to the last."""
    line = [picture.getpixel((x, row)) == 0 for x in range(20, picture.width - 20)]
    first, last = line.index(True), len(line) - line[::-1].index(True)
    runs: list[int] = []
    for n, dark in enumerate(line[first:last]):
        if n and dark == line[first + n - 1]:
            runs[-1] += 1
        else:
            runs.append(1)
    return runs


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_pictures_are_real_and_carry_the_number_as_a_bar_code(kind: str) -> None:
    picture = Image.open(BytesIO(draw(LABEL, kind)))
    assert (picture.format, picture.size) == (kind, (1400, 800))
    assert bars(picture.convert("1"), 560) == [4 * width for width in code128(NUMBER)]


def test_pictures_differ_where_the_number_is_written() -> None:
    written = Image.open(BytesIO(draw(LABEL, "PNG"))).convert("L").crop((40, 350, 1400, 415))
    assert len(written.getcolors() or []) == 2
    dark = sum(count for count, colour in written.getcolors() or [] if colour == 0)
    assert dark > 5000


def test_the_pdf_is_well_formed_and_readable() -> None:
    file = draw(LABEL, "PDF")
    assert file.startswith(b"%PDF-1.4")
    assert file.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n(\d+)", file)[1])  # type: ignore[index]  # the test fails as it should
    assert file[start:].startswith(b"xref\n0 7\n")
    places = [int(entry) for entry in re.findall(rb"(\d{10}) 00000 n", file)]
    assert [file[place : place + 7] for place in places] == [b"%d 0 obj" % n for n in range(1, 7)]
    text = file.decode("latin-1")
    assert [line for line in (*LINES, SPACED, NUMBER) if line not in text] == []


@pytest.mark.parametrize("kind", ["ZPL", "EPL", "SPL"])
def test_printer_languages_carry_all_lines_and_the_number(kind: str) -> None:
    stream = draw(LABEL, kind).decode("latin-1")
    assert [line for line in (*LINES, SPACED, NUMBER) if line not in stream] == []


def test_printer_languages_begin_and_end_as_they_must() -> None:
    zpl, epl, spl = (draw(LABEL, kind) for kind in ("ZPL", "EPL", "SPL"))
    assert (zpl[:3], zpl[-4:]) == (b"^XA", b"^XZ\n")
    assert zpl.count(b"^FD") == zpl.count(b"^FS") - 1  # the rule between the parts has no text
    assert (epl[:2], epl[-3:]) == (b"\nN", b"P1\n")
    assert f'B100,600,0,1,3,6,260,N,"{NUMBER}"'.encode() in epl
    assert (spl[:2], spl[-3:]) == (b"\x1b@", b"\x1bd\x03")
    assert b"\x1bb\x06\x02\x02\xa0" + NUMBER.encode() + b"\x1e" in spl


def test_what_is_a_command_to_a_printer_is_printed_instead() -> None:
    nasty = Label(NUMBER, "UPS Ground", ('A^XZ~"\\',), ("ÄÖ_(x)",), "5 LBS", 1, 1, "02 MAR 2026")
    assert b"A_5EXZ_7E" in draw(nasty, "ZPL")
    assert b"??_5F(x)" in draw(nasty, "ZPL")
    assert b'"A^XZ~\\"\\\\"' in draw(nasty, "EPL")
    assert b"(\xc4\xd6_\\(x\\)) Tj" in draw(nasty, "PDF")


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_label_is_the_same_bytes(kind: str) -> None:
    assert FORMATS[kind](LABEL) == FORMATS[kind](LABEL)
    assert FORMATS[kind](LABEL) != FORMATS[kind](replace(LABEL, number=NUMBER[:-1] + "3"))


def test_labels_compress_to_what_is_on_them() -> None:
    assert len(zlib.compress(draw(LABEL, "GIF"))) < 40_000


def test_the_page_shows_the_picture_and_says_what_it_is() -> None:
    page = b64decode(labels.html_page(NUMBER)).decode()
    assert f'<img src="./label{NUMBER}.gif"' in page
    assert labels.NOTICE in page


def test_a_signature_is_a_picture_of_the_name() -> None:
    one, other = (Image.open(BytesIO(b64decode(labels.signature(name)))) for name in ("SMITH", "LEE"))
    assert (one.format, one.size) == ("GIF", (320, 90))
    assert one.tobytes() != other.tobytes()


def test_numbers_that_are_not_1z_are_printed_as_they_are() -> None:
    assert Label("9102084383041101186729", "x", (), (), "", 1, 1, "").spaced == "9102084383041101186729"
