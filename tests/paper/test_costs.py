"""What the plan costs: one-off and yearly apart, and only what can be read for certain."""

import pytest

from cyberassess.domain.record.plan import Action
from cyberassess.paper.costs import Amount, money, read_costs, said_costs
from cyberassess.paper.look import DEFAULT_COSTS, OUR_LOOK, Look
from tests.paper.made import make_basis, small_state
from tests.paper.test_board import action


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("£60k a year", [(60_000, 60_000, True)]),
        ("£20k to £50k", [(20_000, 50_000, False)]),
        ("£20-50k", [(20_000, 50_000, False)]),
        ("under £5k", [(0, 5_000, False)]),
        ("over £50k", [(50_000, None, False)]),
        ("£30k, funded", [(30_000, 30_000, False)]),
        ("£1,200 one-off, then £3,500 per year", [(1_200, 1_200, False), (3_500, 3_500, True)]),
        ("£12.5k and £3k p.a.", [(12_500, 12_500, False), (3_000, 3_000, True)]),
        ("About £1.2m.", [(1_200_000, 1_200_000, False)]),
        ("two payments of £5k", None),
        ("£5k for each of 3 systems", None),
        ("5 days of work", None),
        ("to be agreed", None),
        ("", None),
    ],
)
def test_amounts_are_read_where_they_are_certain(
    text: str, found: list[tuple[int, int | None, bool]] | None
) -> None:
    expected = None if found is None else tuple(Amount(*each) for each in found)
    assert read_costs(text) == expected


def test_money_is_said_as_people_write_it() -> None:
    assert [money(each) for each in (0, 5_000, 12_500, 1_200_000, 1_234_000)] == [
        "£0", "£5k", "£12,500", "£1.2m", "£1,234k",
    ]  # fmt: skip


def actions(*texts: str, **more: str) -> tuple[Action, ...]:
    events = [
        action(f"ACT-00{number}", "B2.a", cost_text={"text": text, "digest": "d", "salt": "s"})
        for number, text in enumerate(texts, start=1)
    ]
    return make_basis(small_state(*events, *([action("ACT-9", "B2.a", **more)] if more else [])),
                      scopes=("housing system",)).actions  # fmt: skip


def test_one_off_and_yearly_costs_have_each_their_total() -> None:
    found = actions("£20k to £50k", "£60k a year", "£5k, then £2k a year", "ask the supplier")
    assert said_costs(found, OUR_LOOK) == (
        "One-off cost: £25k to £55k. Cost a year: £62k. Beside these there is 1 action whose cost "
        "is not read as an amount."
    )


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("none", "Actions: 1 without cost."),
        ("", "Actions: 1 not costed."),
        ("high", "One-off cost: £50k or more."),
        ("low", "One-off cost: up to £10k."),
    ],
)
def test_bands_count_as_what_they_mean(cost: str, said: str) -> None:
    assert said_costs(actions(cost=cost), OUR_LOOK) == said


def test_an_organisations_own_words_for_bands_are_read_too() -> None:
    costs = {each: text.replace("£10k", "£4k a year") for each, text in DEFAULT_COSTS.items()}
    assert said_costs(actions(cost="low"), Look(costs=costs)) == "Cost a year: up to £4k."


def test_no_action_costs_nothing() -> None:
    assert said_costs((), OUR_LOOK) == ""
