"""The theme report: last year, now, the ambition, and what stands between the levels."""

import dataclasses
from collections.abc import Iterator, Sequence

from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.result.findings import Finding, by_outcome, is_blank
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel, ThemeScore
from cyberassess.domain.sets.framework import Framework
from cyberassess.domain.sets.theming import Theme
from cyberassess.errors import AssessmentError, Problem, closest, counted
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import (
    Block,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
    filled,
    paragraph,
    strong,
)
from cyberassess.paper.charts import distance_chart, needed_for, themes_chart, trend_chart
from cyberassess.paper.document import Document, frame
from cyberassess.paper.furniture import closing, named, opening
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.heat_map import heat_maps
from cyberassess.paper.sections.in_the_way import in_the_way
from cyberassess.paper.sections.moves import moved_in, moved_table, said_moved
from cyberassess.paper.sections.review import said_opinion
from cyberassess.paper.sections.squares import row_of_squares
from cyberassess.paper.sections.summary import (
    NO_LEVEL,
    NOT_PLANNED,
    actions_on,
    said_before,
    said_count,
    said_due,
    said_level,
    said_owner,
    said_unplanned,
    whose_target,
)

_MOST_STEPS = 12


def theme_report(basis: Basis, *, theme: str = "") -> Document:
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
    framed = frame(headed, f"{found.title} theme report")
    name = framed.name
    meaning = Text(f"{name} says of this theme: {found.meaning}", "small")
    return Document(
        framed,
        (
            Section(tuple(_body(headed, found, framed.marking))),
            closing("How this was found", framed, tuple(_method(headed)), meaning),
        ),
    )


def _body(basis: Basis, theme: Theme, marking: str) -> Iterator[Block]:
    several = len(basis.frameworks) > 1
    title = f"{theme.title} {basis.settings.period}"
    yield from opening(basis, title, "Theme report for", marking)
    lead = f"{basis.first.short_title if several else theme.title}: "
    before = said_before(basis, theme.id)
    yield Text((lead, Part(said_count(basis), "count"), f" {before}".rstrip()), "lead")
    for at, each in enumerate(basis.frameworks.values()):
        yield from _part(basis, each, theme, is_first=not at)
    chart = themes_chart(basis, basis.first.ref)
    if chart:
        yield Heading("Beside the other themes", kind="again")
        yield chart


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


def _part(basis: Basis, framework: Framework, theme: Theme, *, is_first: bool) -> Iterator[Block]:
    """Say what one control set says of the theme."""
    ref = framework.ref
    several = len(basis.frameworks) > 1
    name = f"{framework.title} {framework.version}" if several else ""
    score = basis.card.theme(ref, theme.id)
    moved = moved_in(basis, ref, theme.id)
    yield Heading(name or "Where we stand", kind="" if is_first else "again")
    yield from row_of_squares(basis) if ref == basis.first.ref else ()
    target = f" {whose_target(basis)}" if is_first else ""
    yield Text((strong(said_level(basis, score)), f"{target} {said_moved(basis, moved)}"), "level")
    dissent = said_dissent(basis, theme=theme.id)
    yield from [Text(strong(dissent), "level")] if is_first and dissent else []
    yield from paragraph(said_opinion(basis) if is_first else "", "level")
    yield from _places(basis, framework, theme)
    tables = moved_table(basis, (*moved.fell, *moved.rose))
    since = (Section((each,), "tight") for each in tables)
    yield from filled(Heading("What moved since last year", 3), since)
    inside = [
        each
        for each in basis.findings
        if each.score.key.framework == ref and basis.theme_of(each.score) == theme.id
    ]
    everywhere = basis.met_everywhere() if ref == basis.first.ref else {}
    met = [framework.outcomes[key].name for key, is_met in everywhere.items() if is_met]
    for chart in (
        trend_chart(basis, ref, theme.id),
        distance_chart(basis, inside, met),
    ):
        yield from [chart] if chart else []
    if score.pairs and basis.target(ref):
        for each in heat_maps(basis, framework, theme=theme.id):
            yield Heading("By principle and place", 3)
            yield from each
    between = "What stands between the levels"
    yield Heading(f"{between}: {name}" if name else between, kind="again")
    yield from _rungs(basis, score, inside)


def _places(basis: Basis, framework: Framework, theme: Theme) -> Iterator[Block]:
    rows: list[Row] = []
    for scope in (ALL_SCOPES, *(each.id for each in basis.scopes)):
        for each in basis.card.themes:
            key = each.framework, each.theme, each.scope
            if key != (framework.ref, theme.id, scope) or not each.pairs:
                continue
            before = basis.baseline(framework.ref, theme.id, scope)
            meets = f"{each.meets} of {each.of}" if each.of else "no target"
            here = (e for e in basis.card.outcomes if scope in (ALL_SCOPES, e.key.scope))
            rows.append((
                "Everywhere" if scope == ALL_SCOPES else basis.place(scope),
                "not known" if is_blank(here) else meets,
                f"{before.meets} of {before.of}" if before else "not known",
                each.level_in_words,
            ))  # fmt: skip
    if rows:
        yield Heading("By place", 3)
        heads = columns(("Place", 40), ("Meet the target", 20), ("Last year", 20), ("Level", 20))
        yield Table(heads, tuple(rows))
        note = "Everywhere, an outcome counts once: as met where all of its places meet it."
        yield from paragraph(note if len(basis.scopes) > 1 else "", "small")


def _rungs(basis: Basis, score: ThemeScore, findings: Sequence[Finding]) -> Iterator[Block]:
    """Say, level by level, which outcomes would have to meet their target, the nearest first."""
    if not score.of:
        yield Text("Without a target there is no level to rise to.")
    elif score.level is None:
        yield Text(NO_LEVEL[score.of])
    elif score.level is ThemeLevel.NOT_KNOWN:
        need = -(-4 * score.pairs // 5) - score.determined
        yield Text(
            f"{score.determined} of {counted(score.pairs, 'result')} are determined. By rule "
            f"{THEME_RULE}, a level needs four fifths of them: {need:,} more."
        )
    else:
        yield from _ladder(basis, score, score.level, findings)
        yield Text(_above(basis, score))


def _ladder(
    basis: Basis, score: ThemeScore, now: ThemeLevel, findings: Sequence[Finding]
) -> Iterator[Block]:
    nearest = sorted(by_outcome(findings), key=lambda found: sum(each.steps for each in found))
    reached = score.meets
    for level in (ThemeLevel.DEVELOPING, ThemeLevel.ESTABLISHED, ThemeLevel.ON_TARGET):
        needed = needed_for(level, score.of) or score.of
        if level <= now or needed <= reached:
            continue
        short = nearest[reached - score.meets : needed - score.meets]
        shown = short[:_MOST_STEPS]
        yield Heading(f"From level {level.value - 1} to level {level.value}, {level.title}", 3)
        yield Text(
            f"It needs {needed} of {score.of}: {needed - reached} more than "
            f"{'now' if reached == score.meets else 'the level before'}. The shortest way:",
            "keep",
        )
        heads = columns(
            ("Outcome, and where", 28), ("What stands in the way", 46), ("Planned", 26)
        )
        yield Table(heads, tuple(_step(basis, each) for each in shown), "found")
        rest = len(short) - len(shown)
        yield from paragraph(f"{rest} more stand in the full report." if rest else "", "small")
        reached = needed


def _above(basis: Basis, score: ThemeScore) -> str:
    """Say what lies above the highest of these levels."""
    if score.level is score.top:
        return "There is no level above this one."
    note = (
        f"By rule {THEME_RULE}, level 5, {ThemeLevel.BEYOND_TARGET.title}, needs every outcome at "
        "its highest in every place, even where less is the target."
    )
    if score.top is ThemeLevel.ON_TARGET:
        note = "Nothing lies beyond this target, so level 4 is the highest here."
    ambition = basis.settings.ambition.get(score.theme)
    return note if ambition is None else f"Our ambition is level {ambition}. {note}"


def _step(basis: Basis, found: Sequence[Finding]) -> Row:
    worst = max(found, key=lambda each: each.steps)
    outcome = worst.score.asked.outcome
    planned = NOT_PLANNED
    if actions := actions_on(basis, found):
        first = actions[0]
        planned = f"{first.ref}: {said_owner(basis, first)}, {said_due(first)}"
        planned += f". {bare}" if (bare := said_unplanned(basis, found)) else ""
    return (
        named(
            outcome.name,
            basis.said_places([each.score.key.scope for each in found]),
        ),
        in_the_way(sorted(found, key=lambda each: each is not worst)),
        planned,
    )


def _method(basis: Basis) -> Iterator[str]:
    yield (
        "A result is one outcome in one place (system, organisation). An outcome meets its target "
        "when its result is at or above the target in every place it applies to; without a result "
        "it does not."
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
