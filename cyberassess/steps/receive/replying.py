"""What goes back to whoever answered: a receipt, and a workbook that asks to look again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk.files import is_full
from cyberassess.domain.assessment import Person, PersonId
from cyberassess.domain.people.questions import (
    Document,
    EvidenceReply,
    Fix,
    Questionnaire,
    questionnaire,
)
from cyberassess.domain.record import happened
from cyberassess.errors import Problem, Severity
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.documenting import documents_of
from cyberassess.opening.files_for_people import moment, plain
from cyberassess.opening.offering import offers_to
from cyberassess.steps.send.chasing import file_words
from cyberassess.steps.send.sending import file_name, questions_for, short_name
from cyberassess.version import __version__

if TYPE_CHECKING:
    from cyberassess.books.questionnaire.reading import Return
    from cyberassess.books.questionnaire.receipt import Receipt

_FOR_THE_OFFICER = {"older", "older-file", "tie", "other-framework", "not-asked-here"}
"""What the person who answered can do nothing about."""
_WORTH_A_LOOK = {"reason-missing", "no-longer-true", "says-less", "asked-now"}
"""What nobody refused, and is still worth a look."""


def fixes_in(returned: "Return", problems: Iterable[Problem], name: str) -> tuple[Fix, ...]:
    """Give what the sender of a return should look at, in reading order.

    Args:
        returned: the return.
        problems: found in it.
        name: of the file.
    """
    rows = {_row_of(place): ref for place, (ref, _) in returned.typed.items()}
    found: list[Fix] = []
    for each in problems:
        asks = each.severity is Severity.PROBLEM and each.code not in _FOR_THE_OFFICER
        if asks or each.code in _WORTH_A_LOOK:
            ref = rows.get(_row_of(each.where), "")
            place = each.where.removeprefix(name).removeprefix(", ")
            found.append(Fix(ref, place, f"{each.message} {each.hint}".strip()))
    return tuple(found)


def _row_of(place: str) -> str:
    """Give the place of a cell's row: what is struck through or hidden stands in it too."""
    return re.sub(r"(, cell )[A-Z]+([0-9]+)$", r"\1\2", place)


@dataclass(frozen=True, slots=True)
class Notes:
    """A workbook that asks to look again, about to be written."""

    path: Path
    what: Questionnaire
    event: happened.Sent
    """Records it as sent."""

    def write(self, time: str) -> None:
        """Write it.

        Args:
            time: that stands in the file.

        Raises:
            OSError: where it cannot be written.
        """
        from cyberassess.books.questionnaire.writing import write_questionnaire

        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_questionnaire(self.path, self.what, created=moment(time), tool=__version__)


def notes_for(
    assessment: Assessment,
    returned: "Return",
    fixes: Sequence[Fix],
    *,
    person: PersonId,
    sha256: str,
) -> Notes:
    """Give a fresh workbook with everything that was answered, and what to look at.

    Args:
        assessment: as it stands with what could be stored.
        returned: the return.
        fixes: what to look at; never empty.
        person: who filled the return in.
        sha256: of the return.

    Raises:
        AssessmentError: where the person is asked nothing any more.
    """
    asked = PersonId(returned.person)
    what = questions_for(assessment, asked)
    wrong = {each.ref for each in fixes}
    # NOTE: what somebody else answered is theirs, and is carried over as it was typed
    others = person != asked or bool(returned.answered_by)
    remarks: dict[str, str] = dict(what.remarks)
    for each in fixes:
        if each.ref:
            remarks[each.ref] = "\n".join((*remarks.get(each.ref, "").splitlines(), each.text))
    what = replace(
        what,
        remarks=remarks,
        typed={
            ref: typed
            for ref, typed in returned.typed.values()
            if ref in wrong or (others and any(typed.values()))
        },
        fixes=tuple(fixes),
        documents=(*what.documents, *_refused(returned, fixes)),
        completed_by=returned.completed_by,
        answered_by={sheet: each.name for sheet, each in returned.answered_by.items()},
    )
    name = file_name(assessment, what, set()).removesuffix(".xlsx")
    path = assessment.workspace.notes / f"{name} - look again.xlsx"
    texts = [*remarks.values(), *(text for each in fixes for text in each if text)]
    event = happened.Sent(
        person=asked,
        name=path.name,
        serial=what.serial,
        head=what.head,
        questions=what.questions,
        remarks=list(dict.fromkeys(texts)),
        about=sha256,
    )
    return Notes(path, what, event)


def _refused(returned: "Return", fixes: Sequence[Fix]) -> Iterator[Document]:
    """Give the documents that could not be stored as they stood."""
    places = {each.place for each in fixes}
    yield from returned.refused_documents
    for reply in returned.replies:
        if isinstance(reply, EvidenceReply):
            place = f'sheet "{reply.source.sheet}", cell {reply.source.cell}'
            if place in places:
                yield reply.document


def receipt_path(assessment: Assessment, asked: PersonId, person: PersonId) -> Path:
    """Give where a person's receipt lies."""
    settings = assessment.contents.settings
    name = file_words(assessment, person, 40 if person == asked else 20)
    if person != asked:
        name = f"{name} for {file_words(assessment, asked, 20)}"
    start = f"{short_name(settings.organisation)} {plain(settings.period, 12)}"
    return assessment.workspace.receipts / f"{start} receipt - {name}.xlsx"


def write_receipt(
    assessment: Assessment, asked: PersonId, person: PersonId, facts: "Receipt"
) -> Path:
    """Write what is stored of a person's answers, with the ledger's head.

    Raises:
        OSError: where it cannot be written.
    """
    from cyberassess.books.questionnaire.receipt import write_receipt as write

    settings = assessment.contents.settings
    known = settings.person(person)
    who = known or Person(id=person, name=assessment.name_of(person))
    portion = assessment.contents.portions.get(asked, ())
    what = questionnaire(
        who,
        portion,
        settings,
        assessment.state,
        frameworks=assessment.frameworks,
        serial=0,
        offers=offers_to(assessment, asked, person),
    )
    what = replace(what, documents=documents_of(assessment, what))
    path = receipt_path(assessment, asked, person)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, what, facts, tool=__version__)
    return path


def not_written(place: str, cause: OSError) -> Problem:
    """Say that something that goes back could not be written; the answers are safe."""
    act = "Make room on the disk" if is_full(cause) else "Close it if it is open"
    return Problem(
        "not-written",
        place,
        f"It cannot be written: {cause.strerror}.",
        f"The answers are stored. {act}, and receive the file again.",
        Severity.NOTE,
    )
