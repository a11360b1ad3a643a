"""What one person is asked: the same topics and rows for the workbook and for the prompts.

A row is one question. Statements that say the same are one row, whose answer is written to each of
them; where their present answers differ they are two rows until they agree.

A *ref* names a row or a text in the outside world (the workbook's Ref column). It stands on its
own: ``B2.c.NA.2`` for the organisation, ``B2.c.NA.2/housing`` for another scope; with several
frameworks the ones after the first are prefixed with their number and a colon (``2:A1.a.A.1``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from cyberassess.domain.assessment import (
    ORGANISATION,
    Asked,
    OutcomeKey,
    Person,
    PersonId,
    ScopeId,
    Settings,
    StatementKey,
    outcome_key,
    services_of,
    statement_key,
)
from cyberassess.domain.people.sharing import SHARING, TopicKey, parted, said_of
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Given, Said, Source, State
from cyberassess.domain.sets.framework import (
    Answer,
    Framework,
    FrameworkRef,
    Group,
    IndicatorId,
    OutcomeId,
)

SECONDS_A_ROW = 15
SECONDS_AN_OUTCOME = 60
"""What we tell people to expect; to be corrected when returns say better."""
SECONDS_A_SHARED = 30
"""The same for a topic that a scope takes over."""
SECONDS_A_SINGLE = 15
"""The same for an outcome of a single statement: its answer needs few words beside it."""
WITHDRAW = "Withdraw my answer"
"""The choice that takes an answer back; a blank never does."""
WHY = ".why"
EVIDENCE = ".evidence"
"""Endings of the refs of an outcome's texts."""
SHARED = ".same"
"""Ending of the ref of a topic that a scope takes over: a group's id stands before it."""


_Own = TypeVar("_Own", Given, Said)


class OfferKind(Enum):
    """Where an offered answer comes from."""

    INHERITED = "inherited"
    """A shared service gave it."""
    EARLIER = "earlier"
    """An earlier assessment ended with it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer somebody gave elsewhere; it counts here only once it is confirmed."""

    kind: OfferKind
    said: Response
    label: str
    date: str
    """ISO date it was given on."""
    origin: str
    """In words: the shared service's title, or the organisation and period."""
    source: ScopeId | None = None
    """The shared service, for an inherited answer."""
    confirmed: bool = False
    """An inherited answer that was confirmed already."""
    this_year: bool = False
    """Whether an earlier answer was given this year, for a scope that was merged or split."""

    @property
    def answer(self) -> str:
        """The answer's code."""
        return self.said.new or ""

    @property
    def reason(self) -> str:
        """Empty where none was given."""
        return str(self.said.reason or "")


class Past(NamedTuple):
    """What last year said of a statement that is asked again: shown, never confirmed."""

    label: str
    """Of the answer, in last year's words."""
    reason: str
    date: str
    """ISO date it was given on."""
    origin: str
    """The organisation and period, and the scope where it was another."""
    question: str
    """In last year's words."""
    because: str
    """Why it is asked again, without a full stop."""
    this_year: bool = False
    """Whether it was given this year: by the version of the set that was used before, or for a
    scope that was merged or split since."""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that supports answers: what it is called and what it shows."""

    title: str
    shows: str
    refs: tuple[str, ...] = ()
    """Of the questions it supports."""
    dated: str = ""
    """ISO date of the document, or its month or year; what was typed, where that is no date."""
    owner: str = ""
    location: str = ""
    valid_until: str = ""
    """ISO date, as ``dated``."""


class Fix(NamedTuple):
    """Something in a file that came back that its sender should look at."""

    ref: str
    """Of the row it is about; empty where it is about none."""
    place: str
    """Sheet and cell in the file that came back."""
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question."""

    ref: str
    statements: tuple[StatementKey, ...]
    """All statements the answer is written to; the first gives the text."""
    text: str
    heading: str
    """What the column is called (``Warning signs``)."""
    is_warning: bool
    answers: tuple[Answer, ...]
    current: Given | None
    """This person's answer so far."""
    offers: tuple[Offer, ...] = ()
    """Inherited ones first; more than one of a kind where sources differ."""
    condition: str = ""
    """The question that must not be answered no for this one to count; empty where none."""
    official: str = ""
    """The publisher's own words on one line, where the organisation loaded them."""
    better_than: tuple[StatementKey, ...] = ()
    """What says better than this: where it holds, *we do better than this* needs no reason."""
    past: tuple[Past, ...] = ()
    """What last year said of what this asks again; a statement that was merged has several."""

    def needing(self, *, is_backed: bool) -> tuple[Answer, ...]:
        """Give the answers that count for nothing without a reason.

        Args:
            is_backed: whether one of ``better_than`` holds.
        """
        return tuple(e for e in self.answers if e.needs.wants_reason(is_backed=is_backed))


class Seen(NamedTuple):
    """An outcome as another one names it."""

    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class Block:
    """One outcome in one scope, with its rows."""

    ref: str
    asked: Asked
    rows: tuple[Row, ...]
    rationale: Said | None
    evidence: Said | None

    why_ref: str
    """The ref of the rationale, ``B2.c.why/housing``."""
    evidence_ref: str
    """The ref of the evidence, ``B2.c.evidence/housing``."""
    see_also: tuple["Seen", ...] = ()
    """Outcomes of other sets in the same questionnaire that a mapping links with this one."""
    official: str = ""
    """The publisher's own words for the outcome; empty where a row says the same."""

    @property
    def key(self) -> OutcomeKey:
        """What the rationale and the evidence are about."""
        return outcome_key(self.asked)


@dataclass(frozen=True, slots=True)
class Topic:
    """What belongs together on one sheet: one group of outcomes in one scope."""

    id: str
    """The group's id, for example ``B2``."""
    title: str
    scope_title: str
    scope: ScopeId
    framework: FrameworkRef
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all blocks."""
        return tuple(row for block in self.blocks for row in block.rows)


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic that a scope takes over from shared services: one question to its owner."""

    ref: str
    key: TopicKey
    topic: Topic
    """With the outcomes it covers; they are asked where it is not the same."""
    sources: tuple[str, ...]
    """The titles of the shared services."""
    same: str
    """``yes`` or ``no``; empty where nobody said so far."""
    reason: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Everything one person is asked."""

    assessment: str
    """The assessment's id."""
    organisation: str
    period: str
    person: Person
    officer: Person
    head: str
    """The ledger's head at which it was made."""
    serial: int
    due: str
    """ISO date; empty where none is set."""
    marking: str
    frameworks: tuple[Framework, ...]
    """In the order of the settings: refs count from one."""
    topics: tuple[Topic, ...]
    remarks: Mapping[str, str] = field(default_factory=dict)
    """What somebody should look at, keyed by the ref it stands beside."""
    typed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What stood in a row and could not be stored, keyed by ref, then by heading."""
    fixes: tuple[Fix, ...] = ()
    """What to look at in a return, in reading order; with any, this is a notes workbook."""
    documents: tuple[Document, ...] = ()
    """The documents this person named so far."""
    completed_by: str = ""
    """Who wrote their name on the first sheet."""
    answered_by: Mapping[str, str] = field(default_factory=dict)
    """Who wrote their name on a sheet of questions, keyed by the sheet's name."""
    proven: frozenset[OutcomeKey] | None = None
    """Outcomes with evidence in date; ``None`` where nobody looked."""
    shared: tuple[SharedTopic, ...] = ()
    """What their scopes take over, one question a topic."""

    @property
    def questions(self) -> int:
        """How many questions there are, those about whole topics among them."""
        return len(self.rows) + len(self.shared)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all topics."""
        return tuple(row for topic in self.topics for row in topic.rows)

    @property
    def minutes(self) -> int:
        """About how long it takes, rounded up to five minutes.

        An outcome of several statements wants an explanation and the names of documents. One of a
        single statement is mostly answered by the answer.
        """
        blocks = [block for topic in self.topics for block in topic.blocks]
        seconds = len(self.rows) * SECONDS_A_ROW + sum(
            SECONDS_AN_OUTCOME if len(each.asked.outcome.asked) > 1 else SECONDS_A_SINGLE
            for each in blocks
        )
        seconds += len(self.shared) * SECONDS_A_SHARED
        return -(-seconds // 300) * 5


def questionnaire(
    person: Person,
    portion: tuple[Asked, ...],
    settings: Settings,
    state: State,
    *,
    frameworks: Mapping[FrameworkRef, Framework],
    serial: int,
    offers: Mapping[StatementKey, tuple[Offer, ...]] = MappingProxyType({}),
    official: Mapping[FrameworkRef, Mapping[str, str]] | None = None,
) -> Questionnaire:
    """Give what a person is asked, with their own answers so far.

    Args:
        frameworks: the pinned ones, in the order of the settings.
        serial: the number of this questionnaire for this person.
        offers: answers given elsewhere, shown beside the questions they fit.
        official: the publisher's own words, keyed by outcome or statement id, where loaded.
    """
    drawing = _Drawing(
        person.id,
        state,
        {ref: number for number, ref in enumerate(frameworks, start=1)},
        {
            (ref, located.outcome.id): located.groups[-1]
            for ref, framework in frameworks.items()
            for located in framework.located
        },
        offers,
        official or {},
    )
    parts = parted(person.id, portion, settings, state)
    return Questionnaire(
        assessment=state.assessment,
        organisation=settings.organisation,
        period=settings.period,
        person=person,
        officer=settings.officer,
        head=state.heads[0] if state.heads else "",
        serial=serial,
        due=settings.due.isoformat() if settings.due else "",
        marking=settings.marking.filled,
        frameworks=tuple(frameworks.values()),
        topics=drawing.topics(parts.asked),
        shared=tuple(_shared(key, e, settings, drawing) for key, e in parts.shared.items()),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What topics are made of."""

    person: PersonId
    state: State
    numbers: Mapping[FrameworkRef, int]
    groups: Mapping[tuple[FrameworkRef, OutcomeId], Group]
    offers: Mapping[StatementKey, tuple[Offer, ...]]
    official: Mapping[FrameworkRef, Mapping[str, str]]

    def topics(self, portion: Sequence[Asked]) -> tuple[Topic, ...]:
        """Give the topics of what is asked, each with its outcomes."""
        leaders = self._rows_together(portion)
        topics: dict[tuple[FrameworkRef, ScopeId, str], list[Block]] = {}
        titles: dict[tuple[FrameworkRef, ScopeId, str], tuple[str, str]] = {}
        for asked in portion:
            if not asked.outcome.asked:
                continue
            group = self.groups[asked.framework.ref, asked.outcome.id]
            key = (asked.framework.ref, asked.scope.id, group.id)
            titles[key] = (group.title, asked.scope.title)
            topics.setdefault(key, []).append(self._block(asked, leaders))
        return tuple(
            Topic(group, *titles[ref, scope, group], scope, ref, tuple(blocks))
            for (ref, scope, group), blocks in topics.items()
        )

    def _own(self, said: Sequence[_Own]) -> _Own | None:
        return next((each for each in said if each.person == self.person), None)

    def _rows_together(
        self, portion: Sequence[Asked]
    ) -> dict[StatementKey, tuple[StatementKey, ...]]:
        """Give the statements with a row of their own, each with all its row is about.

        Statements that say the same are one row while this person's answers agree.
        """
        groups: dict[object, list[StatementKey]] = {}
        for asked in portion:
            for level in asked.framework.levels:
                for indicator in asked.outcome.at_level(level.id):
                    if indicator.ended:
                        continue
                    key = statement_key(asked, indicator)
                    mine = self._own(self.state.answers.get(key, ()))
                    said = mine and mine.event.said
                    first = indicator.same_as or indicator.id
                    groups.setdefault((key.framework, key.scope, first, said), []).append(key)
        return {members[0]: tuple(members) for members in groups.values()}

    def _block(
        self, asked: Asked, leaders: Mapping[StatementKey, tuple[StatementKey, ...]]
    ) -> Block:
        framework, outcome = asked.framework, asked.outcome
        official = self.official.get(framework.ref, {})

        def ref(name: str) -> str:
            return make_ref(name, asked.scope.id, self.numbers[framework.ref])

        rows = tuple(
            Row(
                ref=ref(indicator.id),
                statements=leaders[statement],
                text=indicator.text,
                heading=level.heading,
                is_warning=level.is_warning,
                answers=framework.answers_for(indicator).answers,
                current=self._own(self.state.answers.get(statement, ())),
                offers=self.offers.get(statement, ()),
                condition=(
                    framework.indicators[indicator.applies_when][1].text
                    if indicator.applies_when
                    else ""
                ),
                official=" ".join(official.get(indicator.id, "").split()),
                better_than=tuple(
                    statement._replace(indicator=better) for better in indicator.better_than
                ),
            )
            for level in framework.levels
            for indicator in outcome.at_level(level.id)
            for statement in (statement_key(asked, indicator),)
            if statement in leaders
        )
        is_row = IndicatorId(outcome.id) in framework.indicators
        return Block(
            ref=ref(outcome.id),
            asked=asked,
            rows=rows,
            rationale=self._own(self.state.rationales.get(outcome_key(asked), ())),
            evidence=self._own(self.state.evidence.get(outcome_key(asked), ())),
            why_ref=ref(f"{outcome.id}{WHY}"),
            evidence_ref=ref(f"{outcome.id}{EVIDENCE}"),
            official="" if is_row else " ".join(official.get(outcome.id, "").split()),
        )


def _shared(
    key: TopicKey, topic: Sequence[Asked], settings: Settings, drawing: _Drawing
) -> SharedTopic:
    record = drawing.state.record(SHARING, *key)
    sources = dict.fromkeys(s.title for asked in topic for s in services_of(asked, settings))
    (whole,) = drawing.topics(topic)
    return SharedTopic(
        make_ref(f"{key.group}{SHARED}", key.scope, drawing.numbers[key.framework]),
        key,
        whole,
        tuple(sources),
        said_of(key, drawing.state),
        str(record.fields.get("reason") or "") if record else "",
    )


def make_ref(name: str, scope: ScopeId, number: int) -> str:
    """Give the ref of a row, an outcome or a text; ``number`` counts frameworks from one."""
    prefix = f"{number}:" if number > 1 else ""
    return f"{prefix}{name}" if scope == ORGANISATION else f"{prefix}{name}/{scope}"


class Ref(NamedTuple):
    """A ref taken apart."""

    framework: FrameworkRef
    scope: ScopeId
    name: str
    """The id of a statement or of an outcome."""


_REF = re.compile(r"^(?:(?P<number>[1-9][0-9]?):)?(?P<name>[^\s/:]+)(?:/(?P<scope>[a-z0-9-]+))?$")


def read_ref(text: str, frameworks: tuple[FrameworkRef, ...]) -> Ref | None:
    """Take a ref apart; ``None`` where it is not one.

    Args:
        text: as it stands in the Ref column.
        frameworks: those the file names, in its order.
    """
    found = _REF.match(text.strip())
    if found is None:
        return None
    number = int(found["number"] or 1)
    if number > len(frameworks):
        return None
    return Ref(frameworks[number - 1], ScopeId(found["scope"] or ORGANISATION), found["name"])


def statements_for(
    ref: Ref, frameworks: Mapping[FrameworkRef, Framework], *, together: bool
) -> tuple[StatementKey, ...]:
    """Give the statements an answer in this row is written to; empty for an unknown id.

    Args:
        together: write it to the statements that repeat this one as well (their own row is not in
            the file).
    """
    framework = frameworks.get(ref.framework)
    indicator = IndicatorId(ref.name)
    if framework is None or indicator not in framework.indicators:
        return ()
    members = framework.leaders.get(indicator, (indicator,)) if together else (indicator,)
    members = tuple(e for e in members if e == indicator or not framework.layout_of[e].ended)
    return tuple(StatementKey(ref.framework, ref.scope, each) for each in members)


def outcome_for(ref: Ref, frameworks: Mapping[FrameworkRef, Framework]) -> OutcomeKey | None:
    """Give the outcome that a rationale's or evidence's ref names, or ``None``."""
    framework = frameworks.get(ref.framework)
    outcome = OutcomeId(ref.name.removesuffix(WHY).removesuffix(EVIDENCE))
    if framework is None or outcome not in framework.outcomes:
        return None
    return OutcomeKey(ref.framework, ref.scope, outcome)


class TextKind(Enum):
    """The free texts people write about an outcome."""

    RATIONALE = "rationale"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class AnswerReply:
    """What somebody said to one row, in a workbook or at the prompt."""

    statements: tuple[StatementKey, ...]
    said: Response
    source: Source
    read: str = ""
    """The words its answer was read from, as they stand in the cell."""


@dataclass(frozen=True, slots=True)
class TextReply:
    """What somebody wrote about an outcome; never empty."""

    kind: TextKind
    outcome: OutcomeKey
    text: str
    valid_until: str
    """ISO date; only for evidence, empty where none was given."""
    source: Source


@dataclass(frozen=True, slots=True)
class ConfirmReply:
    """Somebody said that an offered answer holds here too."""

    statements: tuple[StatementKey, ...]
    offer: Offer
    """As it was shown to them."""
    source: Source
    read: str = ""
    """The words that say so, as they stand in the cell."""
    words: str = ""
    """What they wrote beside it."""


@dataclass(frozen=True, slots=True)
class SharingReply:
    """Somebody said whether a topic is the same as in the shared services its scope uses."""

    key: TopicKey
    same: str
    """``yes`` or ``no``."""
    words: str
    source: Source
    read: str = ""
    """The words it was read from, as they stand in the cell."""


@dataclass(frozen=True, slots=True)
class EvidenceReply:
    """A document somebody named, with what it shows and supports."""

    document: Document
    outcomes: tuple[OutcomeKey, ...]
    """Never empty; each once, in the order they were named."""
    source: Source


Reply = AnswerReply | TextReply | ConfirmReply | SharingReply | EvidenceReply
