"""What somebody is asked, in words: ``service@housing; B2.c/revenues except B2.c.NA.1``."""

import re
from collections.abc import Sequence
from typing import Any

from cyberassess.domain.assessment import ALL_SCOPES, Person
from cyberassess.domain.sets.framework import OWNER_ROLES
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
            roles = [each for each in names if each.casefold() in OWNER_ROLES]
            others = [e for e in names if e not in roles and e.casefold() != EVERYTHING]
            ask = {
                "scope": str(find_scope(settings, scope, where=where).id)
                if scope.casefold() not in ("", ALL_SCOPES)
                else "",
                "owner_roles": [each.casefold() for each in roles],
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
