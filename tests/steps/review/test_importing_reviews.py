"""Reviews recorded in WebCAF: the assurer's determinations stand as those of a workbook do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberassess.domain.record.reviewing import reviews
from cyberassess.errors import AssessmentError, Severity
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.outcomes import one_outcome
from cyberassess.sources.webcaf_review import head_of, read_review, review_in
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.receive.importing import import_webcaf
from cyberassess.steps.receive.words import import_remarks, imported_lines
from cyberassess.steps.standing.tracing import traces
from cyberassess.steps.standing.words import explain_lines
from tests.domain.builder import make_framework
from tests.steps.council import HOUSING, OUTLINE, REVENUES, begin, events, ledger_bytes
from tests.steps.receive.test_importing import CAF_LIKE, file_data, written

ADVICE = [{"title": "Leavers keep access", "text": "Close accounts on the last day."}]


def review_data() -> dict[str, Any]:
    """Give a review of an outcome of the organisation and one of a system."""
    return {
        "review_completion": {
            "review_completed": "yes",
            "review_completed_at": "2026-05-30T17:49:03.109181",
            "review_completed_by": "advisor@assurers.example",
        },
        "assessor_response_data": {
            "A": {
                "A1.a": {
                    "indicators": {
                        "low_A1.a.1": "no",
                        "low_A1.a.2": "yes",
                        "middle_A1.a.3": "yes",
                        "high_A1.a.4": "no",
                        "high_A1.a.4_comment": "The board met once.",
                    },
                    "review_data": {
                        "review_decision": "low",
                        "review_comment": "Minutes were not shown.",
                    },
                    "recommendations": [*ADVICE, {"title": "", "text": "Keep minutes."}],
                },
                "objective-areas-of-improvement": "The board hears too little.",
                "objective-areas-of-good-practice": "",
                "recommendations": [],
            },
            "B": {
                "B1.b": {
                    "indicators": {"low_B1.b.1": "no", "high_B1.b.2": "yes", "high_B1.b.3": "yes"},
                    "review_data": {"review_decision": "high", "review_comment": ""},
                }
            },
            "system_and_scope": {
                "completed": "yes",
                "completed_data": {
                    "system_details": {"system_name": "Housing Management"},
                    "the_scope_of_this_review": {"caf_version": "Framework v0.0"},
                },
            },
            "additional_information": {
                "iar_period": {"start_date": "11/04/2026", "end_date": "12/05/2026"},
                "review_method": "Interviews.",
                "company_details": {"lead_assessor_name": "Nadia Okafor"},
            },
        },
    }


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    data = review_data()
    # NOTE: the made-up set is of version 0
    about = data["assessor_response_data"]["system_and_scope"]["completed_data"]
    del about["the_scope_of_this_review"]
    change(data)
    return data


def take(folder: Path, path: Path, **said: Any) -> ReceivedFile:
    found = import_webcaf(folder, path, **said)
    assert isinstance(found, ReceivedFile)
    return found


@pytest.fixture
def council(tmp_path: Path) -> Path:
    return begin(tmp_path / "council", CAF_LIKE, scopes=[HOUSING, REVENUES])


def test_determinations_and_recommendations_stand_as_a_workbooks(
    council: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, changed(lambda _: None), "review.json")
    before = len(list((council / "ledger").iterdir()))
    found = take(council, path)
    assert (found.person, found.stored, found.unchanged) == ("Nadia Okafor", 2, 0)
    assert len(list((council / "ledger").iterdir())) == before + 1, "one segment"
    assessment = open_assessment(council)
    said = {f"{k.outcome}/{k.scope}": v[0] for k, v in reviews(assessment.state).items()}
    assert {k: v.level for k, v in said.items()} == {
        "A1.a/organisation": "low",
        "B1.b/housing": "high",
    }
    board = said["A1.a/organisation"]
    assert board.comment == (
        "Minutes were not shown.\n"
        "A1.a.H.1 (no): The board met once.\n"
        "Statements found not to hold: A1.a.H.1.\n"
        "Warning signs found: A1.a.N.2."
    )
    assert board.recommendation == (
        "Leavers keep access: Close accounts on the last day.\nKeep minutes."
    )
    assert str(board.source) == "review.json, A1.a > review_data"
    assert (assessment.name_of(board.person), board.source.saved) == (
        "Nadia Okafor",
        "2026-05-30T17:49:03Z",
    )
    assert (council / found.kept_as).read_bytes() == path.read_bytes()
    assert "Nadia Okafor" in (council / found.receipt).read_text("utf-8")
    score = one_outcome(assessment, "A1.a")
    shown = "\n".join(explain_lines(assessment, score))
    assert "Nadia Okafor, reviewed: Low (Minutes were not shown." in shown
    assert "review.json, A1.a > review_data" in shown
    (step,) = next(traces(assessment, [score])).reviews
    assert (step.recorded_by, step.source.file) == ("Sam Reid", found.sha256)
    line = next(iter(imported_lines(found, dry_run=False)))
    assert line == "review.json: Nadia Okafor: stored 2 reviews, 0 unchanged."
    notes = [each for each in found.problems if each.severity is Severity.NOTE]
    assert notes == found.problems == import_remarks(found)
    assert [each.code for each in notes] == ["assurer-met", "said-of-all"]
    assert notes[1].message.endswith(
        "with any: A Governance, areas for improvement; Period of the review; "
        "How it was reviewed; Reviewed by."
    )
    assert verify(council).problems == ()
    (council / found.kept_as).unlink()
    assert [each.code for each in verify(council).problems] == ["original-missing"]


def test_twice_changes_nothing_and_a_dry_run_says_the_same(council: Path, tmp_path: Path) -> None:
    path = written(tmp_path, changed(lambda _: None), "review.json")
    before = ledger_bytes(council)
    dry = take(council, path, dry_run=True)
    assert ledger_bytes(council) == before
    assert not (council / "reviews").exists()
    real = take(council, path)
    assert (dry.stored, dry.kept_as, dry.problems) == (real.stored, real.kept_as, real.problems)
    after = ledger_bytes(council)
    again = take(council, path)
    assert (again.stored, again.unchanged) == (0, 2)
    assert ledger_bytes(council) == after


def test_an_older_review_takes_nothing_back(council: Path, tmp_path: Path) -> None:
    take(council, written(tmp_path, changed(lambda _: None), "new.json"))

    def older(data: dict[str, Any]) -> None:
        data["review_completion"]["review_completed_at"] = "2026-05-29T17:49:03"
        data["assessor_response_data"]["A"]["A1.a"]["review_data"]["review_decision"] = "High"

    found = take(council, written(tmp_path, changed(older), "old.json"))
    assert found.stored == 0
    older_ones = [each for each in found.problems if each.code == "older"]
    assert 'A1.a, Your determination: "Low" is newer' in older_ones[0].message


def test_a_word_that_is_no_level_takes_no_determination_back(tmp_path: Path) -> None:
    def unclear(data: dict[str, Any]) -> None:
        data["review_completion"]["review_completed_at"] = "2026-06-30T17:49:03"
        answers(data)["A"]["A1.a"]["review_data"]["review_decision"] = "splendid"

    folder = begin(tmp_path / "council", "ncsc-caf@0.0", scopes=[HOUSING, REVENUES])
    data = review_data()
    take(folder, written(tmp_path, data, "r.json"))
    unclear(data)
    found = take(folder, written(tmp_path, data, "again.json"))
    codes = [each.code for each in found.problems if each.severity is Severity.PROBLEM]
    assert sorted(codes) == ["review-stays", "unknown-status"]
    said = {k.outcome: v[0].level for k, v in reviews(open_assessment(folder).state).items()}
    assert said == {"A1.a": "low", "B1.b": "high"}


def test_the_status_of_the_self_assessment_is_what_was_claimed(
    council: Path, tmp_path: Path
) -> None:
    import_webcaf(council, written(tmp_path, file_data()), system="housing")
    take(council, written(tmp_path, changed(lambda _: None), "review.json"))
    entries = [e for e in events(council) if e.get("type") == "review"]
    assert [e["new"]["claimed"] for e in entries] == ["high", "high"]


def called(name: object) -> Callable[[dict[str, Any]], object]:
    company = {"company_details": {"lead_assessor_name": name}}
    return lambda data: answers(data)["additional_information"].update(company)


def answers(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["assessor_response_data"]
    return found


UNCLEAR = [
    (
        lambda d: answers(d)["additional_information"].pop("company_details"),
        None,
        'whose-review: It does not name the assurer. It was closed by the account "advisor@',
    ),
    (
        lambda d: answers(d)["system_and_scope"]["completed_data"].update(
            review_details={"caf_version": "Cyber Assessment Framework v4.0"}
        ),
        None,
        "another-version: This review is of CAF 4.0, which this assessment does not use.",
    ),
    (
        lambda d: answers(d)["A"]["A1.a"]["indicators"].update({"high_A1.a.9": "yes"}),
        None,
        "which-version: It does not say which version of the CAF it is of, and 1 key in it is not",
    ),
    (
        lambda d: answers(d).pop("system_and_scope"),
        None,
        "which-system: This assessment has 2 systems",
    ),
    (
        lambda d: [answers(d).pop(each) for each in "AB"],
        None,
        "empty-review: The review holds no determination, comment or recommendation.",
    ),
    (
        lambda data: answers(data)["B"].update({"A1.a": answers(data)["A"]["A1.a"]}),
        None,
        "repeated-key: A1.a stands under more than one objective.",
    ),
    (called("Eve\u202e"), None, 'unseen-character: "Eve[U+202E]" holds the character'),
    (called(["Eve"]), None, "whose-review: It does not name the assurer."),
    (lambda _: None, "revenues", 'another-system: The review is of "Housing Management"'),
    (lambda _: None, "Housng", 'unknown-scope: "Housng" is not a system'),
]


@pytest.mark.parametrize(("change", "system", "said"), UNCLEAR)
def test_what_is_not_clear_is_refused_whole(
    council: Path,
    change: Callable[[dict[str, Any]], object],
    system: str | None,
    said: str,
) -> None:
    path, before = written(council.parent, changed(change), "r.json"), ledger_bytes(council)
    with pytest.raises(AssessmentError) as caught:
        import_webcaf(council, path, system=system)
    (problem,) = caught.value.problems
    assert f"{problem.code}: {problem.message}".startswith(said)
    assert "Nothing was changed." in problem.hint
    assert ledger_bytes(council) == before
    assert not (council / "reviews").exists()


def odd(data: dict[str, Any]) -> None:
    """Put every kind of strange value into a review that names its version."""
    answers(data)["system_and_scope"]["completed_data"]["review_details"] = {"caf_version": "0.0"}
    board = answers(data)["A"]["A1.a"]
    board["review_data"] |= {"review_decision": "splendid", "mood": "good"}
    board["indicators"] |= {"high_A1.a.9": "yes", "low_A1.a.1": "perhaps", "low_A1.a.2": True}
    board["indicators"]["high_A1.a.4_comment"] = 5
    board["recommendations"] = ["Keep minutes.", {"title": 7, "text": "Go on.", "cost": "none"}]
    answers(data)["B"]["B9.z"] = {}
    answers(data)["B"]["B1.a"] = []
    answers(data)["B"]["B1.b"]["recommendations"] = "none"
    answers(data)["assessor_actions"] = {"records": ["opened"]}
    answers(data)["additional_information"] |= {"weather": "fair", "iar_period": "May"}
    answers(data)["B"]["B1.b"]["indicators"] = ["low"]
    answers(data)["B"]["B1.b"]["review_data"]["review_comment"] = "x" * 32_768
    answers(data)["C"] = {"C1.a": []}
    answers(data)["A"]["objective-areas-of-improvement"] = ["More."]


def test_what_is_odd_is_named_and_the_rest_is_taken() -> None:
    framework = make_framework(OUTLINE)
    framework = framework.model_copy(update={"version": "0.0"})
    data = changed(odd)
    found = read_review(data, "r.json", sha256="0" * 64, framework=framework, system=None)
    assert [(e.code, e.where.removeprefix("r.json, ")) for e in found.problems] == [
        ("unknown-key", "A1.a > review_data > mood"),
        ("unknown-status", "A1.a > review_data > review_decision"),
        ("not-an-answer", "A1.a > low_A1.a.1"),
        ("not-a-comment", "A1.a > high_A1.a.4_comment"),
        ("unknown-statement", "A1.a > high_A1.a.9"),
        ("wrong-shape", "A1.a > recommendations > 1"),
        ("unknown-key", "A1.a > recommendations > 2 > cost"),
        ("not-a-comment", "A1.a > recommendations > 2 > title"),
        ("not-a-comment", "A > objective-areas-of-improvement"),
        ("wrong-shape", "B1.b > indicators"),
        ("too-long", "B1.b > review_data > review_comment"),
        ("wrong-shape", "B1.b > recommendations"),
        ("unknown-outcome", "B9.z"),
        ("wrong-shape", "B1.a"),
        ("wrong-shape", "additional_information > iar_period"),
        ("unknown-key", "additional_information > weather"),
        ("unknown-key", "assessor_response_data > assessor_actions"),
        ("unknown-outcome", "C1.a"),
    ]
    assert [(e.outcome.outcome, e.level, e.recommendation) for e in found.found] == [
        ("A1.a", None, "Go on."),
        ("B1.b", "high", ""),
    ]


@pytest.mark.parametrize(
    ("closed", "saved"),
    [
        ("2026-05-30T17:49:03.109181", "2026-05-30T17:49:03Z"),
        ("2026-05-30T17:49:03+01:00", "2026-05-30T16:49:03Z"),
        ("9999-12-31T23:59:59-14:00", ""),
        ("yesterday", ""),
        (5, ""),
    ],
)
def test_when_it_was_closed_is_read_in_universal_time(closed: object, saved: str) -> None:
    data = review_data()
    data["review_completion"]["review_completed_at"] = closed
    wrapped = review_in({"reference": "R1", "review_data": data})
    assert wrapped is data
    head = head_of(data)
    assert (head.saved, head.assurer, head.version) == (saved, "Nadia Okafor", "0.0")
    assert review_in(file_data()) is None
