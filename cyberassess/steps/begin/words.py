"""What is said of a year that was rolled over."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cyberassess.terminal.fitting import typed, wrap

if TYPE_CHECKING:
    from cyberassess.steps.begin.next_settings import Left
    from cyberassess.steps.begin.rolling_over import RolledOver


def rolled_over_lines(found: "RolledOver", *, dry_run: bool) -> Iterator[str]:
    """Say what came over, what did not and why, and what stands beside the questions."""
    made = "Would make" if dry_run else "Made"
    yield f"{made} {found.folder} for {found.period}, after {found.before}."
    yield "Comes over:"
    for text in found.came:
        yield from wrap(text, indent="  ")
    yield "Does not:"
    why = "last year's; each answer stands beside its question, to be confirmed"
    yield from wrap(f"Answers, determinations, reviews, approvals: {why}", indent="  ")
    for line in _left(found.left):
        yield from wrap(line, indent="  ")
    for asked in found.asking:
        new = asked.questions - asked.confirm - asked.again
        yield from wrap(
            f"{asked.framework}: {asked.confirm:,} of {asked.questions:,} questions come with "
            f"last year's answer, to be confirmed; {asked.again:,} are asked again with last "
            f"year's words and answer beside; {new:,} have nothing of last year."
        )
    for note in found.notes:
        yield from wrap(f"Last year: {note.message} {note.hint}".rstrip())
    if dry_run:
        yield "Nothing was made."
    else:
        yield "Look at assessment.yaml: it says who is asked what."
        yield f"Next: cyberassess -C {typed(found.folder)} send"


_FEW = 3
"""What is named one by one where the reason is the same."""


def _left(left: "Sequence[Left]") -> Iterator[str]:
    """Name what did not come over; much that has one reason stands on one line."""
    together: dict[str, list[Left]] = {}
    for each in left:
        together.setdefault(each.why, []).append(each)
    for why, several in together.items():
        if len(several) <= _FEW or not all(each.ref for each in several):
            yield from (f"{each.what}: {why}" for each in several)
        else:
            yield f"{', '.join(each.ref for each in several)}: {why}"
