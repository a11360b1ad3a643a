"""The theme report: last year, now, the ambition, and what stands between the levels."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.findings import Finding, is_blank
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel, ThemeScore
from cyberassess.domain.sets.framework import Framework, OutcomeId, Theme
from cyberassess.errors import AssessmentError, Problem, closest, counted
from cyberassess.paper.basis import Basis
from cyberassess.paper.charts import (
    Chart,
    distance_chart,
    needed_for,
    said_headline,
    themes_chart,
    trend_chart,
)
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.gaps import Map, group_maps
from cyberassess.paper.sections.moves import Moved, moved_since
from cyberassess.paper.sections.review import said_opinion
from cyberassess.paper.sections.squares import Squares, row_of_squares
from cyberassess.paper.sections.summary import (
    NO_LEVEL,
    NOT_PLANNED,
    actions_on,
    answered_first,
    said_before,
    said_count,
    said_due,
    said_level,
    said_owner,
    said_rest,
    said_unplanned,
    statement_text,
    tag_of,
    whose_target,
)

_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where a theme stands in one place."""

    title: str
    meets: str
    before: str
    level: str


@dataclass(frozen=True, slots=True)
class Step:
    """An outcome on the way to a level."""

    ref: str
    title: str
    where: str
    missing: tuple[tuple[str, str], ...]
    """What was answered, and the statement."""
    more: str
    planned: str


@dataclass(frozen=True, slots=True)
class Rung:
    """What stands between one level and the next."""

    title: str
    text: str
    steps: tuple[Step, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SetPart:
    """What one control set says of the theme."""

    title: str
    """Empty where there is one set only."""
    message: str
    squares: Squares | None
    level: str
    places: tuple[PlaceRow, ...]
    charts: tuple[Chart, ...]
    maps: tuple[Map, ...]
    moved: Moved
    rungs: tuple[Rung, ...]
    rungs_note: str


@dataclass(frozen=True, slots=True)
class ThemeReport(Document):
    """Everything the theme report prints."""

    title: str
    about: str
    meaning: str
    lead: str
    lead_count: str
    lead_before: str
    target: str
    dissent: str
    opinion: str
    """The first sentence of what the assurer thinks of the whole."""
    parts: tuple[SetPart, ...]
    themes_chart: Chart | None
    method: tuple[str, ...]


def theme_report(basis: Basis, *, theme: str = "") -> ThemeReport:
    """Give what the theme report prints.

    Args:
        theme: its id or title; the headline theme if empty.

    Raises:
        AssessmentError: where there is no such theme.
    """
    found = _find(basis, theme)
    # NOTE: what page one is about elsewhere is what this report is about here
    headed = dataclasses.replace(
        basis, themes=basis.themes.model_copy(update={"headline": found.id})
    )
    ref = headed.first.ref
    several = len(headed.frameworks) > 1
    return ThemeReport(
        frame=frame(headed, "theme.html.j2", f"{found.title} theme report"),
        title=f"{found.title} {headed.settings.period}",
        about=(
            f"Theme report for {headed.look.name or headed.settings.organisation} · "
            f"{said_date(headed.on)} · prepared by {prepared_by(headed)} · {said_status(headed)}"
        ),
        meaning=found.meaning,
        lead=f"{headed.first.short_title}:" if several else f"{found.title}:",
        lead_count=said_count(headed),
        lead_before=said_before(headed, found.id),
        target=whose_target(headed),
        dissent=said_dissent(headed, theme=found.id),
        opinion=said_opinion(headed),
        parts=tuple(
            _part(headed, each, found, titled=several) for each in headed.frameworks.values()
        ),
        themes_chart=themes_chart(headed, ref),
        method=tuple(_method(headed)),
    )


def _find(basis: Basis, name: str) -> Theme:
    if not name:
        return basis.headline
    for each in basis.themes.themes:
        if name.casefold() in (each.id.casefold(), each.title.casefold()):
            return each
    ids = [each.id for each in basis.themes.themes]
    raise AssessmentError(
        Problem(
            "unknown-theme",
            "",
            f'"{name}" is not a theme of this assessment.',
            closest(name, ids) or f"There are: {', '.join(ids)}.",
        )
    )


def _part(basis: Basis, framework: Framework, theme: Theme, *, titled: bool) -> SetPart:
    ref = framework.ref
    score = basis.card.theme(ref, theme.id)
    inside = [
        each
        for each in basis.findings
        if each.score.key.framework == ref and basis.theme_of(each.score) == theme.id
    ]
    is_first = ref == basis.first.ref
    meets = [key for key, met in basis.met_everywhere().items() if met] if is_first else []
    charts = (trend_chart(basis, ref, theme.id), distance_chart(basis, inside, meets))
    rungs, note = _rungs(basis, score, inside)
    has_any = bool(score.pairs)
    return SetPart(
        title=f"{framework.title} {framework.version}" if titled else "",
        message=_message(basis, score, theme),
        squares=row_of_squares(basis) if is_first else None,
        level=said_level(basis, score),
        places=tuple(_places(basis, framework, theme)),
        charts=tuple(each for each in charts if each is not None),
        maps=group_maps(basis, framework, theme=theme.id) if has_any and basis.target(ref) else (),
        moved=moved_since(basis, framework=ref, theme=theme.id),
        rungs=rungs,
        rungs_note=note,
    )


def _message(basis: Basis, score: ThemeScore, theme: Theme) -> str:
    if score.of and basis.is_unknown:
        return f"{theme.title}: {basis.unknown}"
    return said_headline(basis, score.framework, theme.id) if score.of else _nothing(score, theme)


def _nothing(score: ThemeScore, theme: Theme) -> str:
    if score.pairs:
        return f"No outcome of {theme.title} has a target here, so nothing is counted."
    return f"{theme.title} has no outcome in this control set."


def _places(basis: Basis, framework: Framework, theme: Theme) -> Iterator[PlaceRow]:
    for scope in (ALL_SCOPES, *(each.id for each in basis.scopes)):
        found = [
            each
            for each in basis.card.themes
            if (each.framework, each.theme, each.scope) == (framework.ref, theme.id, scope)
        ]
        for each in found:
            if not each.pairs:
                continue
            before = basis.baseline(framework.ref, theme.id, scope)
            meets = f"{each.meets} of {each.of}" if each.of else "no target"
            here = (e for e in basis.card.outcomes if scope in (ALL_SCOPES, e.key.scope))
            yield PlaceRow(
                "Everywhere" if scope == ALL_SCOPES else basis.place(scope),
                "not known" if is_blank(here) else meets,
                f"{before.meets} of {before.of}" if before else "not known",
                each.level_in_words,
            )


def _rungs(
    basis: Basis, score: ThemeScore, findings: Sequence[Finding]
) -> tuple[tuple[Rung, ...], str]:
    """Say, level by level, which outcomes would have to meet their target, the nearest first."""
    if not score.of:
        return (), "Without a target there is no level to rise to."
    if score.level is None:
        return (), NO_LEVEL[score.of]
    grouped: dict[OutcomeId, list[Finding]] = {}
    for each in findings:
        grouped.setdefault(each.score.asked.outcome.id, []).append(each)
    nearest = sorted(grouped.values(), key=lambda found: sum(each.steps for each in found))
    rungs: list[Rung] = []
    if score.level is ThemeLevel.NOT_KNOWN:
        need = -(-4 * score.pairs // 5) - score.determined
        return (), (
            f"{score.determined} of {counted(score.pairs, 'result')} are determined. By rule "
            f"{THEME_RULE}, a level needs four fifths of them: {need:,} more."
        )
    reached = score.meets
    for level in (ThemeLevel.DEVELOPING, ThemeLevel.ESTABLISHED, ThemeLevel.ON_TARGET):
        needed = needed_for(level, score.of) or score.of
        if level <= score.level or needed <= reached:
            continue
        short = nearest[reached - score.meets : needed - score.meets]
        shown = short[:_MOST_STEPS]
        rungs.append(
            Rung(
                f"From level {level.value - 1} to level {level.value}, {level.title}",
                f"It needs {needed} of {score.of}: {needed - reached} more than "
                f"{'now' if reached == score.meets else 'the level before'}. The shortest way:",
                tuple(_step(basis, each) for each in shown),
                f"{len(short) - len(shown)} more stand in the full report."
                if len(short) > len(shown)
                else "",
            )
        )
        reached = needed
    ambition = basis.settings.ambition.get(score.theme)
    note = (
        f"By rule {THEME_RULE}, level 5, {ThemeLevel.BEYOND_TARGET.title}, needs every outcome at "
        "its highest in every place, even where less is the target."
    )
    if score.top is ThemeLevel.ON_TARGET:
        note = "Nothing lies beyond this target, so level 4 is the highest here."
    if ambition is not None:
        note = f"Our ambition is level {ambition}. {note}"
    if score.level is score.top:
        note = "There is no level above this one."
    return tuple(rungs), note


def _step(basis: Basis, found: Sequence[Finding]) -> Step:
    worst = max(found, key=lambda each: each.steps)
    split = [(each.score, *answered_first(each.score, each.gap.statements)) for each in found]
    split.sort(key=lambda each: each[0] is not worst.score)
    every = [(score, key) for score, answered, _ in split for key in answered]
    shown = every[:1]
    every += [(score, key) for score, _, open_ in split for key in open_]
    outcome = worst.score.asked.outcome
    planned = NOT_PLANNED
    if actions := actions_on(basis, found):
        first = actions[0]
        planned = f"{first.ref}: {said_owner(basis, first)}, {said_due(first)}"
        planned += f". {bare}" if (bare := said_unplanned(basis, found)) else ""
    return Step(
        outcome.id,
        outcome.title,
        basis.said_places([each.score.key.scope for each in found]),
        tuple((tag_of(*each), statement_text(*each)) for each in shown),
        said_rest(every, len(shown)),
        planned,
    )


def _method(basis: Basis) -> Iterator[str]:
    yield (
        "An outcome meets its target when its result is at or above the target in every place it "
        "applies to; without a result it does not."
    )
    yield (
        f"The level follows that share alone, by our rule {THEME_RULE}: 1 under a half, 2 a half, "
        "3 four fifths, 4 all, 5 all at their highest where that lies beyond; 0 where too few are "
        "known."
    )
    yield (
        "Maturity of a theme is management information of ours, not audit evidence; no publisher "
        "states it."
    )
    yield said_checks(basis)
