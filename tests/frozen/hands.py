"""What people type into our workbooks: the frozen data's Excel.

It knows headings and labels as people read them, and nothing of the program that wrote them but
the control sets.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Mapping

from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    Indicator,
    IndicatorId,
    Needs,
    Outcome,
)

DECLARED = "These answers are true to the best of my knowledge"
Typed = Mapping[str, Mapping[str, str]]
"""What is typed: texts keyed by heading, keyed by what stands in the row's first known column."""


def beside(book: Workbook, sheet: str, label: str, text: str) -> None:
    """Type into the cell right of a label."""
    for row in book[sheet].iter_rows():
        for cell in row:
            if cell.value == label:
                book[sheet].cell(cell.row, cell.column + 1).value = text
                return
    sys.exit(f"{label} does not stand on {sheet}.")


def headings(sheet: Worksheet, first: str) -> tuple[int, dict[str, int]]:
    """Give the row of headings, and the column of each; 0 where there is none."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if first in row:
            return number, {str(each): at for at, each in enumerate(row, start=1) if each}
    return 0, {}


def into(book: Workbook, typed: Typed, first: str = "Ref") -> None:
    """Type into rows that are known by their first column."""
    left = dict(typed)
    for sheet in book.worksheets:
        begins, columns = headings(sheet, first)
        for number in range(begins + 1, sheet.max_row + 1) if begins else ():
            for heading, text in left.pop(
                str(sheet.cell(number, columns[first]).value), {}
            ).items():
                sheet.cell(number, columns[heading]).value = text
    if left:
        sys.exit(f"Not in the workbook: {list(left)}")


def refs_of(book: Workbook, pattern: str) -> list[str]:
    """Give the refs of rows that a pattern describes, in their order."""
    texts = [str(row[0].value) for sheet in book.worksheets for row in sheet.iter_rows()]
    return [each for each in texts if re.fullmatch(pattern, each)]


def below(sheet: Worksheet, first: str, row: Mapping[str, str]) -> None:
    """Type a new row below the last one that is filled in."""
    begins, columns = headings(sheet, first)
    number = begins + 1
    while any(sheet.cell(number, at).value for at in columns.values()):
        number += 1
    for heading, text in row.items():
        sheet.cell(number, columns[heading]).value = text


def accidents(book: Workbook, first: str, known_as: str, words: str) -> None:
    """Let happen to a workbook what happens on its way, at and below one row.

    Args:
        first: the heading of the row's first known column.
        known_as: what stands there.
        words: the heading of the column in which people write.
    """
    for sheet in book.worksheets:
        _, columns = headings(sheet, first)
        for number in range(1, sheet.max_row + 1) if words in columns else ():
            if sheet.cell(number, columns[first]).value == known_as:
                _spoil(sheet, number, columns, words)
                book.create_sheet("Mine")["B3"].value = "My own notes"
                return
    sys.exit(f"Not in the workbook: {known_as}")


def _spoil(sheet: Worksheet, number: int, columns: Mapping[str, int], words: str) -> None:
    """Add a note, a link, text beside, a hidden row, merged cells, and a row given twice."""
    last, width, column = sheet.max_row, sheet.max_column, columns[words]
    cell = sheet.cell(number, column)
    cell.value = "As agreed on Monday."
    cell.hyperlink = "https://intranet.northport.example/agreed"
    cell.comment = Comment("Ask Kim about this", "Sam")
    sheet.cell(1, 6).value = "On Monday"
    sheet.cell(number, width + 2).value = "See my notes"
    sheet.row_dimensions[number].hidden = True
    for at in columns.values():
        sheet.cell(last + 1, at).value = sheet.cell(number + 1, at).value
    sheet.cell(last + 1, column).value = "Said twice."
    if number + 3 <= last:
        first, last_one = sheet.cell(number + 2, column), sheet.cell(number + 3, column)
        sheet.merge_cells(f"{first.coordinate}:{last_one.coordinate}")


def drawn(text: str, sides: int) -> int:
    """Draw a number that is the same for a text every time."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % sides


def said(framework: Framework, outcome: Outcome, indicator: Indicator, ref: str) -> list[str]:
    """Give what somebody types beside a statement: a label and a reason, or nothing."""
    choices = framework.answers_for(indicator).answers
    level = framework.level(indicator.level)
    kind = drawn(f"{outcome.id} {ref.partition('/')[2]}", 4)
    highest = framework.scale[-1].id

    def one(wanted: Callable[[Answer], bool]) -> list[str]:
        found = [each for each in choices if wanted(each)]
        chosen = found[drawn(ref, len(found))] if found else choices[0]
        reason = "We look at it each month." if chosen.needs is not Needs.NOTHING else ""
        return [chosen.label, reason]

    good = CountsAs.NOT_MET if level.is_warning else CountsAs.MET
    bad = CountsAs.MET if level.is_warning else CountsAs.NOT_MET
    odd = drawn(f"odd {ref}", 12) if kind == 0 else 12
    if odd == 0:
        return []
    if odd <= 3:
        return one(
            lambda each: each.counts_as not in (good, bad) or each.needs is not Needs.NOTHING
        )
    poor = kind == 3 or (kind == 2 and indicator.level == highest)
    return one(
        lambda each: (
            each.counts_as is (bad if poor and not level.is_condition else good)
            and (each.needs is Needs.NOTHING or poor)
        )
    )


def answer_all(book: Workbook, frameworks: list[str], skip: Callable[[str], bool]) -> None:
    """Answer every statement of a questionnaire, in no way but the same every time."""
    shelf = Shelf()
    sets = [shelf.framework(each).framework for each in frameworks]
    for sheet in book.worksheets:
        begins, columns = headings(sheet, "Your answer")
        for number in range(begins + 1, sheet.max_row + 1) if begins else ():
            ref = str(sheet.cell(number, columns["Ref"]).value or "")
            order, _, bare = ref.rpartition(":")
            found = sets[int(order or 1) - 1].indicators.get(IndicatorId(bare.partition("/")[0]))
            if found is None or skip(ref):
                continue
            typed = said(sets[int(order or 1) - 1], *found, ref)
            for heading, text in zip(("Your answer", "In your own words"), typed, strict=False):
                sheet.cell(number, columns[heading]).value = text or None


def sign(book: Workbook, name: str) -> None:
    """Sign a questionnaire."""
    beside(book, "Finish", DECLARED, "Yes")
    beside(book, "Finish", "Your name", name)
    beside(book, "Finish", "Date", "3 March 2026")
