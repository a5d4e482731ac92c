"""The table of regulated substances."""

from ups_gateway.simulator.substances import REGULATIONS, SUBSTANCES, Limit, named, numbered


def test_substances_are_found_by_number_and_by_the_beginning_of_a_name() -> None:
    acetone = numbered("un1090")
    assert acetone is not None
    assert (named("acetone"), named("water"), numbered("UN0000")) == ([acetone], [], None)


def test_numbers_are_not_repeated() -> None:
    assert len({substance.number for substance in SUBSTANCES}) == len(SUBSTANCES)


def test_each_set_of_rules_limits_each_way_of_transport() -> None:
    for substance in SUBSTANCES:
        kinds = [[limit.kind for limit in substance.limits(rules)] for rules in REGULATIONS]
        assert kinds == [["CAO", "GND", "LTD QTY", "PAX"]] * 4
    batteries = numbered("UN3090")
    assert batteries is not None
    assert batteries.limits("IATA")[1:4:2] == (Limit("GND"), Limit("PAX"))
