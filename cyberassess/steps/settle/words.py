"""What is said of differences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import counted
from cyberassess.terminal.fitting import wrap

if TYPE_CHECKING:
    from cyberassess.opening.conflicts import Conflict
    from cyberassess.opening.recording import Replaced
    from cyberassess.steps.settle.resolving import Difference


def replaced_lines(replaced: "list[Replaced]") -> list[str]:
    """Name the earlier answers that newer ones take the place of."""
    return [
        f"  {each.statement.indicator} in {each.statement.scope}: was {each.old}, is now "
        f"{each.new or 'withdrawn'}"
        for each in replaced
    ]


def conflict_lines(found: "list[Conflict]") -> Iterator[str]:
    """List open conflicts."""
    if not found:
        yield "Nobody differs."
        return
    for each in found:
        yield f"{each.statement.indicator}/{each.statement.scope}"
        yield from wrap(each.text, "  ")
        for name, answer, reason in each.answers:
            yield from wrap(f"- {name}: {answer}{f' ({reason})' if reason else ''}", "  ")
    yield (
        f"{counted(len(found), 'open conflict')}. Meanwhile the answer that gives the lower "
        "determination counts."
    )


def difference_lines(found: "list[Difference]") -> Iterator[str]:
    """List what branches changed differently, with the command that settles each."""
    for each in found:
        yield from wrap(f"Two copies of the assessment differ on {each.what}:")
        for choice in each.choices:
            yield from wrap(choice.text or "(nothing)", "  - ")
            yield f"    cyberassess resolve --keep {choice.ref} --reason …"
