"""Three years of a council, end to end, and what must hold whatever was answered."""

import resource
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cyberassess
from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.record.plan import actions_of
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.opening.years import leading, ways_to
from cyberassess.paper.blocks import Table, plain
from cyberassess.paper.sections.years import became
from cyberassess.steps.confirm.beside import known_of
from cyberassess.steps.report.printing import prepare
from tests.steps.next_year.council_of_three_years import three_years

GOVERNANCE = "cyber-governance-code@2025"
OLD, NEW = "ncsc-caf@3.2", "ncsc-caf@4.0"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return three_years(tmp_path_factory.mktemp("three"))


@pytest.mark.slow
def test_the_line_holds_over_a_moved_folder_and_a_new_version(
    years: tuple[Path, Path, Path],
) -> None:
    found = cyberassess.trend(years[2])
    assert [each.period for each in found.years] == ["2025", "2026", "2027"]
    lines = {(each.kind, each.id): each for each in found.lines}
    assert [each.basis[:19] for each in found.years[:2]] == 2 * ["version 1, approved"]
    line = lines["theme", "infrastructure"]
    assert [each.is_break for each in line.points] == [False, False, True]
    assert [p.period for p in lines["system", "homes-and-bills"].points] == ["2027"]
    assert [p.period for p in lines["system", "parking"].points] == ["2025"]


@pytest.mark.slow
def test_decisions_show_last_year_across_a_new_version(years: tuple[Path, Path, Path]) -> None:
    now = cyberassess.open_assessment(years[2])
    assert now.previous is not None
    ways = ways_to(now, now.previous)
    said = {
        str(each.key.outcome): known_of(now, each.key, ways).splitlines()[-1]
        for each in now.card.outcomes
        if each.key.scope == "organisation"
    }
    then = "of ncsc-caf@3.2"
    assert said["A1.b"] == f"In 2026, A1.b {then}: Not achieved"
    other = "not to be compared: reworded since"
    assert said["A2.c"] == f"In 2026, A2.b {then}: Achieved; {other}"
    assert said["A2.b"].startswith(f"In 2026, A2.a {then}"), "its id means another outcome now"
    assert "In 2026" not in said["A4.b"], "it is new"


@pytest.mark.slow
def test_every_document_says_what_became_of_last_year(
    years: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    basis, _, notes = prepare(years[2])
    assert notes == ()
    assert [each.period for each in basis.years] == ["2026", "2025"]
    (compared,) = basis.like_for_like
    assert compared.sentence.startswith(
        "8 of 41 outcomes of version 4.0 can be compared with version 3.2, too few to say that a "
        "theme moved: "
    )
    pages = {}
    for kind in ("board", "theme", "full", "findings"):
        made = cyberassess.report(years[2], kind, tmp_path / f"{kind}.html")
        pages[kind] = " ".join(made.path.read_text("utf-8").split())
    one = pages["board"].partition("The result in detail")[0]
    assert "Since 2026: 8 of 41 outcomes of version 4.0 can be compared" in one
    for kind in ("board", "full", "findings"):
        assert "Of 3 actions planned in 2026: 2 late and 1 dropped." in pages[kind]
        assert "The board accepts the risk." in pages[kind]
    for kind in ("board", "theme", "full"):
        assert "Version 4.0 from here" in pages[kind]
        assert "in 2027, the first year of version 4.0." in pages[kind]
    assert "No earlier assessment can be compared" not in pages["board"]
    new = next(e for e in actions_of(basis.state) if e.title == "Know every device")
    assert new.ref == "ACT-006", "ACT-004 is dropped, ACT-005 was not carried over: both stay"
    assert "What the versions have in common, by statement" in pages["full"]


@pytest.mark.slow
def test_each_year_says_what_the_plan_of_the_one_before_came_to(
    years: tuple[Path, Path, Path],
) -> None:
    (table,) = [e for e in became(prepare(years[1])[0]) if isinstance(e, Table)]
    fates = {plain(row[0]): plain(row[2]) for row in table.rows}
    assert fates["ACT-001"] == "done"
    assert fates["ACT-004"] == "dropped"
    assert fates["ACT-005"] == "not carried over"
    assert fates["ACT-002"] == fates["ACT-003"] == "late"


@pytest.mark.slow
def test_a_year_is_rolled_over_and_five_are_read_in_time(
    years: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    began = time.process_time()
    folder = cyberassess.rollover(
        tmp_path / "four", years[1], frameworks=[NEW], profiles=["govassure-basic"]
    ).folder
    assert time.process_time() - began < 3
    last = years[2]
    for period in ("2028", "2029"):
        last = cyberassess.rollover(tmp_path / period, last, period=period).folder
    began = time.process_time()
    assert len(cyberassess.trend(last).years) == 5
    assert time.process_time() - began < 2
    assert folder.is_dir()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


CODES = st.lists(st.sampled_from(("in-place", "partly", "not-in-place", "")), min_size=22)
"""What is answered to each statement of the Code; empty where nothing is."""


def told(folder: Path, codes: list[str]) -> set[str]:
    """Answer as far as there are codes; give what was answered."""
    (framework,) = cyberassess.open_assessment(folder).frameworks.values()
    names = (str(each) for each in framework.indicators)
    said = {name: (code, "So.") for name, code in zip(names, codes, strict=False) if code}
    if said:
        cyberassess.answer(folder, said, source="Talks")
    return set(said)


def begun(folder: Path) -> Path:
    return cyberassess.new(
        folder, organisation="Northport", period="2025", frameworks=[GOVERNANCE],
        profiles=["all-in-place"],
    ).folder  # fmt: skip


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(then=CODES, now=CODES)
def test_what_nobody_said_this_year_never_counts_and_the_line_is_that_of_the_reports(
    tmp_path_factory: pytest.TempPathFactory, then: list[str], now: list[str]
) -> None:
    home = tmp_path_factory.mktemp("two")
    first = begun(home / "a")
    told(first, then)
    cyberassess.approve(first, "Ada Moss", "Director", reason="So.", as_it_stands=True)
    approved = prepare(first)[0].card
    told(first, now)
    second = cyberassess.rollover(home / "b", first).folder
    assert not cyberassess.open_assessment(second).state.answers
    given_now = told(second, now)
    card = cyberassess.open_assessment(second).card
    counted = {
        str(name)
        for each in card.outcomes
        for name, standing in each.by_statement.items()
        if standing.given
    }
    assert counted == given_now
    assert card.confidence.answered == len(given_now)
    found = cyberassess.trend(second)
    for line in found.lines:
        if line.kind == "theme":
            for point, own in zip(line.points, (approved, card), strict=True):
                score = own.theme(FrameworkRef(GOVERNANCE), line.id, ALL_SCOPES)
                assert (point.meets, point.of) == (score.meets, score.of)
    basis = prepare(second)[0]
    assert basis.trend is not None
    assert basis.trend.lines == found.lines


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(chosen=st.sets(st.integers(0, 38), min_size=1, max_size=6))
def test_over_and_back_nothing_is_lost_that_can_be_carried(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[int]
) -> None:
    home = tmp_path_factory.mktemp("back")
    first = cyberassess.new(
        home / "a", organisation="Northport", period="2025", frameworks=[OLD],
        profiles=["govassure-baseline"], systems=["Housing"],
    ).folder  # fmt: skip
    old = cyberassess.load_framework(OLD)
    outcomes = [str(each.id) for each in old.assessed]
    document = home / "proof.txt"
    document.write_text("Proof.")
    for number in sorted(chosen):
        is_of_system = old.assessed[number].scope_kind == "system"
        place = "housing" if is_of_system else "organisation"
        about = f"{outcomes[number]}/{place}"
        cyberassess.add_action(first, about, f"Mend {about}", owner="Sam Reid")
        cyberassess.add_evidence(
            first, [document], supports=[about], title=f"Proof of {about}",
            valid_until="2099-12-31", shows="Lists every account removed in March, with dates.",
        )  # fmt: skip
    over = cyberassess.rollover(
        home / "b", first, frameworks=[NEW], profiles=["govassure-basic"]
    ).folder
    back = cyberassess.rollover(
        home / "c", over, frameworks=[OLD], profiles=["govassure-baseline"]
    ).folder
    before, after = cyberassess.open_assessment(first), cyberassess.open_assessment(back)
    forth = leading({FrameworkRef(OLD): old}, cyberassess.load_framework(NEW))
    assert forth is not None
    then = {each.id: each for each in actions_of(before.state)}
    kept = {each.id: each for each in actions_of(after.state)}
    for name, action in then.items():
        if forth.outcomes[action.about.outcome]:
            assert kept[name].ref == action.ref
            assert (kept[name].title, kept[name].owner) == (action.title, action.owner)
    held = {each.id: each.sha256 for each in before.evidence.items}
    assert {each.id: each.sha256 for each in after.evidence.items} == held
    ours, theirs = before.contents.settings, after.contents.settings
    assert [e.title for e in ours.all_scopes] == [e.title for e in theirs.all_scopes]
    assert ours.everybody == theirs.everybody
    assert [(e.ref, e.profile) for e in ours.frameworks] == [
        (e.ref, e.profile) for e in theirs.frameworks
    ]
