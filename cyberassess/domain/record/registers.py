"""What an entry of a register says: a class for each register, with its fields and their shapes.

docs/formats.md lists them. How entries are put in and taken out, ``happened`` knows.
"""

from collections.abc import Mapping
from typing import ClassVar

from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.shapes import (
    Date,
    Declared,
    Fact,
    NamedLists,
    NamedTexts,
    Note,
    Notes,
    Number,
    Numbers,
    Open,
    Word,
    WordOrNone,
    Words,
    unwrapped,
)


class Fields(Declared):
    """What an entry of a register says."""

    kind: ClassVar[str] = ""
    parts: ClassVar[tuple[int, ...]] = ()
    """How many parts its key may have; any number if empty."""

    @property
    def fields(self) -> dict[str, Json]:
        """What it says, with free texts as texts."""
        return {name: unwrapped(value) for name, value in vars(self).items()}


class Inheritance(Fields):
    """An answer taken over; keyed by framework version, scope, statement and shared service."""

    kind = "inheritance"
    parts = (4,)
    answer: Word
    words: Note | None = None
    """What whoever took it over wrote beside it."""


class Sharing(Fields):
    """Whether a topic is the same as in the shared services that a scope uses.

    Keyed by framework version, scope and the group of outcomes.
    """

    kind = "sharing"
    parts = (3,)
    same: Word
    """``yes``: what the services answer holds here; ``no``: the scope is asked itself."""
    reason: Note | None = None


class Determination(Fields):
    """A confirmed determination; keyed by framework version, scope and outcome."""

    kind = "determination"
    parts = (3,)
    level: Word | None = None
    suggested: WordOrNone = None
    reason: Note | None = None


class Acceptance(Fields):
    """A column that counts though most does not apply; keyed by outcome, with scope, and level."""

    kind = "acceptance"
    parts = (4,)
    left_out: Words | None = None
    reason: Note | None = None


class Declaration(Fields):
    """What was signed, or refused, at the end of a questionnaire; keyed by who was asked."""

    kind = "declaration"
    parts = (1,)
    name: Note
    date: Fact
    serial: Number
    said: Word | None = None
    sha256: Word | None = None


class Comment(Fields):
    """What somebody is asked to look at; keyed by person, framework version, scope and name."""

    kind = "comment"
    parts = (4,)
    text: Note


class Handover(Fields):
    """Questions handed on; keyed by framework version, scope and outcome."""

    kind = "handover"
    parts = (3,)
    from_: Word
    to: Word
    reason: Note | None = None


class Extension(Fields):
    """A later due date; keyed by person."""

    kind = "extension"
    parts = (1,)
    until: Date
    reason: Note | None = None


class Action(Fields):
    """Something that will be done about a finding; keyed by a random id, once by its number."""

    kind = "action"
    parts = (1,)
    framework: Fact | None = None
    scope: Fact | None = None
    outcome: Fact | None = None
    also: Words | None = None
    """The other scopes in which it mends the same outcome."""
    title: Note | None = None
    owner: Note | None = None
    due: Fact | None = None
    cost: Fact | None = None
    cost_text: Note | None = None
    status: Fact | None = None
    priority: Fact | None = None
    reason: Note | None = None
    number: Number | None = None


class Approval(Fields):
    """A version signed off; keyed by it and a random id, once by it alone."""

    kind = "approval"
    parts = (1, 2)
    name: Note | None = None
    role: Note | None = None
    fingerprint: Fact | None = None
    reason: Note | None = None
    open: Open | None = None


class AskedAgain(Fields):
    """What a correction of a set asks again; keyed by framework version and revision."""

    kind = "asked-again"
    parts = (2,)
    texts: NamedTexts
    """What each statement said whose answers are asked for again, keyed by statement."""
    from_: Word | None = None
    """The revision before."""
    only: NamedLists | None = None
    """The codes that are asked again, where not all of them are."""


class SetVersion(Fields):
    """Another version in place of one; keyed by the framework version before and the one since.

    What it names goes on counting under the other version, whoever gave it, as it was given.
    """

    kind = "set-version"
    parts = (2,)
    revision: Word
    """Of the set before."""
    sha256: Word
    """Of its file, which stays in the workspace."""
    statements: NamedLists
    """For each statement before the one alike: its answers, and what was decided of them."""
    answers: NamedLists | None = None
    """The codes that are no choice of the other, or say something else there, by statement."""
    again: NamedLists
    """For each statement before those that follow it and ask for something else."""
    outcomes: NamedLists
    """For each outcome before those that follow it: the documents that support it."""
    explained: NamedLists
    """The one that has most of its statements alike: what people wrote of it."""
    whole: NamedLists
    """The one that is alike in every statement: what was confirmed and reviewed."""
    topics: NamedLists
    """For each topic before the one with the same outcomes, alike as a whole."""
    reason: Note | None = None


class Numbering(Fields):
    """A number given anew when copies were joined; keyed by kind and key of what has it."""

    kind = "numbering"
    number: Number
    was: Numbers | None = None
    """The numbers it had."""


class Renamed(Fields):
    """Why somebody goes by another name; keyed by person."""

    kind = "renamed"
    parts = (1,)
    to: Note
    from_: Note | None = None
    reason: Note | None = None


class SamePerson(Fields):
    """Two ids that are one person; keyed by the one that is given up."""

    kind = "same-person"
    parts = (1,)
    as_: Word
    reason: Note | None = None


class Previous(Fields):
    """The assessment before this one; keyed by ``previous`` as the settings have it."""

    kind = "previous"
    parts = (1,)
    assessment: Word


class EvidenceItem(Fields):
    """An item of evidence, keyed by a random id, or a verdict on it, with ``review`` after it."""

    kind = "evidence-item"
    parts = (1, 2)
    held: Fact | None = None
    name: Note | None = None
    sha256: Fact | None = None
    stored: Fact | None = None
    title: Note | None = None
    shows: Note | None = None
    copy: Fact | None = None
    source_type: Fact | None = None
    author: Note | None = None
    dated: Fact | None = None
    period: Note | None = None
    population: Note | None = None
    selected: Note | None = None
    collected_by: Note | None = None
    collected_on: Fact | None = None
    collected_how: Note | None = None
    owner: Note | None = None
    valid_until: Fact | None = None
    marking: Fact | None = None
    personal_data: Fact | None = None
    link: Note | None = None
    version: Note | None = None
    sighted_on: Fact | None = None
    sighted_by: Note | None = None
    replaces: Fact | None = None
    verdict: Fact | None = None
    reason: Note | None = None
    number: Number | None = None
    size: Number | None = None
    known_as: Notes | None = None


class EvidenceLink(Fields):
    """An outcome an item supports; keyed by its id, framework version, scope and outcome."""

    kind = "evidence-link"
    parts = (4,)
    place: Note | None = None


class Review(Fields):
    """What an assurer determined; keyed by framework version, scope, outcome and person."""

    kind = "review"
    parts = (4,)
    determination: Fact | None = None
    quality: Fact | None = None
    sample: Note | None = None
    comment: Note | None = None
    recommendation: Note | None = None
    risk: Fact | None = None
    claimed: Fact | None = None
    method: Words | None = None


class Opinion(Fields):
    """What an assurer thinks of the whole, in their own words; keyed by person."""

    kind = "opinion"
    parts = (1,)
    risk: Fact | None = None
    text: Note | None = None


class ReviewFile(Fields):
    """An assurer's workbook that came in; keyed by its SHA-256."""

    kind = "review-file"
    parts = (1,)
    name: Note
    kept_as: Note | None = None
    slip: Fact | None = None


class Settled(Fields):
    """Which of the values that branches gave to one thing stands; keyed by it, in words."""

    kind = "settled"
    kept: Fact | None = None
    reason: Note | None = None


REGISTERS: Mapping[str, type[Fields]] = {each.kind: each for each in Fields.__subclasses__()}
"""The class of each kind of record."""
