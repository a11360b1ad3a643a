"""What was recorded: the values the ledger keeps, and the state they make up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId, StatementKey
from cyberassess.domain.record.happened import Answer
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.shapes import Source as Source  # noqa: PLC0414 - looked for here
from cyberassess.domain.sets.framework import FrameworkRef, LevelId

if TYPE_CHECKING:
    from cyberassess.domain.record.versions import Leads

LAST_YEAR = "last-year"
"""The kind of source that names the assessment before this one."""
WITHDRAWN = ""
"""Stands in place of an answer that was taken back."""


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

    event: Answer
    """All that was said."""
    origin: Origin
    inherited_from: ScopeId | None = None
    """The shared service it was given for, where a system takes it over."""
    asked_again: bool = False
    """Whether its statement asks for something else since, so that it counts for nothing."""
    confirmed: "Record | None" = None
    """By which it holds for the system, and by whom; ``None`` where nothing was taken over."""

    @property
    def person(self) -> PersonId:
        """Who gave it."""
        return PersonId(self.event.person)

    @property
    def answer(self) -> str:
        """The answer's code; ``WITHDRAWN`` where it was taken back."""
        return self.event.new or WITHDRAWN

    @property
    def old(self) -> str | None:
        """The code of the answer it took the place of; ``None`` where there was none."""
        return self.event.old or None

    @property
    def reason(self) -> str:
        """Empty where none was given, or where it was redacted."""
        return str(self.event.reason or "")

    @property
    def source(self) -> Source:
        """Where it came from."""
        return self.event.came

    def by(self, person: PersonId) -> "Given":
        """Give it as another id's."""
        return replace(self, event=self.event.but(person=person))


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
    remarks: Sequence[str] = ()
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


class Naming(NamedTuple):
    """What somebody was called from an event on."""

    bit: int
    """Stands for the event's segment."""
    line: int
    name: str
    """Empty where it was redacted."""


@dataclass(frozen=True, slots=True)
class Names:
    """What everybody was called, and when."""

    named: Mapping[PersonId, tuple[Naming, ...]]
    """In the order of the ledger."""
    seen: Mapping[str, int]
    """The bits of a segment and of all it was written on top of, keyed by segment."""
    same: Mapping[PersonId, PersonId]
    """The id that counts, keyed by each id that was given up for it."""
    recorded_as: Mapping[tuple[str, int], PersonId]
    """The id an event came under, by segment and line, where it counts as another one's."""

    def now(self, person: str) -> str:
        """Give the name recorded last; empty where there is none."""
        found = self.named.get(PersonId(person), ())
        return found[-1].name if found else ""

    def at(self, person: str, origin: Origin) -> str:
        """Give the name recorded last before an event; the first one ever where none was."""
        found = self.named.get(PersonId(person), ())
        seen = self.seen.get(origin.segment, 0)
        own = 1 << (seen.bit_length() - 1) if seen else 0
        for each in reversed(found):
            if each.bit & seen and (each.bit != own or each.line <= origin.line):
                return each.name
        return found[0].name if found else ""


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
    asked_again: Mapping[StatementKey, tuple[Given, ...]]
    """Answers to a statement that asks for something else since a correction of its set."""
    rationales: Mapping[OutcomeKey, tuple[Said, ...]]
    evidence: Mapping[OutcomeKey, tuple[Said, ...]]
    resolutions: Mapping[StatementKey, Resolution]
    claims: Mapping[OutcomeKey, tuple[Claim, ...]]
    met: Mapping[PersonId, Met]
    sent: tuple[Sent, ...]
    received: tuple[Received, ...]
    settings: Mapping[str, str | None]
    """The last recorded settings, keyed by path; ``None`` where the text was redacted."""
    history: Mapping[StatementKey, tuple[Given, ...]]
    """Every event on an answer, those that took one back too, in order."""
    records: Mapping[str, Mapping[RecordKey, tuple[Record, ...]]]
    """The registers, keyed by kind; several records of a key only where branches differ."""
    record_history: Mapping[tuple[str, RecordKey], tuple[Record, ...]]
    """Every record ever written, removals too, in order."""
    names: Names
    """What everybody was called, and when."""
    differing: tuple[Differing, ...]
    """Slots that were changed differently on two branches, and not settled since."""
    events: int
    seen: Mapping[str, int] = field(default_factory=dict)
    """What each segment was written on top of, itself included, as bits in order."""
    leads: "Leads | None" = None
    """How what was recorded under one version of a set stands under another."""
    former: frozenset[FrameworkRef] = frozenset()
    """Versions of sets in whose place another one stands; nothing of them counts by itself."""
    former_texts: Mapping[OutcomeKey, tuple[Said, ...]] = field(default_factory=dict)
    """What people wrote of their outcomes; ``history`` holds the answers."""

    def has_seen(self, segment: str, other: str) -> bool:
        """Say whether a segment is, or was written on top of, another."""
        own = 1 << (self.seen[other].bit_length() - 1)
        return bool(self.seen[segment] & own)

    def without(self, lapses: Callable[[StatementKey, Given], bool]) -> "State":
        """Give the state as it would be without some answers."""
        kept = {
            key: tuple(each for each in given if not lapses(key, each))
            for key, given in self.answers.items()
        }
        kept = {key: given for key, given in kept.items() if given}
        return replace(self, answers=MappingProxyType(kept))

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

    def returned(self, person: PersonId) -> tuple[Received, ...]:
        """Give the questionnaires of a person that came back, whoever filled them in.

        Other files that came in, such as a workbook of decisions, are nobody's questionnaire.
        """
        return tuple(
            each
            for each in self.received
            if each.asked == person
            or (each.asked is None and each.person == person and each.serial)
        )

    def register(self, kind: str) -> tuple[Record, ...]:
        """Give every record of a kind that stands, in the order their keys first appeared."""
        return tuple(each for found in self.records.get(kind, {}).values() for each in found)
