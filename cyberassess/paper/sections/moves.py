"""What moved since last year: results that rose or fell, and the answers that moved them."""

from collections.abc import Iterator, Sequence

from cyberassess.domain.result.counting import word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.years import Moves, Year, answers_behind
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import Part, Row, Table, Text, columns, paragraph
from cyberassess.paper.furniture import better_or_worse, named
from cyberassess.paper.sections.outcomes import result_of
from cyberassess.paper.sections.summary import statement_text

_LONGEST_STATEMENT = 80
_MOST_REFS = 6


def moved_in(basis: Basis, framework: FrameworkRef, theme: str) -> Moves:
    """Give what moved in one theme of a control set."""

    def inside(score: OutcomeScore) -> bool:
        return score.key.framework == framework and basis.theme_of(score) == theme

    return Moves(*(tuple(filter(inside, each)) for each in basis.moved))


def said_moved(basis: Basis, moved: Moves) -> str:
    """Say how many results rose and fell; empty where none can be compared."""
    if basis.before is None:
        return "No earlier assessment is named, so nothing is compared with last year."
    if not basis.moved.compared:
        return ""
    return (
        f"Since last year, of {counted(len(moved.compared), 'result')} known in both years, "
        f"{len(moved.rose)} rose and {len(moved.fell)} fell."
    )


def said_moves(basis: Basis) -> str:
    """Say what moved beside the count of one theme."""
    rose, fell, _ = map(len, basis.moved)
    if not rose and not fell:
        return "No result rose or fell."
    themes = {basis.theme_of(each) for each in basis.card.outcomes}
    every = "All themes: " if len(themes) > 1 else ""
    return f"{every}{counted(rose, 'result')} rose, {fell} fell."


def telling_first(basis: Basis) -> list[OutcomeScore]:
    """Give what moved: what crossed its target in the headline theme first, then what fell."""

    def crossed(score: OutcomeScore) -> bool:
        return (
            basis.before is not None
            and score.key.framework == basis.first.ref
            and basis.theme_of(score) == basis.headline.id
            and basis.before.outcomes[score.key].meets_target is not score.meets_target
        )

    return sorted((*basis.moved.fell, *basis.moved.rose), key=lambda each: not crossed(each))


def said_turns(basis: Basis) -> Iterator[str]:
    """Name the answers behind one result that fell and one that rose, as page one has room for."""
    before, done = basis.before, set[bool]()
    if before is None:
        return
    for score in telling_first(basis):
        fell, behind = _fell(before, score), answers_behind(before, score)
        if fell in done or not behind:
            continue
        done.add(fell)
        outcome = score.asked.outcome
        text = " ".join(statement_text(score, behind[0]).split()).rstrip(".")
        if len(text) > _LONGEST_STATEMENT:
            text = f"{text[: _LONGEST_STATEMENT - 2].rsplit(' ', 1)[0]} …"
        rest = len(behind) - 1
        more = f", and {counted(rest, 'other answer')}" if rest else ""
        yield (
            f"{'Down' if fell else 'Up'}: {outcome.name}, {basis.where(score)}. "
            f"“{text}” went {_turn(before, score, behind[0])}{more}."
        )


def _fell(before: Year, score: OutcomeScore) -> bool:
    return (score.rank or 0) < (before.outcomes[score.key].rank or 0)


def _turn(before: Year, score: OutcomeScore, indicator: IndicatorId) -> str:
    was = before.outcomes[score.key].score
    then = word_of(was, indicator) if was and indicator in was.by_statement else "Not asked"
    return f"from “{then}” to “{word_of(score, indicator)}”"


def _levels(before: Year, score: OutcomeScore) -> str:
    then = score.asked.framework.scale[before.outcomes[score.key].rank or 0].title
    return f"{then} to {result_of(score).word}"


def moved_table(basis: Basis, scores: Sequence[OutcomeScore]) -> Iterator[Table]:
    """Name what rose and fell, a line each; nothing where nothing did."""
    if basis.before and scores:
        heads = columns(("Ref", 8), ("Outcome", 32), ("Where", 21), ("Moved", 9), ("From, to", 30))
        rows = tuple(
            (
                each.asked.outcome.id,
                each.asked.outcome.title,
                basis.where(each),
                better_or_worse(is_worse=_fell(basis.before, each)),
                _levels(basis.before, each),
            )
            for each in scores
        )
        yield Table(heads, rows, "short")


def moved_by_table(basis: Basis, scores: Sequence[OutcomeScore]) -> Iterator[Table]:
    """Name what rose and fell, with the answers that moved it; nothing where nothing did."""
    if basis.before and scores:
        heads = columns(("Outcome, and where", 27), ("Moved", 20), ("Answers that moved it", 53))
        yield Table(heads, tuple(_moved_by(basis, basis.before, each) for each in scores), "found")


def _moved_by(basis: Basis, before: Year, score: OutcomeScore) -> Row:
    behind = answers_behind(before, score)
    turned = (
        Text(
            (
                f"{statement_text(score, each)} ",
                Part(f"{each}: {_turn(before, score, each)}.", "place"),
            )
        )
        for each in behind[:1]
    )
    moved = better_or_worse(is_worse=_fell(before, score))
    return (
        named(score.asked.outcome.name, basis.where(score)),
        (Text(moved), Text(_levels(before, score), "small")),
        (*turned, *paragraph(_more(before, score, behind), "small")),
    )


def _more(before: Year, score: OutcomeScore, behind: Sequence[IndicatorId]) -> str:
    """Say which other answers moved it, or that none did."""
    if behind:
        others = [str(each) for each in behind[1:]]
        if len(others) > _MOST_REFS:
            others = [*others[:_MOST_REFS], f"{len(others) - _MOST_REFS} more"]
        return f"Also {joined(others)}." if others else ""
    was = before.outcomes[score.key].score
    if any(each.confirmed and each.confirmed != each.suggested for each in (score, was) if each):
        return "No answer: a person confirmed another level than the answers give."
    return "No single answer: what applies, or what was accepted, has changed."
