"""The interpreters: each form a table or template may hold, and what becomes of odd input."""

from __future__ import annotations

from typing import Any

import pytest

from ups_gateway.translate.engine import (
    ABSENT,
    FLAG,
    Covered,
    Default,
    Drop,
    From,
    Made,
    Table,
    To,
    amend,
    compile_request,
    covered,
    fill_defaults,
    leaves,
)
from ups_gateway.translate.writing import compile_xml, escape


def _apply(table: Table, tree: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    return compile_request(table, "Root")(tree)


def _write(template: Table, node: Any) -> str:
    out: list[str] = []
    compile_xml(template)(node, out)
    return "".join(out)


def test_a_text_keeps_its_name_and_an_empty_one_is_left_out() -> None:
    assert _apply(leaves("A B"), {"A": "1", "B": ""}) == ({"A": "1"}, ())


def test_an_indicator_survives_by_presence_whatever_its_text() -> None:
    assert _apply({"A": FLAG, "B": FLAG}, {"A": "0", "B": ""}) == ({"A": "", "B": ""}, ())


def test_an_object_without_content_is_left_out() -> None:
    assert _apply({"A": {"B": None}}, {"A": {"B": ""}}) == ({}, ())


def test_a_repeated_element_becomes_an_array_even_when_it_occurs_once() -> None:
    table = {"A": [None], "P": [{"B": None}]}
    assert _apply(table, {"A": "1", "P": [{"B": "2"}, {"B": ""}]}) == ({"A": ["1"], "P": [{"B": "2"}]}, ())


def test_of_a_single_element_sent_twice_the_first_counts_and_the_rest_is_reported() -> None:
    table = {"A": None, "P": {"B": None}}
    tree = {"A": ["", "1", "2", "3"], "P": [{"B": "1"}, {"B": "2"}, ""]}
    assert _apply(table, tree) == ({"A": "1", "P": {"B": "1"}}, ("Root/A", "Root/A", "Root/P"))


def test_an_element_moves_appends_and_is_changed_on_its_way() -> None:
    table = {
        "Deep": {"Up": To("/Root.Upper"), "Line2": To("Line[]"), "Side": To("Other.Name", via=str.upper)},
        "Gone": Drop("no place for it"),
    }
    tree = {"Deep": {"Side": "x", "Up": "u", "Line2": "l"}, "Gone": {"with": "all"}}
    assert _apply(table, tree) == (
        {"Root": {"Upper": "u"}, "Deep": {"Line": ["l"], "Other": {"Name": "X"}}},
        (),
    )


def test_two_elements_that_go_to_one_object_are_joined() -> None:
    table = {"A": To("X", {"B": None}), "C": To("X", {"D": None})}
    assert _apply(table, {"A": {"B": "1"}, "C": {"D": "2"}}) == ({"X": {"B": "1", "D": "2"}}, ())


def test_a_changer_may_leave_the_text_out() -> None:
    assert _apply({"A": To("A", via=lambda _text: None)}, {"A": "1"}) == ({}, ())


def test_text_in_place_of_a_coded_object_is_its_code() -> None:
    assert _apply({"Unit": leaves("Code Description")}, {"Unit": "LBS"}) == ({"Unit": {"Code": "LBS"}}, ())


def test_text_in_place_of_an_object_without_a_code_is_reported() -> None:
    assert _apply({"A": {"B": None}}, {"A": "text"}) == ({}, ("Root/A",))


def test_an_object_in_place_of_a_text_is_reported() -> None:
    assert _apply({"A": None}, {"A": {"B": "1"}}) == ({}, ("Root/A",))
    assert _apply({"A": None}, {"A": {}}) == ({}, ())


def test_of_repeated_elements_the_first_that_holds_something_is_read() -> None:
    assert _apply({"A": {"B": {"C": None}}}, {"A": {"B": ["", {"C": "1"}]}}) == ({"A": {"B": {"C": "1"}}}, ())
    assert _apply({"A": {"B": {"C": None}}}, {"A": {"B": ["", ""]}}) == ({}, ())


def test_an_unknown_element_is_reported_with_its_path() -> None:
    assert _apply({"A": {"B": None}}, {"A": {"B": "1", "Z": "2"}, "Y": ""}) == (
        {"A": {"B": "1"}},
        ("Root/A/Z", "Root/Y"),
    )


def test_a_function_may_make_the_value_from_text_or_from_a_shaped_object() -> None:
    def plain(value: Any, target: dict[str, Any], body: dict[str, Any]) -> None:
        target["seen"] = value
        body["top"] = "yes"

    table = {"A": {"B": Made(plain, ("seen",)), "C": Made(plain, ("seen",), {"D": To("d")})}}
    assert _apply(table, {"A": {"B": "1"}}) == ({"A": {"seen": "1"}, "top": "yes"}, ())
    assert _apply(table, {"A": {"C": {"D": "2"}}}) == ({"A": {"seen": {"d": "2"}}, "top": "yes"}, ())


def test_defaults_fill_only_what_is_absent_and_leave_no_empty_objects() -> None:
    body: dict[str, Any] = {"P": [{"C": "kept"}, {}], "L": {"X": "1"}}
    defaults = (
        Default("P[].C", "made"),
        Default("L?.S", "6"),
        Default("M?.S", "6"),
        Default("N.O", lambda given: given),
        Default("Q.R", lambda _given: None),
    )
    assert fill_defaults(body, defaults, "value") == ("P[].C", "L.S", "N.O")
    assert body == {"P": [{"C": "kept"}, {"C": "made"}], "L": {"X": "1", "S": "6"}, "N": {"O": "value"}}


def test_amend_changes_only_what_is_named_and_copies_the_rest() -> None:
    table: Table = {"A": [{"B": {"C": None}}], "T": To("U", {"V": None}), "F": From("g", {"H": None})}
    changed = amend(table, {"A.B.C": FLAG, "T.V": FLAG, "F.H": FLAG, "N": None})
    assert changed["A"] == [{"B": {"C": FLAG}}]
    assert (changed["T"].rule, changed["F"].rule, changed["N"]) == ({"V": FLAG}, {"H": FLAG}, None)
    assert table["A"] == [{"B": {"C": None}}]


def test_amend_refuses_a_path_that_leads_nowhere() -> None:
    with pytest.raises(KeyError):
        amend({"A": {"B": None}}, {"X.B": FLAG})


def test_a_template_writes_in_its_own_order_whatever_ups_sent() -> None:
    template = {"B": None, "A": {"D": None, "C": None}}
    assert _write(template, {"A": {"C": "1", "D": "2", "E": "3"}, "B": "4"}) == "<B>4</B><A><D>2</D><C>1</C></A>"


def test_a_template_takes_lone_objects_and_arrays_alike() -> None:
    template = {"P": [{"A": None}], "Q": {"A": None}, "R": [None]}
    many = {"P": [{"A": "1"}], "Q": [{"A": "2"}, {"A": "3"}], "R": ["4"]}
    lone = {"P": {"A": "1"}, "Q": {"A": "2"}, "R": "4"}
    assert _write(template, many) == _write(template, lone) == "<P><A>1</A></P><Q><A>2</A></Q><R>4</R>"


def test_a_template_writes_what_the_old_schema_requires_even_when_ups_says_nothing() -> None:
    template = {"A": From("x.y", default=""), "B": From("x", {"C": From("", default="0")}), "D": From("z", default="9")}
    assert _write(template, {}) == "<A/><D>9</D>"
    assert _write({"A": From("x.y", [None], default="d")}, {"x": {"y": []}}) == ""


def test_presence_empties_numbers_and_values_made_by_functions_are_written() -> None:
    template = {
        "F": FLAG,
        "E": None,
        "N": None,
        "M": Made(lambda node: node["n"] + 1, ("n",)),
        "V": From("t", via=lambda text: text.strip() or None),
        "G": From("first.deep", None),
    }
    node = {"F": "", "E": "", "N": 1.5, "n": 2, "t": "  ", "first": [{"deep": "d"}, {"deep": "e"}], "B": True}
    assert _write(template, node) == "<F/><E/><N>1.5</N><M>3</M><G>d</G>"


def test_an_object_or_a_truth_value_where_a_text_belongs_is_left_out() -> None:
    assert _write({"A": None, "B": None}, {"A": {"x": "1"}, "B": True}) == ""
    assert _write({"A": None}, "no object at all") == ""
    assert _write({"A": From("b.c.d")}, {"b": []}) == ""


def test_a_dropped_element_is_never_written() -> None:
    assert _write({"A": Drop("nothing to fill it with"), "B": None}, {"A": "1", "B": "2"}) == "<B>2</B>"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("Straße 東京", "Stra&#223;e &#26481;&#20140;"),
        ("\U0001f4e6", "&#128230;"),
        ("a\rb\tc\nd", "a&#13;b&#9;c&#10;d".replace("&#9;", "\t").replace("&#10;", "\n")),
        ("bell\x07 nul\x00 half\ud800 last\uffff", "bell nul half last"),
    ],
)
def test_text_is_pure_ascii_and_always_well_formed(text: str, written: str) -> None:
    assert escape(text) == written


def test_coverage_names_every_path_with_its_rest_path_or_reason() -> None:
    table: Table = {
        "A": {"B": To("/X.Y"), "C": Drop("for a reason")},
        "P": To("Q[]", [{"R": Made(lambda *_: None, ("s", "t"), {"U": None})}]),
        "V": From("w", {"Z": Made(lambda _: None)}),
    }
    assert list(covered(table)) == [
        Covered("A", "A"),
        Covered("A/B", "X.Y"),
        Covered("A/C", "", "for a reason"),
        Covered("P", "Q"),
        Covered("P/R", "Q.s"),
        Covered("P/R", "Q.t"),
        Covered("P/R", "Q.s"),
        Covered("P/R/U", "Q.s.U"),
        Covered("V", "w"),
        Covered("V/Z", "w"),
    ]


def test_the_markers_name_themselves_where_a_table_is_shown() -> None:
    assert repr({"a": FLAG, "b": ABSENT}) == "{'a': FLAG, 'b': ABSENT}"
