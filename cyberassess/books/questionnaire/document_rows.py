"""What came back of documents, one a row, and of earlier answers that were said still to hold.

These are confirmed row by row, a sheet at a time, or all at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Cell
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.questionnaire.rows import Columns, Found, Grid, statements_of
from cyberassess.books.row_texts import date_in, quoted
from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.people.questions import (
    ConfirmReply,
    Document,
    EvidenceReply,
    Offer,
    OfferKind,
    outcome_for,
)
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId
from cyberassess.errors import Problem, closest
from cyberassess.opening.choices import read_answer

_SEPARATORS = re.compile(r"[\n,;]+")
_DATES = (wording.DATED, wording.VALID_UNTIL)
_AGAIN = "Fill it in and send the file again; then the whole row is stored."

Offered = Mapping[str, tuple[OutcomeKey, ...]]
"""Outcomes a ref can mean, keyed by the ref as people may write it, folded."""


def columns_of(grid: Grid) -> tuple[int, Columns] | None:
    """Give the row of the headings and the columns, or ``None`` where it is no such sheet."""
    wanted = {wording.fold(each): each for each in wording.DOCUMENT_HEADINGS}
    for number, row in sorted(grid.rows.items()):
        columns: dict[str, int] = {}
        for column, cell in sorted(row.items()):
            heading = wanted.get(wording.fold(cell.text))
            if heading is not None:
                columns.setdefault(heading, column)
        if {wording.DOCUMENT, wording.SHOWS, wording.SUPPORTS} <= columns.keys():
            return number, columns
    return None


def offered(
    rows: Sequence[Found],
    frameworks: Mapping[FrameworkRef, Framework],
    titles: Mapping[str, str],
) -> dict[str, tuple[OutcomeKey, ...]]:
    """Give what people may write to name an outcome of their file: with its scope or without.

    Args:
        titles: of scopes, keyed by the sheet that is about one.
    """
    found: dict[str, dict[OutcomeKey, None]] = {}
    for row in rows:
        if row.is_question:
            outcome, _ = frameworks[row.ref.framework].indicators[IndicatorId(row.ref.name)]
            key = OutcomeKey(row.ref.framework, row.ref.scope, outcome.id)
        elif (named := outcome_for(row.ref, frameworks)) is not None:
            key = named
        else:  # a topic that is taken over
            continue
        whole = row.ref_cell.text.strip()
        number, _, rest = whole.rpartition(":")
        name, _, scope = rest.partition("/")
        prefix = f"{number}:" if number else ""
        outcome_ref = f"{prefix}{key.outcome}/{scope}" if scope else f"{prefix}{key.outcome}"
        titled = f"{prefix}{key.outcome}/{titles.get(row.place.sheet, '')}"
        for text in (whole, name, f"{prefix}{name}", outcome_ref, str(key.outcome), titled):
            found.setdefault(wording.fold(text), {})[key] = None
    return {text: tuple(keys) for text, keys in found.items()}


def read_documents(
    grid: Grid, place: Place, refs: Offered
) -> tuple[list[EvidenceReply], list[Problem], list[Document]]:
    """Read a sheet of documents.

    Returns:
        The documents that can be stored, what is wrong, and the rows that cannot be stored as
        they stand.
    """
    found = columns_of(grid)
    if found is None:
        return [], [], []
    header, columns = found
    replies: list[EvidenceReply] = []
    problems: list[Problem] = []
    refused: list[Document] = []
    templates = (wording.DOCUMENTS_TITLE, wording.DOCUMENTS_LINE, wording.MARKED)
    for number, row in sorted(grid.rows.items()):
        problems += place.asides(row.values())
        cells = [row[column] for column in sorted(row) if row[column].kind]
        inside = [cell for cell in cells if number > header and cell.column in columns.values()]
        for cell in cells:
            ours = number < header and wording.fits(cell.text, templates)
            is_heading = number == header and cell.column in columns.values()
            if cell not in inside and not ours and not is_heading:
                problems.append(place.unexpected(cell))
        if inside:
            reading = _Row(place, columns, row, inside[0], refs)
            read = reading.read()
            problems += reading.problems
            if isinstance(read, EvidenceReply):
                replies.append(read)
            else:
                refused.append(read)
    return replies, problems, refused


class _Row:
    """One row of the sheet."""

    def __init__(
        self,
        place: Place,
        columns: Columns,
        row: Mapping[int, Cell],
        first: Cell,
        offered: Offered,
    ) -> None:
        self.place = place
        self.offered = offered
        self.first = first
        self.problems: list[Problem] = []
        self.cells = {
            heading: row[column]
            for heading, column in columns.items()
            if column in row and row[column].kind
        }
        self.texts = {heading: self._text(heading, cell) for heading, cell in self.cells.items()}

    def _text(self, heading: str, cell: Cell) -> str:
        if heading == wording.SHOWS:
            text, problem = self.place.words_in(cell)
        else:
            linked = heading in (wording.DOCUMENT, wording.LOCATION)
            text, problem = self.place.line_in(cell, linked=linked)
            self.problems += [] if linked else self.place.unused_link(cell)
        self.problems += [problem] if problem is not None else []
        return text

    def _get(self, heading: str) -> str:
        return self.texts.get(heading, "")

    def _document(self, dates: Mapping[str, str]) -> Document:
        """Give the row, with these dates."""
        return Document(
            title=self._get(wording.DOCUMENT),
            shows=self._get(wording.SHOWS),
            refs=tuple(self._refs()),
            dated=dates.get(wording.DATED, ""),
            owner=self._get(wording.OWNER),
            location=self._get(wording.LOCATION),
            valid_until=dates.get(wording.VALID_UNTIL, ""),
        )

    def _refs(self) -> Iterator[str]:
        """Give the refs, also those a space alone stands between; a title may hold one."""
        for part in _SEPARATORS.split(self._get(wording.SUPPORTS)):
            whole = " ".join(part.split())
            yield from [whole] if wording.fold(whole) in self.offered else whole.split()

    def read(self) -> EvidenceReply | Document:
        """Give the document with the outcomes it supports, or the row that cannot be stored.

        A row is stored for what can be read of it, where title, words and an outcome can.
        """
        needed = (wording.DOCUMENT, wording.SHOWS, wording.SUPPORTS)
        lacking = [each for each in needed if not self._get(each)]
        meant = {each: self.offered.get(wording.fold(each), ()) for each in self._refs()}
        outcomes = tuple(dict.fromkeys(each[0] for each in meant.values() if len(each) == 1))
        is_stored = bool(outcomes) and not lacking
        kept = "The document was stored without it." if is_stored else "The row was not stored."
        if lacking:
            empty = " and ".join(f'"{each}"' for each in lacking)
            self._say(
                "document-incomplete",
                self.first,
                f"{quoted(self._row_text())} stands here, but nothing under {empty}.",
                f"It was not stored. {_AGAIN}",
            )
        dates = self._dates(f"{kept} {_AGAIN}")
        for text, several in meant.items():
            if len(several) != 1:
                self._unknown(text, several, kept)
        if is_stored:
            source = self.place.source_of(self.cells[wording.DOCUMENT])
            return EvidenceReply(self._document(dates), outcomes, source)
        typed = {each: self._get(each) for each in _DATES}
        return self._document(typed | {e: date for e, date in dates.items() if date})

    def _dates(self, kept: str) -> dict[str, str]:
        """Give the row's dates, and say what is none; a document's own may lack its day."""
        found: dict[str, str] = {}
        for heading in _DATES:
            if not self._get(heading):
                continue
            cell, is_own = self.cells[heading], heading == wording.DATED
            found[heading], said = understand_date(
                date_in(cell), self.place.of(cell), kept, period=not is_own, inexact=is_own
            )
            self.problems += [said] if said is not None else []
        return found

    def _row_text(self) -> str:
        return "; ".join(each for each in self.texts.values() if each)

    def _say(self, code: str, cell: Cell, message: str, hint: str) -> None:
        self.problems.append(Problem(code, self.place.of(cell), message, hint))

    def _unknown(self, text: str, several: Sequence[OutcomeKey], kept: str) -> None:
        """Report a ref that names no outcome of the file, or more than one."""
        if several:
            names = ", ".join(f"{each.outcome}/{each.scope}" for each in several)
            hint = f"Write which one you mean: {names}."
        else:
            hint = closest(text, list(self.offered)) or "The refs stand in the first column."
        self._say(
            "unknown-ref",
            self.cells[wording.SUPPORTS],
            f"{quoted(text)} is not one question of this file.",
            f"{kept} {hint} {_AGAIN}",
        )


@dataclass(slots=True)
class Confirmations:
    """What one file says about earlier answers."""

    sheets: dict[tuple[str, str], tuple[Place, Cell]] = field(default_factory=dict)
    """Cells that confirm a whole sheet, keyed by the sheet's name and the origin, folded."""
    scopes: dict[tuple[str, str], tuple[Place, Cell]] = field(default_factory=dict)
    """Cells that confirm a whole scope, keyed by the scope's title and the origin, folded."""
    beside: dict[tuple[str, str], str] = field(default_factory=dict)
    """What stands beside these cells, keyed by sheet and address."""
    denied_sheets: dict[tuple[str, str], tuple[Place, Cell]] = field(default_factory=dict)
    """Cells that say No for a whole sheet, keyed as ``sheets``."""
    denied_scopes: dict[tuple[str, str], tuple[Place, Cell]] = field(default_factory=dict)
    """Cells that say No for a whole scope, keyed as ``scopes``."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The scopes' titles, keyed by the name of the sheet; as they stand on the sheets."""

    def all_of(self, row: Found, origin: str) -> tuple[Place, Cell, bool] | None:
        """Give the cell that speaks for every answer from an origin around a row, and its yes.

        What a sheet says goes before what is said of the whole scope.
        """
        folded, sheet = wording.fold(origin), row.place.sheet
        title = wording.fold(self.titles.get(sheet, ""))
        for key, yes, no in (
            ((sheet, folded), self.sheets, self.denied_sheets),
            ((title, folded), self.scopes, self.denied_scopes),
        ):
            for found, holds in ((yes, True), (no, False)):
                if key in found:
                    return *found[key], holds
        return None


class Denied(NamedTuple):
    """A row whose earlier answer somebody says no longer holds, and who chose no other."""

    statements: tuple[StatementKey, ...]
    place: str
    """The cell that says so, as messages name it."""
    is_whole: bool
    """Whether that cell speaks for a whole sheet or scope."""
    sheet: str
    """The sheet the row is on."""
    source: Source
    """The cell that says so."""


def offers_in(row: Found, framework: Framework) -> tuple[Offer, ...]:
    """Give the earlier answers that stand beside a row.

    What kind they are of, and which shared service gave them, is not written there.
    """
    if row.earlier is None or not row.is_question or row.earlier.kind != "s":
        return ()
    answers = framework.answers_for(framework.indicators[IndicatorId(row.ref.name)][1]).answers
    labels = {wording.fold(each.label): each for each in answers}
    found: list[Offer] = []
    for line in row.earlier.text.splitlines():
        shown = wording.shown_in(line)
        answer = labels.get(wording.fold(shown.label)) if shown else None
        if shown is not None and answer is not None:
            said = Response(new=answer.code)
            found.append(Offer(OfferKind.EARLIER, said, answer.label, "", shown.origin))
    return tuple(found)


def confirmed(
    rows: Sequence[Found], said: Confirmations, frameworks: Mapping[FrameworkRef, Framework]
) -> tuple[list[ConfirmReply], list[Denied], list[Problem]]:
    """Turn what was said about earlier answers into replies, one for each row."""
    replies: list[ConfirmReply] = []
    denied: list[Denied] = []
    problems: list[Problem] = []
    many: dict[Source, int] = {}
    refs = {each.ref for each in rows}
    for row in rows:
        shown = offers_in(row, frameworks[row.ref.framework])
        if not shown:
            problems += _nothing_earlier(row)
            continue
        place, cell, holds, more = _cell(row, shown, said)
        problems += more
        if cell is None:
            continue
        if not holds:
            statements = statements_of(row.ref, refs, frameworks)
            is_whole = cell is not row.confirm
            sheet, source = row.place.sheet, place.source_of(cell)
            denied.append(Denied(statements, place.of(cell), is_whole, sheet, source))
            continue
        if len({each.answer for each in shown}) > 1 or _differs(row):
            problems.append(_which(row, cell))
            continue
        if row.answer is not None:
            problems += _typed_too(row, row.answer, shown[0], cell, frameworks)
            continue
        statements = statements_of(row.ref, refs, frameworks)
        source = place.source_of(cell)
        words, more = _words(row, said.beside.get((place.sheet, cell.address), ""))
        problems += more
        if cell is not row.confirm:
            many[source] = many.get(source, 0) + 1
        replies.append(ConfirmReply(statements, shown[0], source, cell.text, words))
    return [_together(each, many) for each in replies], denied, problems


def _together(reply: ConfirmReply, many: Mapping[Source, int]) -> ConfirmReply:
    """Have an answer say how many others the same cell confirmed."""
    return replace(reply, source=reply.source.of_many(many.get(reply.source, 0)))


def _words(row: Found, beside: str) -> tuple[str, list[Problem]]:
    """Give what somebody wrote beside an answer that still holds, in its row or for many."""
    own, problem = row.place.words_in(row.words) if row.words is not None else ("", None)
    return "\n".join(filter(None, (own, beside))), [problem] if problem is not None else []


def _differs(row: Found) -> bool:
    text = row.earlier.text if row.earlier is not None else ""
    return wording.fold(wording.THEY_DIFFER) in wording.fold(text)


def _cell(
    row: Found, shown: Sequence[Offer], said: Confirmations
) -> tuple[Place, Cell | None, bool, list[Problem]]:
    """Give the cell that confirms or denies a row, its own or one for many, and which it does."""
    place = row.place
    if row.confirm is not None:
        holds, problems = place.yes_in(row.confirm)
        is_said = holds or (holds is False and row.answer is None)
        return place, row.confirm if is_said else None, bool(holds), problems
    if row.answer is None:
        for each in shown:
            found = said.all_of(row, each.origin)
            if found is not None and not _differs(row):
                return *found, []
    return place, None, False, []


def _nothing_earlier(row: Found) -> Iterator[Problem]:
    """Report what stands under *Still true?* where no earlier answer can be read."""
    if row.confirm is None or row.earlier is None or wording.is_past(row.earlier.text):
        return  # NOTE: without one it stands where nothing is read, which was said
    found = f"{quoted(row.confirm.text)} stands beside {row.ref.name}, and its earlier answer"
    hint = f'Nothing was confirmed. Choose the answer under "{wording.ANSWER}" and send it again.'
    where = row.place.of(row.confirm)
    yield Problem("which-earlier-answer", where, f"{found} cannot be read.", hint)


def _which(row: Found, cell: Cell) -> Problem:
    return Problem(
        "which-earlier-answer",
        row.place.of(cell),
        f"{quoted(cell.text)} stands beside {row.ref.name}, whose earlier answers differ.",
        f'Nothing was confirmed. Choose the answer under "{wording.ANSWER}" and send it again.',
    )


def _typed_too(
    row: Found,
    typed: Cell,
    shown: Offer,
    cell: Cell,
    frameworks: Mapping[FrameworkRef, Framework],
) -> list[Problem]:
    framework = frameworks[row.ref.framework]
    _, indicator = framework.indicators[IndicatorId(row.ref.name)]
    read = read_answer(typed.text, framework.answers_for(indicator))
    if read.choice is not None and read.choice.code == shown.answer:
        return []
    return [
        Problem(
            "confirmed-and-changed",
            row.place.of(cell),
            f"{quoted(cell.text)} says that {row.ref.name} is still {quoted(shown.label)}, "
            f"and {quoted(typed.text)} is chosen beside it.",
            "The chosen answer was taken, and nothing was confirmed. Ask which of the two is so.",
        )
    ]
