"""Where an assessment stands: who has not replied, what is in conflict, what to do next."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.disk.files import write_whole
from cyberassess.domain.assessment import StatementKey, statement_key
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.declaring import declared_for, in_words
from cyberassess.domain.result.better import overtaken_in
from cyberassess.errors import counted
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.conflicts import Conflict, conflicts
from cyberassess.opening.files_for_people import saving
from cyberassess.steps.send.chasing import due_for, today
from cyberassess.steps.settle.resolving import conflict_json
from cyberassess.steps.standing.next_steps import PersonStatus, next_steps
from cyberassess.steps.standing.results import (
    confidence_json,
    judged_on,
    register_json,
    superseded_json,
)

Json = dict[str, Any]  # NOTE: printed as it is; tests fix its shape.


@dataclass(frozen=True, slots=True)
class Status:
    """Where the assessment stands."""

    assessment: Assessment
    people: tuple[PersonStatus, ...]
    conflicts: tuple[Conflict, ...]
    next_steps: tuple[str, ...]


def status(folder: Path) -> Status:
    """Say who has not replied, what is in conflict, and what to do next."""
    assessment = open_assessment(folder)
    settings, state = assessment.contents.settings, assessment.state
    portions = assessment.contents.portions
    people: list[PersonStatus] = []
    on = today()
    for person_id, portion in portions.items():
        keys = [statement_key(asked, each) for asked in portion for each in asked.outcome.asked]
        given = [g for key in keys for g in state.answers.get(key, ()) if g.person == person_id]
        answered = sum(
            any(each.person == person_id for each in state.answers.get(key, ())) for key in keys
        )
        person = settings.person(person_id)
        due = due_for(assessment, person) if person else None
        sent = [each.origin.time[:10] for each in state.sent if each.person == person_id]
        came = [each.origin.time[:10] for each in state.returned(person_id)]
        people.append(
            PersonStatus(
                person_id,
                assessment.name_of(person_id),
                len(keys),
                answered,
                max(sent, default=""),
                max(came, default=""),
                any(each.source.kind == "prompt" for each in given),
                missing := sum(not state.answers.get(key) for key in keys),
                due.isoformat() if due else "",
                max((on - due).days, 0) if due and missing else 0,
                declared_for(state, person_id),
            )
        )
    open_ones = tuple(conflicts(assessment))
    return Status(
        assessment, tuple(people), open_ones, next_steps(assessment, people, open_ones, on)
    )


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
                "id": each.id,
                "name": each.name,
                "questions": each.questions,
                "answered": each.answered,
                "sent": each.sent or None,
                "received": each.received or None,
                "open": each.open,
                "waiting": each.waiting,
                "due": each.due or None,
                "days_late": each.days_late,
                "signed": each.declared.name if each.declared.stands else None,
                "declaration": {
                    "state": each.declared.worth.value,
                    "name": each.declared.name or None,
                    "date": each.declared.date or None,
                    "file": each.declared.file or None,
                    "since": each.declared.since or None,
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
        "next": list(found.next_steps),
    }


def state_of(person: PersonStatus, say: Callable[[str], str] = str) -> str:
    """Say in a few words where a person is.

    Args:
        say: gives an ISO date as it is shown.
    """
    if person.received:
        state = f"came back {say(person.received)}"
        state += f", {in_words(person.declared, say)}"
    elif person.prompted:
        state = "answered at the prompt"
    else:
        state = f"waiting since {say(person.sent)}" if person.sent else "not sent yet"
    if person.days_late:
        state += f", late by {counted(person.days_late, 'day')}"
    return state


def write_status_page(folder: Path, output: Path | None = None) -> Path:
    """Write the status as a page of HTML; ``reports/status.html`` if ``output`` is ``None``.

    Raises:
        AssessmentError: where it cannot be written.
    """
    from cyberassess.paper.documents.status_page import (
        ConflictRow,
        PersonRow,
        StatusPage,
        status_html,
    )

    found = status(folder)
    settings, card = found.assessment.contents.settings, found.assessment.card
    confidence = card.confidence
    page = StatusPage(
        title=f"{settings.organisation}, {settings.period}",
        marking=settings.marking.filled,
        on=said_date(today()),
        due=said_date(settings.due) if settings.due else "",
        lead=f"{confidence.answered:,} of {confidence.statements:,} statements are answered; "
        f"{counted(confidence.conflicts, 'conflict')} open.",
        next_steps=found.next_steps,
        people=tuple(
            PersonRow(
                each.name, each.answered, each.questions, state_of(each, said_date),
                said_date(each.due), each.days_late > 0,
            )
            for each in found.people
        ),
        conflicts=tuple(
            ConflictRow(
                f"{each.statement.indicator}/{each.statement.scope}",
                *_asked_where(found.assessment, each.statement),
                tuple(f"{name}: {answer}" for name, answer, _ in each.answers),
            )
            for each in found.conflicts
        ),
        notes=(*found.assessment.superseded, *(str(each) for each in found.assessment.notes)),
        head="Head of the ledger (the mark of everything recorded): "
        f"{' '.join(found.assessment.state.heads)}",
    )  # fmt: skip
    path = output or found.assessment.workspace.reports / "status.html"
    with saving(path, "page"):
        write_whole(path, status_html(page).encode())
    return path


def _asked_where(assessment: Assessment, key: StatementKey) -> tuple[str, str]:
    """Give a statement's text, and the title of the place it is about."""
    scope = assessment.contents.settings.scope(key.scope)
    statement = assessment.frameworks[key.framework].indicators[key.indicator][1]
    return statement.text, scope.title if scope else key.scope
