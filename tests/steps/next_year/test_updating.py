"""Taking up a later revision of a control set: nothing is lost, what changed is asked again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cyberassess.disk.resources import folder as shipped
from cyberassess.domain.assessment import PersonId, ScopeId, StatementKey
from cyberassess.domain.result.counting import Names, Why, said_of, why
from cyberassess.domain.sets.framework import CountsAs, FrameworkRef, IndicatorId
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.next_year.updating import later_sets, update_sets, updates, updates_json
from cyberassess.steps.report.printing import Wanted, report_board
from cyberassess.steps.send.sending import questions_for
from cyberassess.steps.standing.standing import next_steps
from cyberassess.steps.standing.words import score_lines
from tests.domain.builder import framework_data
from tests.steps.council import OUTLINE, begin, fill_in, pinned_files, send_to, take

REF = FrameworkRef("made@1")
HARDER = IndicatorId("B1.b.H.1")
KEY = StatementKey(REF, ScopeId("housing"), HARDER)
ANSWERS = {
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": "True",
    "B1.b.H.2/housing": "True",
}


def later(folder: Path, framework: str = "made@1", **changes: Any) -> Path:
    """Make a folder with revision 2 of the council's set: one statement harder, one reworded."""
    for name, data in pinned_files(framework).items():
        value = json.loads(data) | {"revision": "2"}
        if name == f"frameworks/{framework.replace('@', '/')}.yaml":
            statements = value["groups"][1]["groups"][0]["outcomes"][1]["indicators"]
            statements[1]["text"] = "All of it, within a day."
            statements[2]["text"] = "The same in other words."
            correction = {"revision": "2", "about": "All was missing.", "asked_again": [HARDER]}
            value |= {"corrections": [correction]} | changes
        path = folder / Path(name).relative_to("frameworks")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    return folder


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    """Make a council whose housing system meets B1.b, by what Kim said."""
    folder = begin(tmp_path / "northport")
    blank = send_to(folder, "Kim Lee")["Kim Lee"]
    take(folder, fill_in(blank, tmp_path / "kim.xlsx", ANSWERS))
    return folder


def test_answers_to_what_asks_for_more_are_kept_and_asked_again(
    answered: Path, tmp_path: Path
) -> None:
    before = open_assessment(answered)
    old = (answered / "frameworks/made/1.yaml").read_bytes()
    found = update_sets(answered, sets=later(tmp_path / "sets"))
    assert found.answers == {REF: 1}
    after = open_assessment(answered)
    assert after.frameworks[REF].revision == 2
    assert after.contents.settings.frameworks[0].profile_revision == 2
    assert after.contents.themes.revision == 2
    assert (answered / "frameworks/made/1.yaml").read_bytes() == old
    assert KEY in before.state.answers
    assert KEY not in after.state.answers
    (given,) = after.state.asked_again[KEY]
    assert (given.answer, given.person) == ("true", "p2")
    assert after.state.history[KEY] == before.state.history[KEY]
    scores = {each.key.outcome: each for each in after.card.outcomes}
    standing = scores["B1.b"].by_statement[HARDER]  # type: ignore[index]
    assert standing.counts_as is CountsAs.UNANSWERED
    assert why(standing) is Why.ASKED_AGAIN
    names = Names(after.name_of, str, lambda time: time[:10])
    assert said_of(scores["B1.b"], HARDER, names).startswith(  # type: ignore[index]
        "Asked again, since the question or its choices changed: Kim Lee answered “True” on 20"
    )
    levels = [(each.key, each.suggested, each.best, each.worst) for each in after.card.outcomes]
    assert levels == [(e.key, e.suggested, e.best, e.worst) for e in found.after.outcomes]
    assert not verify(answered).problems


def test_the_next_questionnaire_says_what_was_answered_to_which_words(
    answered: Path, tmp_path: Path
) -> None:
    update_sets(answered, sets=later(tmp_path / "sets"))
    what = questions_for(open_assessment(answered), PersonId("p2"))
    assert set(what.remarks) == {"B1.b.H.1/housing"}
    remark = what.remarks["B1.b.H.1/housing"]
    assert '"True"' in remark
    assert "answer it again" in remark
    row = next(each for each in what.rows if each.ref == "B1.b.H.1/housing")
    assert row.current is None


def test_an_answer_given_again_counts(answered: Path, tmp_path: Path) -> None:
    update_sets(answered, sets=later(tmp_path / "sets"))
    blank = send_to(answered, "Kim Lee")["Kim Lee"]
    again = {"B1.b.H.1/housing": "True"}
    take(answered, fill_in(blank, tmp_path / "kim-2.xlsx", again))
    state = open_assessment(answered).state
    assert KEY in state.answers
    assert KEY not in state.asked_again
    assert not questions_for(open_assessment(answered), PersonId("p2")).remarks


def test_a_rehearsal_says_the_same_and_changes_nothing(answered: Path, tmp_path: Path) -> None:
    files = {each: each.read_bytes() for each in answered.rglob("*") if each.is_file()}
    sets = later(tmp_path / "sets")
    said = updates_json(updates(open_assessment(answered), sets))
    assert files == {each: each.read_bytes() for each in answered.rglob("*") if each.is_file()}
    (entry,) = said["frameworks"]
    assert (entry["from"], entry["to"]) == (1, 2)
    assert entry["asked_again"] == ["B1.b.H.1"]
    assert entry["reworded"] == ["B1.b.H.2"]
    assert said == updates_json(update_sets(answered, sets=sets))
    assert not later_sets(open_assessment(answered))


def test_what_is_our_own_and_does_not_fit_is_named_first(answered: Path, tmp_path: Path) -> None:
    sets = later(tmp_path / "sets")
    path = sets / "profiles" / "goal.yaml"
    value = json.loads(path.read_text())
    value["targets"][REF]["requirements"]["B9.z"] = "high"
    path.write_text(json.dumps(value))
    with pytest.raises(AssessmentError, match=r"B9\.z") as raised:
        update_sets(answered, sets=sets)
    assert "Nothing was changed" in raised.value.problems[0].hint
    assert open_assessment(answered).frameworks[REF].revision == 1


def aged_essentials(tmp_path: Path) -> Path:
    """Begin an assessment with Cyber Essentials as it was before its scope was asked for."""
    name = "frameworks/ncsc-cyber-essentials/3.3.yaml"
    now = (shipped("frameworks").parent / name).read_text("utf-8")
    head, _, rest = now.replace('revision: "3"', 'revision: "2"', 1).partition("corrections:")
    wanted = ("ncsc-cyber-essentials@3.3",), ("cyber-essentials-ready",)
    values, pinned = settings_for(NewAssessment("Northport Council", "2026", *wanted))
    pinned[name] = (head + rest[rest.index("\ngroups:") + 1 :]).encode()
    digest = hashlib.sha256(pinned[name]).hexdigest()
    values["frameworks"][0] |= {"sha256": digest, "revision": "2"}
    create(tmp_path / "old", values, pinned)
    return tmp_path / "old"


def test_status_offers_a_later_revision_that_ships(tmp_path: Path) -> None:
    assessment = open_assessment(aged_essentials(tmp_path))
    steps = next_steps(assessment, [], [], assessment.on)
    assert steps[0].text.startswith("Look at revision 3 of ncsc-cyber-essentials@3.3 (here: 2; ")
    assert steps[0].command == "cyberassess framework update --dry-run"


def test_a_no_is_asked_again_where_there_is_a_choice_more(tmp_path: Path) -> None:
    """A statement that describes a shortfall could not be answered with *better* before."""
    folder = begin(tmp_path / "northport")
    blank = send_to(folder, "Kim Lee")["Kim Lee"]
    said = {"B1.b.H.1/housing": "Not true", "B1.b.H.2/housing": "Not true"}
    take(folder, fill_in(blank, tmp_path / "kim.xlsx", said))
    sets = later(tmp_path / "sets", corrections=[{"revision": "2", "about": "A choice more."}])
    path = sets / "made" / "1.yaml"
    value = json.loads(path.read_text())
    claim = next(each for each in value["answer_sets"] if each["id"] == "claim")
    better = {"code": "better", "label": "Better", "counts_as": "met", "needs": "reason-or-better"}
    value["answer_sets"].append({"id": "shortfall", "answers": [*claim["answers"], better]})
    outcome = value["groups"][1]["groups"][0]["outcomes"][1]
    (statement,) = (each for each in outcome["indicators"] if each["id"] == HARDER)
    statement["text"] = framework_data(OUTLINE)["groups"][1]["groups"][0]["outcomes"][1][
        "indicators"
    ][1]["text"]
    statement["answers"] = "shortfall"
    path.write_text(json.dumps(value))
    found = update_sets(folder, sets=sets)
    assert found.answers == {REF: 1}
    state = open_assessment(folder).state
    assert [key.indicator for key in state.asked_again] == [HARDER]
    assert StatementKey(REF, ScopeId("housing"), IndicatorId("B1.b.H.2")) in state.answers
    remarks = questions_for(open_assessment(folder), PersonId("p2")).remarks
    assert "there was a choice less" in remarks["B1.b.H.1/housing"]


def test_results_by_words_that_were_corrected_say_so_on_page_one(tmp_path: Path) -> None:
    """A set that asked too little may say *ready* of what is not: the page says that it did."""
    folder = aged_essentials(tmp_path)
    page = report_board(folder, Wanted(suffix=".html")).path.read_text("utf-8")
    said = "rest on revision 2 of its questions, which was corrected since. A valid scope"
    assert said in page
    assert said in " ".join(" ".join(score_lines(open_assessment(folder))).split())
