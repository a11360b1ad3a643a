"""The register of evidence: what stands behind claims, who has seen it, whether it still holds.

An *item* is one document (or one sighting of a document that may not be copied). It stands in the
register ``evidence-item``, keyed by an id that is drawn at random, so that two branches can never
give one id to two documents; its verdict stands in the same register, keyed by the id and
``review``. What an item supports stands in ``evidence-link``, keyed by the id, framework version,
scope and outcome. Documents that people named in their workbooks are texts (``State.evidence``)
until they are registered.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId
from cyberassess.domain.calendar_words import Typed, understand_date
from cyberassess.domain.record import registers
from cyberassess.domain.record.numbering import Number, numbers, said_was
from cyberassess.domain.record.recorded import Origin, Record, Source, State
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.errors import Problem, closest

ITEM = registers.EvidenceItem.kind
LINK = registers.EvidenceLink.kind
REVIEW = "review"
"""The second part of the key of a verdict."""
LONGEST = 2_000
"""Characters of one fact about an item."""


class Held(Enum):
    """How we have an item."""

    FILE = "file"
    """A file lies in the workspace."""
    SIGHTED = "sighted"
    """Somebody looked at it where it lies; it may not be copied."""
    NAMED = "named"
    """Somebody named it in a workbook; nobody here has seen it yet."""


SOURCE_TYPES = {
    "third-party": "third party",
    "system-export": "export from a system",
    "policy": "policy or procedure",
    "minutes": "minutes or record",
    "statement": "statement of a person",
}
"""Where a document comes from, codes with their words; the most independent first."""
COPIES = ("original", "copy")
PERSONAL = ("yes", "no")
ACCEPTED, REJECTED = "accepted", "rejected"
VERDICTS = (ACCEPTED, REJECTED)


class Mark(Enum):
    """What the reader of an item must know; several may hold."""

    REJECTED = "rejected"
    """A reviewer found that it does not show what it is said to show."""
    REPLACED = "replaced"
    """A newer item stands in its place."""
    NOT_SEEN = "named, not yet seen"
    STALE = "out of date"
    """The date until which it holds has passed."""
    NOT_EXACT = "date not exact"
    """Its own date is known by month or year alone."""
    NO_DATE = "no end date"
    """Nobody said until when it holds."""
    UNREVIEWED = "not reviewed"
    CREATED_DURING = "created during the assessment"
    """Its date is later than the day the assessment was opened."""
    UNUSED = "supports nothing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded about an item; empty where it is not known. Dates are ISO 8601.

    Where only month or year of a document's own date are known, it is no more than that.
    """

    title: str = ""
    shows: str = ""
    """What a reader finds in it that supports the claim."""
    copy: str = ""
    """One of ``COPIES``."""
    source_type: str = ""
    """One of ``SOURCE_TYPES``."""
    author: str = ""
    dated: str = ""
    """The date of the document itself."""
    period: str = ""
    """The period it covers, in words."""
    population: str = ""
    """All there is, where the document shows a part of it (``412 leavers``)."""
    selected: str = ""
    """How that part was chosen."""
    collected_by: str = ""
    collected_on: str = ""
    collected_how: str = ""
    owner: str = ""
    valid_until: str = ""
    marking: str = ""
    personal_data: str = ""
    """One of ``PERSONAL``."""
    link: str = ""
    """Where it was sighted."""
    version: str = ""
    sighted_on: str = ""
    sighted_by: str = ""
    replaces: str = ""
    """The id of the item it stands in place of."""
    known_as: tuple[str, ...] = ()
    """What people called it in their workbooks."""


DATES = ("dated", "collected_on", "valid_until", "sighted_on")
WORDS = {
    "title": "title", "shows": "what it shows", "copy": "original or copy",
    "source_type": "type of source", "author": "author", "dated": "date of the document",
    "period": "period covered", "population": "population", "selected": "how it was selected",
    "collected_by": "collected by", "collected_on": "collected on",
    "collected_how": "how it was collected", "owner": "owner", "valid_until": "valid until",
    "marking": "marking", "personal_data": "personal data", "link": "sighted at",
    "version": "version", "sighted_on": "sighted on", "sighted_by": "sighted by",
}  # fmt: skip
"""The facts in words, in the order they are shown."""
EXPECTED = ("source_type", "author", "dated", "valid_until", "owner", "collected_by", "copy")
"""Facts an auditor asks for first; ``evidence check`` lists those that are missing."""


@dataclass(frozen=True, slots=True)
class Link:
    """That an item supports an outcome in a scope."""

    item: str
    outcome: OutcomeKey
    place: str
    """Page or section; empty where the whole document does."""


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict on an item."""

    verdict: str
    """One of ``VERDICTS``."""
    by: PersonId
    on: str
    """ISO date."""
    reason: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Item:
    """One document, or one sighting of a document."""

    id: str
    number: int
    reference: str
    """``EV-014``; with the start of the id behind it where branches gave a number twice."""
    held: Held
    facts: Facts
    name: str
    """The file's name as received, as text; never used as a path."""
    sha256: str
    size: int
    stored: str
    """Where the file lies in the workspace; empty where there is none."""
    person: PersonId
    """Who recorded it."""
    origin: Origin
    links: tuple[Link, ...] = ()
    review: Review | None = None
    replaced_by: str = ""
    """The reference of the item that stands in its place."""
    was: str = ""
    """What it was called in another copy, in words; mostly empty."""

    @property
    def is_rejected(self) -> bool:
        """Whether the verdict on it is that it does not show what it is said to show."""
        return self.review is not None and self.review.verdict == REJECTED

    @property
    def counts(self) -> bool:
        """Whether it may support a claim."""
        return not self.is_rejected and not self.replaced_by

    @property
    def is_seen(self) -> bool:
        """Whether somebody here has it or has looked at it."""
        return self.held is not Held.NAMED

    def is_in_date(self, on: datetime.date) -> bool:
        """Say whether the date until which it holds is known and has not passed."""
        return self.facts.valid_until >= on.isoformat()

    def is_called(self, text: str) -> bool:
        """Say whether a text in a workbook names this item."""
        names = (self.facts.title, self.name, self.reference, *self.facts.known_as)
        return folded(text) in {folded(each) for each in names if each}

    def marks(self, on: datetime.date, opened: datetime.date | None = None) -> tuple[Mark, ...]:
        """Say what its reader must know, the gravest first.

        Args:
            on: the date it is judged at.
            opened: when the assessment was opened.
        """
        facts = self.facts
        late = opened is not None and facts.dated > opened.isoformat()
        found = {
            Mark.REJECTED: self.is_rejected,
            Mark.REPLACED: bool(self.replaced_by),
            Mark.NOT_SEEN: not self.is_seen,
            Mark.STALE: bool(facts.valid_until) and not self.is_in_date(on),
            Mark.NOT_EXACT: 0 < len(facts.dated) < len("2026-03-01"),
            Mark.NO_DATE: not facts.valid_until,
            Mark.UNREVIEWED: self.is_seen and self.review is None,
            Mark.CREATED_DURING: late,
            Mark.UNUSED: not self.links,
        }
        return tuple(mark for mark, holds in found.items() if holds)

    @property
    def missing(self) -> tuple[str, ...]:
        """The expected facts nobody gave, in words; nothing for an item not yet seen."""
        if not self.is_seen:
            return ()
        return tuple(WORDS[each] for each in EXPECTED if not getattr(self.facts, each))


class Named(NamedTuple):
    """A document somebody named in a workbook, as one line of their text."""

    outcome: OutcomeKey
    person: PersonId
    text: str
    valid_until: str
    source: Source
    origin: Origin


class Support(NamedTuple):
    """What stands behind one claim."""

    items: tuple[Item, ...]
    """Those that count."""
    named: tuple[Named, ...]
    """Documents that were named, and that no item in the register stands for."""
    set_aside: tuple[Item, ...] = ()
    """Items that were rejected or replaced."""

    @property
    def is_offered(self) -> bool:
        """Whether any evidence is offered at all."""
        return bool(self.items or self.named)

    @property
    def is_seen(self) -> bool:
        """Whether somebody here has seen any of it."""
        return any(each.is_seen for each in self.items)

    def is_in_date(self, on: datetime.date) -> bool:
        """Say whether any of it has an end date that has not passed."""
        today = on.isoformat()
        return any(each.is_in_date(on) for each in self.items) or any(
            each.valid_until >= today for each in self.named
        )


@dataclass(frozen=True)
class Register:
    """All evidence of an assessment, in the order it was recorded."""

    items: tuple[Item, ...]
    named: tuple[Named, ...] = field(default=())
    """Every document that was named in workbooks, registered or not."""

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        """The items keyed by id."""
        return {each.id: each for each in self.items}

    @cached_property
    def by_outcome(self) -> Mapping[OutcomeKey, tuple[Item, ...]]:
        """The items keyed by what they support, rejected and replaced ones too."""
        found: dict[OutcomeKey, list[Item]] = {}
        for item in self.items:
            for link in item.links:
                found.setdefault(link.outcome, []).append(item)
        return {key: tuple(each) for key, each in found.items()}

    @cached_property
    def named_by_outcome(self) -> Mapping[OutcomeKey, tuple[Named, ...]]:
        """The named documents keyed by outcome."""
        found: dict[OutcomeKey, list[Named]] = {}
        for each in self.named:
            found.setdefault(each.outcome, []).append(each)
        return {key: tuple(each) for key, each in found.items()}

    def item_for(self, named: Named) -> Item | None:
        """Give the item that stands for a named document of this outcome."""
        found = (e for e in self.by_outcome.get(named.outcome, ()) if e.is_called(named.text))
        return next(found, None)

    @cached_property
    def unregistered(self) -> tuple[Named, ...]:
        """Named documents that no item stands for."""
        return tuple(each for each in self.named if self.item_for(each) is None)

    def support(self, outcomes: Iterable[OutcomeKey]) -> Support:
        """Give what stands behind a claim.

        Args:
            outcomes: where it may be offered: the outcome itself, and the same outcome in the
                shared services it takes answers over from.
        """
        items: dict[str, Item] = {}
        named: list[Named] = []
        for key in outcomes:
            items.update((each.id, each) for each in self.by_outcome.get(key, ()))
            there = self.named_by_outcome.get(key, ())
            named += [each for each in there if self.item_for(each) is None]
        return Support(
            tuple(each for each in items.values() if each.counts),
            tuple(named),
            tuple(each for each in items.values() if not each.counts),
        )

    def find(self, reference: str) -> tuple[Item, ...]:
        """Give the items a reference names (``EV-014``, ``14``); several where branches differ."""
        wanted = reference.strip().casefold()
        exact = tuple(each for each in self.items if each.reference.casefold() == wanted)
        number = _REFERENCE.fullmatch(wanted)
        if exact or number is None:
            return exact
        return tuple(each for each in self.items if each.number == int(number[1]))


_REFERENCE = re.compile(r"(?:ev)?-?0*([1-9][0-9]{0,5})")


def folded(text: str) -> str:
    """Give a text as names are compared: letter case, spaces and Unicode form do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def register_of(state: State) -> Register:
    """Read the register of evidence from the state."""
    records = state.records.get(ITEM, {})
    if not records and not state.evidence:
        return Register(())
    items = {key[0]: found[-1] for key, found in records.items() if len(key) == 1}
    reviews = {key[0]: found[-1] for key, found in records.items() if key[1:] == (REVIEW,)}
    links: dict[str, list[Link]] = {}
    for record in state.register(LINK):
        link = _link(record)
        if link is not None:
            links.setdefault(link.item, []).append(link)
    called = numbers(state, ITEM)
    given = [called[(item_id,)].number for item_id in items]
    references = {
        item_id: f"EV-{number:03d}" + (f"-{item_id[:4]}" if given.count(number) > 1 else "")
        for item_id, number in zip(items, given, strict=True)
    }
    replaced = {
        str(record.fields.get("replaces", "")): references[item_id]
        for item_id, record in items.items()
        if record.fields.get("replaces")
    }
    return Register(
        tuple(
            _item(
                record,
                references[item_id],
                tuple(links.get(item_id, ())),
                _review(reviews.get(item_id)),
                replaced.get(item_id, ""),
                number=called[(item_id,)],
            )
            for item_id, record in items.items()
        ),
        tuple(named_in(state)),
    )


_FACTS = tuple(each.name for each in fields(Facts))


def _item(
    record: Record,
    reference: str,
    links: tuple[Link, ...],
    review: Review | None,
    replaced_by: str,
    *,
    number: Number,
) -> Item:
    given = record.fields
    known = given.get("known_as") or ()
    values: dict[str, Any] = {name: str(given.get(name, "")) for name in _FACTS}
    values["known_as"] = tuple(str(each) for each in known)
    try:
        held = Held(given.get("held", ""))
    except ValueError:
        held = Held.NAMED
    return Item(
        record.key[0],
        number.number,
        reference,
        held,
        Facts(**values),
        str(given.get("name", "")),
        str(given.get("sha256", "")),
        int(given.get("size", 0)),
        str(given.get("stored", "")),
        record.person,
        record.origin,
        links,
        review,
        replaced_by,
        said_was(ITEM, number),
    )


def _link(record: Record) -> Link:
    item, framework, scope, outcome = record.key
    key = OutcomeKey(FrameworkRef(framework), ScopeId(scope), OutcomeId(outcome))
    place = str(record.fields.get("place", ""))
    return Link(item, key, place)


def _review(record: Record | None) -> Review | None:
    if record is None:
        return None
    given = record.fields
    return Review(
        str(given.get("verdict", "")),
        record.person,
        record.origin.time[:10],
        str(given.get("reason", "")),
        record.origin,
    )


def named_in(state: State) -> Iterator[Named]:
    """Give every document people named, one for each line of their texts."""
    for key, said in state.evidence.items():
        for each in said:
            for line in each.text.splitlines():
                text = " ".join(_BULLET.sub("", line).split())
                if text:
                    yield Named(key, each.person, text, each.valid_until, each.source, each.origin)


_BULLET = re.compile(r"^\s*(?:[-*\u2022\u2013\u00b7]|\d{1,2}[.)])\s+")


_EMPTY_WORDS = """
a above an and as attached attachment below by document documents enclosed evidence file files for
here in is it link n/a na none not of on please proof refer see sent shows tbc tbd the this to us
applicable yes
"""
_SAYS_NOTHING = frozenset(_EMPTY_WORDS.split())
_FEWEST_WORDS = 3


def check_facts(facts: Facts, held: Held) -> list[Problem]:
    """Give everything about the facts that cannot be recorded; places are options."""
    problems: list[Problem] = []

    def say(code: str, name: str, message: str, hint: str) -> None:
        option = f"--{name.replace('_', '-')}"
        problems.append(Problem(code, option, message, f"{hint} Nothing was recorded."))

    if held is not Held.NAMED:
        problem = _says_nothing(facts.shows)
        if problem:
            hint = "Say in a sentence what a reader finds in it, for example: Lists every account"
            say("shows-nothing", "shows", problem, f"{hint} removed in March, with dates.")
    for name, allowed in (
        ("copy", COPIES), ("source_type", tuple(SOURCE_TYPES)), ("personal_data", PERSONAL),
    ):  # fmt: skip
        value = getattr(facts, name)
        if value and value not in allowed:
            near = closest(value, allowed)
            hint = near or f"Choose one of: {', '.join(allowed)}."
            say("not-allowed", name, f'"{value}" is not one of the choices.', hint)
    for name in DATES:
        value = getattr(facts, name)
        date, said = stated_date(name, value)
        if value and not date and said is not None:
            problems.append(said)
    for name in _FACTS:
        value = getattr(facts, name)
        if isinstance(value, str) and len(value) > LONGEST:
            found = f"The text has {len(value):,} characters."
            say("too-long", name, found, f"Up to {LONGEST:,} are recorded.")
    if held is Held.SIGHTED:
        for name, words in (
            ("link", "where it was sighted"), ("sighted_on", "when"), ("sighted_by", "by whom"),
        ):  # fmt: skip
            if not getattr(facts, name):
                option = {"link": "sighted_at"}.get(name, name)
                hint = "A sighting counts by its place, its date and the person who looked."
                say("sighting-incomplete", option, f"It does not say {words}.", hint)
    return problems


def _says_nothing(shows: str) -> str:
    words = re.findall(r"[^\s,.;:!?()]+", shows.casefold())
    if not words:
        return "It does not say what the document shows."
    if len(words) < _FEWEST_WORDS or all(each in _SAYS_NOTHING for each in words):
        return f'"{" ".join(shows.split())}" does not say what the document shows.'
    return ""


def stated_date(name: str, text: str) -> Typed:
    """Read one of ``DATES``; a month or a year will do for a document's own, and ends a time."""
    option, kept = f"--{name.replace('_', '-')}", "Nothing was recorded."
    is_end, is_own = name == "valid_until", name == "dated"
    return understand_date(text, option, kept, period=is_end, inexact=is_own)


def behind_many(register: Register, many: int = 5) -> tuple[Item, ...]:
    """Give the items that support many claims, those with the most first."""
    found = [each for each in register.items if each.counts and len(each.links) >= many]
    return tuple(sorted(found, key=lambda each: -len(each.links)))


def same_file(register: Register) -> tuple[tuple[Item, ...], ...]:
    """Give the items that are one and the same file."""
    found: dict[str, list[Item]] = {}
    for item in register.items:
        if item.sha256:
            found.setdefault(item.sha256, []).append(item)
    return tuple(tuple(each) for each in found.values() if len(each) > 1)


def sources_of(
    key: OutcomeKey, inherited_from: Sequence[ScopeId | None]
) -> tuple[OutcomeKey, ...]:
    """Give where evidence for an outcome may stand: itself, and the services it inherits from."""
    services = dict.fromkeys(each for each in inherited_from if each is not None)
    return (key, *(key._replace(scope=each) for each in services))
