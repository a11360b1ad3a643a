"""How what was assessed earlier leads to what is assessed now, by the upgrades that ship."""

from collections.abc import Mapping

from cyberassess.disk.comparing_yaml import Comparisons, read_upgrade
from cyberassess.disk.resources import folder as shipped
from cyberassess.domain.sets.across import Across, across
from cyberassess.domain.sets.comparing import Upgrade
from cyberassess.domain.sets.framework import Framework, FrameworkRef


def leading(before: Mapping[FrameworkRef, Framework], after: Framework) -> Across | None:
    """Say how one of the earlier sets leads to a later one; ``None`` where no upgrade does."""
    return across(before, after, _upgrade)


def _upgrade(name: str) -> Upgrade | None:
    found = Comparisons(shipped("frameworks")).upgrades().get(name)
    return read_upgrade(found)[0] if found else None
