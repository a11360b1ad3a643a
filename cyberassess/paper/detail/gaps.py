"""Where the gaps are: all themes, the map, the way to the next level, and what moved."""

from collections.abc import Iterator, Sequence

from cyberassess.domain.result.findings import Finding
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel
from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital
from cyberassess.paper.blocks import (
    Block,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
)
from cyberassess.paper.charts import needed_for
from cyberassess.paper.sections.all_themes import all_themes
from cyberassess.paper.sections.heat_map import every_map
from cyberassess.paper.sections.in_the_way import in_the_way
from cyberassess.paper.sections.moves import moved_by_table, said_moved

_SHOWN_WAYS = 12
"""How many outcomes the way to the next level lists; the findings have all."""
_SHOWN_TEXTS = 2


def gaps(basis: Basis) -> Section:
    """Give the section on gaps."""
    return Section(tuple(_blocks(basis)), "new-page", "part")


def _blocks(basis: Basis) -> Iterator[Block]:
    title = "Where the gaps are"
    yield Heading(title, anchor="gaps", running=title)
    yield Heading("All themes", 3)
    yield from all_themes(basis)
    yield Heading("By principle and place", 3)
    yield from tuple(every_map(basis, level=4)) or [Text(said_findings(basis))]
    yield from _next_level(basis)
    moved = tuple(moved_by_table(basis, (*basis.moved.fell, *basis.moved.rose)))
    if moved:
        yield Heading("What moved since last year", 3)
        yield Text(said_moved(basis, basis.moved), "keep")
        yield from moved


def said_findings(basis: Basis) -> str:
    """Count what is below the target, each control set for itself; or say why nothing is."""
    if basis.findings:
        counts = {
            framework.short_title: sum(e.score.asked.framework.ref == ref for e in basis.findings)
            for ref, framework in basis.frameworks.items()
        }
        number = "; ".join(f"{title}: {counted(n, 'outcome')}" for title, n in counts.items())
        if len(counts) == 1:
            number = counted(len(basis.findings), "outcome")
        return f"{number} below the target, counted once for each place."
    if basis.is_unknown:
        return f"{capital(basis.unknown)} There are no findings before that."
    if any(basis.target(ref) for ref in basis.frameworks):
        return "Every outcome with a target meets it."
    return "No target was chosen, so there are no findings against one."


def _next_level(basis: Basis) -> Iterator[Block]:
    """Say what stands between this level and the next."""
    score = basis.headline_score()
    if score.level is None or score.level is score.top:
        return
    several = len(basis.frameworks) > 1
    theme = f"{basis.headline.title}{f', {basis.first.short_title},' if several else ''}"
    between = "What stands between us and"
    if score.level is ThemeLevel.NOT_KNOWN:
        need = -(-4 * score.pairs // 5) - score.determined
        yield Heading(f"{between} a level", 3)
        yield Text(
            f"{score.determined} of {counted(score.pairs, 'result')} for {theme} are "
            f"determined. By rule {THEME_RULE}, a level needs four fifths of them: {need:,} more.",
            "keep",
        )
        return
    after = ThemeLevel(score.level + 1)
    yield Heading(f"{between} level {after.value}", 3)
    if score.level is ThemeLevel.ON_TARGET:
        yield Text(
            f"By rule {THEME_RULE}, level 5, {after.title}, needs every outcome of {theme} at its "
            "highest in every place, even where less is the target.",
            "keep",
        )
        return
    needed = needed_for(after, score.of) or score.of
    short = needed - score.meets
    begins = f" begins with these {_SHOWN_WAYS}" if short > _SHOWN_WAYS else ""
    yield Text(
        f"By rule {THEME_RULE}, level {after.value}, {after.title}, needs {needed} of {score.of}: "
        f"{short if short > 1 else 'one'} more than now. The shortest way there{begins}:",
        "keep",
    )
    heads = columns(("Ref", 8), ("Outcome", 24), ("What stands in the way", 46), ("Where", 22))
    ways = _ways(basis)[:short][:_SHOWN_WAYS]
    yield Table(heads, tuple(_way(basis, each) for each in ways), "found")


def _ways(basis: Basis) -> list[list[Finding]]:
    """Give what is below its target in the headline theme, the nearest to it first."""
    met = basis.met_everywhere()
    found: dict[OutcomeId, list[Finding]] = {ref: [] for ref, meets in met.items() if not meets}
    for each in basis.headline_findings():
        found[each.score.key.outcome].append(each)
    return sorted(found.values(), key=lambda all_: sum(each.steps for each in all_))


def _way(basis: Basis, found: Sequence[Finding]) -> Row:
    first = found[0].score
    return (
        first.key.outcome,
        Part(first.asked.outcome.title, link=basis.anchor(first.key)),
        in_the_way(found, _SHOWN_TEXTS),
        basis.said_places([each.score.key.scope for each in found]),
    )
