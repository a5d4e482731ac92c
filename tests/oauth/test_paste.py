"""What people paste."""

from __future__ import annotations

import pytest

from ups_gateway.oauth.paste import ConsentFailed, Pasted, parse_paste, read_answer

CALLBACK = "https://127.0.0.1/upscallback"


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        (f"{CALLBACK}?code=UkVBTC1DT0RF&scope=&state=st-1", Pasted("UkVBTC1DT0RF", "st-1")),
        (f"{CALLBACK}?scope=read&state=st-1&code=UkVBTC1DT0RF", Pasted("UkVBTC1DT0RF", "st-1")),
        (f"{CALLBACK}?code=UkVBTC1DT0RF", Pasted("UkVBTC1DT0RF")),
        (f"  {CALLBACK}?code=UkVB\n TC1DT0RF&state=st-1\r\n", Pasted("UkVBTC1DT0RF", "st-1")),
        (f"'{CALLBACK}?code=UkVBTC1DT0RF'", Pasted("UkVBTC1DT0RF")),
        (f"<{CALLBACK}?code=UkVBTC1DT0RF&state=s>", Pasted("UkVBTC1DT0RF", "s")),
        ("127.0.0.1/upscallback?code=UkVBTC1DT0RF&state=s", Pasted("UkVBTC1DT0RF", "s")),
        ("localhost:8443/upscallback?code=UkVBTC1DT0RF", Pasted("UkVBTC1DT0RF")),
        ("code=UkVBTC1DT0RF&state=s", Pasted("UkVBTC1DT0RF", "s")),
        ("?code=UkVBTC1DT0RF", Pasted("UkVBTC1DT0RF")),
        (f"{CALLBACK}?code=a%2Fb%2Bc%3D%3D&state=s", Pasted("a/b+c==", "s")),
        (f"{CALLBACK}?code=a/b+cd==&state=s", Pasted("a/b+cd==", "s")),
        ("UkVBTC1DT0RF", Pasted("UkVBTC1DT0RF")),
        ("\n UkVBTC1DT0RF== \n", Pasted("UkVBTC1DT0RF==")),
        ("a%2Fb%2Bcd%3D", Pasted("a/b+cd=")),
    ],
)
def test_a_code_is_found_in(text: str, pasted: Pasted) -> None:
    assert parse_paste(text) == pasted


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("", "unreadable", "Nothing was pasted"),
        (" \n", "unreadable", "Nothing was pasted"),
        ("abc", "unreadable", "No authorization code"),
        ("no code, sorry!", "unreadable", "No authorization code"),
        (f"{CALLBACK}?code=&state=s", "unreadable", "holds no `code=`"),
        (f"{CALLBACK}?code=<script>&state=s", "unreadable", "No authorization code"),
        (f"{CALLBACK}?state=st-1", "unreadable", "holds no `code=`"),
        (CALLBACK, "unreadable", "holds no `code=`"),
        ("https://[broken?code=UkVBTC1DT0RF", "unreadable", "holds no `code=`"),
        (f"{CALLBACK}?{'&'.join('a=1' for _ in range(60))}", "unreadable", "holds no `code=`"),
        (f"{CALLBACK}?error=access_denied&state=s", "declined", "was declined"),
        (f"{CALLBACK}?error=server_error&error_description=try+later", "declined", "server_error"),
        ("https://www.campusship.ups.com/login?x=1", "campusship", "CampusShip"),
        ("https://www.ups.com/campusship/home", "campusship", "CampusShip"),
        ("https://www.ups.com/lasso/login?client_id=1&state=2", "unreadable", "UPS's own login page"),
        ("http://127.0.0.1:8082/security/v1/oauth/authorize?client_id=1", "unreadable", "UPS's own login page"),
    ],
)
def test_what_holds_no_code_says_what_it_is(text: str, kind: str, words: str) -> None:
    with pytest.raises(ConsentFailed) as caught:
        parse_paste(text)
    assert (caught.value.kind, words in caught.value.words) == (kind, True)


def test_the_query_of_a_callback_is_read_as_it_is() -> None:
    assert read_answer({"code": "UkVBTC1DT0RF", "scope": "", "state": "s"}) == Pasted("UkVBTC1DT0RF", "s")


def test_a_code_never_shows_in_a_repr() -> None:
    assert repr(Pasted("UkVBTC1DT0RF", "s")) == "Pasted()"
