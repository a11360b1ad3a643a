"""Answers in, from workbooks that came back."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.adapters.files import sha256_of
from cyberassess.adapters.segments import new_text
from cyberassess.adapters.workspace import Workspace
from cyberassess.app.naming import keep_original
from cyberassess.app.opening import (
    Assessment,
    Event,
    Rehearsal,
    Writing,
    rehearse,
    writing,
)
from cyberassess.app.recording import Replaced, Voice, plan
from cyberassess.app.settling import conflicts
from cyberassess.domain.assessment import (
    PersonId,
    StatementKey,
)

if TYPE_CHECKING:
    from cyberassess.adapters.xlsx.guard import Reader

from cyberassess.domain.ledger import State, fold, up_to
from cyberassess.errors import (
    AssessmentError,
    Problem,
    WorkbookError,
)


@dataclass
class ReceivedFile:
    """What became of one file."""

    path: Path
    person: str = ""
    stored: int = 0
    """Statements answered, changed or withdrawn."""
    texts: int = 0
    unchanged: int = 0
    replaced: list[Replaced] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[StatementKey] = field(default_factory=list)
    """Statements people differ on since this file."""
    refused: bool = False
    kept_as: str = ""
    """Where the original lies in the workspace; empty on a dry run."""


def receive(
    folder: Path,
    paths: Iterable[Path],
    *,
    dry_run: bool = False,
    by: str | None = None,
    on_file: Callable[[ReceivedFile], None] = lambda _: None,
) -> list[ReceivedFile]:
    """Take in questionnaires that came back: each is a segment of its own.

    Args:
        paths: files, or folders whose files are all taken.
        dry_run: say what would change, and change nothing.
        on_file: called after each file is safe.

    Raises:
        AssessmentError: where a path is not there, or nothing can be written.
    """
    from cyberassess.adapters.xlsx.guard import Reader

    files = list(_files(paths))
    rehearsal = rehearse(folder, "receive") if dry_run else None
    results: list[ReceivedFile] = []
    with Reader() as reader:
        for path in files:
            result = ReceivedFile(path)
            try:
                if rehearsal is not None:
                    _receive_one(result, reader, rehearsal)
                else:
                    with writing(folder, "receive", by=by) as session:
                        _receive_one(result, reader, session)
            except WorkbookError as cause:
                result.refused = True
                result.problems += cause.problems
                if not dry_run:
                    _keep_refused(result, folder)
            results.append(result)
            on_file(result)
    return results


def _keep_refused(result: ReceivedFile, folder: Path) -> None:
    try:
        result.kept_as = keep_original(result.path, Workspace(folder).refused)
    except AssessmentError as cause:
        result.problems += cause.problems


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file())
            if not inside:
                raise AssessmentError(
                    Problem(
                        "empty-folder", str(path), "The folder is empty.", "Nothing was changed."
                    )
                )
            yield from inside
        elif path.exists():
            yield path
        else:
            raise AssessmentError(
                Problem(
                    "not-there", str(path), "There is no such file.", "Nothing was changed by it."
                )
            )


def _receive_one(result: ReceivedFile, reader: "Reader", session: Writing) -> None:
    from cyberassess.adapters.xlsx.decisions_book import is_decisions
    from cyberassess.adapters.xlsx.responses import read_return
    from cyberassess.app import deciding

    assessment = session.assessment
    book = reader.read(result.path)
    if is_decisions(book):
        deciding.take(result, session, book)
        return
    sha256 = sha256_of(result.path)
    name = result.path.name
    returned = read_return(book, name, sha256, assessment.frameworks)
    if returned.assessment != assessment.state.assessment:
        raise WorkbookError(_foreign(name, returned.organisation, returned.period, assessment))
    asked = _whose(assessment, name, returned.person)
    result.person = returned.completed_by or assessment.name_of(asked)
    person = session.meet(returned.completed_by) if returned.completed_by else asked
    then = _state_at(assessment, returned.head)
    made = plan(assessment, Voice(person, asked, then), returned.replies)
    result.stored, result.texts = made.stored, made.texts
    result.unchanged, result.replaced = made.unchanged, made.replaced
    result.problems += [*returned.problems, *made.problems]
    if not made.events and any(each.sha256 == sha256 for each in assessment.state.received):
        session.pending.clear()
        return
    if not isinstance(session, Rehearsal):
        result.kept_as = keep_original(result.path, assessment.workspace.received, sha256)
    before = {each.statement for each in conflicts(assessment)}
    event: Event = {
        "type": "received",
        "person": person,
        "name": new_text(name),
        "sha256": sha256,
        "serial": returned.serial,
        "accepted": True,
        "stored": made.stored + made.texts,
        "problems": len(result.problems),
    }
    session.write([*made.events, event])
    after = [each.statement for each in conflicts(session.assessment)]
    result.conflicts = [each for each in after if each not in before]


def _foreign(name: str, organisation: str, period: str, assessment: Assessment) -> Problem:
    settings = assessment.contents.settings
    if (organisation, period) == (settings.organisation, settings.period):
        found = "another assessment with the same name and period"
    else:
        found = f"{organisation or 'another organisation'}, {period or 'another period'}"
    return Problem(
        "another-assessment",
        name,
        f"This questionnaire belongs to {found}.",
        f"This assessment is {settings.organisation}, {settings.period}. Nothing was stored "
        "from it; receive it there, or send a new one with cyberassess send.",
    )


def _whose(assessment: Assessment, name: str, person: str) -> PersonId:
    known = {each.id for each in assessment.contents.settings.everybody}
    known |= {*assessment.state.met, *(each.person for each in assessment.state.sent)}
    if person not in known:
        raise WorkbookError(
            Problem(
                "unknown-person",
                name,
                f'The sheet "About this file" names the person "{person}", who is nobody here.',
                "Nothing was stored from it. Was that sheet changed? Send a new questionnaire.",
            )
        )
    return PersonId(person)


def _state_at(assessment: Assessment, head: str) -> State | None:
    then = up_to(assessment.reading.segments, head)
    return fold(then) if then else None
