"""What ``new`` and ``score`` do for sets of other publishers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, FrameworkError
from cyberassess.opening.assessment import open_assessment
from cyberassess.program import program
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.report.documents import report_full, report_soa
from cyberassess.steps.report.printing import Wanted, report_board
from cyberassess.steps.standing.results import find_scores, score_json, tallies, tallies_json

PROMPT = Source("prompt")


def begin(place: Path, framework: str, profile: str, **more: object) -> Path:
    new(place, NewAssessment("Lab", "2026", (framework,), (profile,), **more))  # type: ignore[arg-type]  # NOTE: by name
    return place


def answer(folder: Path, answers: dict[str, str]) -> None:
    session = AskSession(folder, None)
    for row in session.what.rows:
        code = answers.get(row.ref, answers.get("*", ""))
        if code and code in {each.code for each in row.answers}:
            assert not session.save(
                AnswerReply(row.statements, Response(new=code, reason="Because."), PROMPT)
            )
    session.close()


def test_a_superseded_set_says_so(tmp_path: Path) -> None:
    wanted = NewAssessment("Lab", "2026", ("pscrf@1.0",), ("pscrf-baseline",))
    made = new(tmp_path / "lab", wanted)
    assert "superseded by 2.0" in made.notes[0]


def test_statements_are_counted_by_standard_and_by_owner(tmp_path: Path) -> None:
    folder = begin(tmp_path / "lab", "pscrf@1.0", "pscrf-baseline")
    answer(folder, {"CONDITIONS.pci": "no", "1.1.1": "met", "1.2.1": "not-met"})
    assessment = open_assessment(folder)
    (rows,) = tallies(assessment, "standard").values()
    plan = next(each for each in rows if each.name == "psap")
    assert (plan.met, plan.of, plan.unanswered) == (1, 57, 55)
    cards = next(each for each in rows if each.name == "pci")
    assert cards.of < 98, "controls that depend on card payments are left out"
    (owners,) = tallies(assessment, "owner").values()
    assert sum(each.met for each in owners) == 1
    shown = tallies_json(tallies(assessment, "owner"))
    assert set(shown) == {"schema", "frameworks"}


@pytest.mark.slow
def test_a_self_check_fails_whole_whatever_the_rest(tmp_path: Path) -> None:
    folder = begin(tmp_path / "lab", "ncsc-cyber-essentials@3.3", "cyber-essentials-ready")
    assert score_json(open_assessment(folder))["verdicts"][0]["is_ready"] is None
    answer(folder, {"*": "yes"})
    answer(folder, {"*": "met", "SU-05": "not-met"})
    (verdict,) = score_json(open_assessment(folder))["verdicts"]
    assert (verdict["is_ready"], verdict["failed_by"]) == (False, ["SU-05"])
    answer(folder, {"SU-05": "met"})
    (verdict,) = score_json(open_assessment(folder))["verdicts"]
    assert (verdict["is_ready"], verdict["failed_by"]) == (True, [])


@pytest.mark.slow
def test_an_invalid_scope_fails_the_whole_whatever_else_is_met(tmp_path: Path) -> None:
    folder = begin(tmp_path / "lab", "ncsc-cyber-essentials@3.3", "cyber-essentials-ready")
    answer(folder, {"*": "no"})
    answer(folder, {"*": "met"})
    value = score_json(open_assessment(folder))
    (verdict,) = value["verdicts"]
    assert verdict["is_ready"] is False
    assert verdict["failed_by"] == [
        "SCOPE.all-it-included", "SCOPE.boundary-agreed", "SCOPE.devices-listed",
        "SCOPE.end-user-devices",
    ]  # fmt: skip
    (whole,) = [each for each in value["themes"] if each["scope"] == "all" and each["of"]]
    assert (whole["meets"], whole["of"]) == (5, 6)
    for report in (report_full, report_soa, report_board):
        page = report(folder, Wanted(suffix=".html")).path.read_text(encoding="utf-8")
        assert "Cyber Essentials 3.3: not ready. These are not met and each fails" in page


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.2", "3.3"])
def test_no_to_all_that_is_asked_first_makes_nothing_ready(tmp_path: Path, version: str) -> None:
    ref = f"ncsc-cyber-essentials@{version}"
    folder = begin(tmp_path / "lab", ref, "cyber-essentials-ready")
    answer(folder, {"*": "no"})
    scores = open_assessment(folder).card.outcomes
    assert not any(each.not_applicable or each.suggested == "ready" for each in scores)


def test_version_3_2_says_that_it_has_ended(tmp_path: Path) -> None:
    wanted = NewAssessment(
        "Lab", "2026", ("ncsc-cyber-essentials@3.2",), ("cyber-essentials-ready",)
    )
    assert "has ended" in new(tmp_path / "lab", wanted).notes[0]


def test_ones_own_sets_come_before_the_shipped(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "mine").mkdir(parents=True)
    with pytest.raises(FrameworkError, match="mine@1"):
        begin(tmp_path / "lab", "mine@1", "none", folder=own)
    begin(tmp_path / "lab", "ncsc-caf@3.2", "govassure-baseline", folder=own)


def test_cloud_services_are_scopes_of_their_own(tmp_path: Path) -> None:
    folder = begin(
        tmp_path / "lab", "ncsc-cloud-security-principles@2022", "all-in-place",
        cloud_services=("Mail", "Storage"),
    )  # fmt: skip
    scopes = {each.key.scope for each in open_assessment(folder).card.outcomes}
    assert scopes == {"mail", "storage"}


def test_a_stage_without_controls_is_passed_and_marked(tmp_path: Path) -> None:
    folder = begin(tmp_path / "lab", "pscrf@1.0", "pscrf-baseline")
    found = {each["outcome"]: each for each in score_json(open_assessment(folder))["outcomes"]}
    assert found["3.1"]["nothing_to_assess"] == ["baseline", "advanced"]
    assert "nothing_to_assess" not in found["1.1"]
    said = CliRunner().invoke(program, ["-C", str(folder), "score"]).output
    assert "Nothing to assess, so passed: baseline at " in said
    said = CliRunner().invoke(program, ["-C", str(folder), "explain", "3.1"]).output
    assert "Baseline: nothing to assess, so the stage is passed." in said


@pytest.mark.parametrize(
    ("framework", "profile", "name", "part"),
    [
        ("pscrf@1.0", "pscrf-baseline", "conditions", "CONDITIONS.pci (for "),
        ("ncsc-cyber-essentials@3.3", "cyber-essentials-ready", "USES", "UA-06, UA-07"),
    ],
)
def test_what_only_asks_what_applies_is_known_to_explain(
    tmp_path: Path, framework: str, profile: str, name: str, part: str
) -> None:
    folder = begin(tmp_path / "lab", framework, profile)
    with pytest.raises(AssessmentError, match="only asks what applies here") as caught:
        find_scores(open_assessment(folder), name, None)
    assert part in str(caught.value)
