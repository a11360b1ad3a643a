"""Workbooks that come back: every answer in them, and everything else that somebody wrote.

Sheets, columns and rows are found by what stands in them, never by where they are: the sheet about
the file by its labels, sheets of questions by their headings, rows by their *Ref*. A cell that
holds something is read, or known as ours, or reported; nothing is passed over in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Book, Cell, Sheet
from cyberassess.books.questionnaire.columns import ASKED, HEADINGS
from cyberassess.books.questionnaire.declaration import (
    Declaration,
    Forms,
    is_form,
    read_declaration,
    read_form,
)
from cyberassess.books.questionnaire.document_rows import (
    Confirmations,
    Denied,
    columns_of,
    confirmed,
    offered,
    read_documents,
)
from cyberassess.books.questionnaire.places import UNUSED_LINK, Place
from cyberassess.books.questionnaire.rows import (
    Found,
    Grid,
    Questions,
    SheetRows,
    replies_of,
    rows_of,
)
from cyberassess.books.row_texts import Texts, hidden, joined, quoted, unsaid_links, words_of
from cyberassess.domain.people.questions import (
    AnswerReply,
    ConfirmReply,
    Document,
    EvidenceReply,
    Ref,
    Reply,
    SharingReply,
    TextReply,
    read_ref,
)
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.errors import Problem, WorkbookError, at_most, counted
from cyberassess.opening.intake import ABOUT

_SHOWN = 20
"""How many cells of a sheet that is not ours are named one by one."""


@dataclass(frozen=True, slots=True)
class Return:
    """What a questionnaire that came back says."""

    assessment: str
    person: str
    """The id of the person it was sent to."""
    name: str
    """That person's name, as it was sent."""
    serial: int
    head: str
    """The ledger's head it was made at; empty where there was none."""
    organisation: str
    period: str
    frameworks: tuple[FrameworkRef, ...]
    """In the file's order, whether they are known here or not."""
    completed_by: str
    """Who says they filled it in; empty where nobody does."""
    answered_by: Mapping[str, "Answered"]
    """Who says they filled a sheet in, keyed by the sheet's name."""
    declaration: Declaration | None
    """Who says whether the answers are true; ``None`` where nobody does, or not wholly."""
    denied: tuple[Denied, ...]
    """Rows of which somebody says that earlier answers no longer hold, and nothing else."""
    saved: str
    """The time of saving that stands in the file, ISO 8601 in UTC; empty where none does."""
    replies: tuple[Reply, ...]
    problems: tuple[Problem, ...]
    """In reading order."""
    looked_at: int
    """How many rows of questions the file holds."""
    refs: frozenset[Ref]
    """Of every question in the file."""
    missing: int
    """How many questions were sent and are no longer in the file."""
    typed: Mapping[str, tuple[str, Mapping[str, str]]]
    """Each row's ref and what was typed under each heading, keyed by the place of each cell."""
    refused_documents: tuple[Document, ...]
    """Rows of documents that cannot be stored as they stand."""
    shown: tuple["Shown", ...]
    """What stands where we write remarks; the caller knows what we wrote."""


class Answered(NamedTuple):
    """Who says they answered."""

    name: str
    source: Source


class Shown(NamedTuple):
    """A cell where we write and nobody answers."""

    place: Place
    cell: Cell


@dataclass(frozen=True, slots=True)
class _About:
    """The sheet that says whose answers these are."""

    sheet: Sheet
    values: Mapping[str, str]
    """Keyed by label."""
    known: frozenset[tuple[int, int]]
    """The cells it is made of."""


def read_return(
    book: Book, name: str, sha256: str, frameworks: Mapping[FrameworkRef, Framework]
) -> Return:
    """Read a questionnaire that came back.

    Args:
        book: as the guard gives it.
        name: of the file, for messages.
        sha256: of the file, for the source of each answer.
        frameworks: the pinned ones. A file about others is read as far as its first and last
            sheets, so that the caller can say which assessment it belongs to.

    Raises:
        WorkbookError: where it is none of our questionnaires.
    """
    about = _about(book, name)
    serial = _whole(about.values[wording.SERIAL]) or 0
    source = Source("workbook", sha256, name, serial=serial, saved=book.saved)
    reading = _Reading(name, source, _frameworks(about), frameworks)
    reading.check_frameworks()
    reading.about_sheet(about)
    for sheet in book.sheets:
        if sheet is not about.sheet:
            reading.sheet(sheet)
    replies = reading.finish(about)
    if book.extras:
        reading.note(
            "not-looked-at",
            name,
            "Not looked at: "
            f"{counted(len(book.extras), 'picture or other part', 'pictures or other parts')} "
            f"({', '.join(book.extras[:5])}).",
            "If one says something that matters, type it into an answer cell and send it again.",
        )
    declaration, problems = read_declaration(reading.forms)
    reading.problems += problems
    said = words_of(reading.said(replies))
    for sheet in book.sheets:
        place = Place(name, sheet.name, source)
        reading.problems += unsaid_links(sheet, place.sheet_name, said, UNUSED_LINK)
    head = about.values.get(wording.HEAD, "")
    return Return(
        assessment=about.values[wording.ASSESSMENT],
        person=about.values[wording.PERSON],
        name=about.values.get(wording.NAME, ""),
        serial=serial,
        head="" if head == wording.NOTHING else head,
        organisation=about.values.get(wording.ORGANISATION, ""),
        period=about.values.get(wording.PERIOD, ""),
        frameworks=reading.file_frameworks,
        completed_by=reading.forms.said.get(wording.COMPLETED_BY, ""),
        answered_by=reading.answered_by,
        declaration=declaration,
        saved=book.saved,
        denied=tuple(reading.denied),
        replies=replies,
        problems=at_most(reading.problems, name),
        looked_at=reading.looked_at,
        refs=frozenset(reading.refs()),
        missing=reading.missing,
        typed=reading.typed(),
        refused_documents=tuple(reading.refused),
        shown=tuple(reading.shown),
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _labels(sheet: Sheet) -> dict[str, Cell]:
    """Find the labels of the last sheet, wherever they stand; the first of each counts."""
    wanted = {wording.fold(each): each for each in wording.ABOUT_LABELS}
    labels: dict[str, Cell] = {}
    for cell in sheet.cells:
        folded = wording.fold(cell.text)
        label = wanted.get(folded, "")
        if (
            folded.startswith(f"{wording.fold(wording.FRAMEWORK)} ")
            and folded.split()[-1].isdigit()
        ):
            label = f"{wording.FRAMEWORK} {folded.split()[-1]}"
        if label and cell.kind == "s":
            labels.setdefault(label, cell)
    return labels


def _about(book: Book, name: str) -> _About:
    needed = (wording.ASSESSMENT, wording.PERSON, wording.SERIAL)
    best: tuple[str, ...] = needed
    for sheet in book.sheets:
        labels = _labels(sheet)
        grid = Grid(sheet)
        values: dict[str, str] = {}
        known: set[tuple[int, int]] = set()
        for label, cell in labels.items():
            known.add((cell.row, cell.column))
            beside = grid.right_of(cell)
            if beside is not None and beside.kind in {"s", "n", "d"}:
                values[label] = beside.held.strip()
                known.add((beside.row, beside.column))
        missing = tuple(each for each in needed if not values.get(each))
        if not missing and _whole(values[wording.SERIAL]) is None:
            missing = (wording.SERIAL,)
        if not missing:
            return _About(sheet, values, frozenset(known))
        titled = any(
            wording.fold(each.text) == wording.fold(wording.ABOUT) for each in sheet.cells
        )
        if titled and labels:
            best = missing
    found = (
        "It has no sheet that says whose answers these are."
        if best == needed
        else f'The sheet "{wording.ABOUT}" no longer says: {", ".join(best)}.'
    )
    raise WorkbookError.because(
        "not-our-questionnaire",
        name,
        f"This is not one of our questionnaires. {found}",
        "Nothing was stored. Receive the workbook that `send` wrote, filled in, with its "
        f'last sheet "{wording.ABOUT}" as it was.',
    )


_ENOUGH = 3
"""How many of our words on one sheet make it look like one of ours."""
_MARKS = frozenset(
    map(
        wording.fold,
        (wording.ABOUT, *wording.ABOUT_LABELS, *ABOUT, *HEADINGS, wording.COMPLETED_BY,
         *wording.DOCUMENT_HEADINGS, *wording.FIX_HEADINGS),
    )
)  # fmt: skip


def resembles(book: Book) -> bool:
    """Say whether a workbook that is none of ours looks like one: a re-save may lose the mark."""
    return any(
        len({wording.fold(c.text) for c in sheet.cells if len(c.text) < _LONGEST} & _MARKS)
        >= _ENOUGH
        for sheet in book.sheets
    )


_LONGEST = 60


def _frameworks(about: _About) -> tuple[FrameworkRef, ...]:
    refs: list[FrameworkRef] = []
    while (value := about.values.get(f"{wording.FRAMEWORK} {len(refs) + 1}", "")) != "":
        refs.append(FrameworkRef(value))
    return tuple(refs)


@dataclass
class _Reading:
    """One file under way."""

    name: str
    source: Source
    file_frameworks: tuple[FrameworkRef, ...]
    frameworks: Mapping[FrameworkRef, Framework]
    problems: list[Problem] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    forms: Forms = field(default_factory=Forms)
    confirmations: Confirmations = field(default_factory=Confirmations)
    titles: dict[str, str] = field(default_factory=dict)
    answered_by: dict[str, "Answered"] = field(default_factory=dict)
    documents: list[tuple[Grid, Place]] = field(default_factory=list)
    refused: list[Document] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)
    shown: list["Shown"] = field(default_factory=list)
    moved: set[Ref] = field(default_factory=set)
    looked_at: int = 0
    missing: int = 0

    def __post_init__(self) -> None:
        ours = [ref for ref in self.file_frameworks if ref in self.frameworks]
        self.known = {ref: wording.questions_of(self.frameworks[ref]) for ref in ours}
        self.questions_known = Texts.of(pair for ref in ours for pair in self.known[ref].items())
        self.texts = {text for ref in ours for text in wording.texts_of(self.frameworks[ref])}

    def note(self, code: str, where: str, message: str, hint: str) -> None:
        self.problems.append(Problem.note(code, where, message, hint))

    def check_frameworks(self) -> None:
        for ref in self.file_frameworks:
            if ref not in self.frameworks:
                here = ", ".join(self.frameworks) or "none"
                self.problems.append(
                    Problem(
                        "other-framework",
                        self.name,
                        f'Its questions are those of "{ref}", which this assessment does not use.',
                        f"It uses: {here}. No answer to them was stored. "
                        "Receive the file in the assessment it was sent from.",
                    )
                )

    def about_sheet(self, about: _About) -> None:
        ours = {wording.fold(each) for each in (wording.ABOUT, wording.ABOUT_LINE)}
        place = Place(self.name, about.sheet.name, self.source)
        self.problems += hidden(about.sheet, place.sheet_name)
        self.problems += [place.drawn(each) for each in about.sheet.drawn]
        for cell in about.sheet.cells:
            self.problems += place.asides([cell])
            at = (cell.row, cell.column)
            if cell.kind and at not in about.known and wording.fold(cell.text) not in ours:
                self.problems.append(place.unexpected(cell))

    def sheet(self, sheet: Sheet) -> None:
        grid = Grid(sheet)
        place = Place(self.name, sheet.name, self.source)
        self.problems += hidden(sheet, place.sheet_name)
        self.problems += [place.drawn(each) for each in sheet.drawn]
        columns = grid.headings()
        if columns is not None and not self.known:
            return  # every question on it belongs to another framework, which was said
        if columns is not None:
            grid.keep_ours(columns)
            read = rows_of(
                Questions(
                    grid,
                    columns,
                    place,
                    self.file_frameworks,
                    self.frameworks,
                    self.texts,
                    self.known,
                    self.questions_known,
                )
            )
            self.questions(read, place)
            refs = {each.ref_cell.row: each.ref_cell.text.strip() for each in read.found}
            answers = [columns[each] for each in ASKED if each in columns]
            self.problems += joined(sheet, place.sheet_name, refs, answers)
        elif is_form(sheet):
            read_form(grid, place, self.forms)
            self.problems += self.forms.problems
            self.forms.problems = []
        elif columns_of(grid) is not None:
            self.documents.append((grid, place))
        elif any(_is(cell, wording.FIX_TITLE) for cell in sheet.cells):
            self.problems += place.asides(sheet.cells)
            self.shown += [Shown(place, cell) for cell in sheet.cells if cell.kind]
        else:
            self._other(sheet, place)

    def questions(self, read: SheetRows, place: Place) -> None:
        """Take what stands on a sheet of questions."""
        self.found += read.found
        self.moved |= {
            each for each in read.moved if each.name in self.frameworks[each.framework].indicators
        }
        self.problems += read.problems
        self.shown += [Shown(place, cell) for cell in read.remarks]
        for origin, cell in read.confirmed:
            self.confirmations.sheets[place.sheet, wording.fold(origin)] = (place, cell)
        for address, words in read.beside.items():
            self.confirmations.beside[place.sheet, address] = words
        for origin, cell in read.denied:
            self.confirmations.denied_sheets[place.sheet, wording.fold(origin)] = (place, cell)
        if read.title:
            self.titles[place.sheet] = read.title
        if read.answered_by is not None:
            text, problem = place.line_in(read.answered_by)
            if problem is not None:
                self.problems.append(problem)
            else:
                source = place.source_of(read.answered_by)
                self.answered_by[place.sheet] = Answered(text, source)

    def _other(self, sheet: Sheet, place: Place) -> None:
        filled = [cell for cell in sheet.cells if cell.kind]
        self.problems += place.asides(sheet.cells)
        refs = [cell for cell in filled if self._is_ref(cell)]
        if refs:
            changed = _changed_headings(filled)
            found = "; ".join(f"{each.address} says {quoted(each.text)}" for each in changed)
            self.problems.append(
                Problem(
                    "headings-missing",
                    place.sheet_name,
                    f"{counted(len(refs), 'row')} of ours, and the headings over them "
                    f"({', '.join(HEADINGS)}) are missing or changed"
                    f"{': ' if found else ''}{found}.",
                    "Nothing on this sheet was stored. Put them back and send the file again.",
                )
            )
            return
        self.problems += [place.unexpected(cell) for cell in filled[:_SHOWN]]
        if len(filled) > _SHOWN:
            left = filled[_SHOWN:]
            self.problems.append(
                Problem(
                    "unexpected-text",
                    place.sheet_name,
                    f"{counted(len(left), 'more cell')} of this sheet, from {left[0].address} to "
                    f"{left[-1].address}, hold something, and the sheet is none of ours.",
                    "None of it was stored. What is an answer belongs into the answer cells.",
                )
            )

    def _is_ref(self, cell: Cell) -> bool:
        ref = read_ref(cell.text, self.file_frameworks) if cell.kind == "s" else None
        return ref is not None and ref.name in self.known.get(ref.framework, {})

    def finish(self, about: _About) -> tuple[Reply, ...]:
        """Turn the rows that were found into replies."""
        self.confirmations.titles = self.titles
        for scope, origin, place, cell in self.forms.confirmed:
            key = wording.fold(scope), wording.fold(origin)
            self.confirmations.scopes[key] = (place, cell)
        for scope, origin, place, cell in self.forms.denied:
            key = wording.fold(scope), wording.fold(origin)
            self.confirmations.denied_scopes[key] = (place, cell)
        for sheet, address, words in self.forms.beside:
            self.confirmations.beside[sheet, address] = words
        held, self.denied, problems = confirmed(self.found, self.confirmations, self.frameworks)
        statements = {key for each in held for key in each.statements}
        replies, said = replies_of(self.found, self.frameworks, statements)
        self.problems += [*said, *problems]
        named: list[Reply] = []
        refs = offered(self.found, self.frameworks, self.titles) if self.documents else {}
        for grid, place in self.documents:
            documents, problems, refused = read_documents(grid, place, refs)
            named += documents
            self.problems += problems
            self.refused += refused
        self.looked_at = sum(each.is_question for each in self.found)
        sent = _whole(about.values.get(wording.QUESTIONS, ""))
        distinct = len(self.refs())
        if sent is not None and distinct < sent and self._all_known():
            self.missing = sent - distinct
            self.note(
                "rows-missing",
                self.name,
                f"{counted(self.missing, 'question')} of the {sent:,} we sent "
                f"{'is' if self.missing == 1 else 'are'} no longer in the file.",
                "They count as not answered here; answers we already have stay as they are.",
            )
        return (*replies, *held, *named)

    def said(self, replies: Sequence[Reply]) -> Iterator[str]:
        """Give every text that was taken, and every message."""
        documents = [e.document for e in replies if isinstance(e, EvidenceReply)]
        for document in (*documents, *self.refused):
            yield from (document.title, document.shows, document.location)
        for reply in replies:
            if isinstance(reply, AnswerReply):
                yield from reply.said.said
            elif isinstance(reply, TextReply):
                yield reply.text
            elif isinstance(reply, ConfirmReply | SharingReply):
                yield reply.words
        yield from (each.message for each in self.problems)

    def refs(self) -> set[Ref]:
        """Give the refs of every question that stands in the file."""
        return {each.ref for each in self.found if each.is_question} | self.moved

    def typed(self) -> dict[str, tuple[str, Mapping[str, str]]]:
        """Give what was typed in each row, by the place of each cell."""
        found: dict[str, tuple[str, Mapping[str, str]]] = {}
        for row in self.found:
            cells = {each: row.cells[each] for each in ASKED if each in row.cells}
            typed = {
                each: cells[each].text if each in cells else ""
                for each in ASKED
                if each != wording.CONFIRM
            }
            for cell in (row.ref_cell, *cells.values()):
                found[row.place.of(cell)] = (row.ref_cell.text.strip(), typed)
        return found

    def _all_known(self) -> bool:
        return all(each in self.frameworks for each in self.file_frameworks)


def _changed_headings(cells: Sequence[Cell]) -> list[Cell]:
    """Give what stands between headings of ours and is none of them."""
    ours = {wording.fold(each) for each in HEADINGS}
    rows = [cell.row for cell in cells if wording.fold(cell.text) in ours]
    heads = max(rows, key=rows.count, default=0)
    return [cell for cell in cells if cell.row == heads and wording.fold(cell.text) not in ours]


def _is(cell: Cell, text: str) -> bool:
    return cell.kind == "s" and wording.fold(cell.text) == wording.fold(text)
