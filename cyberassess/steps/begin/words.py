"""What is said of a new assessment."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.terminal.text import wrap

if TYPE_CHECKING:
    from cyberassess.steps.begin.setup import Created, NewAssessment


def new_lines(made: "Created", wanted: "NewAssessment") -> Iterator[str]:
    """Say what was made and what to do next."""
    yield f"Made {made.folder} for {wanted.organisation}, {wanted.period}."
    yield f"Control sets: {', '.join(wanted.frameworks)}. Target: {', '.join(wanted.profiles)}."
    for note in made.notes:
        yield from wrap(note)
    yield "Look at assessment.yaml: it says who is asked what."
    yield f"Next: cyberassess -C {made.folder} send"
