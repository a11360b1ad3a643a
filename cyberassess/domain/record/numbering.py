"""Numbers that people call things by: given once, and never one number for two things.

What is numbered is keyed by something nobody sees, and its number is given when it is recorded.
Copies of an assessment that went apart may give one number twice. Whoever joins them records
another number for one of the two; which one follows from the branches alone, so that it is the
same whoever joins them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Record, RecordKey, State

NUMBERING = registers.Numbering.kind
NUMBERED = {
    registers.Action.kind: "ACT-{:03d}",
    registers.EvidenceItem.kind: "EV-{:03d}",
    registers.Approval.kind: "version {}",
}
"""The kinds of record that have a number, with how it is said."""
_REVIEW = ("review",)


class Number(NamedTuple):
    """What something is called by."""

    number: int
    was: tuple[int, ...] = ()
    """Numbers it had in another copy, before copies were joined."""


NO_NUMBER = Number(0)


def numbers(state: State, kind: str) -> dict[RecordKey, Number]:
    """Give the number of everything of a kind that was ever recorded."""
    found: dict[RecordKey, Number] = {}
    for (each, key), records in state.record_history.items():
        if each != kind or key[1:] == _REVIEW:
            continue
        anew = state.records.get(NUMBERING, {}).get((kind, *key), ())
        found[key] = _chosen(anew) if anew else Number(_given(records))
    return found


def _given(records: Sequence[Record]) -> int:
    """Give the number a thing was recorded with; an older key is the number itself."""
    known = (str(each.fields["number"]) for each in records if "number" in each.fields)
    return int(next(known, "") or _in_key(records[0].kind, records[0].key) or 0)


def _in_key(kind: str, key: RecordKey) -> str:
    """Give the number that a key holds; empty where it holds none."""
    found = key[0].removeprefix("ACT-")
    return (
        found
        if kind in (registers.Action.kind, registers.Approval.kind) and found.isdecimal()
        else ""
    )


def _chosen(anew: Sequence[Record]) -> Number:
    """Give the lowest number that branches gave anew; it had the others as well."""
    every = sorted(int(each.fields["number"]) for each in anew)
    was = {int(number) for each in anew for number in each.fields["was"]} | set(every[1:])
    return Number(every[0], tuple(sorted(was - {every[0]})))


def next_number(state: State, kind: str) -> int:
    """Give a number nothing of a kind has had; what was removed keeps its own."""
    return 1 + max((n for each in numbers(state, kind).values() for n in _had(each)), default=0)


def _had(each: Number) -> tuple[int, ...]:
    return (each.number, *each.was)


def said_was(kind: str, number: Number) -> str:
    """Say what something was called in another copy; empty where it was called nothing else."""
    names = [NUMBERED[kind].format(each) for each in number.was]
    return f"was {' and '.join(names)} in the other copy" if names else ""


def renumbered(state: State, branches: Mapping[str, State]) -> Iterator[tuple[RecordKey, Number]]:
    """Give the numbers to record when branches are joined, keyed as in the register.

    What only the branches with the later hashes have gets the next free numbers, in the order it
    was numbered there. Two things that stood together in one branch already keep what they have,
    and so do things whose key is their number.

    Args:
        state: of all branches together.
        branches: what each says alone, keyed by the hash of its head.
    """
    for kind in NUMBERED:
        now = numbers(state, kind)
        alone = [numbers(branches[head], kind) for head in sorted(branches)]
        history = state.record_history
        versions = {key: str(history[kind, key][0].fields.get("fingerprint", "")) for key in now}
        things = _Joined(kind, now, alone, versions)
        several = state.records.get(NUMBERING, {})
        changed = {key for key in now if len(several.get((kind, *key), ())) > 1}
        free = next_number(state, kind)
        for key in sorted(now, key=things.rank):
            if things.is_taken(key):
                now[key] = Number(free, tuple(sorted(_had(now[key]))))
                changed.add(key)
                free += 1
        yield from (((kind, *key), now[key]) for key in now if key in changed)


@dataclass(frozen=True, slots=True)
class _Joined:
    """The things of one kind when branches are joined."""

    kind: str
    now: dict[RecordKey, Number]
    alone: Sequence[Mapping[RecordKey, Number]]
    """What each branch had, in the order of their hashes."""
    versions: Mapping[RecordKey, str]
    """Fingerprints: several approvals of one state are of one version."""

    def is_own(self, key: RecordKey) -> bool:
        """Say whether a thing's key is its number, as older versions wrote it."""
        return len(key) == 1 and bool(_in_key(self.kind, key))

    def is_same(self, key: RecordKey, other: RecordKey) -> bool:
        """Say whether two may share a number: one version, or shared in a branch already."""
        versions = {self.versions.get(each, "") for each in (key, other)}
        together = (each for each in self.alone if key in each and other in each)
        return (len(versions) == 1 and versions != {""}) or any(
            each[key].number == each[other].number for each in together
        )

    def rank(self, key: RecordKey) -> tuple[bool, int, int, RecordKey]:
        """Give where a thing stands in the order in which numbers are kept."""
        branch = next((n for n, each in enumerate(self.alone) if key in each), len(self.alone))
        return not self.is_own(key), branch, self.now[key].number, key

    def is_taken(self, key: RecordKey) -> bool:
        """Say whether something else, which stands before it, has its number."""
        return not self.is_own(key) and any(
            number.number == self.now[key].number
            and self.rank(other) < self.rank(key)
            and not self.is_same(key, other)
            for other, number in self.now.items()
        )
