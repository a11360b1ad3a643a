"""The slots each kind of event is written to.

A slot is one person's answer to one statement in one scope, one person's rationale for an outcome,
and so on. It keeps the values no later value has seen.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from cyberassess.domain.assessment import OutcomeKey, PersonId, StatementKey
from cyberassess.domain.record import happened
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import (
    WITHDRAWN,
    Change,
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
from cyberassess.domain.sets.framework import LevelId

_Value = TypeVar("_Value")
_Slot = TypeVar("_Slot", bound=Hashable)
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
    history: dict[StatementKey, list[Change]] = field(default_factory=dict)
    records: Register[tuple[str, RecordKey], Record] = field(default_factory=dict)
    record_history: dict[tuple[str, RecordKey], list[Record]] = field(default_factory=dict)


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
            _put(register, (event.about, person), (said, origin), bit, seen)
        case happened.Resolution():
            settled = frozenset((PersonId(who), what) for who, what in event.settled)
            resolution = Resolution(event.new, str(event.reason or ""), settled, origin)
            _put(folding.resolutions, event.statement, resolution, bit, seen)
        case happened.Claim():
            claim = Claim(
                event.tool,
                LevelId(event.level) if event.level else None,
                event.confirmed or "",
                str(event.comment or ""),
                event.came,
                origin,
            )
            _put(folding.claims, (event.about, claim.tool), claim, bit, seen)
        case happened.Settings():
            for change in event.changes:
                _put(folding.settings, change.key, (change.value, origin), bit, seen)
            _name_people(folding, event.changes, origin, bit)
        case happened.Met():
            person, name = PersonId(event.person), str(event.name)
            folding.met[person] = Met(person, name or person)
            name_person(folding, person, Naming(bit, origin.line, name))
        case happened.Sent():
            folding.sent.append(
                Sent(
                    PersonId(event.person),
                    str(event.name),
                    event.serial,
                    event.head,
                    event.questions,
                    origin,
                    tuple(map(str, event.remarks)),
                    event.about,
                )
            )
        case happened.Received():
            folding.received.append(
                Received(
                    PersonId(event.person),
                    str(event.name),
                    event.sha256,
                    event.serial,
                    event.accepted,
                    event.stored,
                    event.problems,
                    origin,
                    None if event.asked is None else PersonId(event.asked),
                    event.saved or "",
                )
            )
        case happened.Entry():
            _apply_entry(folding, event, origin, bit, seen)
            if isinstance(event.new, happened.AskedAgain):
                _ask_again(folding, event.key[0], event.new, seen)


def _ask_again(folding: Folding, framework: str, asked: happened.AskedAgain, seen: int) -> None:
    """Let answers that were there no longer count, nor what was confirmed to be taken over."""
    statements, only = asked.texts, asked.only or {}
    for key, people in folding.answers.items():
        if key.framework == framework and key.indicator in statements:
            for person, written in people.items():
                people[person] = [
                    (bit, replace(given, asked_again=True))
                    if bit & seen
                    and given.answer != WITHDRAWN
                    and given.answer in only.get(key.indicator, (given.answer,))
                    else (bit, given)
                    for bit, given in written
                ]
    for slot, records in folding.records.items():
        kind, name = slot
        if kind == happened.Inheritance.kind and name[0] == framework and name[2] in statements:
            codes = only.get(name[2])
            folding.records[slot] = [
                (bit, record)
                for bit, record in records
                if not bit & seen or (codes and record.fields.get("answer") not in codes)
            ]


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
    record = Record(
        event.type,
        key,
        MappingProxyType({} if event.new is None else event.new.fields),
        event.new is None,
        PersonId(event.person or origin.actor),
        event.came,
        origin,
    )
    _put(folding.records, (event.type, key), record, bit, seen)
    folding.record_history.setdefault((event.type, key), []).append(record)


def _apply_answer(
    folding: Folding, event: happened.Answer, origin: Origin, bit: int, seen: int
) -> None:
    key, person, new = event.statement, PersonId(event.person), event.new
    reason, source = str(event.reason or ""), event.came
    given = Given(person, WITHDRAWN if new is None else new, reason, source, origin)
    people = folding.answers.setdefault(key, {})
    _put(people, person, given, bit, seen, beside=event.beside)
    folding.history.setdefault(key, []).append(
        Change(person, event.old or None, new, reason, source, origin)
    )


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
