"""What the commands about people and systems print."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cyberassess.errors import counted, fields_of, joined
from cyberassess.terminal.fitting import came_lines, table, wrap

if TYPE_CHECKING:
    from cyberassess.domain.assessment import Settings
    from cyberassess.domain.people.naming import Renaming
    from cyberassess.opening.intake import ReceivedFile
    from cyberassess.steps.people.leaving import Removed
    from cyberassess.steps.people.people import Added, HandedOver, PersonLine
    from cyberassess.steps.people.reshaping import Reshaped
    from cyberassess.steps.people.same_people import MadeOne
    from cyberassess.steps.people.systems import Inherited, Once, ScopeLine


Json = dict[str, Any]  # NOTE: printed as it is.


def people_lines(found: "Sequence[PersonLine]") -> Iterator[str]:
    """Say who is asked what."""
    yield from table(
        [
            (each.name, each.role, counted(each.questions, "outcome"), _asked(each))
            for each in found
        ],
        indent="",
    )


def _asked(each: "PersonLine") -> str:
    rest = "what nobody else is asked" if each.is_officer else "nothing"
    if each.is_officer and each.asks:
        return f"{each.asks}; {rest}"
    return each.asks or rest


def people_json(found: "Sequence[PersonLine]") -> Json:
    """Give ``people --json``."""
    return {
        "schema": 1,
        "people": [
            {
                **fields_of(each, "id name role email"),
                "asked_about": each.asks,
                "outcomes": each.questions,
                "officer": each.is_officer,
            }
            for each in found
        ],
    }


def added_lines(found: "Added") -> Iterator[str]:
    """Say who was added, what they are asked, and what to do next."""
    outcomes, questions, minutes = found.load
    if not questions:
        yield f"Added {found.person.name}."
        return
    yield from wrap(
        f"Added {found.person.name}, who is asked about {counted(outcomes, 'outcome')}: "
        f"{counted(questions, 'question')}, about {minutes} minutes."
    )
    yield f'Send them their questions: cyberassess send --to "{found.person.name}"'


def handed_lines(found: "HandedOver") -> Iterator[str]:
    """Say what was handed on, and what to do next."""
    names = ", ".join(f"{outcome}/{scope}" for _, scope, outcome in found.outcomes[:8])
    more = f" and {len(found.outcomes) - 8} more" if len(found.outcomes) > 8 else ""  # noqa: PLR2004 - fits a line
    yield from wrap(
        f"{found.taker.name} is asked instead of {found.giver.name}: {names}{more}. "
        "Answers given already stay as they are."
    )
    yield from wrap(
        f'Send both a new questionnaire: cyberassess send --to "{found.giver.name}" '
        f'--to "{found.taker.name}"'
    )


def taken_lines(found: "ReceivedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what a spreadsheet changed."""
    would = "would be " if dry_run else ""
    yield from wrap(
        f"{len(found.added)} {would}added, {len(found.changed)} {would}changed, "
        f"{found.unchanged} as before."
    )
    yield from came_lines(found)
    if dry_run:
        yield "Nothing was changed."


def systems_lines(found: "Sequence[ScopeLine]", settings: "Settings") -> Iterator[str]:
    """Say what is assessed, what it inherits, and what was left out."""
    if not found:
        yield "No systems: every outcome is assessed for the organisation as a whole."
        yield "Add one: cyberassess systems add NAME"
    yield from table(
        [
            (
                each.scope.title,
                each.scope.id,
                each.scope.kind,
                each.owner or "no owner",
                each.scope.hosting,
            )
            for each in found
        ],
        indent="",
    )
    for each in found:
        for title, done, of in each.inherits:
            yield from wrap(
                f"{each.scope.title} takes over from {title}: "
                f"{done} of {counted(of, 'answer')} confirmed.",
                "  ",
            )
    if settings.left_out:
        yield "Left out:"
        for gone in settings.left_out:
            yield from wrap(f"{gone.title}: {gone.reason}", "  ")


def systems_json(found: "Sequence[ScopeLine]", settings: "Settings") -> Json:
    """Give ``systems --json``."""
    return {
        "schema": 1,
        "systems": [
            {
                **each.scope.model_dump(mode="json"),
                "owner_name": each.owner or None,
                "inherited": [
                    {"from": title, "confirmed": done, "of": of}
                    for title, done, of in each.inherits
                ],
            }
            for each in found
        ],
        "left_out": [{"title": e.title, "reason": e.reason} for e in settings.left_out],
    }


def shared_lines(found: "Once") -> Iterator[str]:
    """Say what is answered once, and for which systems."""
    covers = ", ".join(found.scope.covers) or "Everything"
    yield (
        f"{covers} is answered once, as {found.scope.title} ({found.scope.id}), "
        f"for {', '.join(found.heirs)}."
    )
    yield "Their owners are asked one question a topic: is it the same there?"
    if found.scope.owner is None:
        yield (
            "Who answers it, if not the officer: cyberassess people hand-over "
            f"--scope {found.scope.id} --from OFFICER --to NAME"
        )


def inherited_lines(found: "Inherited") -> Iterator[str]:
    """Say what was confirmed."""
    line = f"{found.scope.title}: {counted(found.confirmed, 'answer')} confirmed"
    if found.unchanged:
        line += f", {found.unchanged} confirmed before"
    if found.overridden:
        line += f", {found.overridden} answered for itself and left as they are"
    yield from wrap(f"{line}.")


def renamed_line(found: "Renaming") -> str:
    """Say that somebody has another name now."""
    return f"{found.recorded} is {found.stated} now. Answers given before keep both names."


def somebody_new_line(found: "Renaming") -> str:
    """Say that somebody new is asked in an earlier person's place."""
    return (
        f"{found.stated} is asked in the place of {found.recorded}, whose answers stay under that "
        f'name. Send the questions: cyberassess send --to "{found.stated}"'
    )


def made_one_line(found: "MadeOne") -> str:
    """Say that two names are one person's."""
    return (
        f"{found.given_up} and {found.kept} are one person now: "
        f"{counted(found.answers, 'answer')} of the first count as {found.kept}'s."
    )


def removed_lines(found: "Removed") -> Iterator[str]:
    """Say who is asked instead, and what becomes of the answers."""
    outcomes = counted(found.questions, "outcome")
    yield from wrap(
        f"{found.person.name} is asked nothing any more; {found.taker.name} is asked about what "
        f"was theirs ({outcomes})."
    )
    yield from wrap(
        f"{counted(found.answers, 'answer')} of {found.person.name} stay under that name, and "
        "count."
    )
    yield f'Next: cyberassess send --to "{found.taker.name}"'


def reshaped_lines(found: "Reshaped") -> Iterator[str]:
    """Say what became of systems, and of what was recorded about them."""
    gone = joined([each.title for each in found.gone])
    new = joined([each.title for each in found.new])
    verb = "is" if len(found.gone) == 1 else "are"
    yield from wrap(f"{gone} {verb} {new} now." if new else f"{gone} {verb} left out now.")
    answers = counted(found.answers, "answer")
    after = (
        "stand beside the questions asked now, and count once somebody confirms them"
        if found.new
        else "stay in the ledger, and count for nothing"
    )
    yield from wrap(f"{answers} about {gone} {after}.")
    if found.actions:
        place = found.new[0].title
        yield from wrap(f"About {place} now: {joined(found.actions)}.")
    for each in found.loose:
        yield from wrap(f"{each.name} is asked nothing any more.")
    if found.new:
        yield "Next: cyberassess send"
