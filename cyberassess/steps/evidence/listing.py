"""Evidence by list: a spreadsheet of files and links, what each shows, and for which outcomes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberassess.books.table_book import Column, Kind
from cyberassess.books.tables import Row, read_table
from cyberassess.disk.evidence import Kept, keep, look_at
from cyberassess.disk.files import joined, sha256_of
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.people.questions import Document, EvidenceReply
from cyberassess.domain.record.evidence import Facts, Held, Item, check_facts
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.documenting import plan_documents
from cyberassess.opening.outcomes import Supported, one_or_all, supported
from cyberassess.opening.writing import Writing, rehearse, writing
from cyberassess.steps.evidence.evidencing import drop_unrecorded, record, with_names

_DOCUMENT, _SHOWS, _FOR = "File or link", "What it shows", "For"
_DATED, _UNTIL = "Its date", "Good until"
_REFUSED = "The row was not recorded."
KIND = Kind(
    (
        Column(
            _DOCUMENT,
            300,
            takes_links=True,
            also=("File", "Link", "URL", "Path", "Document", "Location", "Where to find it"),
        ),
        Column("Title", 200, also=("Name", "Document title")),
        Column(_SHOWS, 300, takes_links=True, also=("Shows", "Description", "What it proves")),
        Column(
            _FOR,
            160,
            also=(
                "Outcome",
                "Outcomes",
                "Which outcomes",
                "Supports",
                "Refs it supports",
                "Control",
                "Requirement",
            ),
        ),
        Column(_DATED, 100, is_date=True, also=("Date", "Dated", "Document date")),
        Column(_UNTIL, 100, is_date=True, also=("Valid until", "Expires", "Expiry date")),
        Column("Owner", 150, also=("Document owner",)),
    ),
    needed=(_DOCUMENT, _SHOWS, _FOR),
    once=(),
    unread="It was not recorded. Write it under one of the headings.",
    refused=_REFUSED,
    is_plain=True,
)
_LINK = re.compile(r"[a-z][a-z0-9+.-]+://\S+|mailto:\S+|www\.\S+", re.IGNORECASE)
_BETWEEN = re.compile(r"[;\n]+")


@dataclass(slots=True)
class Listed:
    """What a list brought."""

    files: int = 0
    """Recorded with the file itself."""
    links: int = 0
    """Recorded as named, not yet seen."""
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    named: list[EvidenceReply] = field(default_factory=list)
    """The rows with links, put together by title once all are read."""


def import_list(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> Listed:
    """Record the documents of a list; a row that cannot be recorded is named, others are.

    Files lie beside the list, or in folders below it.

    Raises:
        AssessmentError: where the list has not the headings, or cannot be read.
        WorkbookError: where a workbook cannot be read.
    """
    listed = Listed()
    came = read_table(path, KIND)
    listed.problems += came.problems
    if dry_run:
        rehearsal = rehearse(folder, "evidence import")
        for row in came.rows:
            _take(rehearsal, row, path, listed, copy=False)
        _links(rehearsal, listed)
        return listed
    with writing(folder, "evidence import", by=by) as session:
        for row in came.rows:
            _take(session, row, path, listed, copy=True)
        _links(session, listed)
    return listed


def _take(session: Writing, row: Row, path: Path, listed: Listed, *, copy: bool) -> None:
    """Record one row, or say why it cannot be."""
    assessment = session.assessment
    try:
        names = _names(assessment, row.text(_FOR))
        wanted = supported(assessment, names)
        facts = with_names(assessment, _facts(row, listed))
        document = _document(path.parent, row)
        if isinstance(document, Path):
            _file(session, document, facts, names, listed, row=row, copy=copy)
        else:
            facts = replace(facts, link=document)
            listed.named.append(_named(row, facts, wanted))
    except AssessmentError as cause:
        listed.problems += [
            replace(each, where=row.where, hint=f"{_plainly(each.hint)} {_REFUSED}".strip())
            for each in cause.problems
        ]


def _plainly(hint: str) -> str:
    return re.sub(r" ?Nothing was (recorded|changed|stored)\.", "", hint)


def _names(assessment: Assessment, text: str) -> list[str]:
    """Give what a row is for, one by one; commas stand between outcomes, or before a page."""
    names: list[str] = []
    for each in filter(None, map(str.strip, _BETWEEN.split(text))):
        parts = [part.strip() for part in each.split(",")]
        names += parts if all(_is_outcome(assessment, part) for part in parts) else [each]
    return names


def _is_outcome(assessment: Assessment, text: str) -> bool:
    try:
        return bool(one_or_all(assessment, text))
    except AssessmentError:
        return False


def _facts(row: Row, listed: Listed) -> Facts:
    dates = {
        heading: understand_date(
            row.text(heading),
            row.place.of(row.cells[heading]),
            "The row was recorded without it.",
            period=heading == _UNTIL,
            inexact=heading == _DATED,
        )
        for heading in (_DATED, _UNTIL)
        if heading in row.cells
    }
    listed.problems += [each.said for each in dates.values() if each.said is not None]
    found = {heading: each.date for heading, each in dates.items()}
    facts = Facts(
        title=row.text("Title"),
        shows=" ".join(row.text(_SHOWS).split()),
        dated=found.get(_DATED, ""),
        valid_until=found.get(_UNTIL, ""),
        owner=row.text("Owner"),
    )
    problems = check_facts(facts, Held.FILE)
    if problems:
        raise AssessmentError(*problems)
    return facts


def _document(folder: Path, row: Row) -> Path | str:
    """Give the file a row names, or its link.

    Raises:
        AssessmentError: where it is neither, or leads out of the list's folder.
    """
    cell = row.cells[_DOCUMENT]
    for text in dict.fromkeys((cell.link, cell.held.strip())):
        if text and not _LINK.match(text):
            path = joined(folder, text.removeprefix("file:///").replace("\\", "/"))
            if path.is_file():
                look_at(path)
                return path
    if cell.link or _LINK.match(cell.held.strip()):
        return cell.link or cell.held.strip()
    found = f'"{row.text(_DOCUMENT)[:80]}" is neither a file beside the list nor a link.'
    hint = "Put the file into the folder of the list, or give its address."
    raise AssessmentError.because("not-there", row.where, found, hint)


def _file(
    session: Writing,
    document: Path,
    facts: Facts,
    names: Sequence[str],
    listed: Listed,
    *,
    row: Row,
    copy: bool,
) -> None:
    sha256, wanted = sha256_of(document), supported(session.assessment, names)
    there = [e for e in session.assessment.evidence.items if e.counts and e.sha256 == sha256]
    linked = {each.outcome for item in there for each in item.links}
    if there and {each.outcome for each in wanted} <= linked:
        listed.unchanged += 1
        listed.problems += _not_taken(row, facts, there)
        return
    listed.files += 1
    if not copy:
        return
    kept: list[Kept] = []
    try:
        kept.append(keep(document, session.assessment.workspace.folder))
        record(session, kept, facts, supports=names, named=None)
    except BaseException:
        drop_unrecorded(session.assessment.workspace.folder, kept)
        raise


def _not_taken(row: Row, facts: Facts, there: Sequence[Item]) -> Iterator[Problem]:
    """Name what a row says of a file that is registered with other facts."""
    said = {name: value for name in facts.__slots__ if (value := getattr(facts, name))}
    known = [{name: getattr(item.facts, name) for name in said} for item in there]
    other = [value for name, value in said.items() if all(e[name] != value for e in known)]
    if other:
        references = " and ".join(each.reference for each in there)
        found = f"The file is registered as {references}, with other facts; here: "
        found += f"{'; '.join(other)}."
        hint = "They stay as they are registered: correct them with evidence set."
        yield Problem.note("document-known", row.where, found, hint)


def _named(row: Row, facts: Facts, wanted: Sequence[Supported]) -> EvidenceReply:
    cell = row.cells[_DOCUMENT]
    title = facts.title or (cell.held.strip() if cell.link else facts.link)
    document = Document(
        title=title,
        shows=facts.shows,
        dated=facts.dated,
        owner=facts.owner,
        location=facts.link,
        valid_until=facts.valid_until,
    )
    source = Source("import", name=row.place.file, sheet=row.place.sheet, cell=cell.address)
    outcomes = tuple(dict.fromkeys(each.outcome for each in wanted))
    return EvidenceReply(document, outcomes, source)


def _links(session: Writing, listed: Listed) -> None:
    made = plan_documents(session.assessment, session.actor.id, listed.named)
    listed.problems += made.problems
    listed.links += made.stored
    listed.unchanged += made.unchanged
    if made.events:
        session.write(made.events)
