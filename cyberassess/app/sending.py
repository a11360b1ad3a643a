"""Questions out: one workbook a person."""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess import __version__
from cyberassess.adapters.segments import new_text
from cyberassess.app.chasing import Outgoing, write_letters
from cyberassess.app.naming import plain
from cyberassess.app.offering import offers_for
from cyberassess.app.opening import (
    Assessment,
    Event,
    find_person,
    now,
    writing,
)
from cyberassess.domain.assessment import (
    Person,
    PersonId,
    assign,
)
from cyberassess.domain.questions import (
    Questionnaire,
    questionnaire,
)
from cyberassess.errors import (
    AssessmentError,
    Problem,
)

SUPPLIER = "supplier"
"""The role of people outside: what others answered is never shown to them."""
LONG = 45
"""Minutes above which the officer is told that a questionnaire is long."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A questionnaire that was written."""

    person: Person
    path: Path
    questions: int
    minutes: int
    serial: int


def send(
    folder: Path,
    *,
    to: Sequence[str] = (),
    by: str | None = None,
    on_file: Callable[[SentFile], None] = lambda _: None,
) -> list[SentFile]:
    """Write one workbook for each person who is asked something.

    Args:
        to: names or ids; everybody if empty.
        on_file: called after each file.

    Raises:
        AssessmentError: for an unknown name, or where nothing can be written.
    """
    from cyberassess.adapters.xlsx.questionnaire import write_questionnaire

    with writing(folder, "send", by=by) as session:
        assessment = session.assessment
        portions = assign(assessment.frameworks, assessment.contents.settings)
        chosen = [find_person(assessment, name).id for name in to] or list(portions)
        questionnaires = [questions_for(assessment, person_id) for person_id in chosen]
        sent: list[SentFile] = []
        events: list[Event] = []
        names: set[str] = set()
        outgoing: list[Outgoing] = []
        for what in questionnaires:
            path = assessment.workspace.sent / _file_name(assessment, what, names)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_questionnaire(path, what, created=_moment(now()), tool=__version__)
            except OSError as cause:
                raise AssessmentError(
                    Problem(
                        "not-writable",
                        path.name,
                        f"The file cannot be written: {cause.strerror}.",
                        "Close it if it is open in a spreadsheet, and look at the folder's "
                        "permissions. Nothing was recorded.",
                    )
                ) from cause
            events.append(
                {
                    "type": "sent",
                    "person": what.person.id,
                    "name": new_text(path.name),
                    "serial": what.serial,
                    "head": what.head,
                    "questions": len(what.rows),
                }
            )
            sent.append(SentFile(what.person, path, len(what.rows), what.minutes, what.serial))
            outgoing.append(
                Outgoing(what.person, path, len(what.rows), what.minutes, len(what.topics))
            )
            on_file(sent[-1])
        write_letters(assessment, outgoing)
        session.write(events)
    return sent


def _moment(time: str) -> datetime.datetime:
    return datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - UTC, as files say


def questions_for(assessment: Assessment, person_id: PersonId) -> Questionnaire:
    """Give what a person is asked now.

    Raises:
        AssessmentError: where they are asked nothing.
    """
    from cyberassess.app.official import official_texts

    settings = assessment.contents.settings
    person = settings.person(person_id)
    portion = assign(assessment.frameworks, settings).get(person_id, ())
    if person is None or not portion:
        raise AssessmentError(
            Problem(
                "asked-nothing",
                "",
                f"{assessment.name_of(person_id)} is asked nothing.",
                "Look at answers under people in assessment.yaml.",
            )
        )
    serials = [each.serial for each in assessment.state.sent if each.person == person_id]
    return questionnaire(
        person,
        portion,
        settings,
        assessment.state,
        frameworks=assessment.frameworks,
        serial=max(serials, default=0) + 1,
        offers={} if person.role == SUPPLIER else offers_for(assessment),
        official=official_texts(assessment.workspace.folder, assessment.frameworks.values()),
    )


_BODY = re.compile(
    r"\s+(?:(?:metropolitan|borough|city|county|district|unitary)\s+)*council$", re.IGNORECASE
)


def _file_name(assessment: Assessment, what: Questionnaire, taken: set[str]) -> str:
    """Give a short, plain name: ``Northport 2026 cyber questions - Housing - R1.xlsx``."""
    settings = assessment.contents.settings
    scopes = {topic.scope for topic in what.topics}
    scope = settings.scope(next(iter(scopes))) if len(scopes) == 1 else None
    who = what.person.name
    if scope is not None and scope.service and what.person.id != settings.officer.id:
        who = scope.service
    body = plain(_BODY.sub("", settings.organisation), 30)
    start = f"{body} {plain(settings.period, 12)} cyber questions"
    for name in (who, f"{who} {what.person.name}", f"{who} {what.person.id}"):
        label = plain(name, 40)
        if label.casefold() not in taken:
            break
    taken.add(label.casefold())
    return f"{start} - {label} - R{what.serial}.xlsx"
