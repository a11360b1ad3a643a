"""Charts as plain shapes, with a title that says their message and a table of their numbers.

Lengths are in millimetres.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.result.findings import Finding, by_outcome
from cyberassess.domain.result.theme_maturity import ThemeLevel
from cyberassess.domain.result.trend import THEME, Line, Point
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import counted
from cyberassess.paper.basis import MOST_PLACES, Basis, clipped, joined, share
from cyberassess.paper.blocks import (
    WIDTH,
    Bar,
    Heading,
    Picture,
    Section,
    Table,
    Words,
    columns,
    paragraph,
)
from cyberassess.paper.look import Colours

_PITCH = 7.4
_THICK = 4.2
_LABELS = 56.0
_AROUND = 0.8
"""From a bar to what stands round it."""
_HAIR = 0.25
_VALUES = 30.0
_LONGEST_LABEL = 35
_MOST_ROWS = 24
_MOST_TIES = 3
_SHORT = 12
"""Rows of a table of numbers that stays on one page."""


class _Row(NamedTuple):
    label: str
    part: Fraction | None
    """``None`` where nothing is measured: no bar."""
    text: str
    before: Fraction | None = None
    """Where last year's line stands."""
    aim: Fraction | None = None
    """Where the outline of the ambition ends."""
    is_line: bool = True
    """Whether a row without a bar parts those above from those below."""


def _drawn(rows: Sequence[_Row], colours: Colours) -> tuple[float, list[Bar], list[Words]]:
    """Draw rows of bars: filled is now, a line is last year, an outline the ambition."""
    bars: list[Bar] = []
    words: list[Words] = []
    for number, row in enumerate(rows):
        top = number * _PITCH + (_PITCH - _THICK) / 2
        foot = top + _THICK - 0.95
        words.append(Words(0, foot, clipped(row.label, _LONGEST_LABEL)))
        bars += _bars(row, top, colours)
        words.append(Words(WIDTH - _VALUES + 3, foot, row.text, weight=600))
    return len(rows) * _PITCH + 0.6, bars, words


def _bars(row: _Row, top: float, colours: Colours) -> Iterator[Bar]:
    """Draw one row; dark lines that cross the dark bar have white beside them."""
    room = WIDTH - _LABELS - _VALUES
    if row.part is None:
        if row.is_line:
            yield Bar(_LABELS, top + _THICK / 2, WIDTH - _LABELS, 2 * _HAIR, colours.ink)
        return
    now = float(row.part * int(room * 100)) / 100
    yield Bar(_LABELS, top, room, _THICK, colours.track, colours.outline, _HAIR)
    if row.part:
        yield Bar(_LABELS, top, now, _THICK, colours.main)
    high, tall = top - _AROUND, _THICK + 2 * _AROUND
    if row.aim is not None:
        end = float(row.aim) * room + _AROUND
        if end < now + _AROUND:
            yield Bar(_LABELS + end - 0.75, top, 1.5, _THICK, colours.white)
        yield Bar(_LABELS - _AROUND, high, end + _AROUND, tall, "none", colours.accent)
    if row.before is not None:
        x = min(_LABELS + float(row.before) * room, WIDTH - _VALUES - 0.6)
        yield Bar(x - 0.9, high, 1.8, tall, colours.white)
        yield Bar(x - 0.4, high, 0.8, tall, colours.ink)


def _chart(
    title: str,
    rows: Sequence[_Row],
    colours: Colours,
    *,
    heads: Sequence[tuple[str, float]],
    table: Sequence[tuple[str, ...]],
    note: str = "",
) -> Section:
    """Give a chart with its message above it and its numbers below.

    Args:
        heads: of the table of its numbers, each with its width in per cent.
    """
    height, bars, words = _drawn(rows, colours)
    picture = Picture(
        title,
        round(height, 2),
        tuple(_rounded(each) for each in bars),
        tuple(each._replace(x=round(each.x, 2), y=round(each.y, 2)) for each in words),
    )
    short = " short" if len(table) < _SHORT else ""
    numbers = Table(columns(*heads), tuple(table), f"numbers{short}")
    return Section((Heading(title, 3), picture, *paragraph(note, "small"), numbers), "chart")


def _rounded(bar: Bar) -> Bar:
    return bar._replace(
        x=round(bar.x, 2),
        y=round(bar.y, 2),
        width=round(bar.width, 2),
        height=round(bar.height, 2),
    )


def needed_for(level: int, of: int) -> int | None:
    """Give how many of the outcomes a level needs; ``None`` where counting does not decide it.

    Source: our rule ``theme-maturity-1``, docs/method.md.
    """
    match level:
        case ThemeLevel.DEVELOPING:
            return -(-of // 2)
        case ThemeLevel.ESTABLISHED:
            return -(-4 * of // 5)
        case ThemeLevel.ON_TARGET | ThemeLevel.BEYOND_TARGET:
            return of
        case _:
            return None


def themes_chart(basis: Basis, ref: FrameworkRef) -> Section | None:
    """Show outcomes that meet their target by theme, last year and the ambition beside them."""
    if basis.is_unknown:
        return None
    rows: list[_Row] = []
    table: list[tuple[str, ...]] = []
    reached: list[str] = []
    aimed = 0
    headline_first = sorted(basis.themes.themes, key=lambda each: each.id != basis.headline.id)
    for theme in headline_first:
        score = basis.card.theme(ref, theme.id)
        if not score.of:
            continue
        before = basis.baseline(ref, theme.id)
        ambition = basis.settings.ambition.get(theme.id)
        needed = None if ambition is None else needed_for(ambition, score.of)
        if ambition is not None:
            aimed += 1
            if score.level is not None and score.level >= min(ambition, score.top):
                reached.append(theme.title)
        rows.append(
            _Row(
                theme.title,
                Fraction(score.meets, score.of),
                f"{score.meets} of {score.of}",
                Fraction(before.meets, before.of) if before else None,
                Fraction(needed, score.of) if needed else None,
            )
        )
        aim = "none set" if ambition is None else f"level {ambition}"
        table.append(
            (
                theme.title,
                f"{score.meets} of {score.of}",
                f"{before.meets} of {before.of}" if before else "not known",
                f"{aim}: {needed} of {score.of}" if needed else aim,
            )
        )
    if not rows:
        return None
    title = said_headline(basis, ref)
    if aimed:
        title += (
            f" Of {counted(aimed, 'ambition')}, {len(reached) or 'none'} "
            f"{'is' if len(reached) < 2 else 'are'} reached."  # noqa: PLR2004
        )
    return _chart(
        title,
        rows,
        basis.look.colours,
        heads=(("Theme", 34), ("Meet the target", 22), ("Last year", 20), ("Ambition needs", 24)),
        table=table,
        note="Filled: meet the target. Line: last year. Outline: what the ambition needs.",
    )


def said_headline(
    basis: Basis, ref: FrameworkRef, theme: str = "", scope: ScopeId = ALL_SCOPES
) -> str:
    """Say how a theme stands beside last year."""
    found = basis.themes.theme(theme) if theme else basis.headline
    score = basis.card.theme(ref, found.id, scope)
    text = f"{found.title}: {score.meets} of {score.of} meet the target"
    before = basis.baseline(ref, found.id, scope)
    if before is None or before.of != score.of:
        return f"{text}."
    if score.meets == before.meets:
        return f"{text}, as many as last year."
    word = "more" if score.meets > before.meets else "fewer"
    return f"{text}, {abs(score.meets - before.meets)} {word} than last year."


def trend_chart(basis: Basis, ref: FrameworkRef, theme: str) -> Section | None:
    """Show a theme's count year by year; ``None`` with one year only.

    A change of version is a visible break, with what both years say of the outcomes that are the
    same; a year that is mostly unanswered has no bar.
    """
    line = next(
        (
            each
            for each in (basis.trend.lines if basis.trend else ())
            if (each.kind, each.set, each.id) == (THEME, ref.partition("@")[0], theme)
        ),
        None,
    )
    if line is None or basis.is_unknown or len(line.points) < 2:  # noqa: PLR2004 - one year is no trend
        return None
    name = basis.themes.theme(theme).title
    rows: list[_Row] = []
    for each in line.points:
        rows += (
            [_Row(f"Version {each.framework.rpartition('@')[2]} from here", None, "")]
            if each.is_break
            else []
        )
        known = each.of and not each.why_not
        rows.append(
            _Row(
                each.period,
                Fraction(each.meets, each.of) if known else None,
                f"{each.meets} of {each.of}" if known else "no point",
                is_line=False,
            )
        )
    notes = [said_break(line, each) for each in line.points if each.is_break]
    return _chart(
        _trend_title(name, line),
        rows,
        basis.look.colours,
        heads=(("Year", 20), ("Version", 16), ("Meet the target", 24), ("Level", 40)),
        table=[
            (each.period, each.framework.rpartition("@")[2],
             f"{each.meets} of {each.of}" if each.of else "no target", each.why_not or each.word)
            for each in line.points
        ],
        note=" ".join(notes),
    )  # fmt: skip


def _trend_title(name: str, line: Line) -> str:
    """Say how a line goes, as far as its last version goes back."""
    since = max((n for n, each in enumerate(line.points) if each.is_break), default=0)
    points = [each for each in line.points[since:] if each.of and not each.why_not]
    if not points:
        return f"{name}: no year of this version is a point yet."
    first, last = points[0], points[-1]
    if first is last:
        version = f" of version {last.framework.rpartition('@')[2]}" if since else ""
        return f"{name}: {last.meets} of {last.of} in {last.period}, the first year{version}."
    return (
        f"{name}: from {first.meets} of {first.of} in {first.period} to {last.meets} of {last.of} "
        f"in {last.period}."
    )


def said_break(line: Line, point: Point) -> str:
    """Say what two years of another version have in common."""
    before = line.points[line.points.index(point) - 1].period
    same = point.restated
    if same is None:
        return f"From {before} to {point.period} nothing of this theme is compared."
    few = "" if same.is_enough(point.of) else "; too few to say that the theme moved"
    outcomes = counted(same.of, "outcome")
    verb = "is" if same.of == 1 else "are"
    return (
        f"{outcomes} of {point.of} {verb} the same in {before} and {point.period}: by this "
        f"year's target {same.then} met it then, {same.now} now{few}."
    )


def confidence_chart(basis: Basis) -> Section:
    """Show how far the result is proven."""
    sure = basis.card.confidence
    figures = (
        ("Statements answered", sure.answered, sure.statements),
        ("Claims with evidence", sure.evidenced, sure.claims),
        ("Claims with evidence seen here", sure.seen, sure.claims),
        ("Claims with evidence in date", sure.in_date, sure.claims),
        ("Results reviewed independently", sure.reviewed, sure.outcomes),
    )
    reviewed = (
        f"{sure.reviewed} of {counted(sure.outcomes, 'result')} reviewed independently"
        if sure.reviewed
        else "nothing is reviewed independently"
    )
    return _chart(
        f"Of what we claim {share(sure.seen, sure.claims)} has evidence seen here, "
        f"{share(sure.in_date, sure.claims)} evidence in date; {reviewed}.",
        [
            _Row(name, Fraction(part, whole) if whole else Fraction(0), share(part, whole))
            for name, part, whole in figures
        ],
        basis.look.colours,
        heads=(("Figure", 46), ("Now", 18), ("Of", 18), ("Share", 18)),
        table=[
            (name, f"{part:,}", f"{whole:,}", share(part, whole)) for name, part, whole in figures
        ],
        note=_open_notes(basis),
    )


def _open_notes(basis: Basis) -> str:
    sure = basis.card.confidence
    return (
        "A claim is a result above the lowest level. "
        f"Counted as not answered: {sure.dont_know:,} answered “don't know”, "
        f"{sure.lacks_reason:,} without the reason they need. "
        f"Left out: {sure.does_not_apply:,} that do not apply. "
        f"Open between people: {sure.conflicts:,}; the less favourable counts."
    )


def _steps(found: Sequence[Finding]) -> int:
    return sum(each.steps for each in found)


def _furthest(ranked: Sequence[Sequence[Finding]]) -> str:
    """Say which outcome has most statements in the way, or which share that place."""
    most = _steps(ranked[0])
    tied = [found[0].score.asked.outcome.name for found in ranked if _steps(found) == most]
    if len(tied) == 1:
        where = counted(len(ranked[0]), "place")
        return f"{tied[0]} is furthest from its target: {counted(most, 'statement')} in {where}."
    more = [f"{len(tied) - _MOST_TIES} more"] if len(tied) > _MOST_TIES else []
    names = joined([*tied[:_MOST_TIES], *more])
    return f"{names} are furthest from their target, each with {counted(most, 'statement')}."


def distance_chart(
    basis: Basis, findings: Sequence[Finding], met: Sequence[str]
) -> Section | None:
    """Show how many statements stand between each outcome and its target, the furthest first.

    Args:
        findings: of one framework and theme.
        met: names of outcomes that meet their target everywhere.
    """
    if not findings:
        return None
    ranked = sorted(by_outcome(findings), key=_steps, reverse=True)
    longest = max(_steps(ranked[0]), 1)
    rows: list[_Row] = []
    table: list[tuple[str, ...]] = []
    for found in ranked:
        outcome, steps = found[0].score.asked.outcome, _steps(found)
        rows.append(_Row(outcome.name, Fraction(steps, longest), f"{steps:,}"))
        table.append((outcome.id, outcome.title, f"{steps:,}", _each_place(basis, found)))
    note = f"Meet their target everywhere: {'; '.join(met)}." if met else ""
    if len(rows) > _MOST_ROWS:
        note = f"The picture shows the {_MOST_ROWS} furthest; the table has all. {note}".strip()
    return _chart(
        _furthest(ranked),
        rows[:_MOST_ROWS],
        basis.look.colours,
        heads=(("Ref", 10), ("Outcome", 36), ("In the way", 14), ("Of these, by place", 40)),
        table=table,
        note=note,
    )


def _each_place(basis: Basis, findings: Sequence[Finding]) -> str:
    """Say how many statements are in the way in each place; where they are many, places alike."""
    if len(findings) <= MOST_PLACES:
        return ", ".join(f"{basis.place(e.score.key.scope)}: {e.steps}" for e in findings)
    alike: dict[int, list[ScopeId]] = {}
    for each in findings:
        alike.setdefault(each.steps, []).append(each.score.key.scope)
    return "; ".join(f"{basis.said_places(alike[n])}: {n}" for n in sorted(alike, reverse=True))
