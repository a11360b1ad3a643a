"""The slots each kind of event is written to.

A slot is one person's answer to one statement in one scope, one person's rationale for an outcome,
and so on. It keeps the values no later value has seen.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId, StatementKey
from cyberassess.domain.record.hashes import Json
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
    Source,
)
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, LevelId, OutcomeId

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


ASKED_AGAIN = "asked-again"
"""The register of corrections a set was brought up to, keyed by framework version and revision;
fields ``from`` (the revision before), ``texts`` (what each statement said whose answers are asked
for again, keyed by statement) and ``only`` (the codes that are, where not all of them are)."""


def apply(
    folding: Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
) -> None:
    """Write an event to its slot, where it supersedes the values its segment had seen.

    ``bit`` stands for the event's segment, ``seen`` for that and all it was written on top of.
    """
    match event["type"]:
        case "answer":
            _apply_answer(folding, event, origin, bit, seen)
        case "rationale" | "evidence" as kind:
            key, person = _outcome_key(event), PersonId(event["person"])
            text = event["new"]
            said = (
                None
                if text is None
                else Said(
                    person, _text(text), str(event.get("valid_until", "")), _source(event), origin
                )
            )
            register = folding.rationales if kind == "rationale" else folding.evidence
            _put(register, (key, person), (said, origin), bit, seen)
        case "resolution":
            settled = frozenset((PersonId(who), str(what)) for who, what in event["settled"])
            _put(
                folding.resolutions,
                _statement_key(event),
                Resolution(str(event["new"]), _text(event.get("reason")), settled, origin),
                bit,
                seen,
            )
        case "claim":
            level = event.get("level")
            claim = Claim(
                str(event["tool"]),
                None if level is None else LevelId(level),
                str(event.get("confirmed", "")),
                _text(event.get("comment")),
                _source(event),
                origin,
            )
            _put(folding.claims, (_outcome_key(event), claim.tool), claim, bit, seen)
        case "settings":
            for change in event["changes"]:
                new = change["new"]
                value = new.get("text") if isinstance(new, dict) else new
                _put(folding.settings, str(change["key"]), (value, origin), bit, seen)
            _name_people(folding, event["changes"], origin, bit)
        case "met":
            person = PersonId(event["person"])
            folding.met[person] = Met(person, _text(event["name"]) or str(person))
            name_person(folding, person, Naming(bit, origin.line, _text(event["name"])))
        case "sent":
            folding.sent.append(
                Sent(
                    PersonId(event["person"]),
                    _text(event["name"]),
                    int(event["serial"]),
                    str(event["head"]),
                    int(event["questions"]),
                    origin,
                    tuple(_text(each) for each in event.get("remarks", ())),
                    str(event.get("about", "")),
                )
            )
        case "received":
            folding.received.append(
                Received(
                    PersonId(event["person"]),
                    _text(event["name"]),
                    str(event["sha256"]),
                    int(event["serial"]),
                    bool(event["accepted"]),
                    int(event["stored"]),
                    int(event["problems"]),
                    origin,
                    PersonId(event["asked"]) if "asked" in event else None,
                    str(event.get("saved", "")),
                )
            )
        case _:
            _apply_record(folding, event, origin, bit, seen)
            if event["type"] == ASKED_AGAIN and event["new"] is not None:
                _ask_again(folding, event, seen)


def _ask_again(folding: Folding, event: Mapping[str, Json], seen: int) -> None:
    """Let answers that were there no longer count, nor what was confirmed to be taken over."""
    framework, statements = event["key"][0], event["new"]["texts"]
    only = event["new"].get("only", {})
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
        if kind == "inheritance" and name[0] == framework and name[2] in statements:
            codes = only.get(name[2])
            folding.records[slot] = [
                (bit, record)
                for bit, record in records
                if not bit & seen or (codes and record.fields.get("answer") not in codes)
            ]


_PERSON_NAME = re.compile(r"people\[(.+)\]\.name")


def _name_people(
    folding: Folding, changes: Sequence[Mapping[str, Json]], origin: Origin, bit: int
) -> None:
    """Keep the names a settings event gives; who leaves the settings keeps theirs."""
    for change in changes:
        key, new = str(change["key"]), change["new"]
        found = _PERSON_NAME.fullmatch(key)
        if new is not None and found:
            name_person(folding, PersonId(found[1]), Naming(bit, origin.line, _stated(new)))
    if any(str(each["key"]) in ("officer.id", "officer.name") for each in changes):
        officer, name = (
            writes[-1][1][0] if (writes := folding.settings.get(key)) else None
            for key in ("officer.id", "officer.name")
        )
        if officer:
            name_person(folding, PersonId(officer), Naming(bit, origin.line, name or ""))


def name_person(folding: Folding, person: PersonId, naming: Naming) -> None:
    """Keep what somebody is called from an event on."""
    folding.named.setdefault(person, []).append(naming)


def _stated(value: Json) -> str:
    return _text(value) if isinstance(value, dict) else str(value)


def _apply_record(
    folding: Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
) -> None:
    kind, new = str(event["type"]), event["new"]
    key = tuple(str(each) for each in event["key"])
    fields = {} if new is None else {name: _unwrapped(each) for name, each in new.items()}
    record = Record(
        kind,
        key,
        MappingProxyType(fields),
        new is None,
        PersonId(event.get("person", origin.actor)),
        _source(event),
        origin,
    )
    _put(folding.records, (kind, key), record, bit, seen)
    folding.record_history.setdefault((kind, key), []).append(record)


def _unwrapped(value: Json) -> Json:
    """Give a field's value with free texts as text."""
    if isinstance(value, dict):
        if "digest" in value:
            return _text(value)
        return {key: _unwrapped(each) for key, each in value.items()}
    return [_unwrapped(each) for each in value] if isinstance(value, list) else value


def _apply_answer(
    folding: Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
) -> None:
    key, person = _statement_key(event), PersonId(event["person"])
    new, old, reason = event["new"], event.get("old"), _text(event.get("reason"))
    source = _source(event)
    given = Given(person, WITHDRAWN if new is None else str(new), reason, source, origin)
    people = folding.answers.setdefault(key, {})
    _put(people, person, given, bit, seen, beside=bool(event.get("beside")))
    folding.history.setdefault(key, []).append(
        Change(
            person,
            None if old is None else str(old),
            None if new is None else str(new),
            reason,
            source,
            origin,
        )
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


def _text(value: Json) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else ""


def _source(event: Mapping[str, Json]) -> Source:
    fields = event.get("source") or {}
    return Source(**fields) if fields else Source("command")


def _statement_key(event: Mapping[str, Json]) -> StatementKey:
    return StatementKey(
        FrameworkRef(event["framework"]), ScopeId(event["scope"]), IndicatorId(event["indicator"])
    )


def _outcome_key(event: Mapping[str, Json]) -> OutcomeKey:
    return OutcomeKey(
        FrameworkRef(event["framework"]), ScopeId(event["scope"]), OutcomeId(event["outcome"])
    )
