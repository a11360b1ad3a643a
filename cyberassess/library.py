"""The verbs of the commands as functions for a script; ``docs/library.md`` teaches them.

Each raises ``CyberassessError`` where the command would refuse, with every problem.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.errors import CyberassessError, Problem, ReportError, closest
from cyberassess.opening import assessment as opening
from cyberassess.opening.assessment import Assessment

if TYPE_CHECKING:
    from cyberassess.domain.result.scoring import OutcomeScore, Scorecard
    from cyberassess.domain.sets.framework import Framework
    from cyberassess.opening.intake import ReceivedFile
    from cyberassess.steps.begin.setup import Created
    from cyberassess.steps.care.pack import PackVerified
    from cyberassess.steps.care.verifying import Verified
    from cyberassess.steps.pack.packing import PackMade
    from cyberassess.steps.report.printing import Printed
    from cyberassess.steps.send.sending import SentFile

__all__ = ["Assessment", "CyberassessError", "Problem"]


def load_framework(ref: str, folder: Path | str | None = None) -> "Framework":
    """Read a control set, ``ncsc-caf@3.2``: a shipped one, or one in a folder laid out alike."""
    from cyberassess.disk.framework_yaml import open_shelf

    return open_shelf(Path(folder) if folder is not None else None).framework(ref).framework


def new(
    folder: Path | str,
    *,
    organisation: str,
    period: str,
    frameworks: Sequence[str],
    profiles: Sequence[str],
    no_profile_reason: str = "",
    systems: Sequence[str] = (),
    cloud_services: Sequence[str] = (),
    respondents: Sequence[str] = (),
    officer: str = "",
    due: str = "",
) -> "Created":
    """Begin an assessment in a new or empty folder.

    Args:
        frameworks: ``ncsc-caf@3.2`` each; the first carries the headline.
        profiles: the targets; ``none`` where there is none, with ``no_profile_reason``.
        respondents: ``NAME <EMAIL>[:ROLE,…[@SCOPE]]`` each; the officer answers the rest.
        officer: ``NAME <EMAIL>``.
        due: ``2026-10-30``.
    """
    from cyberassess.steps.begin.setup import NewAssessment
    from cyberassess.steps.begin.setup import new as begin

    wanted = NewAssessment(
        organisation,
        period,
        tuple(frameworks),
        tuple(profiles),
        no_profile_reason,
        tuple(systems),
        tuple(cloud_services),
        tuple(respondents),
        officer,
        due,
    )
    return begin(Path(folder), wanted)


def open_assessment(folder: Path | str) -> Assessment:
    """Read an assessment as it stands now; what is written later is not in it."""
    return opening.open_assessment(Path(folder))


def send(
    folder: Path | str,
    *,
    to: Sequence[str] = (),
    comments: Sequence[str] = (),
    without_last_year: bool = False,
    by: str | None = None,
    on_file: Callable[["SentFile"], None] = lambda _: None,
) -> list["SentFile"]:
    """Write one workbook for each person who is asked something, and a letter for each.

    Args:
        to: names or ids; everybody if empty.
        comments: ``REF: TEXT`` each, for the one person named.
        without_last_year: send all the same where last year cannot be read.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        on_file: called after each file.
    """
    from cyberassess.steps.send.sending import send as send_all

    return send_all(
        Path(folder), to=to, comments=comments, without_last_year=without_last_year, by=by,
        on_file=on_file,
    )  # fmt: skip


def receive(
    folder: Path | str,
    paths: Iterable[Path | str],
    *,
    dry_run: bool = False,
    by: str | None = None,
    on_file: Callable[["ReceivedFile"], None] = lambda _: None,
) -> list["ReceivedFile"]:
    """Take in workbooks that came back; a file that cannot be used stops no other.

    Args:
        paths: files, or folders whose files are all taken.
        dry_run: say what would change, and change nothing.
        by: ``NAME, ROLE`` of who does it; the officer if ``None``.
        on_file: called after each file is safe.
    """
    from cyberassess.steps.receive.receiving import receive as take

    return take(Path(folder), map(Path, paths), dry_run=dry_run, by=by, on_file=on_file)


def score(assessment: Assessment) -> "Scorecard":
    """Give everything that follows from the answers by the published rules."""
    return assessment.card


def explain(
    assessment: Assessment, outcome: str, scope: str | None = None
) -> list["OutcomeScore"]:
    """Give an outcome in every scope, or in one, with the statements that decided it."""
    from cyberassess.steps.standing.results import find_scores

    return find_scores(assessment, outcome, scope)


def report(
    folder: Path | str,
    kind: str,
    output: Path | str | None = None,
    *,
    force: bool = False,
    version: int | None = None,
    **options: str,
) -> "Printed":
    """Print a document.

    Args:
        folder: of the assessment.
        kind: the word after ``cyberassess report``: ``board``, ``full``, ``soa`` …
        output: its ending says what is written: ``.pdf``, ``.html``, and ``.docx`` for the board;
            a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.
        version: an approved one; the present state if ``None``.
        options: ``edition`` and ``decision`` of the board summary, ``theme`` of a theme's report.
    """
    from cyberassess.steps.report import printing
    from cyberassess.steps.report.documents import DOCUMENTS

    kinds: dict[str, Callable[..., Printed]] = {
        "board": printing.report_board,
        "theme": printing.report_theme,
        **DOCUMENTS,
    }
    if kind not in kinds:
        hint = closest(kind, list(kinds)) or f"There are: {', '.join(kinds)}."
        found = f'"{kind}" is not a report.'
        raise ReportError(Problem("unknown-report", "", found, f"{hint} Nothing was written."))
    path = Path(output) if output is not None else None
    suffix = path.suffix if path else ".pdf"
    endings = [".pdf", ".html", *([".docx"] if kind == "board" else [])]
    if suffix not in endings:
        found = f'"{suffix}" is not an ending this report is written with.'
        hint = f"There are: {', '.join(endings)}. Nothing was written."
        raise ReportError(Problem("unknown-ending", str(path), found, hint))
    wanted = printing.Wanted(path, force, suffix, version)
    return kinds[kind](Path(folder), wanted, **options)


def pack(
    folder: Path | str,
    output: Path | str | None = None,
    *,
    force: bool = False,
    only: Sequence[str] = (),
    redact: bool = False,
    key: Path | str | None = None,
    with_report: bool = True,
) -> "PackMade":
    """Write the evidence pack an auditor can check alone.

    Args:
        folder: of the assessment.
        output: a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.
        only: outcomes, or outcomes in scopes; all if empty.
        redact: withhold evidence marked personal or restricted, and say so.
        key: an SSH key to sign with.
        with_report: print the full report into it.
    """
    from cyberassess.steps.pack.packing import PackWanted
    from cyberassess.steps.pack.packing import pack as make

    wanted = PackWanted(
        Path(output) if output is not None else None,
        force,
        tuple(only),
        redact=redact,
        key=Path(key) if key is not None else None,
        report=with_report,
    )
    return make(Path(folder), wanted)


def verify(path: Path | str, key: Path | str | None = None) -> "Verified | PackVerified":
    """Check an assessment's folder or a pack, and derive every number again.

    Args:
        path: the folder, or the pack.
        key: of the pack's sender, as a file or its fingerprint, if it came another way.
    """
    from cyberassess.steps.care.pack import verify_pack
    from cyberassess.steps.care.verifying import verify as verify_folder

    path = Path(path)
    return verify_folder(path) if path.is_dir() else verify_pack(path, key=key)
