"""The sheet about what somebody's systems take over: one row a topic, the same or not."""

from itertools import groupby

from cyberassess.books import wording
from cyberassess.books.look import (
    BLUSH,
    GREY,
    INDENT,
    LINE,
    PALE,
    PETROL,
    SIZE,
    SMALL,
    TINY,
    Fitted,
    Paper,
    Sheets,
    choose,
    row_height,
    write,
)
from cyberassess.books.questionnaire.asking import (
    ANSWER,
    REF,
    STATEMENT,
    TOP,
    WORDS,
    Written,
    answered_by,
    count_formula,
)
from cyberassess.books.questionnaire.columns import LAYOUTS
from cyberassess.domain.people.questions import Questionnaire, SharedTopic
from cyberassess.domain.people.sharing import OTHER, SAME

_HEADER = TOP + 2
_LAYOUT = LAYOUTS[False, False]
LABELS = {SAME: wording.YES, OTHER: wording.NO_LONGER, "": ""}


def shared(sheets: Sheets, what: Questionnaire) -> Written:
    """Write the sheet."""
    name = wording.SHARED_SHEET
    paper = sheets.sheet(name, _LAYOUT.widths)
    questions, marking = wording.questions(len(what.shared)), what.marking
    line = wording.SHEET_LINE.format(
        scope=wording.SHARED_WHAT, questions=questions, marking=marking
    )
    sheets.title(paper, name, line)
    answered_by(sheets, paper, what, name)
    small = sheets.format(font_size=SMALL, font_color=GREY, text_wrap=True, valign="vcenter")
    for row, text in ((TOP, wording.SHARED_HELP), (TOP + 1, wording.SHARED_CHOICES)):
        write(paper, row, STATEMENT, text, small)
        sheets.height(paper, row, row_height([Fitted(text, _LAYOUT.widths[STATEMENT], SMALL)]))
    sheets.heads(paper, _HEADER, tuple(_LAYOUT.places), set(range(ANSWER, len(_LAYOUT.widths))))
    row, places = _HEADER + 1, dict[str, str]()
    band = sheets.format(bold=True, bg_color=PALE, font_color=PETROL, valign="vcenter")
    for title, topics in groupby(what.shared, key=lambda each: each.topic.scope_title):
        for column in range(len(_LAYOUT.widths)):
            text = wording.SHARED_BAND.format(scope=title) if column == STATEMENT else ""
            write(paper, row, column, text, band)
        sheets.height(paper, row, 26)
        row += 1
        for each in topics:
            _row(sheets, paper, what, each, row)
            places[each.ref] = f"'{name}'!{chr(ord('A') + ANSWER)}{row + 1}"
            row += 1
    typed = {ref for ref, each in what.typed.items() if each.get(wording.ANSWER)}
    now = sum(bool(each.same or each.ref in typed) for each in what.shared)
    written = Written(name, _HEADER + 2, row, 0, now, places)
    words = wording.PROGRESS_WORDS.format(count=len(what.shared))
    bold = sheets.format(bold=True, valign="vcenter")
    formula = f'={count_formula(written)}&" {words}"'
    paper.write_formula(2, 0, formula, bold, f"{now} {words}")
    paper.freeze_panes(_HEADER + 1, 0)
    sheets.begin_pages(paper, _HEADER, set(), width=sum(_LAYOUT.widths))
    paper.set_selection(_HEADER + 2, ANSWER, _HEADER + 2, ANSWER)
    return written


def _row(sheets: Sheets, paper: Paper, what: Questionnaire, topic: SharedTopic, at: int) -> None:
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    said = what.typed.get(topic.ref) or {
        wording.ANSWER: LABELS.get(topic.same, ""),
        wording.WORDS: topic.reason,
    }
    below = wording.shared_below(topic)
    question = wording.SHARED_TEXT.format(title=topic.topic.title)
    tiny = sheets.format(font_size=TINY, font_color=GREY, **line)
    write(paper, at, REF, topic.ref, tiny)
    small = sheets.format(font_size=SMALL, font_color=GREY)
    form = sheets.format(**line)
    paper.write_rich_string(at, STATEMENT, sheets.format(), question, small, below, form)
    texts = {REF: topic.ref, STATEMENT: f"{question}{below}"}
    for heading in (wording.ANSWER, wording.WORDS):
        column = _LAYOUT.places[heading]
        texts[column] = said.get(heading, "")
        write(paper, at, column, texts[column], sheets.input(valign="vcenter"))
    choose(paper, (at, at, ANSWER), [wording.YES, wording.NO_LONGER])
    form = sheets.format_only(bg_color=BLUSH)
    rule = f'=AND($C{at + 1}="{wording.NO_LONGER}",$D{at + 1}="")'
    paper.conditional_format(
        at, WORDS, at, WORDS, {"type": "formula", "criteria": rule, "format": form}
    )
    fitted = [
        Fitted(text, _LAYOUT.widths[column] - (INDENT if column >= ANSWER else 0), SIZE)
        for column, text in texts.items()
    ]
    sheets.height(paper, at, row_height(fitted, least=36))
