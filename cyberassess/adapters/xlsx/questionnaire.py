"""One person's questionnaire as a workbook: what they see, and nothing else inside.

Nothing is hidden, merged or protected, so that people may sort, filter and widen; rows are known
again by their *Ref* (see ``responses``). Only our own counts are formulas: whatever else begins
with an equals sign is text.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

from cyberassess.adapters import files
from cyberassess.adapters.calendar_words import MONTHS
from cyberassess.adapters.xlsx import wording
from cyberassess.adapters.xlsx.text_size import Fitted, row_height
from cyberassess.domain.assessment import ORGANISATION
from cyberassess.domain.framework import AnswerSet
from cyberassess.domain.ledger import Said
from cyberassess.domain.questions import (
    EVIDENCE,
    WITHDRAW,
    Block,
    Questionnaire,
    Row,
    Topic,
)

PETROL = "#0b5563"
PALE = "#e6f0f1"
INPUT = "#fffdf0"
OCHRE = "#b8962e"
GREY = "#595959"
LINE = "#c9d6d8"
FONT = "Arial"
SIZE = 12
SMALL = 10
TINY = 9

REF, STATEMENT, ANSWER, WORDS, EARLIER = range(5)
WIDTHS = (84, 500, 205, 345, 146)
"""Pixels of the columns of a sheet of questions: together they fit a 1366-pixel screen."""
START_WIDTHS = (220, 520, 340)
ABOUT_WIDTHS = (220, 800)
INDENTED = {ANSWER, WORDS, EARLIER}
INDENT = 12
"""Pixels an indented cell's text cannot use."""
HEADER_ROW = 4
"""Counted from zero, as XlsxWriter does."""

A4 = 9
WITHOUT_GRID = 2
LONGEST_NAME = 31
LONGEST_LIST = 255
LONGEST_MESSAGE = 255
LONGEST_FORMULA = 8000
LONGEST_CELL = 32_767
TALL = 96
MIDDLING = 66

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")

# NOTE: XlsxWriter comes without types.
Book = Any
Paper = Any
Format = Any


class _Sheets:
    """The workbook under way: its formats, and cells written only as what they are."""

    def __init__(self, book: Book, what: Questionnaire) -> None:
        self.book = book
        self.what = what
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items(), key=lambda each: each[0]))
        if key not in self._formats:
            whole = {"font_name": FONT, "font_size": SIZE, "valign": "top", **properties}
            self._formats[key] = self.book.add_format(whole)
        return self._formats[key]

    def input(self, **properties: object) -> Format:
        """Give the format of a cell people write in: text, so that nothing becomes a formula."""
        whole = {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1, **properties}
        return self.format(bg_color=INPUT, border=1, border_color=OCHRE, **whole)

    def sheet(self, name: str) -> Paper:
        """Add a sheet, A4 landscape, one page wide, marked."""
        paper = self.book.add_worksheet(name)
        what = self.what
        marking = _escaped(wording.MARKED.format(marking=what.marking))
        paper.hide_gridlines(WITHOUT_GRID)
        paper.set_landscape()
        paper.set_paper(A4)
        paper.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
        paper.fit_to_pages(1, 0)
        paper.set_header(f'&C&"Arial,Bold"&10{marking}')
        left = f"{what.organisation[:40]} {what.period[:20]} - {what.person.name[:40]}"
        left = _escaped(f"{left} - R{what.serial}")
        paper.set_footer(
            f'&L&"Arial,Regular"&9{left}&C&"Arial,Bold"&10{marking}'
            '&R&"Arial,Regular"&9Page &P of &N'
        )
        return paper


def _escaped(text: str) -> str:
    return _clean(text).replace("&", "&&")


def _clean(text: str) -> str:
    """Give a text as a cell can hold it."""
    return _NOT_IN_XML.sub("\ufffd", text)[:LONGEST_CELL]


def _write(paper: Paper, row: int, column: int, text: str, form: Format) -> None:
    if text:
        paper.write_string(row, column, _clean(text), form)
    else:
        paper.write_blank(row, column, None, form)


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
        tool: the version of this program.
        earlier: last year's answers as text, keyed by ref; shown grey, never counted.

    Raises:
        OSError: where the file cannot be written; nothing is left under its name.
    """
    import xlsxwriter

    data = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(data, options) as book:
        sheets = _Sheets(book, what)
        title = wording.TITLE.format(name=what.person.name)
        if created.tzinfo is not None:
            created = created.astimezone(datetime.UTC)
        book.set_properties({"title": _clean(title)[:255], "created": created})
        topics = _conditions_first(what.topics)
        names = sheet_names(topics)
        start = sheets.sheet(wording.START)
        for topic, name in zip(topics, names, strict=True):
            _questions(sheets, topic, name, earlier or {})
        _start(sheets, start, names)
        _about(sheets, tool)
        start.activate()
    files.write_whole(path, data.getvalue())


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
    taken = {wording.START.casefold(), wording.ABOUT.casefold(), "history"}
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
    return " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", _clean(text)).split())


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


def _day(iso: str) -> str:
    date = datetime.date.fromisoformat(iso)
    return f"{_DAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]} {date.year}"


def _count_formula(first: int, last: int) -> str:
    """Count answers in rows with a ref; sorting and inserting rows changes nothing."""
    refs = f"$A${first + 1}:$A${last + 1}"
    answers = f"$C${first + 1}:$C${last + 1}"
    return f'COUNTIFS({refs},"?*",{refs},"<>*{EVIDENCE}*",{answers},"<>")'


def _answered(rows: Sequence[Row]) -> int:
    return sum(row.current is not None for row in rows)


def _start(sheets: _Sheets, paper: Paper, names: Sequence[str]) -> None:
    what = sheets.what
    for column, width in enumerate(START_WIDTHS):
        paper.set_column_pixels(column, column, width)
    title = sheets.format(font_size=20, bold=True, font_color=PETROL)
    _write(paper, 0, 0, wording.TITLE.format(name=what.person.name), title)
    paper.set_row(0, 32)
    subtitle = wording.SUBTITLE.format(
        organisation=what.organisation, period=what.period, marking=what.marking
    )
    _write(paper, 1, 0, subtitle, sheets.format(font_size=SMALL, font_color=GREY))
    paper.set_row(1, 26)
    label = sheets.format(bold=True, text_wrap=True)
    value = sheets.format(text_wrap=True)
    row = 2
    for name, text in _start_rows(what):
        _write(paper, row, 0, name, label)
        _write(paper, row, 1, text, value)
        paper.set_row(row, row_height([Fitted(text, START_WIDTHS[1], SIZE)], padding=10))
        row += 1
    row += 1
    hint = sheets.format(font_color=GREY, text_wrap=True, align="left", indent=1)
    for name, text in (
        (wording.COMPLETED_BY, wording.COMPLETED_BY_HELP),
        (wording.DECLARED, wording.DECLARED_HELP),
    ):
        _write(paper, row, 0, name, label)
        _write(paper, row, 1, "", sheets.input())
        _write(paper, row, 2, text, hint)
        fitted = [Fitted(name, START_WIDTHS[0], SIZE, bold=True)]
        fitted.append(Fitted(text, START_WIDTHS[2] - INDENT, SIZE))
        paper.set_row(row, row_height(fitted, least=30))
        row += 1
    row += 1
    _write(paper, row, 0, wording.PROGRESS, label)
    _total(sheets, paper, row, names)
    paper.set_selection(row - 3, 1, row - 3, 1)


def _start_rows(what: Questionnaire) -> list[tuple[str, str]]:
    values = {
        "organisation": what.organisation,
        "minutes": str(what.minutes),
        "questions": wording.questions(len(what.rows)),
        "due": _day(what.due) if what.due else "",
        "officer": what.officer.name,
        "email": what.officer.email,
    }
    rows: list[tuple[str, str]] = []
    for label, templates in wording.START_ROWS:
        wanted = ((each, re.findall(r"\{([a-z]+)\}", each)) for each in templates)
        text = next(each for each, names in wanted if all(values[name] for name in names))
        rows.append((label, text.format(**values)))
    return rows


def _total(sheets: _Sheets, paper: Paper, row: int, names: Sequence[str]) -> None:
    rows = sheets.what.rows
    words = wording.PROGRESS_WORDS.format(count=len(rows))
    cells = [f"'{name}'!$A$3" for name in names]
    parts = [f'VALUE(LEFT({cell},FIND(" ",{cell})-1))' for cell in cells]
    formula = f'={"+".join(parts)}&" {words}"'
    text = f"{_answered(rows)} {words}"
    if cells and len(formula) <= LONGEST_FORMULA:
        paper.write_formula(row, 1, formula, sheets.format(bold=True), text)
    else:
        _write(paper, row, 1, text, sheets.format(bold=True))


def _questions(sheets: _Sheets, topic: Topic, name: str, earlier: Mapping[str, str]) -> None:
    paper = sheets.sheet(name)
    tiny = sheets.format(font_size=TINY, font_color=GREY)
    plain = sheets.format()
    for column, width in enumerate(WIDTHS):
        paper.set_column_pixels(column, column, width, tiny if column == REF else plain)
    _write(paper, 0, 0, topic.title, sheets.format(font_size=18, bold=True, font_color=PETROL))
    paper.set_row(0, 28)
    line = wording.SHEET_LINE.format(
        scope=topic.scope_title,
        questions=wording.questions(len(topic.rows)),
        marking=sheets.what.marking,
    )
    _write(paper, 1, 0, line, sheets.format(font_size=SMALL, font_color=GREY))
    paper.set_row(1, 16)
    paper.set_row(2, 20)
    paper.set_row(3, 4)
    header = {"bold": True, "font_color": "#ffffff", "bg_color": PETROL, "valign": "vcenter"}
    for column, text in enumerate(wording.HEADINGS):
        indent = 1 if column in INDENTED else 0
        form = sheets.format(align="left", indent=indent, **header)
        _write(paper, HEADER_ROW, column, text, form)
    paper.set_row(HEADER_ROW, 24)
    writing = _Writing(sheets, paper, earlier)
    row = HEADER_ROW + 1
    for block in topic.blocks:
        row = writing.block(block, row)
    words = wording.PROGRESS_WORDS.format(count=len(topic.rows))
    paper.write_formula(
        2,
        0,
        f'={_count_formula(HEADER_ROW + 1, row - 1)}&" {words}"',
        sheets.format(bold=True),
        f"{_answered(topic.rows)} {words}",
    )
    paper.freeze_panes(HEADER_ROW + 1, 0)
    paper.repeat_rows(HEADER_ROW)
    if writing.first:
        paper.set_selection(writing.first, ANSWER, writing.first, ANSWER)


class _Writing:
    """Writes outcomes with their rows onto one sheet; rows are counted from zero."""

    def __init__(self, sheets: _Sheets, paper: Paper, earlier: Mapping[str, str]) -> None:
        self.sheets = sheets
        self.paper = paper
        self.earlier = earlier
        self.first = 0
        """The row of the first statement."""

    def block(self, block: Block, row: int) -> int:
        """Write an outcome; gives the row after it."""
        outcome = block.asked.outcome
        row = self._heading(block, row)
        helped: set[tuple[str, ...]] = set()
        for _, rows in groupby(block.rows, key=lambda each: each.heading):
            row = self._group(block, tuple(rows), row, helped)
        rationale, evidence = block.rationale, block.evidence
        row = self._words(block.why_ref, wording.WHY_TEXT, rationale, row, least=TALL)
        text = wording.evidence_text(outcome)
        self._date(evidence.valid_until if evidence else "", row)
        return self._words(block.evidence_ref, text, evidence, row, least=MIDDLING)

    def _fill(self, row: int, columns: Sequence[int], form: Format) -> None:
        for column in columns:
            self.paper.write_blank(row, column, None, form)

    def _heading(self, block: Block, row: int) -> int:
        outcome, sheets = block.asked.outcome, self.sheets
        rule: dict[str, object] = {"valign": "vcenter"}
        if self.first:
            self.paper.set_row(row, 16)
            row += 1
            rule |= {"top": 2, "top_color": PETROL}
        # NOTE: a ref is unique in a workbook; some sets give an outcome and its statement one id
        taken = block.ref in {each.ref for each in block.rows}
        tiny = sheets.format(font_size=TINY, font_color=GREY, **rule)
        _write(self.paper, row, REF, "" if taken else block.ref, tiny)
        title = sheets.format(font_size=14, bold=True, font_color=PETROL, **rule)
        _write(self.paper, row, STATEMENT, outcome.title, title)
        self._fill(row, (ANSWER, WORDS, EARLIER), sheets.format(**rule))
        self.paper.set_row(row, 28)
        grey = sheets.format(text_wrap=True, font_color=GREY)
        texts = [
            (outcome.question, sheets.format(text_wrap=True, bold=True), True),
            (wording.HELP.format(help=outcome.help), grey, False),
        ]
        if block.official:
            texts.append((f"{wording.OFFICIAL}{block.official}", grey, False))
        for text, form, bold in texts:
            row += 1
            _write(self.paper, row, STATEMENT, text, form)
            height = row_height([Fitted(text, WIDTHS[STATEMENT], SIZE, bold)], padding=6)
            self.paper.set_row(row, height)
        row += 1
        self.paper.set_row(row, 8)
        return row + 1

    def _group(
        self, block: Block, rows: Sequence[Row], row: int, helped: set[tuple[str, ...]]
    ) -> int:
        """Write the rows of one level; ``helped`` holds the choices explained above already."""
        sheets, framework = self.sheets, block.asked.framework
        indicator = framework.indicators[rows[0].statements[0].indicator][1]
        level = framework.level(indicator.level)
        band = {"bg_color": PALE, "font_color": PETROL}
        answers = framework.answers_for(indicator)
        small = sheets.format(font_size=SMALL, **band)
        lines = wording.choices(answers)
        shown = lines[:1] if lines in helped else lines
        helped.add(lines)
        for text, form, height in (
            (
                wording.band(framework, level),
                sheets.format(bold=True, valign="bottom", **band),
                24,
            ),
            *((line, small, 20) for line in shown),
        ):
            self._fill(row, (REF, ANSWER, WORDS, EARLIER), sheets.format(bg_color=PALE))
            _write(self.paper, row, STATEMENT, text, form)
            self.paper.set_row(row, height)
            row += 1
        self.first = self.first or row
        for each in rows:
            self._row(each, row)
            row += 1
        self._validate(rows, row)
        self.paper.set_row(row, 10)
        return row + 1

    def _row(self, row: Row, at: int) -> None:
        sheets = self.sheets
        middle = {"valign": "vcenter"}
        line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, **middle}
        current = row.current
        answer = reason = ""
        if current is not None:
            labels = {each.code: each.label for each in row.answers}
            answer, reason = labels.get(current.answer, current.answer), current.reason
        past = self.earlier.get(row.ref, "")
        _write(self.paper, at, REF, row.ref, self._tiny(**middle))
        below = wording.below(row)
        self._statement(at, row.text, below, sheets.format(**line))
        _write(self.paper, at, ANSWER, answer, sheets.input(**middle))
        _write(self.paper, at, WORDS, reason, sheets.input(**middle))
        _write(self.paper, at, EARLIER, past, self._past(**middle))
        self._size(at, (row.ref, f"{row.text}{below}", answer, reason, past), least=36)

    def _statement(self, at: int, text: str, below: str, form: Format) -> None:
        """Write our question, and smaller below it what must not be taken for it."""
        if not below:
            _write(self.paper, at, STATEMENT, text, form)
            return
        small = self.sheets.format(font_size=SMALL, font_color=GREY)
        below = _clean(below)[: LONGEST_CELL - len(_clean(text))]
        self.paper.write_rich_string(
            at, STATEMENT, self.sheets.format(), _clean(text), small, below, form
        )

    def _words(self, ref: str, text: str, said: Said | None, at: int, *, least: float) -> int:
        line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True}
        words = said.text if said else ""
        past = self.earlier.get(ref, "")
        past = f"{wording.PAST_WORDS}{past}" if past else ""
        _write(self.paper, at, REF, ref, self._tiny())
        _write(self.paper, at, STATEMENT, text, self.sheets.format(**line))
        if not ref.partition("/")[0].endswith(EVIDENCE):
            self._fill(at, (ANSWER,), self.sheets.format(**line))
        _write(self.paper, at, WORDS, words, self.sheets.input())
        _write(self.paper, at, EARLIER, past, self._past())
        self._size(at, (ref, text, "", words, past), least=least)
        return at + 1

    def _date(self, iso: str, at: int) -> None:
        form = self.sheets.input(num_format="d mmmm yyyy")
        if iso:
            date = datetime.datetime.combine(datetime.date.fromisoformat(iso), datetime.time())
            self.paper.write_datetime(at, ANSWER, date, form)
        else:
            self.paper.write_blank(at, ANSWER, None, form)

    def _tiny(self, **properties: object) -> Format:
        return self.sheets.format(
            font_size=TINY,
            font_color=GREY,
            bottom=1,
            bottom_color=LINE,
            text_wrap=True,
            **properties,
        )

    def _past(self, **properties: object) -> Format:
        return self.sheets.format(
            font_size=SMALL,
            font_color=GREY,
            italic=True,
            bottom=1,
            bottom_color=LINE,
            text_wrap=True,
            align="left",
            indent=1,
            **properties,
        )

    def _size(self, at: int, texts: tuple[str, str, str, str, str], *, least: float) -> None:
        sizes = (TINY, SIZE, SIZE, SIZE, SMALL)
        fitted = [
            Fitted(text, width - (INDENT if column in INDENTED else 0), size)
            for column, (text, width, size) in enumerate(zip(texts, WIDTHS, sizes, strict=True))
        ]
        self.paper.set_row(at, row_height(fitted, least=least))

    def _validate(self, rows: Sequence[Row], after: int) -> None:
        """Offer the choices in the answer cells of the rows that end before ``after``."""
        labels = [*(each.label for each in rows[0].answers), WITHDRAW]
        if (
            any("," in each or '"' in each for each in labels)
            or len(",".join(labels)) > LONGEST_LIST
        ):
            return  # the line over the rows names the choices, and `receive` checks them
        message = f"Choose one from the list: {'; '.join(labels)}."
        if len(message) > LONGEST_MESSAGE:
            message = "Choose one of the answers from the list. The line above names them."
        offered = {
            "validate": "list",
            "source": labels,
            "error_title": "Choose an answer from the list",
            "error_message": message,
        }
        helps = wording.choices(AnswerSet(id="", answers=rows[0].answers))[1:]
        if helps and len(helps[0]) <= LONGEST_MESSAGE:
            offered["input_message"] = helps[0]
        self.paper.data_validation(after - len(rows), ANSWER, after - 1, ANSWER, offered)


def _about(sheets: _Sheets, tool: str) -> None:
    what = sheets.what
    paper = sheets.sheet(wording.ABOUT)
    for column, width in enumerate(ABOUT_WIDTHS):
        paper.set_column_pixels(column, column, width)
    title = sheets.format(font_size=18, bold=True, font_color=PETROL)
    _write(paper, 0, 0, wording.ABOUT, title)
    paper.set_row(0, 28)
    _write(paper, 1, 0, wording.ABOUT_LINE, sheets.format(font_color=GREY))
    paper.set_row(1, 28)
    values: list[tuple[str, str | int]] = [
        (wording.WHAT, wording.WHAT_TEXT),
        (wording.MARKING, wording.MARKED.format(marking=what.marking)),
        (wording.ASSESSMENT, what.assessment),
        (wording.ORGANISATION, what.organisation),
        (wording.PERIOD, what.period),
        (wording.PERSON, str(what.person.id)),
        (wording.NAME, what.person.name),
        (wording.SERIAL, what.serial),
        (wording.HEAD, what.head or wording.NOTHING),
    ]
    for number, framework in enumerate(what.frameworks, start=1):
        values.append((f"{wording.FRAMEWORK} {number}", str(framework.ref)))
    values += [(wording.QUESTIONS, len(what.rows)), (wording.WRITTEN_BY, f"cyberassess {tool}")]
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    for row, (label, value) in enumerate(values, start=2):
        _write(paper, row, 0, label, sheets.format(bold=True, **line))
        if isinstance(value, int):
            paper.write_number(row, 1, value, sheets.format(align="left", **line))
        else:
            _write(paper, row, 1, value, sheets.format(**line))
        fitted = Fitted(str(value)[:LONGEST_CELL], ABOUT_WIDTHS[1], SIZE)
        paper.set_row(row, row_height([fitted], least=22))
