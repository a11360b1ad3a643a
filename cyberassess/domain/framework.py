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

from cyberassess.errors import Problem, closest, counted

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
    NOT_MET = "not-met"
    LEFT_OUT = "left-out"
    """The statement does not apply."""
    UNANSWERED = "unanswered"


class Needs(Enum):
    """What an answer is worth nothing without."""

    NOTHING = "nothing"
    REASON = "reason"


class RuleId(Enum):
    """The scoring rules the engine knows."""

    CAF_TABLE = "caf-table"


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


class Rule(Model):
    """How statement answers become a determination."""

    id: RuleId
    source: str
    text: str


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
    rank: int
    """Rank of the level it is attached to."""
    answers: Mapping[str, Meaning]
    """Its choices, keyed by code."""


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
    outcome_kind: str
    indicator_kind: str
    scope_kinds: tuple[ScopeKind, ...]
    answer_sets: tuple[AnswerSet, ...]
    levels: tuple[Level, ...] = Field(min_length=2)
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
    def indicators(self) -> Mapping[IndicatorId, tuple[Outcome, Indicator]]:
        """Keyed by statement id, in the publisher's order."""
        return {
            indicator.id: (outcome, indicator)
            for outcome in self.outcomes.values()
            for indicator in outcome.indicators
        }

    @cached_property
    def ranks(self) -> Mapping[LevelId, int]:
        """Rank of each level, 0 the lowest."""
        return {level.id: rank for rank, level in enumerate(self.levels)}

    def level(self, level: LevelId) -> Level:
        """Give a level by its id; raises ``KeyError`` for one that is not declared."""
        return self.levels[self.ranks[level]]

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
                    StatementLayout(each.id, self.ranks[each.level], meanings[each.level])
                    for each in outcome.indicators
                ),
            )
            for outcome in self.outcomes.values()
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
        return counts


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
    """Who set the target, as page one names it (``the Cabinet Office``)."""
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


def check_framework(framework: Framework) -> list[Problem]:
    """Give everything in a framework that breaks an invariant; places are ids."""
    problems: list[Problem] = []

    def say(code: str, where: str, message: str, hint: str = "") -> None:
        problems.append(Problem(code, where, message, hint))

    sets = [each.id for each in framework.answer_sets]
    for level in framework.levels:
        if level.answers and level.answers not in sets:
            say(
                "unknown-answer-set",
                f"level {level.id}",
                f'"{level.answers}" is not one of the answer sets.',
                closest(level.answers, sets),
            )
    kinds = [kind.id for kind in framework.scope_kinds]
    levels = {level.id: level for level in framework.levels}
    for each in framework.located:
        outcome = each.outcome
        if outcome.scope_kind not in kinds:
            say(
                "unknown-scope-kind",
                outcome.id,
                f'"{outcome.scope_kind}" is not one of the scope kinds.',
                f"Use one of: {', '.join(kinds)}.",
            )
        if outcome.owner_role not in OWNER_ROLES:
            say(
                "unknown-role",
                outcome.id,
                f'"{outcome.owner_role}" is not a role that can own an outcome.',
                f"Use one of: {', '.join(OWNER_ROLES)}.",
            )
        for indicator in outcome.indicators:
            if indicator.level not in levels or not levels[indicator.level].answers:
                say(
                    "unknown-level",
                    indicator.id,
                    f'"{indicator.level}" is not a level that statements can have.',
                    f"Use one of: {', '.join(e.id for e in framework.levels if e.answers)}.",
                )
    problems += _check_names(framework)
    problems += _check_ids(framework)
    problems += _check_counts(framework)
    return problems


def _check_ids(framework: Framework) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, Indicator] = {}
    outcomes: set[str] = set()
    for each in framework.located:
        if each.outcome.id in outcomes:
            problems.append(Problem("repeated-id", each.outcome.id, "Two outcomes have this id."))
        outcomes.add(each.outcome.id)
        for indicator in each.outcome.indicators:
            if indicator.id in seen:
                problems.append(
                    Problem("repeated-id", indicator.id, "Two statements have this id.")
                )
            if indicator.same_as is not None:
                twin = seen.get(indicator.same_as)
                if twin is None:
                    problems.append(
                        Problem(
                            "unknown-same-as",
                            indicator.id,
                            f'"{indicator.same_as}" is no statement that stands before this one.',
                            closest(indicator.same_as, list(seen)),
                        )
                    )
                elif twin.same_as is not None:
                    problems.append(
                        Problem(
                            "chained-same-as",
                            indicator.id,
                            f'"{indicator.same_as}" is itself a repetition.',
                            f"Name the first of them: {twin.same_as}.",
                        )
                    )
                elif _answered_otherwise(framework, twin, indicator):
                    problems.append(
                        Problem(
                            "other-answers-same-as",
                            indicator.id,
                            f"It has other answers than {indicator.same_as}, which it repeats.",
                        )
                    )
                elif twin.text != indicator.text:
                    problems.append(
                        Problem(
                            "different-same-as",
                            indicator.id,
                            f"The text differs from {indicator.same_as}, which it repeats.",
                        )
                    )
            seen.setdefault(indicator.id, indicator)
    return problems


def _answered_otherwise(framework: Framework, one: Indicator, other: Indicator) -> bool:
    first, second = _set_of(framework, one), _set_of(framework, other)
    return bool(first and second) and first != second


def _set_of(framework: Framework, indicator: Indicator) -> str:
    """Give the declared answer set of a statement, or an empty text."""
    declared = {each.id for each in framework.answer_sets}
    named = (each.answers for each in framework.levels if each.id == indicator.level)
    return next((each for each in named if each in declared), "")


def _check_names(framework: Framework) -> list[Problem]:
    """Give every id of a group, level, answer set or answer that stands twice."""
    groups: list[str] = []
    stack = list(framework.groups)
    while stack:
        group = stack.pop()
        groups.append(group.id)
        stack.extend(group.groups)
    named: list[tuple[str, list[str]]] = [
        ("groups", groups),
        ("levels", [str(each.id) for each in framework.levels]),
        ("answer sets", [each.id for each in framework.answer_sets]),
        ("scope kinds", [each.id for each in framework.scope_kinds]),
    ]
    named += [
        (f"answers of {each.id}", [answer.code for answer in each.answers])
        for each in framework.answer_sets
    ]
    return [
        Problem("repeated-id", repeated, f"Two {what} have this id.")
        for what, ids in named
        for repeated in sorted({each for each in ids if ids.count(each) > 1})
    ]


def _check_counts(framework: Framework) -> list[Problem]:
    problems: list[Problem] = []
    by_level: Mapping[str, int] = {str(k): v for k, v in framework.count_levels().items()}
    found: list[tuple[str, int, int]] = [
        ("outcomes", len(framework.located), framework.counts.outcomes),
        (
            "statements",
            sum(len(each.outcome.indicators) for each in framework.located),
            framework.counts.indicators,
        ),
    ]
    groups = framework.count_groups()
    found += [
        (f"groups of kind {kind}", groups.get(kind, 0), stated)
        for kind, stated in framework.counts.groups.items()
    ]
    found += [
        (f"statements of level {level}", by_level.get(str(level), 0), stated)
        for level, stated in framework.counts.by_level.items()
    ]
    for what, here, stated in found:
        if here != stated:
            problems.append(
                Problem(
                    "wrong-count",
                    framework.ref,
                    f"The file has {counted(here, 'entry', 'entries')} under {what}; "
                    f"the publisher has {stated:,}.",
                    "Add what is missing, or correct the count with its source.",
                )
            )
    return problems


def check_target(framework: Framework, profile: Profile) -> list[Problem]:
    """Give what a profile gets wrong about a framework it sets targets for."""
    target = profile.targets.get(framework.ref)
    if target is None:
        known = ", ".join(profile.targets) or "no framework"
        return [
            Problem(
                "no-target",
                f"profile {profile.id}",
                f"It sets no target for {framework.ref}.",
                f"It covers: {known}.",
            )
        ]
    where = f"profile {profile.id}, {framework.ref}"
    problems: list[Problem] = []
    ids = list(framework.outcomes)
    for outcome_id in (*target.requirements, *target.no_target):
        if outcome_id not in framework.outcomes:
            problems.append(
                Problem(
                    "unknown-outcome",
                    where,
                    f'"{outcome_id}" is not an outcome of {framework.ref}.',
                    closest(outcome_id, ids),
                )
            )
    for outcome_id, level in target.requirements.items():
        outcome = framework.outcomes.get(outcome_id)
        if level not in framework.ranks:
            problems.append(
                Problem(
                    "unknown-level",
                    f"{where}, {outcome_id}",
                    f'"{level}" is not a level of {framework.ref}.',
                    f"Use one of: {', '.join(framework.ranks)}.",
                )
            )
        elif outcome and all(each.level != level for each in outcome.indicators):
            problems.append(
                Problem(
                    "unreachable-level",
                    f"{where}, {outcome_id}",
                    f"The outcome has no statement for {level}.",
                )
            )
    both = [each for each in target.no_target if each in target.requirements]
    if both:
        problems.append(
            Problem(
                "two-targets",
                where,
                f"{', '.join(both)} stands under requirements and under no_target.",
                "Keep one of them.",
            )
        )
    listed = {*target.requirements, *target.no_target}
    missing = [each for each in ids if each not in listed]
    if missing:
        problems.append(
            Problem(
                "missing-outcome",
                where,
                f"Nothing is said about {', '.join(missing)}.",
                "Give each a level, or list it under no_target.",
            )
        )
    return problems


def check_themes(framework: Framework, themes: ThemeSet) -> list[Problem]:
    """Give what a theme set gets wrong about a framework it places."""
    where = f"themes {themes.id}, {framework.ref}"
    placements = themes.outcomes.get(framework.ref)
    if placements is None:
        known = ", ".join(themes.outcomes) or "no framework"
        return [
            Problem(
                "no-themes",
                where,
                "No outcome of it is placed in a theme.",
                f"The file covers: {known}.",
            )
        ]
    problems: list[Problem] = []
    theme_ids = [theme.id for theme in themes.themes]
    if themes.headline not in theme_ids:
        problems.append(
            Problem(
                "unknown-theme",
                f"themes {themes.id}, headline",
                f'"{themes.headline}" is not one of the themes.',
                f"Use one of: {', '.join(theme_ids)}.",
            )
        )
    ids = list(framework.outcomes)
    for outcome_id, placement in placements.items():
        if outcome_id not in framework.outcomes:
            problems.append(
                Problem(
                    "unknown-outcome",
                    where,
                    f'"{outcome_id}" is not an outcome of {framework.ref}.',
                    closest(outcome_id, ids),
                )
            )
        for theme in (placement.theme, placement.secondary):
            if theme is not None and theme not in theme_ids:
                problems.append(
                    Problem(
                        "unknown-theme",
                        f"{where}, {outcome_id}",
                        f'"{theme}" is not one of the themes.',
                        f"Use one of: {', '.join(theme_ids)}.",
                    )
                )
    missing = [each for each in ids if each not in placements]
    if missing:
        problems.append(
            Problem("missing-outcome", where, f"No theme is given for {', '.join(missing)}.")
        )
    return problems
