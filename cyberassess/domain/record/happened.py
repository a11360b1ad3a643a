"""Everything that can happen to an assessment: a class for each kind of event.

Each class names its fields with their shapes, once: what is read, looked at and written follows
from it. Entries of a register are events of one form, whose fields its class in ``registers``
names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from cyberassess.domain.assessment import OutcomeKey, ScopeId, StatementKey
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.registers import REGISTERS, Fields
from cyberassess.domain.record.shapes import (
    Came,
    DateOrEmpty,
    Declared,
    MisshapenError,
    Names,
    Notes,
    Number,
    Pairs,
    Salted,
    SaltedOrNone,
    Shape,
    Source,
    Text,
    Time,
    Truth,
    Word,
    WordOrNone,
    is_text,
    unwrapped,
)
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId


class Event(Declared):
    """Something that happened."""

    kind: ClassVar[str] = ""
    type: Word = ""
    """The kind, as it is written."""
    person: Word = ""
    """Who gave it; whoever gave the command if empty."""
    time: Time = ""
    """When, ISO 8601 in UTC, where its segment holds several moments; mostly empty."""
    source: Came | None = None
    """Where it came from; the command if ``None``."""
    read: Word = ""
    """The words in the cell of ``source`` that were read as what is recorded."""
    recovered: Word = ""
    """The line of a damaged ledger it was got out of; mostly empty."""

    def __init__(self, **said: Any) -> None:  # NOTE: mypy knows each class's fields
        """Take what is to be written."""
        super().__init__(**{"type": self.kind, **said})

    @property
    def came(self) -> Source:
        """Where it came from."""
        return self.source or Source("command")


class AboutStatement(Event):
    """Something that happened to one statement in one scope."""

    framework: Word
    scope: Word
    indicator: Word

    @property
    def statement(self) -> StatementKey:
        """What it is about."""
        return StatementKey(
            FrameworkRef(self.framework), ScopeId(self.scope), IndicatorId(self.indicator)
        )


class AboutOutcome(Event):
    """Something that happened to one outcome in one scope."""

    framework: Word
    scope: Word
    outcome: Word

    @property
    def about(self) -> OutcomeKey:
        """What it is about."""
        return OutcomeKey(
            FrameworkRef(self.framework), ScopeId(self.scope), OutcomeId(self.outcome)
        )


class Response(Declared):
    """What somebody says to a statement: the same from a cell to the ledger, and back to a cell.

    What is asked beside the answer is a field here; nothing between copies it field by field.
    """

    new: WordOrNone
    """The answer's code; ``None`` where it is taken back."""
    reason: SaltedOrNone = ""

    @property
    def fields(self) -> dict[str, Any]:  # NOTE: values of its fields
        """All that is said, with free texts as texts; empty stands for what was not said."""
        beside = (name for name in Response.shapes if name != "new")
        return {"new": self.new} | {n: unwrapped(getattr(self, n)) or "" for n in beside}

    @property
    def said(self) -> tuple[str, ...]:
        """The same, to be compared; empty too for an answer that was taken back."""
        return tuple(value or "" for value in self.fields.values())


class Answer(AboutStatement, Response):
    """Somebody answered a statement, or took the answer back."""

    kind = "answer"
    person: Word
    old: WordOrNone = ""
    """What was answered before; ``None`` if nothing was, empty where that was not recorded."""
    beside: Truth = False
    """Whether it stands beside the answer that was there, as neither is the newer one."""


class Said(AboutOutcome):
    """Somebody wrote about an outcome."""

    person: Word
    new: SaltedOrNone
    """``None`` where the text is taken back."""
    valid_until: DateOrEmpty = ""


class Rationale(Said):
    """Somebody explained an outcome."""

    kind = "rationale"


class Evidence(Said):
    """Somebody named evidence for an outcome."""

    kind = "evidence"


class Resolution(AboutStatement):
    """A conflict between answers was settled."""

    kind = "resolution"
    new: Word
    settled: Pairs
    reason: SaltedOrNone = ""


class Claim(AboutOutcome):
    """Another tool's status of an outcome came in."""

    kind = "claim"
    tool: Word
    level: WordOrNone = ""
    confirmed: Word | None = None
    comment: SaltedOrNone = None


_PLAIN = ("schema", "id", "version", "revision", "sha256", "profile", "kind", "hosting",
          "nation", "period", "due", "themes", "scope", "blank", "filled")  # fmt: skip
_PERSON_NAME = re.compile(r"people\[(.+)\]\.name")

_VALUE = Shape(
    lambda value: value is None or is_text(value),
    "text, or null",
    read=lambda value: None if value is None else Text(value),
    is_free=True,
)


class Setting(Declared):
    """A value of the settings that changed."""

    key: Word
    new: Annotated[str | None, _VALUE]
    """``None`` where it is gone."""
    old: Annotated[str | None, _VALUE] = ""

    @property
    def value(self) -> str | None:
        """The new value; ``None`` where it is gone or was redacted."""
        new = self.new
        return None if new is None or (isinstance(new, Text) and new.is_redacted) else str(new)

    @property
    def names(self) -> str:
        """The id of the person whose name it is; empty where it is another value."""
        found = _PERSON_NAME.fullmatch(self.key)
        return found[1] if found else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is a fact of the program; all else may be a name or free text."""
        last = self.key.rsplit(".", 1)[-1]
        return last in _PLAIN or self.key.startswith(("ambition.", "file:"))

    def as_json(self, salted: Callable[[str], Json]) -> dict[str, Json]:
        """Give it as it is written."""
        return super().as_json(str if self.is_plain else salted)


_CHANGES = Shape(
    lambda value: (
        isinstance(value, list)
        and all(isinstance(each, dict) and not Setting.fault(each) for each in value)
    ),
    "a list of changes, each with its key and values",
    read=lambda value: tuple(map(Setting.of, value)),
)


class Settings(Event):
    """The settings were changed."""

    kind = "settings"
    changes: Annotated[Sequence[Setting], _CHANGES]


class Met(Event):
    """Somebody was named who is not in the settings."""

    kind = "met"
    person: Word
    name: Salted


class Sent(Event):
    """A questionnaire was written for somebody."""

    kind = "sent"
    person: Word
    name: Salted
    serial: Number
    head: Word
    questions: Number
    remarks: Notes = ()
    """What it asks to look at, word for word."""
    about: Word = ""
    """SHA-256 of the return it goes back for; empty where it goes back for none."""


class Received(Event):
    """A file came in."""

    kind = "received"
    person: Word
    name: Salted
    sha256: Word
    serial: Number
    accepted: Truth
    stored: Number
    problems: Number
    asked: Word | None = None
    """Whom the questionnaire was made for; ``None`` where that was not recorded."""
    saved: Word | None = None


# Entries of registers


_FIELDS = Shape(lambda value: value is None or isinstance(value, dict), "an object, or null")


class Entry(Event):
    """Something was put into a register, or taken out."""

    key: Names
    new: Annotated[Fields | None, _FIELDS]
    """``None`` where it is taken out."""

    @classmethod
    def of(cls, found: Mapping[str, Json]) -> Self:
        """Read an entry by the class of its register."""
        entry, register = super().of(found), REGISTERS[found["type"]]
        if register.parts and len(entry.key) not in register.parts:
            fault = f'"key" has {len(entry.key)} parts instead of {register.parts[0]}'
            raise MisshapenError(fault)
        return entry if entry.new is None else entry.but(new=register.of(found["new"]))


def put(
    key: Sequence[str],
    new: Fields,
    *,
    person: str = "",
    source: Source | None = None,
    read: str = "",
    time: str = "",
) -> Entry:
    """Give the event that puts something into its register.

    Args:
        person: who gave it; whoever gives the command if empty.
        read: the words in the cell of ``source`` that were read as what is recorded.
    """
    return Entry(
        type=new.kind,
        key=list(key),
        new=new,
        person=person,
        source=source,
        read=read,
        time=time,
    )


def take_out(register: type[Fields], key: Sequence[str], *, source: Source) -> Entry:
    """Give the event that takes something out of its register."""
    return Entry(type=register.kind, key=list(key), new=None, source=source)


_EVENTS: Mapping[str, type[Event]] = {
    each.kind: each
    for each in (
        Answer, Rationale, Evidence, Resolution, Claim, Settings, Met, Sent, Received,
    )
} | dict.fromkeys(REGISTERS, Entry)  # fmt: skip
KINDS = _EVENTS.keys()


class UnknownKindError(MisshapenError):
    """An event is of a kind that only a later version knows; its text is the kind."""


def is_event(line: Mapping[str, Json]) -> bool:
    """Say whether a line of a segment is an event, and not what heads it."""
    return "type" in line


def read_event(found: Mapping[str, Json]) -> Event:
    """Read an event.

    Raises:
        MisshapenError: where it is not as it must be.
        UnknownKindError: where it is of a kind this version does not know.
    """
    kind = found.get("type")
    if not isinstance(kind, str):
        fault = '"type" is not a text'
        raise MisshapenError(fault)
    if kind not in _EVENTS:
        raise UnknownKindError(kind)
    return _EVENTS[kind].of(found)
