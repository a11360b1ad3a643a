"""What somebody is asked, in words: ``service@housing; B2.c/revenues except B2.c.NA.1``."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cyberassess.domain.assessment import (
    ALL_SCOPES,
    SHARED_SERVICE,
    Asked,
    Person,
    all_asked,
    services_of,
)
from cyberassess.domain.people.questions import questionnaire
from cyberassess.domain.sets.roles import OWNER_ROLES, SERVICE, owner_role
from cyberassess.errors import Problem, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.names import find_scope, unknown

EVERYTHING = "everything"


def asks_text(person: Person) -> str:
    """Say what a person is asked: ``service@housing; B2.c@revenues``."""
    parts: list[str] = []
    for each in person.answers:
        names = ", ".join((*each.owner_roles, *each.outcomes)) or EVERYTHING
        at = f"@{each.scope}" if each.scope else ""
        but = (*each.without, *(f"@{scope}" for scope in each.without_scopes))
        without = f" except {', '.join(but)}" if but else ""
        parts.append(f"{names}{at}{without}")
    return "; ".join(parts)


_ASK = re.compile(r"^(?P<names>[^@]*?)(?:@(?P<scope>.+?))?(?:\s+except\s+(?P<without>.+))?$")


def read_asks(text: str, where: str, assessment: Assessment) -> list[dict[str, Any]]:
    """Read what a person is asked, as ``asks_text`` writes it.

    ``B2.c/housing`` says the same as ``B2.c@housing``.

    Raises:
        AssessmentError: for a scope, an outcome or a group that is not there.
    """
    settings = assessment.contents.settings
    asks: list[dict[str, Any]] = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        found = _ASK.match(part)
        if found is None:
            continue
        by_scope: dict[str, list[str]] = {}
        for each in names_in(found["names"]):
            name, _, inside = each.partition("/")
            by_scope.setdefault((inside or found["scope"] or "").strip(), []).append(name.strip())
        for scope, names in (by_scope or {(found["scope"] or "").strip(): []}).items():
            roles = [each for each in names if owner_role(each) in OWNER_ROLES]
            others = [e for e in names if e not in roles and e.casefold() != EVERYTHING]
            place = (
                find_scope(settings, scope, where=where)
                if scope.casefold() not in ("", ALL_SCOPES)
                else None
            )
            ask = {
                "scope": str(place.id) if place else "",
                "owner_roles": [owner_role(each) for each in roles]
                or (own_roles(place.kind) if place and not names else []),
                "outcomes": [
                    outcome_or_group(assessment, each, where, OWNER_ROLES) for each in others
                ],
                "without": [
                    outcome_or_group(assessment, each, where)
                    for each in names_in(found["without"] or "")
                    if not each.startswith("@")
                ],
                "without_scopes": [
                    str(find_scope(settings, each[1:], where=where).id)
                    for each in names_in(found["without"] or "")
                    if each.startswith("@")
                ],
            }
            asks.append({key: value for key, value in ask.items() if value})
    return asks


def own_roles(kind: str) -> list[str]:
    """Give whose outcomes are meant where a scope of a kind is named alone (``@housing``).

    They are those of the service that it is for; of a shared service, all it is asked about.
    """
    return [] if kind == SHARED_SERVICE else [SERVICE]


def outcome_or_group(
    assessment: Assessment, text: str, where: str, roles: Sequence[str] = ()
) -> str:
    """Give the id of an outcome or a group, in any set, as the set writes it.

    Args:
        roles: what else might have been meant, for the error.

    Raises:
        AssessmentError: where there is none.
    """
    ids = {
        name.casefold(): name
        for framework in assessment.frameworks.values()
        for names in framework.names.values()
        for name in sorted(names)
    }
    if text.strip().casefold() in ids:
        return ids[text.strip().casefold()]
    known = [*roles, *ids.values()]
    what = "not an outcome, a group or a role" if roles else "not an outcome or a group"
    span = f"Outcomes run from {known[len(roles)]} to {known[-1]}."
    raise unknown("unknown-outcome", where, text, what, known, span=span)


def names_in(text: str) -> list[str]:
    """Give the names in a list with commas."""
    return [each for each in (part.strip() for part in text.split(",")) if each]


LONG = 45
"""Minutes above which somebody is asked a lot at once."""
_MOST_SHARES = 4


class Load(NamedTuple):
    """What somebody is asked, in figures."""

    outcomes: int
    questions: int
    minutes: int
    """About how long it takes, in steps of five."""


class Share(NamedTuple):
    """A part of what somebody is asked that another person could be asked instead."""

    title: str
    """Of a scope or a group."""
    option: str
    """What names it to ``people hand-over``."""
    load: Load


def load_of(assessment: Assessment, person: Person) -> Load:
    """Say how much somebody is asked."""
    portion = assessment.contents.portions.get(person.id, ())
    return _load(assessment, person, portion)


def _load(assessment: Assessment, person: Person, portion: tuple[Asked, ...]) -> Load:
    what = questionnaire(
        person,
        portion,
        assessment.contents.settings,
        assessment.state,
        frameworks=assessment.frameworks,
        serial=0,
    )
    outcomes = sum(len(topic.blocks) for topic in what.topics)
    return Load(outcomes, what.questions, what.minutes if what.questions else 0)


def about_load(assessment: Assessment, person: Person, load: Load) -> Iterator[Problem]:
    """Say where somebody is asked nothing, or more than is asked at once, and what to do."""
    if not load.questions:
        yield Problem.note(
            "asked-nothing",
            person.name,
            f"They are asked nothing. {_why_nothing(assessment, person)}".strip(),
            "Hand them what they know of: cyberassess people hand-over OUTCOME --from NAME "
            f'--to "{person.name}"',
        )
    elif load.minutes > LONG:
        shares = [
            f"{each.title} (about {each.load.minutes} minutes): cyberassess people hand-over "
            f'{each.option} --from "{person.name}" --to NAME'
            for each in shares_of(assessment, person)[:_MOST_SHARES]
        ]
        yield Problem.note(
            "asked-much",
            person.name,
            f"{counted(load.questions, 'question')} take about {load.minutes} minutes; more than "
            f"{LONG} are seldom answered at once.",
            "Others could be asked a part. " + "; ".join(shares) if shares else "",
        )


def _why_nothing(assessment: Assessment, person: Person) -> str:
    """Say whom the outcomes of a place are for, where somebody is asked as somebody else."""
    settings = assessment.contents.settings
    for each in person.answers:
        scope = settings.scope(each.scope) if each.scope else None
        roles = Counter(
            asked.outcome.owner_role
            for asked in all_asked(assessment.frameworks, settings)
            if (scope is None or asked.scope.id == scope.id) and not services_of(asked, settings)
        )
        if each.owner_roles and roles:
            there = ", ".join(f"{role} ({count})" for role, count in roles.most_common())
            return (
                f"No outcome {f'of {scope.title} ' if scope else ''}is for "
                f"{', '.join(each.owner_roles)}; they are for {there}."
            )
    return ""


def shares_of(assessment: Assessment, person: Person) -> list[Share]:
    """Give the parts of what somebody is asked, largest first: by scope, or by group."""
    portion = assessment.contents.portions.get(person.id, ())
    scopes = {each.scope.id: each.scope.title for each in portion}
    if len(scopes) > 1:
        parts = {
            f"--scope {scope}": (title, [e for e in portion if e.scope.id == scope])
            for scope, title in scopes.items()
        }
    else:
        parts = _groups(portion)
    shares = [
        Share(title, option, _load(assessment, person, tuple(part)))
        for option, (title, part) in parts.items()
    ]
    return sorted(shares, key=lambda each: -each.load.questions) if len(shares) > 1 else []


def _groups(portion: Sequence[Asked]) -> dict[str, tuple[str, list[Asked]]]:
    """Give the outcomes of a portion by the highest groups that part them."""
    paths = {
        (framework.ref, located.outcome.id): located.groups
        for framework in {each.framework.ref: each.framework for each in portion}.values()
        for located in framework.located
    }
    for level in range(2):
        found: dict[str, tuple[str, list[Asked]]] = {}
        for each in portion:
            groups = paths[each.framework.ref, each.outcome.id]
            group = groups[min(level, len(groups) - 1)]
            found.setdefault(group.id, (f"{group.id} {group.title}", []))[1].append(each)
        if len(found) > 1:
            break
    return found
