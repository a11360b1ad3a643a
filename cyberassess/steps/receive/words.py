"""What is said of what came in."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cyberassess.errors import Problem, counted
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.review.words import review_received_lines
from cyberassess.steps.settle.words import replaced_lines
from cyberassess.terminal.fitting import came_lines, wrap

if TYPE_CHECKING:
    from cyberassess.domain.assessment import Person
    from cyberassess.steps.receive.importing import ImportedFile
    from cyberassess.terminal.prompts import Asked


def received_lines(found: "ReceivedFile") -> list[str]:
    """Give one summary line, and what was replaced; the same for a dry run."""
    if found.not_ours:
        return []
    if found.refused:
        lines = [f"{found.path.name}: refused"]
    else:
        stored = f"stored {counted(found.stored, found.noun)}"
        differ = f", {counted(len(found.conflicts), 'conflict')}" if found.conflicts else ""
        texts = f" and {counted(found.texts, 'text')}" if found.texts else ""
        lines = [
            f"{found.path.name}: {found.person}: {stored}{texts}, "
            f"{found.unchanged} unchanged, {counted(len(found.problems), 'remark')}{differ}"
        ]
    lines += replaced_lines(found.replaced)
    lines += [f"  in conflict now: {key.indicator}/{key.scope}" for key in found.conflicts]
    lines += [f"  {found.declared[0].upper()}{found.declared[1:]}"] if found.declared else []
    return [*lines, *came_lines(found)]


_MOST = 50


def not_ours_lines(results: "Sequence[ReceivedFile]") -> list[str]:
    """Name the files of a folder that are none of ours."""
    others = [each for each in results if each.not_ours]
    if not others:
        return []
    lines = [f"Not ours; looked at, and not copied: {counted(len(others), 'file')}"]
    lines += [f"  {each.path.name}: {each.not_ours}" for each in others[:_MOST]]
    if len(others) > _MOST:
        lines.append(f"  … and {counted(len(others) - _MOST, 'more file', 'more files')}")
    lines.append("If one of them is an answer after all, name it: cyberassess receive FILE")
    return lines


def drafts_lines(results: "Sequence[ReceivedFile]") -> Iterator[str]:
    """Say where the e-mails lie that take receipts back."""
    if any((each.receipt or each.notes) and each.noun == "answer" for each in results):
        yield from wrap(
            "What goes back to each person lies in a draft of an e-mail: open the .eml in "
            "questionnaires/letters, and send it."
        )


def asked_lines(asked: "Asked", person: "Person") -> Iterator[str]:
    """Say what was kept."""
    kept = f"Kept {counted(asked.answers, 'answer')} and {counted(asked.texts, 'text')}"
    yield from wrap(f"{kept} for {person.name}.")
    if asked.left:
        yield f"{counted(asked.left, 'question')} still open."
        yield f'To go on: cyberassess ask --as "{person.name}"'


def imported_lines(found: "ImportedFile | ReceivedFile", *, dry_run: bool) -> Iterator[str]:
    """Say what an import brought: answers, or the assurer's determinations."""
    if isinstance(found, ReceivedFile):
        yield from review_received_lines(found, dry_run=dry_run)
        return
    made = found.plan
    verb = "would store" if dry_run else "stored"
    where = f" for {found.scopes[0].title}" if found.scopes else ""
    yield (
        f"{found.path.name}: {counted(found.answers, 'answer')} found, {verb} "
        f"{counted(made.stored, 'answer')} and {counted(made.texts, 'text')}{where}, "
        f"{made.unchanged} unchanged. Person: {found.person}."
    )
    yield from replaced_lines(made.replaced)
    if found.contradictions:
        yield (
            f"{counted(len(found.contradictions), 'stored status', 'stored statuses')} "
            "contradict their own statements:"
        )
    if found.differing:
        yield (
            f"{counted(len(found.differing), 'pair')} of statements say the same but are "
            "answered differently; both stand as they came, and no score changes by it:"
        )
        for first, second in found.differing:
            yield f"  {first.indicator} and {second.indicator} in {first.scope}"


def import_remarks(found: "ImportedFile | ReceivedFile") -> list[Problem]:
    """Give all that is said of what was imported."""
    more = [] if isinstance(found, ReceivedFile) else found.contradictions
    return [*found.problems, *more]
