"""Assessments recorded in WebCAF, taken into a workspace."""

import json
from pathlib import Path
from typing import Any

import pytest

from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.receive import importing
from cyberassess.steps.receive.importing import ImportedFile
from tests.steps.council import HOUSING, REVENUES, answers, begin, events, ledger_bytes

CAF_LIKE = "ncsc-caf@0"
"""The made-up control set under the id that imports look for."""


def file_data(*, warning: bool = False) -> dict[str, Any]:
    """Give a file about an outcome of the organisation and one of a system."""
    return {
        "A1.a": {
            "indicators": {
                "low_A1.a.1": warning,
                "low_A1.a.2": False,
                "middle_A1.a.3": True,
                "high_A1.a.4": True,
            },
            "confirmation": {"outcome_status": "High", "confirm_outcome": "confirm"},
        },
        "B1.b": {
            "indicators": {"low_B1.b.1": False, "high_B1.b.2": True, "high_B1.b.3": True},
            "confirmation": {
                "outcome_status": "High",
                "confirm_outcome": "confirm",
                "confirm_outcome_confirm_comment": "Looked at in May.",
            },
        },
    }


def import_webcaf(folder: Path, path: Path, **said: Any) -> ImportedFile:
    found = importing.import_webcaf(folder, path, **said)
    assert isinstance(found, ImportedFile)
    return found


def written(folder: Path, data: object, name: str = "assessment.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.fixture
def one_system(tmp_path: Path) -> Path:
    return begin(tmp_path / "one", CAF_LIKE)


@pytest.fixture
def two_systems(tmp_path: Path) -> Path:
    return begin(tmp_path / "two", CAF_LIKE, scopes=[HOUSING, REVENUES])


def test_with_one_system_everything_finds_its_scope(one_system: Path, tmp_path: Path) -> None:
    found = import_webcaf(one_system, written(tmp_path, file_data()))
    assert (found.answers, found.plan.stored, found.plan.texts) == (7, 7, 1)
    assert found.contradictions == []
    assert [each.id for each in found.scopes] == ["housing"]
    stored = answers(one_system)
    assert stored["webcaf import", "A1.a.N.1/organisation"] == ("never", "")
    assert stored["webcaf import", "B1.b.H.2/housing"] == ("true", "")
    (kept,) = (one_system / "questionnaires" / "received").iterdir()
    assert verify(one_system).problems == ()
    kept.unlink()
    assert [each.code for each in verify(one_system).problems] == ["original-missing"]


def test_importing_twice_changes_nothing(one_system: Path, tmp_path: Path) -> None:
    path = written(tmp_path, file_data())
    import_webcaf(one_system, path)
    before = ledger_bytes(one_system)
    found = import_webcaf(one_system, path)
    assert (found.plan.stored, found.plan.texts, found.plan.unchanged) == (0, 0, 8)
    assert ledger_bytes(one_system) == before


def test_a_dry_run_changes_nothing_and_says_the_same(one_system: Path, tmp_path: Path) -> None:
    path = written(tmp_path, file_data(warning=True))
    before = ledger_bytes(one_system)
    dry = import_webcaf(one_system, path, dry_run=True)
    assert ledger_bytes(one_system) == before
    assert list((one_system / "questionnaires" / "received").iterdir()) == []
    real = import_webcaf(one_system, path)
    assert (dry.plan.stored, dry.plan.texts, dry.plan.unchanged, dry.contradictions) == (
        real.plan.stored,
        real.plan.texts,
        real.plan.unchanged,
        real.contradictions,
    )


def test_a_status_that_its_statements_contradict_is_named(
    one_system: Path, tmp_path: Path
) -> None:
    found = import_webcaf(one_system, written(tmp_path, file_data(warning=True)))
    (problem,) = found.contradictions
    assert problem.code == "contradiction"
    assert problem.where == "assessment.json, A1.a"
    assert "WebCAF holds High, but its own statements give Low." in problem.message
    (claim, _) = events(one_system, "claim")
    assert (claim["outcome"], claim["level"]) == ("A1.a", "high")


def test_statements_that_say_the_same_but_differ_are_named(
    one_system: Path, tmp_path: Path
) -> None:
    data = {"B1.a": {"indicators": {"middle_B1.a.3": True, "high_B1.a.5": False}}}
    found = import_webcaf(one_system, written(tmp_path, data))
    assert [(first.indicator, second.indicator) for first, second in found.differing] == [
        ("B1.a.M.1", "B1.a.H.2")
    ]
    stored = answers(one_system)
    assert stored["webcaf import", "B1.a.M.1/housing"] == ("true", "")
    assert stored["webcaf import", "B1.a.H.2/housing"] == ("not-true", "")


def test_with_two_systems_the_system_must_be_named(two_systems: Path, tmp_path: Path) -> None:
    path = written(tmp_path, file_data())
    before = ledger_bytes(two_systems)
    with pytest.raises(AssessmentError, match="2 systems: Housing management, Revenues"):
        import_webcaf(two_systems, path)
    with pytest.raises(AssessmentError, match="Did you mean Housing management"):
        import_webcaf(two_systems, path, system="Housing managment")
    assert ledger_bytes(two_systems) == before
    import_webcaf(two_systems, path, system="housing management")
    assert ("webcaf import", "B1.b.H.1/housing") in answers(two_systems)


def test_organisation_answers_of_a_second_file_are_compared_like_a_second_persons(
    two_systems: Path, tmp_path: Path
) -> None:
    import_webcaf(two_systems, written(tmp_path, file_data(), "1.json"), system="housing")
    second = written(tmp_path, file_data(warning=True), "2.json")
    import_webcaf(two_systems, second, system="revenues")
    assert [each.statement.indicator for each in conflicts(open_assessment(two_systems))] == [
        "A1.a.N.1"
    ]


def test_an_import_beside_other_peoples_answers_is_compared_with_them(
    one_system: Path, tmp_path: Path
) -> None:
    import_webcaf(one_system, written(tmp_path, file_data(), "1.json"), by="Ola Berg")
    import_webcaf(one_system, written(tmp_path, file_data(warning=True), "2.json"))
    assert len(conflicts(open_assessment(one_system))) == 1


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_said(one_system: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(AssessmentError, match="The file cannot be read"):
        import_webcaf(one_system, tmp_path / name)


def test_an_assessment_without_the_caf_says_what_it_uses(tmp_path: Path) -> None:
    folder = begin(tmp_path / "made")
    with pytest.raises(AssessmentError, match="It uses: made@1"):
        import_webcaf(folder, written(tmp_path, file_data()))
