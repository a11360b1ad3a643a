"""What every part of a report is made from, and how dates, numbers, people and places are said."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from cyberassess.domain.assessment import (
    ALL_SCOPES,
    ORGANISATION,
    OutcomeKey,
    PersonId,
    Scope,
    ScopeId,
    Settings,
)
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.declaring import Declared, declarations
from cyberassess.domain.people.naming import name_of
from cyberassess.domain.record.approval import Version
from cyberassess.domain.record.evidence import Register, register_of
from cyberassess.domain.record.plan import Action, actions_of, by_outcome
from cyberassess.domain.record.recorded import Origin, Source, State
from cyberassess.domain.record.reviewing import Opinion, Review, opinions, reviews
from cyberassess.domain.result.confirming import (
    Confirmations,
    Override,
    confirmations,
    overrides,
    waits,
)
from cyberassess.domain.result.counting import Names
from cyberassess.domain.result.findings import Finding, findings, is_blank
from cyberassess.domain.result.like_for_like import LikeForLike
from cyberassess.domain.result.scoring import OutcomeScore, Scorecard, reviewed_ranks
from cyberassess.domain.result.theme_maturity import ThemeScore
from cyberassess.domain.result.trend import Trend
from cyberassess.domain.result.years import Moves, Year, moves
from cyberassess.domain.sets.framework import (
    Framework,
    FrameworkRef,
    Group,
    LevelId,
    OutcomeId,
    Profile,
    Target,
)
from cyberassess.domain.sets.theming import Theme, ThemeSet
from cyberassess.errors import counted
from cyberassess.errors import joined as joined  # noqa: PLC0414 - sections look for it here
from cyberassess.paper.look import OUR_LOOK, Look
from cyberassess.paper.nation import Nation, nation_of

FIRST_DRAFT = Version(1, "", None)
SHORT_HASH = 12
"""How many hex digits of a hash are printed where the whole would not be read."""
MOST_PLACES = 5
"""More places than these are counted, not named."""
_MOST_COLUMNS = 4
_LONGEST_WORDS = {1: 40, 2: 20}
_LONGEST_WORD = 12
"""Characters of a word that heads one of several columns; of fewer columns, above."""
_ROLE_WORDS = {"it": "IT", "hr": "human resources"}
_TOOLS = {"webcaf": "WebCAF"}


def share(part: int, whole: int) -> str:
    """Give a share as whole per cent, half up; ``100%`` and ``0%`` only where they are exact.

    An empty whole has no share: ``none``.
    """
    if not whole:
        return "none"
    rounded = (200 * part + whole) // (2 * whole)
    if 0 < part < whole:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded}%"


def tenths(value: Fraction | None) -> str:
    """Give a number with one decimal, half up; ``none`` where there is no number."""
    if value is None:
        return "none"
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def said_role(role: str) -> str:
    """Give a role's id as words: ``it-security`` is ``IT security``."""
    return " ".join(_ROLE_WORDS.get(word, word) for word in role.split("-") if word)


def capital(text: str) -> str:
    """Give a text with its first letter in capitals."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """Give an answer's words as they stand within a sentence; ``I`` stays a capital."""
    is_word = text[1:2].islower()
    return f"{text[:1].lower()}{text[1:]}" if is_word else text


def clipped(text: str, most: int) -> str:
    """Cut a text at a word."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]} …"


def are_many(places: Iterable[ScopeId]) -> bool:
    """Say whether so many systems are counted instead of named."""
    return sum(each != ORGANISATION for each in places) > MOST_PLACES


def fit_as_columns(places: Sequence[str]) -> bool:
    """Say whether places can head the columns of a table with none of their words broken."""
    longest = max((len(each) for name in places for each in re.split(r"[\s-]", name)), default=0)
    return len(places) <= _MOST_COLUMNS and longest <= _LONGEST_WORDS.get(
        len(places), _LONGEST_WORD
    )


def said_group(group: Group) -> str:
    """Give a group's id and title; the title alone where the id is only a word of ours."""
    return group.title if has_own_name(group) else f"{group.id} {group.title}"


def has_own_name(group: Group) -> bool:
    """Say whether a group's id is one we made up, a word in small letters."""
    return group.id.replace("-", "").isalpha() and group.id.islower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level as it is shown: a letter in a box and its word."""

    letter: str
    word: str
    tone: str
    """``high``, ``middle``, ``low`` or ``none``; never the only sign."""


NOT_DECIDED = Verdict("?", "Not decided", "none")
NOT_APPLICABLE = Verdict("-", "Not applicable", "none")
NO_TARGET = Verdict("-", "No target", "none")


def verdict(framework: Framework, level: LevelId | None, otherwise: Verdict) -> Verdict:
    """Give a level as it is shown; ``otherwise`` where there is none."""
    if level is None:
        return otherwise
    if level not in framework.ranks:
        return Verdict("?", framework.title_of(level), "low")
    declared, rank = framework.level(level), framework.ranks[level]
    highest = len(framework.scale) - 1
    tone = "low" if rank == 0 else "high" if rank == highest else "middle"
    return Verdict(declared.letter, declared.title, tone)


@dataclass(frozen=True)
class ReceivedFile:
    """A file that answers came from, under the number the report gives it."""

    label: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Basis:
    """Everything a report is made from, with the look-ups its parts share."""

    settings: Settings
    frameworks: Mapping[FrameworkRef, Framework]
    profiles: Mapping[FrameworkRef, Profile | None]
    themes: ThemeSet
    state: State
    card: Scorecard
    on: datetime.date
    """Date of the ledger's last entry, printed as the document's."""
    tool: str
    version: Version = FIRST_DRAFT
    """Number, fingerprint and approval of what is printed."""
    years: tuple[Year, ...] = ()
    """Earlier assessments, the last one first."""
    look: Look = OUR_LOOK
    official: Mapping[FrameworkRef, Mapping[str, str]] = field(default_factory=dict)
    """The publishers' own words the organisation loaded, keyed by outcome or statement id."""
    default_themes: ThemeSet | None = None
    """What the organisation's own themes are set beside; ``None`` where it has none of its own."""
    default_scores: tuple[ThemeScore, ...] = ()
    """The themes' figures by the default's placing; empty for sets where nothing was moved."""
    corrected: tuple[str, ...] = ()
    """What to say of sets that were corrected after the assessment began."""
    opened: datetime.date | None = None
    """Date of the ledger's first entry: evidence dated later was made during the assessment."""
    like_for_like: tuple[LikeForLike, ...] = ()
    """What of each set can be compared with last year, whatever its version was then."""
    trend: Trend | None = None
    """This year and those before it in a row; ``None`` where nobody looked."""
    actions_before: tuple[Action, ...] = ()
    """Last year's plan, as that year ended."""

    @cached_property
    def before(self) -> Year | None:
        """The assessment before this one, or ``None``."""
        return self.years[0] if self.years else None

    @cached_property
    def moved(self) -> Moves:
        """What rose and fell since last year, by reference; nothing where none is named."""
        found = moves(self.before, self.card) if self.before else Moves((), (), ())
        return Moves(*map(self.by_reference, found))

    @cached_property
    def nation(self) -> Nation:
        """What offices and laws are called there."""
        return nation_of(self.settings.nation)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Every action, the most urgent first."""
        return actions_of(self.state)

    def covers(self, action: Action) -> list[OutcomeKey]:
        """Give what an action is about, places in their order, however they were typed."""
        return sorted(action.covers, key=self.position)

    @cached_property
    def planned(self) -> Mapping[OutcomeKey, tuple[Action, ...]]:
        """Actions still to be done, keyed by what they are about."""
        return by_outcome(self.actions)

    def baseline(
        self, framework: FrameworkRef, theme: str, scope: ScopeId = ALL_SCOPES
    ) -> ThemeScore | None:
        """Give last year's entry of a theme, where it was counted in the same version."""
        found = self.before.theme(framework, theme, scope) if self.before else None
        return found if found is not None and found.of else None

    @cached_property
    def first(self) -> Framework:
        """The framework that carries the headline."""
        return self.frameworks[self.settings.frameworks[0].ref]

    @cached_property
    def headline(self) -> Theme:
        """The theme that page one is about."""
        return self.themes.theme(self.themes.headline)

    @cached_property
    def evidence(self) -> Register:
        """The register of evidence."""
        return register_of(self.state)

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """What people decided differently from what answers and rule alone would give."""
        return overrides(self.frameworks, self.settings, self.state, self.card)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every outcome in every scope below its target; none while nothing is known yet."""
        return () if self.is_unknown else findings(self.card)

    @cached_property
    def is_unknown(self) -> bool:
        """Whether nothing is answered yet anywhere."""
        return is_blank(self.card.outcomes)

    @cached_property
    def returns(self) -> Mapping[PersonId, Declared]:
        """What the signature under each questionnaire that came back is worth, by person."""
        return declarations(self.state)

    @property
    def unknown(self) -> str:
        """Say that nothing is known yet."""
        statements = counted(self.card.confidence.statements, "statement")
        verb = "is" if self.card.confidence.statements == 1 else "are"
        return f"nothing is known yet: 0 of {statements} {verb} answered."

    @cached_property
    def confirmations(self) -> Confirmations:
        """Which results named people confirmed, and which wait."""
        return confirmations(self.card.outcomes)

    def is_waiting(self, score: OutcomeScore) -> bool:
        """Say whether a result is to be marked as not confirmed: only where some are."""
        return bool(self.confirmations.confirmed) and waits(score)

    @cached_property
    def reviews(self) -> Mapping[OutcomeKey, tuple[Review, ...]]:
        """What independent reviewers said, keyed by what it is about."""
        return reviews(self.state)

    @cached_property
    def opinions(self) -> tuple[Opinion, ...]:
        """What independent reviewers think of the whole."""
        return opinions(self.state)

    @cached_property
    def reviewed(self) -> Mapping[OutcomeKey, int]:
        """The rank an independent review gave, the lowest of several, keyed by what it is about.

        Only of results that apply.
        """
        applicable = [each for each in self.card.outcomes if not each.not_applicable]
        return {each.key: rank for each, rank in reviewed_ranks(applicable, self.state)}

    @cached_property
    def lowered(self) -> tuple[OutcomeScore, ...]:
        """The results for which an independent review found less than is claimed."""
        return tuple(
            each
            for each in self.card.outcomes
            if self.reviewed.get(each.key, each.rank or 0) < (each.rank or 0)
        )

    def met_everywhere(
        self, ranks: Mapping[OutcomeKey, int] = MappingProxyType({})
    ) -> dict[OutcomeId, bool]:
        """Say of each outcome of the headline theme with a target whether it meets it everywhere.

        Args:
            ranks: what to take in place of the organisation's own results.
        """
        results: dict[OutcomeId, bool] = {}
        for each in self.card.outcomes:
            if each.asked.framework.ref != self.first.ref or each.target is None:
                continue
            if self.theme_of(each) == self.headline.id and each.meets_target is not None:
                wanted = each.asked.framework.ranks[each.target]
                rank = ranks.get(each.key, each.rank)
                meets = rank is not None and rank >= wanted
                results[each.key.outcome] = results.get(each.key.outcome, True) and meets
        order = list(self.first.outcomes)
        return dict(sorted(results.items(), key=lambda item: order.index(item[0])))

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that are scored, in the order of the settings."""
        scored = {each.asked.scope.id for each in self.card.outcomes}
        return tuple(scope for scope in self.settings.all_scopes if scope.id in scored)

    @cached_property
    def by_place(self) -> Mapping[tuple[FrameworkRef, ScopeId], Sequence[OutcomeScore]]:
        """The results of each control set in each place, in the order of both."""
        found: dict[tuple[FrameworkRef, ScopeId], list[OutcomeScore]] = {}
        for each in self.card.outcomes:
            found.setdefault(each.key[:2], []).append(each)
        return found

    @cached_property
    def groups(self) -> Mapping[tuple[FrameworkRef, OutcomeId], tuple[Group, ...]]:
        """The groups above each outcome, outermost first."""
        return {
            (ref, located.outcome.id): located.groups
            for ref, framework in self.frameworks.items()
            for located in framework.located
        }

    @cached_property
    def files(self) -> Mapping[tuple[str, str], ReceivedFile]:
        """Files that answers or texts came from, keyed by name and hash, those received first."""
        keys = [(each.name, each.sha256) for each in self.state.received]
        said = (*self.state.rationales.values(), *self.state.evidence.values())
        sources = [given.source for each in self.state.answers.values() for given in each]
        sources += [text.source for each in said for text in each]
        sources += [claim.source for each in self.state.claims.values() for claim in each]
        sources += [change.source for each in self.state.history.values() for change in each]
        keys += [(source.name, source.file) for source in sources if source.file]
        return {
            key: ReceivedFile(f"F{number}", *key)
            for number, key in enumerate(dict.fromkeys(keys), start=1)
        }

    @cached_property
    def _numbers(self) -> Mapping[FrameworkRef, int]:
        return {ref: number for number, ref in enumerate(self.frameworks, start=1)}

    def target(self, framework: FrameworkRef) -> Target | None:
        """Give what the chosen profile demands of a framework, or ``None``."""
        profile = self.profiles.get(framework)
        return profile.targets.get(framework) if profile else None

    def person(self, person_id: str, at: Origin | None = None) -> str:
        """Give a person's name: at an event if one is given; see ``naming.name_of``."""
        return name_of(self.state, self.settings, person_id, at)

    def place(self, scope: ScopeId) -> str:
        """Give a scope's title; the organisation is the whole beside its systems."""
        if scope == ORGANISATION:
            return "Whole organisation" if len(self.scopes) > 1 else self.settings.organisation
        found = self.settings.scope(scope)
        return found.title if found else scope

    def by_reference(self, scores: Iterable[OutcomeScore]) -> tuple[OutcomeScore, ...]:
        """Sort results as the control set has its outcomes, those of one by place."""
        return tuple(sorted(scores, key=lambda each: self.position(each.key)))

    def position(self, key: OutcomeKey) -> tuple[int, int, int]:
        """Give what results are sorted by: set, outcome, place."""
        return (
            self._numbers.get(key.framework, len(self._numbers) + 1),
            self._outcome_numbers.get(key[::2], len(self._outcome_numbers)),
            self._place_numbers.get(key.scope, len(self._place_numbers)),
        )

    @cached_property
    def _outcome_numbers(self) -> Mapping[tuple[FrameworkRef, OutcomeId], int]:
        keys = [(ref, key) for ref, each in self.frameworks.items() for key in each.outcomes]
        return {key: number for number, key in enumerate(keys)}

    @cached_property
    def _place_numbers(self) -> Mapping[ScopeId, int]:
        return {each.id: number for number, each in enumerate(self.settings.all_scopes)}

    def said_places(self, scopes: Iterable[ScopeId]) -> str:
        """Name places in their order; where they are many systems, how many."""
        last = len(self._place_numbers)
        scopes = sorted(scopes, key=lambda each: self._place_numbers.get(each, last))
        if not are_many(scopes):
            return joined([self.place(each) for each in scopes])
        systems = [each.id for each in self.scopes if each.id != ORGANISATION]
        named = [each for each in scopes if each != ORGANISATION]
        whole = [self.place(ORGANISATION)] if ORGANISATION in scopes else []
        number = f"{len(named)} of {len(systems)}"
        if set(named) == set(systems):
            number = f"all {len(systems)}"
        return joined([*whole, f"{number} systems"])

    @property
    def names(self) -> Names:
        """Give how people, places and dates are said."""
        return Names(self.person, self.place, said_date)

    def place_in(self, framework: FrameworkRef, scope: ScopeId) -> str:
        """Give a scope's title, after the control set's where there are several."""
        place = self.place(scope)
        several = len(self.frameworks) > 1
        return f"{self.frameworks[framework].short_title}, {place}" if several else place

    def where(self, score: OutcomeScore) -> str:
        """Give the same of a result."""
        return self.place_in(score.key.framework, score.key.scope)

    def name_of(self, score: OutcomeScore) -> str:
        """Give an outcome's reference and title, with the place where there are several."""
        name = score.asked.outcome.name
        return f"{name} ({self.where(score)})" if len(self.scopes) > 1 else name

    def anchor(self, key: OutcomeKey) -> str:
        """Give the name that links to an outcome in one place."""
        return f"outcome-{self._numbers[key.framework]}-{key.scope}-{key.outcome}"

    def outcome_anchor(self, framework: FrameworkRef, outcome: OutcomeId) -> str:
        """Give the name that links to an outcome's section."""
        return f"outcome-{self._numbers[framework]}-{outcome}"

    def file(self, source: Source) -> ReceivedFile | None:
        """Give the file a source names, or ``None``."""
        return self.files.get((source.name, source.file)) if source.file else None

    def origin(self, source: Source, time: str) -> str:
        """Say where something came from, files by their number."""
        file = self.file(source)
        match source.kind:
            case "workbook" if file:
                return f"{file.label}, cell {source.cell}{source.said_together}"
            case "import" if file:
                return f"{file.label}, {source.place}"
            case _:
                return f"{source}, {said_date(time)}"

    def title_by_default(self, theme: str) -> str:
        """Give a theme's title in the default set; the organisation's own where it has none."""
        themes = (
            *(self.default_themes.themes if self.default_themes else ()),
            *self.themes.themes,
        )
        return next((each.title for each in themes if each.id == theme), theme)

    def official_words(self, framework: FrameworkRef, name: str) -> str:
        """Give the publisher's own words for an outcome or a statement; empty where not loaded."""
        return " ".join(self.official.get(framework, {}).get(name, "").split())

    def theme_of(self, score: OutcomeScore) -> str:
        """Give the id of the theme an outcome counts for; empty where it has none."""
        placed = self.themes.outcomes.get(score.asked.framework.ref, {})
        placement = placed.get(score.asked.outcome.id)
        return placement.theme if placement else ""

    def headline_score(self) -> ThemeScore:
        """Give the figures of the headline theme over all scopes."""
        return self.card.theme(self.first.ref, self.headline.id)

    def headline_findings(self) -> tuple[Finding, ...]:
        """Give what falls short in the headline theme of the first framework."""
        return tuple(
            each
            for each in self.findings
            if each.score.asked.framework.ref == self.first.ref
            and self.theme_of(each.score) == self.headline.id
        )


def said_tool(tool: str) -> str:
    """Give another tool's name as its owner writes it."""
    return _TOOLS.get(tool.casefold(), tool)
