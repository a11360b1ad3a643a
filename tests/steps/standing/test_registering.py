"""Certificates held and key actions: recorded in the settings, printed, expired ones flagged."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cyberassess.disk.workspace import settings_text
from cyberassess.domain.result.findings import key_actions
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.program import program
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.standing.results import judged_on, register_json
from tests.steps.sets.test_sets import answer

PSCRF = "pscrf@1.0"
CERTIFICATES = [
    {"title": "Cyber Essentials Plus", "standard": "ce", "issued": "2099-01-02",
     "valid_until": "2100-01-01", "reference": "IASME-CEP-1"},
    {"title": "PSN compliance", "standard": "psn", "valid_until": "2020-05-31"},
    {"title": "ISO 27001", "holder": "Hosting supplier"},
]  # fmt: skip
ACTIONS = [
    {"framework": PSCRF, "action": "5", "state": "done", "date": "2026-03-01",
     "note": "Early Warning and Protective DNS"},
    {"framework": PSCRF, "action": "2", "state": "under way"},
]  # fmt: skip


def council(tmp_path: Path, **changes: object) -> Path:
    folder = tmp_path / "lab"
    wanted = NewAssessment("Northport Council", "2026", (PSCRF,), ("pscrf-baseline",))
    values, pinned = settings_for(wanted)
    given: dict[str, Any] = {"certificates": CERTIFICATES, "key_actions": ACTIONS}
    create(folder, values | given | changes, pinned)
    return folder


def printed(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(program, ["-C", str(folder), *words])
    assert result.exit_code == 0, result.output
    return result.output


def opened(folder: Path) -> Assessment:
    return open_assessment(folder)


def test_status_names_every_certificate_expired_ones_first(tmp_path: Path) -> None:
    folder = council(tmp_path)
    said = printed(folder, "status")
    lines = said[said.index("Certificates:") :].splitlines()
    assert "PSN compliance" in lines[1]
    assert "EXPIRED on 2020-05-31" in lines[1]
    assert "Cyber Essentials Plus" in lines[2]
    assert "valid until 2100-01-01" in lines[2]
    assert "Hosting supplier" in lines[3]
    assert "no end date recorded" in lines[3]
    found = json.loads(printed(folder, "status", "--json"))
    assert [each["expired"] for each in found["certificates"]] == [False, True, False]


def test_key_actions_are_counted_from_the_answers_and_shown_as_recorded(tmp_path: Path) -> None:
    folder = council(tmp_path)
    answer(folder, {"1.1.1": "met"})
    assessment = opened(folder)
    framework = assessment.frameworks[next(iter(assessment.frameworks))]
    rows = key_actions(assessment.card, framework, assessment.contents.settings)
    assert [row.action.id for row in rows] == ["2", "3", "4", "5", "6", "7", "8"]
    counts = [(row.tally.met, row.tally.of) for row in rows if row.tally]
    assert counts == [(1, 13), (0, 1), (0, 33), (0, 3), (0, 4), (0, 2), (0, 5)]
    said = " ".join(printed(folder, "score", "--by", "standard").split())
    assert "Key actions, PSCRF 1.0:" in said
    assert "under way; 1 of 13 controls that stand for it are met" in said
    assert "done (2026-03-01), Early Warning and Protective DNS; 0 of 3" in said
    assert "suppliers: nothing recorded; 0 of 5" in said
    found = json.loads(printed(folder, "score", "--by", "standard", "--json"))
    assert found["key_actions"][0] == {
        "framework": PSCRF, "action": "2", "title": "Have minimum governance of cyber risk",
        "state": "under way", "date": None, "note": "", "met": 1, "of": 13,
    }  # fmt: skip
    assert "certificates" not in json.loads(printed(folder, "score", "--by", "owner", "--json"))


def test_the_report_has_the_register(tmp_path: Path) -> None:
    page = report_full(council(tmp_path), Wanted(suffix=".html")).path.read_text("utf-8")
    assert page.count(">Certificates and key actions<") == 2
    assert "1 of 3 has expired." in page
    assert page.index("PSN compliance") < page.index("Cyber Essentials Plus")
    assert "Expired on 31 May 2020" in page
    assert "Done, 1 March 2026" in page
    assert "Nothing recorded" in page


def test_without_anything_recorded_only_the_key_actions_are_printed(tmp_path: Path) -> None:
    folder = council(tmp_path, certificates=[], key_actions=[])
    assert "Certificates:" not in printed(folder, "status")
    assert list(register_json(opened(folder), datetime.date(2026, 1, 1))) == ["key_actions"]
    page = report_full(folder, Wanted(suffix=".html")).path.read_text("utf-8")
    assert "No certificate is recorded." in page


def test_screens_judge_by_the_clock_and_never_by_an_earlier_day_than_the_ledger(
    tmp_path: Path,
) -> None:
    assessment = opened(council(tmp_path))
    assert judged_on(assessment) >= assessment.on


@pytest.mark.parametrize(
    ("key", "entry", "what"),
    [
        ("certificates", {"title": "X", "standard": "pns"}, "Did you mean psn"),
        ("certificates", {"title": "X", "standard": "moon"}, "Use one of: caf, ce"),
        ("certificates", {"title": "X", "scope": "orgnisation"}, "Did you mean organisation"),
        ("certificates", {"title": "X", "issued": "2026-02-01", "valid_until": "2025-02-01"},
         "before it was issued"),
        ("certificates", {"title": ""}, "certificates"),
        ("certificates", {"title": "X", "valid_until": "soon"}, "valid_until"),
        ("key_actions", {"framework": "pscrf@2.0", "action": "2", "state": "done"},
         r"Did you mean pscrf@1\.0"),
        ("key_actions", {"framework": PSCRF, "action": "1", "state": "done"}, "Use one of: 2, 3"),
        ("key_actions", {"framework": PSCRF, "action": "2", "state": "nearly"}, "state"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(
    tmp_path: Path, key: str, entry: dict[str, str], what: str
) -> None:
    with pytest.raises(AssessmentError, match=what):
        council(tmp_path, **{key: [entry]})


def test_a_key_action_is_recorded_once(tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="more than once"):
        council(tmp_path, key_actions=[ACTIONS[0], ACTIONS[0]])


def test_a_set_that_refers_to_no_standard_says_so(tmp_path: Path) -> None:
    wanted = NewAssessment("Lab", "2026", ("ncsc-10-steps@2021",), ("all-in-place",))
    values, pinned = settings_for(wanted)
    values["certificates"] = [{"title": "X", "standard": "psn"}]
    with pytest.raises(AssessmentError, match="These control sets refer to none"):
        create(tmp_path / "lab", values, pinned)
    values["certificates"] = [{"title": "Cyber Essentials"}]
    create(tmp_path / "lab", values, pinned)
    page = report_full(tmp_path / "lab", Wanted(suffix=".html")).path.read_text("utf-8")
    assert "Cyber Essentials" in page
    assert "certificates" in settings_text(values)
