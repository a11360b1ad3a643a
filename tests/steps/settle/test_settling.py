"""Two people who differ, and prompts beside workbooks."""

import shutil
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.people.questions import AnswerReply, Questionnaire, TextKind, TextReply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import IndicatorId
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.steps.receive.asking import AskSession, ask
from cyberassess.steps.settle.resolving import resolve
from tests.steps.council import (
    EARLY,
    LATER,
    answers,
    begin,
    codes,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

CLEAR = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": "True",
}


def outcome(assessment: Assessment, name: str) -> OutcomeScore:
    return next(each for each in assessment.card.outcomes if each.key.outcome == name)


def reply(what: Questionnaire, ref: str, answer: str, reason: str = "") -> AnswerReply:
    row = next(each for each in what.rows if each.ref == ref)
    return AnswerReply(row.statements, Response(new=answer, reason=reason), Source("prompt"))


@pytest.fixture
def alexs(blank: dict[str, Path], tmp_path: Path) -> Path:
    """Give Alex's workbook, which says the contrary of Kim's in one row."""
    rows = CLEAR | {"B1.a.N.1/housing": "Happens"}
    return fill_in(blank["Alex"], tmp_path / "alex.xlsx", rows)


@pytest.fixture
def differing(workspace: Path, blank: dict[str, Path], alexs: Path, tmp_path: Path) -> Path:
    """Give a workspace in which Kim and Alex differ on one warning sign."""
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", CLEAR), alexs)
    return workspace


def test_two_people_who_differ_are_a_conflict_and_the_lower_counts(differing: Path) -> None:
    assessment = open_assessment(differing)
    (conflict,) = conflicts(assessment)
    assert (conflict.statement.indicator, conflict.statement.scope) == ("B1.a.N.1", "housing")
    assert [(name, answer) for name, answer, _ in conflict.answers] == [
        ("Kim Lee", "Does not happen"),
        ("Alex Moor", "Happens"),
    ]
    assert outcome(assessment, "B1.a").suggested == "low"
    assert assessment.card.confidence.conflicts == 1


def test_the_order_in_which_they_came_does_not_matter(
    differing: Path, sent_workspace: Path, tmp_path: Path, alexs: Path
) -> None:
    other = Path(shutil.copytree(sent_workspace, tmp_path / "other"))
    take(other, alexs, tmp_path / "kim.xlsx")
    assert answers(other) == answers(differing)
    assert outcome(open_assessment(other), "B1.a").suggested == "low"


def test_i_do_not_know_beside_an_answer_is_no_conflict(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    rows = dict.fromkeys(CLEAR, "I don't know")
    take(workspace, fill_in(blank["Alex"], tmp_path / "alex.xlsx", rows))
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", CLEAR))
    assessment = open_assessment(workspace)
    assert conflicts(assessment) == []
    assert outcome(assessment, "B1.a").suggested == "high"


def test_resolve_settles_with_a_reason_and_keeps_both_answers(differing: Path) -> None:
    before = answers(differing)
    resolve(differing, "B1.a.N.1/housing", answer="does not happen", reason="Seen in the log.")
    assessment = open_assessment(differing)
    assert conflicts(assessment) == []
    found = outcome(assessment, "B1.a")
    assert found.suggested == "high"
    resolution = found.by_statement[IndicatorId("B1.a.N.1")].resolution
    assert resolution is not None
    assert resolution.reason == "Seen in the log."
    assert answers(differing) == before
    statement = StatementKey(
        found.asked.framework.ref, found.asked.scope.id, IndicatorId("B1.a.N.1")
    )
    assert {each.answer for each in assessment.state.history[statement]} == {"never", "happens"}


def test_a_later_different_answer_reopens_what_was_settled(
    differing: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    resolve(differing, "B1.a.N.1", answer="never", reason="Seen in the log.")
    rows = CLEAR | {"B1.a.N.1/housing": ("Does not apply", "No such thing here.")}
    take(differing, fill_in(blank["Alex"], tmp_path / "alex-2.xlsx", rows, saved=LATER))
    assert [each.statement.indicator for each in conflicts(open_assessment(differing))] == [
        "B1.a.N.1"
    ]


def test_the_same_answer_again_leaves_it_settled(
    differing: Path, alexs: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    resolve(differing, "B1.a.N.1", answer="never", reason="Seen in the log.")
    take(differing, alexs)
    rows = CLEAR | {"B1.a.N.1/housing": "Happens"}
    take(differing, fill_in(blank["Alex"], tmp_path / "alex-2.xlsx", rows, saved=LATER))
    assert conflicts(open_assessment(differing)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "answer", "reason", "said"),
    [
        ("B1.a.N.1", "never", "  ", "No reason was given"),
        ("B1.a.N.1", "perhaps", "Because.", '"perhaps" cannot decide B1.a.N.1'),
        ("B1.a.N.1", "dont-know", "Because.", "cannot decide"),
        ("B1.a.N.2", "never", "Because.", "Nobody differs on it"),
        ("Z9.z.Z.9", "never", "Because.", "is not a statement of this assessment"),
        ("B1.a.N.1/revenues", "never", "Because.", "is not a scope B1.a.N.1 is assessed for"),
        ("B1.a.N.2/housing", "never", "Because.", "Nobody differs on it"),
    ],
)
def test_what_resolve_refuses_changes_nothing(
    differing: Path, statement: str, answer: str, reason: str, said: str
) -> None:
    before = ledger_bytes(differing)
    with pytest.raises(AssessmentError, match=said):
        resolve(differing, statement, answer=answer, reason=reason)
    assert ledger_bytes(differing) == before


def test_resolve_names_who_did_it(differing: Path) -> None:
    resolve(differing, "B1.a.N.1", answer="never", reason="Seen.", by="Ola Berg, auditor")
    last = max(open_assessment(differing).reading.segments, key=lambda each: each.sequence)
    assert (last.header["actor"]["name"]["text"], last.header["actor"]["role"]) == (
        "Ola Berg",
        "auditor",
    )
    assert len(events(differing, "met")) == 1


def test_a_statement_in_conflict_in_two_scopes_needs_its_scope(tmp_path: Path) -> None:
    people = [
        {"id": "p2", "name": "Kim Lee", "answers": [{"outcomes": ["B1.a"]}]},
        {"id": "p3", "name": "Alex Moor", "answers": [{"outcomes": ["B1.a"]}]},
    ]
    scopes = [
        {"id": each, "kind": "system", "title": each.title()} for each in ("housing", "revenues")
    ]
    folder = begin(tmp_path / "two", people=people, scopes=scopes)
    for name, said in (("Kim Lee", "true"), ("Alex Moor", "not-true")):
        session = AskSession(folder, name)
        for scope in ("housing", "revenues"):
            session.save(reply(session.what, f"B1.a.H.1/{scope}", said))
        session.close()
    with pytest.raises(AssessmentError, match="in conflict in 2 scopes"):
        resolve(folder, "B1.a.H.1", answer="true", reason="Because.")
    resolve(folder, "B1.a.H.1", answer="true", reason="Because.", scope="revenues")
    assert [each.statement.scope for each in conflicts(open_assessment(folder))] == ["housing"]


def test_prompts_and_receive_in_turn_lose_nothing(workspace: Path, alexs: Path) -> None:
    session = AskSession(workspace, "Kim Lee")
    session.save(reply(session.what, "B1.b.N.1/housing", "never"))
    assert ("Kim Lee", "B1.b.N.1/housing") in answers(workspace)
    take(workspace, alexs)
    session.save(reply(session.what, "B1.b.H.1/housing", "true"))
    session.save(reply(session.what, "B1.b.H.2/housing", "other-means", "By hand."))
    session.close()
    stored = answers(workspace)
    assert {place for name, place in stored if name == "Kim Lee"} == {
        "B1.b.N.1/housing",
        "B1.b.H.1/housing",
        "B1.b.H.2/housing",
    }
    assert stored["Alex Moor", "B1.a.N.1/housing"] == ("happens", "")
    state = open_assessment(workspace).state
    assert not state.is_branched
    assert not list((workspace / "ledger").glob("*-open-*"))


def test_two_people_at_the_prompt_at_once_lose_nothing(workspace: Path) -> None:
    kim, alex = AskSession(workspace, "Kim Lee"), AskSession(workspace, "Alex Moor")
    for ref in ("B1.a.N.1/housing", "B1.a.N.2/housing"):
        kim.save(reply(kim.what, ref, "never"))
        alex.save(reply(alex.what, ref, "never"))
    alex.close()
    kim.save(reply(kim.what, "B1.b.H.1/housing", "true"))
    kim.close()
    assert len(answers(workspace)) == 5
    assert not open_assessment(workspace).state.is_branched


def test_who_else_is_at_the_prompt_is_known(workspace: Path) -> None:
    ledger = LedgerFolder(workspace / "ledger")
    with ledger.at_the_prompt("p2") as first:
        assert first == ()
        with ledger.at_the_prompt("p1") as second:
            assert second == ("p2",)
            with ledger.at_the_prompt("p2") as third:
                assert sorted(third) == ["p1", "p2"]
        assert open_assessment(workspace).notes == ()
    (workspace / "ledger" / "prompts-p3-00000000.lock").touch()
    with ledger.at_the_prompt("p1") as later:
        assert later == (), "one that was killed is gone"
    assert not list((workspace / "ledger").glob("prompts-*"))


def test_where_nothing_can_be_locked_nobody_is_kept_from_answering(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("not a folder")
    with LedgerFolder(tmp_path / "ledger").at_the_prompt("p1") as others:
        assert others == ()


def test_others_at_the_prompt_are_named_and_nobody_is_kept_out(workspace: Path) -> None:
    session = AskSession(workspace, "Kim Lee")
    one, other = session.about_others(["p3", "p2", "p3"])
    assert str(one).startswith("Alex Moor is answering at the prompt too.")
    assert str(other).startswith("Your questions are open in another window too.")


def test_one_person_in_two_windows_is_told_what_was_replaced(workspace: Path) -> None:
    first, second = AskSession(workspace, "Kim Lee"), AskSession(workspace, "Kim Lee")
    assert first.save(reply(first.what, "B1.b.H.1/housing", "true")) == []
    assert first.save(reply(first.what, "B1.b.H.1/housing", "not-true")) == []
    (told,) = second.save(reply(second.what, "B1.b.H.1/housing", "true"))
    assert (told.code, told.where) == ("replaced-meanwhile", "B1.b.H.1")
    assert "at the prompt: not-true" in told.message
    first.close()
    second.close()
    statement = first.what.rows[0].statements[0]._replace(indicator=IndicatorId("B1.b.H.1"))
    history = open_assessment(workspace).state.history[statement]
    assert [each.answer for each in history] == ["true", "not-true", "true"]


def test_an_answer_at_the_prompt_is_newer_than_a_workbook_saved_before(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    session = AskSession(workspace, "Kim Lee")
    session.save(reply(session.what, "B1.b.H.1/housing", "not-true"))
    session.close()
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"}, saved=EARLY)
    (result,) = take(workspace, path)
    assert codes([result]) == ["older"]
    assert answers(workspace)["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")


def test_texts_at_the_prompt_are_stored(workspace: Path) -> None:
    session = AskSession(workspace, None)
    assert session.person.name == "Sam Reid"
    block = session.what.topics[0].blocks[0]
    session.save(TextReply(TextKind.RATIONALE, block.key, "Because.", "", Source("prompt")))
    session.close()
    assert [each.text for each in open_assessment(workspace).state.rationales[block.key]] == [
        "Because."
    ]


def test_asking_somebody_who_is_nobody_offers_the_nearest(workspace: Path) -> None:
    with pytest.raises(AssessmentError, match="Did you mean Kim Lee"):
        ask(workspace, "Kim Leigh")


def test_asking_somebody_who_is_asked_nothing_says_so(tmp_path: Path) -> None:
    folder = begin(tmp_path / "idle", people=[{"id": "p2", "name": "Kim Lee"}])
    with pytest.raises(AssessmentError, match="Kim Lee is asked nothing"):
        ask(folder, "Kim Lee")


def test_sending_to_somebody_who_is_asked_nothing_writes_no_file(tmp_path: Path) -> None:
    """The command ends with *refused, nothing changed*, so no other file is left either."""
    folder = begin(tmp_path / "idle", people=[{"id": "p2", "name": "Kim Lee"}])
    with pytest.raises(AssessmentError, match="Kim Lee is asked nothing"):
        send_to(folder, "Sam Reid", "Kim Lee")
    assert events(folder, "sent") == []
    assert list((folder / "questionnaires" / "sent").iterdir()) == []
