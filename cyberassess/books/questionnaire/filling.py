"""Filling in workbooks as people would: for the demonstration and for tests."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Filled(NamedTuple):
    """What is typed into one row."""

    answer: str | datetime.date = ""
    words: str = ""


def fill(
    blank: Path,
    to: Path,
    rows: Mapping[str, Filled],
    *,
    completed_by: str = "",
    signed: tuple[str, str] = ("", ""),
) -> int:
    """Type answers into a workbook's yellow cells and save it under another name.

    Args:
        to: where the filled one goes.
        rows: keyed by Ref.
        completed_by: typed on the first sheet.
        signed: name and date, typed with a Yes on the last one; left empty without a name.

    Returns:
        How many rows were filled.
    """
    import openpyxl

    from cyberassess.books import wording

    name, date = signed
    beside = {
        wording.COMPLETED_BY: completed_by,
        wording.DECLARED: wording.YES if name else "",
        wording.DECLARED_BY: name,
        wording.DECLARED_ON: date,
    }
    book = openpyxl.load_workbook(blank)
    filled = 0
    for sheet in book.worksheets:
        columns: dict[str, int] = {}
        for number, row in enumerate(sheet.iter_rows(), start=1):
            texts = {str(cell.value): cell.column for cell in row if cell.value is not None}
            if not columns and wording.REF in texts and wording.ANSWER in texts:
                columns = texts
                continue
            for label, text in beside.items():
                if text and label in texts:
                    sheet.cell(number, texts[label] + 1).value = text
            if not columns:
                continue
            what = rows.get(str(sheet.cell(number, columns[wording.REF]).value))
            if what is None:
                continue
            filled += 1
            if what.answer:
                sheet.cell(number, columns[wording.ANSWER]).value = what.answer
            if what.words:
                cell = sheet.cell(number, columns[wording.WORDS])
                cell.value = what.words
                cell.data_type = "s"
    book.save(to)
    return filled


def fill_review(
    blank: Path,
    to: Path,
    rows: Mapping[str, Mapping[str, str]],
    said: Mapping[str, str] | None = None,
) -> int:
    """Type an assurer's view into a workbook for review and save it under another name.

    Args:
        to: where the filled one goes.
        rows: texts keyed by heading, keyed by Ref.
        said: texts keyed by their label on the first sheet.

    Returns:
        How many rows were filled.
    """
    import openpyxl

    from cyberassess.books.review_book import DETERMINATION, REF

    book = openpyxl.load_workbook(blank)
    filled = 0
    start = book.worksheets[0]
    labels = {str(cell.value): cell.row for cell in start["A"] if cell.value is not None}
    for label, text in (said or {}).items():
        start.cell(labels[label], 2).value = text
    for sheet in book.worksheets:
        columns: dict[str, int] = {}
        for number, row in enumerate(sheet.iter_rows(), start=1):
            texts = {str(cell.value): cell.column for cell in row if cell.value is not None}
            if not columns:
                columns = texts if {REF, DETERMINATION} <= texts.keys() else {}
                continue
            what = rows.get(str(sheet.cell(number, columns[REF]).value))
            if what is None:
                continue
            filled += 1
            for heading, text in what.items():
                if text:
                    sheet.cell(number, columns[heading]).value = text
    book.save(to)
    return filled
