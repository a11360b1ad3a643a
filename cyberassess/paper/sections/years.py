"""The years in a row: their lines, what became of last year's actions, what can be compared."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action, Progress
from cyberassess.domain.result.like_for_like import LikeForLike
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.charts import Chart, trend_chart
from cyberassess.paper.sections.summary import said_due, said_owner

_ALL = 10_000


class Fate(Enum):
    """What became of an action of last year; what a board asks about first stands first."""

    LATE = "late"
    DROPPED = "dropped"
    LOST = "not carried over"
    CARRIED = "carried, not due yet"
    DONE = "done"


class BecameRow(NamedTuple):
    """What became of one action."""

    ref: str
    title: str
    fate: str
    detail: str
    """Who has it and by when; why it was dropped."""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of last year's actions."""

    sentence: str
    rows: tuple[BecameRow, ...]
    note: str = ""


def became(basis: Basis, most: int = _ALL) -> Became | None:
    """Say what became of last year's actions; ``None`` where last year planned nothing.

    Args:
        most: how many are named one by one.
    """
    if not basis.actions_before or basis.before is None:
        return None
    now = {each.id: each for each in basis.actions}
    found = sorted(
        ((_fate(basis, each, now.get(each.id)), each) for each in basis.actions_before),
        key=lambda pair: (list(Fate).index(pair[0]), pair[1].number.number, pair[1].ref),
    )
    counts = Counter(fate for fate, _ in found)
    said = joined([f"{counts[each]} {each.value}" for each in Fate if counts[each]])
    rows = tuple(
        BecameRow(each.ref, each.title, fate.value, _detail(basis, fate, now.get(each.id, each)))
        for fate, each in found[:most]
    )
    rest = len(found) - len(rows)
    return Became(
        f"Of {counted(len(found), 'action')} planned in {basis.before.period}: {said}.",
        rows,
        f"{rest} more stand in the findings report." if rest else "",
    )


def _fate(basis: Basis, before: Action, now: Action | None) -> Fate:
    last = now or before
    if last.progress is Progress.DONE:
        return Fate.DONE
    if last.progress is Progress.DROPPED:
        return Fate.DROPPED
    if now is None:
        return Fate.LOST
    return Fate.LATE if now.due is not None and now.due < basis.on else Fate.CARRIED


def _detail(basis: Basis, fate: Fate, action: Action) -> str:
    if fate is Fate.DROPPED:
        return action.reason or "No reason was given."
    if fate is Fate.LOST:
        return "Nothing that is assessed now follows what it was about, or nobody took it over."
    if fate is Fate.DONE:
        return said_owner(basis, action)
    was = next((e.due for e in basis.actions_before if e.id == action.id), None)
    moved = was is not None and action.due is not None and action.due > was
    before = f", put off from {said_date(was.isoformat())}" if was and moved else ""
    return f"{said_owner(basis, action)}, {said_due(action)}{before}"


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """What two versions of a set have in common, statement by statement."""

    title: str
    outcomes: str
    statements: str
    asked_anew: str
    answers: str


@dataclass(frozen=True, slots=True)
class YearsView:
    """The years in a row, as the full report has them."""

    years: tuple[tuple[str, str, str], ...]
    """Period, what its numbers rest on, and whether it is a point on the lines."""
    charts: tuple[Chart, ...]
    """Of each theme, where they say more than this year beside the last."""
    sentences: tuple[str, ...]
    """What can be compared with last year of each set, and what moved."""
    compared: tuple[ComparedRow, ...]
    """The same by statements, of sets of another version."""
    became: Became | None


def years_chart(basis: Basis, theme: str) -> Chart | None:
    """Show a theme over the years where that says more than this year beside the last."""
    return trend_chart(basis, basis.first.ref, theme) if _is_news(basis) else None


def _is_news(basis: Basis) -> bool:
    return len(basis.years) > 1 or any(not each.is_whole for each in basis.like_for_like)


def years_view(basis: Basis) -> YearsView | None:
    """Give the years in a row; ``None`` where there is one only."""
    if basis.trend is None or not basis.years:
        return None
    charts = (
        trend_chart(basis, ref, theme.id)
        for ref in basis.frameworks
        for theme in basis.themes.themes
        if _is_news(basis)
    )
    return YearsView(
        tuple((e.period, f"{e.basis}.", e.why_not or "yes") for e in basis.trend.years),
        tuple(each for each in charts if each is not None),
        tuple(_sentences(basis)),
        tuple(_compared(basis, each) for each in basis.like_for_like if not each.is_whole),
        became(basis),
    )


def _sentences(basis: Basis) -> Iterator[str]:
    for each in basis.like_for_like:
        title = basis.frameworks[each.framework].short_title
        yield f"{title}: {each.sentence}" if len(basis.frameworks) > 1 else each.sentence
        if not each.is_whole and each.outcomes:
            yield f"They are {', '.join(each.outcomes)}."


def _compared(basis: Basis, each: LikeForLike) -> ComparedRow:
    found, framework = each.statements, basis.frameworks[each.framework]
    return ComparedRow(
        f"{framework.short_title}, from {each.before.rpartition('@')[2]}",
        f"{len(each.outcomes)} of {each.of}",
        f"{found.alike} of {found.alike + found.again + found.new} alike; {found.gone} gone",
        f"{found.again} ask for something else; {found.new} are new",
        f"Of {counted(found.answered, 'answer')} to statements that are alike, each place "
        f"counted: {found.better} better, {found.worse} worse",
    )
