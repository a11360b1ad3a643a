"""What an organisation records of itself: certificates it holds, key actions it carries out."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from pydantic import Field

from cyberassess.domain.sets.framework import Framework, FrameworkRef, Model
from cyberassess.errors import Problem, closest


class Certificate(Model):
    """A certificate, accreditation or attestation somebody independent gave."""

    title: str = Field(min_length=1)
    standard: str = ""
    """The id of a standard that a control set here refers to, where it is for one of them."""
    holder: str = ""
    """Who holds it, where that is not the whole organisation: a service, a supplier."""
    scope: str = ""
    """The scope it is for; the whole organisation if empty."""
    issued: datetime.date | None = None
    valid_until: datetime.date | None = None
    reference: str = ""

    def is_expired(self, on: datetime.date) -> bool:
        """Say whether its end has passed; one without an end has not."""
        return self.valid_until is not None and self.valid_until < on


class ActionState(Enum):
    """How far a key action is."""

    DONE = "done"
    UNDER_WAY = "under way"
    NOT_DONE = "not done"
    NOT_OURS = "does not apply"


class RecordedAction(Model):
    """What the organisation says of one of a publisher's key actions."""

    framework: FrameworkRef
    action: str
    state: ActionState
    date: datetime.date | None = None
    note: str = ""


def check_certificates(
    certificates: Sequence[Certificate],
    scopes: Sequence[str],
    frameworks: Mapping[FrameworkRef, Framework],
) -> Iterator[Problem]:
    """Give everything in the certificates that does not fit; places are keys."""
    where = "assessment.yaml, certificates"
    standards = {each.id for framework in frameworks.values() for each in framework.standards}
    for each in certificates:
        if each.scope and each.scope not in scopes:
            message = f'"{each.scope}" is not a scope\'s id (certificate "{each.title}").'
            hint = closest(each.scope, scopes) or f"Use one of: {', '.join(scopes)}."
            yield Problem("unknown-scope", where, message, hint)
        if frameworks and each.standard and each.standard not in standards:
            message = f'"{each.standard}" is not a standard here (certificate "{each.title}").'
            known = ", ".join(sorted(standards))
            hint = closest(each.standard, sorted(standards)) or (
                f"Use one of: {known}, or leave it out."
                if known
                else "These control sets refer to none: leave it out."
            )
            yield Problem("unknown-standard", where, message, hint)
        if each.issued and each.valid_until and each.valid_until < each.issued:
            message = f'"{each.title}" ends on {each.valid_until}, before it was issued.'
            hint = "Correct one of the dates: year, month, day."
            yield Problem("wrong-dates", where, message, hint)


def check_actions(
    actions: Sequence[RecordedAction], frameworks: Mapping[FrameworkRef, Framework]
) -> Iterator[Problem]:
    """Give everything in the recorded key actions that does not fit; places are keys."""
    where = "assessment.yaml, key_actions"
    seen: set[tuple[str, str]] = set()
    for each in actions:
        framework = frameworks.get(each.framework)
        if framework is None:
            message = f'"{each.framework}" is not a control set of this assessment.'
            refs = [str(ref) for ref in frameworks]
            hint = closest(each.framework, refs) or f"Use one of: {', '.join(refs)}."
            yield Problem("unknown-framework", where, message, hint)
            continue
        known = [action.id for action in framework.key_actions]
        if each.action not in known:
            message = f'"{each.action}" is not a key action of {each.framework}.'
            hint = f"Use one of: {', '.join(known) or 'it has none'}."
            yield Problem("unknown-action", where, message, hint)
        elif (each.framework, each.action) in seen:
            message = f"{each.action} of {each.framework} stands there more than once."
            yield Problem("repeated-id", where, message, "Keep one entry.")
        seen.add((each.framework, each.action))
