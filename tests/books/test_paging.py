"""Printed pages: no heading stands alone at the foot of one."""

from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.books.look import page_starts, room
from tests.books.council import ask, write


def test_rows_fill_a_page_before_the_next_begins() -> None:
    assert page_starts([10.0] * 10, (), page=40, repeated=0) == [4, 8]


def test_what_is_repeated_takes_its_room() -> None:
    assert page_starts([10.0] * 10, (), page=40, repeated=10) == [4, 7]


def test_a_row_that_belongs_to_the_one_above_is_not_torn_off() -> None:
    assert page_starts([10.0] * 10, {4}, page=40, repeated=0) == [3, 7]


def test_what_is_higher_than_a_page_leaves_no_empty_page_before_it() -> None:
    assert page_starts([90.0, 10.0, 90.0, 90.0], (), page=40, repeated=10) == [1, 2, 3]


def test_a_sheet_that_is_narrower_than_the_page_is_not_enlarged() -> None:
    assert room(300) == room(1000)
    assert room(1240) > room(1000)


@given(st.lists(st.floats(1, 30), min_size=1, max_size=40), st.sets(st.integers(1, 40)))
def test_no_page_is_too_full(heights: list[float], together: set[int]) -> None:
    starts = page_starts(heights, together, page=100, repeated=5)
    assert starts == sorted(set(starts))
    assert not together & set(starts)
    for begin, end in zip([0, *starts], [*starts, len(heights)], strict=True):
        rows = range(begin, end)
        units = sum(row not in together for row in rows[1:]) + 1
        assert units == 1 or sum(heights[begin:end]) + (5 if begin else 0) <= 100 + 1e-6


def test_each_page_begins_with_an_outcome_a_band_or_a_row_of_its_own(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write(tmp_path, ask("B2.a", "B2.b", "B2.c"))).worksheets[1]
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks
    for row in breaks:  # the number of the row before the break, counted from one
        last = [sheet.cell(row, column).value for column in (1, 2)]
        assert last[0] or not last[1]
        assert sheet.cell(row, 2).font.size != 14
