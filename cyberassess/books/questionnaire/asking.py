"""A sheet of questions: one group of outcomes in one scope, row by row."""

import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.look import (
    BLUSH,
    GREY,
    INDENT,
    LINE,
    LONGEST_CELL,
    MIDDLE_SIZE,
    PALE,
    PETROL,
    RUST,
    SIZE,
    SMALL,
    TINY,
    Fitted,
    Format,
    Paper,
    Sheets,
    choose,
    clean,
    row_height,
    write,
)
from cyberassess.books.questionnaire.checks import Band, Lesser, contradiction, lesser, missing
from cyberassess.books.questionnaire.columns import BESIDE, LAYOUTS, Layout
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.people.questions import (
    EVIDENCE,
    WITHDRAW,
    Block,
    Questionnaire,
    Row,
    Topic,
)
from cyberassess.domain.record.recorded import Said
from cyberassess.domain.sets.framework import AnswerSet, CountsAs

REF, STATEMENT, ANSWER, WORDS = range(4)
TOP = 4
"""The row of the headings where nothing stands between them and the title, from zero."""
TITLE_SIZE = 14
TALL = 96
MIDDLING = 66


def origins(rows: Sequence[Row]) -> tuple[str, ...]:
    """Give where the earlier answers come from that nobody has confirmed, each once."""
    return tuple(
        dict.fromkeys(
            offer.origin
            for row in rows
            if row.current is None and not _is_confirmed(row)
            for offer in row.offers
        )
    )


def _is_confirmed(row: Row) -> bool:
    return any(each.confirmed for each in row.offers)


class Around(NamedTuple):
    """What a sheet of questions has to know of the rest of the workbook."""

    names: Mapping[str, str]
    """Of the sheets, keyed by the ref of each outcome on them."""
    confirm_cells: Mapping[tuple[str, str], str]
    """The cells of the first sheet that confirm all of a scope's answers from an origin, keyed
    by the scope's id and the origin."""
    earlier: Mapping[str, str]
    """Texts of last year keyed by ref, where they are no answers to confirm."""


def questions(
    sheets: Sheets, what: Questionnaire, topic: Topic, *, name: str, around: Around
) -> "Written":
    """Write the sheet of a topic under a name."""
    refs = {each.ref for each in topic.rows}
    refs |= {ref for block in topic.blocks for ref in (block.why_ref, block.evidence_ref)}
    noted = any(ref in what.remarks for ref in refs)
    offered = any(row.offers or row.past for row in topic.rows)
    offered = offered or any(ref in around.earlier for ref in refs)
    layout = LAYOUTS[offered, noted]
    paper = sheets.sheet(name, layout.widths)
    sheets.title(
        paper,
        topic.title,
        wording.SHEET_LINE.format(
            scope=topic.scope_title,
            questions=wording.questions(len(topic.rows)),
            marking=what.marking,
        ),
    )
    sheets.height(paper, 3, 4)
    answered_by(sheets, paper, what, name)
    header = _confirm_all(sheets, paper, topic, layout.widths[STATEMENT], what.proven)
    columns = layout.places
    indented = {place for place in columns.values() if place >= ANSWER}
    sheets.heads(paper, header, tuple(columns), indented)
    writing = _Writing(sheets, paper, what, layout=layout, around=around)
    row = header + 1
    for block in topic.blocks:
        row = writing.block(block, row)
    places = {
        ref: f"'{name}'!{chr(ord('A') + column)}{at + 1}"
        for ref, (at, column) in writing.places.items()
    }
    answered = _answered(what, topic.rows)
    written = Written(name, header + 2, row, writing.checks, answered, places)
    held = [
        f'IF(OR(C{number}="{wording.YES}",'
        f'{around.confirm_cells[topic.scope, origin]}="{wording.YES}"),'
        f"{_held_formula(written, layout, origin)},0)"
        for number, origin in enumerate(origins(topic.rows), start=TOP + 1)
    ]
    if wording.CONFIRM in columns:
        held.insert(0, _confirmed_formula(written, layout))
    words = wording.PROGRESS_WORDS.format(count=len(topic.rows))
    paper.write_formula(
        2,
        0,
        f'={"+".join([count_formula(written), *held])}&" {words}"&IF({written.look}>0,'
        f'". {wording.LOOK_AGAIN}: "&{written.look},"")',
        sheets.format(bold=True, valign="vcenter"),
        f"{written.answered} {words}"
        + (f". {wording.LOOK_AGAIN}: {written.checks}" if written.checks else ""),
    )
    paper.freeze_panes(header + 1, 0)
    sheets.begin_pages(paper, header, writing.together, width=sum(layout.widths))
    if writing.first:
        paper.set_selection(writing.first, ANSWER, writing.first, ANSWER)
    return written


class Written(NamedTuple):
    """A sheet of questions that was written."""

    name: str
    first: int
    """The number of the first row under the headings, counted from one."""
    last: int
    checks: int
    """How many checks ask to look again now."""
    answered: int
    places: Mapping[str, str] = MappingProxyType({})
    """The cells to answer in, as ``'sheet'!C12``, keyed by ref."""

    @property
    def look(self) -> str:
        """The formula that counts the checks that ask to look again, on its own sheet."""
        return f'COUNTIF($C${self.first}:$C${self.last},"{wording.LOOK_AGAIN}*")'

    @property
    def look_from_elsewhere(self) -> str:
        """The same from another sheet."""
        return self.look.replace("($C", f"('{self.name}'!$C")


def count_formula(written: Written) -> str:
    """Count answers in rows with a ref; sorting and inserting rows changes nothing."""
    refs = f"$A${written.first}:$A${written.last}"
    answers = f"$C${written.first}:$C${written.last}"
    return (
        f'COUNTIFS({refs},"?*",{refs},"<>*{EVIDENCE}*",{answers},"?*",'
        f'{answers},"<>{wording.LOOK_AGAIN}*")'
    )


def _answered(what: Questionnaire, rows: Sequence[Row]) -> int:
    typed = {ref for ref, each in what.typed.items() if each[wording.ANSWER]}
    return sum(
        row.current is not None
        or row.ref in typed
        or (wording.can_be_confirmed(row) and _is_confirmed(row))
        for row in rows
    )


def _columns(written: Written, *columns: int) -> tuple[str, ...]:
    letters = (chr(ord("A") + each) for each in columns)
    return tuple(f"${each}${written.first}:${each}${written.last}" for each in letters)


def _confirmed_formula(written: Written, layout: Layout) -> str:
    """Count rows that are confirmed and have no answer of their own."""
    answers, said = _columns(written, ANSWER, layout.places[wording.CONFIRM])
    yes = f'{said},"{wording.STILL_TRUE}"'
    return f'COUNTIFS({yes})-COUNTIFS({yes},{answers},"<>")'


def _held_formula(written: Written, layout: Layout, origin: str) -> str:
    """Count rows with an answer from an origin and nothing said about them."""
    places = (layout.places[each] for each in (wording.EARLIER, wording.CONFIRM))
    answers, past, said = _columns(written, ANSWER, *places)
    name = re.sub(r"([~*?])", r"~\1", origin).replace('"', '""')
    these = f'{past},"*({name}*",{past},"<>*{wording.THEY_DIFFER}*"'
    some, told = f'{answers},"<>"', f'{said},"<>"'
    return (
        f"COUNTIFS({these})-COUNTIFS({these},{some})-COUNTIFS({these},{told})"
        f"+COUNTIFS({these},{some},{told})"
    )


def answered_by(sheets: Sheets, paper: Paper, what: Questionnaire, name: str) -> None:
    """Write the cell in which a colleague says that a sheet's answers are theirs."""
    small = sheets.format(font_size=SMALL, font_color=GREY, valign="vcenter", indent=1)
    write(paper, 1, WORDS, wording.ANSWERED_BY_HELP.format(name=what.person.name), small)
    bold = sheets.format(bold=True, align="right", indent=1, valign="vcenter")
    write(paper, 2, ANSWER, wording.ANSWERED_BY, bold)
    said = what.answered_by.get(name, "")
    write(paper, 2, WORDS, said, sheets.input(valign="vcenter"))
    sheets.height(paper, 2, 22)


def look_first(topics: Iterable[Topic], proven: Collection[OutcomeKey] | None) -> str:
    """Name what nobody should confirm unread: warning signs, and what nothing proves."""
    warnings: list[str] = []
    unproven: list[str] = []
    for block in (each for topic in topics for each in topic.blocks):
        offered = [row for row in block.rows if origins([row])]
        if offered and proven is not None and block.key not in proven:
            unproven.append(block.ref)
        warnings += [row.ref for row in offered if _warns(block, row)]
    parts = [
        template.format(refs=", ".join(refs))
        for template, refs in (
            (wording.LOOK_WARNINGS, warnings),
            (wording.LOOK_UNPROVEN, unproven),
        )
        if refs
    ]
    return wording.LOOK_FIRST.format(said=" ".join(parts)) if parts else ""


def _warns(block: Block, row: Row) -> bool:
    """Say whether an earlier answer says that a warning sign is there."""
    framework, said = block.asked.framework, {each.answer for each in row.offers}
    for statement in row.statements:
        indicator = framework.indicators[statement.indicator][1]
        answers = framework.answers_for(indicator).answers
        if framework.level(indicator.level).is_warning and any(
            each.code in said and each.counts_as is CountsAs.MET for each in answers
        ):
            return True
    return False


def _confirm_all(
    sheets: Sheets,
    paper: Paper,
    topic: Topic,
    width: int,
    proven: Collection[OutcomeKey] | None,
) -> int:
    """Write the cells that confirm a whole sheet; gives the row of the headings."""
    row = TOP
    if look := look_first([topic], proven):
        write(paper, row, STATEMENT, look, sheets.format(text_wrap=True, valign="vcenter"))
        sheets.height(paper, row, row_height([Fitted(look, width, SIZE)], least=24))
        row += 1
    for origin in origins(topic.rows):
        text = wording.CONFIRM_SHEET.format(origin=origin)
        bold = sheets.format(bold=True, text_wrap=True, valign="vcenter")
        write(paper, row, STATEMENT, text, bold)
        write(paper, row, ANSWER, "", sheets.input(valign="vcenter"))
        help_ = sheets.format(font_size=SMALL, font_color=GREY, valign="vcenter", indent=1)
        write(paper, row, WORDS, wording.CONFIRM_HELP, help_)
        choose(paper, (row, row, ANSWER), [wording.YES])
        fitted = [Fitted(text, width, SIZE, bold=True)]
        sheets.height(paper, row, row_height(fitted, least=24))
        row += 1
    if row > TOP:
        sheets.height(paper, row, 6)
        row += 1
    return row


def _said(row: Row) -> dict[str, str]:
    """Give what is written into the cells to answer in, keyed by heading."""
    headings = (wording.ANSWER, *(each.heading for each in BESIDE))
    if row.current is None:
        return dict.fromkeys(headings, "")
    labels = {each.code: each.label for each in row.answers}
    said = row.current.event.fields
    texts = (labels.get(said["new"], said["new"]), *(said[each.says] for each in BESIDE))
    return dict(zip(headings, texts, strict=True))


class _Writing:
    """Writes outcomes with their rows onto one sheet; rows are counted from zero."""

    def __init__(
        self,
        sheets: Sheets,
        paper: Paper,
        what: Questionnaire,
        *,
        layout: Layout,
        around: Around,
    ) -> None:
        self.sheets = sheets
        self.paper = paper
        self.what = what
        self.layout = layout
        self.names = around.names
        self.earlier = around.earlier
        self.places: dict[str, tuple[int, int]] = {}
        """Row and column of the cell to answer in, keyed by ref."""
        self.first = 0
        """The row of the first statement."""
        self.checks = 0
        self.helped: set[tuple[str, ...]] = set()
        """The choices that the sheet explained already."""
        self.ruled: set[int] = set()
        """Rows with a line above."""
        self.together: set[int] = set()
        """Rows that are printed on the page of the row above."""

    def block(self, block: Block, row: int) -> int:
        """Write an outcome; gives the row after it."""
        title, row = self._heading(block, row)
        bands: list[Band] = []
        for _, rows in groupby(block.rows, key=lambda each: each.heading):
            row = self._group(block, tuple(rows), row, bands)
        self._checks(bands, title)
        for band in bands:
            self._offer(band, lesser(bands))
        rationale, evidence = block.rationale, block.evidence
        row = self._words(block.why_ref, wording.WHY_TEXT, rationale, row, least=TALL)
        text = wording.evidence_text(block.asked.outcome)
        self._date(block.evidence_ref, evidence, row)
        self.together.add(row)
        return self._words(block.evidence_ref, text, evidence, row, least=MIDDLING)

    def _checks(self, bands: Sequence[Band], title: int) -> None:
        look: dict[str, object] = {
            "font_size": MIDDLE_SIZE,
            "bold": True,
            "font_color": RUST,
            "indent": 1,
            "valign": "vcenter",
        }
        for row, check in ((title, contradiction(bands)), (title + 1, missing(bands))):
            if check is not None:
                ruled = {**look, **self._rule(title)} if row == title else look
                form = self.sheets.format(**ruled)
                self.paper.write_formula(row, ANSWER, check.formula, form, check.value)
                self.checks += bool(check.value)

    def _fill(self, row: int, columns: Sequence[int], form: Format) -> None:
        for column in columns:
            self.paper.write_blank(row, column, None, form)

    @property
    def _right(self) -> range:
        return range(ANSWER, len(self.layout.widths))

    def _rule(self, row: int) -> dict[str, object]:
        """Give the look of a row with an outcome's title: a line above, but for the first."""
        line = {"top": 2, "top_color": PETROL} if row in self.ruled else {}
        return {"valign": "vcenter", **line}

    def _heading(self, block: Block, row: int) -> tuple[int, int]:
        """Write an outcome's title and question; gives the title's row and the one after."""
        outcome, sheets = block.asked.outcome, self.sheets
        if self.first:
            self.sheets.height(self.paper, row, 16)
            row += 1
            self.ruled.add(row)
        title_row, rule = row, self._rule(row)
        # NOTE: a ref is unique in a workbook; some sets give an outcome and its statement one id
        taken = block.ref in {each.ref for each in block.rows}
        tiny = sheets.format(font_size=TINY, font_color=GREY, **rule)
        write(self.paper, row, REF, "" if taken else block.ref, tiny)
        title = sheets.format(
            font_size=TITLE_SIZE, bold=True, font_color=PETROL, text_wrap=True, **rule
        )
        write(self.paper, row, STATEMENT, outcome.title, title)
        self._fill(row, self._right, sheets.format(**rule))
        fitted = Fitted(outcome.title, self.layout.widths[STATEMENT], TITLE_SIZE, bold=True)
        sheets.height(self.paper, row, row_height([fitted], least=28))
        grey = sheets.format(text_wrap=True, font_color=GREY)
        lines = [
            (outcome.question, sheets.format(text_wrap=True, bold=True), True),
            (wording.HELP.format(help=outcome.help), grey, False),
        ]
        if block.official:
            lines.append((f"{wording.OFFICIAL}{block.official}", grey, False))
        places = [
            wording.SEE_PLACE.format(title=each.title, ref=each.ref, sheet=self.names[each.ref])
            for each in block.see_also
        ]
        if places:
            lines.append((wording.SEE_ALSO.format(places="; ".join(places)), grey, False))
        for text, form, bold in lines:
            row += 1
            write(self.paper, row, STATEMENT, text, form)
            fitted = Fitted(text, self.layout.widths[STATEMENT], SIZE, bold)
            self.sheets.height(self.paper, row, row_height([fitted], padding=6))
        row += 1
        self.sheets.height(self.paper, row, 8)
        self.together |= set(range(title_row + 1, row + 2))
        return title_row, row + 1

    def _group(self, block: Block, rows: Sequence[Row], row: int, bands: list[Band]) -> int:
        """Write the rows of one level."""
        sheets, framework = self.sheets, block.asked.framework
        indicator = framework.indicators[rows[0].statements[0].indicator][1]
        level = framework.level(indicator.level)
        band = {"bg_color": PALE, "font_color": PETROL}
        small = sheets.format(font_size=SMALL, **band)
        lines = tuple(
            dict.fromkeys(
                line
                for each in rows
                for line in wording.choices(AnswerSet(id="", answers=each.answers))
            )
        )
        shown = lines[:1] if lines in self.helped else lines
        self.helped.add(lines)
        for text, form, height in (
            (
                wording.band(framework, level),
                sheets.format(bold=True, valign="bottom", **band),
                24,
            ),
            *((line, small, 20) for line in shown),
        ):
            self._fill(row, (REF, *self._right), sheets.format(bg_color=PALE))
            write(self.paper, row, STATEMENT, text, form)
            self.sheets.height(self.paper, row, height)
            row += 1
        self.first = self.first or row
        self.together |= set(range(row - len(shown), row + 1))
        bands.append(Band(level, rows, row + 1))
        for each in rows:
            self._row(each, row)
            row += 1
        self.sheets.height(self.paper, row, 10)
        return row + 1

    def _row(self, row: Row, at: int) -> None:
        sheets = self.sheets
        middle = {"valign": "vcenter"}
        line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, **middle}
        write(self.paper, at, REF, row.ref, self._tiny(**middle))
        below = wording.below(row)
        self._statement(at, row.text, below, sheets.format(**line))
        said = self.what.typed.get(row.ref) or _said(row)
        texts = {self._input(at, heading, text): text for heading, text in said.items()}
        self.places[row.ref] = (at, ANSWER)
        past = wording.earlier_text(row) or self.earlier.get(row.ref, "")
        texts |= {REF: row.ref, STATEMENT: f"{row.text}{below}"}
        texts |= self._beside(row.ref, past, at, **middle)
        if wording.can_be_confirmed(row):
            holds = _is_confirmed(row) and not said[wording.ANSWER]
            self._input(at, wording.CONFIRM, wording.STILL_TRUE if holds else "")
        self._size(at, texts, least=36)

    def _input(self, at: int, heading: str, text: str) -> int:
        """Write a cell to fill in; gives its column."""
        place = self.layout.places[heading]
        write(self.paper, at, place, text, self.sheets.input(valign="vcenter"))
        if choices := self.layout.columns[place].choices:
            choose(self.paper, (at, at, place), choices)
        return place

    def _statement(self, at: int, text: str, below: str, form: Format) -> None:
        """Write our question, and smaller below it what must not be taken for it."""
        if not below:
            write(self.paper, at, STATEMENT, text, form)
            return
        small = self.sheets.format(font_size=SMALL, font_color=GREY)
        rest = clean(below)[: LONGEST_CELL - len(clean(text))]
        self.paper.write_rich_string(
            at, STATEMENT, self.sheets.format(), clean(text), small, rest, form
        )

    def _beside(self, ref: str, past: str, at: int, **properties: object) -> dict[int, str]:
        """Write what stands to the right of the answer; gives each column's text."""
        note = self.what.remarks.get(ref, "")
        plain, marked = self._past(**properties), {"bg_color": BLUSH, "font_color": RUST}
        noted = self._past(**properties, **(marked if note else {}), italic=False)
        texts: dict[int, str] = {}
        for heading, text, form in (
            (wording.EARLIER, past, plain),
            (wording.CONFIRM, "", plain),
            (wording.NOTE, note, noted),
        ):
            place = self.layout.places.get(heading)
            if place is not None:
                write(self.paper, at, place, text, form)
                texts[place] = text
        return texts

    def _words(self, ref: str, text: str, said: Said | None, at: int, *, least: float) -> int:
        line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True}
        words = said.text if said else ""
        if ref in self.what.typed:
            words = self.what.typed[ref][wording.WORDS]
        past = self.earlier.get(ref, "")
        past = f"{wording.PAST_WORDS}{past}" if past else ""
        write(self.paper, at, REF, ref, self._tiny())
        write(self.paper, at, STATEMENT, text, self.sheets.format(**line))
        if not ref.partition("/")[0].endswith(EVIDENCE):
            self._fill(at, (ANSWER,), self.sheets.format(**line))
        write(self.paper, at, WORDS, words, self.sheets.input())
        self.places[ref] = (at, WORDS)
        texts = {REF: ref, STATEMENT: text, WORDS: words, **self._beside(ref, past, at)}
        self._size(at, texts, least=least)
        return at + 1

    def _date(self, ref: str, said: Said | None, at: int) -> None:
        form = self.sheets.input(num_format="d mmmm yyyy")
        typed = self.what.typed[ref][wording.ANSWER] if ref in self.what.typed else ""
        if typed:
            write(self.paper, at, ANSWER, typed, form)
        elif said is not None and said.valid_until:
            date = datetime.date.fromisoformat(said.valid_until)
            moment = datetime.datetime.combine(date, datetime.time())
            self.paper.write_datetime(at, ANSWER, moment, form)
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
        whole: dict[str, object] = {
            "font_size": SMALL,
            "font_color": GREY,
            "italic": True,
            "bottom": 1,
            "bottom_color": LINE,
            "text_wrap": True,
            "align": "left",
            "indent": 1,
        }
        return self.sheets.format(**(whole | properties))

    def _size(self, at: int, texts: Mapping[int, str], *, least: float) -> None:
        widths, columns = self.layout.widths, self.layout.columns
        fitted = [
            Fitted(text, widths[place] - (INDENT if place >= ANSWER else 0), columns[place].size)
            for place, text in texts.items()
        ]
        self.sheets.height(self.paper, at, row_height(fitted, least=least))

    def _offer(self, band: Band, found: Mapping[str, Lesser]) -> None:
        """Offer the choices in a band's answer cells, and show where words are missing."""
        at = band.first - 1
        for answers, rows in groupby(band.rows, key=lambda each: each.answers):
            last = at + len(list(rows)) - 1
            helps = wording.choices(AnswerSet(id="", answers=answers))[1:]
            labels = [*(each.label for each in answers), WITHDRAW]
            choose(self.paper, (at, last, ANSWER), labels, prompt=helps[0] if helps else "")
            at = last + 1
        quoted = [each.replace('"', '""') for each in band.wanting]
        tests = ",".join(f'$C{band.first}="{each}"' for each in quoted)
        place = (band.first - 1, band.last - 1)
        if tests:
            self._shade(*place, WORDS, f'AND($D{band.first}="",OR({tests}))')
        self._shade(*place, ANSWER, f'AND($C{band.first}="",$D{band.first}<>"")')
        for each in found.values():
            if each.row in band.rows:
                self._shade(each.number - 1, each.number - 1, WORDS, each.unexplained)
                if each.better:
                    self._shade(each.number - 1, each.number - 1, ANSWER, each.overtaken)

    def _shade(self, first: int, last: int, column: int, rule: str) -> None:
        """Shade cells while a rule holds."""
        form = self.sheets.format_only(bg_color=BLUSH)
        self.paper.conditional_format(
            first,
            column,
            last,
            column,
            {"type": "formula", "criteria": f"={rule}", "format": form},
        )
