"""Segments, and the history they form.

Each names the segments it was written on top of (its parents), so together they form a history
that may branch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cyberassess.domain.record.happened import Event, UnknownKindError, read_event
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.recorded import Origin
from cyberassess.domain.record.shapes import (
    Actor,
    Declared,
    MisshapenError,
    Number,
    Time,
    Word,
    Words,
)
from cyberassess.errors import LedgerError, Problem

SCHEMA = 1
"""The version of segments this program writes, and the newest it reads."""


class Header(Declared):
    """The line that heads a segment."""

    parents: Words
    time: Time
    schema: Number | None = None
    command: Word | None = None
    tool: Word | None = None
    machine: Word | None = None
    seed: Word | None = None
    actor: Actor | None = None


def fitting_header(header: Mapping[str, Json]) -> dict[str, Json]:
    """Give what of the line that heads a segment has the right shape."""
    shapes = Header.shapes
    return {
        name: value
        for name, value in header.items()
        if name not in shapes or shapes[name].takes(value)
    }


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as read: its header and its events, texts included."""

    name: str
    sequence: int
    hash: str
    """SHA-256 in hex; empty while the segment is still open."""
    header: Mapping[str, Json]
    events: Sequence[Mapping[str, Json]]

    @property
    def parents(self) -> tuple[str, ...]:
        """Hashes of the segments this one was written on top of."""
        return tuple(self.header.get("parents", ()))

    @property
    def key(self) -> str:
        """The hash, or the name while there is none."""
        return self.hash or self.name

    @property
    def actor(self) -> Mapping[str, Json]:
        """Who gave the command: id, name and role as recorded; empty where nothing is."""
        by = self.header.get("actor")
        return by if isinstance(by, dict) else {}

    @property
    def times(self) -> Iterator[str]:
        """Its time, and while it is open those of its events."""
        yield str(self.header.get("time", ""))
        if not self.hash:
            yield from (origin.time for origin, _ in self.happened())

    def happened(self, *kinds: str) -> Iterator[tuple[Origin, Event]]:
        """Give what the segment records, line by line.

        Args:
            kinds: what is looked for; everything if empty.

        Raises:
            LedgerError: where an event has another shape, or is not known to this program.
        """
        actor = str(self.actor.get("id", ""))
        time, command = (str(self.header.get(name, "")) for name in ("time", "command"))
        for line, found in enumerate(self.events, start=2):
            if kinds and found.get("type") not in kinds:
                continue
            try:
                event = read_event(found)
            except UnknownKindError as cause:
                raise LedgerError.because(
                    "event-unknown",
                    f"ledger/{self.name}, line {line}",
                    f'An event of kind "{cause}" is not known to this version.',
                    "A newer version wrote it: update cyberassess. Nothing was changed.",
                ) from cause
            except MisshapenError as cause:
                raise LedgerError.because(
                    "event-unreadable",
                    f"ledger/{self.name}, line {line}",
                    f"The event cannot be read: {cause}.",
                    "Restore the file from a backup or another copy, or: cyberassess "
                    "recover. Nothing was changed.",
                ) from cause
            yield Origin(self.key, line, event.time or time, actor, command), event


def in_order(segments: Iterable[Segment]) -> list[Segment]:
    """Sort segments so that parents stand before their children, the same on every machine.

    Raises:
        LedgerError: where a parent is missing.
    """
    ordered = sorted(segments, key=lambda each: (each.sequence, each.key))
    known = {each.hash for each in ordered if each.hash}
    problems = [
        Problem(
            "segment-missing",
            f"ledger/{segment.name}",
            f"It was written on top of a segment {segment.sequence - 1:06d}-{parent[:8]} "
            "that has not arrived.",
            "Is the folder still syncing? Wait for the file, or copy it from the other "
            "machine. If it is lost: cyberassess recover. Nothing was changed.",
        )
        for segment in ordered
        for parent in segment.parents
        if parent not in known
    ]
    numbers = {each.hash: each.sequence for each in ordered if each.hash}
    problems += [
        Problem(
            "segment-misnumbered",
            f"ledger/{segment.name}",
            f"It is numbered {segment.sequence:06d}, but was written on top of "
            f"{numbers[parent]:06d}-{parent[:8]}.",
            "Restore the file from a backup or another copy. Nothing was changed.",
        )
        for segment in ordered
        for parent in segment.parents
        if numbers.get(parent, 0) >= segment.sequence
    ]
    if problems:
        raise LedgerError(*problems)
    return ordered


def heads_of(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Give the segments nothing was written on top of."""
    ordered = in_order(segments)
    parents = {parent for segment in ordered for parent in segment.parents}
    return tuple(segment for segment in ordered if segment.key not in parents)


def up_to(segments: Iterable[Segment], head: str) -> list[Segment] | None:
    """Give a segment and all it was written on top of; ``None`` where the head is unknown."""
    by_hash = {segment.hash: segment for segment in segments if segment.hash}
    if head not in by_hash:
        return None
    wanted: set[str] = set()
    stack = [head]
    while stack:
        each = stack.pop()
        if each not in wanted and each in by_hash:
            wanted.add(each)
            stack.extend(by_hash[each].parents)
    return [segment for key, segment in by_hash.items() if key in wanted]
