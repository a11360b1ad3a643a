"""Where what was recorded under one version of a set stands under another version too.

Nothing is written anew: an entry of the ledger says which statements and outcomes are alike
(``happened.SetVersion``), and what was said of the one stands for the other, before that entry
and after it. Going back is another such entry the other way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.record import happened
from cyberassess.domain.record.recorded import Record, RecordKey
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId

_Key = TypeVar("_Key", bound=tuple[str, ...])
STATEMENTS, OUTCOMES, EXPLAINED, WHOLE, TOPICS = (
    "statements", "outcomes", "explained", "whole", "topics",
)  # fmt: skip
PARTS: Mapping[str, tuple[int, str]] = {
    happened.Inheritance.kind: (0, STATEMENTS),
    happened.Comment.kind: (1, STATEMENTS),
    happened.Determination.kind: (0, WHOLE),
    happened.Acceptance.kind: (0, WHOLE),
    happened.Review.kind: (0, WHOLE),
    happened.Sharing.kind: (0, TOPICS),
    happened.EvidenceLink.kind: (1, OUTCOMES),
}
"""Of each register whose keys name a framework version: where in the key, and by what the part
two places on is led."""


class Led(NamedTuple):
    """Where an answer stands too."""

    statement: StatementKey
    is_asked_again: bool
    """Whether it counts for nothing there, and is shown beside the question."""
    is_alike: bool
    """Whether it takes the place of an earlier answer there."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One version of a set in place of another."""

    before: FrameworkRef
    after: FrameworkRef
    said: happened.SetVersion

    def answers(self, key: StatementKey, code: str) -> Iterator[Led]:
        """Give where an answer stands too; ``code`` is empty for one that was taken back."""
        if key.framework != self.before:
            return
        said = self.said
        fits = code not in (said.answers or {}).get(key.indicator, ())
        for names, is_alike in ((said.statements, True), (said.again, False)):
            for name in names.get(key.indicator, ()):
                other = StatementKey(self.after, key.scope, IndicatorId(name))
                yield Led(other, not (is_alike and fits), is_alike)

    def outcomes(self, key: OutcomeKey, what: str) -> Iterator[OutcomeKey]:
        """Give where something of an outcome stands too."""
        names: Mapping[str, Sequence[str]] = getattr(self.said, what)
        for name in names.get(key.outcome, ()) if key.framework == self.before else ():
            yield OutcomeKey(self.after, key.scope, OutcomeId(name))

    def records(self, kind: str, key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give where an entry of a register stands too."""
        place, what = PARTS.get(kind, (0, ""))
        if what and key[place] == self.before:
            names: Mapping[str, Sequence[str]] = getattr(self.said, what)
            for name in names.get(key[place + 2], ()):
                yield (*key[:place], self.after, key[place + 1], name, *key[place + 3 :])


@dataclass(slots=True)
class Leads:
    """All of them, in the order in which they were first recorded."""

    found: dict[tuple[str, ...], Lead] = field(default_factory=dict)

    def add(self, key: Sequence[str], said: happened.SetVersion) -> Lead:
        """Take in one, in place of what was said of the same two versions before."""
        before, after = map(FrameworkRef, key)
        lead = self.found[before, after] = Lead(before, after, said)
        return lead

    @property
    def sets(self) -> frozenset[FrameworkRef]:
        """Every version that was in use before another, or since."""
        return frozenset(
            each for lead in self.found.values() for each in (lead.before, lead.after)
        )

    def answers(self, key: StatementKey, code: str) -> Iterator[Led]:
        """Give where an answer stands too, by one version or several."""
        passed, ways = {key}, [Led(key, is_asked_again=False, is_alike=True)]
        while ways if self.found else ():
            at = ways.pop()
            for lead in self.found.values():
                for led in lead.answers(at.statement, code):
                    if led.statement not in passed:
                        passed.add(led.statement)
                        again = at.is_asked_again or led.is_asked_again
                        ways.append(Led(led.statement, again, at.is_alike and led.is_alike))
                        yield ways[-1]

    def outcomes(self, key: OutcomeKey, what: str = EXPLAINED) -> Iterator[OutcomeKey]:
        """Give where something of an outcome stands too."""
        return self._beyond(key, lambda lead, at: lead.outcomes(at, what))

    def records(self, kind: str, key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give where an entry of a register stands too: never elsewhere in its own version."""
        place, _ = PARTS.get(kind, (0, ""))
        found = self._beyond(key, lambda lead, at: lead.records(kind, at))
        return (each for each in found if each[place] != key[place])

    def _beyond(
        self, key: _Key, lead_on: Callable[[Lead, _Key], Iterable[_Key]]
    ) -> Iterator[_Key]:
        passed, ways = {key}, [key]
        while ways if self.found else ():
            at = ways.pop()
            for lead in self.found.values():
                for other in lead_on(lead, at):
                    if other not in passed:
                        passed.add(other)
                        ways.append(other)
                        yield other


Slot = tuple[str, RecordKey]
Writes = Sequence[tuple[int, Record]]
"""Entries of one key no later one has seen, each with the bit of the segment that wrote it."""


@dataclass(frozen=True, slots=True)
class Following:
    """What entries of registers come to under other versions, in whichever order they are read.

    Each key has the entries that were written to it. What is written to another key stands here
    too where a version leads from there: of the two, the one that had seen the other counts.
    """

    leads: Leads
    records: Mapping[Slot, Writes]
    seen: Mapping[str, int]
    """The bits of each segment and of all it was written on top of, keyed by segment."""
    asked: Sequence[tuple[str, happened.AskedAgain, int]] = ()
    """What was asked again, of which set, and what that had seen."""

    def sources(self) -> dict[Slot, list[Slot]]:
        """Give the keys that lead to each, in the order in which they were first written."""
        found: dict[Slot, list[Slot]] = {}
        for kind, key in self.records:
            for other in self.leads.records(kind, key):
                found.setdefault((kind, other), []).append((kind, key))
        return found

    def standing(self, slot: Slot, sources: Iterable[Slot]) -> list[tuple[int, Record]]:
        """Give what stands under a key to which others lead."""
        kind, key = slot
        own, back = self.records.get(slot, ()), {*self.leads.records(kind, key)}
        led = {source: self._led(slot, source, own) for source in sources}
        own = [
            each
            for each in own
            if not any(
                self._saw(record, each) and (not record.removed or source[1] in back)
                for source, written in led.items()
                for _, record in written
            )
        ]
        led = {source: written for source, written in led.items() if written}
        chosen = self._chosen(led)
        still = any(not record.removed for _, record in own)
        if still and not any(source[1] in back for source in led):
            chosen = [each for each in chosen if not each[1].removed]
        came = [(bit, replace(record, key=key)) for bit, record in chosen]
        return sorted((*own, *came), key=lambda each: each[0])

    def _led(self, slot: Slot, source: Slot, own: Writes) -> Writes:
        """Give what another key brings: what nobody took out, or asked again, since."""
        return [
            (bit, record)
            for bit, record in self.records[source]
            if not any(self._saw(later, (bit, record)) for _, later in own)
            and not any(is_asked_again(slot, (bit, record), *each) for each in self.asked)
        ]

    def _chosen(self, led: Mapping[Slot, Writes]) -> Writes:
        """Give what counts where several keys lead to one: what stands, and of that the newest."""
        removed = {source: [record.removed for _, record in led[source]] for source in led}
        some = [source for source in led if not all(removed[source])] or list(led)
        whole = [source for source in some if not any(removed[source])] or some
        newest = [
            source
            for source in whole
            if not any(self._is_after(led[each], led[source]) for each in whole)
        ]
        return led[min(newest)] if newest else ()

    def _is_after(self, later: Writes, earlier: Writes) -> bool:
        return all(any(self._saw(record, each) for _, record in later) for each in earlier)

    def _saw(self, later: Record, earlier: tuple[int, Record]) -> bool:
        """Say whether one entry was written with another one in sight."""
        (bit, record), at = earlier, later.origin
        if record.origin.segment == at.segment:
            return record.origin.line < at.line
        return bool(self.seen[at.segment] & bit)

    def history(
        self, slot: Slot, sources: Iterable[Slot], history: Mapping[Slot, Sequence[Record]]
    ) -> list[Record]:
        """Give all that was ever written to a key and to those that lead to it, in order."""
        found = {e.origin: e for each in (slot, *sources) for e in history.get(each, ())}
        return sorted(
            found.values(),
            key=lambda each: (self.seen[each.origin.segment].bit_length(), each.origin.line),
        )


def is_asked_again(
    slot: Slot, write: tuple[int, Record], framework: str, asked: happened.AskedAgain, seen: int
) -> bool:
    """Say whether what was taken over counts no more, as its statement asks something else."""
    (kind, key), (bit, record) = slot, write
    if kind != happened.Inheritance.kind or key[0] != framework or not bit & seen:
        return False
    codes = (asked.only or {}).get(key[2])
    return key[2] in asked.texts and (not codes or record.fields.get("answer") in codes)
