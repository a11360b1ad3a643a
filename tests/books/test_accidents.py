"""What happens to workbooks on their way: every accident is said at its place, none silent.

Each kind of workbook is made, filled in at one row, spoilt in one way, and taken in by its verb.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.books import wording
from cyberassess.errors import CyberassessError, Problem, Severity
from cyberassess.steps.confirm.deciding import write as write_decisions
from cyberassess.steps.people.tables import (
    export_people,
    export_systems,
    import_people,
    import_systems,
)
from cyberassess.steps.plan.plan_book import export_plan, import_plan
from cyberassess.steps.plan.planning import Wanted, add_action
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.review.reviewing import receive_review, send_review
from tests.books.odd import with_drawing
from tests.steps.council import EARLY, begin, fill_in, ledger_bytes, send_to, take

pytestmark = pytest.mark.slow

WORDS = "Checked each month"
OTHER = "Checked each year"
FEW = 3


@dataclass(frozen=True, slots=True)
class Book:
    """One kind of workbook, and the row that is filled in."""

    make: Callable[[Path, Path], Path]
    take: Callable[[Path, Path], list[Problem]]
    sheet: str
    key: tuple[str, str]
    """Heading and text the row is known by."""
    typed: Mapping[str, str]
    """Keyed by heading; the last one is in the person's own words."""
    about: str = "About this file"
    """The sheet with its facts; its own where it has no other."""

    @property
    def words(self) -> str:
        """The heading over the person's own words."""
        return list(self.typed)[-1]


def _plan(folder: Path, place: Path) -> Path:
    add_action(folder, "B1.a", Wanted(title="Review leavers"))
    return export_plan(folder, place / "plan.xlsx")


BOOKS = {
    "people": Book(
        lambda folder, place: export_people(folder, place / "people.xlsx"),
        lambda folder, path: import_people(folder, path).problems,
        "People",
        ("Name", "Kim Lee"),
        {"Role": WORDS},
        about="People",
    ),
    "systems": Book(
        lambda folder, place: export_systems(folder, place / "systems.xlsx"),
        lambda folder, path: import_systems(folder, path).problems,
        "Systems",
        ("Name", "Housing management"),
        {"Why critical": WORDS},
        about="Systems",
    ),
    "plan": Book(
        _plan,
        lambda folder, path: import_plan(folder, path).problems,
        "Plan",
        ("Action", "ACT-001"),
        {"Reason": WORDS},
        about="Plan",
    ),
    "review": Book(
        lambda folder, _: send_review(folder, "Nadia Okafor, Assurer").path,
        lambda folder, path: receive_review(folder, path).problems,
        "Review",
        ("Ref", "B1.a/housing"),
        {"Your determination": "Low", "Comment": WORDS},
    ),
    "decisions": Book(
        lambda folder, place: write_decisions(folder, output=place / "decisions.xlsx").path,
        lambda folder, path: receive(folder, [path])[0].problems,
        "Conflicts",
        ("Ref", "B1.a.N.1/housing differ"),
        {"Your decision": "Happens", "Your reason": WORDS},
    ),
    "questionnaire": Book(
        lambda folder, _: next((folder / "questionnaires" / "sent").glob("*Kim*")),
        lambda folder, path: receive(folder, [path])[0].problems,
        "B1 Access - Housing management",
        ("Ref", "B1.a.H.1/housing"),
        {wording.ANSWER: "Otherwise", wording.WORDS: WORDS},
    ),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a workspace in which two people differ about one statement."""
    place = tmp_path_factory.mktemp("accidents")
    folder = begin(place / "northport")
    sent = send_to(folder)
    clear = {"B1.a.N.1/housing": "Does not happen", "B1.a.M.1/housing": "True"}
    take(folder, fill_in(sent["Kim Lee"], place / "k.xlsx", clear, saved=EARLY))
    happens = {"B1.a.N.1/housing": "Happens"}
    take(folder, fill_in(sent["Alex Moor"], place / "a.xlsx", happens, saved=EARLY))
    return place


@pytest.fixture(scope="module", params=BOOKS)
def made(
    request: pytest.FixtureRequest, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Book, Path]:
    """Give a kind of workbook, and a folder with a workspace and one of it, filled in."""
    kind = BOOKS[str(request.param)]
    place = tmp_path_factory.mktemp("made") / "place"
    shutil.copytree(base, place)
    kind.make(place / "northport", place).rename(place / "book.xlsx")

    def fill(book: Workbook) -> None:
        sheet = book[kind.sheet]
        for heading, text in kind.typed.items():
            sheet.cell(row_of(sheet, kind), column_of(sheet, heading)).value = text

    spoil(place / "book.xlsx", fill)
    return kind, place


@pytest.fixture
def kind(made: tuple[Book, Path]) -> Book:
    return made[0]


@pytest.fixture
def folder(made: tuple[Book, Path], tmp_path: Path) -> Path:
    """Give a copy of the workspace, the workbook beside it."""
    shutil.copytree(made[1], tmp_path / "place")
    return tmp_path / "place" / "northport"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder.parent / "book.xlsx"


def spoil(path: Path, how: Callable[[Workbook], None]) -> Path:
    book = openpyxl.load_workbook(path)
    how(book)
    book.save(path)
    return path


def heads(sheet: Worksheet) -> int:
    """Give the row of headings: the first with many."""
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    return next(number for number, row in rows if sum(map(bool, row)) > FEW)


def column_of(sheet: Worksheet, heading: str) -> int:
    row = heads(sheet)
    return next(n for n in range(1, sheet.max_column + 1) if sheet.cell(row, n).value == heading)


def row_of(sheet: Worksheet, kind: Book) -> int:
    heading, text = kind.key
    column = column_of(sheet, heading)
    return next(n for n in range(1, sheet.max_row + 1) if sheet.cell(n, column).value == text)


def said(kind: Book, folder: Path, path: Path) -> list[Problem]:
    """Give what is said of a workbook, whether it is taken in or not."""
    try:
        found = kind.take(folder, path)
    except CyberassessError as cause:
        found = list(cause.problems)
    return [each for each in found if each.code != "not-listed"]


def stored(folder: Path) -> str:
    settings = (folder / "assessment.yaml").read_text("utf-8")
    return settings + b"".join(ledger_bytes(folder).values()).decode()


def at(sheet: str, address: str) -> str:
    return f'sheet "{sheet}", cell {address}'


def test_without_an_accident_it_is_taken_and_nothing_is_said(
    kind: Book, folder: Path, path: Path
) -> None:
    assert said(kind, folder, path) == []
    assert WORDS in stored(folder)


def test_a_note_on_a_cell(kind: Book, folder: Path, path: Path) -> None:
    places: list[str] = []

    def note(book: Workbook) -> None:
        sheet = book[kind.sheet]
        beside = sheet.cell(row_of(sheet, kind), column_of(sheet, kind.words))
        empty = sheet.cell(sheet.max_row + 3, 2)
        for cell in (beside, empty):
            cell.comment = Comment("Ask Kim about this", "Sam")
            places.append(at(kind.sheet, cell.coordinate))

    found = said(kind, folder, spoil(path, note))
    assert [each.code for each in found] == ["comment"] * 2
    assert all("Ask Kim about this" in each.message for each in found)
    assert [each.where.partition(", ")[2] for each in found] == places
    assert WORDS in stored(folder)


def test_an_added_sheet(kind: Book, folder: Path, path: Path) -> None:
    spoil(path, lambda book: setattr(book.create_sheet("Mine")["B3"], "value", "My own notes"))
    (problem,) = said(kind, folder, path)
    assert problem.where.endswith(at("Mine", "B3"))
    assert '"My own notes"' in problem.message
    assert WORDS in stored(folder)


def test_every_sheet_is_looked_at(kind: Book, folder: Path, path: Path) -> None:
    places: list[str] = []

    def write(book: Workbook) -> None:
        for sheet in book.worksheets:
            far, low = sheet.cell(4, 30), sheet.cell(sheet.max_row + 4, 1)
            far.value, low.value = "On Monday", "On Tuesday"
            sheet["B2"].comment = Comment("On Sunday", "Sam")
            places.extend(at(sheet.title, each) for each in ("B2", far.coordinate, low.coordinate))

    found = {each.where.partition(", ")[2] for each in said(kind, folder, spoil(path, write))}
    assert found == set(places)


@pytest.mark.parametrize("row", [1, 2])
def test_text_beside_the_title(kind: Book, folder: Path, path: Path, row: int) -> None:
    spoil(path, lambda book: setattr(book[kind.sheet].cell(row, 6), "value", "On Monday"))
    (problem,) = said(kind, folder, path)
    assert problem.where.endswith(at(kind.sheet, f"F{row}"))
    assert '"On Monday"' in problem.message
    assert WORDS in stored(folder)


def test_text_in_place_of_the_title(kind: Book, folder: Path, path: Path) -> None:
    spoil(path, lambda book: setattr(book[kind.sheet].cell(1, 1), "value", "On Monday"))
    assert [each.where.endswith(at(kind.sheet, "A1")) for each in said(kind, folder, path)] == [
        True
    ]


def test_text_right_of_the_table(kind: Book, folder: Path, path: Path) -> None:
    places: list[str] = []

    def write(book: Workbook) -> None:
        sheet = book[kind.sheet]
        cell = sheet.cell(row_of(sheet, kind), sheet.max_column + 2)
        cell.value = "See my notes"
        places.append(at(kind.sheet, cell.coordinate))

    (problem,) = said(kind, folder, spoil(path, write))
    assert problem.where.partition(", ")[2] == places[0]
    assert '"See my notes"' in problem.message
    assert WORDS in stored(folder)


def test_a_hidden_row(kind: Book, folder: Path, path: Path) -> None:
    rows: list[int] = []

    def hide(book: Workbook) -> None:
        sheet = book[kind.sheet]
        rows.append(row_of(sheet, kind))
        sheet.row_dimensions[rows[0]].hidden = True

    (problem,) = said(kind, folder, spoil(path, hide))
    assert problem.where.endswith(f'sheet "{kind.sheet}"')
    assert f"row {rows[0]}" in problem.message
    assert problem.severity is Severity.NOTE
    assert WORDS in stored(folder), "it is read like all else"


@pytest.mark.parametrize("words", [WORDS, OTHER])
def test_the_same_row_twice(kind: Book, folder: Path, path: Path, words: str) -> None:
    """Taken once where both say the same, and not at all where they differ."""
    rows: list[int] = []

    def copy(book: Workbook) -> None:
        sheet = book[kind.sheet]
        rows.extend((row_of(sheet, kind), sheet.max_row + 1))
        for column in range(1, sheet.max_column + 1):
            sheet.cell(rows[1], column).value = sheet.cell(rows[0], column).value
        sheet.cell(rows[1], column_of(sheet, kind.words)).value = words

    found = said(kind, folder, spoil(path, copy))
    if words == WORDS:
        assert found == []
        assert WORDS in stored(folder)
        return
    assert [int("".join(filter(str.isdigit, e.where.split()[-1]))) for e in found] == rows
    alone = re.compile(rf'(?:"|: )(?:{WORDS}|{OTHER})(?:"|\n)')
    assert not alone.search(stored(folder)), "only a remark may quote them"


@pytest.mark.parametrize("which", ["key", "words"])
def test_a_heading_that_was_changed(kind: Book, folder: Path, path: Path, which: str) -> None:
    places: list[str] = []

    def rename(book: Workbook) -> None:
        sheet = book[kind.sheet]
        heading = kind.key[0] if which == "key" else kind.words
        cell = sheet.cell(heads(sheet), column_of(sheet, heading))
        cell.value = "Something else"
        places.append(cell.coordinate)

    found = said(kind, folder, spoil(path, rename))
    named = [e for e in found if places[0] in f"{e.where} {e.message}".replace(":", " ").split()]
    assert named, [str(each) for each in found]
    assert '"Something else"' in named[0].message
    assert kind.sheet in named[0].where


@pytest.mark.parametrize("text", ["", "Hm"])
def test_a_column_inserted_in_about(kind: Book, folder: Path, path: Path, text: str) -> None:
    def insert(book: Workbook) -> None:
        sheet = book[kind.about]
        sheet.insert_cols(1)
        sheet.cell(5, 1).value = text or None

    found = said(kind, folder, spoil(path, insert))
    assert [each.where.endswith(at(kind.about, "A5")) for each in found] == [True] * len(text[:1])
    assert WORDS in stored(folder)


def test_a_text_box(kind: Book, folder: Path, path: Path) -> None:
    number = openpyxl.load_workbook(path).sheetnames.index(kind.sheet) + 1
    words = "<a:p><a:r><a:t>Look at this</a:t></a:r></a:p>"
    with_drawing(path, words, f"xl/worksheets/sheet{number}.xml")
    (problem,) = said(kind, folder, path)
    assert problem.where.endswith(f'sheet "{kind.sheet}"')
    assert '"Look at this"' in problem.message
    assert WORDS in stored(folder)
