"""What moved since last year: results that rose or fell, and the answers that moved them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.result.counting import word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.years import Year, answers_behind, moves
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import Part, Row, Table, Text, columns, paragraph
from cyberassess.paper.furniture import better_or_worse, named
from cyberassess.paper.sections.outcomes import result_of
from cyberassess.paper.sections.summary import statement_text

_LONGEST_STATEMENT = 80
_MOST_REFS = 6


@dataclass(frozen=True, slots=True)
class Turned:
    """An answer that moved a result."""

    ref: str
    text: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A result that rose or fell."""

    ref: str
    title: str
    where: str
    is_worse: bool
    before: str
    now: str
    crossed: bool = False
    """It is in the headline theme and crossed its target, so it moved the count itself."""
    answer: Turned | None = None
    """The first of those that moved it."""
    more: str = ""
    """Which other answers did; or that none did."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What rose and fell: what counts for the headline first, then what fell."""

    sentence: str
    """Says so where nothing can be compared."""
    rows: tuple[MoveRow, ...]
    named: tuple[str, ...] = ()
    """The answers behind the first that fell and the first that rose, a sentence each."""
    rose: int = 0
    fell: int = 0


def moved_since(basis: Basis, *, framework: FrameworkRef | None = None, theme: str = "") -> Moved:
    """Give what moved since last year, everywhere or in one theme of a framework."""
    if basis.before is None:
        return Moved(NO_YEAR, ())
    found = moves(basis.before, basis.card)
    if not found.compared:
        return Moved("", ())

    def inside(score: OutcomeScore) -> bool:
        return not theme or (score.key.framework == framework and basis.theme_of(score) == theme)

    fell = [each for each in found.fell if inside(each)]
    rose = [each for each in found.rose if inside(each)]
    compared = sum(map(inside, found.compared))
    results = counted(compared, "result")
    ranked = sorted((*fell, *rose), key=lambda each: not _crossed(basis, each))
    return Moved(
        f"Since last year, of {results} known in both years, {len(rose)} rose and "
        f"{len(fell)} fell.",
        tuple(_row(basis, basis.before, each, is_worse=each in fell) for each in (*fell, *rose)),
        tuple(_named(basis, basis.before, ranked)),
        len(rose),
        len(fell),
    )


def said_moves(basis: Basis, moved: Moved) -> str:
    """Say what moved beside a count of outcomes: results are levels, each place by itself."""
    if not moved.rose and not moved.fell:
        return "No result rose or fell."
    places = {each.key.scope for each in basis.card.outcomes}
    each_place = "By place, " if len(places) > 1 else ""
    return f"{each_place}{counted(moved.rose, 'result')} rose, {moved.fell} fell."


NO_YEAR = "No earlier assessment is named, so nothing is compared with last year."


def _crossed(basis: Basis, score: OutcomeScore) -> bool:
    """Say whether a result that moved is in the headline theme and crossed its target."""
    was = basis.before.outcomes[score.key] if basis.before else None
    return (
        was is not None
        and score.key.framework == basis.first.ref
        and basis.theme_of(score) == basis.headline.id
        and was.meets_target is not score.meets_target
    )


def _named(basis: Basis, before: Year, ranked: list[OutcomeScore]) -> Iterator[str]:
    """Name the answers behind one result that fell and one that rose, as page one has room for."""
    done: set[bool] = set()
    for score in ranked:
        fell = (score.rank or 0) < (before.outcomes[score.key].rank or 0)
        behind = answers_behind(before, score)
        if fell in done or not behind:
            continue
        done.add(fell)
        turned = _turned(before, score, behind[0])
        text = " ".join(turned.text.split()).rstrip(".")
        if len(text) > _LONGEST_STATEMENT:
            text = f"{text[: _LONGEST_STATEMENT - 2].rsplit(' ', 1)[0]} …"
        rest = len(behind) - 1
        more = f", and {counted(rest, 'other answer')}" if rest else ""
        yield (
            f"{'Down' if fell else 'Up'}: {score.asked.outcome.id}, {basis.where(score)}. "
            f"“{text}” went from “{turned.before}” to “{turned.now}”{more}."
        )


def _turned(before: Year, score: OutcomeScore, indicator: IndicatorId) -> Turned:
    was = before.outcomes[score.key].score
    return Turned(
        indicator,
        statement_text(score, indicator),
        word_of(was, indicator) if was and indicator in was.by_statement else "Not asked",
        word_of(score, indicator),
    )


def _row(basis: Basis, before: Year, score: OutcomeScore, *, is_worse: bool) -> MoveRow:
    rank = before.outcomes[score.key].rank or 0
    outcome = score.asked.outcome
    behind = answers_behind(before, score)
    return MoveRow(
        outcome.id,
        outcome.title,
        basis.where(score),
        is_worse,
        score.asked.framework.scale[rank].title,
        result_of(score).word,
        _crossed(basis, score),
        _turned(before, score, behind[0]) if behind else None,
        _more(before, score, behind),
    )


def _more(before: Year, score: OutcomeScore, behind: tuple[IndicatorId, ...]) -> str:
    if behind:
        others = [str(each) for each in behind[1:]]
        if len(others) > _MOST_REFS:
            others = [*others[:_MOST_REFS], f"{len(others) - _MOST_REFS} more"]
        return f"Also {joined(others)}." if others else ""
    was = before.outcomes[score.key].score
    if any(each.confirmed and each.confirmed != each.suggested for each in (score, was) if each):
        return "No answer: a person confirmed another level than the answers give."
    return "No single answer: what applies, or what was accepted, has changed."


def moved_table(rows: Sequence[MoveRow]) -> Table:
    """Name what rose and fell, a line each."""
    heads = columns(("Ref", 8), ("Outcome", 32), ("Where", 21), ("Moved", 9), ("From, to", 30))
    return Table(
        heads,
        tuple(
            (
                each.ref,
                each.title,
                each.where,
                better_or_worse(is_worse=each.is_worse),
                f"{each.before} to {each.now}",
            )
            for each in rows
        ),
        "short",
    )


def moved_by_table(rows: Sequence[MoveRow]) -> Table:
    """Name what rose and fell, with the answers that moved it."""
    heads = columns(("Outcome, and where", 27), ("Moved", 20), ("Answers that moved it", 53))
    return Table(heads, tuple(map(_moved_by, rows)), "found")


def _moved_by(row: MoveRow) -> Row:
    turned: tuple[Text, ...] = ()
    if row.answer:
        found = row.answer
        way = f"{found.ref}: from “{found.before}” to “{found.now}”."
        turned = (Text((f"{found.text} ", Part(way, "place"))),)
    return (
        named(f"{row.ref} {row.title}", row.where),
        (
            Text(better_or_worse(is_worse=row.is_worse)),
            Text(f"{row.before} to {row.now}", "small"),
        ),
        (*turned, *paragraph(row.more, "small")),
    )
