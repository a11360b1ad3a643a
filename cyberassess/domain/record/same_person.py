"""Two ids that are said to be one person, and what follows for what was recorded under either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cyberassess.domain.assessment import OutcomeKey, PersonId
from cyberassess.domain.record import happened
from cyberassess.domain.record.events import Folding, Register, Text
from cyberassess.domain.record.recorded import Origin

SAME_PERSON = happened.SamePerson.kind
_Value = TypeVar("_Value")


def same_people(folding: Folding) -> dict[PersonId, PersonId]:
    """Give the id each given-up id counts as."""
    direct = {
        PersonId(key[0]): PersonId(str(writes[-1][1].fields["as"]))
        for (kind, key), writes in folding.records.items()
        if kind == SAME_PERSON and not writes[-1][1].removed
    }
    found: dict[PersonId, PersonId] = {}
    for given_up in direct:
        kept, passed = given_up, {given_up}
        while kept in direct and direct[kept] not in passed:
            kept = direct[kept]
            passed.add(kept)
        found[given_up] = kept
    return found


@dataclass
class Joined:
    """A fold in which ids that are one person have become one."""

    same: Mapping[PersonId, PersonId]
    seen: Mapping[str, int]
    """Every segment's bit and those it was written on top of, keyed by segment."""
    recorded_as: dict[tuple[str, int], PersonId] = field(default_factory=dict)
    """Under which id an event came, where that id was given up."""

    def join(self, folding: Folding) -> Folding:
        """Give the registers with one id for one person.

        Of two answers, or texts, of one person the newer takes the other's place, where the
        segment it stands in had seen it.
        """
        return replace(
            folding,
            answers={
                statement: self._register(
                    {
                        person: [
                            (bit, given.origin, replace(given, person=self._one(person)))
                            for bit, given in writes
                        ]
                        for person, writes in people.items()
                    }
                )
                for statement, people in folding.answers.items()
            },
            rationales=self._texts(folding.rationales),
            evidence=self._texts(folding.evidence),
            resolutions={
                statement: [
                    (
                        bit,
                        replace(
                            each, settled=frozenset((self._one(p), a) for p, a in each.settled)
                        ),
                    )
                    for bit, each in writes
                ]
                for statement, writes in folding.resolutions.items()
            },
            history={
                statement: [
                    each._replace(person=self._named(each.person, each.origin)) for each in found
                ]
                for statement, found in folding.history.items()
            },
            sent=[replace(each, person=self._one(each.person)) for each in folding.sent],
            received=[
                replace(
                    each,
                    person=self._one(each.person),
                    asked=None if each.asked is None else self._one(each.asked),
                )
                for each in folding.received
            ],
        )

    def _one(self, person: PersonId) -> PersonId:
        return self.same.get(person, person)

    def _named(self, person: PersonId, origin: Origin) -> PersonId:
        if person in self.same:
            self.recorded_as[origin.segment, origin.line] = person
        return self._one(person)

    def _register(
        self, people: Mapping[PersonId, Sequence[tuple[int, Origin, _Value]]]
    ) -> Register[PersonId, _Value]:
        """Give each person's values that no later one of theirs has seen."""
        found: dict[PersonId, list[tuple[int, PersonId, Origin, _Value]]] = {}
        for person, writes in people.items():
            for bit, origin, value in writes:
                kept = found.setdefault(self._named(person, origin), [])
                kept.append((bit, person, origin, value))
        return {
            person: [
                (bit, value)
                for bit, written_as, origin, value in sorted(
                    writes, key=lambda each: (each[0], each[2].line)
                )
                if not any(
                    other != written_as
                    and bit & self.seen[where.segment]
                    and (later, where.line) > (bit, origin.line)
                    for later, other, where, _ in writes
                )
            ]
            for person, writes in found.items()
        }

    def _texts(
        self, register: Register[tuple[OutcomeKey, PersonId], Text]
    ) -> Register[tuple[OutcomeKey, PersonId], Text]:
        by_outcome: dict[OutcomeKey, dict[PersonId, list[tuple[int, Origin, Text]]]] = {}
        for (outcome, person), writes in register.items():
            by_outcome.setdefault(outcome, {})[person] = [
                (
                    bit,
                    origin,
                    (said and replace(said, person=self._one(person)), origin),
                )
                for bit, (said, origin) in writes
            ]
        return {
            (outcome, person): writes
            for outcome, people in by_outcome.items()
            for person, writes in self._register(people).items()
        }
