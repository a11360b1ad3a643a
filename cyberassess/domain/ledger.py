"""What happened, in order, and what follows from it.

The ledger is a set of segments; each names the segments it was written on top of (its parents), so
that together they form a history that may branch. ``fold`` turns it into the state: for every slot
(one person's answer to one statement in one scope, one person's rationale for an outcome, …) it
keeps the values no later value has seen. On an unbranched history that is the last one. On a
branched one there may be several: nothing is dropped, and differing answers are a conflict.
"""

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId, StatementKey
from cyberassess.domain.framework import FrameworkRef, IndicatorId, LevelId, OutcomeId
from cyberassess.errors import LedgerError, Problem

SCHEMA = 1
"""The version of segments this program writes, and the newest it reads."""
WITHDRAWN = ""
"""Stands in place of an answer that was taken back."""

Json = Any  # NOTE: values of json.loads; checked where they are read.


class Source(NamedTuple):
    """Where an event came from."""

    kind: str
    """``workbook``, ``prompt``, ``import`` or ``command``."""
    file: str = ""
    """SHA-256 of the file, as received."""
    name: str = ""
    """The name the file came with."""
    sheet: str = ""
    cell: str = ""
    serial: int = 0
    """The workbook's serial; 0 where there is none."""
    saved: str = ""
    """The time saved inside the file, ISO 8601 in UTC."""
    place: str = ""
    """The place in an imported file."""

    def as_json(self) -> dict[str, Json]:
        """Give the fields that say something."""
        return {key: value for key, value in self._asdict().items() if value}

    def __str__(self) -> str:
        """Say the place as people would."""
        match self.kind:
            case "workbook":
                return f"{self.name}, {self.sheet}, cell {self.cell}"
            case "import":
                return f"{self.name}, {self.place}"
            case "prompt":
                return "at the prompt"
            case _:
                return f"with the command {self.name}" if self.name else self.kind


class Origin(NamedTuple):
    """Which segment and line an event is, who wrote it and when."""

    segment: str
    """The segment's hash; ``open`` followed by its name while it is still written to."""
    line: int
    time: str
    """ISO 8601 in UTC."""
    actor: str
    command: str


@dataclass(frozen=True, slots=True)
class Given:
    """One person's answer to one statement."""

    person: PersonId
    answer: str
    """The answer's code."""
    reason: str
    """Empty where none was given, or where it was redacted."""
    source: Source
    origin: Origin
    inherited_from: ScopeId | None = None
    """The shared service it was given for, where a system takes it over."""


@dataclass(frozen=True, slots=True)
class Said:
    """One person's free text about an outcome: a rationale or an evidence reference."""

    person: PersonId
    text: str
    valid_until: str
    """ISO date until which evidence holds; empty where unknown."""
    source: Source
    origin: Origin


@dataclass(frozen=True, slots=True)
class Resolution:
    """A conflict that was settled, and the answers it settled."""

    answer: str
    reason: str
    settled: frozenset[tuple[PersonId, str]]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Claim:
    """A status recorded in another tool; kept beside ours, never a determination of ours."""

    tool: str
    level: LevelId | None
    confirmed: str
    comment: str
    source: Source
    origin: Origin


@dataclass(frozen=True, slots=True)
class Met:
    """A person who is not in the settings."""

    id: PersonId
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A questionnaire that was written for somebody."""

    person: PersonId
    name: str
    serial: int
    head: str
    questions: int
    origin: Origin
    remarks: tuple[str, ...] = ()
    """What it asks to look at, word for word."""
    about: str = ""
    """SHA-256 of the return it goes back for; empty where it goes back for none."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came in."""

    person: PersonId
    name: str
    sha256: str
    serial: int
    accepted: bool
    stored: int
    problems: int
    origin: Origin
    asked: PersonId | None = None
    """Whom the questionnaire was made for; ``None`` where that was not recorded."""
    saved: str = ""
    """The time of saving that stood in the file, ISO 8601 in UTC; empty where none did."""


RecordKey = tuple[str, ...]
"""What a record is about, for example framework version, scope and outcome."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a register: an action, a confirmed determination, an item of evidence, ….

    Registers are kept alike, whatever their kind: a later record of the same key takes the place
    of an earlier one, and on branches those that have not seen each other stand together. What
    the fields of a kind mean is said where that kind is read.
    """

    kind: str
    key: RecordKey
    fields: Mapping[str, Json]
    """Free texts as text, empty where one was redacted; empty where the record was removed."""
    removed: bool
    person: PersonId
    """Who gave it: as recorded with it, else who gave the command."""
    source: Source
    origin: Origin


class Change(NamedTuple):
    """One event on an answer, for the history."""

    person: PersonId
    old: str | None
    new: str | None
    reason: str
    source: Source
    origin: Origin


class Value(NamedTuple):
    """One of several values of a slot: where it was written, and how it reads."""

    origin: Origin
    text: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A slot that two branches changed differently."""

    what: str
    """In words, with the person's id."""
    values: tuple[Value, ...]
    statement: StatementKey | None = None
    """The statement, where people's answers to it can be settled."""


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


@dataclass(frozen=True, slots=True)
class State:
    """What the ledger says now."""

    assessment: str
    """The assessment's id: SHA-256 of the first segment's random value; empty without one."""
    heads: tuple[str, ...]
    """Segments nothing was written on top of; more than one means branches."""
    answers: Mapping[StatementKey, tuple[Given, ...]]
    """Several by the same person only where branches differ."""
    withdrawn: Mapping[StatementKey, tuple[Given, ...]]
    """Answers that were taken back, by whom and when; their ``answer`` is empty."""
    rationales: Mapping[OutcomeKey, tuple[Said, ...]]
    evidence: Mapping[OutcomeKey, tuple[Said, ...]]
    resolutions: Mapping[StatementKey, Resolution]
    claims: Mapping[OutcomeKey, tuple[Claim, ...]]
    met: Mapping[PersonId, Met]
    sent: tuple[Sent, ...]
    received: tuple[Received, ...]
    settings: Mapping[str, str | None]
    """The last recorded settings, keyed by path; ``None`` where the text was redacted."""
    history: Mapping[StatementKey, tuple[Change, ...]]
    records: Mapping[str, Mapping[RecordKey, tuple[Record, ...]]]
    """The registers, keyed by kind; several records of a key only where branches differ."""
    record_history: Mapping[tuple[str, RecordKey], tuple[Record, ...]]
    """Every record ever written, removals too, in order."""
    differing: tuple[Differing, ...]
    """Slots that were changed differently on two branches, and not settled since."""
    events: int

    @property
    def branched(self) -> tuple[str, ...]:
        """What differs, in words."""
        return tuple(each.what for each in self.differing)

    @property
    def is_branched(self) -> bool:
        """Whether writing commands must wait for a merge."""
        return len(self.heads) > 1

    def record(self, kind: str, *key: str) -> Record | None:
        """Give the record of a key (the last, where branches differ), or ``None``."""
        found = self.records.get(kind, {}).get(key, ())
        return found[-1] if found else None

    def register(self, kind: str) -> tuple[Record, ...]:
        """Give every record of a kind that stands, in the order their keys first appeared."""
        return tuple(each for found in self.records.get(kind, {}).values() for each in found)


def digest(salt: str, text: str) -> str:
    """Give the digest that stands for a text in the hash of its segment.

    SHA-256 of the canonical JSON of the list of salt and text, so that no part of the one can pass
    for a part of the other.
    """
    return hashlib.sha256(canonical([salt, text])).hexdigest()


def text_field(text: str, salt: str) -> dict[str, str]:
    """Give a free text as it stands in an event: text, salt, and their digest."""
    return {"digest": digest(salt, text), "salt": salt, "text": text}


def _bare(value: Json) -> Json:
    if isinstance(value, dict):
        if "digest" in value:
            return {"digest": value["digest"]}
        return {key: _bare(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value


def canonical(value: Json) -> bytes:
    """Give canonical JSON: sorted keys, UTF-8, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def segment_hash(lines: Iterable[Json]) -> str:
    """Give the SHA-256 of a segment's lines, free texts replaced by their digests."""
    sha = hashlib.sha256()
    for line in lines:
        sha.update(canonical(_bare(line)))
        sha.update(b"\n")
    return sha.hexdigest()


def false_digests(value: Json) -> bool:
    """Say whether any text in a line does not match its digest (redacted ones cannot)."""
    if isinstance(value, dict):
        if "digest" in value:
            if len(value) == 1:
                return False
            whole = set(value) == {"digest", "salt", "text"}
            return not whole or digest(str(value["salt"]), str(value["text"])) != value["digest"]
        return any(false_digests(each) for each in value.values())
    if isinstance(value, list):
        return any(false_digests(each) for each in value)
    return False


def assessment_id(seed: str) -> str:
    """Give the assessment's id from the first segment's random value."""
    return hashlib.sha256(seed.encode()).hexdigest()


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


_Value = TypeVar("_Value")
_Slot = TypeVar("_Slot", bound=Hashable)
_Register = dict[_Slot, list[tuple[int, _Value]]]
"""Values no later value has seen, each with the bit of the segment that wrote it."""
_Text = tuple[Said | None, Origin]
"""A text, or ``None`` where its author took it back, and which event says so."""


@dataclass(slots=True)
class _Folding:
    """The registers of a fold under way."""

    answers: _Register[tuple[StatementKey, PersonId], Given] = field(default_factory=dict)
    rationales: _Register[tuple[OutcomeKey, PersonId], _Text] = field(default_factory=dict)
    evidence: _Register[tuple[OutcomeKey, PersonId], _Text] = field(default_factory=dict)
    resolutions: _Register[StatementKey, Resolution] = field(default_factory=dict)
    claims: _Register[tuple[OutcomeKey, str], Claim] = field(default_factory=dict)
    settings: _Register[str, tuple[str | None, Origin]] = field(default_factory=dict)
    met: dict[PersonId, Met] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    history: dict[StatementKey, list[Change]] = field(default_factory=dict)
    records: _Register[tuple[str, RecordKey], Record] = field(default_factory=dict)
    record_history: dict[tuple[str, RecordKey], list[Record]] = field(default_factory=dict)


REGISTERS = frozenset(
    ("inheritance", "determination", "acceptance", "declaration", "comment", "handover",
     "extension", "action", "approval", "evidence-item", "evidence-link", "review",
     "review-file", "settled",
     "packed")
)  # fmt: skip
"""The kinds of record; docs/formats.md lists their fields."""
_KINDS = REGISTERS | {
    "answer", "rationale", "evidence", "resolution", "claim", "settings", "met", "sent",
    "received",
}  # fmt: skip


def fold(segments: Iterable[Segment]) -> State:
    """Give the state that follows from the segments, whatever order they come in.

    Raises:
        LedgerError: where a segment is missing, or holds an event this program does not know.
    """
    return Fold(segments).state()


class Fold:
    """A fold under way: segments written on top can be added without folding all anew."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        """Take in segments, whatever order they come in; ``fold`` says what is raised."""
        self._folding = _Folding()
        self._ordered: list[Segment] = []
        self._seen: dict[str, int] = {}
        self._count = 0
        for segment in in_order(segments):
            self.add(segment)

    def state(self) -> State:
        """Give the state that follows from what was taken in so far."""
        return _state(self._folding, self._ordered, self._count)

    def add(self, segment: Segment) -> None:
        """Take in a segment whose parents were taken in."""
        before = bit = 1 << len(self._ordered)
        for parent in segment.parents:
            before |= self._seen[parent]
        self._seen[segment.key] = before
        self._ordered.append(segment)
        by = segment.header.get("actor")
        actor = str(by.get("id", "")) if isinstance(by, dict) else ""
        time = str(segment.header.get("time", ""))
        command = str(segment.header.get("command", ""))
        for line, event in enumerate(segment.events, start=2):
            origin = Origin(segment.key, line, str(event.get("time", time)), actor, command)
            if event.get("type", "answer") not in _KINDS:
                raise LedgerError(
                    Problem(
                        "event-unknown",
                        f"ledger/{segment.name}, line {line}",
                        f'An event of kind "{event.get("type")}" is not known to this version.',
                        "A newer version wrote it: update cyberassess. Nothing was changed.",
                    )
                )
            try:
                _apply(self._folding, event, origin, bit, before)
            except (KeyError, TypeError, ValueError, AttributeError) as cause:
                raise LedgerError(
                    Problem(
                        "event-unreadable",
                        f"ledger/{segment.name}, line {line}",
                        f"The event cannot be read ({cause!s}).",
                        "Restore the file from a backup or another copy. Nothing was changed.",
                    )
                ) from cause
            self._count += 1


def _apply(
    folding: _Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
) -> None:
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
        case "met":
            person = PersonId(event["person"])
            folding.met[person] = Met(person, _text(event["name"]) or str(person))
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


def _apply_record(
    folding: _Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
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
    folding: _Folding, event: Mapping[str, Json], origin: Origin, bit: int, seen: int
) -> None:
    key, person = _statement_key(event), PersonId(event["person"])
    new, old, reason = event["new"], event.get("old"), _text(event.get("reason"))
    source = _source(event)
    given = Given(person, WITHDRAWN if new is None else str(new), reason, source, origin)
    _put(folding.answers, (key, person), given, bit, seen, beside=bool(event.get("beside")))
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
    register: _Register[_Slot, _Value],
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


def _state(folding: _Folding, ordered: list[Segment], count: int) -> State:
    differing: list[Differing] = []
    resolutions = _resolutions(folding, differing)
    answers, withdrawn = _answers(folding, resolutions, differing)
    rationales = _texts(folding.rationales, "explanation of", differing)
    evidence = _texts(folding.evidence, "evidence for", differing)
    claims: dict[OutcomeKey, tuple[Claim, ...]] = {}
    for (outcome, tool), found in folding.claims.items():
        distinct = {(each.level, each.confirmed, each.comment): each for _, each in found}
        if len(distinct) > 1:
            differing.append(
                Differing(
                    f"the status in {tool} of {outcome.outcome} in {outcome.scope}",
                    tuple(
                        Value(each.origin, str(each.level or "none")) for each in distinct.values()
                    ),
                )
            )
        claims[outcome] = (*claims.get(outcome, ()), *distinct.values())
    for setting, values in folding.settings.items():
        by_value = {value: origin for _, (value, origin) in values}
        if len(by_value) > 1:
            differing.append(
                Differing(
                    f"the setting {setting}",
                    tuple(Value(where, value or "") for value, where in by_value.items()),
                )
            )
    records: dict[str, dict[RecordKey, tuple[Record, ...]]] = {}
    for (kind, name), found_records in folding.records.items():
        distinct_records = {
            (each.removed, canonical(dict(each.fields))): each for _, each in found_records
        }
        if len(distinct_records) > 1:
            differing.append(
                Differing(
                    f"the {kind} {' '.join(name)}",
                    tuple(Value(e.origin, _record_text(e)) for e in distinct_records.values()),
                )
            )
        standing = tuple(each for each in distinct_records.values() if not each.removed)
        if standing:
            records.setdefault(kind, {})[name] = standing
    parents = {parent for segment in ordered for parent in segment.parents}
    seed = next((str(each.header["seed"]) for each in ordered if "seed" in each.header), "")
    return State(
        assessment=assessment_id(seed) if seed else "",
        heads=tuple(each.key for each in ordered if each.key not in parents),
        answers=MappingProxyType(answers),
        withdrawn=MappingProxyType(withdrawn),
        rationales=MappingProxyType(rationales),
        evidence=MappingProxyType(evidence),
        resolutions=MappingProxyType(resolutions),
        claims=MappingProxyType(claims),
        met=MappingProxyType(dict(folding.met)),
        sent=tuple(folding.sent),
        received=tuple(folding.received),
        settings=MappingProxyType({key: w[-1][1][0] for key, w in folding.settings.items()}),
        history=MappingProxyType({key: tuple(each) for key, each in folding.history.items()}),
        records=MappingProxyType({kind: MappingProxyType(each) for kind, each in records.items()}),
        record_history=MappingProxyType(
            {key: tuple(each) for key, each in folding.record_history.items()}
        ),
        differing=tuple(differing),
        events=count,
    )


def _resolutions(folding: _Folding, differing: list[Differing]) -> dict[StatementKey, Resolution]:
    resolutions: dict[StatementKey, Resolution] = {}
    for statement, writes in folding.resolutions.items():
        distinct = {(each.answer, each.settled): each for _, each in writes}
        if len(distinct) == 1:
            resolutions[statement] = writes[-1][1]
        else:
            differing.append(
                Differing(
                    f"how {statement.indicator} in {statement.scope} was settled",
                    tuple(
                        Value(each.origin, f"{each.answer} ({each.reason})")
                        for each in distinct.values()
                    ),
                )
            )
    return resolutions


def _is_settled(resolution: Resolution | None, given: Sequence[Given]) -> bool:
    """Say whether a decision between one person's several answers stands."""
    if resolution is None or len({each.answer for each in given}) == 1:
        return False
    return all((each.person, each.answer) in resolution.settled for each in given)


def _answer_text(given: Given) -> str:
    if given.answer == WITHDRAWN:
        return "withdrawn"
    return f"{given.answer} ({given.reason})" if given.reason else given.answer


def _record_text(record: Record) -> str:
    if record.removed:
        return "removed"
    return ", ".join(f"{name}: {value}" for name, value in record.fields.items() if value)


_Several = dict[StatementKey, tuple[Given, ...]]


def _answers(
    folding: _Folding,
    resolutions: Mapping[StatementKey, Resolution],
    differing: list[Differing],
) -> tuple[_Several, _Several]:
    """Give the answers that stand and those taken back; name the slots branches differ on."""
    answers: dict[StatementKey, list[Given]] = {}
    withdrawn: dict[StatementKey, list[Given]] = {}
    for (key, person), writes in folding.answers.items():
        if len(writes) == 1:  # nearly always
            only = writes[0][1]
            register = withdrawn if only.answer == WITHDRAWN else answers
            register.setdefault(key, []).append(only)
            continue
        given = {(value.answer, value.reason): value for _, value in reversed(writes)}
        if len(given) > 1 and not _is_settled(resolutions.get(key), tuple(given.values())):
            differing.append(
                Differing(
                    f"{person}'s answer to {key.indicator} in {key.scope}",
                    tuple(
                        Value(each.origin, _answer_text(each)) for each in reversed(given.values())
                    ),
                    key
                    if len({each.answer for each in given.values()} - {WITHDRAWN}) > 1
                    else None,
                )
            )
        kept = tuple(each for each in reversed(given.values()) if each.answer != WITHDRAWN)
        if kept:
            answers.setdefault(key, []).extend(kept)
        else:
            withdrawn.setdefault(key, []).extend(given.values())
    return (
        {key: tuple(each) for key, each in answers.items()},
        {key: tuple(each) for key, each in withdrawn.items()},
    )


def _texts(
    register: _Register[tuple[OutcomeKey, PersonId], _Text],
    what: str,
    differing: list[Differing],
) -> dict[OutcomeKey, tuple[Said, ...]]:
    texts: dict[OutcomeKey, tuple[Said, ...]] = {}
    for (key, person), writes in register.items():
        by_text = {said and (said.text, said.valid_until): (said, at) for _, (said, at) in writes}
        if len(by_text) > 1:
            differing.append(
                Differing(
                    f"{person}'s {what} {key.outcome} in {key.scope}",
                    tuple(
                        Value(at, said.text if said else "taken back")
                        for said, at in by_text.values()
                    ),
                )
            )
        kept = tuple(said for said, _ in by_text.values() if said is not None)
        if kept:
            texts[key] = (*texts.get(key, ()), *kept)
    return texts
