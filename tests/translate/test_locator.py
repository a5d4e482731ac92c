"""What the tables of locator and Quantum View cannot say: options, languages, failures inside a good status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, legacy, reply
from ups_gateway import translate
from ups_gateway.errors import Refusal, UpsRefused
from ups_gateway.model import RestCall, Terms, Translated

QUESTIONS = {
    "Locator": "<LocatorRequest><Request><RequestAction>Locator</RequestAction>{}</Request>{}</LocatorRequest>",
    "QVEvents": "<QuantumViewRequest><Request><RequestAction>QVEvents</RequestAction></Request></QuantumViewRequest>",
}


def _asked(tool: str, option: str = "", rest: str = "") -> Translated:
    asked = translate.read(legacy(f"/ups.app/xml/{tool}", QUESTIONS[tool].format(option, rest)))
    return translate.request(asked, ACCOUNT, Terms())


def _place_call(option: str = "", rest: str = "") -> RestCall:
    (call,) = _asked("Locator", option, rest).calls
    return call


def test_an_odd_option_stays_one_step_of_the_path() -> None:
    option = "<RequestOption>1/1?x=2</RequestOption>"
    assert _place_call(option).path == "/api/locations/v3/search/availabilities/1%2F1%3Fx%3D2"


@pytest.mark.parametrize(
    ("translate_element", "locale"),
    [
        ("<Translate><LanguageCode>deu</LanguageCode></Translate>", "de_DE"),
        ("<Translate><LanguageCode>DEU</LanguageCode><Locale>de_AT</Locale></Translate>", "de_AT"),
        ("<Translate><Locale>de_AT</Locale><LanguageCode>DEU</LanguageCode></Translate>", "de_AT"),
        ("<Translate><LanguageCode>TLH</LanguageCode></Translate>", "en_US"),
        ("<Translate><LanguageCode><Odd/></LanguageCode></Translate>", "en_US"),
        ("", "en_US"),
    ],
)
def test_the_language_becomes_a_locale_unless_one_is_named(translate_element: str, locale: str) -> None:
    call = _place_call(rest=translate_element)
    assert (call.query, call.body["LocatorRequest"]["Translate"]) == ({"Locale": locale}, {"Locale": locale})


def test_only_search_options_without_a_code_are_left_out() -> None:
    bare = "<SearchOption><OptionType><Code>02</Code></OptionType></SearchOption>"
    whole = (
        "<SearchOption><OptionType><Code>01</Code></OptionType><OptionCode><Code>001</Code></OptionCode></SearchOption>"
    )
    translated = _asked("Locator", rest=f"<LocationSearchCriteria>{bare}{whole}{bare}</LocationSearchCriteria>")
    criteria = translated.calls[0].body["LocatorRequest"]["LocationSearchCriteria"]
    assert criteria == {"SearchOption": [{"OptionType": {"Code": "01"}, "OptionCode": [{"Code": "001"}]}]}
    assert translated.ignored == ("LocatorRequest/LocationSearchCriteria/SearchOption",)


@pytest.mark.parametrize(("tool", "root"), [("Locator", "LocatorResponse"), ("QVEvents", "QuantumViewResponse")])
@pytest.mark.parametrize(
    ("error", "refusals", "transient", "wait"),
    [
        (None, (Refusal("20001", "General process failure"),), False, None),
        ({"ErrorCode": "9", "ErrorSeverity": "Hard"}, (Refusal("9", "General process failure"),), False, None),
        (
            [
                {
                    "ErrorCode": "1",
                    "ErrorDescription": "Busy",
                    "ErrorSeverity": "Transient",
                    "MinimumRetrySeconds": "7",
                },
                {"ErrorCode": "2", "ErrorDescription": "And so is this"},
                "odd",
            ],
            (Refusal("1", "Busy"), Refusal("2", "And so is this")),
            True,
            7.0,
        ),
    ],
)
def test_a_failure_inside_a_good_status_is_upss_refusal(
    tool: str, root: str, error: Any, refusals: tuple[Refusal, ...], transient: bool, wait: float | None
) -> None:
    said: dict[str, Any] = {"ResponseStatusCode": "0"}
    if error is not None:
        said["Error"] = error
    with pytest.raises(UpsRefused) as refused:
        translate.answer(_asked(tool), [reply({root: {"Response": said}})])
    found = refused.value
    assert (found.errors, found.http_status, found.transient, found.retry_after) == (refusals, 200, transient, wait)


@pytest.mark.parametrize("body", [{"LocatorResponse": {}}, {"LocatorResponse": {"Response": "odd"}}])
def test_a_good_answer_without_what_it_should_hold_is_still_an_answer(body: Any) -> None:
    answer = translate.answer(_asked("Locator"), [reply(body)])
    assert answer.body == (
        b'<?xml version="1.0"?><LocatorResponse><Response><ResponseStatusCode>1</ResponseStatusCode>'
        b"<ResponseStatusDescription>Success</ResponseStatusDescription></Response></LocatorResponse>"
    )


def test_a_remark_without_a_code_is_no_warning() -> None:
    said = {"ResponseStatusCode": "1", "Error": [{"ErrorDescription": "Hm"}, "odd"]}
    answer = translate.answer(_asked("QVEvents"), [reply({"QuantumViewResponse": {"Response": said}})])
    assert answer.body == (
        b'<?xml version="1.0"?><QuantumViewResponse><Response><ResponseStatusCode>1</ResponseStatusCode>'
        b"<ResponseStatusDescription>Success</ResponseStatusDescription></Response></QuantumViewResponse>"
    )
