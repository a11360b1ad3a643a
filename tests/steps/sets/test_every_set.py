"""Every control set we ship goes the whole road: out, filled in, back, scored, printed.

The determinations are worked out a second time here, as simply as each rule is said.
"""

from pathlib import Path

import pytest

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.people.questions import EVIDENCE, WHY
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    FrameworkRef,
    Indicator,
    IndicatorId,
    IndicatorKind,
    LevelId,
    Needs,
    Outcome,
)
from cyberassess.errors import Severity
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.paper import html as render
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.send.sending import questions_for, send
from cyberassess.steps.standing.results import explain_json, find_scores, score_json

FILES = sorted(
    each.relative_to(Path("frameworks")).as_posix()
    for each in Path("frameworks").glob("*/*.yaml")
    if each.parent.name
    not in {"answers", "profiles", "themes", "upgrades", "mappings", "registries"}
)
PROFILES = (
    "govassure-baseline",
    "govassure-basic",
    "pscrf-target",
    "cyber-essentials-ready",
    "all-in-place",
)
"""The first that fits is the target."""
PRINTED = {"ncsc-cyber-essentials/3.3.yaml", "cyber-governance-code/2025.yaml"}
"""Those that are printed as a PDF as well."""
SOON = {
    "ncsc-10-steps/2021.yaml", "ncsc-caf/3.2.yaml", "ncsc-cyber-essentials/3.2.yaml",
    "pscrf/1.0.yaml",
}  # fmt: skip
"""One of each kind of rule, for those who are working."""
CLOUD = {"id": "payroll", "kind": "cloud-service", "title": "Payroll in the cloud"}
MET, PARTLY, NOT, OUT, OPEN = (
    CountsAs.MET,
    CountsAs.PARTLY,
    CountsAs.NOT_MET,
    CountsAs.LEFT_OUT,
    CountsAs.UNANSWERED,
)


def test_there_is_no_set_that_is_not_tried() -> None:
    assert [each.removesuffix(".yaml").replace("/", "@") for each in FILES] == sorted(
        Shelf().refs()
    )


def chosen(framework: Framework) -> dict[IndicatorId, Answer]:
    """Choose an answer for every statement: some outcomes all well, some mixed, some left open."""
    answers: dict[IndicatorId, Answer] = {}
    for number, outcome in enumerate(framework.outcomes.values()):
        for place, indicator in enumerate(outcome.indicators):
            options = framework.answers_for(indicator).answers
            level = framework.level(indicator.level)
            good = NOT if level.is_warning else MET
            if level.is_condition:
                wanted = options[place % 2]
            elif number % 4 < 2:
                well = number % 4 == 0 or framework.ranks[indicator.level] <= 1
                wanted = next(
                    each for each in options if each.counts_as is (good if well else NOT)
                )
            elif number % 4 == 2:
                wanted = options[(number + place) % len(options)]
            elif place:
                wanted = next(each for each in options if each.counts_as is good)
            else:
                continue  # the first statement stays blank
            answers[indicator.id] = wanted
    return {
        each.id: answers[each.same_as or each.id]
        for _, each in framework.indicators.values()
        if (each.same_as or each.id) in answers
    }


def counts_for(indicator: Indicator, said: dict[IndicatorId, Answer]) -> CountsAs:
    condition = indicator.applies_when
    if condition and condition in said and said[condition].counts_as is NOT:
        return OUT
    if indicator.kind is IndicatorKind.PERMISSION:
        return OUT
    return said[indicator.id].counts_as if indicator.id in said else OPEN


def worked_out(
    framework: Framework, outcome: Outcome, said: dict[IndicatorId, Answer]
) -> tuple[LevelId | None, LevelId | None, LevelId | None]:
    """Give suggested, worst and best, reading what is open as it would hurt or help most."""
    found = [(each, counts_for(each, said)) for each in outcome.indicators]
    if all(count is OUT for _, count in found):
        return None, None, None
    worst, best = (reading(framework, found, hopeful=each) for each in (False, True))
    return (worst if worst == best else None), worst, best


def reading(
    framework: Framework, found: list[tuple[Indicator, CountsAs]], *, hopeful: bool
) -> LevelId:
    warning = {each.id for each, _ in found if framework.level(each.level).is_warning}
    filled = [
        (each, (MET if hopeful != (each.id in warning) else NOT) if count is OPEN else count)
        for each, count in found
    ]
    left = [(each, count) for each, count in filled if count is not OUT]
    levels = [each.id for each in framework.scale]
    match framework.rule.id:
        case "all-met":
            return levels[-1 if all(count is MET for _, count in left) else 0]
        case "in-place":
            if all(count is MET for _, count in left):
                return levels[-1]
            return levels[1 if any(count in (MET, PARTLY) for _, count in left) else 0]
        case "staged":
            reached = levels[0]
            for level in levels[1:]:
                stage = {count for each, count in left if each.level == level}
                if stage - {MET}:
                    break
                reached = level if stage else reached
            return reached
        case "caf-table":
            if any(each.id in warning and count is MET for each, count in left):
                return levels[0]
            for level in reversed(levels[1:]):
                column = [count for each, count in filled if each.level == level]
                holding = [count for count in column if count is not OUT]
                if holding and len(holding) * 2 >= len(column) and set(holding) == {MET}:
                    return level
            return levels[0]
    raise AssertionError(framework.rule.id)


def begin(folder: Path, file: str) -> Framework:
    """Set up an assessment with one control set and its profile."""
    name = file.removesuffix(".yaml").replace("/", "@")
    shelf = Shelf()
    fitting = [each for each in PROFILES if name in shelf.profile(each)[0].targets]
    profile = fitting[0] if fitting else "none"
    wanted = NewAssessment("Northport Council", "2026", (FrameworkRef(name),), (profile,))
    values, pinned = settings_for(wanted)
    if "cloud" in name:
        values["scopes"].append(CLOUD)
    create(folder, values, pinned)
    return open_assessment(folder).frameworks[FrameworkRef(name)]


def typed(assessment: Assessment, said: dict[IndicatorId, Answer]) -> dict[str, Filled]:
    """Give what the officer types into the workbook, keyed by ref."""
    officer = assessment.contents.settings.officer.id
    rows: dict[str, Filled] = {}
    for topic in questions_for(assessment, officer).topics:
        for number, block in enumerate(topic.blocks):
            for row in block.rows:
                answer = said.get(row.statements[0].indicator)
                if answer:
                    why = f"Because of {row.ref}." if answer.needs is Needs.REASON else ""
                    rows[row.ref] = Filled(answer.label, why)
            if not number:
                rows[block.why_ref] = Filled(words="The team does this every month.")
                rows[block.evidence_ref] = Filled(words="Minutes of the team")
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(
    "file",
    [pytest.param(each, marks=[] if each in SOON else [pytest.mark.slow]) for each in FILES],
)
def test_a_set_goes_the_whole_road(file: str, tmp_path: Path) -> None:
    folder = tmp_path / "northport-2026"
    framework = begin(folder, file)
    said = chosen(framework)
    rows = typed(open_assessment(folder), said)
    (sent,) = send(folder)
    assert sent.questions == sum(not framework.layout_of[each].ended for each in framework.leaders)
    filled = tmp_path / "back.xlsx"
    assert fill(sent.path, filled, rows) == len(rows)
    (came,) = receive(folder, [filled])
    assert [str(each) for each in came.problems if each.severity is Severity.PROBLEM] == []
    assert [str(each) for each in came.problems] == []

    assessment = open_assessment(folder)
    stored = {key.indicator: each for key, (each,) in assessment.state.answers.items()}
    assert {key: each.answer for key, each in stored.items()} == {
        k: a.code for k, a in said.items() if not framework.layout_of[k].ended
    }
    assert sum(len(each) for each in assessment.state.rationales.values()) == sum(
        ref.partition("/")[0].endswith(WHY) for ref in rows
    )
    assert sum(len(each) for each in assessment.state.evidence.values()) == sum(
        ref.partition("/")[0].endswith(EVIDENCE) for ref in rows
    )

    scores = {each.asked.outcome.id: each for each in assessment.card.outcomes}
    assert list(scores) == [each.id for each in framework.assessed]
    for key, score in scores.items():
        expected = worked_out(framework, score.asked.outcome, said)
        assert (score.suggested, score.worst, score.best) == expected, key
        found = find_scores(assessment, key, None)
        explained = explain_json(assessment, found[0])
        assert explained["suggested"] == score.suggested
        assert len(explained["statements"]) == len(score.asked.outcome.indicators)
    assert len({each.suggested for each in scores.values()}) >= 2
    themes = [each for each in score_json(assessment)["themes"] if each["scope"] == "all"]
    assert len(themes) == len(assessment.contents.themes.themes)
    assert sum(each["of"] for each in themes) == sum(
        each.target is not None and not each.not_applicable for each in scores.values()
    )

    page = report_full(folder, Wanted(suffix=".html"), every_answer=True).path.read_text("utf-8")
    for outcome in framework.assessed:
        assert f">{outcome.id} " in page
    assert framework.rule.text.split(".")[0] in page
    if file in PRINTED and not render.can_make_pdf():
        assert report_full(folder).pages > 2
