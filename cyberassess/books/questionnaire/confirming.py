"""Earlier answers that somebody said still hold: row by row, a sheet at a time, or all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Cell
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.questionnaire.rows import Found, statements_of
from cyberassess.books.row_texts import quoted
from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.people.questions import ConfirmReply, Offer, OfferKind
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId
from cyberassess.errors import Problem
from cyberassess.opening.choices import read_answer


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
            kind = OfferKind.EARLIER
            found.append(Offer(kind, answer.code, answer.label, "", "", shown.origin))
    return tuple(found)


def confirmed(
    rows: Sequence[Found], said: Confirmations, frameworks: Mapping[FrameworkRef, Framework]
) -> tuple[list[ConfirmReply], list[Denied], list[Problem]]:
    """Turn what was said about earlier answers into replies, one for each row."""
    replies: list[ConfirmReply] = []
    denied: list[Denied] = []
    problems: list[Problem] = []
    refs = {each.ref for each in rows}
    for row in rows:
        shown = offers_in(row, frameworks[row.ref.framework])
        if not shown:
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
        replies.append(ConfirmReply(statements, shown[0], source, cell.text, words))
    return replies, denied, problems


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
