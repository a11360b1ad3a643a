"""What ``verify`` says of the cells that answers came from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberassess.cli.words import wrap

if TYPE_CHECKING:
    from cyberassess.app.cell_verifying import CellsVerified

Json = dict[str, Any]  # NOTE: printed as it is.

_NOT_WHO = (
    "That shows that ledger and workbooks agree, not who wrote them: whoever writes the ledger "
    "can write the workbooks too, but then those of every person."
)


def cell_lines(found: "CellsVerified") -> Iterator[str]:
    """Say how much was found again in its cell, and what had none or was withheld."""
    if found.named:
        said = [f"{found.found.get(kind, 0):,} of {of:,} {kind}" for kind, of in _counts(found)]
        yield from wrap(f"{_listed(said)} found again in their cells.")
        yield from wrap(_NOT_WHO)
    if found.without_cell:
        yield from wrap(
            f"Nothing to compare: {found.without_cell:,} typed, imported or settled, so without a "
            "cell."
        )
    if found.withheld:
        yield from wrap(f"Not compared: {found.withheld:,} whose workbook or text was withheld.")


def _counts(found: "CellsVerified") -> list[tuple[str, int]]:
    return sorted(found.named.items())


def _listed(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def cells_json(found: "CellsVerified") -> Json:
    """Give the same for ``verify --json``."""
    return {
        "named": sum(found.named.values()),
        "found": sum(found.found.values()),
        "by_kind": {
            kind: {"named": of, "found": found.found.get(kind, 0)} for kind, of in _counts(found)
        },
        "without_cell": found.without_cell,
        "withheld": found.withheld,
    }
