"""Where the gaps are: principles by scope, the way to the next level, findings and causes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.result.findings import Finding, is_blank
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeLevel
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.errors import counted
from cyberassess.paper.basis import (
    NO_TARGET,
    Basis,
    capital,
    fit_as_columns,
    has_own_name,
    joined,
    said_group,
    verdict,
)
from cyberassess.paper.sections.outcomes import result_of
from cyberassess.paper.sections.summary import (
    answered_first,
    no_step,
    said_rest,
    statement_text,
    tag_of,
)

_SHOWN_WAYS = 12
"""How many outcomes the way to the next level lists; the findings have all."""
_SHOWN_TEXTS = 2
_SHOWN_TIES = 3
_MOST_COLUMNS = 14
"""Principles side by side, where places are the rows of a map."""
EVERYWHERE = "Everywhere"
IN_ALL = "In all"
_SIGNS = {
    "no answer": "?", "not decided": "?", "no target": "-", "does not apply": "-", "met": "yes",
    "not met": "no",
}  # fmt: skip
"""What stands in the narrow cells of a map with many places."""
_MID = Fraction(2, 3)
_LIGHT = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Cell:
    """A count in the map."""

    text: str
    tone: str
    """``all``, ``most``, ``half``, ``few``, or ``plain`` for words without a count."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """One principle."""

    title: str
    cells: tuple[Cell, ...]
    is_sum: bool = False
    short: str = ""
    """Its reference alone, for the head of a column; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Map:
    """Principles by scope for one framework."""

    title: str
    about: str
    kind: str
    """What the groups are called."""
    columns: tuple[str, ...]
    first_width: str
    """Width of the first column, in per cent."""
    rows: tuple[MapRow, ...]
    legend: tuple[Cell, ...]
    notes: tuple[str, ...]
    sums: int = 0
    """How many of the columns are sums, where places are the rows."""


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome on the way to the next level."""

    ref: str
    title: str
    link: str
    missing: tuple[tuple[str, str], ...]
    more: str
    where: str


@dataclass(frozen=True, slots=True)
class NextLevel:
    """What stands between this level and the next."""

    title: str
    text: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The section on gaps."""

    maps: tuple[Map, ...]
    next_level: NextLevel | None
    findings_note: str


def gaps(basis: Basis) -> Gaps:
    """Give the section on gaps."""
    targeted = any(basis.target(ref) for ref in basis.frameworks)
    if basis.findings:
        note = f"{_how_many(basis)} below the target, counted once for each place."
    elif basis.is_unknown:
        note = f"{capital(basis.unknown)} There are no findings before that."
    elif targeted:
        note = "Every outcome with a target meets it."
    else:
        note = "No target was chosen, so there are no findings against one."
    return Gaps(
        tuple(
            each
            for ref, framework in basis.frameworks.items()
            if basis.target(ref)
            for each in group_maps(basis, framework)
        ),
        _next_level(basis),
        note,
    )


def _how_many(basis: Basis) -> str:
    """Count what is below the target, each control set for itself."""
    counts = {
        framework.short_title: sum(e.score.asked.framework.ref == ref for e in basis.findings)
        for ref, framework in basis.frameworks.items()
    }
    if len(counts) == 1:
        return counted(len(basis.findings), "outcome")
    return "; ".join(f"{title}: {counted(n, 'outcome')}" for title, n in counts.items())


_LEGEND = (
    Cell("all meet it", "all"),
    Cell("two thirds or more", "most"),
    Cell("half or more", "half"),
    Cell("fewer than half", "few"),
)
_TONES = {"high": "all", "middle": "half", "low": "few", "none": "plain"}


def group_maps(basis: Basis, framework: Framework, *, theme: str = "") -> tuple[Map, ...]:
    """Give the map of a framework, in parts that are wide enough where there are many places.

    Args:
        theme: shows the outcomes of one theme only; all if empty.
    """
    whole = group_map(basis, framework, theme=theme)
    places = [each for each in whole.columns if each != EVERYWHERE]
    return (whole,) if fit_as_columns(places) else tuple(_turned(whole))


def _turned(whole: Map) -> Iterator[Map]:
    """Give a map with places as rows, in parts where it has many columns; sums stand first."""
    sums = [each for each in whole.rows if each.is_sum]
    rest = [each for each in whole.rows if not each.is_sum]
    for start in range(0, len(rest), _MOST_COLUMNS):
        shown = [*(sums if not start else ()), *rest[start : start + _MOST_COLUMNS]]
        yield replace(
            whole,
            about=whole.about if not start else "The same for the rest.",
            kind="Place",
            columns=tuple(each.short or each.title for each in shown),
            first_width="20",
            sums=len(sums) if not start else 0,
            rows=tuple(
                MapRow(
                    place,
                    tuple(replace(e.cells[at], text=_narrow(e.cells[at].text)) for e in shown),
                    is_sum=not at,
                )
                for at, place in enumerate(whole.columns)
            ),
            notes=(
                *(whole.notes if start + _MOST_COLUMNS >= len(rest) else ()),
                f"{'; '.join(map(_key, (each for each in shown if each.short)))}. "
                "?: no answer, or not decided; -: no target, or not applicable.",
            ),
        )


def _key(row: MapRow) -> str:
    return row.title if row.title.startswith(row.short) else f"{row.short}: {row.title.lower()}"


def _narrow(text: str) -> str:
    """Make a cell narrow: ``3/4``; what has no count is a sign, which a note explains."""
    if text in _SIGNS:
        return _SIGNS[text]
    return text.replace(" of ", "/")


def group_map(basis: Basis, framework: Framework, *, theme: str = "") -> Map:
    """Give the map of a framework: its principles by place, or its outcomes where it has none.

    Args:
        theme: shows the outcomes of one theme only; all if empty.
    """
    scores = [
        each
        for each in basis.card.outcomes
        if each.asked.framework.ref == framework.ref
        and (not theme or basis.theme_of(each) == theme)
    ]
    counted_ = {each.id for each in framework.assessed} - {each.id for each in framework.apart}
    deepest = {each.groups[-1].id for each in framework.located if each.outcome.id in counted_}
    return (
        _map_of_groups(basis, framework, scores)
        if len(deepest) > 1
        else _map_of_outcomes(basis, framework, scores)
    )


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


def _map_of_outcomes(basis: Basis, framework: Framework, scores: Sequence[OutcomeScore]) -> Map:
    """Show a set without groups outcome by outcome: a letter for each level."""
    here = [e.id for e in basis.scopes if any(s.key.scope == e.id for s in scores)]
    rows: dict[OutcomeId, dict[ScopeId, OutcomeScore]] = {}
    for score in scores:
        rows.setdefault(score.asked.outcome.id, {})[score.asked.scope.id] = score
    letters = [verdict(framework, level.id, NO_TARGET) for level in framework.scale]
    met = _met_everywhere(scores)
    several = len(here) > 1

    def row(outcome: OutcomeId) -> tuple[Cell, ...]:
        cells = tuple(_letter(rows[outcome].get(scope)) for scope in here)
        whole = (_meets(met.get(outcome)),) if several else ()
        return (*whole, *cells)

    return _map(
        basis,
        framework,
        about=f"Where each {framework.outcome_word} stands, by place.",
        kind=framework.outcome_word.capitalize(),
        here=here,
        rows=[
            *(
                MapRow(f"{each} {framework.outcomes[each].title}", row(each), short=each)
                for each in rows
            ),
            *_totals(basis, framework, scores, here),
        ],
        legend=tuple(
            Cell(f"{each.letter} {each.word.lower()}", _TONES[each.tone])
            for each in reversed(letters)
        ),
        scores=scores,
    )


def _meets(met: bool | None) -> Cell:  # noqa: FBT001 - what the cell says
    if met is None:
        return Cell("no target", "plain")
    return Cell("met", "all") if met else Cell("not met", "few")


def _letter(score: OutcomeScore | None) -> Cell:
    if score is None:
        return Cell("", "plain")
    found = result_of(score)
    if found.tone == "none":
        return Cell("does not apply" if score.not_applicable else "not decided", "plain")
    return Cell(found.letter, _TONES[found.tone])


def _map(
    basis: Basis,
    framework: Framework,
    *,
    about: str,
    kind: str,
    here: Sequence[ScopeId],
    rows: Sequence[MapRow],
    legend: tuple[Cell, ...],
    scores: Sequence[OutcomeScore],
) -> Map:
    """Put a map together; of several places a column says what holds everywhere."""
    columns = (*((EVERYWHERE,) if len(here) > 1 else ()), *map(basis.place, here))
    return Map(
        f"{framework.title} {framework.version}" if len(basis.frameworks) > 1 else "",
        about,
        kind,
        columns,
        {1: "72", 2: "50"}.get(len(columns), "32"),
        tuple(rows),
        legend,
        tuple(_map_notes(basis, scores)),
    )


def _map_of_groups(basis: Basis, framework: Framework, scores: Sequence[OutcomeScore]) -> Map:
    table: dict[str, list[OutcomeScore]] = {}
    kinds: dict[str, None] = {}
    for score in scores:
        group = basis.groups[framework.ref, score.asked.outcome.id][-1]
        kinds[group.kind] = None
        table.setdefault(said_group(group), []).append(score)
    here = [scope.id for scope in basis.scopes]
    order = {
        said_group(group): "" if has_own_name(group) else group.id
        for group in (each.groups[-1] for each in framework.located)
    }
    kind = joined(list(kinds)).capitalize()
    met = {title: _met_everywhere(row) for title, row in table.items()}
    message = "" if is_blank(scores) else _furthest(met)
    return _map(
        basis,
        framework,
        about=f"{message}Outcomes that meet the target, by {kind.lower()} and by place.",
        kind=kind,
        here=here,
        rows=[
            *(
                MapRow(title, _counts(table[title], here), short=short)
                for title, short in order.items()
                if title in table
            ),
            *_totals(basis, framework, scores, here),
        ],
        legend=_LEGEND,
        scores=scores,
    )


def _counts(scores: Sequence[OutcomeScore], here: Sequence[ScopeId]) -> tuple[Cell, ...]:
    """Count what meets its target, everywhere where there are several places, and in each."""
    cells = [_cell([each for each in scores if each.key.scope == scope]) for scope in here]
    if len(here) == 1:
        return tuple(cells)
    met = list(_met_everywhere(scores).values())
    return (_cell(scores) if not met or is_blank(scores) else _count(met), *cells)


def _totals(
    basis: Basis, framework: Framework, scores: Sequence[OutcomeScore], here: Sequence[ScopeId]
) -> Iterator[MapRow]:
    """Give the sum of the map, and of it what the headline counts."""
    if not _met_everywhere(scores):
        return
    yield MapRow(IN_ALL, _counts(scores, here), is_sum=True, short="All")
    inside = [each for each in scores if basis.theme_of(each) == basis.headline.id]
    if framework.ref == basis.first.ref and inside and len(inside) < len(scores):
        title = f"Of these, {basis.headline.title}"
        yield MapRow(title, _counts(inside, here), is_sum=True, short="Theme")


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


def _cell(scores: Sequence[OutcomeScore]) -> Cell:
    if not scores:
        return Cell("", "plain")
    counted_ = [each.meets_target for each in scores if each.meets_target is not None]
    if counted_ and is_blank(scores):
        return Cell("no answer", "plain")
    if not counted_:
        inapplicable = all(each.not_applicable for each in scores)
        return Cell("does not apply" if inapplicable else "no target", "plain")
    return _count(counted_)


def _count(met: Sequence[bool]) -> Cell:
    part = Fraction(sum(met), len(met))
    tone = "all" if part == 1 else "most" if part >= _MID else "half" if part >= _LIGHT else "few"
    return Cell(f"{sum(met)} of {len(met)}", tone)


def _map_notes(basis: Basis, scores: Sequence[OutcomeScore]) -> list[str]:
    untargeted = list(dict.fromkeys(e.asked.outcome.id for e in scores if e.target is None))
    notes: list[str] = []
    if len(basis.scopes) > 1:
        kinds = {e.asked.outcome.scope_kind for e in scores}
        if len(kinds) > 1:
            notes.append(
                "An empty cell was not asked there: some outcomes are answered once for the "
                "whole organisation, others once for each critical system."
            )
    if untargeted:
        one = len(untargeted) == 1
        verbs = ("has", "is") if one else ("have", "are")
        notes.append(
            f"{joined(untargeted)} {verbs[0]} no target in this profile and {verbs[1]} "
            "not counted."
        )
    return notes


def _next_level(basis: Basis) -> NextLevel | None:
    score = basis.headline_score()
    if score.level is None or score.level is score.top:
        return None
    several = len(basis.frameworks) > 1
    theme = f"{basis.headline.title}{f', {basis.first.short_title},' if several else ''}"
    if score.level is ThemeLevel.NOT_KNOWN:
        need = -(-4 * score.pairs // 5) - score.determined
        return NextLevel(
            "What stands between us and a level",
            f"{score.determined} of {counted(score.pairs, 'result')} for {theme} are "
            f"determined. By rule {THEME_RULE}, a level needs four fifths of them: {need:,} more.",
            (),
        )
    if score.level is ThemeLevel.ON_TARGET:
        return NextLevel(
            "What stands between us and level 5",
            f"By rule {THEME_RULE}, level 5, {ThemeLevel.BEYOND_TARGET.title}, needs every "
            f"outcome of {theme} at its highest in every place, even where less is the target.",
            (),
        )
    after = ThemeLevel(score.level + 1)
    needed = {
        ThemeLevel.DEVELOPING: -(-score.of // 2),
        ThemeLevel.ESTABLISHED: -(-4 * score.of // 5),
    }.get(after, score.of)
    ways = _ways(basis)
    short = needed - score.meets
    text = (
        f"By rule {THEME_RULE}, level {after.value}, {after.title}, needs {needed} of {score.of}: "
        f"{short if short > 1 else 'one'} more than now. The shortest way there"
        + (f" begins with these {_SHOWN_WAYS}:" if short > _SHOWN_WAYS else ":")
    )
    return NextLevel(
        f"What stands between us and level {after.value}",
        text,
        tuple(ways[:short][:_SHOWN_WAYS]),
    )


def _ways(basis: Basis) -> list[Way]:
    unmet = [ref for ref, meets in basis.met_everywhere().items() if not meets]
    found: dict[OutcomeId, list[Finding]] = {ref: [] for ref in unmet}
    for finding in basis.headline_findings():
        found[finding.score.asked.outcome.id].append(finding)
    ways: list[tuple[int, Way]] = []
    for ref, findings in found.items():
        steps = sum(each.steps for each in findings)
        first = findings[0]
        split = [(e.score, *answered_first(e.score, e.gap.statements)) for e in findings]
        every = [(score, key) for score, answered, _ in split for key in answered]
        shown = every[:_SHOWN_TEXTS]
        every += [(score, key) for score, _, open_ in split for key in open_]
        more = said_rest(every, len(shown)) if steps else no_step(first.score)
        ways.append(
            (
                steps,
                Way(
                    ref,
                    first.score.asked.outcome.title,
                    basis.anchor(first.score.key),
                    tuple(
                        (tag_of(score, key), statement_text(score, key)) for score, key in shown
                    ),
                    more,
                    basis.said_places([each.score.key.scope for each in findings]),
                ),
            )
        )
    return [way for _, way in sorted(ways, key=lambda item: item[0])]
