"""One-page PDF files of plain text and bars: labels, customs forms, receipts.

The rule: no dates and no ids inside, so the same page is the same bytes.
"""

from collections.abc import Sequence


def _string(text: str) -> str:
    safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({safe})"


class Page:
    """A page being written; sizes and places in points from the lower left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.operators: list[str] = []

    def text(self, x: float, y: float, size: int, *lines: str) -> None:
        """Lines of Helvetica downwards from (x, y)."""
        rows = " ".join(f"{_string(line)} Tj T*" for line in lines)
        self.operators.append(f"BT /F1 {size} Tf {size + 2} TL {x} {y} Td {rows} ET")

    def bars(self, x: float, y: float, height: float, module: float, widths: Sequence[int]) -> None:
        """A bar code, a bar first."""
        for n, width in enumerate(widths):
            if n % 2 == 0:
                self.operators.append(f"{x:.2f} {y} {width * module:.2f} {height} re f")
            x += width * module


def write(title: str, page: Page) -> bytes:
    """The whole file."""
    content = "\n".join(page.operators).encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}]"
        " /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title {_string(title)} >>".encode("cp1252", "replace"),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (n, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def document(title: str, *lines: str) -> bytes:
    """A letter-size page with a heading and lines of text."""
    page = Page(612, 792)
    page.text(50, 730, 18, title)
    page.text(50, 700, 10, *lines)
    return write(title, page)
