"""One organisation in one period: its settings, its scopes, its people, and who answers what."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, NewType

from pydantic import Field

from cyberassess.domain.sets.certificates import (
    Certificate,
    RecordedAction,
    check_actions,
    check_certificates,
)
from cyberassess.domain.sets.framework import (
    Count,
    Framework,
    FrameworkRef,
    Indicator,
    IndicatorId,
    Model,
    Outcome,
    OutcomeId,
)
from cyberassess.domain.sets.roles import OWNER_ROLES, OwnerRole
from cyberassess.errors import Problem, closest

ScopeId = NewType("ScopeId", str)
PersonId = NewType("PersonId", str)

ORGANISATION = ScopeId("organisation")
"""The scope that stands for the whole organisation; it is always there."""
ALL_SCOPES = ScopeId("all")
"""The reserved scope of figures over every scope."""
NO_PROFILE = "none"
DEFAULT_THEMES = "five-themes"
"""The theme set of an assessment that names none; beside it stand an organisation's own."""
SHARED_SERVICE = "shared-service"
"""The kind of scope that is a source of answers, never scored itself."""
MOST_PEOPLE = 10_000
"""How many people one assessment may name."""


class Person(Model):
    """Somebody who gives answers."""

    id: PersonId
    name: str = Field(min_length=1)
    role: str = ""
    email: str = ""
    answers: tuple["Assignment", ...] = ()
    """What they are asked; nobody but the officer is asked anything by default."""


class Assignment(Model):
    """A part of the questions: each key that is left out means *all*."""

    scope: ScopeId | None = None
    without_scopes: tuple[ScopeId, ...] = ()
    """Of an entry for every scope: those that were handed on; later ones are not among them."""
    owner_roles: tuple[OwnerRole, ...] = ()
    outcomes: tuple[str, ...] = ()
    """Outcome or group ids."""
    without: tuple[str, ...] = ()
    """Outcome or group ids that were handed on to somebody else."""


class Scope(Model):
    """What responses are about: the organisation, a system, a shared service, a cloud service."""

    id: ScopeId = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: str
    title: str = Field(min_length=1)
    service: str = ""
    owner: PersonId | None = None
    supplier: str = ""
    hosting: str = ""
    why_critical: str = ""
    inherits: tuple[ScopeId, ...] = ()
    """The shared services whose answers may be taken over, once confirmed."""
    covers: tuple[str, ...] = ()
    """Of a shared service: ids of the outcomes or groups it is asked about; empty means all."""
    merged_from: tuple[ScopeId, ...] = ()
    """The scopes that became this one: what was answered for them is offered here."""
    split_from: ScopeId | None = None
    """The scope this one was a part of: what was answered for it is offered here."""

    @property
    def earlier(self) -> tuple[ScopeId, ...]:
        """The scopes whose earlier answers are offered here, itself among them."""
        others = (*self.merged_from, *((self.split_from,) if self.split_from else ()))
        return tuple(dict.fromkeys((self.id, *others)))


class LeftOut(Model):
    """Something considered and not assessed."""

    title: str
    reason: str


_NAME_OR_FILE = r"^(frameworks/([a-z]+/)?)?[A-Za-z0-9][A-Za-z0-9._-]*$"
"""An id, or a file in the workspace's folder frameworks."""


class Pinned(Model):
    """A framework at an exact version, with the target profile chosen for it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")
    revision: Count
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    profile: str = Field(pattern=_NAME_OR_FILE)
    """A profile's id, a file in the workspace, or ``none``."""
    profile_revision: Count = 0
    """The revision of a shipped profile that was taken up since; 0 as the assessment began."""
    no_profile_reason: str = ""

    @property
    def ref(self) -> FrameworkRef:
        """``id@version``."""
        return FrameworkRef(f"{self.id}@{self.version}")


class Marking(Model):
    """The protective marking of documents, empty and filled in."""

    blank: str = "OFFICIAL"
    filled: str = "OFFICIAL-SENSITIVE"


class Dates(Model):
    """The dates of the year after that by which answers are wanted."""

    review: datetime.date | None = None
    approval: datetime.date | None = None
    hand_over: datetime.date | None = None


class Settings(Model):
    """``assessment.yaml``: who, what, when. Only the first five keys are required."""

    schema_: str = Field(alias="schema")
    organisation: str = Field(min_length=1)
    period: str = Field(min_length=1)
    officer: Person
    frameworks: tuple[Pinned, ...] = Field(min_length=1)
    nation: str = "england"
    marking: Marking = Marking()
    themes: str = Field(default=DEFAULT_THEMES, pattern=_NAME_OR_FILE)
    themes_revision: Count = 0
    """The revision of the shipped themes that was taken up since; 0 as the assessment began."""
    scopes: tuple[Scope, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    people: tuple[Person, ...] = ()
    previous: str | None = None
    due: datetime.date | None = None
    dates: Dates = Dates()
    certificates: tuple[Certificate, ...] = ()
    key_actions: tuple[RecordedAction, ...] = ()
    ambition: Mapping[str, Count] = {}

    @property
    def all_scopes(self) -> tuple[Scope, ...]:
        """Every scope, the organisation first even where the file does not list it."""
        if any(scope.id == ORGANISATION for scope in self.scopes):
            return self.scopes
        whole = Scope(id=ORGANISATION, kind="organisation", title=self.organisation)
        return (whole, *self.scopes)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """The officer and everyone who is asked."""
        return (self.officer, *self.people)

    def person(self, person_id: str) -> Person | None:
        """Give a person by id, or ``None``."""
        return self._by_id.get(person_id)

    @cached_property
    def _by_id(self) -> Mapping[str, Person]:
        return {str(each.id): each for each in reversed(self.everybody)}

    def title_of(self, scope_id: str) -> str:
        """Give a scope's title; its id where there is none of this id."""
        scope = self.scope(scope_id)
        return scope.title if scope else scope_id

    def scope(self, scope_id: str) -> Scope | None:
        """Give a scope by id, or ``None``."""
        return next((each for each in self.all_scopes if each.id == scope_id), None)


def scopes_of(outcome: Outcome, settings: Settings) -> tuple[Scope, ...]:
    """Give the scopes an outcome is assessed for.

    The framework's scope kinds decide. Where the assessment has no scope of an outcome's kind, the
    outcome belongs to the organisation. A shared service is a source of answers, never scored.
    """
    scored = [scope for scope in settings.all_scopes if scope.kind != SHARED_SERVICE]
    fitting = tuple(scope for scope in scored if scope.kind == outcome.scope_kind)
    return fitting or tuple(scope for scope in scored if scope.id == ORGANISATION)


def asked_scopes(framework: Framework, outcome: Outcome, settings: Settings) -> tuple[Scope, ...]:
    """Give the scopes an outcome is asked about: those it is assessed for, and their sources.

    A shared service is asked about an outcome it covers when a scope that the outcome is assessed
    for inherits from it.
    """
    scored = scopes_of(outcome, settings)
    wanted = {source for scope in scored for source in scope.inherits}
    sources = tuple(
        scope
        for scope in settings.all_scopes
        if scope.kind == SHARED_SERVICE
        and scope.id in wanted
        and covers(framework, outcome, scope)
    )
    return (*scored, *sources)


def covers(framework: Framework, outcome: Outcome, scope: Scope) -> bool:
    """Say whether a shared service is asked about an outcome."""
    if not scope.covers:
        return True
    return not framework.names[outcome.id].isdisjoint(scope.covers)


class Asked(NamedTuple):
    """An outcome in a scope: the unit people are asked about and rules decide about."""

    framework: Framework
    outcome: Outcome
    scope: Scope


def services_of(asked: Asked, settings: Settings) -> tuple[Scope, ...]:
    """Give the shared services whose answers to an outcome its scope may take over."""
    if not asked.scope.inherits:
        return ()
    sources = map(settings.scope, asked.scope.inherits)
    return tuple(e for e in sources if e and covers(asked.framework, asked.outcome, e))


def all_asked(frameworks: Mapping[FrameworkRef, Framework], settings: Settings) -> Iterator[Asked]:
    """Give every outcome in every scope it is asked about, frameworks first, then scopes.

    Outcomes stand in the publisher's order inside a scope.
    """
    for framework in frameworks.values():
        places = {
            outcome.id: {scope.id for scope in asked_scopes(framework, outcome, settings)}
            for outcome in framework.outcomes.values()
        }
        for scope in settings.all_scopes:
            for outcome in framework.outcomes.values():
                if scope.id in places[outcome.id]:
                    yield Asked(framework, outcome, scope)


def _covers(assignment: Assignment, asked: Asked) -> bool:
    if assignment.scope is not None and assignment.scope != asked.scope.id:
        return False
    if asked.scope.id in assignment.without_scopes:
        return False
    roles = {asked.outcome.owner_role, *asked.outcome.other_roles}
    if assignment.owner_roles and roles.isdisjoint(assignment.owner_roles):
        return False
    if not assignment.outcomes and not assignment.without:
        return True
    names = asked.framework.names[asked.outcome.id]
    if names.intersection(assignment.without):
        return False
    return not assignment.outcomes or bool(names.intersection(assignment.outcomes))


def assign(
    frameworks: Mapping[FrameworkRef, Framework], settings: Settings
) -> dict[PersonId, tuple[Asked, ...]]:
    """Say who is asked what, keyed by person id, the officer first.

    An outcome goes to everyone whose assignments cover it; what nobody covers goes to the officer.
    What a scope takes over from a shared service goes to nobody but the scope's owner.
    People who are asked nothing are not in the result.
    """
    portions: dict[PersonId, list[Asked]] = {each.id: [] for each in settings.everybody}
    for asked in all_asked(frameworks, settings):
        if services_of(asked, settings):
            takers = [each.id for each in settings.everybody if each.id == asked.scope.owner][:1]
        else:
            takers = [
                person.id
                for person in settings.everybody
                if any(_covers(assignment, asked) for assignment in person.answers)
            ]
        for taker in takers or [settings.officer.id]:
            portions[taker].append(asked)
    return {person: tuple(portion) for person, portion in portions.items() if portion}


def check_settings(
    settings: Settings, frameworks: Mapping[FrameworkRef, Framework]
) -> list[Problem]:
    """Give everything in the settings that does not fit together; places are keys."""
    problems: list[Problem] = []

    def say(code: str, where: str, message: str, hint: str = "") -> None:
        problems.append(Problem(code, f"assessment.yaml, {where}", message, hint))

    for what, ids in (
        ("people", [str(each.id) for each in settings.everybody]),
        ("scopes", [str(each.id) for each in settings.all_scopes]),
        ("frameworks", [str(each.ref) for each in settings.frameworks]),
    ):
        for repeated in sorted(each for each, count in Counter(ids).items() if count > 1):
            say(
                "repeated-id",
                what,
                f'"{repeated}" stands there more than once.',
                "Give each entry an id of its own.",
            )
    kinds = {kind.id for framework in frameworks.values() for kind in framework.scope_kinds}
    kinds |= {"organisation", "system", SHARED_SERVICE, "cloud-service"}
    scope_ids = [str(scope.id) for scope in settings.all_scopes]
    people_ids = [str(person.id) for person in settings.everybody]
    if len(settings.people) > MOST_PEOPLE:
        say(
            "too-many-people",
            "people",
            f"{len(settings.people):,} people stand there; the most is {MOST_PEOPLE:,}.",
            "Keep those who answer or own something, and take the others out. "
            "Nothing was changed.",
        )
        return problems
    for scope in settings.all_scopes:
        if scope.kind not in kinds:
            say(
                "unknown-kind",
                f"scopes, {scope.id}",
                f'"{scope.kind}" is not a kind of scope.',
                f"Use one of: {', '.join(sorted(kinds))}.",
            )
        if scope.id == ALL_SCOPES:
            say(
                "reserved-id",
                f"scopes, {scope.id}",
                'The id "all" stands for every scope.',
                "Give the scope another id.",
            )
        if (scope.kind == "organisation") != (scope.id == ORGANISATION):
            say(
                "organisation-scope",
                f"scopes, {scope.id}",
                "The scope of kind organisation has the id organisation, and no other has.",
            )
        if scope.owner is not None and settings.person(scope.owner) is None:
            say(
                "unknown-person",
                f"scopes, {scope.id}",
                f'"{scope.owner}" is nobody\'s id.',
                closest(scope.owner, people_ids) or f"Use one of: {', '.join(people_ids)}.",
            )
        for source in scope.inherits:
            if source not in scope_ids:
                say(
                    "unknown-scope",
                    f"scopes, {scope.id}",
                    f'"{source}" is not a scope\'s id.',
                    closest(source, scope_ids) or f"Use one of: {', '.join(scope_ids)}.",
                )
        problems += _check_sharing(settings, frameworks, scope)
    problems += check_certificates(settings.certificates, scope_ids, frameworks)
    problems += check_actions(settings.key_actions, frameworks) if frameworks else []
    problems += _check_assignments(settings, frameworks, scope_ids)
    return problems


def _check_sharing(
    settings: Settings, frameworks: Mapping[FrameworkRef, Framework], scope: Scope
) -> Iterator[Problem]:
    """Check that answers are taken over from shared services only, by those that are scored."""
    where = f"assessment.yaml, scopes, {scope.id}"
    if scope.kind == SHARED_SERVICE and scope.inherits:
        yield Problem(
            "source-inherits",
            where,
            "A shared service cannot inherit from another.",
            "Name both under inherits of the systems that use them.",
        )
    for source in scope.inherits:
        other = settings.scope(source)
        if other is not None and other.kind != SHARED_SERVICE:
            yield Problem(
                "not-a-source",
                where,
                f'"{source}" is not a shared service, so nothing can be inherited from it.',
                f"Give it the kind {SHARED_SERVICE}, or take it out of inherits.",
            )
    if scope.covers and scope.kind != SHARED_SERVICE:
        yield Problem(
            "covers-nothing",
            where,
            "Only a shared service says what it covers.",
            f"Give it the kind {SHARED_SERVICE}, or take covers out.",
        )
    names = sorted(
        {
            name
            for framework in frameworks.values()
            for names in framework.names.values()
            for name in names
        }
    )
    for name in scope.covers:
        if frameworks and name not in names:
            yield Problem(
                "unknown-outcome",
                where,
                f'"{name}" under covers is not an outcome or a group.',
                closest(name, names),
            )


def _check_assignments(
    settings: Settings, frameworks: Mapping[FrameworkRef, Framework], scope_ids: list[str]
) -> Iterator[Problem]:
    located = [each for framework in frameworks.values() for each in framework.located]
    names = {str(each.outcome.id) for each in located}
    names |= {group.id for each in located for group in each.groups}
    for person in settings.everybody:
        where = f"assessment.yaml, people, {person.id}"
        for assignment in person.answers:
            if assignment.scope is not None and assignment.scope not in scope_ids:
                yield Problem(
                    "unknown-scope",
                    where,
                    f'"{assignment.scope}" is not a scope\'s id.',
                    closest(assignment.scope, scope_ids) or f"Use one of: {', '.join(scope_ids)}.",
                )
            for role in assignment.owner_roles:
                if role not in OWNER_ROLES:
                    yield Problem(
                        "unknown-role",
                        where,
                        f'"{role}" is not a role that owns questions here.',
                        closest(role, OWNER_ROLES) or f"Use one of: {', '.join(OWNER_ROLES)}.",
                    )
            for name in (*assignment.outcomes, *assignment.without):
                if frameworks and name not in names:
                    yield Problem(
                        "unknown-outcome",
                        where,
                        f'"{name}" is not an outcome or a group.',
                        closest(name, sorted(names)),
                    )


class StatementKey(NamedTuple):
    """What a response is keyed by, besides the person who gave it."""

    framework: FrameworkRef
    scope: ScopeId
    indicator: IndicatorId


class OutcomeKey(NamedTuple):
    """What a rationale, an evidence reference or a determination is keyed by."""

    framework: FrameworkRef
    scope: ScopeId
    outcome: OutcomeId


def statement_key(asked: Asked, indicator: Indicator) -> StatementKey:
    """Give the key of a statement in the scope it is asked for."""
    return StatementKey(asked.framework.ref, asked.scope.id, indicator.id)


def outcome_key(asked: Asked) -> OutcomeKey:
    """Give the key of an outcome in the scope it is asked for."""
    return OutcomeKey(asked.framework.ref, asked.scope.id, asked.outcome.id)
