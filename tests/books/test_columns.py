"""Columns of the questionnaire: what stands beside an answer has one, and is handed on."""

import csv
from pathlib import Path

from cyberassess.books.questionnaire.columns import BESIDE, LAYOUTS
from cyberassess.domain.record.happened import Answer, Response
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.pack.contents import answers_csv
from tests.books.council import statement
from tests.steps.council import begin

FIELDS = set(Response.shapes) - {"new"}


def test_what_is_said_beside_an_answer_has_its_column_and_no_column_says_anything_else() -> None:
    assert sorted(each.says for each in BESIDE) == sorted(FIELDS)


def test_the_pack_gives_all_that_is_said_beside_an_answer(tmp_path: Path) -> None:
    text = answers_csv(open_assessment(begin(tmp_path / "here")), {}).decode("utf-8-sig")
    assert set(next(csv.reader(text.splitlines()))) >= FIELDS


def test_every_layout_gives_each_of_its_columns_a_width() -> None:
    assert all(len(each.widths) == len(each.columns) for each in LAYOUTS.values())


def test_what_is_compared_is_what_was_said_and_not_when_or_where() -> None:
    said = Response(new="yes", reason="Because.").fields
    about = statement("A1.a.NA.1")._asdict()
    event = Answer(**about, **said, person="p1", read="Yes", time="2026-01-01T00:00:00Z")
    assert event.said == Response(**said).said
    assert event.said != Response(new="yes").said
