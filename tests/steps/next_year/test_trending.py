"""The years in a row: each by its own approved numbers, with breaks where the version changed."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cyberassess.domain.assessment import ALL_SCOPES, ORGANISATION, StatementKey
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.trend import KINDS, Line
from cyberassess.errors import CyberassessError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import csv_text
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.opening.years import Years, in_a_row
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import roll_over
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.next_year.words import HEADINGS, trend_json, trend_lines, trend_rows
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.report.approving import approve
from tests.steps.council import begin

pytestmark = pytest.mark.slow

OLD, NEW = "ncsc-caf@3.2", "ncsc-caf@4.0"


def answer(folder: Path, *, but: str = "", share: int = 1) -> None:
    """Answer everything at its best, but for the warning signs of one outcome.

    Args:
        share: only every so manieth statement.
    """
    with writing(folder, "test") as session:
        assessment = session.assessment
        replies = []
        for framework in assessment.frameworks.values():
            for outcome in framework.assessed:
                scopes = [
                    each.id
                    for each in assessment.contents.settings.all_scopes
                    if each.kind == outcome.scope_kind
                ] or [ORGANISATION]
                for scope in scopes:
                    for number, each in enumerate(outcome.asked):
                        warns = framework.level(each.level).is_warning
                        codes = [a.code for a in framework.answers_for(each).answers]
                        code = codes[0] if not warns or outcome.id == but else codes[1]
                        key = StatementKey(framework.ref, scope, each.id)
                        if number % share == 0:
                            replies.append(
                                AnswerReply((key,), Response(new=code), Source("prompt"))
                            )
        officer = assessment.contents.settings.officer.id
        session.write(plan(assessment, Voice(officer, officer), replies).events)


def signed(folder: Path) -> None:
    approve(folder, name="Ada Moss", role="Director", reason="So.", as_it_stands=True)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Make three years: twice version 3.2, then 4.0; a system ended and one came."""
    first = new(
        tmp_path / "a",
        NewAssessment(
            "Northport Council", "2025", (OLD,), ("govassure-baseline",),
            systems=("Housing", "Parking"),
        ),
    ).folder  # fmt: skip
    answer(first, but="B1.b")
    signed(first)
    second = roll_over(tmp_path / "b", first).folder
    answer(second, but="A1.b")
    signed(second)
    third = roll_over(
        tmp_path / "c",
        second,
        Changes(
            frameworks=(NEW,), profiles=("govassure-basic",), ended=("Parking",),
            systems=("Citizen platform",),
        ),
    ).folder  # fmt: skip
    answer(third)
    return third


def years_in_a_row(folder: Path) -> Years:
    return in_a_row(open_assessment(folder))


def line(found: Years, kind: str, name: str) -> Line:
    (one,) = [e for e in found.trend.lines if (e.kind, e.id) == (kind, name)]
    return one


def own(assessment: Assessment) -> dict[tuple[str, str], tuple[int, int, str]]:
    return {
        (each.framework, each.theme): (each.meets, each.of, each.level_in_words)
        for each in assessment.card.themes
        if each.scope == ALL_SCOPES
    }


def test_every_number_equals_that_of_the_years_own_report(three: Path) -> None:
    found = years_in_a_row(three)
    folders = {"2025": three.parent / "a", "2026": three.parent / "b", "2027": three}
    assert [each.period for each in found.trend.years] == list(folders)
    seen = 0
    for each in found.trend.lines:
        if each.kind != "theme":
            continue
        for point in each.points:
            card = own(open_assessment(folders[point.period]))
            assert (point.meets, point.of, point.word) == card[point.framework, each.id]
            seen += 1
    assert seen == 3 * 5
    assert found.trend.years[0].basis.startswith("version 1, approved on ")
    assert found.trend.years[2].basis == "as it stands: nobody approved it"


def test_what_was_approved_counts_and_not_what_came_after(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026")
    answer(folder)
    signed(folder)
    then = years_in_a_row(folder)
    answer(folder, but="A1.a")
    now = years_in_a_row(folder)
    assert now.trend == then.trend
    assert own(open_assessment(folder)) != {
        (e.points[0].framework, e.id): (e.points[0].meets, e.points[0].of, e.points[0].word)
        for e in now.trend.lines
        if e.kind == "theme"
    }
    path = folder / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace('"Housing man', '"The housing man'), "utf-8")
    (year,) = years_in_a_row(folder).trend.years
    assert year.basis.startswith("as it stands: the settings changed since version 1, approved on")


def test_a_change_of_version_is_a_break_with_what_is_the_same_beside_it(three: Path) -> None:
    found = years_in_a_row(three)
    points = line(found, "theme", "infrastructure").points
    assert [each.is_break for each in points] == [False, False, True]
    assert [each.restated is None for each in points] == [True, True, False]
    same = points[2].restated
    assert same is not None
    assert 0 < same.of <= 8
    assert same.now == same.then == same.of
    assert not same.is_enough(points[2].of)
    text = "\n".join(trend_lines(found, ("theme",)))
    assert "version 4.0 from here: of" in text.replace("\n    ", " ")
    assert "too few to say that it moved" in text.replace("\n    ", " ")


def test_an_outcome_is_one_line_only_where_it_is_the_same_in_both(three: Path) -> None:
    lines = [each for each in years_in_a_row(three).trend.lines if each.kind == "outcome"]
    whole = {each.id for each in lines if len(each.points) == 3}
    assert whole == {"A1.b", "B1.b", "B2.b", "B3.b", "B4.c", "B5.c", "D1.b", "D1.c"}
    reused = [each for each in lines if each.id == "A2.b"]
    assert [[p.period for p in each.points] for each in reused] == [["2025", "2026"], ["2027"]]
    assert len(lines) == 39 + 41 - 8
    (roles,) = [each for each in lines if each.id == "A1.b"]
    assert [each.word for each in roles.points] == ["Achieved", "Not achieved", "Achieved"]


def test_a_system_has_a_line_for_the_years_it_was_there(three: Path) -> None:
    found = years_in_a_row(three)
    periods = {
        each.id: [p.period for p in each.points]
        for each in found.trend.lines
        if each.kind == "system"
    }
    assert periods == {
        "organisation": ["2025", "2026", "2027"],
        "housing": ["2025", "2026", "2027"],
        "parking": ["2025", "2026"],
        "citizen-platform": ["2027"],
    }


def test_a_year_that_is_mostly_unanswered_is_no_point(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026")
    answer(folder, share=3)
    (year,) = years_in_a_row(folder).trend.years
    assert year.why_not.startswith("mostly unanswered: ")
    for each in years_in_a_row(folder).trend.lines:
        assert all(point.why_not == year.why_not for point in each.points)


def test_years_that_lead_back_to_themselves_end_with_a_sentence(three: Path) -> None:
    with (three.parent / "a" / "assessment.yaml").open("a", encoding="utf-8") as file:
        file.write('previous: "../b"\n')
    found = years_in_a_row(three)
    assert [each.code for each in found.notes] == ["years-in-a-circle"]
    assert len(found.trend.years) == 3


def packed(folder: Path) -> Path:
    """Archive a year as a pack beside its folder, which goes."""
    made = pack(folder, PackWanted(folder.with_suffix(".zip"), yes=True, report=False))
    shutil.rmtree(folder)
    return made.path


def test_a_year_that_was_archived_is_read_from_its_pack(three: Path) -> None:
    then = years_in_a_row(three)
    path = packed(three.parent / "b")
    settings = three / "assessment.yaml"
    settings.write_text(settings.read_text("utf-8").replace("../b", f"../{path.name}"), "utf-8")
    found = years_in_a_row(three)
    assert found.trend.lines == then.trend.lines
    assert found.notes == ()
    data = bytearray(path.read_bytes())
    data[data.index(b"Northport Council") + 3] ^= 1
    path.write_bytes(data)
    changed = years_in_a_row(three)
    assert len(changed.trend.years) == 1
    assert "The pack is not as it was written" in str(changed.notes[0])


def test_a_year_is_rolled_over_from_its_pack(three: Path) -> None:
    second = three.parent / "b"
    document = three.parent / "proof.txt"
    document.write_text("Proof.")
    shows = "Lists every account removed in March, with dates."
    facts = Facts(title="Proof", shows=shows, valid_until="2099-12-31")
    add(second, [document], facts, supports=["A1.b"])
    path = packed(second)
    found = roll_over(three.parent / "d", path)
    now = open_assessment(found.folder)
    assert now.contents.settings.previous == "../b.zip"
    (item,) = now.evidence.items
    assert (found.folder / item.stored).read_text() == "Proof."
    (asked,) = found.asking
    assert asked.confirm == asked.questions
    assert verify(found.folder).problems == ()
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CyberassessError):
        roll_over(three.parent / "e", path)
    assert not (three.parent / "e").exists()


def test_a_year_that_cannot_be_read_is_said(three: Path) -> None:
    shutil.rmtree(three.parent / "a")
    found = years_in_a_row(three)
    assert [each.period for each in found.trend.years] == ["2026", "2027"]
    assert [each.code for each in found.notes] == ["previous-unreadable"]


def test_what_programs_read_keeps_its_shape(three: Path) -> None:
    found = years_in_a_row(three)
    shown: dict[str, Any] = json.loads(json.dumps(trend_json(found, KINDS)))
    assert list(shown) == ["schema", "rule", "years", "lines", "notes"]
    assert list(shown["years"][0]) == [
        "period", "basis", "rules", "answered", "statements", "why_not",
    ]  # fmt: skip
    assert list(shown["lines"][0]["points"][0]) == [
        "period", "framework", "meets", "of", "word", "why_not", "version_changed",
        "same_outcomes",
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO(csv_text(trend_rows(found, KINDS)))))
    assert tuple(rows[0]) == HEADINGS
    assert len(rows) == 1 + sum(len(each["points"]) for each in shown["lines"])
    assert {row[-2] for row in rows if row[0] == "theme"} == {"theme-maturity-1, caf-table"}
