"""The slots each kind of event is written to.

A slot is one person's answer to one statement in one scope, one person's rationale for an outcome,
and so on. It keeps the values no later value has seen. Of two ids that are said to be one person
the slots become one (``Joined``).
"""

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TypeVar

from cyberassess.domain.assessment import OutcomeKey, PersonId, StatementKey
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import (
    WITHDRAWN,
    Claim,
    Given,
    Met,
    Naming,
    Origin,
    Received,
    Record,
    RecordKey,
    Resolution,
    Said,
    Sent,
)
from cyberassess.domain.record.shapes import unwrapped
from cyberassess.domain.record.versions import EXPLAINED, PARTS, WHOLE, Lead, Leads, Led
from cyberassess.domain.sets.framework import LevelId

_Value = TypeVar("_Value")
_Slot = TypeVar("_Slot", bound=Hashable)
_Came = TypeVar("_Came", Sent, Received)
Register = dict[_Slot, list[tuple[int, _Value]]]
"""Values no later value has seen, each with the bit of the segment that wrote it."""
Text = tuple[Said | None, Origin]
"""A text, or ``None`` where its author took it back, and which event says so."""


@dataclass(slots=True)
class Folding:
    """The registers of a fold under way."""

    answers: dict[StatementKey, Register[PersonId, Given]] = field(default_factory=dict)
    rationales: Register[tuple[OutcomeKey, PersonId], Text] = field(default_factory=dict)
    evidence: Register[tuple[OutcomeKey, PersonId], Text] = field(default_factory=dict)
    resolutions: Register[StatementKey, Resolution] = field(default_factory=dict)
    claims: Register[tuple[OutcomeKey, str], Claim] = field(default_factory=dict)
    settings: Register[str, tuple[str | None, Origin]] = field(default_factory=dict)
    met: dict[PersonId, Met] = field(default_factory=dict)
    named: dict[PersonId, list[Naming]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    history: dict[StatementKey, list[Given]] = field(default_factory=dict)
    records: Register[tuple[str, RecordKey], Record] = field(default_factory=dict)
    record_history: dict[tuple[str, RecordKey], list[Record]] = field(default_factory=dict)
    leads: Leads = field(default_factory=Leads)
    asked: list[tuple[str, registers.AskedAgain, int]] = field(default_factory=list)
    """What was asked again, of which set, and what that had seen."""

    def led(self, seen: Mapping[str, int]) -> "Folding":
        """Give it with the entries of registers under every version they stand under."""
        following = Following(self.leads, self.records, seen, self.asked)
        records, history = dict(self.records), dict(self.record_history)
        for slot, sources in following.sources().items():
            records[slot] = following.standing(slot, sources)
            history[slot] = following.history(slot, sources, self.record_history)
        return replace(self, records=records, record_history=history)

    def without(self, former: Container[str]) -> "Folding":
        """Give it without what stands under versions of sets that are no longer used.

        What happened stays in its history.
        """
        return replace(
            self,
            answers={k: e for k, e in self.answers.items() if k.framework not in former},
            rationales={k: e for k, e in self.rationales.items() if k[0].framework not in former},
            evidence={k: e for k, e in self.evidence.items() if k[0].framework not in former},
            resolutions={k: e for k, e in self.resolutions.items() if k.framework not in former},
            claims={k: e for k, e in self.claims.items() if k[0].framework not in former},
            records={
                (kind, key): each
                for (kind, key), each in self.records.items()
                if kind not in PARTS or key[PARTS[kind][0]] not in former
            },
        )


def apply(folding: Folding, event: Event, origin: Origin, bit: int, seen: int) -> None:
    """Write an event to its slot, where it supersedes the values its segment had seen.

    ``bit`` stands for the event's segment, ``seen`` for that and all it was written on top of.
    """
    match event:
        case happened.Answer():
            _apply_answer(folding, event, origin, bit, seen)
        case happened.Rationale() | happened.Evidence():
            person = PersonId(event.person)
            said = (
                None
                if event.new is None
                else Said(person, str(event.new), event.valid_until, event.came, origin)
            )
            is_rationale = isinstance(event, happened.Rationale)
            register = folding.rationales if is_rationale else folding.evidence
            places = (event.about, *folding.leads.outcomes(event.about))
            _put_all(register, [(e, person) for e in places], (said, origin), bit, seen)
        case happened.Resolution():
            settled = frozenset((PersonId(who), what) for who, what in event.settled)
            resolution = Resolution(event.new, str(event.reason or ""), settled, origin)
            _put(folding.resolutions, event.statement, resolution, bit, seen)
            for led in folding.leads.answers(event.statement, event.new):
                _decide(folding, led, [(bit, resolution)], seen)
        case happened.Claim():
            claim = Claim(
                event.tool,
                LevelId(event.level) if event.level else None,
                event.confirmed or "",
                str(event.comment or ""),
                event.came,
                origin,
            )
            places = (event.about, *folding.leads.outcomes(event.about, WHOLE))
            _put_all(folding.claims, [(e, claim.tool) for e in places], claim, bit, seen)
        case happened.Settings():
            for change in event.changes:
                _put(folding.settings, change.key, (change.value, origin), bit, seen)
            _name_people(folding, event.changes, origin, bit)
        case happened.Met():
            person, name = PersonId(event.person), str(event.name)
            folding.met[person] = Met(person, name or person)
            name_person(folding, person, Naming(bit, origin.line, name))
        case happened.Sent():
            folding.sent.append(_kept(Sent, event, origin))
        case happened.Received():
            folding.received.append(_kept(Received, event, origin))
        case happened.Entry():
            _apply_entry(folding, event, origin, bit, seen)


def _kept(kind: type[_Came], event: Event, origin: Origin) -> _Came:
    """Give what the state keeps of an event: what it says under the same names."""
    names = [each.name for each in fields(kind) if each.name != "origin"]
    said = {name: unwrapped(getattr(event, name)) for name in names}
    return kind(origin=origin, **{name: each for name, each in said.items() if each is not None})


def _ask_again(folding: Folding, framework: str, asked: registers.AskedAgain, seen: int) -> None:
    """Let answers that were there no longer count, nor what was confirmed to be taken over."""

    def is_meant(key: StatementKey, given: Given) -> bool:
        # NOTE: another copy may have let it stand under another version meanwhile
        return any(
            each.framework == framework
            and each.indicator in asked.texts
            and given.answer in (asked.only or {}).get(each.indicator, (given.answer,))
            for each in (key, given.event.statement)
        )

    for key, people in folding.answers.items():
        for person, written in people.items():
            people[person] = [
                (bit, replace(given, asked_again=True))
                if bit & seen and given.answer != WITHDRAWN and is_meant(key, given)
                else (bit, given)
                for bit, given in written
            ]
    for slot, records in folding.records.items():
        kept = [each for each in records if not is_asked_again(slot, each, framework, asked, seen)]
        folding.records[slot] = kept
    folding.asked.append((framework, asked, seen))


def _name_people(
    folding: Folding, changes: Sequence[happened.Setting], origin: Origin, bit: int
) -> None:
    """Keep the names a settings event gives; who leaves the settings keeps theirs."""
    for change in changes:
        if change.new is not None and change.names:
            naming = Naming(bit, origin.line, str(change.new))
            name_person(folding, PersonId(change.names), naming)
    if any(each.key in ("officer.id", "officer.name") for each in changes):
        officer, name = (
            writes[-1][1][0] if (writes := folding.settings.get(key)) else None
            for key in ("officer.id", "officer.name")
        )
        if officer:
            name_person(folding, PersonId(officer), Naming(bit, origin.line, name or ""))


def name_person(folding: Folding, person: PersonId, naming: Naming) -> None:
    """Keep what somebody is called from an event on."""
    folding.named.setdefault(person, []).append(naming)


def _apply_entry(
    folding: Folding, event: happened.Entry, origin: Origin, bit: int, seen: int
) -> None:
    key = tuple(event.key)
    slot = event.type, key
    record = Record(
        event.type,
        key,
        MappingProxyType({} if event.new is None else event.new.fields),
        event.new is None,
        PersonId(event.person or origin.actor),
        event.came,
        origin,
    )
    _put(folding.records, slot, record, bit, seen)
    folding.record_history.setdefault(slot, []).append(record)
    if isinstance(event.new, registers.AskedAgain):
        _ask_again(folding, event.key[0], event.new, seen)
    if isinstance(event.new, registers.SetVersion):
        lead = folding.leads.add(event.key, event.new)
        # NOTE: what another copy led in the same way stands where it has gone on since
        if not any(_is_alike(record, other) for _, other in folding.records[slot][:-1]):
            _lead_on(folding, lead, seen)


def _is_alike(one: Record, other: Record) -> bool:
    """Say whether two entries say the same, for whatever reason."""
    return {**one.fields, "reason": None} == {**other.fields, "reason": None}


def _apply_answer(
    folding: Folding, event: happened.Answer, origin: Origin, bit: int, seen: int
) -> None:
    key, given = event.statement, Given(event, origin)
    people = folding.answers.setdefault(key, {})
    _put(people, given.person, given, bit, seen, beside=event.beside)
    folding.history.setdefault(key, []).append(given)
    for led in folding.leads.answers(key, given.answer):
        people = folding.answers.setdefault(led.statement, {})
        there = replace(given, asked_again=True) if led.is_asked_again else given
        if led.is_alike:
            _put(people, given.person, there, bit, seen, beside=event.beside)
            folding.history.setdefault(led.statement, []).append(given)
            continue
        before = people.get(given.person, ())
        kept = [e for e in before if not (e[0] & seen and _is_shown(e[1], key))]
        people[given.person] = [*kept, *([(bit, there)] if given.answer != WITHDRAWN else ())]


def _is_shown(given: Given, key: StatementKey) -> bool:
    """Say whether an answer is only shown, beside a statement that follows the one it is to."""
    return given.asked_again and given.event.statement == key


def _lead_on(folding: Folding, lead: Lead, seen: int) -> None:
    """Let what was recorded by one version of a set stand under another.

    What stood there when the version was changed gives way to what the other says since.
    """
    for key, people in list(folding.answers.items()):
        led = {each.statement: each for each in lead.answers(key, WITHDRAWN)}
        for other, way in led.items():
            there = folding.answers.setdefault(other, {})
            for person, written in people.items():
                own = [each for each in there.get(person, ()) if each[1].event.statement == other]
                came = [
                    next(
                        (e for e in own if e[1].event is given.event),
                        (bit, _as_led(lead, key, other, given)),
                    )
                    for bit, given in written
                    if way.is_alike or given.answer != WITHDRAWN
                ]
                there[person] = _led(there.get(person, ()), came, seen if way.is_alike else 0)
            known = folding.history.setdefault(other, []) if way.is_alike else []
            known += [each for each in folding.history.get(key, ()) if each not in known]
    _lead_texts(folding.rationales, lead, seen)
    _lead_texts(folding.evidence, lead, seen)
    for key, settled in list(folding.resolutions.items()):
        for way in lead.answers(key, WITHDRAWN) if settled else ():
            fitting = [each for each in settled if way in lead.answers(key, each[1].answer)]
            _decide(folding, way, fitting, seen)
    for (about, tool), claims in list(folding.claims.items()):
        for outcome in lead.outcomes(about, WHOLE):
            before_there = folding.claims.get((outcome, tool), ())
            folding.claims[outcome, tool] = _led(before_there, claims, seen)


def _decide(folding: Folding, led: Led, came: Sequence[tuple[int, Resolution]], seen: int) -> None:
    """Let a decision stand where the statement is alike; no choice there, it only replaces."""
    if led.is_alike:
        there = folding.resolutions.get(led.statement, ())
        came = () if led.is_asked_again else came
        folding.resolutions[led.statement] = _led(there, came, seen)


def _as_led(lead: Lead, key: StatementKey, other: StatementKey, given: Given) -> Given:
    ways = (each for each in lead.answers(key, given.answer) if each.statement == other)
    again = given.asked_again or any(each.is_asked_again for each in ways)
    return replace(given, asked_again=again)


def _led(
    there: Sequence[tuple[int, _Value]], came: Sequence[tuple[int, _Value]], seen: int
) -> list[tuple[int, _Value]]:
    """Give the values of a slot once those of another stand there too."""
    kept = [each for each in there if not each[0] & seen]
    found = [*kept, *(each for each in came if each not in kept)]
    return sorted(found, key=lambda each: each[0])


def _lead_texts(
    register: Register[tuple[OutcomeKey, PersonId], Text], lead: Lead, seen: int
) -> None:
    for (key, person), written in list(register.items()):
        for other in lead.outcomes(key, EXPLAINED):
            register[other, person] = _led(register.get((other, person), ()), written, seen)


def _put(
    register: Register[_Slot, _Value],
    slot: _Slot,
    value: _Value,
    bit: int,
    seen: int,
    *,
    beside: bool = False,
) -> None:
    """Write a value to a slot; it supersedes every value its segment had seen."""
    old = register.get(slot)
    kept = [each for each in old if beside or not each[0] & seen] if old else []
    kept.append((bit, value))
    register[slot] = kept


def _put_all(
    register: Register[_Slot, _Value], slots: Iterable[_Slot], value: _Value, bit: int, seen: int
) -> None:
    """Write a value to its slot, and to those it stands in too."""
    for slot in slots:
        _put(register, slot, value, bit, seen)


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
    asked: Sequence[tuple[str, registers.AskedAgain, int]] = ()
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
    slot: Slot, write: tuple[int, Record], framework: str, asked: registers.AskedAgain, seen: int
) -> bool:
    """Say whether what was taken over counts no more, as its statement asks something else."""
    (kind, key), (bit, record) = slot, write
    if kind != registers.Inheritance.kind or key[0] != framework or not bit & seen:
        return False
    codes = (asked.only or {}).get(key[2])
    return key[2] in asked.texts and (not codes or record.fields.get("answer") in codes)


SAME_PERSON = registers.SamePerson.kind


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
                            (bit, given.origin, given.by(self._one(person)))
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
                statement: [each.by(self._named(each.person, each.origin)) for each in found]
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
