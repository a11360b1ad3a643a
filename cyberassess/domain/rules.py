"""The published rules: from what counts for an outcome's statements to its determination.

A rule is known by its id in a control set's file, never by the set. Each takes ranks and counts
that run in parallel, one entry a statement, and says what the outcome is, at best and at worst.
"""

from collections.abc import Container, Mapping
from typing import NamedTuple, Protocol

from cyberassess.domain.sets.framework import CountsAs, Framework, LevelId, RuleId


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

    A stage is reached when all its applicable controls count and the stages below are reached. A
    stage with no applicable control is passed over: it holds nothing back and is never the level.
    So no level names a stage in which no control was met; with none met it is the lowest. Only
    *met* counts: what is met with exceptions, worked towards or accepted as a risk is shown apart
    and reaches no stage.

    Source: Scottish Public Sector Cyber Resilience Framework 1.0, its three stages, each of which
    builds on the one before, https://www.gov.scot/publications/cyber-resilience-framework/; what
    is said of stages without a control is ours, docs/method.md.
    """
    del accepted
    if all(count is CountsAs.LEFT_OUT for count in counts):
        return _nothing_applies(counts)
    applying = {
        r for r, count in zip(ranks, counts, strict=True) if count is not CountsAs.LEFT_OUT
    }

    def read(*favourable: CountsAs) -> int:
        falling = [r for r, c in zip(ranks, counts, strict=True) if r > 0 and c not in favourable]
        first = min(falling, default=len(framework.scale))
        return max((rank for rank in applying if rank < first), default=0)

    firm = (CountsAs.MET, CountsAs.LEFT_OUT)
    return _table(framework, read(*firm), read(*firm, CountsAs.UNANSWERED), counts)


def by_stages_1(
    framework: Framework,
    ranks: list[int],
    counts: list[CountsAs],
    *,
    accepted: Container[LevelId] = (),
) -> Table:
    """Determine one outcome by stages as version 1 did: a stage without a control is reached.

    It is superseded: where nothing at all is met, an outcome without a control for the lowest
    stage still stood at that stage. Kept for assessments that pinned it.
    """
    del accepted
    if all(count is CountsAs.LEFT_OUT for count in counts):
        return _nothing_applies(counts)

    def read(*favourable: CountsAs) -> int:
        falling = [r for r, c in zip(ranks, counts, strict=True) if r > 0 and c not in favourable]
        return min(falling, default=len(framework.scale)) - 1

    firm = (CountsAs.MET, CountsAs.LEFT_OUT)
    return _table(framework, read(*firm), read(*firm, CountsAs.UNANSWERED), counts)


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


RULES: Mapping[tuple[RuleId, str], RuleFunction] = {
    (RuleId.CAF_TABLE, "1"): by_caf_table,
    (RuleId.STAGED, "1"): by_stages_1,
    (RuleId.STAGED, "2"): by_stages,
    (RuleId.ALL_MET, "1"): by_all_met,
    (RuleId.IN_PLACE, "1"): by_in_place,
}
"""Every rule, keyed by its id and version."""


def rule_of(framework: Framework) -> RuleFunction:
    """Give the rule a control set names; ``KeyError`` for a version that is not known."""
    return RULES[framework.rule.id, framework.rule.version]
