"""What moved since last year: results that rose or fell, in a sentence and in rows."""

from dataclasses import dataclass

from cyberassess.adapters.report.basis import Basis
from cyberassess.adapters.report.outcomes_view import result_of
from cyberassess.domain.framework import FrameworkRef
from cyberassess.domain.scoring import OutcomeScore
from cyberassess.domain.years import Year, moves
from cyberassess.errors import counted


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A result that rose or fell."""

    ref: str
    title: str
    where: str
    is_worse: bool
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What rose and fell, those that fell first."""

    sentence: str
    """Empty where nothing can be compared."""
    rows: tuple[MoveRow, ...]


def moved_since(basis: Basis, *, framework: FrameworkRef | None = None, theme: str = "") -> Moved:
    """Give what moved since last year, everywhere or in one theme of a framework."""
    if basis.before is None:
        return Moved("", ())
    found = moves(basis.before, basis.card)
    if not found.compared:
        return Moved("", ())

    def inside(score: OutcomeScore) -> bool:
        return not theme or (score.key.framework == framework and basis.theme_of(score) == theme)

    fell = [each for each in found.fell if inside(each)]
    rose = [each for each in found.rose if inside(each)]
    compared = sum(map(inside, found.compared))
    results = counted(compared, "result")
    return Moved(
        f"Since last year, of {results} known in both years, {len(rose)} rose and "
        f"{len(fell)} fell.",
        (
            *(_row(basis, basis.before, each, is_worse=True) for each in fell),
            *(_row(basis, basis.before, each, is_worse=False) for each in rose),
        ),
    )


def _row(basis: Basis, before: Year, score: OutcomeScore, *, is_worse: bool) -> MoveRow:
    rank = before.outcomes[score.key].rank or 0
    outcome = score.asked.outcome
    return MoveRow(
        outcome.id,
        outcome.title,
        basis.where(score),
        is_worse,
        score.asked.framework.scale[rank].title,
        result_of(score).word,
    )
