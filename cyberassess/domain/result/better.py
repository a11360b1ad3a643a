"""Statements that describe a shortfall, beside those that say better.

Some statements of a lower column hold only where something is missing (*some, but not all*). Who
has left that behind says *we do better than this*, which needs no reason while a statement that
says better holds. Said *not true* beside one that holds, it most often means the same: that is
shown and never changed.

``Beside`` says it of one person's own answers, while they are given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.people.questions import Row
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Answer, CountsAs, IndicatorId, Needs, Outcome

Overtaken = Mapping[IndicatorId, tuple[IndicatorId, ...]]
"""Statements said not to hold though some that say better do, keyed by the former."""


def overtaken(outcome: Outcome, standings: Mapping[IndicatorId, Standing]) -> Overtaken:
    """Give the statements of an outcome that are said not to hold though some that say better do.

    Args:
        outcome: in some scope.
        standings: of its statements there.
    """
    holding = {key for key, each in standings.items() if each.counts_as is CountsAs.MET}
    found = {
        each.id: tuple(better for better in each.better_than if better in holding)
        for each in outcome.indicators
        if standings[each.id].counts_as is CountsAs.NOT_MET
    }
    return {statement: better for statement, better in found.items() if better}


def overtaken_in(score: OutcomeScore) -> Overtaken:
    """Give the same of an outcome that was scored."""
    return overtaken(score.asked.outcome, score.by_statement)


def surpassed(score: OutcomeScore) -> tuple[IndicatorId, ...]:
    """Give the statements that count because somebody does better than they say."""
    layouts = score.asked.framework.layout_of
    return tuple(
        key
        for key, each in score.by_statement.items()
        if each.answer is not None
        and each.counts_as is CountsAs.MET
        and layouts[key].answers[each.answer].needs is Needs.REASON_OR_BETTER
    )


def two_meanings(answers: Sequence[Answer]) -> str:
    """Say why a plain *no* is no answer where somebody may do better; empty where it is plain."""
    better = [each.label for each in answers if each.needs is Needs.REASON_OR_BETTER]
    contrary = [each.label for each in answers if each.counts_as is CountsAs.NOT_MET]
    if not better or not contrary:
        return ""
    return f'"No" could mean "{contrary[0]}" or "{better[0]}" here, so it is not guessed. '


Chosen = Callable[[Row], tuple[str, str] | None]
"""Gives the code and the reason of the answer to a row; ``None`` where there is none."""


class Beside:
    """The rows of one questionnaire, and which of them says better than which."""

    def __init__(self, rows: Iterable[Row], chosen: Chosen) -> None:
        """Look up every row a row names."""
        every = tuple(rows)
        self.rows: Mapping[StatementKey, Row] = {
            statement: row for row in every for statement in row.statements
        }
        self.chosen = chosen
        self.lesser: dict[str, list[Row]] = {}
        """What a row says better than, keyed by its ref."""
        for row in every:
            for better in self.better(row):
                self.lesser.setdefault(better.ref, []).append(row)

    def better(self, row: Row) -> list[Row]:
        """Give the rows that say better than one, as far as they are asked here."""
        return [self.rows[each] for each in row.better_than if each in self.rows]

    def needing(self, row: Row) -> tuple[Answer, ...]:
        """Give the answers to a row that count for nothing without a reason."""
        is_backed = any(self._counts_as(each) is CountsAs.MET for each in self.better(row))
        return row.needing(is_backed=is_backed)

    def overtaken(self, row: Row) -> Iterator[tuple[Row, Row]]:
        """Give the pairs a row is in of which the lesser is said not to hold, the better holds."""
        pairs = [(row, each) for each in self.better(row)]
        pairs += [(each, row) for each in self.lesser.get(row.ref, ())]
        for lesser, better in pairs:
            said = self._counts_as(lesser), self._counts_as(better)
            if said == (CountsAs.NOT_MET, CountsAs.MET):
                yield lesser, better

    def _counts_as(self, row: Row) -> CountsAs | None:
        code, reason = self.chosen(row) or ("", "")
        answer = next((each for each in row.answers if each.code == code), None)
        if answer is None or (answer.needs is Needs.REASON and not reason):
            return None
        return answer.counts_as


def overtaken_words(lesser: str, better: str) -> str:
    """Say what is odd about a statement said not to hold beside one that says better.

    Args:
        lesser: how the former is named.
        better: how the latter is named.
    """
    return f"{lesser} is said not to be true, and {better}, which says better, is."
