"""The board summary for Word, read back with the library's own eyes."""

import base64
import dataclasses
import io
import itertools
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.run import Run
from PIL import Image

from cyberassess.paper.blocks import (
    Block,
    Bullets,
    Heading,
    Page,
    Part,
    Picture,
    Section,
    Table,
    Text,
    columns,
    every,
    gathered,
    in_words,
    plain,
)
from cyberassess.paper.document import Document as Paper
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.logo import read_logo
from cyberassess.paper.look import Look
from cyberassess.paper.media.column_widths import widths
from cyberassess.paper.media.pictures import png as drawn
from cyberassess.paper.media.word import word_document
from tests.domain.builder import answer_events
from tests.paper.test_board import PLAN, basis, last_year
from tests.paper.test_checking import LOWER, SAM
from tests.paper.test_documents import every_document
from tests.paper.test_house_style import png


def read(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def data() -> bytes:
    return word_document(board_summary(basis(*PLAN)))


@pytest.fixture(scope="module")
def word(data: bytes) -> Document:
    return read(data)


def headings(word: Document) -> list[tuple[int, str]]:
    styles = [(str(each.style.name) if each.style else "", each.text) for each in word.paragraphs]
    return [(int(name[-1]), text) for name, text in styles if name.startswith("Heading")]


def test_headings_are_headings_in_order_with_one_title(word: Document) -> None:
    found = headings(word)
    assert found[0] == (1, "Cyber resilience 2026")
    levels = [level for level, _ in found]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_there_are_slots_for_what_others_write(word: Document) -> None:
    texts = [text for _, text in headings(word)]
    for each in ("Recommendation", "Financial implications", "Legal implications",
                 "Equality implications", "Risk implications"):  # fmt: skip
        assert each in texts
    texts = [each.text for each in word.paragraphs]
    assert "[For the section 151 officer to write]" in texts
    assert "[For the monitoring officer to write]" in texts
    assert "[For the senior information risk owner to write]" in texts


def test_tables_have_a_head_row_a_caption_and_rows_that_stay_whole(word: Document) -> None:
    assert len(word.tables) == 8
    for table in word.tables:
        first = table.rows[0]._tr
        assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert all(each._tr.find(f".//{qn('w:cantSplit')}") is not None for each in table.rows)


@every_document
def test_every_document_says_for_word_what_it_says_on_paper(document: Paper) -> None:
    word = read(word_document(document))
    parts = [each.text for each in word.paragraphs]
    parts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    text = " ".join(" ".join(parts).split())
    wanted = [
        line for each in every(document.for_word or document.sections) for line in lines(each)
    ]
    assert len(wanted) > 40
    assert [each for each in wanted if " ".join(each.split()) not in text] == []
    pictures = [e for e in every(document.for_word or document.sections) if isinstance(e, Picture)]
    assert len(word.inline_shapes) == len(pictures) + 1, "and the logo"


def lines(block: Block) -> Iterator[str]:
    """Give what a block says in words."""
    match block:
        case Heading():
            yield block.text
        case Text():
            yield from [] if block.kind == "legend" else [plain(block.line)]
        case Bullets():
            yield from map(plain, block.lines)
        case Table(by=int()):
            for shared, items in gathered(block):
                yield shared
                for each in items:
                    yield from plain(each).split("\n")
        case Table():
            table = in_words(block)
            for row in ([each.title for each in table.columns], *table.rows):
                yield from map(plain, row)


@pytest.mark.parametrize("edition", ["restricted", "open"])
def test_it_carries_everything_the_pdf_does(edition: str) -> None:
    """Figures, map, themes, what moved, the plan, the method: each text stands in it."""
    then = last_year(basis(*answer_events({"housing/B2.a.N.1": "never"})))
    whole = dataclasses.replace(basis(*PLAN, *LOWER, *SAM), years=(then, then))
    made = board_summary(whole, edition=edition)
    word = read(word_document(made))
    parts = [each.text for each in word.paragraphs]
    parts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    text = " ".join(" ".join(parts).split())
    blocks = (each for each in every(made.sections[1:]) if not isinstance(each, Heading))
    wanted = [each for block in blocks for line in lines(block) for each in line.split(". ")]
    assert len(wanted) > 40
    assert [each for each in wanted if " ".join(each.split()) not in text] == []
    assert edition == "open" or "Where the gaps are" in parts


def test_cells_of_the_map_have_the_colours_of_the_map(word: Document) -> None:
    (table,) = (each for each in word.tables if each.rows[0].cells[1].text == "Everywhere")
    cell = table.rows[1].cells[1]
    shade = cell._tc.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
    assert (cell.text, shade.get(qn("w:fill"))) == ("1 of 1", "0b5563")


def tone(run: Run) -> tuple[str | None, str | None]:
    """Give what a piece of a line is shaded with, and the colour of its words."""
    shade = run._r.find(f"{qn('w:rPr')}/{qn('w:shd')}")
    colour = run.font.color.rgb if run.font.color else None
    return (None if shade is None else shade.get(qn("w:fill"))), colour and str(colour).lower()


def written(*blocks: Block) -> Document:
    """Write blocks in the frame of the board summary."""
    frame = board_summary(basis()).frame
    return read(word_document(Paper(frame, (Section(blocks),))))


def test_the_legend_of_the_map_has_its_colours(word: Document) -> None:
    (legend,) = (each for each in word.paragraphs if each.text.startswith("all meet it; "))
    shaded = [each for each in legend.runs if each.text != "; "]
    assert [tone(each) for each in shaded] == [
        ("0b5563", "ffffff"), ("79adb5", "06262d"), ("cfe3e4", "0b3f49"), ("ffffff", "9a3a06"),
    ]  # fmt: skip


def test_letters_have_the_tone_of_their_level() -> None:
    heads = columns(("Ref", 10), ("Result", 90))
    said = {"A": "high", "P": "middle", "N": "low", "?": "none"}
    letters = [Part(letter, f"k {level}") for letter, level in said.items()]
    rows = tuple(("A1.a", (each, " Word")) for each in letters)
    (table,) = written(Heading("Result"), Table(heads, rows, "matrix")).tables
    runs = [each.cells[1].paragraphs[0].runs[0] for each in table.rows[1:]]
    assert [(each.text, *tone(each)) for each in runs] == [
        ("A", "0b5563", "ffffff"), ("P", "cfe3e4", "0b3f49"),
        ("N", "ffffff", "9a3a06"), ("?", "eceae4", "565c63"),
    ]  # fmt: skip


def test_heads_and_introductions_stay_with_what_they_are_about(word: Document) -> None:
    for level in "1234":
        assert word.styles[f"Heading {level}"].paragraph_format.keep_with_next
    for table in word.tables:
        for cell in table.rows[0].cells:
            assert cell.paragraphs[0].paragraph_format.keep_with_next
    made = written(
        Heading("Places"),
        Text("They are these.", "small keep"),
        Table(columns(("Place", 0), ("Number", 0)), (("A", "1"), ("All of these",), ("B", "2"))),
        Text("This says more."),
        Text("Sam Reid, cell D4", "by"),
        Text("This does not."),
    )
    kept = [e.text for e in made.paragraphs if e.paragraph_format.keep_with_next and e.text]
    assert kept == ["They are these.", "This says more."]
    *first, last = (e.cells[0].paragraphs[0].paragraph_format for e in made.tables[0].rows)
    assert all(each.keep_with_next for each in first)
    assert not last.keep_with_next


def test_long_rows_may_go_on_over_the_page() -> None:
    (table,) = written(
        Heading("Said"), Table(columns(("What", 0)), (("Short",), ("Long " * 300,)))
    ).tables
    whole = [e._tr.find(f".//{qn('w:cantSplit')}") is not None for e in table.rows]
    assert whole == [True, True, False]


def test_nothing_is_left_of_the_numbers_of_paper_s_pages() -> None:
    heads = columns(("Ref", 8), ("Outcome", 0), ("Page", 6, "number"))
    matrix = Table(heads, (("A1",), ("A1.a", "Board", ""), ("A1.b", "Roles", "")), "matrix")
    place = Table(
        columns(("Place", 24), ("A1.a", 0)), (("Page", Page("a")), ("Here", "A")), "matrix turned"
    )
    led = Table(heads, (("A1.a", "Board", Page("a")),), "matrix")
    made = written(Heading("Matrix"), matrix, place, led)
    said = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    assert said[0][0] == said[2][0] == ["Ref", "Outcome"]
    assert said[1] == [["Place", "A1.a"], ["Here", "A"]]


def test_references_and_dates_do_not_break_and_are_copied_as_they_are() -> None:
    made = written(Heading("Evidence"), Text("EV-001 of 2026-06-11, see well-known ACT-02."))
    paragraph = made.paragraphs[-1]
    assert paragraph.text == "EV-001 of 2026-06-11, see well-known ACT-02."
    assert len(list(paragraph._p.iter(qn("w:noBreakHyphen")))) == 4


def test_a_new_line_in_a_cell_is_one() -> None:
    (table,) = written(
        Heading("Plan"),
        Table(columns(("What", 0)), (((Text("Backups"), Text("Housing", "small")),),)),
    ).tables
    assert table.rows[1].cells[0].text == "Backups\nHousing"
    assert len(list(table._tbl.iter(qn("w:br")))) == 1


def test_narrow_columns_have_room_for_their_longest_word() -> None:
    table = Table(columns(("Risk", 5), ("Recommendation", 95)), (("medium", "Word " * 40),))
    risk, rest = widths(table, 166)
    assert 16 < risk < 22
    assert risk + rest == pytest.approx(166)
    crowded = Table(columns(*(("Responsibility", 5) for _ in range(12))), ())
    assert sum(widths(crowded, 166)) == pytest.approx(166)


def test_notes_have_the_size_and_colour_they_have_on_paper() -> None:
    made = written(
        Heading("Notes"), Text("A note.", "small"), Text("People differ.", "n"),
        Text(("It is ", Part("late", "tag"), ".")), Text("This is text."),
    )  # fmt: skip
    note, differ, late, text = (each.runs for each in made.paragraphs[-4:])
    assert [tone(note[0])[1], tone(differ[0])[1], tone(late[1])[1]] == [
        "565c63",
        "9a3a06",
        "9a3a06",
    ]
    assert [each[0].font.size and each[0].font.size.pt for each in (note, differ, text)] == [
        9,
        9,
        None,
    ]
    assert late[1].bold
    assert tone(text[0]) == (None, None)


def test_a_chapter_begins_a_page() -> None:
    chapters = (Section((Heading(each), Text("Text.")), "new-page") for each in ("One", "Two"))
    made = written(Text("Before."), *chapters)
    begin = [each.text for each in made.paragraphs if each.paragraph_format.page_break_before]
    assert begin == ["One", "Two"]


def test_the_text_ends_above_a_foot_of_two_lines(word: Document) -> None:
    section = word.sections[0]
    assert section.bottom_margin is not None
    assert section.footer_distance is not None
    assert section.bottom_margin - section.footer_distance > Mm(15)


def test_the_file_says_nothing_of_itself_that_is_not_so(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        about = file.read("docProps/app.xml").decode()
    assert "<Application>cyberassess</Application>" in about
    for untrue in ("Microsoft", "Macintosh", "Words", "Pages", "TotalTime", "Template"):
        assert untrue not in about


def test_pictures_have_an_alternative_text(word: Document) -> None:
    shapes = list(word.inline_shapes)
    assert len(shapes) == 3
    assert all(len(each._inline.docPr.get("descr") or "") > 20 for each in shapes)


def test_marking_reference_and_status_stand_on_every_page(word: Document) -> None:
    section = word.sections[0]
    head = "".join(each.text for each in section.header.paragraphs)
    foot = "".join(each.text for each in section.footer.paragraphs)
    assert head == "OFFICIAL-SENSITIVE"
    assert "OFFICIAL-SENSITIVE" in foot
    assert foot.startswith("Northport Council · CR-2026-")
    assert "version 1 · DRAFT" in foot
    xml = section.footer._element.xml
    assert 'w:instr="PAGE"' in xml
    assert 'w:instr="NUMPAGES"' in xml


def test_it_says_what_it_is_and_nothing_of_the_machine(data: bytes, word: Document) -> None:
    properties = word.core_properties
    assert properties.title == "Cyber resilience 2026: board summary, Northport Council"
    assert (properties.language, properties.author) == ("en-GB", "Sam Reid")
    assert properties.created is not None
    assert properties.created.date().isoformat() == "2026-11-22"
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert not any("thumbnail" in name for name in file.namelist())
        assert b'w:val="en-GB"' in file.read("word/styles.xml")


@pytest.mark.slow
def test_the_same_summary_gives_the_same_bytes(data: bytes) -> None:
    time.sleep(2.1)  # a zip's clock has steps of two seconds
    assert word_document(board_summary(basis(*PLAN))) == data


def test_the_open_edition_names_nobody() -> None:
    held = word_document(board_summary(basis(*PLAN), edition="open"))
    with zipfile.ZipFile(io.BytesIO(held)) as file:
        text = b" ".join(file.read(name) for name in file.namelist()).decode("utf-8", "ignore")
    for name in ("Housing", "Larkmoor", "Sam Reid", "Priya", "B2.a", "Museum", "ACT-001"):
        assert name not in text
    assert "The risks by system are in the restricted edition." in text


def test_texts_that_xml_cannot_hold_are_shown_all_the_same() -> None:
    held = word_document(board_summary(basis(), decision="Fund\x0b it\ufffe <now> & \u202e then."))
    said = " ".join(each.text for each in read(held).paragraphs)
    assert "Fund\ufffd it\ufffd <now> & [U+202E] then." in said


def test_a_logo_is_a_picture_too() -> None:
    look = Look(logo=read_logo("logo.png", png(40, 10)), name="Northport")
    shapes = list(read(word_document(board_summary(basis(look=look)))).inline_shapes)
    assert shapes[0]._inline.docPr.get("descr") == "Northport"


def test_pictures_are_drawn_in_the_charts_colours() -> None:
    pictures = [e for e in every(board_summary(basis()).for_word) if isinstance(e, Picture)]
    squares, *_, proof = (Image.open(io.BytesIO(drawn(e))) for e in pictures)
    assert squares.size[0] == proof.size[0] == 1360
    assert proof.getpixel((460, 25)) == (11, 85, 99)


def test_a_logo_stays_what_it_was() -> None:
    logo = read_logo("logo.png", png())
    assert base64.b64decode(logo.address.partition(",")[2]) == logo.png
    assert struct.unpack(">I", logo.png[16:20]) == (2,)
    assert zlib.crc32(logo.png[12:29]) == struct.unpack(">I", logo.png[29:33])[0]
