"""Whether the assessment that ``previous`` names is the one before this one, and what is said."""

from cyberassess.domain.assessment import Settings
from cyberassess.domain.people.naming import folded
from cyberassess.domain.record import happened
from cyberassess.domain.record.recorded import State
from cyberassess.errors import Problem

PREVIOUS = happened.Previous.kind
"""The register of the assessment before this one."""


def why_not(ours: Settings, state: State, theirs: Settings, before: State) -> Problem | None:
    """Say why an assessment cannot be the one before this one; ``None`` where it can.

    Args:
        ours: the settings of this one, and ``state``.
        theirs: the settings of the other, and ``before``, its state.
    """
    recorded = state.record(PREVIOUS, ours.previous or "")
    if before.assessment == state.assessment and theirs.period == ours.period:
        return unusable(ours, "is this assessment itself, or a copy of it")
    if recorded is not None and recorded.fields["assessment"] != before.assessment:
        return unusable(
            ours,
            f"is not the assessment it was when last used: it is that of {theirs.organisation} "
            f"for {theirs.period} now",
        )
    return None


def unusable(ours: Settings, found: str) -> Problem:
    """Say what is wrong with the folder ``previous`` names, and what to do."""
    return Problem.note(
        "previous-unreadable",
        "assessment.yaml, previous",
        f'Last year cannot be read. "{ours.previous}" {found}.',
        "Correct previous: the folder of last year's assessment, as seen from this one; or take "
        "the line out. Until then this year is shown without last year beside it.",
    )


def anothers(ours: Settings, theirs: Settings) -> Problem | None:
    """Say that last year's assessment is of another organisation; ``None`` where it is not."""
    if folded(theirs.organisation) == folded(ours.organisation):
        return None
    return Problem.note(
        "previous-other",
        "assessment.yaml, previous",
        f'"{ours.previous}" is an assessment of {theirs.organisation}, not of '
        f"{ours.organisation}.",
        "It is used all the same. If it is the wrong one, correct previous.",
    )
