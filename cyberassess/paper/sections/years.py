"""The years in a row: their lines, what became of last year's actions, what can be compared."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action, Progress
from cyberassess.domain.result.like_for_like import LikeForLike
from cyberassess.domain.result.trend import Trend
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined
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
)
from cyberassess.paper.charts import trend_chart
from cyberassess.paper.sections.summary import said_due, said_owner

_ALL = 10_000


class Fate(Enum):
    """What became of an action of last year; what a board asks about first stands first."""

    LATE = "late"
    DROPPED = "dropped"
    LOST = "not carried over"
    CARRIED = "carried, not due yet"
    DONE = "done"


def became(basis: Basis, most: int = _ALL) -> Iterator[Block]:
    """Say what became of last year's actions; nothing where last year planned nothing.

    Args:
        most: how many are named one by one; with none named, nothing is said of where they are.
    """
    if not basis.actions_before or basis.before is None:
        return
    now = {each.id: each for each in basis.actions}
    found = sorted(
        ((_fate(basis, each, now.get(each.id)), each) for each in basis.actions_before),
        key=lambda pair: (list(Fate).index(pair[0]), pair[1].number.number, pair[1].ref),
    )
    counts = Counter(fate for fate, _ in found)
    fates = joined([f"{counts[each]} {each.value}" for each in Fate if counts[each]])
    planned = f"{counted(len(found), 'action')} planned in {basis.before.period}"
    yield Text(f"Of {planned}: {fates}.", "keep")
    rows: list[Row] = []
    for fate, each in found[:most]:
        word = Part(fate.value, "tag") if fate is Fate.LATE else fate.value
        rows.append((each.ref, each.title, word, _detail(basis, fate, now.get(each.id, each))))
    if rows:
        heads = columns(
            ("Ref", 10, "ref"), ("Action", 37), ("What became", 17),
            ("Owner and date, or reason", 36),
        )  # fmt: skip
        yield Table(heads, tuple(rows), "short")
        rest = len(found) - len(rows)
        yield from paragraph(f"{rest} more stand in the findings report." if rest else "", "small")


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


def years_chart(basis: Basis, theme: str) -> Section | None:
    """Show a theme over the years where that says more than this year beside the last."""
    return trend_chart(basis, basis.first.ref, theme) if _is_news(basis) else None


def _is_news(basis: Basis) -> bool:
    return len(basis.years) > 1 or any(not each.is_whole for each in basis.like_for_like)


def years(basis: Basis) -> Iterator[Section]:
    """Give the years in a row, as the full report has them; nothing where there is one only."""
    if basis.trend is not None and basis.years:
        yield Section(tuple(_years(basis, basis.trend)), "next")


def _years(basis: Basis, trend: Trend) -> Iterator[Block]:
    title = "The years in a row"
    yield Heading(title, anchor="years", running=title)
    yield from (Text(each, "keep") for each in _sentences(basis))
    has_lines = _is_news(basis)
    if has_lines:
        yield Text(
            "A change of version is a break in a line: only what is the same in both stands "
            "beside it.",
            "small keep",
        )
    lines = [("A point on the lines", 30)] if has_lines else []
    heads = columns(("Year", 16), ("Its results stand", 54), *lines)
    rows = ((e.period, f"{e.basis}.", e.why_not or "yes") for e in trend.years)
    yield Table(heads, tuple(each[: len(heads)] for each in rows), "short")
    compared = [_compared(basis, each) for each in basis.like_for_like if not each.is_whole]
    if compared:
        yield Heading("What the versions have in common, by statement", 3)
        heads = columns(
            ("Set", 20), ("Outcomes", 14), ("Statements", 20), ("Asked anew", 21), ("Answers", 25)
        )
        yield Table(heads, tuple(compared), "found")
    yield from filled(Heading("What became of last year's actions", 3), became(basis))
    for ref in basis.frameworks if has_lines else ():
        for theme in basis.themes.themes:
            chart = trend_chart(basis, ref, theme.id)
            yield from [chart] if chart else []


def _sentences(basis: Basis) -> Iterator[str]:
    for each in basis.like_for_like:
        title = basis.frameworks[each.framework].short_title
        yield f"{title}: {each.sentence}" if len(basis.frameworks) > 1 else each.sentence
        if not each.is_whole and each.outcomes:
            yield f"They are {', '.join(each.outcomes)}."


def _compared(basis: Basis, each: LikeForLike) -> Row:
    found, framework = each.statements, basis.frameworks[each.framework]
    return (
        f"{framework.short_title}, from {each.before.rpartition('@')[2]}",
        f"{len(each.outcomes)} of {each.of}",
        f"{found.alike} of {found.alike + found.again + found.new} alike; {found.gone} gone",
        f"{found.again} ask for something else; {found.new} are new",
        f"Of {counted(found.answered, 'answer')} to statements that are alike, each place "
        f"counted: {found.better} better, {found.worse} worse",
    )
