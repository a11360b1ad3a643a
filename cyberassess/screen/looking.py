"""The screens on which the assessment is looked at."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

from werkzeug.wrappers import Response

from cyberassess.disk.evidence import check_file
from cyberassess.disk.files import joined, read_plain, temporary_folder
from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import AssessmentError, Severity
from cyberassess.opening.years import in_a_row
from cyberassess.paper.documents.start_pages import Link as PageLink
from cyberassess.paper.documents.start_pages import StartPage, StepRow
from cyberassess.screen.blocks import (
    Block,
    Cell,
    Heading,
    Items,
    Link,
    Links,
    Screen,
    Table,
    Text,
    to,
)
from cyberassess.screen.web import Query, Room
from cyberassess.steps.next_year.words import basis_lines, point_line
from cyberassess.steps.report.documents import DOCUMENTS
from cyberassess.steps.report.printing import Printed, Wanted, report_board, report_theme
from cyberassess.steps.standing.standing import status_of
from cyberassess.steps.standing.start import Pages
from cyberassess.steps.standing.tracing import traces

COMMANDS = {
    "approve": "reports",
    "ask": "ask",
    "chase": "people",
    "confirm": "waiting",
    "decisions": "waiting",
    "evidence": "evidence",
    "explain": "outcomes",
    "people": "people",
    "plan": "plan",
    "receive": "receive",
    "report": "reports",
    "resolve": "waiting",
    "send": "people",
    "systems": "waiting",
}
"""Which screen does what a command of this name does."""
READABLE = ("reports", "questionnaires", "reviews", "evidence", "plan")
"""Folders of the assessment whose files may be opened."""


def start(room: Room, _: Query) -> Screen:
    """Say who is late, what waits and what to do next."""
    page = Pages(status_of(room.assessment)).start()
    blocks: list[Block] = [Text(f"As of {page.on}.", "quiet")]
    blocks += [Text(line, "lead") for line in page.lead]
    if page.next_steps and not room.read_only:
        steps = [_next(each.text, each.command) for each in page.next_steps]
        blocks += [Heading("What to do next"), Items(steps)]
    if page.people:
        rows = [
            (
                answers_of(room, each.name),
                f"{each.answered} of {each.of}",
                each.state,
                each.due,
            )
            for each in page.people
        ]
        headings = ("Name", "Answered", "State", "Wanted by")
        blocks += [Heading("Who has replied"), Table(headings, rows)]
    for title, themes in page.sets:
        columns = ("Theme", "Outcomes that meet the target", "Level")
        blocks += [Heading(f"By theme: {title}"), Table(columns, themes)]
    blocks += files_of(page)
    if page.notes:
        blocks += [Heading("To know"), Items([(each,) for each in page.notes])]
    return Screen(page.title, blocks, "cyberassess status")


def answers_of(room: Room, name: str) -> Cell:
    """Give somebody's name, as a link to their questions where they can be answered."""
    return name if room.read_only else to("ask", name, person=name)


def files_of(page: StartPage, only: str = "") -> Iterator[Block]:
    """Give the assessment's files, of one kind or of all."""
    for kind, files in page.files:
        if only in {"", kind}:
            yield from (Heading(kind), Items([(_file(each),) for each in files]))


def _next(text: str, command: str) -> tuple[Cell, ...]:
    words = command.split()
    screen = COMMANDS.get(words[1], "") if len(words) > 1 else ""
    text = text.replace(" at the prompt", "")  # NOTE: there is none on a screen
    said: Cell = to(screen, text) if screen else text
    return (said, f"({command})") if command else (said,)


def _file(found: PageLink) -> Cell:
    path = found.path.removeprefix("../")
    if not path or unquote(path).partition("/")[0] not in READABLE or unquote(path).endswith("/"):
        return found.title
    return Link(found.title, f"file?path={quote(unquote(path), safe='')}")


def outcomes(room: Room, query: Query) -> Screen:
    """List every outcome in every place, or those below their target."""
    places = Pages(status_of(room.assessment)).start().places
    total = sum(len(place.outcomes) for place in places)
    below = sum(each.is_below for place in places for each in place.outcomes)
    only_below = query.get("only") == "below"
    titles = f"All: {total}", f"Below their target: {below}"
    links = [to("outcomes", titles[0]), to("outcomes", titles[1], only="below")]
    blocks: list[Block] = [Links(links, "Which outcomes", titles[only_below])]
    headings = ("Outcome", "Determination", "Target", "To know")
    for place in places:
        rows = [
            (
                Link(each.name, f"outcome?page={each.page.removeprefix('start/')}"),
                each.determination,
                each.target,
                each.notes,
            )
            for each in place.outcomes
            if each.is_below or not only_below
        ]
        if rows:
            blocks += [Heading(place.title), Table(headings, rows)]
    return Screen("Outcomes", blocks, "cyberassess score")


def outcome(room: Room, query: Query) -> Screen:
    """Show one outcome: statements, who said what, evidence, what would change it."""
    pages = Pages(status_of(room.assessment))
    wanted = query.get("page", "")
    scores = [e for e in room.assessment.card.outcomes if pages.page_of(e.key) == wanted]
    if not scores:
        raise AssessmentError.because("no-outcome", wanted, "There is no such outcome.")
    page = pages.outcome(next(iter(traces(room.assessment, scores[:1]))))
    blocks: list[Block] = [
        Text(f"{page.place}; {page.set}", "quiet"),
        Text(page.result, "lead"),
        Text(page.target, "below" if page.is_below else ""),
        Text(page.follows),
        *map(Text, page.views),
    ]
    if any(row.in_conflict for _, statements in page.groups for row in statements):
        blocks.append(
            Items([(to("waiting", "People differ on it: settle it", kind="Conflicts"),)])
        )
    if page.words:
        blocks += [Heading("In their words"), Items([(_step(each),) for each in page.words])]
    evidence = [(_file(each),) for each in page.evidence] or [("Nobody named any.",)]
    blocks += [Heading("Evidence"), Items(evidence)]
    if page.changes:
        blocks += [Heading("What would change it"), Items([(each,) for each in page.changes])]
    for title, statements in page.groups:
        rows = [
            (
                f"{each.id}{', decided it' if each.decides else ''}\n{each.text}",
                f"{each.counts}\n{each.says}".strip(),
                "\n".join(map(_step, each.steps)) or "nobody yet",
            )
            for each in statements
        ]
        headings = ("Statement", "Counts as", "Who said what, and where")
        blocks += [Heading(title or "Statement by statement"), Table(headings, rows)]
    if page.decisions:
        decided = [(_step(each),) for each in page.decisions]
        blocks += [Heading("What was decided"), Items(decided)]
    return Screen(page.name, blocks, page.command)


def _step(each: StepRow) -> str:
    reason = f" (“{each.reason}”)" if each.reason else ""
    return f"{each.who}: {each.text}{reason} [{each.when}, {each.where}]"


def years(room: Room, _: Query) -> Screen:
    """Put this year beside those before it."""
    found = in_a_row(room.assessment)
    years = found.trend.years
    blocks: list[Block] = [Items([(line,) for line in basis_lines(found)])]
    for kind, title in (("theme", "Themes"), ("system", "Systems"), ("outcome", "Outcomes")):
        rows = []
        for line in found.trend.lines:
            if line.kind == kind and any(each.of for each in line.points):
                said = {e.period: point_line(e).removeprefix(f"{e.period}: ") for e in line.points}
                name = f"{line.id} {line.title}" if kind == "outcome" else line.title
                rows.append((name, *(said.get(year.period, "") for year in years)))
        if rows:
            headings = (title.removesuffix("s"), *(year.period for year in years))
            blocks += [Heading(title), Table(headings, rows)]
    if found.notes:
        blocks += [Heading("To know"), Items([(str(each),) for each in found.notes])]
    return Screen("Years", blocks, "cyberassess trend")


KINDS = {
    "board": ("Board summary", "One page to decide on, and what stands behind it."),
    "theme": ("Report on the headline theme", "The theme that carries cyber resilience."),
    "full": ("Full report", "Result, gaps, outcomes with something to decide, method."),
    "soa": ("Statement of applicability", "What applies where, and what was left out."),
    "findings": ("Findings and plan", "Every gap with its action, owner, date and cost."),
}
"""Each with its title and what stands in it."""


def printed(folder: Path, kind: str, wanted: Wanted) -> Printed:
    """Print a document of a kind."""
    if kind not in KINDS:
        raise AssessmentError.because("no-report", kind, "There is no such report.")
    verbs: dict[str, Callable[..., Printed]] = {
        "board": report_board,
        "theme": report_theme,
        **DOCUMENTS,
    }
    return verbs[kind](folder, wanted)


def preview(room: Room, query: Query) -> Response:
    """Show a document as it would be printed, by its own policy: its style, and nothing else."""
    with temporary_folder() as scratch:
        made = printed(
            room.folder, query.get("kind", ""), Wanted(scratch / "p.html", suffix=".html")
        )
        data = read_plain(made.path)
    styles = re.findall(rb"<style[^>]*>(.*?)</style>", data, re.DOTALL)
    styles += sorted(set(re.findall(rb' style="([^"&]*)"', data)))  # NOTE: of columns and pictures
    digests = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in styles]
    policy = " ".join(["'unsafe-hashes'", *(f"'sha256-{each}'" for each in digests)])
    return Response(
        data,
        mimetype="text/html",
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src {policy}; img-src data:; "
            "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
        },
    )


def file(room: Room, query: Query) -> Response:
    """Hand out a file of the assessment, to be kept and opened by what it belongs to."""
    name = query.get("path", "")
    if name.partition("/")[0] not in READABLE:
        raise AssessmentError.because("no-file", name, "No such file is shown here.")
    path = joined(room.folder, name)
    for item in room.assessment.evidence.items:
        if item.stored == name:
            fault = check_file(room.folder, name, item.sha256, item.reference)
            if fault is not None and fault.severity is Severity.PROBLEM:
                raise AssessmentError(fault)
    if not path.is_file():
        raise AssessmentError.because("no-file", name, "There is no such file.")
    disposition = f"attachment; filename*=UTF-8''{quote(path.name, safe='')}"
    return Response(
        read_plain(path),
        mimetype="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


def when(day: date | None) -> str:
    """Give a date as it is read; empty where there is none."""
    return said_date(day) if day else ""
