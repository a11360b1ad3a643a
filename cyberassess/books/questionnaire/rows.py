"""Rows of a questionnaire that came back: what was answered where, and what cannot be stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cyberassess.books import wording
from cyberassess.books.guard import Cell, Sheet
from cyberassess.books.questionnaire.columns import ASKED, BESIDE, HEADINGS, OURS
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.row_texts import Texts, beside_moved, date_in, moved, quoted
from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.people.questions import (
    EVIDENCE,
    SHARED,
    WHY,
    WITHDRAW,
    AnswerReply,
    Ref,
    Reply,
    SharingReply,
    TextKind,
    TextReply,
    outcome_for,
    read_ref,
    statements_for,
)
from cyberassess.domain.people.sharing import OTHER, TopicKey
from cyberassess.domain.record.happened import Response
from cyberassess.domain.result.better import two_meanings
from cyberassess.domain.sets.framework import (
    Answer,
    AnswerSet,
    Framework,
    FrameworkRef,
    IndicatorId,
    Needs,
)
from cyberassess.domain.sets.typed_words import Choice
from cyberassess.errors import Problem, closest
from cyberassess.opening.choices import YES_OR_NO, could_mean, read_answer, read_as, read_listed

_NEAREST = 50
"""For how many unknown refs of a sheet the nearest known one is looked up; it takes its time."""

Columns = Mapping[str, int]
"""Columns by heading."""


class Grid:
    """A sheet's cells by row and column."""

    def __init__(self, sheet: Sheet) -> None:
        """Sort the cells that hold a value."""
        self.sheet = sheet
        self.rows: dict[int, dict[int, Cell]] = {}
        for cell in sheet.cells:
            self.rows.setdefault(cell.row, {})[cell.column] = cell

    def keep_ours(self, columns: Columns) -> None:
        """Let what we wrote beside an answer stand where somebody struck it through."""
        ours = {columns[each] for each in OURS if each in columns}
        for row in self.rows.values():
            if (ref := row.get(columns[wording.REF])) is not None and ref.held:
                row.update((n, each.ours) for n, each in row.items() if n in ours)

    def right_of(self, cell: Cell) -> Cell | None:
        """Give the next cell to the right that holds a value."""
        row = self.rows[cell.row]
        return next(
            (row[each] for each in sorted(row) if each > cell.column and row[each].kind), None
        )

    def headings(self) -> Columns | None:
        """Give the columns of a sheet of questions, or ``None`` where it is none."""
        wanted = {wording.fold(each): each for each in HEADINGS}
        for row in self.rows.values():
            columns: dict[str, int] = {}
            for column, cell in row.items():
                heading = wanted.get(wording.fold(cell.text))
                if heading is not None:
                    columns.setdefault(heading, column)
            if {wording.REF, wording.ANSWER, wording.WORDS} <= columns.keys():
                return columns
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """A row with a ref we know, and what stands in it."""

    ref: Ref
    place: Place
    cells: Mapping[str, Cell]
    """Those that hold a value, keyed by heading."""

    @property
    def ref_cell(self) -> Cell:
        """The cell with the ref."""
        return self.cells[wording.REF]

    @property
    def answer(self) -> Cell | None:
        """The cell with the answer, or with the date up to which evidence holds."""
        return self.cells.get(wording.ANSWER)

    @property
    def words(self) -> Cell | None:
        """The cell with somebody's own words."""
        return self.cells.get(wording.WORDS)

    @property
    def earlier(self) -> Cell | None:
        """The cell with earlier answers."""
        return self.cells.get(wording.EARLIER)

    @property
    def confirm(self) -> Cell | None:
        """The cell that says whether they still hold."""
        return self.cells.get(wording.CONFIRM)

    @property
    def is_question(self) -> bool:
        """Whether it is a statement's row."""
        return not self.ref.name.endswith((WHY, EVIDENCE, SHARED))


@dataclass(frozen=True, slots=True)
class Questions:
    """One sheet of questions being read."""

    grid: Grid
    columns: Columns
    place: Place
    file_frameworks: tuple[FrameworkRef, ...]
    """In the file's order: refs count them from one."""
    frameworks: Mapping[FrameworkRef, Framework]
    """The pinned ones."""
    texts: set[str]
    """What stands in rows without a ref, folded."""
    known: Mapping[FrameworkRef, Mapping[str, str]]
    """What stands under *Statement* beside each ref's name."""
    questions: Texts
    """The same, with the names of the refs each text belongs to."""

    def at(self, heading: str, row: Mapping[int, Cell]) -> Cell | None:
        """Give the cell under a heading, where it holds a value."""
        column = self.columns.get(heading)
        cell = None if column is None else row.get(column)
        return cell if cell is not None and cell.kind else None

    def is_statement(self, cell: Cell) -> bool:
        """Say whether a cell stands in the column of questions."""
        return cell.column == self.columns.get(wording.STATEMENT)

    def is_ours(self, cell: Cell) -> bool:
        """Say whether a cell in a row without a ref is one of our texts."""
        return (
            wording.fold(cell.text) in self.texts
            or wording.is_progress(cell.text)
            or (self.is_statement(cell) and cell.text.startswith(wording.OFFICIAL))
            or wording.fits(cell.text, (*wording.SHEET_TEMPLATES, *wording.EARLIER_WORDINGS))
        )


@dataclass(slots=True)
class SheetRows:
    """What stands on a sheet of questions."""

    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Everything on it that is neither ours nor an answer among them."""
    answered_by: Cell | None = None
    """Who says they filled this sheet in."""
    confirmed: list[tuple[str, Cell]] = field(default_factory=list)
    """The origins whose answers hold on the whole sheet, with the cell that says so."""
    beside: dict[str, str] = field(default_factory=dict)
    """What somebody wrote beside the cells of ``confirmed``, keyed by their addresses."""
    denied: list[tuple[str, Cell]] = field(default_factory=list)
    """The origins of which somebody chose No for the whole sheet, with the cell that says so."""
    title: str = ""
    """The title of the sheet's scope, as it stands there."""
    remarks: list[Cell] = field(default_factory=list)
    """What stands in the column of remarks, and earlier answers with reasons, for whoever knows
    what we wrote there."""
    moved: set[Ref] = field(default_factory=set)
    """Refs that stand beside another one's statement, or cannot be told from such."""


def rows_of(sheet: Questions) -> SheetRows:
    """Give the rows of a sheet of questions, and everything else on it."""
    headings = {wording.fold(each) for each in HEADINGS}
    whole = SheetRows()
    found, problems = whole.found, whole.problems
    for _, row in sorted(sheet.grid.rows.items()):
        problems += sheet.place.asides(row.values())
        if _above(sheet, row, whole):
            continue
        for cell in row.values() if not whole.title else ():
            whole.title = wording.scope_in(cell.text)
            if whole.title:
                break
        first = sheet.at(wording.REF, row)
        if first is not None and wording.fold(first.text) == wording.fold(wording.REF):
            problems += [
                sheet.place.unexpected(cell)
                for cell in row.values()
                if cell.kind and wording.fold(cell.text) not in headings
            ]
            continue
        unknown = sum(each.code == "unknown-ref" for each in problems[-_NEAREST:])
        each, more = _row(sheet, row, whole.moved, with_nearest=unknown < _NEAREST)
        problems += more
        if each is not None:
            found.append(each)
            note = sheet.at(wording.NOTE, row)
            whole.remarks += [note] if note is not None else []
            past = each.earlier if each.is_question else None
            if past is not None and (wording.is_earlier(past.text) or wording.is_past(past.text)):
                whole.remarks.append(past)
    if whole.moved:
        _hold_back(sheet, whole)
    return whole


def _hold_back(sheet: Questions, whole: SheetRows) -> None:
    """Leave out the rows that nobody can place, as others of the sheet have moved."""
    for each in list(whole.found):
        if sheet.questions.is_shared(sheet.known[each.ref.framework][each.ref.name]):
            whole.found.remove(each)
            whole.moved.add(each.ref)
            held = [each.cells[heading] for heading in ASKED if heading in each.cells]
            if held:
                where, ref = each.place.of(each.ref_cell), each.ref_cell.text.strip()
                whole.problems.append(beside_moved(where, ref, _texts(held)))


def _texts(cells: Sequence[Cell]) -> str:
    return "; ".join(quoted(each.text) for each in cells)


def _above(sheet: Questions, row: Mapping[int, Cell], whole: SheetRows) -> bool:
    """Read a row over the headings that says something about the whole sheet, if it is one."""
    filled = [row[column] for column in sorted(row) if row[column].kind]
    label = next((e for e in filled if wording.fold(e.text) == wording.fold(wording.ANSWERED_BY)),
                 None)  # fmt: skip
    origin = ""
    if label is None:
        for label in filled:
            if origin := wording.confirmed_origin(label.text):
                break
    if label is None or not (origin or wording.fold(label.text) == wording.fold(
            wording.ANSWERED_BY)):  # fmt: skip
        return False
    said = sheet.grid.right_of(label)
    if said is not None and sheet.is_ours(said):
        said = None
    others = [e for e in filled if e not in (label, said) and not sheet.is_ours(e)]
    holds, problems = sheet.place.yes_in(said) if said is not None and origin else (None, [])
    if said is not None and holds:
        words, said_too = sheet.place.beside([e for e in others if e.column > said.column])
        others = [each for each in others if each.column < said.column]
        whole.confirmed.append((origin, said))
        whole.beside[said.address] = words
        problems += said_too
    elif said is not None and holds is False:
        whole.denied.append((origin, said))
    elif said is not None and not origin:
        whole.answered_by = said
    whole.problems += [*map(sheet.place.unexpected, others), *problems]
    return True


def _row(
    sheet: Questions, row: Mapping[int, Cell], displaced: set[Ref], *, with_nearest: bool
) -> tuple[Found | None, list[Problem]]:
    place = sheet.place
    filled = [row[column] for column in sorted(row) if row[column].kind]
    ref_cell = sheet.at(wording.REF, row)
    ref = read_ref(ref_cell.text, sheet.file_frameworks) if ref_cell is not None else None
    if ref_cell is None or ref is None or ref_cell.kind != "s" or sheet.is_ours(ref_cell):
        return None, [place.unexpected(cell) for cell in filled if not sheet.is_ours(cell)]
    if ref.framework not in sheet.frameworks:
        return None, []  # said once for the file
    question = sheet.known[ref.framework].get(ref.name)
    if question is None:
        others = [each for each in filled if each != ref_cell]
        return None, _unknown(sheet, ref_cell, ref, others, with_nearest=with_nearest)
    problems: list[Problem] = []
    statement = sheet.at(wording.STATEMENT, row)
    own = wording.question_of(statement.text) if statement is not None else ""
    if other := sheet.questions.owner(own, question):
        displaced.add(ref)
        held = _texts([each for each in filled if each not in (ref_cell, statement)])
        return None, [moved(place.of(ref_cell), ref_cell.text.strip(), other, own, held)]
    cells = {each: cell for each in HEADINGS if (cell := sheet.at(each, row)) is not None}
    found = Found(ref, place, cells)
    framework = sheet.frameworks[ref.framework]
    is_title = ref.name in framework.outcomes and ref.name not in framework.indicators
    taken = {ref_cell, statement}
    if not is_title:
        taken |= {found.words, found.earlier, cells.get(wording.NOTE)}
        if found.is_question:
            taken |= {cells.get(each.heading) for each in BESIDE}
        if not ref.name.endswith(WHY):
            taken.add(found.answer)
        if found.is_question and found.earlier and not wording.is_past(found.earlier.text):
            taken.add(found.confirm)
    past = found.earlier
    if past is not None and not _is_past(past, found, framework):
        taken.discard(past)
    problems += [
        place.unexpected(cell)
        for cell in filled
        if cell not in taken
        and wording.fold(cell.text) != wording.fold(question)
        and not (is_title and wording.is_progress(cell.text))
    ]
    if wording.STATEMENT in sheet.columns:
        text = statement.text if statement is not None else ""
        if wording.fold(own) != wording.fold(question):
            problems.append(_changed(place, statement or ref_cell, ref, text, question))
    return (None if is_title else found), problems


def _is_past(cell: Cell, found: Found, framework: Framework) -> bool:
    """Say whether a cell under *Last year* can be what we wrote there."""
    if not found.is_question:
        return cell.kind == "s" and cell.text.startswith(wording.PAST_WORDS)
    labels = {each.label for answers in framework.answer_sets for each in answers.answers}
    first = next(iter(cell.text.splitlines()), "")
    shown = wording.shown_in(first)
    if shown is not None and wording.fold(shown.label) in {wording.fold(e) for e in labels}:
        return True
    folded = wording.fold(cell.text)
    return wording.is_past(cell.text) or folded in {
        wording.fold(wording.NOT_ASKED),
        wording.fold(wording.NOT_ANSWERED),
    }


def _unknown(
    sheet: Questions, cell: Cell, ref: Ref, others: Sequence[Cell], *, with_nearest: bool
) -> list[Problem]:
    near = closest(ref.name, list(sheet.known[ref.framework])) if with_nearest else ""
    held = f" The row holds: {_texts(others)}." if others else ""
    return [
        Problem(
            "unknown-ref",
            sheet.place.of(cell),
            f"{quoted(cell.text)} is not a question of {ref.framework}.{held}",
            f"{near + ' ' if near else ''}Nothing in this row was stored. "
            "Put the ref back as it was and send the file again.",
        )
    ]


def _changed(place: Place, cell: Cell, ref: Ref, text: str, question: str) -> Problem:
    return Problem.note(
        "question-changed",
        place.of(cell),
        f"The question of {ref.name} was changed to {quoted(text)}; it is {quoted(question)}."
        if text
        else f"The question of {ref.name} was removed; it is {quoted(question)}.",
        "The answer was stored for the question as it is. Ask whether it still fits.",
    )


def _answers(ref: Ref, framework: Framework) -> AnswerSet:
    return framework.answers_for(framework.indicators[IndicatorId(ref.name)][1])


def replies_of(
    found: Sequence[Found],
    frameworks: Mapping[FrameworkRef, Framework],
    held: Collection[StatementKey] = (),
) -> tuple[tuple[Reply, ...], list[Problem]]:
    """Turn rows into replies; rows that say different things under one ref are all reported.

    Args:
        held: statements whose earlier answer holds, with the words beside it.
    """
    problems: list[Problem] = []
    given: dict[Ref, list[tuple[Found, _Given]]] = {}
    refs = {each.ref for each in found}
    for each in found:
        framework = frameworks[each.ref.framework]
        if each.is_question:
            statements = statements_of(each.ref, refs, frameworks)
            is_held = each.answer is None and bool({*statements}.intersection(held))
            reply, more = _answer(each, framework, statements, is_held=is_held)
        elif each.ref.name.endswith(SHARED):
            reply, more = _sharing(each)
        else:
            reply, more = _text(each, frameworks)
        problems += more
        if reply is not None:
            given.setdefault(each.ref, []).append((each, reply))
    replies: list[Reply] = []
    for ref, several in given.items():
        if len({_said(reply) for _, reply in several}) == 1:
            replies.append(several[0][1])
            continue
        for row, reply in several:
            others = ", ".join(
                other.place.of(other.ref_cell) for other, _ in several if other != row
            )
            problems.append(
                Problem(
                    "repeated-ref",
                    row.place.of(row.ref_cell),
                    f'The ref "{row.ref_cell.text.strip()}" stands here and at {others}, '
                    f"with different answers; here it is {quoted(_said_as_text(reply))}.",
                    f"Neither was stored for {ref.name}. Delete the wrong row and send it again.",
                )
            )
    return tuple(replies), problems


_Given = AnswerReply | TextReply | SharingReply


def _said(reply: _Given) -> tuple[str, ...]:
    if isinstance(reply, AnswerReply):
        return reply.said.said
    if isinstance(reply, SharingReply):
        return reply.same, reply.words
    return reply.text, reply.valid_until


def _said_as_text(reply: _Given) -> str:
    return " ".join(each for each in _said(reply) if each) or WITHDRAW


def statements_of(
    ref: Ref, refs: set[Ref], frameworks: Mapping[FrameworkRef, Framework]
) -> tuple[StatementKey, ...]:
    """Give the statements of a row; those that repeat it too, unless one has a row of its own."""
    together = statements_for(ref, frameworks, together=True)
    own = {ref._replace(name=str(each.indicator)) for each in together} - {ref}
    return statements_for(ref, frameworks, together=not own & refs)


def _beside(row: Found, *, is_held: bool) -> tuple[dict[str, str], list[Problem]]:
    """Give what stands beside an answer, keyed by heading.

    Args:
        is_held: whether the words stand beside an earlier answer that holds, and are read there.
    """
    problems: list[Problem] = []
    said: dict[str, str] = {}
    for column in BESIDE:
        cell = row.cells.get(column.heading)
        if cell is None or (is_held and cell is row.words):
            continue
        said[column.heading], problem = column.read(row.place, cell)
        problems += [problem] if problem is not None else []
    return {heading: text for heading, text in said.items() if text}, problems


def _answer(
    row: Found, framework: Framework, statements: tuple[StatementKey, ...], *, is_held: bool
) -> tuple[_Given | None, list[Problem]]:
    place = row.place
    answer, problem = place.text_in(row.answer) if row.answer is not None else ("", None)
    said, problems = _beside(row, is_held=is_held)
    problems = [*([problem] if problem is not None else []), *problems]
    answers = _answers(row.ref, framework)
    if row.answer is None or not answer:
        if not problems:
            problems = [
                _alone(row, row.cells[e], answers.answers, text) for e, text in said.items()
            ]
        return None, problems
    is_withdrawn = wording.fold(answer) == wording.fold(WITHDRAW)
    read = read_answer(answer, answers)
    if read.choice is None and not is_withdrawn:
        labels = [*(each.label for each in answers.answers), WITHDRAW]
        words = ", ".join(map(quoted, said.values()))
        beside = f" The words beside it, {words}, were not stored either." if words else ""
        problems.append(
            Problem(
                "answer-not-allowed",
                place.of(row.answer),
                f"{quoted(answer)} is not one of the answers to {row.ref.name}.",
                f"{could_mean(answer, read) or two_meanings(answers.answers)}"
                f"Choose one of: {'; '.join(labels)}. "
                f"Nothing was stored for this row.{beside}",
            )
        )
        return None, problems
    if problems:  # NOTE: half a row would replace a reason we have with none
        return None, [*problems, _held_back(row, row.answer, answer)]
    chosen = None if read.choice is None else answers.by_code(read.choice.code)
    if chosen is not None and not read.is_exact:
        problems.append(read_as(place.of(row.answer), answer, chosen.label))
    problems += place.unused_link(row.answer)
    if chosen is not None and chosen.needs is Needs.REASON and wording.WORDS not in said:
        problems.append(
            Problem.note(
                "reason-missing",
                place.of(row.answer),
                f'"{chosen.label}" needs a reason.',
                "It was stored, and counts as not answered until a reason stands under "
                f'"{wording.WORDS}".',
            )
        )
    fields = {each.says: said[each.heading] for each in BESIDE if each.heading in said}
    response = Response(new=None) if chosen is None else Response(new=chosen.code, **fields)
    return AnswerReply(statements, response, place.source_of(row.answer), answer), problems


def _sharing(row: Found) -> tuple[_Given | None, list[Problem]]:
    """Read whether a topic is the same as in the shared services."""
    place, problems = row.place, list[Problem]()
    words = text = ""
    if row.words is not None:
        words, problem = place.words_in(row.words)
        problems += [problem] if problem is not None else []
    if row.answer is not None:
        text, problem = place.text_in(row.answer)
        problems += [problem] if problem is not None else []
    if row.answer is None or not text:
        if words and row.words is not None and not problems:
            problems.append(_alone(row, row.words, YES_OR_NO, words))
        return None, problems
    read = read_listed(text, YES_OR_NO, "yes-no")
    if read.choice is None:
        found = f"{quoted(text)} is not one of the answers to {row.ref.name}."
        hint = f"{could_mean(text, read)}Choose Yes or No. Nothing was stored for this row."
        hint += f" The words beside it, {quoted(words)}, were not stored either." if words else ""
        return None, [*problems, Problem("answer-not-allowed", place.of(row.answer), found, hint)]
    if problems:
        return None, [*problems, _held_back(row, row.answer, text)]
    if not read.is_exact:
        problems.append(read_as(place.of(row.answer), text, read.choice.label))
    problems += place.unused_link(row.answer)
    if read.choice.code == OTHER and not words:
        found, hint = '"No" needs a reason.', f'It was stored. Say why under "{wording.WORDS}".'
        problems.append(Problem.note("reason-missing", place.of(row.answer), found, hint))
    key = TopicKey(row.ref.framework, row.ref.scope, row.ref.name.removesuffix(SHARED))
    source = place.source_of(row.answer)
    return SharingReply(key, read.choice.code, words, source, text), problems


def _alone(row: Found, cell: Cell, choices: Sequence[Answer | Choice], text: str) -> Problem:
    labels = "; ".join(each.label for each in choices)
    return Problem(
        "reason-without-answer",
        row.place.of(cell),
        f"{quoted(text)} stands beside {row.ref.name}, and no answer is chosen.",
        f"It was not stored. Choose one of: {labels}. Then send the file again.",
    )


def _held_back(row: Found, cell: Cell, answer: str) -> Problem:
    return Problem(
        "row-held-back",
        row.place.of(cell),
        f"The answer {quoted(answer)} to {row.ref.name} was held back with the words beside it.",
        "Mend the cell named above and send the file again; then both are stored.",
    )


def _text(
    row: Found, frameworks: Mapping[FrameworkRef, Framework]
) -> tuple[_Given | None, list[Problem]]:
    place, problems = row.place, list[Problem]()
    is_evidence = row.ref.name.endswith(EVIDENCE)
    text = until = ""
    if row.words is not None:
        text, problem = place.words_in(row.words)
        problems += [problem] if problem is not None else []
    if is_evidence and row.answer is not None:
        stated, problem = place.text_in(row.answer)
        where, kept = place.of(row.answer), "The documents were stored without a date."
        until, said = understand_date(date_in(row.answer), where, kept, period=True)
        problems += place.unused_link(row.answer)
        if problem is not None:
            problems.append(problem)
        elif stated and not text:
            problems.append(
                Problem(
                    "date-without-documents",
                    place.of(row.answer),
                    f"The date {quoted(stated)} stands here, and no document is named.",
                    f'It was not stored. Name the documents under "{wording.WORDS}".',
                )
            )
        elif stated and said is not None:
            problems.append(said)
    outcome = outcome_for(row.ref, frameworks)
    if not text or outcome is None or row.words is None:
        return None, problems
    kind = TextKind.EVIDENCE if is_evidence else TextKind.RATIONALE
    return TextReply(kind, outcome, text, until, place.source_of(row.words)), problems
