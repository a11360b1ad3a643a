"""``staged``: stages that build on each other, at two versions."""

from collections.abc import Sequence
from dataclasses import replace

from cyberassess.domain.rules.kind import (
    Case,
    Counted,
    CountsAs,
    Empty,
    Kind,
    Point,
    Table,
    all_of,
    between,
    short,
)
from cyberassess.errors import counted, joined

_FIRM = (CountsAs.MET, CountsAs.LEFT_OUT)
_HOPED = (*_FIRM, CountsAs.UNANSWERED)


def by_stages(given: Counted) -> Table:
    """Determine one outcome by stages.

    A stage is reached when all its applicable controls count and the stages below are reached. A
    stage with no applicable control is passed over: it holds nothing back and is never the level.
    So no level names a stage in which no control was met; with none met it is the lowest. Only
    *met* counts: what is met with exceptions, worked towards or accepted as a risk is shown apart
    and reaches no stage.

    Source: Scottish Public Sector Cyber Resilience Framework 1.0, its three stages, each of which
    builds on the one before, https://www.gov.scot/publications/cyber-resilience-framework/; what
    is said of stages without a control is ours, docs/method.md.
    """
    pairs = zip(given.ranks, given.counts, strict=True)
    applying = {rank for rank, count in pairs if count is not CountsAs.LEFT_OUT}

    def read(favourable: Sequence[CountsAs]) -> int:
        first = _first_short(given, favourable)
        return max((rank for rank in applying if rank < first), default=0)

    return between(read(_FIRM), read(_HOPED), given)


def by_stages_1(given: Counted) -> Table:
    """Determine one outcome by stages as version 1 did: a stage without a control is reached.

    It is superseded: where nothing at all is met, an outcome without a control for the lowest
    stage still stood at that stage. Kept for assessments that pinned it.
    """
    worst, best = (_first_short(given, each) - 1 for each in (_FIRM, _HOPED))
    return between(worst, best, given)


def _first_short(given: Counted, favourable: Sequence[CountsAs]) -> int:
    """Give the lowest stage with a control that does not count; one beyond the scale if none."""
    pairs = zip(given.ranks, given.counts, strict=True)
    falling = [rank for rank, count in pairs if rank > 0 and count not in favourable]
    return min(falling, default=len(given.levels))


def _why(case: Case, *, over: str = " over") -> list[str]:
    stages = range(1, len(case.levels))
    applying = {rank: [e for e in case.applying if e.rank == rank] for rank in stages}
    above = [rank for rank in stages if rank > case.reached and applying[rank]]
    upto = above[0] if above else len(case.levels)
    passed = [case.title(rank) for rank in stages if rank < upto and not applying[rank]]
    sentences: list[str] = []
    if passed:
        which = "that stage is" if len(passed) == 1 else "those stages are"
        sentences.append(f"Nothing to assess for {joined(passed)}, so {which} passed{over}.")
    sentences += [
        f"{case.levels[rank].title} is reached: {all_of(len(applying[rank]), case.one)} met."
        for rank in stages
        if rank <= case.reached and applying[rank]
    ]
    if above:
        lacking = short(applying[above[0]])
        said = _lacking(len(lacking), len(applying[above[0]]), case.one, case.title(above[0]))
        sentences.append(f"{said}: {_answers(lacking)}.")
        full = [case.title(rank) for rank in above[1:] if _is_met(applying[rank])]
        if full:
            sentences.append(
                f"All is met for {joined(full)}, but a stage counts only on top of those below it."
            )
    return sentences


def _is_met(points: Sequence[Point]) -> bool:
    return all(each.counts_as is CountsAs.MET for each in points)


def _answers(points: Sequence[Point]) -> str:
    """Say how often each answer was given: ``1 met with exceptions, 2 working towards``."""
    said = [each.said for each in points]
    return joined([f"{said.count(each)} {each}" for each in dict.fromkeys(said)])


def _lacking(short: int, size: int, one: str, stage: str) -> str:
    """Give ``2 of 5 controls for target are not met``."""
    if size == 1:
        return f"The one {one} for {stage} is not met"
    if short == size:
        return f"None of the {counted(size, one)} for {stage} is met"
    return f"{short} of {counted(size, one)} for {stage} {'is' if short == 1 else 'are'} not met"


def _why_1(case: Case) -> list[str]:
    return _why(case, over="")


STAGED = Kind(
    id="staged",
    version="2",
    decide=by_stages,
    why=_why,
    builds_up=True,
    empty=Empty.PASSED_OVER,
    note="Only “Met” counts for a stage. What does not apply is left out.",
)
STAGED_1 = replace(STAGED, version="1", decide=by_stages_1, why=_why_1, empty=Empty.LIKE_ANY)
