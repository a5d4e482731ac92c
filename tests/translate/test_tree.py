"""Reading XML of a stranger: every shape seen in the wild is taken, every trick is refused."""

from __future__ import annotations

import codecs

import pytest

from ups_gateway.errors import InvalidRequest, MalformedRequest, RequestTooLarge
from ups_gateway.translate import tree

ACCESS = "<AccessRequest><UserId>u</UserId></AccessRequest>"
REQUEST = "<TrackRequest><A>1</A></TrackRequest>"
DECLARED = '<?xml version="1.0"?>'


@pytest.mark.parametrize(
    "text",
    [
        DECLARED + ACCESS + DECLARED + REQUEST,
        "  \r\n" + DECLARED + ACCESS + REQUEST,
        ACCESS + "\n" + DECLARED + REQUEST,
        ACCESS + REQUEST,
        "<?xml version='1.0' standalone='yes' ?>" + ACCESS + "<?xml version='1.0' encoding='ISO-8859-1'?>" + REQUEST,
        REQUEST + DECLARED + ACCESS,
        (DECLARED + ACCESS + DECLARED + REQUEST).replace(">", ">\r"),
    ],
)
def test_two_documents_are_told_apart_however_they_are_declared(text: str) -> None:
    access, request = tree.split(tree.decode(text.encode()))
    assert access is not None
    assert tree.to_tree(tree.parse(access)) == {"UserId": "u"}
    assert tree.to_tree(tree.parse(request)) == {"A": "1"}


def test_a_request_may_stand_alone() -> None:
    assert tree.split(DECLARED + REQUEST) == (None, REQUEST)


def test_an_empty_access_request_is_one() -> None:
    assert tree.split("<AccessRequest/>" + REQUEST) == ("<AccessRequest/>", REQUEST)


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + "<A>ü</A>".encode(),
        codecs.BOM_UTF16_LE + "<A>ü</A>".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "<A>ü</A>".encode("utf-16-be"),
        "<A>ü</A>".encode("utf-16-le"),
        "<A>ü</A>".encode("utf-16-be"),
        "<?xml version='1.0' encoding='iso-8859-1'?><A>ü</A>".encode("latin-1"),
        "<?xml version='1.0' encoding='Windows-1252'?><A>ü</A>".encode("cp1252"),
        "<?xml version='1.0' encoding='UTF-16'?><A>ü</A>".encode(),
        "<A>ü</A>".encode(),
    ],
)
def test_encodings_are_believed_by_mark_then_by_declaration_then_utf_8(body: bytes) -> None:
    _, request = tree.split(tree.decode(body))
    assert tree.to_tree(tree.parse(request)) == "ü"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The request is empty; an XML document was expected."),
        (b"  \r\n", "The request is empty; an XML document was expected."),
        (b"<A>\xfc</A>", "The request is not in the encoding it declares (utf-8): byte 3 cannot be read."),
        (
            b"<?xml version='1.0' encoding='UTF-7'?><A>+ADw-</A>",
            "The request declares the encoding 'UTF-7', which is not supported.",
        ),
        (
            b"<?xml version='1.0' encoding='no-such'?><A/>",
            "The request declares the encoding 'no-such', which is not supported.",
        ),
    ],
)
def test_a_body_that_cannot_be_decoded_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        tree.decode(body)
    assert (refused.value.code, refused.value.message) == ("10001", words)


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE A SYSTEM "file:///etc/passwd"><A/>',
        '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>',
        '<A/><!ENTITY x SYSTEM "http://127.0.0.1/">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_doctype_is_refused_in_any_encoding(document: str, encoding: str) -> None:
    _, request = tree.split(tree.decode(document.encode(encoding)))
    with pytest.raises(MalformedRequest) as refused:
        tree.parse(request)
    assert refused.value.message == "The request holds a DOCTYPE or ENTITY declaration, which is refused."


def test_a_declaration_put_together_from_two_does_not_decode_the_text_a_second_time() -> None:
    doctype = b"+ADwAIQ-DOCTYPE A [+ADwAIQ-ENTITY x +ACI-y+ACI-+AD4]+AD4"  # <!DOCTYPE A [<!ENTITY x "y">]> in UTF-7
    body = b'<?x<?xml ?>ml version="1.0" encoding="UTF-7"?>' + doctype + b"<A>1</A>"
    _, request = tree.split(tree.decode(body))
    with pytest.raises(MalformedRequest) as refused:
        tree.parse(request)
    assert refused.value.message == (
        "The XML document is not well formed: Start tag expected, '<' not found (line 1, column 39)"
    )


@pytest.mark.parametrize("piece", ["<?xml ", "<?xml ?", "<AccessRequest>", "<AccessRequest ", "</AccessRequest "])
def test_what_begins_ever_again_is_read_once(piece: str) -> None:
    """A search that starts over at each beginning takes minutes for this."""
    text = "<AccessRequest>" + piece * (1_000_000 // len(piece))
    assert tree.split(text) == (None, text)


@pytest.mark.parametrize(
    "document",
    [
        "<A>" + "<B/>" * 40_000 + "</A>",
        "<A " + " ".join(f'b{number}="1"' for number in range(40_000)) + "/>",
        "<A>" + "&" * 40_000 + "</A>",
    ],
    ids=["elements", "attributes", "references"],
)
def test_a_document_of_more_parts_than_any_shipment_has_is_too_large(document: str) -> None:
    with pytest.raises(RequestTooLarge) as refused:
        tree.parse(document)
    assert (refused.value.code, refused.value.message) == (
        "10013",
        "The XML document has more than 40000 tags, attributes and references.",
    )


def test_a_text_longer_than_the_parser_takes_is_refused_before_it_is_decoded() -> None:
    body = b"<A><B>" + b"x" * 9_999_990 + b"</B><B>" + b"x" * 9_999_990 + b"</B></A>"
    assert len(tree.to_tree(tree.parse(tree.decode(body)))["B"]) == 2
    with pytest.raises(RequestTooLarge) as refused:
        tree.decode(b"<A>" + b"x" * 10_000_001 + b"</A>")
    assert refused.value.message == "A text of the XML document is longer than 10000000 bytes."


def test_an_unescaped_ampersand_in_otherwise_well_formed_xml_is_taken_as_one() -> None:
    assert tree.to_tree(tree.parse("<A>Tom & Jerry &amp; Co &nbsp; &#65;</A>")) == "Tom & Jerry & Co &nbsp; A"


def test_the_reason_names_the_place_but_no_content() -> None:
    with pytest.raises(MalformedRequest) as refused:
        tree.parse("<A>\n<B>secret</C></A>")
    assert refused.value.message == (
        "The XML document is not well formed: Opening and ending tag mismatch: B line 2 and C (line 2, column 14)"
    )


def test_a_stray_ampersand_does_not_hide_another_fault() -> None:
    with pytest.raises(MalformedRequest) as refused:
        tree.parse("<A> & <B></A>")
    assert refused.value.message.startswith("The XML document is not well formed: ")


def test_a_missing_request_document_is_invalid() -> None:
    with pytest.raises(InvalidRequest) as refused:
        tree.parse("  ")
    assert refused.value.code == "10002"


def test_depth_is_limited() -> None:
    deep = "<A>" * 102 + "</A>" * 102
    with pytest.raises(MalformedRequest) as refused:
        tree.to_tree(tree.parse(deep))
    assert refused.value.message == "The XML document is nested deeper than 100 levels."


def test_a_tree_has_texts_objects_and_lists_by_local_name() -> None:
    text = (
        '<r:A xmlns:r="urn:x" kind="k"> <r:B> 1 </r:B><C><![CDATA[<2>]]></C><!-- no --><D><E/></D>'
        "<B>3</B><?pi?><B>4</B></r:A>"
    )
    assert tree.to_tree(tree.parse(text)) == {"B": ["1", "3", "4"], "C": "<2>", "D": {"E": ""}}
