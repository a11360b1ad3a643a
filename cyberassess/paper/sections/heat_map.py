"""Where the gaps are: the map of principles by place, or of outcomes where a set has no groups."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.result.findings import is_blank
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.paper.basis import (
    NO_TARGET,
    Basis,
    fit_as_columns,
    has_own_name,
    joined,
    said_group,
    verdict,
)
from cyberassess.paper.blocks import Block, Column, Heading, Part, Table, Text, strong
from cyberassess.paper.sections.outcomes import result_of

_SHOWN_TIES = 3
_MOST_COLUMNS = 14
"""Principles side by side, where places are the rows of a map."""
_SUM_WIDTH = 7
"""Of a column of sums in a map with places as rows, in per cent."""
_EVERYWHERE = "Everywhere"
_SIGNS = {
    "no answer": "?", "not decided": "?", "no target": "-", "does not apply": "-", "met": "yes",
    "not met": "no",
}  # fmt: skip
"""What stands in the narrow cells of a map with many places."""
_MID = Fraction(2, 3)
_LIGHT = Fraction(1, 2)
_COUNTS = [
    Part("all meet it", "all"),
    Part("two thirds or more", "most"),
    Part("half or more", "half"),
    Part("fewer than half", "few"),
]
_TONES = {"high": "all", "middle": "half", "low": "few", "none": "plain"}

Map = tuple[Block, ...]
"""What it is about, the table, its legend and its notes."""


class _Line(NamedTuple):
    """A principle, an outcome or a sum of them, with what stands in each place."""

    title: str
    cells: tuple[Part | str, ...]
    """Everywhere first where there are several places; empty where nothing was asked."""
    short: str = ""
    """Its reference alone, for the head of a column; empty where it has none."""
    is_sum: bool = False


def every_map(basis: Basis, *, level: int) -> Iterator[Block]:
    """Show the maps of all control sets that have a target.

    Args:
        level: of the heading each has where there are several sets.
    """
    for ref, framework in basis.frameworks.items():
        for each in heat_maps(basis, framework) if basis.target(ref) else ():
            if len(basis.frameworks) > 1:
                yield Heading(f"{framework.title} {framework.version}", level)
            yield from each


def heat_maps(basis: Basis, framework: Framework, *, theme: str = "") -> Iterator[Map]:
    """Give the map of a set, in colours that only repeat what the cells say.

    Where there are many places they are its rows, and it comes in parts that are wide enough.

    Args:
        theme: shows the outcomes of one theme only; all if empty.
    """
    scores = [
        each
        for each in basis.card.outcomes
        if each.asked.framework.ref == framework.ref
        and (not theme or basis.theme_of(each) == theme)
    ]
    counting = {each.id for each in framework.assessed} - {each.id for each in framework.apart}
    deepest = {each.groups[-1].id for each in framework.located if each.outcome.id in counting}
    here = [each.id for each in basis.scopes]
    if len(deepest) > 1:
        kind, message, lines = _of_groups(basis, framework, scores, here)
    else:
        here = [each for each in here if any(score.key.scope == each for score in scores)]
        kind, message, lines = _of_outcomes(framework, scores, here)
    legend = _COUNTS if len(deepest) > 1 else _letters(framework)
    lines += _totals(basis, framework, scores, here)
    places = [basis.place(each) for each in here]
    heads = [*([_EVERYWHERE] if len(here) > 1 else []), *places]
    tables = [(_upright(kind, heads, lines), "")]
    if not fit_as_columns(places):
        tables = list(_turned(heads, lines))
    for at, (table, key) in enumerate(tables, start=1):
        notes = (*(_notes(basis, scores) if at == len(tables) else ()), *([key] if key else []))
        yield (
            Text(message if at == 1 else "The same for the rest.", "meta keep"),
            table,
            Text(tuple(part for each in legend for part in (each, " "))[:-1], "legend"),
            *(Text(each, "small") for each in notes),
        )


def _upright(kind: str, heads: Sequence[str], lines: Iterable[_Line]) -> Table:
    """Give a map with places as columns."""
    first = Column(kind, {1: 72, 2: 50}.get(len(heads), 32))
    rows = tuple((strong(e.title) if e.is_sum else e.title, *e.cells) for e in lines)
    return Table((first, *map(Column, heads)), rows, "map")


def _turned(heads: Sequence[str], lines: Sequence[_Line]) -> Iterator[tuple[Table, str]]:
    """Give a map with places as rows, in parts, and what the heads of each mean; sums first."""
    sums = [each for each in lines if each.is_sum]
    rest = [each for each in lines if not each.is_sum]
    for start in range(0, len(rest), _MOST_COLUMNS):
        shown = [*(sums if not start else ()), *rest[start : start + _MOST_COLUMNS]]
        named = [Column(e.short or e.title, _SUM_WIDTH if e.is_sum else 0) for e in shown]
        rows = tuple(
            (place if at else strong(place), *(_narrow(each.cells[at]) for each in shown))
            for at, place in enumerate(heads)
        )
        kind = "map narrow" if shown[0].is_sum else "map"
        key = "; ".join(
            e.title if e.title.startswith(e.short) else f"{e.short}: {e.title.lower()}"
            for e in shown
            if e.short
        )
        signs = "?: no answer, or not decided; -: no target, or not applicable."
        yield Table((Column("Place", 20), *named), rows, kind), f"{key}. {signs}"


def _narrow(cell: Part | str) -> Part | str:
    """Make a cell narrow: ``3/4``; what has no count is a sign, which a note explains."""
    if isinstance(cell, str):
        return cell
    return replace(cell, text=_SIGNS.get(cell.text, cell.text.replace(" of ", "/")))


def _of_outcomes(
    framework: Framework, scores: Sequence[OutcomeScore], here: Sequence[ScopeId]
) -> tuple[str, str, list[_Line]]:
    """Show a set without groups outcome by outcome: a letter for each level."""
    found: dict[OutcomeId, dict[ScopeId, OutcomeScore]] = {}
    for score in scores:
        found.setdefault(score.asked.outcome.id, {})[score.asked.scope.id] = score
    met = _met_everywhere(scores)
    lines: list[_Line] = []
    for outcome, places in found.items():
        cells = tuple(_letter(places[each]) if each in places else "" for each in here)
        whole = (_meets(met.get(outcome)),) if len(here) > 1 else ()
        lines.append(_Line(framework.outcomes[outcome].name, (*whole, *cells), outcome))
    word = framework.outcome_word
    return word.capitalize(), f"Where each {word} stands, by place.", lines


def _letters(framework: Framework) -> list[Part]:
    """Say what the letters of levels mean, the highest first."""
    found = (verdict(framework, each.id, NO_TARGET) for each in reversed(framework.scale))
    return [Part(f"{each.letter} {each.word.lower()}", _TONES[each.tone]) for each in found]


def _meets(met: bool | None) -> Part:  # noqa: FBT001 - what the cell says
    if met is None:
        return Part("no target", "plain")
    return Part("met", "all") if met else Part("not met", "few")


def _letter(score: OutcomeScore) -> Part:
    found = result_of(score)
    if found.tone == "none":
        return Part("does not apply" if score.not_applicable else "not decided", "plain")
    return Part(found.letter, _TONES[found.tone])


def _of_groups(
    basis: Basis,
    framework: Framework,
    scores: Sequence[OutcomeScore],
    here: Sequence[ScopeId],
) -> tuple[str, str, list[_Line]]:
    """Count what meets its target, principle by principle."""
    found: dict[str, list[OutcomeScore]] = {}
    kinds: dict[str, None] = {}
    for score in scores:
        group = basis.groups[framework.ref, score.asked.outcome.id][-1]
        kinds[group.kind] = None
        found.setdefault(said_group(group), []).append(score)
    order = {
        said_group(group): "" if has_own_name(group) else group.id
        for group in (each.groups[-1] for each in framework.located)
    }
    kind = joined(list(kinds)).capitalize()
    met = {title: _met_everywhere(row) for title, row in found.items()}
    message = "" if is_blank(scores) else _furthest(met)
    message += f"Outcomes that meet the target, by {kind.lower()} and by place."
    lines = [
        _Line(title, _counts(found[title], here), short)
        for title, short in order.items()
        if title in found
    ]
    return kind, message, lines


def _met_everywhere(scores: Sequence[OutcomeScore]) -> dict[OutcomeId, bool]:
    """Say of each outcome with a target whether it meets it in every place, as the headline does.

    Args:
        scores: of one control set.
    """
    met: dict[OutcomeId, bool] = {}
    for each in scores:
        if each.meets_target is not None:
            met[each.key.outcome] = met.get(each.key.outcome, True) and each.meets_target
    return met


def _counts(scores: Sequence[OutcomeScore], here: Sequence[ScopeId]) -> tuple[Part | str, ...]:
    """Count what meets its target, everywhere where there are several places, and in each."""
    cells = [_cell([each for each in scores if each.key.scope == scope]) for scope in here]
    if len(here) == 1:
        return tuple(cells)
    met = list(_met_everywhere(scores).values())
    return (_cell(scores) if not met or is_blank(scores) else _count(met), *cells)


def _totals(
    basis: Basis, framework: Framework, scores: Sequence[OutcomeScore], here: Sequence[ScopeId]
) -> Iterator[_Line]:
    """Give the sum of the map, and of it what the headline counts."""
    if not _met_everywhere(scores):
        return
    yield _Line("In all", _counts(scores, here), "All", is_sum=True)
    inside = [each for each in scores if basis.theme_of(each) == basis.headline.id]
    if framework.ref == basis.first.ref and inside and len(inside) < len(scores):
        title = f"Of these, {basis.headline.title}"
        yield _Line(title, _counts(inside, here), "Theme", is_sum=True)


def _furthest(table: Mapping[str, Mapping[OutcomeId, bool]]) -> str:
    """Say which rows have furthest to go: the least share everywhere, then the larger gap."""
    counts = {title: (sum(met.values()), len(met)) for title, met in table.items() if met}
    if not counts or all(met == of for met, of in counts.values()):
        return "Everything with a target meets it. " if counts else ""
    ranks = {title: (Fraction(met, of), met - of) for title, (met, of) in counts.items()}
    tied = [title for title, rank in ranks.items() if rank == min(ranks.values())]
    met, of = counts[tied[0]]
    if len(tied) == 1:
        return f"{tied[0]} has furthest to go, with {met} of {of}. "
    more = [f"{len(tied) - _SHOWN_TIES} more"] if len(tied) > _SHOWN_TIES else []
    return f"{joined([*tied[:_SHOWN_TIES], *more])} have furthest to go, each with {met} of {of}. "


def _cell(scores: Sequence[OutcomeScore]) -> Part | str:
    if not scores:
        return ""
    met = [each.meets_target for each in scores if each.meets_target is not None]
    if met and is_blank(scores):
        return Part("no answer", "plain")
    if not met:
        inapplicable = all(each.not_applicable for each in scores)
        return Part("does not apply" if inapplicable else "no target", "plain")
    return _count(met)


def _count(met: Sequence[bool]) -> Part:
    part = Fraction(sum(met), len(met))
    tone = "all" if part == 1 else "most" if part >= _MID else "half" if part >= _LIGHT else "few"
    return Part(f"{sum(met)} of {len(met)}", tone)


def _notes(basis: Basis, scores: Sequence[OutcomeScore]) -> Iterator[str]:
    untargeted = list(dict.fromkeys(e.asked.outcome.id for e in scores if e.target is None))
    if len(basis.scopes) > 1 and len({e.asked.outcome.scope_kind for e in scores}) > 1:
        yield (
            "An empty cell was not asked there: some outcomes are answered once for the whole "
            "organisation, others once for each critical system."
        )
    if untargeted:
        verbs = ("has", "is") if len(untargeted) == 1 else ("have", "are")
        yield (
            f"{joined(untargeted)} {verbs[0]} no target in this profile and {verbs[1]} not "
            "counted."
        )
