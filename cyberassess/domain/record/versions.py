"""Where what was recorded under one version of a set stands under another version too.

Nothing is written anew: an entry of the ledger says which statements and outcomes are alike
(``registers.SetVersion``), and what was said of the one stands for the other, before that entry
and after it. Going back is another such entry the other way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.record import registers
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId

_Key = TypeVar("_Key", bound=tuple[str, ...])
STATEMENTS, OUTCOMES, EXPLAINED, WHOLE, TOPICS = (
    "statements", "outcomes", "explained", "whole", "topics",
)  # fmt: skip
PARTS: Mapping[str, tuple[int, str]] = {
    registers.Inheritance.kind: (0, STATEMENTS),
    registers.Comment.kind: (1, STATEMENTS),
    registers.Determination.kind: (0, WHOLE),
    registers.Acceptance.kind: (0, WHOLE),
    registers.Review.kind: (0, WHOLE),
    registers.Sharing.kind: (0, TOPICS),
    registers.EvidenceLink.kind: (1, OUTCOMES),
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
    said: registers.SetVersion

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

    def add(self, key: Sequence[str], said: registers.SetVersion) -> Lead:
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
