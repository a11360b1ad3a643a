"""The published rules: from what counts for an outcome's statements to its determination.

A rule is known by its id in a control set's file, never by the set. Each takes ranks and counts
that run in parallel, one entry a statement, and says what the outcome is, at best and at worst.
"""

from collections.abc import Container
from typing import NamedTuple, Protocol, assert_never

from cyberassess.domain.framework import CountsAs, Framework, LevelId, RuleId


class Table(NamedTuple):
    """What a rule says of an outcome."""

    suggested: LevelId | None
    """``None`` while best and worst differ, and where the outcome is not applicable."""
    best: LevelId | None
    worst: LevelId | None
    complete: bool
    not_applicable: bool
    unaccepted: tuple[LevelId, ...]
    """Columns of which more than half is left out: never all true until accepted by name."""


def by_caf_table(
    framework: Framework,
    ranks: list[int],
    counts: list[CountsAs],
    *,
    accepted: Container[LevelId] = (),
) -> Table:
    """Determine one outcome from what counts for its statements.

    ``ranks`` and ``counts`` run in parallel, one entry a statement. A warning sign that happens
    gives the lowest level. Otherwise the highest level counts all of whose statements hold.
    Statements that do not apply are left out of their column; a column with nothing left is never
    all true. Best and worst read every unanswered statement as favourable or contrary.

    Source: NCSC CAF, the headers of the tables of indicators of good practice ("at least one of
    the following statements is true", "all the following statements are true"),
    https://www.ncsc.gov.uk/collection/cyber-assessment-framework; DESIGN of this project for what
    NCSC leaves open (left out, unanswered, acceptance).
    """
    levels = framework.scale
    size = len(levels)
    total, met, unanswered, out = [0] * size, [0] * size, [0] * size, [0] * size
    for rank, count in zip(ranks, counts, strict=True):
        total[rank] += 1
        if count is CountsAs.MET:
            met[rank] += 1
        elif count is CountsAs.UNANSWERED:
            unanswered[rank] += 1
        elif count is CountsAs.LEFT_OUT:
            out[rank] += 1
    complete = not any(unanswered)
    if sum(out) == len(ranks):
        return Table(None, None, None, complete, not_applicable=True, unaccepted=())
    best = worst = 0
    happens = may_happen = False
    unaccepted: list[LevelId] = []
    for rank, level in enumerate(levels):
        left = total[rank] - out[rank]
        if level.is_warning:
            happens = happens or met[rank] > 0
            may_happen = may_happen or unanswered[rank] > 0
        elif left and out[rank] * 2 > total[rank] and level.id not in accepted:
            unaccepted.append(level.id)
        elif left:
            if met[rank] == left:
                worst = rank
            if met[rank] + unanswered[rank] == left:
                best = rank
    low = levels[0 if happens or may_happen else worst].id
    high = levels[0 if happens else best].id
    return Table(
        low if low == high else None,
        high,
        low,
        complete,
        not_applicable=False,
        unaccepted=tuple(unaccepted),
    )


def by_stages(
    framework: Framework,
    ranks: list[int],
    counts: list[CountsAs],
    *,
    accepted: Container[LevelId] = (),
) -> Table:
    """Determine one outcome by stages.

    A stage is reached when all its applicable controls count and the stages below are reached; a
    stage with no applicable control is passed. Only *met* counts: what is met with exceptions,
    worked towards or accepted as a risk is shown apart and reaches no stage.

    Source: Scottish Public Sector Cyber Resilience Framework 1.0, its three stages, each of which
    builds on the one before, https://www.gov.scot/publications/cyber-resilience-framework/.
    """
    del accepted
    if all(count is CountsAs.LEFT_OUT for count in counts):
        return _nothing_applies(counts)
    best = worst = 0
    best_open = worst_open = True
    for rank in range(1, len(framework.scale)):
        column = [c for r, c in zip(ranks, counts, strict=True) if r == rank]
        firm = all(count in (CountsAs.MET, CountsAs.LEFT_OUT) for count in column)
        possible = firm or all(
            c in (CountsAs.MET, CountsAs.LEFT_OUT, CountsAs.UNANSWERED) for c in column
        )
        worst_open = worst_open and firm
        best_open = best_open and possible
        worst = rank if worst_open else worst
        best = rank if best_open else best
    return _table(framework, worst, best, counts)


def by_all_met(
    framework: Framework,
    ranks: list[int],
    counts: list[CountsAs],
    *,
    accepted: Container[LevelId] = (),
) -> Table:
    """Determine one outcome: ready when every applicable requirement is met.

    Source: NCSC, Cyber Essentials: Requirements for IT infrastructure 3.2 and 3.3, which asks for
    all requirements of a control, https://www.ncsc.gov.uk/cyberessentials/resources.
    """
    del ranks, accepted
    if all(count is CountsAs.LEFT_OUT for count in counts):
        return _nothing_applies(counts)
    top = len(framework.scale) - 1
    firm = all(count in (CountsAs.MET, CountsAs.LEFT_OUT) for count in counts)
    failed = any(count in (CountsAs.NOT_MET, CountsAs.PARTLY) for count in counts)
    return _table(framework, top if firm else 0, 0 if failed else top, counts)


def by_in_place(
    framework: Framework,
    ranks: list[int],
    counts: list[CountsAs],
    *,
    accepted: Container[LevelId] = (),
) -> Table:
    """Determine one outcome: in place, partly, or not in place.

    In place when every applicable point is; not in place when none is, not even partly; otherwise
    partly. The scale is ours: the publishers of these sets state none.
    """
    del ranks, accepted
    left = [count for count in counts if count is not CountsAs.LEFT_OUT]
    if not left:
        return _nothing_applies(counts)
    top = len(framework.scale) - 1

    def read(unanswered: CountsAs) -> int:
        points = [unanswered if each is CountsAs.UNANSWERED else each for each in left]
        if all(each is CountsAs.MET for each in points):
            return top
        return 1 if any(each in (CountsAs.MET, CountsAs.PARTLY) for each in points) else 0

    return _table(framework, read(CountsAs.NOT_MET), read(CountsAs.MET), counts)


def _table(framework: Framework, worst: int, best: int, counts: list[CountsAs]) -> Table:
    low, high = framework.scale[worst].id, framework.scale[best].id
    return Table(
        low if low == high else None,
        high,
        low,
        complete=CountsAs.UNANSWERED not in counts,
        not_applicable=False,
        unaccepted=(),
    )


def _nothing_applies(counts: list[CountsAs]) -> Table:
    complete = CountsAs.UNANSWERED not in counts
    return Table(None, None, None, complete, not_applicable=True, unaccepted=())


class RuleFunction(Protocol):
    """What every rule looks like."""

    def __call__(
        self,
        framework: Framework,
        ranks: list[int],
        counts: list[CountsAs],
        *,
        accepted: Container[LevelId] = (),
    ) -> Table:
        """Determine one outcome."""


def rule_of(framework: Framework) -> RuleFunction:
    """Give the rule a control set names."""
    match framework.rule.id:
        case RuleId.CAF_TABLE:
            return by_caf_table
        case RuleId.STAGED:
            return by_stages
        case RuleId.ALL_MET:
            return by_all_met
        case RuleId.IN_PLACE:
            return by_in_place
        case other:
            assert_never(other)
