"""Theme maturity, rule theme-maturity-1, and the confidence that stands beside it."""

from fractions import Fraction

import pytest

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.result.theme_maturity import ThemeLevel, ThemeScore
from tests.domain.builder import (
    GOOD,
    REF,
    TODAY,
    Written,
    key,
    make_framework,
    make_settings,
    make_state,
    make_target,
    make_themes,
    measure,
    text_event,
)

# Theme maturity


def answered(standing: str, number: int) -> dict[str, Written]:
    """Give the answers of an outcome that is high, middle, not achieved, open or left out."""
    sign, middle, high = {
        "H": ("never", "true", "true"),
        "M": ("never", "true", "not-true"),
        "N": ("happens", "not-true", "not-true"),
        "?": ("-", "-", "-"),
        "-": ("out (None)", "out (None)", "out (None)"),
    }[standing]
    start = f"X.{number}"
    return {f"{start}.N.1": sign, f"{start}.M.1": middle, f"{start}.H.1": high}


def theme(standings: str, targets: str) -> ThemeScore:
    """Measure a theme of outcomes that stand so, with these targets (``.`` for none)."""
    outline = "X X\n" + "\n".join(
        f"  X.{number} organisation board N.1 M.1 H.1" for number in range(len(standings))
    )
    answers: dict[str, Written] = {}
    for number, standing in enumerate(standings):
        answers |= answered(standing, number)
    names = {"H": "high", "M": "middle", "L": "low"}
    requirements = {f"X.{n}": names[each] for n, each in enumerate(targets) if each != "."}
    return measure(make_framework(outline), answers, requirements).theme(REF, "pipes")


@pytest.mark.parametrize(
    ("standings", "targets", "level"),
    [
        ("HHH??", "HHHHH", 0),  # three of five pairs are determined
        ("HHHH?", "HHHHH", 3),  # exactly four fifths are, and four fifths meet
        ("HHHH??", "HHHHHH", 0),  # four of six
        ("HHH??", "HHH..", 0),  # pairs without a target count for what is known
        ("HHHH?", "HHHH.", 4),
        ("?????", "HHHHH", 0),
        ("MMMMM", "HHHHH", 1),  # none meets
        ("HHMMM", "HHHHH", 1),  # under a half
        ("HHMM", "HHHH", 2),  # exactly a half
        ("HHHMM", "HHHHH", 2),  # under four fifths
        ("HHHHM", "HHHHH", 3),  # exactly four fifths
        ("HHHHHHHHHM", "HHHHHHHHHH", 3),
        ("MMMM", "MMMM", 4),  # all meet, none at its highest
        ("HHHM", "HHHM", 4),  # all meet, one below its highest
        ("HHHM", "HHH.", 4),  # the one below its highest has no target
        ("HHH?", "HHH.", 0),  # three of four determined
        ("HHHH", "MMMM", 5),
        ("HHHH", "HHHM", 5),
        ("HHHH", "HHHH", 4),  # nothing lies beyond a target that is the highest of everything
        ("HHHH", "HHH.", 5),  # beyond no target lies everything
        ("HHHH-", "MMMMH", 5),  # what is not applicable is left out
        ("HHH-", "HHHM", 4),
        ("HH-", "HHH", 4),
        ("HH", "LL", 5),
        ("NN", "LL", 4),
        ("??", "LL", 0),
    ],
)
def test_the_level_follows_from_the_share_that_meets(
    standings: str, targets: str, level: int
) -> None:
    assert theme(standings, targets).level is ThemeLevel(level)


@pytest.mark.parametrize(("standings", "targets"), [("HH", ".."), ("??", ".."), ("--", "HH")])
def test_without_an_outcome_that_has_a_target_there_is_no_level(
    standings: str, targets: str
) -> None:
    found = theme(standings, targets)
    assert (found.level, found.meets, found.of) == (None, 0, 0)


@pytest.mark.parametrize("standing", ["H", "M", "N", "?", "H-"])
def test_one_outcome_is_too_few_to_say_a_level(standing: str) -> None:
    found = theme(standing, "HH"[: len(standing)])
    assert (found.of, found.level, found.note) == (1, None, "too few to say")
    assert found.meets == (standing[0] == "H")
    assert found.level_in_words == "too few to say"


def test_a_level_stands_beside_its_word() -> None:
    found = theme("HM", "HH")
    assert (found.note, found.level_in_words) == ("", "2 developing")
    assert theme("HM", "..").level_in_words == "no level"


@pytest.mark.parametrize(
    ("standings", "targets", "top"), [("NN", "HH", 4), ("NN", "HM", 5), ("NN", "H.", 5)]
)
def test_beyond_target_can_be_reached_only_where_something_lies_beyond(
    standings: str, targets: str, top: int
) -> None:
    assert theme(standings, targets).top is ThemeLevel(top)


def test_a_theme_without_an_outcome_has_no_level_and_no_attainment() -> None:
    card = measure(make_framework(), GOOD, {"X.a": "high"})
    found = card.theme(REF, "people")
    assert (found.level, found.attainment, found.attainment_of_target) == (None, None, None)
    assert (found.pairs, found.determined) == (0, 0)


def test_outcomes_in_no_theme_count_for_none() -> None:
    card = measure(make_framework(), GOOD, {"X.a": "high"}, themes={})
    assert [each.of for each in card.themes] == [0, 0, 0, 0]


def test_another_framework_versions_places_do_not_count() -> None:
    framework = make_framework(version="2")
    card = measure(framework, {}, {"X.a": "high"})
    assert all(each.pairs == 0 for each in card.themes)


def test_the_headline_counts_outcomes_that_meet() -> None:
    found = theme("HHMM?-", "HM.HHH")
    assert (found.meets, found.of) == (2, 4)
    assert (found.determined, found.pairs) == (4, 5)


def test_levels_are_titled_in_words() -> None:
    assert [each.title for each in ThemeLevel] == [
        "not known",
        "starting",
        "developing",
        "established",
        "on target",
        "beyond target",
    ]


@pytest.mark.parametrize(
    ("standings", "targets", "attainment", "of_target"),
    [
        ("HHHH", "HHHH", Fraction(100), Fraction(100)),
        ("NNN", "MMM", Fraction(0), Fraction(50)),
        ("HMN", "HH.", Fraction(50), Fraction(200, 3)),
        ("HMM", "LMM", Fraction(200, 3), Fraction(100, 3)),
        ("HM?-", "HHHH", Fraction(75), Fraction(100)),
        ("??", "HH", None, None),
    ],
)
def test_attainment_is_the_mean_of_rank_over_highest_rank(
    standings: str, targets: str, attainment: Fraction | None, of_target: Fraction | None
) -> None:
    found = theme(standings, targets)
    assert (found.attainment, found.attainment_of_target) == (attainment, of_target)
    assert not isinstance(found.attainment, float)


def test_attainment_takes_each_outcomes_own_highest_level() -> None:
    framework = make_framework(
        "X X\n  X.a organisation hr N.1 M.1\n  X.b organisation hr N.1 M.1 H.1"
    )
    answers: dict[str, Written] = {"X.a.N.1": "never", "X.a.M.1": "true"}
    answers |= {"X.b.N.1": "never", "X.b.M.1": "true", "X.b.H.1": "not-true"}
    found = measure(framework, answers, {"X.a": "middle", "X.b": "middle"}).theme(REF, "pipes")
    assert found.attainment == Fraction(75)
    assert found.attainment_of_target == Fraction(75)
    assert found.level is ThemeLevel.ON_TARGET


def test_an_outcome_that_has_only_warning_signs_can_be_scored() -> None:
    framework = make_framework("X X\n  X.a organisation hr N.1")
    found = measure(framework, {"X.a.N.1": "never"}, {"X.a": "low"}).theme(REF, "pipes")
    assert found.meets == 1


SYSTEMS = make_settings("housing system", "payroll system")
TWO = "X X\n  X.1 system hr N.1 M.1 H.1\n  X.2 system hr N.1 M.1 H.1\n  X.3 organisation hr H.1"


def in_scopes(housing: str, payroll: str, whole: str = "true") -> Scorecard:
    answers: dict[str, Written] = {"X.3.H.1": whole}
    for scope, standings in (("housing", housing), ("payroll", payroll)):
        for number, standing in enumerate(standings, start=1):
            answers |= {f"{scope}/{k}": v for k, v in answered(standing, number).items()}
    targets = {"X.1": "high", "X.2": "high", "X.3": "high"}
    return measure(make_framework(TWO), answers, targets, settings=SYSTEMS)


def test_an_outcome_counts_only_when_it_meets_in_every_scope() -> None:
    card = in_scopes("HH", "HM")
    whole = card.theme(REF, "pipes")
    housing = card.theme(REF, "pipes", ScopeId("housing"))
    payroll = card.theme(REF, "pipes", ScopeId("payroll"))
    assert (whole.scope, whole.meets, whole.of, whole.pairs) == (ALL_SCOPES, 2, 3, 5)
    assert (housing.meets, housing.of, housing.level) == (2, 2, ThemeLevel.ON_TARGET)
    assert (payroll.meets, payroll.of, payroll.level) == (1, 2, ThemeLevel.DEVELOPING)
    assert whole.level is ThemeLevel.DEVELOPING


def test_a_scope_that_is_not_applicable_is_left_out() -> None:
    card = in_scopes("HH", "H-")
    assert card.theme(REF, "pipes").meets == 3
    assert card.theme(REF, "pipes").pairs == 4
    assert card.theme(REF, "pipes", ScopeId("payroll")).of == 1


def test_a_scope_without_a_determination_does_not_meet() -> None:
    card = in_scopes("HH", "H?")
    assert (card.theme(REF, "pipes").meets, card.theme(REF, "pipes").of) == (2, 3)
    assert card.theme(REF, "pipes").level is ThemeLevel.DEVELOPING
    assert card.theme(REF, "pipes", ScopeId("payroll")).level is ThemeLevel.NOT_KNOWN


def test_themes_are_given_per_scope_and_over_all_but_not_for_shared_services() -> None:
    settings = make_settings("housing system", "identity shared-service")
    card = measure(make_framework(TWO), {}, {}, settings=settings)
    assert [(each.scope, each.theme) for each in card.themes] == [
        ("all", "pipes"),
        ("all", "people"),
        ("organisation", "pipes"),
        ("organisation", "people"),
        ("housing", "pipes"),
        ("housing", "people"),
    ]
    with pytest.raises(KeyError, match="pipes"):
        card.theme(REF, "pipes", ScopeId("identity"))


def test_two_framework_versions_are_never_put_on_one_line() -> None:
    first, second = make_framework(), make_framework(version="2")
    card = score(
        {first.ref: first, second.ref: second},
        make_settings(),
        make_state(GOOD),
        targets={REF: make_target({"X.a": "high"})},
        themes=make_themes({"X.a": "pipes"}),
        on=TODAY,
    )
    assert [(each.key.framework, each.target) for each in card.outcomes] == [
        ("made@1", "high"),
        ("made@2", None),
    ]
    assert card.theme(first.ref, "pipes").of == 1
    assert card.theme(second.ref, "pipes").of == 0
    assert card.by_key[card.outcomes[1].key].suggested is None


# Confidence


def test_confidence_counts_what_was_said_and_how() -> None:
    answers: dict[str, Written] = {
        "X.a.N.1": "never",
        "X.a.N.2": "out (None here)",
        "X.a.M.1": "dont-know",
        "X.a.M.2": "other-means",
        "X.a.H.1": ["true", "not-true"],
    }
    found = measure(make_framework(), answers, {}).confidence
    assert (found.statements, found.answered, found.does_not_apply) == (6, 3, 1)
    assert (found.dont_know, found.lacks_reason, found.conflicts) == (1, 1, 1)
    assert (found.outcomes, found.claims, found.reviewed, found.lowered) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("dates", "evidenced", "in_date"),
    [
        ([], 0, 0),
        ([""], 1, 0),
        (["2026-02-28"], 1, 0),
        (["2026-03-01"], 1, 1),
        (["2020-01-01", "2027-01-01"], 1, 1),
    ],
    ids=["none", "no-date", "passed-yesterday", "holds-today", "one-of-two"],
)
def test_a_claim_is_proven_by_evidence_in_date(
    dates: list[str], evidenced: int, in_date: int
) -> None:
    events = [
        text_event("evidence", "X.a", "Register", person=f"p{number}", valid_until=date)
        for number, date in enumerate(dates, start=1)
    ]
    framework = make_framework()
    found = score(
        {REF: framework},
        make_settings(),
        make_state(GOOD, *events),
        targets={},
        themes=make_themes({"X.a": "pipes"}),
        on=TODAY,
    ).confidence
    assert (found.claims, found.evidenced, found.in_date) == (1, evidenced, in_date)


def test_the_lowest_level_is_not_a_claim() -> None:
    event = text_event("evidence", "X.a", "Register", valid_until="2027-01-01")
    framework = make_framework()
    state = make_state(GOOD | {"X.a.N.1": "happens"}, event)
    card = score(
        {REF: framework},
        make_settings(),
        state,
        targets={},
        themes=make_themes({"X.a": "pipes"}),
        on=TODAY,
    )
    assert (card.confidence.claims, card.confidence.evidenced) == (0, 0)
    assert card.on == TODAY


def test_not_applicable_outcomes_are_neither_outcomes_nor_claims() -> None:
    found = measure(make_framework(), dict.fromkeys(GOOD, "out (None here)"), {}).confidence
    assert (found.outcomes, found.claims, found.does_not_apply, found.answered) == (0, 0, 6, 6)


def test_keys_of_the_scorecard_are_the_statements_own() -> None:
    (found,) = measure(make_framework(), GOOD, {}).outcomes
    assert [key(each) for each in found.by_statement] == [key(each) for each in GOOD]
