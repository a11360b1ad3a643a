"""What one version of a set has to do with another: which statement follows which, either way.

Between two versions an upgrade file says it, and it is read in either direction: a year may be
assessed by the older version again. Ids alone are never proof.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cyberassess.domain.sets.comparing import (
    CARRYING,
    Place,
    StatementChange,
    Upgrade,
    Wording,
    upgrade_name,
)
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId, OutcomeId


class Successor(NamedTuple):
    """That a statement of the later assessment follows one of the earlier."""

    before: IndicatorId
    after: IndicatorId
    because: str
    """Why it is asked again, without a full stop; empty where an answer may be offered."""
    is_alike: bool
    """Whether both are worded the same, or but for a trifle."""

    @property
    def carries(self) -> bool:
        """Whether an answer may be offered across."""
        return not self.because


@dataclass(frozen=True)
class Across:
    """How an earlier assessment's version of a set leads to a later one's."""

    before: Framework
    after: Framework
    successors: tuple[Successor, ...]
    outcomes: Mapping[OutcomeId, tuple[OutcomeId, ...]]
    """What became of each earlier outcome, the one that holds most of it first; empty if gone."""

    @property
    def is_same(self) -> bool:
        """Whether it is one version, at whatever revisions."""
        return self.before.ref == self.after.ref

    @cached_property
    def by_after(self) -> Mapping[IndicatorId, tuple[Successor, ...]]:
        """The links keyed by the later statement; one that was merged has several."""
        found: dict[IndicatorId, tuple[Successor, ...]] = {}
        for each in self.successors:
            found[each.after] = (*found.get(each.after, ()), each)
        return found

    @cached_property
    def by_before(self) -> Mapping[IndicatorId, tuple[Successor, ...]]:
        """The links keyed by the earlier statement; one that was split has several."""
        found: dict[IndicatorId, tuple[Successor, ...]] = {}
        for each in self.successors:
            found[each.before] = (*found.get(each.before, ()), each)
        return found


def across(
    before: Mapping[FrameworkRef, Framework],
    after: Framework,
    upgrade: Callable[[str], Upgrade | None],
) -> Across | None:
    """Say how what was assessed earlier leads to a set; ``None`` where nothing says so.

    Args:
        before: the sets of the earlier assessment.
        upgrade: gives an upgrade by its id, if there is one.
    """
    if after.ref in before:
        return _same_version(before[after.ref], after)
    for old in before.values():
        if old.id != after.id:
            continue
        for one, other in ((old, after), (after, old)):
            found = upgrade(upgrade_name(one.ref, other.ref))
            if found is not None:
                return _by_upgrade(found, old, after)
    return None


def _same_version(before: Framework, after: Framework) -> Across:
    again = after.asked_again_since(before.revision)
    return Across(
        before,
        after,
        tuple(
            Successor(each, each, _CORRECTED if each in again else "", each not in again)
            for each in before.indicators
            if each in after.indicators
        ),
        {each: (each,) if each in after.outcomes else () for each in before.outcomes},
    )


def _by_upgrade(upgrade: Upgrade, before: Framework, after: Framework) -> Across:
    is_forth = upgrade.to == after.ref
    successors = []
    for each in upgrade.statements:
        one, other = (each.from_, each.to) if is_forth else (each.to, each.from_)
        if one is not None and other is not None:
            alike = each.wording in CARRYING
            successors.append(Successor(one, other, _because(each), alike))
    outcomes: dict[OutcomeId, tuple[OutcomeId, ...]] = dict.fromkeys(before.outcomes, ())
    for change in upgrade.outcomes:
        if is_forth and change.from_ is not None:
            outcomes[change.from_] = change.to
        elif change.from_ is not None:
            for each_to in change.to:
                outcomes[each_to] = (*outcomes[each_to], change.from_)
    return Across(before, after, tuple(successors), outcomes)


_CORRECTED = "its words were corrected since, and it asks for something else"
_PLACES = {
    Place.SPLIT: "one statement became several",
    Place.MERGED: "several statements became one",
}
_WORDINGS = {
    Wording.REWORDED: "it is worded otherwise",
    Wording.REWRITTEN: "it was written anew",
}


def _because(change: StatementChange) -> str:
    """Say why a statement is asked again; empty where its answer may be offered."""
    if change.carries:
        return ""
    if change.why:
        return change.why.rstrip(".")
    said = [_PLACES.get(change.place, ""), _WORDINGS.get(change.wording or Wording.SAME, "")]
    if change.wording in CARRYING:
        said.append("it counts towards another level")
    return " and ".join(filter(None, said))
