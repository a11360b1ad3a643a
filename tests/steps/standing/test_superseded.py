"""An assessment whose control set pinned a rule that has a newer version since.

Its results stay as they were; whoever reads them is told what the newest version gives.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberassess.disk import strict_yaml
from cyberassess.disk.segments import new_text
from cyberassess.domain.record.approval import OpenKind
from cyberassess.domain.record.happened import read_event
from cyberassess.domain.sets.framework import FrameworkRef, Profile
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import writing
from cyberassess.paper.sections.last_year import said_comparison
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.report.approving import signed
from cyberassess.steps.report.documents import report_findings, report_full, report_soa
from cyberassess.steps.report.printing import Printed, Wanted, prepare, report_board, report_theme
from cyberassess.steps.standing.results import explain_json, find_scores, score_json
from cyberassess.steps.standing.standing import status, status_json
from cyberassess.steps.standing.start import write_start
from cyberassess.steps.standing.words import score_lines, status_lines
from tests.domain.builder import Data

REF = FrameworkRef("pscrf@1.0")
SAID = (
    "These results of PSCRF 1.0 follow rule staged-1, which is superseded. By rule staged-2, 0 of "
    "19 outcomes of Infrastructure meet the target."
)


def begin(folder: Path, *, period: str = "2026", is_old: bool = True) -> Path:
    """Begin an assessment of PSCRF, by its first rule if it is old; nothing is met in it."""
    wanted = NewAssessment("Northport Council", period, (REF,), ("pscrf-baseline",))
    values, pinned = settings_for(wanted)
    if is_old:
        _age(values, pinned)
    create(folder, values, pinned)
    with writing(folder, "test") as session:
        (framework,) = session.assessment.frameworks.values()
        event: Data = {"type": "answer", "framework": REF, "scope": "organisation", "old": None}
        event |= {"person": session.actor.id, "new": "not-met", "source": {"kind": "prompt"}}
        scored = [each for each in framework.indicators if each not in framework.conditions]
        session.write(
            [
                read_event(event | {"indicator": each, "reason": new_text("Not begun.")})
                for each in scored
            ]
        )
    return folder


def _age(values: dict[str, Any], pinned: dict[str, bytes]) -> None:
    """Put the set and its target as they were before rules had versions."""
    name, target = "frameworks/pscrf/1.0.yaml", "frameworks/profiles/pscrf-baseline.yaml"
    pinned[name] = re.sub(rb'(  id: "staged"\n)  version: "2"\n', rb"\1", pinned[name])
    values["frameworks"][0]["sha256"] = hashlib.sha256(pinned[name]).hexdigest()
    profile, _ = strict_yaml.read_model(pinned[target], target, Profile)
    assert profile is not None
    asked = profile.targets[REF]
    everywhere = dict.fromkeys((*asked.requirements, *asked.no_target), "baseline")
    before = asked.model_copy(update={"requirements": everywhere, "no_target": ()})
    aged = profile.model_copy(update={"targets": {REF: before}})
    pinned[target] = aged.model_dump_json(by_alias=True).encode()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("old") / "northport-2025", period="2025")


def test_what_was_pinned_still_counts_and_verifies(old: Path) -> None:
    card = open_assessment(old).card
    assert sum(each.meets_target is True for each in card.outcomes) == 47
    assert verify(old).problems == ()


@pytest.mark.slow
def test_score_and_status_say_it_with_the_corrected_count(old: Path) -> None:
    for lines in (score_lines(open_assessment(old)), status_lines(status(old))):
        assert SAID in " ".join(" ".join(lines).split())
    assert SAID in write_start(open_assessment(old)).read_text("utf-8")


def test_as_json_the_corrected_themes_stand_beside_those_that_count(old: Path) -> None:
    assessment = open_assessment(old)
    found = score_json(assessment)
    (entry,) = found["superseded"]
    assert status_json(status(old))["superseded"] == [entry]
    names = (entry["framework"], entry["rule"], entry["newest"])
    assert names == (REF, "staged-1", "staged-2")
    assert [set(each) for each in entry["themes"]] == [set(each) for each in found["themes"]]
    figures = {
        each["theme"]: (each["meets"], each["of"], each["level"])
        for each in entry["themes"]
        if each["scope"] == "all"
    }
    assert figures["infrastructure"] == (0, 19, 1)
    assert figures["data"] == (0, 1, None)
    assert figures["borough"] == (0, 0, None)
    (outcome,) = find_scores(assessment, "5.2", None)
    assert explain_json(assessment, outcome)["rule"] == "staged-1"


PRINTERS: dict[str, Callable[[Path, Wanted], Printed]] = {
    "full": report_full,
    "board": report_board,
    "theme": report_theme,
    "soa": report_soa,
    "findings": report_findings,
}


@pytest.mark.parametrize("kind", PRINTERS)
def test_every_report_says_it_under_its_title(old: Path, kind: str, tmp_path: Path) -> None:
    printed = PRINTERS[kind](old, Wanted(tmp_path / f"{kind}.html", suffix=".html"))
    text = printed.path.read_text("utf-8")
    title, said = text.index("<h1"), text.index(SAID)
    assert title < said < text.index("<p", said)
    assert "<table" not in text[title:said]


def test_the_paper_for_word_says_it_too(old: Path, tmp_path: Path) -> None:
    printed = report_board(old, Wanted(tmp_path / "board.docx", suffix=".docx"))
    with zipfile.ZipFile(printed.path) as archive:
        assert SAID in archive.read("word/document.xml").decode()


def test_a_theme_report_gives_the_corrected_count_of_its_theme(old: Path, tmp_path: Path) -> None:
    printed = report_theme(old, Wanted(tmp_path / "team.html", suffix=".html"), theme="team")
    said = "By rule staged-2, 0 of 10 outcomes of Team meet the target."
    assert said in printed.path.read_text("utf-8")


def test_nothing_is_said_where_the_rule_is_the_newest(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", is_old=False)
    assert "superseded" not in score_json(open_assessment(folder))
    assert open_assessment(folder).superseded == ()


def test_last_year_is_counted_by_the_rule_of_this_year(old: Path, tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", is_old=False)
    path = folder / "assessment.yaml"
    path.write_text(f'{path.read_text("utf-8")}previous: "{old}"\n', "utf-8")
    basis, _, _ = prepare(folder)
    before = basis.baseline(REF, "infrastructure")
    assert before is not None
    assert (before.meets, before.of) == (0, 19)
    assert said_comparison(basis, basis.first) == (
        "Last year is the assessment of 2025, counted again by rule staged-2."
    )


def test_signing_off_wants_a_reason(tmp_path: Path) -> None:
    (point,) = (e for e in signed(begin(tmp_path / "old")).open if e.kind is OpenKind.RULES)
    assert str(point) == "1 of 1 control set scored by a superseded rule"
    assert point.needs_reason
    new = signed(begin(tmp_path / "new", is_old=False)).open
    assert all(each.kind is not OpenKind.RULES for each in new)
