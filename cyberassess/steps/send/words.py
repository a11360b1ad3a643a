"""What is said of questions that went out, and of reminders."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.errors import counted, fields_of
from cyberassess.opening.asks import LONG
from cyberassess.steps.people.words import Json
from cyberassess.terminal.fitting import table, wrap

if TYPE_CHECKING:
    from cyberassess.steps.send.chasing import Chased
    from cyberassess.steps.send.sending import SentFile, ToSend


def sent_lines(sent: "list[SentFile]") -> Iterator[str]:
    """Give one line a file."""
    for each in sent:
        yield (
            f"{each.person.name}: {counted(each.questions, 'question')}, about "
            f"{each.minutes} minutes"
        )
        yield f"  {each.path}"
    if any(each.minutes > LONG for each in sent):
        yield from wrap(
            f"More than {LONG} minutes are seldom answered at once. How it could be shared: "
            "cyberassess send --dry-run"
        )
    questions = counted(sum(each.questions for each in sent), "question")
    if any(each.earlier is not None for each in sent):
        earlier = sum(each.earlier or 0 for each in sent)
        yield f"{earlier:,} of {questions} come with an answer of last year."
    if this_year := sum(each.this_year for each in sent):
        yield f"{this_year:,} of {questions} come with an answer of earlier this year."
    yield from wrap(
        f"Wrote {counted(len(sent), 'workbook')}, and a draft of an e-mail for each to "
        "questionnaires/letters: open the .eml in your e-mail program, and send it."
    )
    yield "When they come back: cyberassess receive FILE"


def to_send_lines(found: "Sequence[ToSend]") -> Iterator[str]:
    """Say who would be sent how much."""
    asked = [each for each in found if each.load.questions]
    yield from table(
        [
            (
                each.person.name,
                counted(each.load.questions, "question"),
                f"about {each.load.minutes} minutes",
                _with_answers(each),
            )
            for each in asked
        ],
        indent="",
    )
    yield (
        f"{counted(len(asked), 'workbook')}, "
        f"{counted(sum(each.load.questions for each in asked), 'question')}. Nothing was written."
    )


def _with_answers(each: "ToSend") -> str:
    counts = {"last year": each.earlier, "earlier this year": each.this_year}
    said = [f"{count:,} with an answer of {when}" for when, count in counts.items() if count]
    return ", ".join(said)


def chased_lines(found: "Sequence[Chased]", paths: Sequence[Path]) -> Iterator[str]:
    """Say who is late or incomplete, and where the reminders are."""
    if not found:
        yield "Nobody is late, and nothing is missing."
        return
    rows = []
    for each in found:
        due = f"due {each.due.isoformat()}" if each.due else "no date set"
        late = f", {counted(each.days_late, 'day')} late" if each.days_late else ""
        rows.append(
            (
                each.person.name,
                f"{each.missing:,} of {each.of:,} unanswered by anybody",
                each.state,
                due + late,
            )
        )
    yield from table(rows, indent="")
    letters = [each for each in paths if each.suffix == ".txt"]
    if letters:
        yield from wrap(
            f"Wrote {counted(len(letters), 'reminder')} and a list to {letters[0].parent}. Each "
            "lies there as a draft too: open the .eml in your e-mail program, and send it."
        )
    if any(not each.file for each in found):
        yield "Some have no questionnaire yet: cyberassess send"


def chased_json(found: "Sequence[Chased]") -> Json:
    """Give ``chase --json``."""
    return {
        "schema": 1,
        "people": [
            {
                **fields_of(each.person, "id name email"),
                **fields_of(each, "state missing of file? received?"),
                "due": each.due.isoformat() if each.due else None,
                "days_late": each.days_late,
            }
            for each in found
        ],
    }
