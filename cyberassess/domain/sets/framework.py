"""Control sets at one published version and their targets, with their invariants.

A framework is a tree: groups (objective, principle…), outcomes, and indicators (statements), each
attached to one level. Levels stand in rank order, lowest first, and are compared by rank; nothing
here or elsewhere in Python spells a level.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated, NamedTuple, NewType

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from cyberassess.domain.rules.kind import CountsAs as CountsAs  # noqa: PLC0414 - looked for here
from cyberassess.domain.rules.kind import Empty, Kind
from cyberassess.domain.rules.known import RULES, kind_of

FrameworkRef = NewType("FrameworkRef", str)
"""``id@version``, for example ``ncsc-caf@3.2``."""
OutcomeId = NewType("OutcomeId", str)
IndicatorId = NewType("IndicatorId", str)
LevelId = NewType("LevelId", str)


def _whole_number(value: object) -> object:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


Count = Annotated[int, BeforeValidator(_whole_number), Field(ge=0)]
"""A whole number, which YAML read as text."""


class Model(BaseModel):
    """A frozen value read from a file people edit: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Needs(Enum):
    """What an answer is worth nothing without."""

    NOTHING = "nothing"
    REASON = "reason"
    REASON_OR_BETTER = "reason-or-better"
    """A reason, or one of the statements under ``better_than`` that holds as well."""

    def wants_reason(self, *, is_backed: bool) -> bool:
        """Say whether an answer without a reason counts for nothing.

        Args:
            is_backed: whether a statement that says better holds in the same scope.
        """
        return self is Needs.REASON or (self is Needs.REASON_OR_BETTER and not is_backed)


class Wording(Enum):
    """Whose words questions and statements are in."""

    OURS = "ours"
    OFFICIAL = "official"
    """The publisher's, on the user's machine only; not held to our rules of plain English."""


class IndicatorKind(Enum):
    """What a statement is to its rule."""

    REQUIREMENT = "requirement"
    PERMISSION = "permission"
    """Something that is allowed: it never fails."""


class Answer(Model):
    """One thing a person may choose."""

    code: str
    label: str
    counts_as: CountsAs
    needs: Needs = Needs.NOTHING
    help: str = ""


class AnswerSet(Model):
    """The choices for one kind of statement."""

    id: str
    answers: tuple[Answer, ...] = Field(min_length=2)

    def by_code(self, code: str) -> Answer | None:
        """Give the answer with this code, or ``None``."""
        return next((answer for answer in self.answers if answer.code == code), None)

    @property
    def labels(self) -> Mapping[str, str]:
        """The words of the answers, keyed by code."""
        return {each.code: each.label for each in self.answers}

    @property
    def better(self) -> Answer | None:
        """The answer of somebody who does better than the statement says, where it is offered."""
        return next((e for e in self.answers if e.needs is Needs.REASON_OR_BETTER), None)

    def says_less_than(self, other: "AnswerSet", code: str) -> bool:
        """Say whether whoever chose an answer here might have chosen another one there.

        *Not true* is two things where nobody could say yet that they do better.
        """
        chosen = self.by_code(code)
        contrary = chosen is not None and chosen.counts_as is CountsAs.NOT_MET
        return contrary and self.better is None and other.better is not None


class Level(Model):
    """One level of determination, and the column of statements attached to it."""

    id: LevelId
    title: str
    letter: str = Field(max_length=2)
    """Shown in charts, so that colour is never the only sign."""
    code: str = ""
    """The part of an indicator's id that names the level (``NA`` in ``A1.a.NA.2``)."""
    heading: str = ""
    """What the questionnaire and the report call the column."""
    answers: str = ""
    """The id of the answer set of its statements, unless a statement names its own; empty where no
    statement has this level."""
    is_warning: bool = False
    """True where a statement that holds speaks against the outcome."""
    is_condition: bool = False
    """True where its statements only say which others apply; they are never scored."""


def _known_rule(value: str) -> str:
    if value not in RULES:
        raise PydanticCustomError("enum", "not known", {"expected": ", ".join(RULES)})
    return value


class Rule(Model):
    """How statement answers become a determination."""

    id: Annotated[str, AfterValidator(_known_rule)]
    version: str = "1"
    """Sets made before rules had versions name none."""
    source: str
    text: str
    note: str = ""
    """How what the publisher leaves open is read, in place of the kind's own words."""
    scale: str = ""
    """Whose scale it is, in place of the kind's own words."""
    limit: str = ""
    """What a reader must not take it for, in place of the kind's own words."""
    band: str = ""
    """What is asked over the statements of a level, in place of the kind's own words."""

    @property
    def kind(self) -> Kind:
        """All that is known of its kind."""
        return kind_of(self.id, self.version)

    @property
    def name(self) -> str:
        """What it is called wherever it is named: with its version, where it has had several."""
        return f"{self.id}-{self.version}" if len(RULES[self.id]) > 1 else self.id

    @property
    def newest(self) -> "Rule":
        """The same rule at its newest version."""
        return self.model_copy(update={"version": RULES[self.id][-1].version})

    @property
    def is_superseded(self) -> bool:
        """Whether a newer version of it is known."""
        return self.version in {each.version for each in RULES[self.id][:-1]}


class Standard(Model):
    """Another standard that statements refer to."""

    id: str
    title: str


class KeyAction(Model):
    """Something the publisher asks every body to do, beside the controls."""

    id: str
    title: str
    source: str = ""
    standard: str = ""
    """Under which standard statements say that they stand for it; empty where none do."""
    number: str = ""
    """Its number there."""


class ScopeKind(Model):
    """A kind of thing outcomes are assessed for."""

    id: str
    title: str


class Indicator(Model):
    """One statement under an outcome."""

    id: IndicatorId
    level: LevelId
    text: str = Field(min_length=1)
    answers: str = ""
    """The id of an answer set of its own; empty where that of its level holds."""
    better_than: tuple[IndicatorId, ...] = ()
    """Statements of the same outcome that say better than this one: where one of them holds, this
    one is left behind, and whoever says so needs no reason."""
    same_as: IndicatorId | None = None
    """An earlier statement that says the same; asked once, answered for both."""
    kind: IndicatorKind = IndicatorKind.REQUIREMENT
    applies_when: IndicatorId | None = None
    """A condition: where it does not hold, this statement is left out."""
    alternatives: tuple[IndicatorId, ...] = ()
    """Of a condition: others of which one must hold where it does not. Where none of them holds,
    none leaves anything out."""
    fails_whole: bool = False
    """Not met, it fails the whole assessment, whatever the rest."""
    ended: str = ""
    """What it asks for ended: a sentence that says what and when; it is asked of nobody."""
    source: str = ""
    """Where the publisher states it, where the outcome's source does not say."""
    refs: Mapping[str, tuple[str, ...]] = {}
    """What it stands for in other standards, keyed by the id of the standard."""


class Outcome(Model):
    """The unit that is assessed."""

    id: OutcomeId
    title: str
    scope_kind: str
    owner_role: str
    other_roles: tuple[str, ...] = ()
    """Roles that are asked beside the owner."""
    question: str
    help: str
    evidence: tuple[str, ...]
    """Documents that typically support the answers."""
    source: str
    """Where the publisher states the outcome."""
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @property
    def name(self) -> str:
        """Give its id and title."""
        return f"{self.id} {self.title}"

    @property
    def asked(self) -> tuple[Indicator, ...]:
        """Give the statements that are asked: all but those that ended."""
        return tuple(each for each in self.indicators if not each.ended)

    def at_level(self, level: LevelId) -> tuple[Indicator, ...]:
        """Give the statements of one column, in the publisher's order."""
        return tuple(each for each in self.indicators if each.level == level)


class Group(Model):
    """A heading level: objective, principle, domain."""

    id: str
    kind: str
    title: str
    is_apart: bool = False
    """True where its outcomes are assessed, but are not among those the publisher counts."""
    groups: tuple["Group", ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class Correction(Model):
    """What a revision of ours changed in a published set."""

    revision: Count
    about: str
    asked_again: tuple[IndicatorId, ...] = ()
    """Statements that ask for something else now; all others mean what they meant before."""


class Counts(Model):
    """The publisher's own figures, to check completeness against."""

    groups: Mapping[str, Count]
    """Keyed by the kind of group."""
    outcomes: Count
    indicators: Count
    by_level: Mapping[LevelId, Count]


class Located(NamedTuple):
    """An outcome with the groups above it, outermost first."""

    groups: tuple[Group, ...]
    outcome: Outcome


class Meaning(NamedTuple):
    """What a rule needs of one answer."""

    code: str
    counts_as: CountsAs
    needs: Needs


class StatementLayout(NamedTuple):
    """What a rule needs of one statement."""

    id: IndicatorId
    level: LevelId
    rank: int
    """Rank of the level it is attached to."""
    answers: Mapping[str, Meaning]
    """Its choices, keyed by code."""
    applies_when: IndicatorId | None
    is_permission: bool
    ended: str
    better_than: tuple[IndicatorId, ...] = ()


class Framework(Model):
    """A published control set at one version."""

    schema_: str = Field(alias="schema", pattern="^1$")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    revision: Count
    title: str
    short_title: str
    publisher: str
    published: str
    source: str
    accessed: str
    licence: str
    attribution: str
    about: str
    wording: Wording = Wording.OURS
    notice: str = ""
    """What whoever begins an assessment with it should know, for example that it is superseded."""
    outcome_kind: str
    indicator_kind: str
    abbreviations: tuple[str, ...] = ()
    """Those that everybody who is asked knows; all others are explained where they stand."""
    scope_kinds: tuple[ScopeKind, ...]
    standards: tuple[Standard, ...] = ()
    key_actions: tuple[KeyAction, ...] = ()
    answer_sets: tuple[AnswerSet, ...]
    levels: tuple[Level, ...] = Field(min_length=2)
    """In rank order, lowest first; a level of conditions may stand anywhere."""
    rule: Rule
    counts: Counts
    corrections: tuple[Correction, ...] = ()
    """In the order of their revisions."""
    groups: tuple[Group, ...]

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    @cached_property
    def ref(self) -> FrameworkRef:
        """``id@version``."""
        return FrameworkRef(f"{self.id}@{self.version}")

    @cached_property
    def located(self) -> tuple[Located, ...]:
        """Every outcome with its groups, in the publisher's order."""
        return tuple(_walk(self.groups, ()))

    @cached_property
    def outcomes(self) -> Mapping[OutcomeId, Outcome]:
        """Keyed by outcome id, in the publisher's order."""
        return {each.outcome.id: each.outcome for each in self.located}

    @cached_property
    def names(self) -> Mapping[OutcomeId, frozenset[str]]:
        """The ids that stand for an outcome, its own and those of its groups; keyed by outcome."""
        return {
            outcome.id: frozenset((str(outcome.id), *(group.id for group in groups)))
            for groups, outcome in self.located
        }

    @cached_property
    def indicators(self) -> Mapping[IndicatorId, tuple[Outcome, Indicator]]:
        """Keyed by statement id, in the publisher's order."""
        return {
            indicator.id: (outcome, indicator)
            for outcome in self.outcomes.values()
            for indicator in outcome.indicators
        }

    @cached_property
    def ranks(self) -> Mapping[LevelId, int]:
        """Rank of each level, 0 the lowest; -1 for conditions, no level of an outcome."""
        ranks = {level.id: rank for rank, level in enumerate(self.scale)}
        return {level.id: ranks.get(level.id, -1) for level in self.levels}

    @cached_property
    def scale(self) -> tuple[Level, ...]:
        """The levels an outcome can be determined at, lowest first."""
        return tuple(level for level in self.levels if not level.is_condition)

    @cached_property
    def _levels(self) -> Mapping[LevelId, Level]:
        return {level.id: level for level in self.levels}

    def level(self, level: LevelId) -> Level:
        """Give a level by its id; raises ``KeyError`` for one that is not declared."""
        return self._levels[level]

    def title_of(self, level: str) -> str:
        """Give a level's title; a level that was recorded and is not declared, as it stands."""
        declared = self._levels.get(LevelId(level))
        return declared.title if declared else f'"{level}", which is no level of this set'

    @cached_property
    def _answers(self) -> Mapping[str, AnswerSet]:
        return {each.id: each for each in self.answer_sets}

    def answers_for(self, indicator: Indicator) -> AnswerSet:
        """Give the choices for a statement: its own, or those of its level."""
        return self._answers[indicator.answers or self._levels[indicator.level].answers]

    def sets_at(self, level: Level) -> tuple[AnswerSet, ...]:
        """Give the answer sets a level's statements have, the level's own first."""
        own = [each.answers for _, each in self.indicators.values() if each.level == level.id]
        named = dict.fromkeys(each for each in (level.answers, *own) if each)
        return tuple(self._answers[each] for each in named)

    @cached_property
    def layout(self) -> tuple[tuple[Outcome, tuple[StatementLayout, ...]], ...]:
        """Every outcome with what the rules need of its statements, looked up once."""
        meanings = {
            answers.id: {
                each.code: Meaning(each.code, each.counts_as, each.needs)
                for each in answers.answers
            }
            for answers in self.answer_sets
        }
        return tuple(
            (
                outcome,
                tuple(
                    StatementLayout(
                        each.id,
                        each.level,
                        self.ranks[each.level],
                        meanings[self.answers_for(each).id],
                        each.applies_when,
                        each.kind is IndicatorKind.PERMISSION,
                        each.ended,
                        each.better_than,
                    )
                    for each in outcome.indicators
                ),
            )
            for outcome in self.outcomes.values()
        )

    @cached_property
    def _conditional(self) -> frozenset[LevelId]:
        return frozenset(level.id for level in self.levels if level.is_condition)

    @cached_property
    def layout_of(self) -> Mapping[IndicatorId, StatementLayout]:
        """The layout of each statement, keyed by its id."""
        return {each.id: each for _, layouts in self.layout for each in layouts}

    @cached_property
    def conditions(self) -> frozenset[IndicatorId]:
        """The statements that say which others apply."""
        return frozenset(
            each.id for _, each in self.indicators.values() if self.level(each.level).is_condition
        )

    @cached_property
    def assessed(self) -> tuple[Outcome, ...]:
        """The outcomes that are assessed: all but those that only hold conditions."""
        return tuple(
            outcome
            for outcome in self.outcomes.values()
            if not all(each.level in self._conditional for each in outcome.indicators)
        )

    @cached_property
    def apart(self) -> tuple[Outcome, ...]:
        """Those of the assessed outcomes that the publisher does not count."""
        beside = {
            each.outcome.id
            for each in self.located
            if any(group.is_apart for group in each.groups)
        }
        return tuple(each for each in self.assessed if each.id in beside)

    @property
    def outcome_word(self) -> str:
        """What all assessed outcomes are called: the publisher's word, where none is apart."""
        return "outcome" if self.apart else self.outcome_kind

    @cached_property
    def leaders(self) -> Mapping[IndicatorId, tuple[IndicatorId, ...]]:
        """Statements asked for themselves, each with all statements its answer is written to."""
        groups: dict[IndicatorId, list[IndicatorId]] = {}
        for indicator_id, (_, indicator) in self.indicators.items():
            groups.setdefault(indicator.same_as or indicator_id, []).append(indicator_id)
        return {leader: tuple(members) for leader, members in groups.items()}

    def highest_for(self, outcome: Outcome) -> LevelId:
        """Give the highest level this outcome can reach."""
        if self.rule.kind.empty is Empty.LIKE_ANY:
            return self.scale[-1].id
        attached = {each.level for each in outcome.asked or outcome.indicators}
        return max(
            (level.id for level in self.levels if level.id in attached),
            key=self.ranks.__getitem__,
        )

    def asked_again_since(self, revision: int) -> frozenset[IndicatorId]:
        """Give the statements that ask for something else than they did at a revision."""
        return frozenset(
            statement
            for each in self.corrections
            if each.revision > revision
            for statement in each.asked_again
        )

    def count_groups(self) -> dict[str, int]:
        """Count the groups by kind."""
        return dict(Counter(each.kind for each in self.every_group))

    @property
    def every_group(self) -> Iterator[Group]:
        """Every group, of whatever depth; those of one depth from the last to the first."""
        stack = list(self.groups)
        while stack:
            yield (group := stack.pop())
            stack.extend(group.groups)

    def count_levels(self) -> dict[LevelId, int]:
        """Count the statements by level, levels in rank order; none of an outcome apart."""
        counts = {level.id: 0 for level in self.levels if level.answers}
        apart = {each.id for each in self.apart}
        for outcome, indicator in self.indicators.values():
            if outcome.id not in apart:
                counts[indicator.level] = counts.get(indicator.level, 0) + 1
        return {level: n for level, n in counts.items() if level not in self._conditional}


def _walk(groups: tuple[Group, ...], above: tuple[Group, ...]) -> Iterator[Located]:
    for group in groups:
        path = (*above, group)
        for outcome in group.outcomes:
            yield Located(path, outcome)
        yield from _walk(group.groups, path)


class Target(Model):
    """A profile's demands for one framework version."""

    title: str
    publisher: str
    source: str
    accessed: str
    requirements: Mapping[OutcomeId, LevelId]
    no_target: tuple[OutcomeId, ...] = ()
    """Outcomes the publisher lists without a demand."""


class Profile(Model):
    """Targets: the determination required for each outcome, keyed by framework version."""

    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    revision: Count
    title: str
    owner: str
    """Who set the target, as page one names it (``the Scottish Government``)."""
    targets: Mapping[FrameworkRef, Target]
