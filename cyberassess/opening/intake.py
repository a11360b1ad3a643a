"""What became of a file that came in."""

from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.domain.assessment import StatementKey
from cyberassess.errors import Problem
from cyberassess.opening.recording import Replaced


@dataclass
class ReceivedFile:
    """What became of one file."""

    path: Path
    person: str = ""
    stored: int = 0
    """Statements answered, changed, confirmed or withdrawn."""
    texts: int = 0
    unchanged: int = 0
    replaced: list[Replaced] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[StatementKey] = field(default_factory=list)
    """Statements people differ on since this file."""
    refused: bool = False
    kept_as: str = ""
    """Where the original lies in the workspace, or would lie after a dry run."""
    receipt: str = ""
    """Where the receipt lies, as ``kept_as``; empty where nothing was new."""
    notes: str = ""
    """Where the workbook lies that asks to look again, as ``kept_as``; empty where none is
    needed."""
    declared: str = ""
    """What the declaration is worth now, in words; empty where nobody said anything."""
