"""Every table of a document as CSV."""

import csv
import io
import zipfile

from cyberassess.paper.blocks import Page, Part, Picture, Section, Table, columns, every
from cyberassess.paper.document import Document
from cyberassess.paper.media.tables import tables_archive
from tests.paper.test_documents import DOCUMENTS, every_document


def opened(document: Document) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(tables_archive(document))) as file:
        return {
            name: list(csv.reader(io.StringIO(file.read(name).decode("utf-8-sig"))))
            for name in file.namelist()
        }


@every_document
def test_every_table_of_every_document_is_there(document: Document) -> None:
    found = opened(document)
    tables = [each for each in every(document.sections) if isinstance(each, Table)]
    assert len(found) == len(tables) > 1
    assert tables_archive(document) == tables_archive(document)


def test_a_table_is_named_by_what_it_is_about_and_reads_as_on_paper() -> None:
    found = opened(DOCUMENTS["findings"])
    (name,) = (each for each in found if "Priority 1" in each)
    heads, *rows = found[name]
    assert heads[:2] == ["Ref, priority", "Gap, and where"]
    assert rows[0][0] == "ACT-001\npriority 1"


def test_numbers_of_pages_and_bars_are_left_out_and_no_text_becomes_a_formula() -> None:
    bar = Picture("Half", 14, (), width=200)
    rows = (
        ("=1+1", bar, Page("a")),
        (Part("b", link="b"), "", ""),
        ("Page", Page("c"), Page("d")),
    )
    table = Table(columns(("Name", 50), ("Share", 30), ("Page", 20)), rows)
    document = Document(DOCUMENTS["full"].frame, (Section((table,)),))
    (found,) = opened(document).values()
    assert found == [["Name"], ["'=1+1"], ["b"]]
