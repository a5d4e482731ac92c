"""PDF files."""

from ups_gateway.simulator.pdf import Page, document, write


def test_a_document_is_one_page_with_its_lines() -> None:
    file = document("INVOICE (1)", "first", "back\\slash")
    assert file.count(b"/Type /Page ") == 1
    assert rb"(INVOICE \(1\)) Tj" in file
    assert rb"(first) Tj T* (back\\slash) Tj" in file
    assert b"CreationDate" not in file


def test_bars_are_rectangles() -> None:
    page = Page(100, 50)
    page.bars(10, 5, 20, 2, [1, 2, 3])
    assert page.operators == ["10.00 5 2.00 20 re f", "16.00 5 6.00 20 re f"]
    assert b"/MediaBox [0 0 100 50]" in write("bars", page)
