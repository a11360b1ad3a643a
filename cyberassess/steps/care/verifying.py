"""Verifying a folder, and the workbooks in a pack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.disk.files import by_name, sha256_of
from cyberassess.disk.pack import unpack
from cyberassess.domain.record.reviewing import REVIEW_FILE
from cyberassess.errors import AssessmentError, LedgerError, Problem, Severity
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.years import unlike_upgrades
from cyberassess.steps.care.cells import CellsVerified, verify_cells
from cyberassess.steps.evidence.evidencing import file_problems
from cyberassess.steps.pack.files import (
    RECEIVED,
    REVIEWS,
    Hashes,
    Manifest,
    originals_of,
    withheld_files,
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``verify`` looked at, and what it found wrong."""

    segments: int
    events: int
    head: str
    answers: int
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    cells: CellsVerified = field(default_factory=CellsVerified)


def verify(folder: Path) -> Verified:
    """Check the ledger, the pinned files and the originals; derive everything again."""
    try:
        assessment = open_assessment(folder)
        unlike = [*unlike_upgrades(assessment)]
    except LedgerError as cause:
        return Verified(0, 0, "", 0, cause.problems, ())
    except AssessmentError as cause:
        if any(problem.code == "no-assessment" for problem in cause.problems):
            raise
        return Verified(0, 0, "", 0, cause.problems, ())
    state = assessment.state
    problems = [each for each in assessment.notes if each.severity is Severity.PROBLEM]
    workspace = assessment.workspace
    kept = {
        folder: {sha256_of(path): path for path in by_name(folder.glob("*")) if path.is_file()}
        for folder in (workspace.received, workspace.reviews)
    }
    problems += unlike
    problems += _missing_originals(assessment, kept)
    problems += file_problems(assessment)
    cells = verify_cells(assessment, {k: v for files in kept.values() for k, v in files.items()})
    problems += cells.problems
    assert assessment.card is not None  # noqa: S101 - derived again, raising where it cannot be
    return Verified(
        len(assessment.reading.segments),
        state.events,
        " ".join(state.heads),
        sum(len(given) for given in state.answers.values()),
        tuple(problems),
        tuple(each for each in assessment.notes if each.severity is Severity.NOTE),
        cells,
    )


def _missing_originals(
    assessment: Assessment, kept: Mapping[Path, Mapping[str, Path]]
) -> Iterator[Problem]:
    """Name files that came in, of any kind, and are not kept as they came."""
    workspace, state = assessment.workspace, assessment.state
    sources = [each.source for changes in state.history.values() for each in changes]
    sources += [each.source for claims in state.claims.values() for each in claims]
    came = [(each.sha256, each.name) for each in state.received]
    came += [(each.file, each.name) for each in sources if each.kind == "import" and each.file]
    reviews = [(each.key[0], str(each.fields["name"])) for each in state.register(REVIEW_FILE)]
    for folder, files in ((workspace.received, came), (workspace.reviews, reviews)):
        for sha256, name in dict.fromkeys(files):
            if sha256 not in kept[folder]:
                yield Problem(
                    "original-missing",
                    folder.relative_to(workspace.folder).as_posix(),
                    f'The original of "{name}" ({sha256[:8]}) is gone or was changed.',
                    "Restore it from a backup; what it said is in the ledger.",
                )


def verify_packed(
    path: Path, hashes: Hashes, assessment: Assessment, manifest: Manifest, scratch: Path
) -> CellsVerified:
    """Look for what the ledger says of cells in the workbooks of a checked pack.

    Args:
        scratch: a folder of our own to unpack them to.

    Raises:
        AssessmentError: where there is no room to unpack them.
    """
    named = originals_of(assessment)
    lying = {
        sha256: name
        for name, sha256 in hashes.items()
        if sha256 in named and name.startswith((RECEIVED, REVIEWS))
    }
    originals = {sha256: scratch / "originals" / f"{sha256}.xlsx" for sha256 in lying}
    try:
        unpack(path, {lying[sha256]: target for sha256, target in originals.items()})
    except OSError as cause:
        message = f"The workbooks inside cannot be unpacked: {cause.strerror}."
        hint = "Look at the space on the disk."
        raise AssessmentError.because("not-unpacked", path.name, message, hint) from cause
    return verify_cells(assessment, originals, withheld_files(assessment, manifest))
