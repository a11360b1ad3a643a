"""The kinds of rule the engine knows: the one list."""

from cyberassess.domain.rules.all_met import ALL_MET
from cyberassess.domain.rules.caf_table import CAF_TABLE
from cyberassess.domain.rules.in_place import IN_PLACE
from cyberassess.domain.rules.kind import Kind
from cyberassess.domain.rules.staged import STAGED, STAGED_1

RULES: dict[str, tuple[Kind, ...]] = {
    each[0].id: each for each in ((CAF_TABLE,), (STAGED_1, STAGED), (ALL_MET,), (IN_PLACE,))
}
"""Keyed by id, the versions of each oldest first; all but the last are superseded."""


def kind_of(rule: str, version: str) -> Kind:
    """Give a kind of rule; its newest version for one that is not known.

    What a set that names a version nobody knows gives is never shown: it is refused.

    Raises:
        KeyError: for an id that is not known.
    """
    return next((each for each in RULES[rule] if each.version == version), RULES[rule][-1])
