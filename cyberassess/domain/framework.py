"""Control sets at one published version, their targets and their themes, with their invariants.

A framework is a tree: groups (objective, principle…), outcomes, and indicators (statements), each
attached to one level. Levels stand in rank order, lowest first, and are compared by rank; nothing
here or elsewhere in Python spells a level.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated, NamedTuple, NewType

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


OWNER_ROLES = (
    "board", "it-security", "it-operations", "information-governance", "hr", "procurement",
    "facilities", "service", "supplier", "emergency-planning", "audit",
)  # fmt: skip
"""Who, in an organisation, can answer for an outcome."""


class Model(BaseModel):
    """A frozen value read from a file people edit: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CountsAs(Enum):
    """What an answer says of its statement, for the rules."""

    MET = "met"
    """The statement holds here; for a warning sign: it happens here."""
    PARTLY = "partly"
    """The statement holds in part; only rules that say so tell this from not met."""
    NOT_MET = "not-met"
    LEFT_OUT = "left-out"
    """The statement does not apply."""
    UNANSWERED = "unanswered"


class Needs(Enum):
    """What an answer is worth nothing without."""

    NOTHING = "nothing"
    REASON = "reason"


class Wording(Enum):
    """Whose words questions and statements are in."""

    OURS = "ours"
    OFFICIAL = "official"
    """The publisher's, on the user's machine only; not held to our rules of plain English."""


class RuleId(Enum):
    """The scoring rules the engine knows."""

    CAF_TABLE = "caf-table"
    STAGED = "staged"
    ALL_MET = "all-met"
    IN_PLACE = "in-place"


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
    """The id of the answer set of its statements; empty where no statement has this level."""
    is_warning: bool = False
    """True where a statement that holds speaks against the outcome."""
    is_condition: bool = False
    """True where its statements only say which others apply; they are never scored."""


class Rule(Model):
    """How statement answers become a determination."""

    id: RuleId
    source: str
    text: str


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
    same_as: IndicatorId | None = None
    """An earlier statement that says the same; asked once, answered for both."""
    kind: IndicatorKind = IndicatorKind.REQUIREMENT
    applies_when: IndicatorId | None = None
    """A condition: where it does not hold, this statement is left out."""
    fails_whole: bool = False
    """Not met, it fails the whole assessment, whatever the rest."""
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
    question: str
    help: str
    evidence: tuple[str, ...]
    """Documents that typically support the answers."""
    source: str
    """Where the publisher states the outcome."""
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    def at_level(self, level: LevelId) -> tuple[Indicator, ...]:
        """Give the statements of one column, in the publisher's order."""
        return tuple(each for each in self.indicators if each.level == level)


class Group(Model):
    """A heading level: objective, principle, domain."""

    id: str
    kind: str
    title: str
    groups: tuple["Group", ...] = ()
    outcomes: tuple[Outcome, ...] = ()


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
    needs_reason: bool


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
    def _answers(self) -> Mapping[LevelId, AnswerSet]:
        sets = {each.id: each for each in self.answer_sets}
        return {level.id: sets[level.answers] for level in self.levels if level.answers}

    def answers_for(self, indicator: Indicator) -> AnswerSet:
        """Give the choices for a statement."""
        return self._answers[indicator.level]

    @cached_property
    def layout(self) -> tuple[tuple[Outcome, tuple[StatementLayout, ...]], ...]:
        """Every outcome with what the rules need of its statements, looked up once."""
        meanings = {
            level: {
                each.code: Meaning(each.code, each.counts_as, each.needs is Needs.REASON)
                for each in answers.answers
            }
            for level, answers in self._answers.items()
        }
        return tuple(
            (
                outcome,
                tuple(
                    StatementLayout(
                        each.id,
                        each.level,
                        self.ranks[each.level],
                        meanings[each.level],
                        each.applies_when,
                        each.kind is IndicatorKind.PERMISSION,
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
    def leaders(self) -> Mapping[IndicatorId, tuple[IndicatorId, ...]]:
        """Statements asked for themselves, each with all statements its answer is written to."""
        groups: dict[IndicatorId, list[IndicatorId]] = {}
        for indicator_id, (_, indicator) in self.indicators.items():
            groups.setdefault(indicator.same_as or indicator_id, []).append(indicator_id)
        return {leader: tuple(members) for leader, members in groups.items()}

    def highest_for(self, outcome: Outcome) -> LevelId:
        """Give the highest level this outcome can reach."""
        if self.rule.id is RuleId.STAGED:
            return self.scale[-1].id
        attached = {indicator.level for indicator in outcome.indicators}
        return max(
            (level.id for level in self.levels if level.id in attached),
            key=self.ranks.__getitem__,
        )

    def count_groups(self) -> dict[str, int]:
        """Count the groups by kind."""
        counts: dict[str, int] = {}
        stack = list(self.groups)
        while stack:
            group = stack.pop()
            counts[group.kind] = counts.get(group.kind, 0) + 1
            stack.extend(group.groups)
        return counts

    def count_levels(self) -> dict[LevelId, int]:
        """Count the statements by level, levels in rank order."""
        counts = {level.id: 0 for level in self.levels if level.answers}
        for _, indicator in self.indicators.values():
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


class Theme(Model):
    """A theme of the organisation's strategy."""

    id: str
    title: str
    meaning: str
    goals: tuple[str, ...] = ()


class Placement(Model):
    """The theme an outcome counts for, and why."""

    theme: str
    reason: str
    secondary: str | None = None
    confidence: str = "high"


class ThemeSet(Model):
    """Themes, and each outcome's primary theme, keyed by framework version."""

    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    revision: Count
    title: str
    publisher: str
    source: str
    accessed: str
    headline: str
    themes: tuple[Theme, ...]
    outcomes: Mapping[FrameworkRef, Mapping[OutcomeId, Placement]]

    def theme(self, theme_id: str) -> Theme:
        """Give a theme by its id; raises ``KeyError`` for one that is not declared."""
        return {theme.id: theme for theme in self.themes}[theme_id]
