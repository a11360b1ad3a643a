"""What was said of files that came, kept beside them as a page."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from cyberassess.disk.files import write_whole
from cyberassess.disk.workspace import Workspace
from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import AssessmentError, Problem, Severity
from cyberassess.opening.assessment import now
from cyberassess.opening.files_for_people import dated, saving
from cyberassess.opening.intake import ReceivedFile
from cyberassess.paper.documents.came_page import CameFile, CamePage, Remark
from cyberassess.paper.documents.start_pages import Link, page_html
from cyberassess.steps.receive.words import received_lines

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
        tuple(_file(each) for each in results if not each.not_ours),
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


def _file(found: ReceivedFile) -> CameFile:
    first, *_ = received_lines(found)
    backs = [each for each in (found.receipt, found.notes) if each]
    return CameFile(
        found.path.name,
        first.removeprefix(f"{found.path.name}: "),
        _link(found.kept_as),
        tuple(Link(Path(each).name, _link(each)) for each in backs),
        tuple(_remark(found, each) for each in found.problems),
    )


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
