"""Determinations confirmed by name, alone and together, and the chain behind them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from cyberassess.domain.people.questions import OfferKind
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.result.confirming import Direction, OverrideKind, choices
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.outcomes import one_outcome
from cyberassess.steps.confirm.confirming import (
    accept,
    confirm,
    confirm_offered,
    confirm_undisputed,
    overrides,
    waiting_offers,
    withdraw,
)
from cyberassess.steps.confirm.words import bulk_lines
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.receive.answering import answer
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.tracing import trace_json, traces
from tests.steps import council
from tests.steps.council import (
    HOUSING,
    KIM,
    LATER,
    REVENUES,
    Rows,
    begin,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

WIDE = "A1.b organisation it-security N.1 H.1 H.2 H.3"
GOOD_A1B: Rows = {"A1.b.N.1": "Does not happen", "A1.b.H.1": "True"}
GOOD_B1B: dict[str, str | tuple[str, str]] = {
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": "True",
    "B1.b.H.2/housing": "True",
    "B1.b.evidence/housing": ("2090-12-31", "Leavers list"),
}


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("confirming")
    made = begin(place / "northport-2026")
    sent = send_to(made)
    take(made, fill_in(sent["Sam Reid"], place / "sam.xlsx", GOOD_A1B))
    kims = GOOD_B1B | {"B1.a.N.1/housing": "Happens", "B1.a.N.2/housing": "Does not happen",
                       "B1.a.M.1/housing": "True", "B1.a.H.1/housing": "True"}  # fmt: skip
    take(made, fill_in(sent["Kim Lee"], place / "kim.xlsx", kims))
    alexs = {"B1.a.N.1/housing": "Does not happen"}
    take(made, fill_in(sent["Alex Moor"], place / "alex.xlsx", alexs))
    return made


@pytest.fixture
def folder(_made: Path, tmp_path: Path) -> Path:
    """Give a workspace: one outcome proven, one without evidence, one in conflict, one open."""
    return Path(shutil.copytree(_made, tmp_path / "northport-2026"))


def outcome(folder: Path, name: str) -> OutcomeScore:
    return one_outcome(open_assessment(folder), name)


def refused(folder: Path, *args: Any, **more: Any) -> str:
    before = ledger_bytes(folder)
    with pytest.raises(AssessmentError) as caught:
        confirm(folder, *args, **more)
    assert ledger_bytes(folder) == before
    (problem,) = caught.value.problems
    return problem.code


def test_the_suggestion_is_confirmed_by_name_without_a_reason(folder: Path) -> None:
    score, changed = confirm(folder, "A1.b", by="Lee Marsh, audit")
    assert (score.confirmed, score.suggested, changed) == ("high", "high", True)
    assert score.confirmation is not None
    assert open_assessment(folder).name_of(score.confirmation.person) == "Lee Marsh"
    written = ledger_bytes(folder)
    assert confirm(folder, "A1.b") == (outcome(folder, "A1.b"), False)
    assert ledger_bytes(folder) == written


def test_another_level_needs_a_reason_and_both_stand(folder: Path) -> None:
    assert refused(folder, "A1.b", level="low") == "no-reason"
    score, _ = confirm(folder, "A1.b", level="Low", reason="The board has not met since May.")
    assert (score.confirmed, score.suggested, score.determination) == ("low", "high", "low")
    (found,) = overrides(open_assessment(folder))
    assert (found.kind, found.direction) == (OverrideKind.DETERMINATION, Direction.LOWERED)
    assert (found.without, found.stands) == ("High", "Low")
    assert found.reason == "The board has not met since May."


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("A9.z", {}, "unknown-outcome"),
        ("A1.b/housing", {}, "unknown-scope"),
        ("A1.b", {"level": "splendid", "reason": "R"}, "unknown-level"),
        ("A1.b", {"level": "middle", "reason": "R"}, "unknown-level"),
        ("A1.a", {}, "no-suggestion"),
        ("A1.a", {"level": "high"}, "no-reason"),
    ],
)
def test_what_cannot_be_confirmed_is_said(
    name: str, more: dict[str, str], code: str, folder: Path
) -> None:
    assert refused(folder, name, **more) == code


def test_an_outcome_in_two_scopes_asks_which(tmp_path: Path) -> None:
    made = begin(tmp_path / "n", scopes=[
        {"id": "organisation", "kind": "organisation", "title": "N"}, HOUSING, REVENUES,
    ])  # fmt: skip
    assert refused(made, "B1.a") == "which-scope"


def test_where_the_rule_is_open_a_person_may_decide_with_a_reason(folder: Path) -> None:
    score, _ = confirm(folder, "A1.a", level="middle", reason="The rest is not used here.")
    assert (score.suggested, score.confirmed) == (None, "middle")
    (found,) = overrides(open_assessment(folder))
    assert (found.direction, found.without) == (Direction.DECIDED, "Not decided")


def test_only_levels_with_statements_can_be_confirmed(folder: Path) -> None:
    assert [each.id for each in choices(outcome(folder, "A1.b"))] == ["low", "high"]
    assert [each.id for each in choices(outcome(folder, "A1.a"))] == ["low", "middle", "high"]


def test_a_confirmation_lapses_when_answers_change_the_suggestion(
    folder: Path, tmp_path: Path
) -> None:
    confirm(folder, "A1.b")
    (blank,) = (folder / "questionnaires/sent").glob("*Sam*")
    changed = {"A1.b.N.1": "Happens", "A1.b.H.1": "True"}
    take(folder, fill_in(blank, tmp_path / "sam2.xlsx", changed, saved=LATER))
    score = outcome(folder, "A1.b")
    assert (score.confirmed, score.has_lapsed, score.determination) == (None, True, "low")
    assert overrides(open_assessment(folder)) == ()


def test_a_confirmation_can_be_taken_back(folder: Path) -> None:
    assert not withdraw(folder, "A1.b")
    confirm(folder, "A1.b")
    assert withdraw(folder, "A1.b")
    assert outcome(folder, "A1.b").confirmation is None
    assert len(next(traces(open_assessment(folder), [outcome(folder, "A1.b")])).decisions) == 2


def test_together_only_what_is_complete_undisputed_and_proven_is_confirmed(folder: Path) -> None:
    before = ledger_bytes(folder)
    dry = confirm_undisputed(folder, dry_run=True)
    assert ledger_bytes(folder) == before
    found = confirm_undisputed(folder)
    assert [e.key for e in dry.confirmed] == [e.key for e in found.confirmed]
    assert [each.key.outcome for each in found.confirmed] == ["B1.b"]
    why = {str(score.key.outcome): reasons for score, reasons in found.held_back}
    assert why["A1.b"] == ("no evidence is offered",)
    assert why["A1.a"] == ("the rule gives no determination yet",)
    assert "people differ" in why["B1.a"]
    said = list(bulk_lines(found, dry_run=False))
    assert len([each for each in said if "The rule gives no determination yet: " in each]) == 1
    assert said[-1].endswith("cyberassess decisions")
    assert outcome(folder, "B1.b").confirmed == "high"
    written = ledger_bytes(folder)
    assert confirm_undisputed(folder).already == 1
    assert ledger_bytes(folder) == written


def test_evidence_in_date_lifts_what_held_it_back(folder: Path, tmp_path: Path) -> None:
    paper = tmp_path / "minutes.pdf"
    paper.write_bytes(b"%PDF minutes")
    add(folder, [paper], Facts(shows="Records the decision of the board"), supports=["A1.b"])
    why = {str(s.key.outcome): r for s, r in confirm_undisputed(folder, dry_run=True).held_back}
    assert why["A1.b"] == ("no evidence is known to be in date",)
    facts = Facts(shows="Records the decision", valid_until="2090-01-01", replaces="EV-001")
    add(folder, [paper], facts)
    found = confirm_undisputed(folder)
    assert {each.key.outcome for each in found.confirmed} == {"A1.b", "B1.b"}


def test_each_of_those_confirmed_together_is_a_record_of_its_own(folder: Path) -> None:
    confirm_undisputed(folder)
    confirm(folder, "A1.b")
    assert [each["key"][-1] for each in events(folder, "determination")] == ["B1.b", "A1.b"]


def test_what_was_settled_is_listed_with_its_direction(folder: Path) -> None:
    resolve(folder, "B1.a.N.1/housing", answer="never", reason="Seen in the log.")
    (found,) = overrides(open_assessment(folder))
    assert (found.kind, found.direction) == (OverrideKind.ANSWER, Direction.RAISED)
    assert (found.without, found.stands) == ("Happens or Does not happen", "Does not happen")
    resolve_again = open_assessment(folder).name_of(found.person)
    assert resolve_again == "Sam Reid"


def test_nothing_to_accept_is_said(folder: Path) -> None:
    with pytest.raises(AssessmentError, match="No column of it waits"):
        accept(folder, "B1.a", "high", reason="R")


def test_a_column_mostly_left_out_counts_once_accepted_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = council.OUTLINE.replace("A1.b organisation it-security N.1 H.1", WIDE)
    monkeypatch.setattr(council, "OUTLINE", wider)
    made = begin(tmp_path / "northport-2026")
    rows: dict[str, str | tuple[str, str]] = {"A1.b.N.1": "Does not happen", "A1.b.H.1": "True"}
    rows |= {f"A1.b.H.{each}": ("Does not apply", "No such thing") for each in (2, 3)}
    take(made, fill_in(send_to(made)["Sam Reid"], tmp_path / "sam.xlsx", rows))
    assert outcome(made, "A1.b").suggested == "low"
    with pytest.raises(AssessmentError, match="No reason was given"):
        accept(made, "A1.b", "high", reason=" ")
    with pytest.raises(AssessmentError, match="is not a level here"):
        accept(made, "A1.b", "middle", reason="R")
    held = {str(s.key.outcome): why for s, why in confirm_undisputed(made, dry_run=True).held_back}
    assert any("nobody accepted that" in each for each in held["A1.b"])
    score, out = accept(made, "A1.b", "High", reason="We run no servers.")
    assert (score.suggested, out) == ("high", ["A1.b.H.2", "A1.b.H.3"])
    (found,) = overrides(open_assessment(made))
    assert (found.kind, found.direction) == (OverrideKind.COLUMN, Direction.RAISED)
    steps = next(traces(open_assessment(made), [score])).decisions
    assert steps[0].what == "High accepted although these do not apply: A1.b.H.2, A1.b.H.3"


def offering(tmp_path: Path) -> Path:
    scopes = [
        {"id": "organisation", "kind": "organisation", "title": "N"},
        HOUSING | {"inherits": ["identity"]},
        {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.b"]},
    ]
    made = begin(tmp_path / "northport-2026", scopes=scopes, people=[KIM])
    rows = {"B1.b.N.1/identity": "Does not happen", "B1.b.H.1/identity": "True"}
    take(made, fill_in(send_to(made)["Sam Reid"], tmp_path / "sam.xlsx", rows))
    return made


def test_offered_answers_are_confirmed_in_one_action_each_on_its_own(tmp_path: Path) -> None:
    made = offering(tmp_path)
    assert len(waiting_offers(open_assessment(made), OfferKind.INHERITED)) == 2
    with pytest.raises(AssessmentError, match="is not a system or service"):
        confirm_offered(made, OfferKind.INHERITED, scope="huosing")
    assert confirm_offered(made, OfferKind.EARLIER) == 0
    assert confirm_offered(made, OfferKind.INHERITED, scope="housing") == 2
    assert len(events(made, "inheritance")) == 2
    written = ledger_bytes(made)
    assert confirm_offered(made, OfferKind.INHERITED) == 0
    assert ledger_bytes(made) == written


def test_an_answer_of_its_own_over_a_shared_services_is_listed(tmp_path: Path) -> None:
    made = offering(tmp_path)
    confirm_offered(made, OfferKind.INHERITED)
    answer(made, {"B1.b.H.1/housing": "not-true"}, source="a talk", person="Kim Lee")
    (found,) = overrides(open_assessment(made))
    assert (found.kind, found.direction) == (OverrideKind.INHERITED, Direction.LOWERED)
    assert (found.without, found.stands) == ("True", "Not true")


def test_the_chain_of_an_inherited_answer_reaches_the_service(tmp_path: Path) -> None:
    made = offering(tmp_path)
    confirm_offered(made, OfferKind.INHERITED)
    found = next(traces(open_assessment(made), [outcome(made, "B1.b/housing")]))
    steps = {each.id: [step.what for step in each.steps] for each in found.statements}
    assert steps["B1.b.H.1"] == ["Identity: True", "taken over from Identity: True"]


def test_the_chain_names_cell_file_change_reason_and_resolution(
    folder: Path, tmp_path: Path
) -> None:
    (blank,) = (folder / "questionnaires/sent").glob("*Kim*")
    newer = {"B1.a.H.1/housing": ("Otherwise", "By hand")}
    take(folder, fill_in(blank, tmp_path / "kim2.xlsx", newer, saved=LATER))
    resolve(folder, "B1.a.N.1/housing", answer="happens", reason="Seen in the log.")
    confirm(folder, "B1.a/housing", level="middle", reason="Mended since.")
    assessment = open_assessment(folder)
    found = next(traces(assessment, [one_outcome(assessment, "B1.a/housing")]))
    by_id = {each.id: each for each in found.statements}
    first, second = by_id["B1.a.H.1"].steps
    assert (first.what, second.what) == ("True", "Otherwise, before: True")
    assert second.reason == "By hand"
    assert (second.source.name, second.source.sheet[:2]) == ("kim2.xlsx", "B1")
    assert len(second.source.file) == 64
    assert second.source.cell.startswith("C")
    assert (second.who, second.recorded_by) == ("Kim Lee", "Sam Reid")
    whats = [step.what for step in by_id["B1.a.N.1"].steps]
    assert whats == ["Happens", "Does not happen", "decided as Happens"]
    assert by_id["B1.a.N.1"].steps[-1].reason == "Seen in the log."
    assert found.confirmed == "Middle"
    assert [each.kind.value for each in found.overrides] == [
        "determination", "answers that differed",
    ]  # fmt: skip
    value = trace_json(found)
    assert value["statements"][0]["steps"][0]["file"]
    assert value["confirmed"] == "middle"
    assert value["overrides"][0]["direction"] == "raised"


def test_conflict_and_missing_reason_are_said_in_the_chain(folder: Path, tmp_path: Path) -> None:
    (blank,) = (folder / "questionnaires/sent").glob("*Kim*")
    take(
        folder,
        fill_in(blank, tmp_path / "k2.xlsx", {"B1.a.H.1/housing": "Otherwise"}, saved=LATER),
    )
    found = next(traces(open_assessment(folder), [outcome(folder, "B1.a/housing")]))
    counts = {each.id: (each.counts, each.says) for each in found.statements}
    assert counts["B1.a.N.1"][0] == "People differ"
    assert "needs a reason" in counts["B1.a.H.1"][1]
