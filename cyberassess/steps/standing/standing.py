"""Where an assessment stands: who has not replied, what is in conflict, what to do next."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cyberassess.domain.assessment import statement_key
from cyberassess.domain.people.declaring import UNSIGNED, Declared, declared_for, in_words
from cyberassess.domain.people.progress import progress_of
from cyberassess.domain.people.questions import OfferKind
from cyberassess.domain.record.approval import version_of
from cyberassess.domain.record.evidence import Mark
from cyberassess.domain.record.plan import Progress, actions_of
from cyberassess.domain.result.better import overtaken_in
from cyberassess.domain.result.confirming import waits
from cyberassess.errors import Json, counted, fields_of, joined, named
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.conflicts import Conflict, conflicts
from cyberassess.opening.years import changes_of
from cyberassess.steps.begin.calendar import stages, where_in_the_year
from cyberassess.steps.confirm.confirming import waiting_offers
from cyberassess.steps.next_year.updating import later_sets
from cyberassess.steps.send.chasing import due_for, today
from cyberassess.steps.settle.resolving import conflict_json, differences
from cyberassess.steps.standing.results import (
    confidence_json,
    judged_on,
    register_json,
    superseded_json,
)


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How far one person is."""

    id: str
    name: str
    questions: int
    answered: int
    sent: str
    """Date of the last questionnaire, empty if none."""
    received: str
    """Date of the last file that came in, empty if none."""
    prompted: str
    """How they answered here, ``at the prompt``, ``on the screen`` or both; empty if they did
    not."""
    open: int
    """Statements nobody has answered."""
    due: str = ""
    """ISO date their answers are wanted by, empty where none is set."""
    days_late: int = 0
    declared: Declared = UNSIGNED
    """What the declaration that the answers are true is worth."""
    told: str = ""
    """What else their answers came from, such as an import; empty if from nothing."""

    @property
    def waiting(self) -> bool:
        """Whether a questionnaire is out, nothing has come back, and something is missing."""
        return bool(self.sent and self.open) and not self.received and not self.prompted


class Step(NamedTuple):
    """What to do next, with the command that does it."""

    text: str
    command: str
    """Empty where none is needed."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where the assessment stands."""

    assessment: Assessment
    people: tuple[PersonStatus, ...]
    conflicts: tuple[Conflict, ...]
    steps: tuple[Step, ...]
    """What to do next."""
    year: tuple[str, ...] = ()
    """Where in the year one is: which dates passed, and which comes next."""

    @property
    def next_steps(self) -> tuple[str, ...]:
        """The steps as one line each, with the command at its end."""
        return tuple(f"{e.text}: {e.command}" if e.command else e.text for e in self.steps)


def status(folder: Path) -> Status:
    """Say who has not replied, what is in conflict, and what to do next."""
    return status_of(open_assessment(folder))


def status_of(assessment: Assessment) -> Status:
    """Say the same of an assessment that is open."""
    settings, state = assessment.contents.settings, assessment.state
    portions = assessment.contents.portions
    people: list[PersonStatus] = []
    on = today()
    for person_id, portion in portions.items():
        keys = [statement_key(asked, each) for asked in portion for each in asked.outcome.asked]
        given = [g for key in keys for g in state.answers.get(key, ()) if g.person == person_id]
        came_from = [each.source for each in given]
        far = progress_of(person_id, portion, settings, state)
        person = settings.person(person_id)
        due = due_for(assessment, person) if person else None
        sent = [each.origin.time[:10] for each in state.sent if each.person == person_id]
        came = [each.origin.time[:10] for each in state.returned(person_id)]
        people.append(
            PersonStatus(
                person_id,
                assessment.name_of(person_id),
                far.questions,
                far.answered,
                max(sent, default=""),
                max(came, default=""),
                _ways(str(e._replace(together=0)) for e in came_from if e.kind == "prompt"),
                far.open,
                due.isoformat() if due else "",
                max((on - due).days, 0) if due and far.open else 0,
                declared_for(state, person_id),
                named((e.name for e in came_from if e.kind == "import"), _MOST),
            )
        )
    open_ones = tuple(conflicts(assessment))
    return Status(
        assessment,
        tuple(people),
        open_ones,
        next_steps(assessment, people, open_ones, on),
        tuple(where_in_the_year(settings, on, done=_done(assessment, people))),
    )


def _done(assessment: Assessment, people: Sequence[PersonStatus]) -> Iterator[str]:
    """Say which dates of the year need no reminder any more."""
    if not any(each.open for each in people):
        yield "due"
    if assessment.card.confidence.reviewed:
        yield "review"
    if not version_of(assessment.state, assessment.fingerprint).is_draft:
        yield "approval"


def status_json(found: Status) -> Json:
    """Give ``status --json``."""
    card = found.assessment.card
    return {
        "schema": 1,
        "organisation": found.assessment.contents.settings.organisation,
        "period": found.assessment.contents.settings.period,
        "heads": list(found.assessment.state.heads),
        "people": [
            {
                **fields_of(
                    each, "id name questions answered sent? received? open waiting due? days_late"
                ),
                "signed": each.declared.name if each.declared.stands else None,
                "declaration": {
                    "state": each.declared.worth.value,
                    **fields_of(each.declared, "name? date? file? since?"),
                },
            }
            for each in found.people
        ],
        "conflicts": [conflict_json(each) for each in found.conflicts],
        "overtaken": [
            {
                "framework": each.key.framework,
                "scope": each.key.scope,
                "statement": statement,
                "says_better": list(better),
            }
            for each in card.outcomes
            for statement, better in overtaken_in(each).items()
        ],
        "confidence": confidence_json(card),
        **({"superseded": superseded_json(card)} if card.superseded else {}),
        **register_json(found.assessment, judged_on(found.assessment)),
        "branches": found.assessment.state.is_branched,
        "notes": [str(each) for each in found.assessment.notes],
        **({"calendar": calendar_json(found)} if found.year else {}),
        "next": list(found.next_steps),
    }


def calendar_json(found: Status) -> Json:
    """Give the dates of the year, and where in it one is."""
    settings = found.assessment.contents.settings
    dates = {each.name: each.on.isoformat() for each in stages(settings)}
    return {"dates": dates, "now": list(found.year)}


def state_of(person: PersonStatus, say: Callable[[str], str] = str) -> str:
    """Say in a few words where a person is.

    Args:
        say: gives an ISO date as it is shown.
    """
    if person.received:
        state = f"came back {say(person.received)}"
        state += f", {in_words(person.declared, say)}"
    elif person.prompted:
        state = f"answered {person.prompted}"
    else:
        state = f"waiting since {say(person.sent)}" if person.sent else "not sent yet"
        state += f", answers from {person.told}" if person.told else ""
    if person.days_late:
        state += f", late by {counted(person.days_late, 'day')}"
    return state


_MOST = 3
"""So many of a kind are named; the rest is counted."""


def _ways(said: Iterable[str]) -> str:
    return joined([*dict.fromkeys(said)])


def next_steps(
    assessment: Assessment,
    people: Sequence[PersonStatus],
    open_ones: "Sequence[Conflict]",
    on: datetime.date,
) -> tuple[Step, ...]:
    """Say what to do next, each step with its command.

    Args:
        on: the date at which dates are judged.
    """
    if assessment.state.is_branched:
        return (Step("Join the two copies of the assessment", "cyberassess merge"),)
    steps = [
        *_to_correct(assessment),
        *_to_send_anew(assessment, people),
        *_to_gather(assessment, people),
        *_to_settle(assessment, open_ones),
    ]
    if any(each.open for each in people) and not any(
        each.waiting or _unsent(each) for each in people
    ):
        steps.append(Step("Fill the last gaps at the prompt", "cyberassess ask"))
    left = sum(waits(each) for each in assessment.card.outcomes)
    if not steps and left:
        steps.append(Step(f"Confirm {counted(left, 'determination')}", "cyberassess confirm"))
    steps += _to_renew(assessment, people, on)
    lacking = assessment.card.confidence.lacks_reason
    if not any(each.open for each in people) and not open_ones and not lacking:
        steps.append(Step("Everything is answered. Print it", "cyberassess report full"))
    return tuple(steps)


def _unsent(person: PersonStatus) -> bool:
    return bool(person.open) and not person.sent and not person.answered


def _to_correct(assessment: Assessment) -> Iterator[Step]:
    for each in (later for later in later_sets(assessment) if later.about):
        asked = counted(len(each.asked_again) + len(each.only), "statement")
        yield Step(
            f"Look at revision {each.after.revision} of {each.pinned.ref} (here: "
            f"{each.before.revision}; {asked} asked again)",
            "cyberassess framework update --dry-run",
        )


def _to_send_anew(assessment: Assessment, people: Sequence[PersonStatus]) -> Iterator[Step]:
    """Say who has questions of a version that is no longer used, and none of the one since."""
    state = assessment.state
    for record in changes_of(assessment):
        if record.key[0] not in state.former:
            continue
        anew = {
            str(each.person)
            for each in state.sent
            if state.has_seen(each.origin.segment, record.origin.segment)
        }
        old = [each.name for each in people if each.open and each.sent and each.id not in anew]
        if old:
            yield Step(
                f"Send the questions of {record.key[1]} to {', '.join(old)}", "cyberassess send"
            )


def _to_gather(assessment: Assessment, people: Sequence[PersonStatus]) -> Iterator[Step]:
    unsent = [each.name for each in people if _unsent(each)]
    if unsent:
        yield Step(f"Send the questions to {', '.join(unsent)}", "cyberassess send")
    waiting = [each.name for each in people if each.waiting]
    if waiting:
        yield Step(f"Ask {', '.join(waiting)} for the answers, then", "cyberassess receive FILE")
    if any(each.days_late and (each.sent or each.prompted) for each in people):
        yield Step("Write reminders to those who are late", "cyberassess chase")
    # NOTE: what the command would confirm, so that it is named only while it confirms something
    unconfirmed = [key.scope for key, _ in waiting_offers(assessment, OfferKind.INHERITED)]
    scopes = dict.fromkeys(unconfirmed)
    if scopes:
        command = "cyberassess confirm --offered inherited"
        command += f" --scope {unconfirmed[0]}" if len(scopes) == 1 else ""
        yield Step(
            f"Confirm {counted(len(unconfirmed), 'answer')} that "
            f"{named([assessment.place_of(each) for each in scopes], _MOST)} "
            f"{'takes' if len(scopes) == 1 else 'take'} over from shared services",
            command,
        )


def _to_settle(assessment: Assessment, open_ones: "Sequence[Conflict]") -> Iterator[Step]:
    if len(open_ones) > _MOST:
        yield Step(
            f"Decide {counted(len(open_ones), 'conflict')} in one workbook, with all else that "
            "waits for you",
            "cyberassess decisions",
        )
    elif open_ones:
        first = open_ones[0].statement
        yield Step(
            f"Decide {counted(len(open_ones), 'conflict')}",
            f"cyberassess resolve {first.indicator}/{first.scope} --answer … --reason …",
        )
    branched = differences(assessment)
    if branched:
        yield Step(
            f"Decide {counted(len(branched), 'difference')} between copies", "cyberassess resolve"
        )
    lesser = [
        (f"{statement}/{score.key.scope}", f"{score.key.outcome}/{score.key.scope}")
        for score in assessment.card.outcomes
        for statement in overtaken_in(score)
    ]
    if lesser:
        yield Step(
            f"Look again at {counted(len(lesser), 'statement')} answered “not true” where one "
            f"that says better is true ({named((each for each, _ in lesser), _MOST)})",
            f"cyberassess explain {lesser[0][1]}",
        )
    lacking = assessment.card.confidence.lacks_reason
    if lacking:
        yield Step(
            f"Ask again for {counted(lacking, 'reason')} that are missing", "cyberassess send"
        )


def _to_renew(
    assessment: Assessment, people: Sequence[PersonStatus], on: datetime.date
) -> Iterator[Step]:
    """Name what was done and does not hold any more, or not yet."""
    lapsed = [each.key for each in assessment.card.outcomes if each.has_lapsed]
    if lapsed:
        yield Step(
            f"Confirm {counted(len(lapsed), 'determination')} again, since answers changed "
            f"({named((f'{each.outcome}/{each.scope}' for each in lapsed), _MOST)})",
            "cyberassess confirm",
        )
    unsigned = [each.name for each in people if each.received and not each.declared.stands]
    if unsigned:
        who = named(unsigned, _MOST)
        yield Step(f"Have the last sheet signed by {who}, and receive it again", "")
    marked = ((each.reference, each.marks(on)) for each in assessment.evidence.items)
    stale = [name for name, marks in marked if Mark.STALE in marks and Mark.REPLACED not in marks]
    if stale:
        yield Step(
            f"Ask for {counted(len(stale), 'document')} anew, out of date ({named(stale, _MOST)})",
            "cyberassess evidence check",
        )
    open_ones = (Progress.PLANNED, Progress.UNDER_WAY)
    late = [
        each.ref
        for each in actions_of(assessment.state)
        if each.progress in open_ones and each.due is not None and each.due < on
    ]
    if late:
        yield Step(
            f"Look at {counted(len(late), 'action')} past the date ({named(late, _MOST)})",
            "cyberassess plan",
        )
    expired = [e.title for e in assessment.contents.settings.certificates if e.is_expired(on)]
    if expired:
        which = named(expired, _MOST)
        yield Step(f"Renew the certificate, or take it out of assessment.yaml: {which}", "")
