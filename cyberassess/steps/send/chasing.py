"""The texts that go out beside questionnaires, and reminders for those who are late.

Nothing is ever sent from here: the officer's own e-mail program does that. One text a person, and
one CSV for a mail merge.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import read_plain, write_whole
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.assessment import Person, PersonId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.progress import progress_of
from cyberassess.errors import counted
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import csv_bytes, plain, saving
from cyberassess.opening.writing import now
from cyberassess.paper.drafts import draft
from cyberassess.paper.letters import (
    QUESTIONNAIRE,
    RECEIVED,
    REMINDER,
    Letter,
    mention_strange,
)
from cyberassess.steps.people.people import EXTENSION


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A questionnaire that has just been written."""

    person: Person
    path: Path
    questions: int
    minutes: int


def due_for(assessment: Assessment, person: Person) -> datetime.date | None:
    """Give the date a person's answers are wanted by: a later one they were given, or all's."""
    record = assessment.state.record(EXTENSION, str(person.id))
    if record is not None:
        return datetime.date.fromisoformat(str(record.fields["until"]))
    return assessment.contents.settings.due


def letters_for(assessment: Assessment, outgoing: Sequence[Outgoing]) -> dict[Path, bytes]:
    """Give the e-mail text for each questionnaire, and one CSV with a line for each.

    They belong in ``questionnaires/letters``.

    Raises:
        AssessmentError: where a template of the organisation's own is faulty.
    """
    settings = assessment.contents.settings
    where = assessment.workspace.letters
    template = Letter(assessment.workspace.folder, QUESTIONNAIRE)
    files: dict[Path, bytes] = {}
    rows: list[tuple[str, ...]] = [("Name", "E-mail", "File", "Minutes", "Due")]
    for each in outgoing:
        due = due_for(assessment, each.person)
        text = _letter(template, assessment, each, due)
        files[where / f"{each.path.stem}.txt"] = text.encode()
        rows.append(
            (
                each.person.name,
                each.person.email,
                each.path.name,
                str(each.minutes),
                due.isoformat() if due else "",
            )
        )
    if outgoing:
        name = f"{plain(settings.organisation, 30)} {plain(settings.period, 12)} - to send.csv"
        files[where / name] = csv_bytes(rows)
    return files


def write_texts(files: Mapping[Path, bytes]) -> list[Path]:
    """Write files, each whole.

    Raises:
        AssessmentError: where one cannot be written.
    """
    for path, data in files.items():
        with saving(path):
            write_whole(path, data)
    return list(files)


def drafts_of(texts: Mapping[Path, bytes], attached: Mapping[Path, Sequence[Path]]) -> list[Path]:
    """Write each letter once more as an e-mail draft, with its workbooks attached.

    Args:
        texts: of the letters, by their paths.
        attached: what goes with each; what is no longer there is left out.

    Raises:
        AssessmentError: where one cannot be read or written.
    """
    drafts: dict[Path, bytes] = {}
    for path, files in attached.items():
        with saving(path.with_suffix(".eml")):
            data = {each.name: read_plain(each) for each in files if each.is_file()}
        drafts[path.with_suffix(".eml")] = draft(texts[path].decode(), data)
    return write_texts(drafts)


def file_words(assessment: Assessment, person: PersonId, most: int = 40) -> str:
    """Give somebody's name as it may stand in a file's, with the id where two names look alike."""
    name = plain(assessment.name_of(person), most)
    others = (e.name for e in assessment.contents.settings.everybody if e.id != person)
    alike = name.casefold() in {plain(each, most).casefold() for each in others}
    return f"{name} {person}" if alike else name


def receipt_letter(workspace: Workspace, words: str) -> Path:
    """Say where the letter lies that goes with a receipt; its draft lies beside it.

    Args:
        words: whose it is, as ``file_words`` has it.
    """
    return workspace.letters / f"Received - {words}.txt"


def letter_of_receipt(
    assessment: Assessment, person: Person, told: Mapping[str, object], files: Sequence[Path]
) -> Path:
    """Write the letter that goes with a receipt, and its draft; give the draft's path.

    Args:
        told: ``stored``, ``unchanged``, ``receipt``, and ``file`` to look at again.
        files: what is attached.

    Raises:
        AssessmentError: where it cannot be written, or the template is faulty.
    """
    due = due_for(assessment, person)
    values = {**_values(assessment, person, str(told["file"]), due), **told}
    values["look_again"] = bool(told["file"])
    text = Letter(assessment.workspace.folder, RECEIVED).fill(values)
    place = receipt_letter(assessment.workspace, file_words(assessment, person.id))
    texts = {place: text.encode()}
    write_texts(texts)
    (made,) = drafts_of(texts, {place: files})
    return made


def _letter(
    template: Letter, assessment: Assessment, each: Outgoing, due: datetime.date | None
) -> str:
    values = {"questions": f"{each.questions:,}", "minutes": each.minutes}
    return template.fill(_values(assessment, each.person, each.path.name, due) | values)


def _values(
    assessment: Assessment, person: Person, file: str, due: datetime.date | None
) -> dict[str, object]:
    """Give what every letter may place; ``docs/formats.md`` lists it."""
    settings = assessment.contents.settings
    return {
        "to": person.email or person.name,
        "name": person.name,
        "organisation": settings.organisation,
        "period": settings.period,
        "file": file,
        "due": said_date(due) if due else "",
        "officer": settings.officer.name,
        "officer_email": settings.officer.email,
    }


@dataclass(frozen=True, slots=True)
class Chased:
    """Somebody who is late or incomplete."""

    person: Person
    missing: int
    """Statements nobody has answered."""
    of: int
    file: str
    """The last questionnaire that went out, empty where none did."""
    received: str
    """Date of the last that came back, empty where none did."""
    due: datetime.date | None
    days_late: int
    """0 where the date has not passed, or none is set."""

    @property
    def state(self) -> str:
        """Say in a few words what is wanted."""
        if not self.file:
            return "not sent yet"
        return "incomplete" if self.received else "no reply"


def today() -> datetime.date:
    """Give the day it is."""
    return datetime.date.fromisoformat(now()[:10])


def chased(assessment: Assessment, on: datetime.date) -> tuple[Chased, ...]:
    """Give everybody with questions nobody has answered, the latest first."""
    settings, state = assessment.contents.settings, assessment.state
    found: list[Chased] = []
    for person_id, portion in assessment.contents.portions.items():
        person = settings.person(person_id)
        if person is None:
            continue
        far = progress_of(person_id, portion, settings, state)
        if not far.open:
            continue
        sent = [each for each in state.sent if each.person == person_id]
        came = [each.origin.time[:10] for each in state.returned(person_id)]
        due = due_for(assessment, person)
        late = (on - due).days if due else 0
        name = max(sent, key=lambda each: each.serial).name if sent else ""
        found.append(
            Chased(person, far.open, far.questions, name, max(came, default=""), due, max(late, 0))
        )
    return tuple(sorted(found, key=lambda each: -each.days_late))


def chase(folder: Path, output: Path | None = None) -> tuple[tuple[Chased, ...], list[Path]]:
    """Write a reminder for each person who is late or incomplete, and one CSV.

    Args:
        output: folder to write to; ``questionnaires/letters`` in the workspace if ``None``.

    Raises:
        AssessmentError: where they cannot be written, or a template is faulty.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    late = [each for each in chased(assessment, today()) if each.file]
    where = output or assessment.workspace.letters
    template = Letter(folder, REMINDER)
    mention_strange(folder)
    files: dict[Path, bytes] = {}
    attached: dict[Path, list[Path]] = {}
    rows: list[tuple[str, ...]] = [
        ("Name", "E-mail", "File", "Missing", "Of", "Last reply", "Due", "Days late")
    ]
    for each in late:
        name = f"Reminder - {file_words(assessment, each.person.id)}.txt"
        files[where / name] = _reminder(template, assessment, each).encode()
        attached[where / name] = [assessment.workspace.sent / each.file]
        rows.append(
            (
                each.person.name, each.person.email, each.file, str(each.missing), str(each.of),
                each.received, each.due.isoformat() if each.due else "", str(each.days_late),
            )
        )  # fmt: skip
    if late:
        list_name = f"{plain(settings.organisation, 30)} {plain(settings.period, 12)} - to chase"
        files[where / f"{list_name}.csv"] = csv_bytes(rows)
    written = write_texts(files)
    drafts_of(files, attached)
    return chased(assessment, today()), written


def _reminder(template: Letter, assessment: Assessment, each: Chased) -> str:
    values = {
        "questions": f"{each.of:,}",
        "missing": counted(each.missing, "answer"),
        "received": said_date(each.received) if each.received else "",
        "days_late": each.days_late,
    }
    return template.fill(_values(assessment, each.person, each.file, each.due) | values)
