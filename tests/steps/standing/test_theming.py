"""An organisation's own themes: only the differences are written, the default stands beside."""

import json
from html import escape
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.domain.sets.theming import ThemeChanges, ThemeSet, changed, moved
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import default_scores, moved_outcomes, open_assessment
from cyberassess.program import program
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.standing.results import score_json
from tests.domain.builder import REF, Data, make_framework, make_themes
from tests.steps.council import begin, fill_in, send_to, settings_values, take

OURS: Data = {
    "schema": "1",
    "id": "ours",
    "extends": "two",
    "themes": [
        {"id": "pipes", "goals": ["Every pipe is tested."]},
        {"id": "place", "title": "Place", "meaning": "The wider place."},
    ],
    "outcomes": {REF: {"B1.b": {"theme": "people", "reason": "Ours are run by people."}}},
}


def council(tmp_path: Path, themes: Data) -> Path:
    folder = begin(tmp_path / "northport", people=[])
    path = folder / "frameworks" / "themes" / "ours.yaml"
    path.write_text(json.dumps(themes), "utf-8")
    settings = settings_values(people=[], themes="frameworks/themes/ours.yaml")
    (folder / "assessment.yaml").write_text(json.dumps(settings), "utf-8")
    sheet = send_to(folder)["Sam Reid"]
    rows = {f"{each}/housing": "True" for each in ("B1.a.M.1", "B1.a.H.1")}
    rows |= {f"{each}/housing": "Does not happen" for each in ("B1.a.N.1", "B1.a.N.2")}
    take(folder, fill_in(sheet, tmp_path / "back.xlsx", rows))
    return folder


def test_only_the_differences_are_written(tmp_path: Path) -> None:
    assessment = open_assessment(council(tmp_path, OURS))
    themes, default = assessment.contents.themes, assessment.contents.default_themes
    assert default is not None
    assert (themes.id, default.id) == ("ours", "two")
    assert [each.id for each in themes.themes] == ["pipes", "people", "place"]
    assert themes.theme("pipes").goals == ("Every pipe is tested.",)
    assert (themes.theme("pipes").title, themes.headline) == ("Pipes", "pipes")
    placed = themes.outcomes[REF]
    assert placed[OutcomeId("B1.b")].theme == "people"
    assert placed[OutcomeId("B1.a")] == default.outcomes[REF][OutcomeId("B1.a")]
    (found,) = moved_outcomes(assessment)[REF]
    assert found == ("B1.b", "Pipes", "People", "Ours are run by people.")
    recorded = set(assessment.contents.flat)
    assert {"file:frameworks/themes/ours.yaml", "file:frameworks/themes/two.yaml"} <= recorded


def test_the_default_stands_beside_theirs(tmp_path: Path) -> None:
    themes = {**OURS, "outcomes": {REF: {"B1.a": {"theme": "people", "reason": "Why not."}}}}
    folder = council(tmp_path, themes)
    found = score_json(open_assessment(folder))
    figures = {
        part: {e["theme"]: (e["meets"], e["of"]) for e in found[part] if e["scope"] == "all"}
        for part in ("themes", "default_themes")
    }
    assert figures["themes"]["pipes"] == (0, 0)
    assert figures["themes"]["people"] == (1, 3)
    assert figures["default_themes"] == {"pipes": (1, 1), "people": (0, 2)}
    result = CliRunner().invoke(program, ["-C", str(folder), "score"])
    assert "by default: 1 of 1, too few to say" in result.output
    assert "The organisation placed outcomes otherwise than the default." in result.output
    page = report_full(folder, Wanted(suffix=".html")).path.read_text("utf-8")
    said = "By the default's placing: Pipes 1 of 1, too few to say and People 0 of 2, level 0."
    assert escape(said) in page
    assert "Themes changed by the organisation" in page
    assert "Counts for People; by default for Pipes." in page
    assert "Why not." in page
    assert "Every pipe is tested." in page


def test_goals_alone_change_no_result(tmp_path: Path) -> None:
    themes = {"schema": "1", "id": "ours", "extends": "two", "headline": "people"}
    assessment = open_assessment(council(tmp_path, themes))
    assert default_scores(assessment) == ()
    assert "default_themes" not in score_json(assessment)
    page = report_full(assessment.workspace.folder, Wanted(suffix=".html")).path.read_text("utf-8")
    assert "The report leads with People; by default with Pipes." in page


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"extends": "three"}, r"frameworks/themes/three\.yaml"),
        ({"extends": "../two"}, "extends"),
        ({"themes": [{"id": "pipe", "goals": ["x"]}]}, "Did you mean pipes"),
        ({"themes": [{"id": "moon"}]}, "needs a title and a meaning"),
        ({"themes": [{"id": "pipes"}, {"id": "pipes"}]}, "more than once"),
        ({"outcomes": {REF: {"B1.b": {"theme": "moon", "reason": "x"}}}}, '"moon" is not one of'),
        ({"outcomes": {REF: {"Z.z": {"theme": "pipes", "reason": "x"}}}}, '"Z.z" is not an'),
        ({"headline": "moon"}, '"moon" is not one of the themes'),
        ({"colour": "red"}, '"colour" is not a key'),
    ],
)
def test_what_does_not_fit_is_said_with_its_file(tmp_path: Path, change: Data, what: str) -> None:
    with pytest.raises(AssessmentError, match=what):
        council(tmp_path, OURS | change)


def test_a_whole_set_of_ones_own_has_no_default_where_none_lies_beside_it(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport")
    assert open_assessment(folder).contents.default_themes is None
    assert moved_outcomes(open_assessment(folder)) == {}


def test_a_new_theme_and_a_set_the_default_does_not_know() -> None:
    base = make_themes({"X.a": "pipes"})
    other = {"other@1": {"Y.a": {"theme": "pipes", "reason": "x"}}}
    value = {"schema": "1", "id": "ours", "extends": "two", "outcomes": other}
    themes, problems = changed(base, ThemeChanges.model_validate(value), "ours.yaml")
    assert problems == []
    assert isinstance(themes, ThemeSet)
    assert list(themes.outcomes) == [REF, FrameworkRef("other@1")]
    unknown = make_framework("Y Y\n  Y.a organisation board N.1 H.1", id="other")
    assert moved(base, themes, unknown) == ()
