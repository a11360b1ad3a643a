"""Tables as publishers and other tools give them out, with made-up words."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import FrameworkError, Severity
from cyberassess.sources.wordings import columns_of, match, other_version, read_wording
from cyberassess.steps.begin.setup import NewAssessment
from cyberassess.steps.begin.setup import new as new_assessment
from cyberassess.steps.sets.authoring import TargetsWanted, write_profile
from cyberassess.steps.sets.official import WordingKept, keep_wording

CSF = "nist-csf@2.0"
Rows = Sequence[Sequence[str | None]]


@pytest.fixture(scope="module")
def csf() -> Framework:
    return Shelf().framework(CSF).framework


@pytest.fixture
def council(tmp_path: Path) -> Path:
    wishes = NewAssessment("Northport", "2026", (CSF,), ("none",), no_profile_reason="A trial.")
    return new_assessment(tmp_path / "northport", wishes).folder


def workbook(path: Path, sheets: Mapping[str, Rows], merged: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
        if merged:
            page.merge_cells(merged)
    book.save(path)
    return path


def said(kept: WordingKept) -> list[str]:
    return [each.code for each in kept.problems if each.code != "cut-short"]


EXPORT: Rows = [
    ("Framework export, made up",),
    ("Function", "Category", "Subcategory", "Implementation Examples", "Informative References"),
    ("GOVERN (GV): All of it.", None, None, None, "Another: GV"),
    (None, "Organizational Context (GV.OC): Where we stand.", None, None, None),
    (None, None, "GV.OC-01: Our aim is known.", "Ex1: say it", "Another: 1.1"),
    (None, None, "GV.OC\u201102\uff1a Who cares is known.", "Ex1: ask them", None),
    (None, None, "ID.AM-06: [Withdrawn: Incorporated into GV.RR-02]", None, None),
]


def test_ids_and_words_in_one_cell_are_told_apart(council: Path, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {"Read me": [("About this export",)], "CSF 2.0": EXPORT}
    kept = keep_wording(council, workbook(tmp_path / "csf.xlsx", sheets, "A1:B1"))
    assert kept.matched.texts == {
        "GV.OC-01": "Our aim is known.",
        "GV.OC-02": "Who cares is known.",
    }
    assert said(kept) == ["withdrawn"]
    assert all(each.severity is Severity.NOTE for each in kept.problems)


def test_a_csv_of_one_column_is_read_so_too(csf: Framework) -> None:
    fields = columns_of(map(str, csf.outcomes))
    text = 'Subcategory,Note\n"GV.OC-01 \u2013 Our aim, known.",x\n"GV.OC-02: B.",\nloose words,\n'
    source = read_wording(text.encode(), "a.csv", fields)
    assert match(csf, source).texts == {"GV.OC-01": "Our aim, known.", "GV.OC-02": "B."}
    assert [str(each) for each in source.problems] == [
        'a.csv, line 4: No id stands before "loose words". Add it.'
    ]
    other = read_wording(b"Subcategory\nloose words\nand others\nGV.OC-01: A.\n", "a.csv", fields)
    assert other.entries == ()


PROFILE: Rows = [
    (
        "CSF Outcome (Function, Category, or Subcategory)",
        "CSF Outcome Description",
        "Included in Profile?",
        "Target CSF Tier",
    ),
    ("GV", "All of it.", None, None),
    ("GV.OC", "Where we stand.", None, None),
]


def test_a_template_of_targets_gives_wording_and_a_profile(
    council: Path, csf: Framework, tmp_path: Path
) -> None:
    rows = [*PROFILE, *((each, f"Words {each}.", "Yes", "In place") for each in csf.outcomes)]
    columns: Rows = [("Column", "Description"), ("Rationale", "Why")]
    path = workbook(tmp_path / "p.xlsx", {"Targets": rows, "Column Descriptions": columns})
    assert len(keep_wording(council, path).matched.texts) == 106
    wanted = TargetsWanted(
        CSF, "Ours", "Northport", "Cabinet", "2026-03-03", tmp_path / "out.yaml",
        mapping=("Target CSF Tier=level",),
    )  # fmt: skip
    found = write_profile(path, wanted)
    assert len(found.profile.targets[csf.ref].requirements) == 106
    (note,) = found.notes
    assert note.message.endswith('passed over: "GV", "All of it.". And 1 more row like it.')


def test_the_sheet_that_holds_the_ids_is_the_one_that_is_read(
    council: Path, tmp_path: Path
) -> None:
    heads = ("assessable", "depth", "ref_id", "name", "description")
    sheets: dict[str, Rows] = {
        "library_meta": [("type", "library"), ("ref_id", "made-up")],
        "made_content": [
            heads,
            (None, "1", "GV", "GOVERN", "All of it."),
            ("x", "3", "GV.OC-01", None, "Our aim is known."),
        ],
        "groups_content": [("ref_id", "name", "description"), ("B", "Basic", "At least this.")],
    }
    kept = keep_wording(council, workbook(tmp_path / "library.xlsx", sheets))
    assert kept.matched.texts == {"GV.OC-01": "Our aim is known."}
    assert said(kept) == []


def scored(*numbers: str, prefix: str = "") -> Rows:
    """Give a sheet of a self-assessment that scores what is written apart from what is done."""
    headings = ("Function", "Subcategory", "Requirement", "Guidance", "Documentation Maturity",
                "Implementation Maturity")  # fmt: skip
    rows = [("", f"{n}: Known", f"{prefix}{n}: It is.", "* How", "2", "3") for n in numbers]
    return [("", "", "", "", "Maturity"), headings, *rows]


@pytest.mark.parametrize("mapping", [["Requirement=text"], ["Requirement=id", "Requirement=text"]])
def test_a_list_that_goes_over_several_sheets_is_read_as_one(
    council: Path, tmp_path: Path, mapping: list[str]
) -> None:
    """As CyFun's self-assessment has it: a sheet a function, and one about the levels."""
    levels = [("Level", "Documentation Maturity"), ("Initial (Level 1)", "Nothing is written.")]
    sheets = {"Maturity Levels": levels, "IDENTIFY": scored("ID.AM-01", "ID.AM-02")}
    path = workbook(tmp_path / "a.xlsx", sheets | {"PROTECT": scored("PR.AA-01")})
    kept = keep_wording(council, path, mapping=mapping)
    assert kept.matched.texts == {"ID.AM-01": "It is.", "ID.AM-02": "It is.", "PR.AA-01": "It is."}
    assert said(kept) == ["sheets-joined"]


def test_two_lists_of_the_same_things_are_not_joined(council: Path, tmp_path: Path) -> None:
    sheets = {f"{each} Details": scored("ID.AM-01") for each in ("BASIC", "IMPORTANT")}
    with pytest.raises(FrameworkError, match='"BASIC Details", "IMPORTANT Details"'):
        keep_wording(council, workbook(tmp_path / "a.xlsx", sheets), mapping=["Requirement=text"])
    path = workbook(tmp_path / "b.xlsx", {"BASIC": scored("ID.AM-01", prefix="BASIC_")})
    with pytest.raises(FrameworkError, match=r'The first is "BASIC_ID.AM-01"'):
        keep_wording(council, path, mapping=["Requirement=text"])


def test_cells_that_cannot_be_relied_on_give_no_wording(council: Path, tmp_path: Path) -> None:
    rows: Rows = [("id", "text"), ("GV.OC-01", '=UPPER("aim")'), ("GV.OC-02", "Who cares.")]
    kept = keep_wording(council, workbook(tmp_path / "a.xlsx", {"Words": rows}))
    assert kept.matched.texts == {"GV.OC-02": "Who cares."}
    assert said(kept) == ["not-a-value"]


def test_what_has_no_headings_says_which_row_came_nearest(council: Path, tmp_path: Path) -> None:
    rows: Rows = [("Title",), (), ("Number of it", "Words of it")]
    path = workbook(tmp_path / "a.xlsx", {"Empty": [], "Words": rows})
    with pytest.raises(FrameworkError) as caught:
        keep_wording(council, path)
    (problem,) = caught.value.problems
    assert problem.where == 'a.xlsx, sheet "Words", row 3'
    assert 'holds: "Number of it", "Words of it".' in problem.message
    assert '--map "COLUMN=id"' in problem.hint


def test_the_reference_tool_gives_the_words_of_what_is_assessed(csf: Framework) -> None:
    elements = [
        {"element_type": "function", "element_identifier": "GV", "text": "All of it."},
        {"element_type": "subcategory", "element_identifier": "GV.OC-01", "text": "Our aim."},
        {"element_type": "implementation_example", "element_identifier": "GV.OC-01.001"},
        {"element_type": "subcategory", "element_identifier": "GV.OC-91", "text": "Not ours."},
        {"element_type": "subcategory"},
        "odd",
    ]
    documents = [{"doc_identifier": "CSF_2_0_0", "name": "Made up (CSF) 2.0", "version": "2.0.0"}]
    held = {"documents": documents, "elements": elements}
    for data in ({"response": {"elements": held}}, {"elements": held}):
        source = read_wording(json.dumps(data).encode(), "export.json")
        found = match(csf, source)
        assert found.texts == {"GV.OC-01": "Our aim."}
        assert [each.code for each in found.problems if each.code != "cut-short"] == ["unmatched"]
        assert other_version(csf, source, "export.json") == ""
