"""What people may see of a message: it fails closed."""

from __future__ import annotations

import json
import time

import pytest

from ups_gateway.translate import masking

OLD = b"""<?xml version="1.0"?><AccessRequest xml:lang="en-US"><AccessLicenseNumber>KEY0KEY0</AccessLicenseNumber>
<UserId>demo</UserId><Password><![CDATA[top<secret]]></Password></AccessRequest>
<?xml version="1.0"?><RatingServiceSelectionRequest><!-- from Ann --><Shipment><ShipTo><Name>Ann L\xc3\xa9e</Name>
<Phone>404-555-0100</Phone><Residential/></ShipTo><Service><Code>03</Code><Description>Ground</Description></Service>
<Description>A gift</Description></Shipment></RatingServiceSelectionRequest>"""
MASKED = """\
<?xml version="1.0"?>
<AccessRequest xml:lang="xx-XX">
  <AccessLicenseNumber>***</AccessLicenseNumber>
  <UserId>***</UserId>
  <Password>***</Password>
</AccessRequest>
<?xml version="1.0"?>
<RatingServiceSelectionRequest>
<!-- left out -->
  <Shipment>
    <ShipTo>
      <Name>Xxx Xxx</Name>
      <Phone>999-999-9999</Phone>
      <Residential/>
    </ShipTo>
    <Service>
      <Code>03</Code>
      <Description>Ground</Description>
    </Service>
    <Description>X xxxx</Description>
  </Shipment>
</RatingServiceSelectionRequest>"""


def test_an_old_request_shows_its_structure_and_codes_and_of_the_rest_the_shape() -> None:
    assert masking.message(OLD) == MASKED


def test_json_is_indented_and_masked_by_name() -> None:
    label = "R0lGODlh" * 100
    body = {
        "UPSSecurity": {"UsernameToken": {"Username": "demo", "Password": "pw"}},
        "Shipment": [{"Name": "Ann", "Weight": "3", "Ready": True, "Nothing": None, "GraphicImage": label}],
        "errors": [{"code": "111285", "message": "The postal code 30328 is wrong."}],
    }
    assert json.loads(masking.tree(body)) == {
        "UPSSecurity": {"UsernameToken": {"Username": "***", "Password": "***"}},
        "Shipment": [
            {"Name": "Xxx", "Weight": "3", "Ready": True, "Nothing": None, "GraphicImage": "[800 characters]"}
        ],
        "errors": [{"code": "111285", "message": "The postal code 99999 is wrong."}],
    }
    assert masking.tree({"Name": "Ann"}) == '{\n  "Name": "Xxx"\n}'


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", ""),
        (b" \n", ""),
        (b"name=Ann&x=1", "[12 characters that are neither XML nor JSON]"),
        (b"\xff\xfe", "[2 characters that are neither XML nor JSON]"),
        (b"<Name>Ann", "<Name>Xxx"),
        (b"<a><Name>Ann</a>Bob</b>", "<a>\n  <Name>Xxx</Name>\nXxx</a>"),
        (b'<a b="x>Ann">', '<a b="x>Xxx">'),
    ],
)
def test_what_is_broken_shows_no_more_than_its_shape(body: bytes, shown: str) -> None:
    assert masking.message(body) == shown


def test_a_message_beyond_all_measure_is_not_shown() -> None:
    assert masking.message(b"<a>" * 2_000_000) == "[6,000,000 characters: too long to show]"


@pytest.mark.parametrize("piece", ["<", "<!--", "<![CDATA[", "<a>", "<a b=", "aaaa", "</a>", '<a b="', "[", '{"a":'])
def test_a_hostile_message_costs_no_more_than_its_length(piece: str) -> None:
    begun = time.process_time()
    masking.message(f"<x {piece * (100_000 // len(piece))}")
    masking.message(piece * (100_000 // len(piece)))
    assert time.process_time() - begun < 2.0


def test_a_tag_beyond_all_measure_keeps_its_name() -> None:
    assert masking.message(f"<a b='{'x' * 3000}'/>") == "<a …>"
    assert masking.message(f"<{'!' * 3000}a>") == "<!-- left out -->"


def test_numbers_in_addresses_are_masked() -> None:
    assert masking.path("/api/track/v1/details/1Z999AA10123456784") == "/api/track/v1/details/9X999XX99999999999"
    assert masking.path("/ship/v1807/rating/Rate") == "/ship/v1807/rating/Rate"
    assert masking.query({"trackingnumber": "1Z9", "Code": "02"}) == "trackingnumber=9X9&Code=02"
    assert masking.query("a=%41nn&b") == "a=Xxx&b="
    assert (masking.tree(None), masking.tree("<a>Ann</a>")) == ("", "<a>Xxx</a>")


def test_words_do_not_repeat_what_was_sent() -> None:
    sent = {
        "Shipment": {"ShipTo": {"Name": "Ann Lee", "Address": {"AddressLine": ["12 Elm Street", "B"]}}, "Code": "LBSX"}
    }
    words = "120202 The address 12 elm street of ANN LEE is not valid for LBSX, B."
    assert masking.not_repeating(words, sent) == "120202 The address … of … is not valid for LBSX, B."
    assert masking.not_repeating(words, "<a><Name>Ann Lee</Name></a>") == (
        "120202 The address 12 elm street of … is not valid for LBSX, B."
    )
    assert masking.not_repeating(words, None) == words
    assert masking.not_repeating("İzmir ANN LEE", {"City": "İZMİR", "Name": "Ann Lee"}) == "… …"


def test_words_are_looked_through_for_thousands_of_values_at_no_more_than_their_length() -> None:
    sent = [{"Name": f"Customer {number} of many", "Memo": f"{number} dozen boxes"} for number in range(10_000)]
    words = "UPS says: Customer 17 of many has 9999 dozen boxes. " * 2_000
    begun = time.process_time()
    assert masking.not_repeating(words, sent) == "UPS says: … has …. " * 2_000
    assert time.process_time() - begun < 2.0


def test_what_is_too_long_for_a_code_is_masked_though_it_is_called_one() -> None:
    assert [masking.value("Code", text) for text in ("US-BSC", "Ann Lee of Elm Street")] == [
        "US-BSC",
        "Xxx Xxx xx Xxx Xxxxxx",
    ]
