"""What was said of files that came, kept beside them as a page."""

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from cyberassess.disk.files import write_whole
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import AssessmentError, Problem, Severity, counted, joined
from cyberassess.opening.files_for_people import dated, plain, saving
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.writing import now
from cyberassess.paper.documents.came_page import CameFile, CamePage, Remark
from cyberassess.paper.documents.start_pages import Link, page_html
from cyberassess.steps.receive.words import received_lines
from cyberassess.steps.send.chasing import receipt_letter

_FOLDER = "questionnaires"
_CELL = re.compile(r', sheet "(.+)", cell ([A-Z]+[0-9]+)$')


def keep_words(
    folder: Path, results: Sequence[ReceivedFile], *, dry_run: bool = False
) -> tuple[str, list[Problem]]:
    """Write what was said of files as a page; give its name, or why it cannot be written.

    Args:
        dry_run: only name it.
    """
    settings = Workspace(folder).read().settings
    on = datetime.date.fromisoformat(now()[:10])
    page = CamePage(
        f"{settings.organisation}, {settings.period}",
        settings.marking.filled,
        said_date(on),
        _lead(results),
        tuple(_file(folder, each) for each in results if not each.not_ours),
        tuple(CameFile(each.path.name, each.not_ours) for each in results if each.not_ours),
    )
    path = dated(folder / _FOLDER, on, "what came", ".html")
    try:
        if not dry_run:
            with saving(path, "page"):
                write_whole(path, page_html(page).encode())
    except AssessmentError as cause:
        return "", [replace(each, severity=Severity.NOTE) for each in cause.problems]
    return f"{_FOLDER}/{path.name}", []


def _lead(results: Sequence[ReceivedFile]) -> str:
    """Say what all files changed, in figures."""
    ours = [each for each in results if not each.not_ours]
    differ = sum(len(each.conflicts) for each in ours)
    stored = Counter[str]()
    for each in ours:
        stored[each.noun] += each.stored
    parts = [counted(count, noun) for noun, count in stored.items()]
    said = f"{counted(len(ours), 'file')}: stored {joined(parts)}" if ours else "No file is ours"
    said += f"; {counted(sum(len(e.problems) for e in ours), 'remark')}."
    return f"{said} People differ on {counted(differ, 'more statement')}." if differ else said


def _file(folder: Path, found: ReceivedFile) -> CameFile:
    first, *rest = received_lines(found)
    # NOTE: a line that was broken for the screen goes on four spaces further in
    lines = re.sub(r"\n {4,}", " ", "\n".join(rest)).splitlines()
    ours = [each for each in (found.kept_as, found.receipt, found.notes) if each]
    backs = [each for each in (_draft(folder, found), found.receipt, found.notes) if each]
    return CameFile(
        found.path.name,
        first.removeprefix(f"{found.path.name}: "),
        _link(found.kept_as),
        found.person,
        tuple(Link(Path(each).name, _link(each)) for each in backs),
        tuple(each.strip() for each in lines if not each.endswith(tuple(ours))),
        tuple(_remark(found, each) for each in found.problems),
    )


def _draft(folder: Path, found: ReceivedFile) -> str:
    """Name the draft of the e-mail that takes back what a questionnaire is answered with."""
    if not (found.receipt or found.notes) or found.noun != "answer":
        return ""
    place = receipt_letter(Workspace(folder), plain(found.person, 40)).with_suffix(".eml")
    return f"{_FOLDER}/{place.parent.name}/{place.name}" if place.is_file() else ""


def _remark(found: ReceivedFile, problem: Problem) -> Remark:
    place = problem.where.removeprefix(f"{found.path.name}, ")
    cell = _CELL.search(problem.where)
    href = ""
    if cell and found.kept_as:
        sheet = cell[1].replace("'", "''")
        at = quote(f"'{sheet}'!{cell[2]}", safe="!'")
        href = f"{_link(found.kept_as)}#{at}"
    return Remark(place, href, problem.message, problem.hint or "")


def _link(kept: str) -> str:
    """Give the link to a file of the workspace from the page; empty where there is none."""
    inside = kept.removeprefix(f"{_FOLDER}/")
    return quote(inside if inside != kept else f"../{kept}") if kept else ""
