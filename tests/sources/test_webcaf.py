"""WebCAF's files: everything in one is either read or named."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import AssessmentError, Severity
from cyberassess.opening.assessment import open_assessment
from cyberassess.sources.webcaf import Imported, load_webcaf, read_webcaf
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.receive.importing import ImportedFile, import_webcaf
from tests.domain.builder import make_framework

FRAMEWORK = make_framework("""\
A Governance
  A.a organisation board N.1 N.2 M.1 H.1 H.2
  A.b system service N.1 H.1
""")
REAL = Path(__file__).parents[3] / "shared/reference/real-input/webcaf-assessment-caf-3.2.json"


def whole(framework: Framework = FRAMEWORK) -> dict[str, Any]:
    """Give a file in which every statement is answered favourably."""
    data: dict[str, Any] = {}
    for outcome in framework.outcomes.values():
        indicators: dict[str, Any] = {}
        ordered = [each for level in framework.levels for each in outcome.at_level(level.id)]
        for number, indicator in enumerate(ordered, start=1):
            key = f"{indicator.level}_{outcome.id}.{number}"
            indicators[key] = not framework.level(indicator.level).is_warning
            indicators[f"{key}_comment"] = ""
        confirmation = {
            "outcome_status": "High",
            "confirm_outcome": "confirm",
            "outcome_status_message": "You have selected all.",
            "confirm_outcome_confirm_comment": "Looked at in May.",
        }
        data[str(outcome.id)] = {"indicators": indicators, "confirmation": confirmation}
    return data


def read(data: object, system: str | None = "housing") -> Imported:
    encoded = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_webcaf(
        load_webcaf(encoded, "file.json"),
        "file.json",
        sha256="0" * 64,
        framework=FRAMEWORK,
        system=ScopeId(system) if system else None,
    )


def said(found: Imported) -> dict[str, tuple[str | None, str]]:
    return {
        f"{key.indicator}/{key.scope}": (reply.said.new, reply.said.reason or "")
        for reply in found.answers
        for key in reply.statements
    }


def codes(found: Imported) -> list[str]:
    return [each.code for each in found.problems]


def test_a_whole_file_is_read_without_a_problem() -> None:
    found = read(whole())
    assert said(found) == {
        "A.a.N.1/organisation": ("never", ""),
        "A.a.N.2/organisation": ("never", ""),
        "A.a.M.1/organisation": ("true", ""),
        "A.a.H.1/organisation": ("true", ""),
        "A.a.H.2/organisation": ("true", ""),
        "A.b.N.1/housing": ("never", ""),
        "A.b.H.1/housing": ("true", ""),
    }
    assert found.problems == ()
    assert [(each.outcome.outcome, each.text) for each in found.rationales] == [
        ("A.a", "Looked at in May."),
        ("A.b", "Looked at in May."),
    ]
    assert [(each.level, each.confirmed) for each in found.statuses] == [("high", "confirm")] * 2


def test_without_a_system_everything_belongs_to_the_organisation() -> None:
    found = read(whole(), system=None)
    assert {key.scope for each in found.answers for key in each.statements} == {"organisation"}


def test_each_answer_says_where_it_came_from() -> None:
    source = read(whole()).answers[0].source
    assert (source.kind, source.name, source.place) == ("import", "file.json", "A.a > low_A.a.1")


def test_a_comment_is_the_answers_reason() -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4"] = False
    data["A.a"]["indicators"]["high_A.a.4_comment"] = "  Not before June. "
    assert said(read(data))["A.a.H.1/organisation"] == ("not-true", "Not before June.")


def test_an_unknown_outcome_offers_the_nearest_and_the_rest_is_read() -> None:
    data = whole()
    data["A.bb"] = data.pop("A.b")
    found = read(data)
    assert len(found.answers) == 5
    (problem,) = found.problems
    assert (problem.code, problem.where) == ("unknown-outcome", "file.json, A.bb")
    assert '"A.bb" is not an outcome of made@1' in problem.message
    assert problem.hint.startswith("Did you mean A.b? ")
    assert "was not imported" in problem.hint


def test_an_unknown_statement_offers_the_nearest() -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.9"] = True
    found = read(data)
    assert len(found.answers) == 7
    (problem,) = found.problems
    assert (problem.code, problem.where) == ("unknown-statement", "file.json, A.a > high_A.a.9")
    assert "Did you mean high_A.a." in problem.hint


@pytest.mark.parametrize("value", ["yes", 1, 0, 2.5, [], [True], {"a": True}])
def test_what_is_neither_true_nor_false_is_named(value: object) -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4"] = value
    found = read(data)
    assert "A.a.H.1/organisation" not in said(found)
    assert codes(found) == ["not-an-answer", "unanswered"]
    assert found.problems[0].where == "file.json, A.a > high_A.a.4"


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_blank_stay_unanswered_and_are_mentioned(value: object) -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4"] = value
    found = read(data)
    assert "A.a.H.1/organisation" not in said(found)
    (note,) = found.problems
    assert (note.code, note.severity) == ("unanswered", Severity.NOTE)
    assert note.message == "No answer for A.a.H.1."


@pytest.mark.parametrize("value", [None, "missing", "yes"])
def test_a_comment_without_an_answer_is_named_once(value: object) -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4_comment"] = "We plan this."
    if value == "missing":
        del data["A.a"]["indicators"]["high_A.a.4"]
    else:
        data["A.a"]["indicators"]["high_A.a.4"] = value
    found = read(data)
    (problem,) = [each for each in found.problems if each.code == "comment-alone"]
    assert '"We plan this."' in problem.message
    assert "high_A.a.4" in problem.where


@pytest.mark.parametrize("value", [5, ["a"], {"a": "b"}, True])
def test_a_comment_that_is_no_text_is_named_and_the_answer_kept(value: object) -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4_comment"] = value
    found = read(data)
    assert said(found)["A.a.H.1/organisation"] == ("true", "")
    assert codes(found) == ["not-a-comment"]


def test_a_null_comment_is_no_comment() -> None:
    data = whole()
    data["A.a"]["indicators"]["high_A.a.4_comment"] = None
    found = read(data)
    assert codes(found) == []
    assert said(found)["A.a.H.1/organisation"] == ("true", "")


@pytest.mark.parametrize(
    "confirmation",
    [
        None,
        {},
        {"outcome_status": "", "confirm_outcome": "", "confirm_outcome_confirm_comment": " "},
        {"outcome_status": None, "confirm_outcome": None},
    ],
)
def test_a_blank_confirmation_says_nothing(confirmation: object) -> None:
    data = whole()
    data["A.a"]["confirmation"] = confirmation
    found = read(data)
    assert found.problems == ()
    assert [each.outcome.outcome for each in found.statuses] == ["A.b"]
    assert [each.outcome.outcome for each in found.rationales] == ["A.b"]


def test_an_unknown_status_is_named_with_the_known_ones() -> None:
    data = whole()
    data["A.a"]["confirmation"]["outcome_status"] = "Splendid"
    found = read(data)
    (problem,) = found.problems
    assert (problem.code, problem.where) == ("unknown-status", "file.json, A.a > confirmation")
    assert problem.hint == "Known: Low, Middle, High."
    assert found.statuses[0].level is None


def test_a_confirmation_of_another_shape_is_named() -> None:
    data = whole()
    data["A.a"]["confirmation"] = ["High"]
    assert codes(read(data)) == ["wrong-shape"]


def test_unknown_keys_with_something_under_them_are_named() -> None:
    data = whole()
    data["A.a"]["confirmation"]["signed_by"] = "Sam Reid"
    data["A.a"]["confirmation"]["empty"] = ""
    data["A.a"]["notes"] = "Look again."
    found = read(data)
    assert [(each.code, each.where) for each in found.problems] == [
        ("unknown-key", "file.json, A.a > notes"),
        ("unknown-key", "file.json, A.a > confirmation > signed_by"),
    ]


@pytest.mark.parametrize("entry", [None, [], "x", {}])
def test_an_outcome_without_statements_is_named(entry: object) -> None:
    data = whole()
    data["A.a"] = entry
    found = read(data)
    assert len(found.answers) == 2
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("data", "code", "where", "message"),
    [
        (b"{", "not-json", "file.json, line 1", "The file is not JSON"),
        (b'{\n"a": 1,\n}', "not-json", "file.json, line 3", "The file is not JSON"),
        (b"\xff\xfe\x00", "not-json", "file.json", "The file is not JSON"),
        (b"", "not-json", "file.json", "The file is not JSON"),
        (b'{"A.a": "\\ud800"}', "not-json", "file.json", "The file is not JSON"),
        (b"[" * 100_000, "not-json", "file.json", "The file is not JSON"),
        (b"[]", "not-webcaf", "file.json", 'no outcome in it has "indicators"'),
        (b'{"a": {"b": 1}}', "not-webcaf", "file.json", 'no outcome in it has "indicators"'),
        (b'{"A.a": {"indicators": {}}, "A.a": {}}', "repeated-key", "file.json", "twice: A.a"),
        (
            b'{"A.a": {"indicators": {"x": true, "x": false}}}',
            "repeated-key",
            "file.json",
            "twice: x",
        ),
    ],
)
def test_what_is_no_file_of_this_format_is_refused_whole(
    data: bytes, code: str, where: str, message: str
) -> None:
    with pytest.raises(AssessmentError) as caught:
        read(data)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.where.startswith(where)
    assert message in problem.message
    assert "Nothing was changed" in problem.hint


def test_a_byte_order_mark_is_fine() -> None:
    assert len(read(b"\xef\xbb\xbf" + json.dumps(whole()).encode()).answers) == 7


@pytest.mark.skipif(not REAL.is_file(), reason="the real file is not beside this repository")
def test_the_real_file_gives_the_known_figures(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    new(folder, NewAssessment("Council", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",)))
    found = import_webcaf(folder, REAL)
    assert isinstance(found, ImportedFile)
    assert (found.answers, found.plan.stored) == (449, 449)
    assert [each for each in found.problems if each.severity is Severity.PROBLEM] == []
    assert len(found.differing) == 18
    assessment = open_assessment(folder)
    framework = assessment.frameworks[next(iter(assessment.frameworks))]
    highest, lowest = framework.levels[-1].id, framework.levels[0].id
    levels = {str(each.key.outcome): each.suggested for each in assessment.card.outcomes}
    assert len(levels) == 39
    assert sorted(key for key, level in levels.items() if level == lowest) == ["A1.c", "C2.b"]
    assert sum(level == highest for level in levels.values()) == 37
    themes = {
        each.theme: (each.meets, each.of, None if each.level is None else int(each.level))
        for each in assessment.card.themes
        if each.scope == "all"
    }
    assert themes["infrastructure"] == (20, 20, 4)
    assert themes["team"] == (10, 11, 3)
    assert themes["data"] == (5, 5, 5)
    assert themes["borough"] == (1, 1, None), "one outcome is too few to say"
    assert themes["customers"][2] is None
    sha256 = hashlib.sha256(REAL.read_bytes()).hexdigest()
    given = [each for several in assessment.state.answers.values() for each in several]
    assert {each.source.file for each in given} == {sha256}
