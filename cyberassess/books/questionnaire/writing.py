"""One person's questionnaire as a workbook: what they see, and nothing else inside.

Nothing is hidden, merged or protected, so that people may sort, filter and widen; rows are known
again by their *Ref* (see ``reading``). Only our own counts and checks are formulas: whatever
else begins with an equals sign is text.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cyberassess.books import wording
from cyberassess.books.look import (
    GREY,
    INDENT,
    LINE,
    LONGEST_FORMULA,
    LONGEST_NAME,
    PETROL,
    SCREEN,
    SIZE,
    SMALL,
    Fitted,
    Paper,
    Sheets,
    Writer,
    choose,
    clean,
    pairs,
    row_height,
    write,
)
from cyberassess.books.questionnaire.asking import Around, Written, look_first, origins, questions
from cyberassess.books.questionnaire.sharing import shared
from cyberassess.domain.assessment import ORGANISATION
from cyberassess.domain.calendar_words import said_date, said_weekday
from cyberassess.domain.people.questions import Document, Questionnaire, Topic
from cyberassess.errors import counted

START_WIDTHS = (220, 520, 340)
ABOUT_WIDTHS = (220, 800)
FIX_WIDTHS = (60, 190, 250, 740)
DOCUMENT_WIDTHS = (240, 290, 175, 115, 125, 175, 120)
DOCUMENT_HEADER = 3
DOCUMENT_ROWS = 15
"""Empty rows to write in; people may add more."""
assert sum(DOCUMENT_WIDTHS) == SCREEN  # noqa: S101 - a slip when a width is changed


def write_questionnaire(
    path: Path,
    what: Questionnaire,
    *,
    created: datetime.datetime,
    tool: str,
    earlier: Mapping[str, str] | None = None,
) -> None:
    """Write a person's questionnaire; the same input gives the same bytes.

    Args:
        path: of the workbook; replaced if it is there.
        what: the questions, with the answers so far.
        created: the time that stands in the file's properties; aware, or in UTC.
        earlier: texts of last year, keyed by ref; shown grey, never counted.

    Raises:
        OSError: where the file cannot be written; nothing is left under its name.
    """
    title = wording.TITLE.format(name=what.person.name)
    with Writer(path, title, created, marking=_marked(what), footer=_footer(what)) as sheets:
        topics = _conditions_first(what.topics)
        names = sheet_names(topics)
        places = {
            block.ref: name
            for topic, name in zip(topics, names, strict=True)
            for block in topic.blocks
        }
        around = Around(places, _confirm_cells(what), earlier or {})
        first = begin_fixes(sheets, what) if what.fixes else None
        start = sheets.sheet(wording.START, START_WIDTHS)
        written = [shared(sheets, what)] if what.shared else []
        written += [
            questions(sheets, what, topic, name=name, around=around)
            for topic, name in zip(topics, names, strict=True)
        ]
        _start(sheets, start, what, written)
        documents(sheets, what)
        _finish(sheets, what, written)
        _about(sheets, what, tool)
        if first is not None:
            cells = {ref: cell for each in written for ref, cell in each.places.items()}
            list_fixes(sheets, first, what, cells)
        (first or start).activate()


def _marked(what: Questionnaire) -> str:
    return wording.MARKED.format(marking=what.marking)


def _footer(what: Questionnaire) -> str:
    left = f"{what.organisation[:40]} {what.period[:20]} - {what.person.name[:40]}"
    return f"{left} - R{what.serial}"


def _conditions_first(topics: Sequence[Topic]) -> list[Topic]:
    """Put what says which questions apply before the questions themselves; order kept."""
    return sorted(topics, key=lambda topic: not _is_condition(topic))


def _is_condition(topic: Topic) -> bool:
    return all(
        row.statements[0].indicator in block.asked.framework.conditions
        for block in topic.blocks
        for row in block.rows
    )


def sheet_names(topics: Sequence[Topic]) -> tuple[str, ...]:
    """Give each topic's sheet a name Excel allows, unique in the workbook."""
    taken = {each.casefold() for each in wording.SHEETS} | {"history"}
    names: list[str] = []
    for topic in topics:
        scope = "" if topic.scope == ORGANISATION else _nameable(topic.scope_title)
        name = _sheet_name(topic.id, _nameable(topic.title), scope)
        number = 1
        unique = name
        while unique.casefold() in taken:
            number += 1
            ending = f" {number}"
            unique = name[: LONGEST_NAME - len(ending)].rstrip() + ending
        taken.add(unique.casefold())
        names.append(unique)
    return tuple(names)


def _nameable(text: str) -> str:
    # NOTE: Excel counts a character beyond U+FFFF, as emoji are, as two.
    return " ".join(
        re.sub(r"[\[\]:*?/\\'\x00-\x1f\U00010000-\U0010ffff]", " ", clean(text)).split()
    )


def _sheet_name(topic: str, title: str, scope: str) -> str:
    front = _nameable(topic)
    if front.replace("-", "").isalpha() and front.islower():  # our own word, not the publisher's
        return _cut(f"{title} - {scope}" if scope else title, LONGEST_NAME)
    if not scope:
        return _cut(f"{front} {title}", LONGEST_NAME)
    room = LONGEST_NAME - len(front) - len(" ") - len(" - ")
    short = _cut(scope, max(room // 2, room - len(title)))
    return f"{front} {_cut(title, room - len(short))} - {short}"[:LONGEST_NAME]


def _cut(text: str, room: int) -> str:
    """Cut after a word where one ends in time; no joining word is left at the end."""
    if len(text) <= room:
        return text
    words = text[: room + 1].rsplit(" ", 1)[0][:room].rstrip(" ,;-")
    while words.rpartition(" ")[2].casefold() in {"and", "of", "the", "for", "in", "to", "or"}:
        words = words.rpartition(" ")[0].rstrip(" ,;-")
    return words if len(words) * 3 > room else text[:room].rstrip()


class _Form:
    """Labels with what stands beside them, on the first sheet and the last but one."""

    def __init__(self, sheets: Sheets, paper: Paper, what: Questionnaire) -> None:
        self.sheets = sheets
        self.paper = paper
        self.label = sheets.format(bold=True, text_wrap=True)
        self.value = sheets.format(text_wrap=True)
        self.row = 2
        title = sheets.format(font_size=20, bold=True, font_color=PETROL)
        self._titles = title, sheets.format(font_size=SMALL, font_color=GREY)
        self.subtitle = wording.SUBTITLE.format(
            organisation=what.organisation, period=what.period, marking=what.marking
        )

    def title(self, text: str) -> None:
        title, small = self._titles
        write(self.paper, 0, 0, text, title)
        self.paper.set_row(0, 32)
        write(self.paper, 1, 0, self.subtitle, small)
        self.paper.set_row(1, 26)

    def text(self, label: str, text: str) -> None:
        write(self.paper, self.row, 0, label, self.label)
        write(self.paper, self.row, 1, text, self.value)
        fitted = [Fitted(text, START_WIDTHS[1], SIZE)]
        self.paper.set_row(self.row, row_height(fitted, padding=10))
        self.row += 1

    def input(self, label: str, help_: str, *, choices: Sequence[str] = (), said: str = "") -> int:
        """Write a cell to type in; gives its row."""
        hint = self.sheets.format(font_color=GREY, text_wrap=True, align="left", indent=1)
        write(self.paper, self.row, 0, label, self.label)
        write(self.paper, self.row, 1, said, self.sheets.input())
        write(self.paper, self.row, 2, help_, hint)
        if choices:
            choose(self.paper, (self.row, self.row, 1), choices)
        fitted = [
            Fitted(label, START_WIDTHS[0], SIZE, bold=True),
            Fitted(help_, START_WIDTHS[2] - INDENT, SIZE),
        ]
        self.paper.set_row(self.row, row_height(fitted, least=30))
        self.row += 1
        return self.row - 1

    def count(self, label: str, parts: Sequence[str], words: str, now: int) -> None:
        """Write a sum over all sheets with its true value."""
        write(self.paper, self.row, 0, label, self.label)
        formula = f'={"+".join(parts)}&" {words}"'
        bold = self.sheets.format(bold=True)
        if parts and len(formula) <= LONGEST_FORMULA:
            self.paper.write_formula(self.row, 1, formula, bold, f"{now} {words}")
        else:
            write(self.paper, self.row, 1, f"{now} {words}", bold)
        self.row += 1

    def progress(self, what: Questionnaire, written: Sequence[Written]) -> None:
        cells = [f"'{each.name}'!$A$3" for each in written]
        parts = [f'VALUE(LEFT({cell},FIND(" ",{cell})-1))' for cell in cells]
        words = wording.PROGRESS_WORDS.format(count=what.questions)
        self.count(wording.PROGRESS, parts, words, sum(each.answered for each in written))


def _start(sheets: Sheets, paper: Paper, what: Questionnaire, written: Sequence[Written]) -> None:
    form = _Form(sheets, paper, what)
    form.title(wording.TITLE.format(name=what.person.name))
    for label, text in _start_rows(what):
        form.text(label, text)
    form.row += 1
    help_ = wording.COMPLETED_BY_HELP
    first = form.input(wording.COMPLETED_BY, help_, said=what.completed_by)
    for topics, origins_ in _to_confirm(what):
        if look := look_first(topics, what.proven):
            form.text("", look)
        for origin in origins_:
            label = wording.CONFIRM_BOOK.format(origin=origin, scope=topics[0].scope_title)
            form.input(label, wording.CONFIRM_BOOK_HELP, choices=[wording.YES])
    form.row += 1
    form.progress(what, written)
    paper.set_selection(first, 1, first, 1)


def _confirm_cells(what: Questionnaire) -> dict[tuple[str, str], str]:
    """Give the cells that confirm all answers from an origin, keyed by scope and origin."""
    found: dict[tuple[str, str], str] = {}
    row = len(wording.START_ROWS) + 5  # title, line, rows, a gap and who completed it
    for topics, origins_ in _to_confirm(what):
        row += bool(look_first(topics, what.proven))
        for origin in origins_:
            found[str(topics[0].scope), origin] = f"'{wording.START}'!$B${row}"
            row += 1
    return found


def _to_confirm(what: Questionnaire) -> list[tuple[Sequence[Topic], Sequence[str]]]:
    """Give the topics of each scope with an answer to confirm, and where those come from."""
    by_scope: dict[str, list[Topic]] = {}
    for topic in what.topics:
        by_scope.setdefault(str(topic.scope), []).append(topic)
    found = [
        (topics, [*dict.fromkeys(e for topic in topics for e in origins(topic.rows))])
        for topics in by_scope.values()
    ]
    return [(topics, each) for topics, each in found if each]


def _start_rows(what: Questionnaire) -> list[tuple[str, str]]:
    values = {
        "organisation": what.organisation,
        "minutes": str(what.minutes),
        "questions": wording.questions(what.questions),
        "fixes": counted(len(what.fixes), "line") if what.fixes else "",
        "due": said_weekday(what.due) if what.due else "",
        "officer": what.officer.name,
        "email": what.officer.email,
    }
    rows: list[tuple[str, str]] = []
    for label, templates in wording.START_ROWS:
        wanted = ((each, re.findall(r"\{([a-z]+)\}", each)) for each in templates)
        text = next(each for each, names in wanted if all(values[name] for name in names))
        rows.append((label, text.format(**values)))
    return rows


def _finish(sheets: Sheets, what: Questionnaire, written: Sequence[Written]) -> None:
    paper = sheets.sheet(wording.FINISH, START_WIDTHS)
    form = _Form(sheets, paper, what)
    form.title(wording.FINISH_TITLE)
    form.progress(what, written)
    look = sum(each.checks for each in written)
    hint = sheets.format(font_color=GREY, text_wrap=True, align="left", indent=1)
    write(paper, form.row, 2, wording.LOOK_HELP, hint)
    form.count(
        wording.LOOK_AGAIN,
        [each.look_from_elsewhere for each in written],
        wording.LOOK_WORDS,
        look,
    )
    form.row += 1
    first = form.input(wording.DECLARED, wording.DECLARED_HELP, choices=[wording.YES])
    form.input(wording.DECLARED_BY, wording.DECLARED_BY_HELP)
    form.input(wording.DECLARED_ON, wording.DECLARED_ON_HELP)
    form.row += 1
    form.text(wording.RETURN, wording.RETURN_TEXT.format(officer=what.officer.name))
    paper.set_selection(first, 1, first, 1)


def _about(sheets: Sheets, what: Questionnaire, tool: str) -> None:
    paper = sheets.sheet(wording.ABOUT, ABOUT_WIDTHS)
    sheets.title(paper, wording.ABOUT, wording.ABOUT_LINE)
    paper.set_row(1, 28)
    values: dict[str, str | int] = {
        wording.WHAT: wording.WHAT_TEXT,
        wording.MARKING: _marked(what),
        wording.ASSESSMENT: what.assessment,
        wording.ORGANISATION: what.organisation,
        wording.PERIOD: what.period,
        wording.PERSON: str(what.person.id),
        wording.NAME: what.person.name,
        wording.SERIAL: what.serial,
        wording.HEAD: what.head or wording.NOTHING,
    }
    for number, framework in enumerate(what.frameworks, start=1):
        values[f"{wording.FRAMEWORK} {number}"] = str(framework.ref)
    values |= {wording.QUESTIONS: len(what.rows), wording.WRITTEN_BY: f"cyberassess {tool}"}
    pairs(sheets, paper, 2, values, ABOUT_WIDTHS[1])


def begin_fixes(sheets: Sheets, what: Questionnaire) -> Paper:
    """Begin the sheet, so that it stands first; its rows need the places of all others."""
    paper = sheets.sheet(wording.FIX, FIX_WIDTHS)
    line = wording.FIX_LINE.format(
        organisation=what.organisation, period=what.period, marking=what.marking
    )
    sheets.title(paper, wording.FIX_TITLE, line)
    write(paper, 2, 0, wording.FIX_HELP, sheets.format(font_size=SIZE))
    paper.set_row(2, 28)
    return paper


_ALWAYS = (wording.DOCUMENTS, wording.FINISH)
"""Sheets that every workbook has, under the same names."""


def list_fixes(
    sheets: Sheets, paper: Paper, what: Questionnaire, places: Mapping[str, str]
) -> None:
    """List what to look at.

    Args:
        places: of rows in this workbook, as ``'sheet'!C12``, keyed by ref.
    """
    sheets.heads(paper, 3, wording.FIX_HEADINGS, set())
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    grey = sheets.format(font_size=SMALL, font_color=GREY, **line)
    link = sheets.format(font_color=PETROL, underline=1, **line)
    for row, fix in enumerate(what.fixes, start=4):
        paper.write_number(row, 0, row - 3, sheets.format(align="left", **line))
        if fix.ref in places:
            paper.write_url(row, 1, f"internal:{places[fix.ref]}", link, fix.ref)
        elif sheet := next((e for e in _ALWAYS if f'sheet "{e}", cell' in fix.place), ""):
            paper.write_url(row, 1, f"internal:'{sheet}'!A1", link, sheet)
        else:
            write(paper, row, 1, wording.NO_ROW, grey)
        write(paper, row, 2, fix.place, grey)
        write(paper, row, 3, fix.text, sheets.format(**line))
        fitted = [Fitted(fix.text, FIX_WIDTHS[3], SIZE), Fitted(fix.place, FIX_WIDTHS[2], SMALL)]
        paper.set_row(row, row_height(fitted, least=30))
    paper.freeze_panes(4, 0)
    paper.repeat_rows(3)


def documents(sheets: Sheets, what: Questionnaire) -> None:
    """Write the sheet, with the documents this person named before."""
    paper = sheets.sheet(wording.DOCUMENTS, DOCUMENT_WIDTHS)
    sheets.title(paper, wording.DOCUMENTS_TITLE, wording.DOCUMENTS_LINE)
    write(paper, 2, 0, wording.MARKED.format(marking=what.marking), sheets.format(font_size=10))
    indented = set(range(len(DOCUMENT_WIDTHS)))
    sheets.heads(paper, DOCUMENT_HEADER, wording.DOCUMENT_HEADINGS, indented)
    rows = [_cells(each) for each in what.documents]
    rows += [("",) * len(DOCUMENT_WIDTHS)] * DOCUMENT_ROWS
    for row, texts in enumerate(rows, start=DOCUMENT_HEADER + 1):
        for column, text in enumerate(texts):
            write(paper, row, column, text, sheets.input(valign="vcenter"))
        fitted = [Fitted(t, w, SIZE) for t, w in zip(texts, DOCUMENT_WIDTHS, strict=True)]
        paper.set_row(row, row_height(fitted, least=32))
    paper.freeze_panes(DOCUMENT_HEADER + 1, 0)
    paper.repeat_rows(DOCUMENT_HEADER)
    paper.set_selection(DOCUMENT_HEADER + 1, 0, DOCUMENT_HEADER + 1, 0)


def _cells(document: Document) -> tuple[str, ...]:
    return (
        document.title,
        document.shows,
        ", ".join(document.refs),
        said_date(document.dated),
        document.owner,
        document.location,
        said_date(document.valid_until),
    )
