"""PSCRF 2.0 built from sheets of several invented layouts; no text here is the publisher's."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.disk import resources
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.domain.sets.roles import OWNER_ROLES
from cyberassess.errors import CyberassessError, FrameworkError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.send.sending import send
from cyberassess.steps.sets.building import obvious_owner
from cyberassess.steps.sets.commands import import_
from cyberassess.steps.sets.content import framework_check
from cyberassess.steps.sets.importing import BuiltSet, import_pscrf

Row = Sequence[object]
Alter = Callable[[Worksheet], None]

HEADINGS = (
    "Domain", "Category", "Sub-category", "Control Ref", "Control", "Stage", "Duty Area",
    "References",
)  # fmt: skip
PLAIN: tuple[Row, ...] = (
    HEADINGS,
    ("Keep order", "Steering", "Who steers", "1.1.1", "A named captain steers the boat.",
     "Baseline", "Board", "ISO 1"),
    ("Keep order", "Steering", "Who steers", "1.1.2", "The captain checks the chart weekly.",
     "Target", "Board; HR", ""),
    ("Keep order", "Supplies", "Ropes", "2.1.1", "Ropes are counted.", "Advanced", "Procurement",
     "CE, ISO 2"),
    ("Stay afloat", "Network knots", "Leaks", "3.1.1", "Leaks are found within a day.",
     "baseline", "ICT services", None),
    ("Stay afloat", "Network knots", "Leaks", "3.1.10", "Leaks are mended within a week.",
     "TARGET", "ICT services", None),
)  # fmt: skip

BANNERS: tuple[Row, ...] = (
    ("The boat book", None, None, None, None, None, None),
    (None, None, None, None, None, None, None),
    ("Resilience domain", "Control category", "Topic", "No.", "Control text", "Level",
     "Control owner"),
    ("A. Float", "1. Hull", "1.1 Planks", "1.1.1", "Planks are dry.", "1", "Estates"),
    (None, None, None, "1.1.2", "Planks are\nnumbered.", 2, "Estates"),
    (None, None, "1.2 Paint", "1.2.1", "Paint is fresh.", "Level 3", "Estates"),
    (None, "2. Sail", "2.1 Cloth", "2.1.1", "Cloth is whole.", "Baseline (1)", "Cyber security"),
    ("© The boat office", None, None, None, None, None, None),
)  # fmt: skip

LETTERED: tuple[Row, ...] = (
    ("Unique ref", "Domain", "Category no", "Category", "Sub-category ref", "Sub-category",
     "Requirement", "Tier", "Responsible", "Remarks"),
    ("GOV-01", "Float", "G", "Steering", "G-a", "Who steers", "There is a helm.", "Tier 1", "SIRO",
     "see page 2"),
    ("GOV-02", "Float", "G", "Steering", "G-a", "Who steers", "There is a spare helm.", "Tier 2",
     "Corporate services", None),
    ("NET-01", "Float", "N", "Nets", "N-a", "Mesh", "The mesh is fine.", "Tier 3",
     "Fishing fleet", None),
)  # fmt: skip

STEPPED: tuple[Row, ...] = (
    (None, None, "Domain", "Category", "Subcategory", "Reference number", "Statement", "Stage"),
    (None, None, "Float", None, None, None, None, None),
    (None, None, None, "Hull", None, None, None, None),
    (None, None, None, None, "Planks", None, None, None),
    (None, None, None, None, None, "X1", "Planks are dry.", "Baseline"),
    (None, None, "Domain", "Category", "Subcategory", "Reference number", "Statement", "Stage"),
    (None, None, None, None, None, "X2", "Planks are numbered.", "Target"),
    (None, None, None, "Sail", "Planks", "X3", "Sail planks are dry.", "Advanced"),
)  # fmt: skip


def book(folder: Path, *sheets: Sequence[Row], alter: Alter | None = None) -> Path:
    """Write a workbook; each sheet is its rows, ``alter`` changes the last one."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = workbook.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
    if alter:
        alter(sheet)
    path = folder / "sheet.xlsx"
    workbook.save(path)
    return path


def build(
    folder: Path,
    *sheets: Sequence[Row],
    columns: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    alter: Alter | None = None,
    force: bool = False,
) -> BuiltSet:
    return import_pscrf(
        book(folder, *sheets, alter=alter),
        folder / "frameworks",
        columns=columns or {},
        owners=owners or {},
        force=force,
        today="2026-11-22",
    )


def refused(
    folder: Path,
    *sheets: Sequence[Row],
    columns: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    alter: Alter | None = None,
) -> list[tuple[str, str]]:
    """Give code and whole text of each problem of an import that wrote nothing."""
    with pytest.raises(FrameworkError) as caught:
        build(folder, *sheets, columns=columns, owners=owners, alter=alter)
    assert not (folder / "frameworks").exists()
    problems = [p for p in caught.value.problems if p.severity.value == "problem"]
    assert problems
    assert all("Nothing was written." in p.hint for p in problems)
    return [(p.code, str(p)) for p in problems]


def only(found: list[tuple[str, str]], code: str) -> str:
    assert [each for each, _ in found] == [code]
    return found[0][1]


def setting(address: str, value: str | bool | None) -> Alter:  # noqa: FBT001 - a cell's value
    def alter(sheet: Worksheet) -> None:
        sheet[address] = value

    return alter


def codes(built: BuiltSet) -> list[str]:
    return [each.code for each in built.notes]


def assert_passes(folder: Path) -> None:
    (checked,) = framework_check(["pscrf@2.0"], folder / "frameworks")
    assert checked.problems == ()
    (checked,) = framework_check([str(folder / "frameworks" / "pscrf" / "2.0.yaml")])
    assert checked.problems == ()


def test_a_plain_sheet(tmp_path: Path) -> None:
    built = build(tmp_path, PLAIN)
    assert_passes(tmp_path)
    framework = built.framework
    assert framework.count_groups() == {"domain": 2, "category": 3}
    assert framework.count_levels() == {"baseline": 2, "target": 2, "advanced": 1}
    assert list(framework.outcomes) == ["1.1", "2.1", "3.1"]
    assert [each.id for each in framework.groups[0].groups] == ["1", "2"]
    assert "3.1.10" in framework.indicators
    outcome = framework.outcomes[OutcomeId("1.1")]
    assert (outcome.title, outcome.owner_role) == ("Who steers", "board")
    first = outcome.indicators[0]
    assert first.text == "A named captain steers the boat."
    assert first.source == (
        'PSCRF 2.0, sheet "Sheet1", cell D2. Duty area: Board. References: ISO 1.'
    )
    assert built.owners == {
        "Board": "board",
        "HR": "hr",
        "Procurement": "procurement",
        "ICT services": "it-operations",
    }
    assert codes(built) == ["derived-ids", "derived-ids", "mixed-owners"]
    assert "Crown copyright" in framework.licence
    assert framework.rule.name == "staged-2"


def test_titles_above_merged_cells_and_a_footnote(tmp_path: Path) -> None:
    def merge(sheet: Worksheet) -> None:
        for area in ("A1:G1", "A4:A7", "B4:B6", "C4:C5"):
            sheet.merge_cells(area)

    built = build(tmp_path, BANNERS, alter=merge)
    assert_passes(tmp_path)
    assert list(built.framework.outcomes) == ["1.1", "1.2", "2.1"]
    assert [each.title for each in built.framework.groups[0].groups] == ["Hull", "Sail"]
    assert built.framework.count_levels() == {"baseline": 2, "target": 1, "advanced": 1}
    notes = {each.code: str(each) for each in built.notes}
    assert "cell A8: It holds names of groups and no control" in notes["not-placed"]
    assert codes(built).count("carried-down") == 3
    assert "sub-category was taken from the row above in 1 row" in notes["carried-down"]
    text = built.framework.indicators
    assert [each.text for _, each in text.values()][1] == "Planks are numbered."


def test_other_headings_numbers_beside_titles_and_hidden_rows(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["H"].hidden = True
        sheet["J4"] = "=1+1"

    built = build(
        tmp_path,
        [("Read me",), ("Version", "2")],
        LETTERED,
        columns={"requirement": "text"},
        owners={"Corporate services": "hr", "fishing fleet": "service"},
        alter=hide,
    )
    assert_passes(tmp_path)
    assert built.reading.sheet == "Sheet2"
    assert list(built.framework.outcomes) == ["G-a", "N-a"]
    assert [each.id for each in built.framework.groups[0].groups] == ["G", "N"]
    assert built.reading.unread == ('J "Remarks"',)
    notes = {each.code: str(each) for each in built.notes}
    assert "1 hidden row with a control was read too: 3." in notes["hidden-rows"]
    assert "column H" in notes["hidden-columns"]


def test_groups_on_rows_of_their_own_and_no_duty_areas(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        STEPPED,
        columns={"none": "duty"},
        owners={"Hull": "facilities", "Sail": "service"},
    )
    assert_passes(tmp_path)
    assert list(built.framework.outcomes) == ["planks", "planks-2"]
    assert [each.owner_role for each in built.framework.outcomes.values()] == [
        "facilities",
        "service",
    ]
    assert codes(built).count("not-placed") == 3
    assert {"repeated-headings", "made-ids", "no-duty-area"} <= set(codes(built))


def test_profiles_and_themes_are_written(tmp_path: Path) -> None:
    build(tmp_path, PLAIN)
    shelf = Shelf(tmp_path / "frameworks")
    assert shelf.profiles() == ["pscrf-2-advanced", "pscrf-2-baseline", "pscrf-2-target"]
    assert shelf.refs() == ["pscrf@2.0"]
    placed = shelf.themes("pscrf-2-themes")[0].outcomes
    placements = next(iter(placed.values()))
    assert all(each.reason.startswith("Inferred") for each in placements.values())
    assert placements[OutcomeId("3.1")].theme == "infrastructure"


def test_a_target_asks_only_where_there_is_a_control_up_to_its_stage(tmp_path: Path) -> None:
    built = build(tmp_path, PLAIN)
    shelf = Shelf(tmp_path / "frameworks")
    asked = {}
    for stage in ("baseline", "target", "advanced"):
        target = shelf.profile(f"pscrf-2-{stage}")[0].targets[built.framework.ref]
        assert {*target.requirements, *target.no_target} == set(built.framework.outcomes)
        assert set(target.requirements.values()) == {stage}
        asked[stage] = sorted(target.requirements)
    assert asked == {
        "baseline": ["1.1", "3.1"],
        "target": ["1.1", "3.1"],
        "advanced": ["1.1", "2.1", "3.1"],
    }


def test_matches_to_the_older_version_are_suggested_only(tmp_path: Path) -> None:
    older = Shelf().framework("pscrf@1.0").framework
    text = next(each.text for _, each in older.indicators.values() if each.id == "1.1.1")
    rows = [*PLAIN, ("Stay afloat", "Network knots", "Leaks", "3.1.11", text, "Target", "ICT", "")]
    built = build(tmp_path, rows)
    assert [(each.new, each.old, each.likeness) for each in built.suggestions] == [
        ("3.1.11", "1.1.1", 1.0)
    ]
    written = tmp_path / "frameworks" / "mappings" / "pscrf-2.0-suggestions.csv"
    assert "3.1.11,1.1.1,1.00," in written.read_text("utf-8-sig")
    assert all(each.same_as is None for _, each in built.framework.indicators.values())


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    first = {path: path.read_bytes() for path in build(tmp_path, PLAIN).paths}
    again = import_pscrf(
        tmp_path / "sheet.xlsx",
        tmp_path / "frameworks",
        columns={},
        owners={},
        force=True,
        today="2026-11-22",
    )
    assert {path: path.read_bytes() for path in again.paths} == first


def test_nothing_is_replaced_without_force(tmp_path: Path) -> None:
    paths = build(tmp_path, PLAIN).paths
    paths[0].write_text("mine", "utf-8")
    with pytest.raises(FrameworkError) as caught:
        build(tmp_path, PLAIN)
    assert [each.code for each in caught.value.problems] == ["file-exists"] * len(paths)
    assert paths[0].read_text("utf-8") == "mine"
    build(tmp_path, PLAIN, force=True)
    assert paths[0].read_text("utf-8") != "mine"


def test_the_shipped_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError) as caught:
        import_pscrf(book(tmp_path, PLAIN), resources.folder("frameworks"), columns={}, owners={})
    assert [each.code for each in caught.value.problems] == ["shipped-folder"]


@pytest.mark.parametrize(
    ("address", "role"), [("D3", "id"), ("E3", "text"), ("F3", "stage"), ("A2", "domain")]
)
def test_a_control_that_lacks_something(tmp_path: Path, address: str, role: str) -> None:
    text = only(refused(tmp_path, PLAIN, alter=setting(address, None)), "incomplete-control")
    assert f'sheet "Sheet1", row {address[1:]}: ' in text
    assert f"but no {role} ({address})" in text


def test_all_rows_that_lack_something_are_named_at_once(tmp_path: Path) -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["D2"], sheet["E3"], sheet["F4"] = None, None, None

    found = refused(tmp_path, PLAIN, alter=spoil)
    assert [each for each, _ in found] == ["incomplete-control"] * 3


def test_a_new_category_ends_what_was_carried_down(tmp_path: Path) -> None:
    def alter(sheet: Worksheet) -> None:
        sheet["C7"] = None

    text = only(refused(tmp_path, BANNERS, alter=alter), "incomplete-control")
    assert "but no sub-category (C7)" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "value", "code", "said"),
    [
        ("E3", '="a"&"b"', "formula", 'cell E3: A formula stands here: "="a"&"b""'),
        ("F3", "#REF!", "error-value", 'cell F3: "#REF!" stands here'),
        ("D3", True, "changed-value", "cell D3: The spreadsheet turned this id"),
        ("D3", "1.1/2", "unusable-id", 'cell D3: "1.1/2" cannot be an id'),
        ("D3", "1.1.1", "repeated-id", 'cell D3: The id "1.1.1" stands in cell D2 already'),
        ("F3", "Gold", "unknown-stage", 'cell F3: "Gold" names no one stage'),
        ("F3", "Baseline / Target", "unknown-stage", "names no one stage"),
        ("F3", "Not baseline", "unknown-stage", "names no one stage"),
        ("G3", "Fishing fleet", "owner-needed", '--owner "Fishing fleet=ROLE"'),
        ("G3", "HR and audit", "owner-needed", '--owner "HR and audit=ROLE"'),
    ],
)
def test_a_cell_nobody_can_trust(
    tmp_path: Path,
    address: str,
    value: str | bool,  # noqa: FBT001
    code: str,
    said: str,
) -> None:
    assert said in only(refused(tmp_path, PLAIN, alter=setting(address, value)), code)


def test_all_duty_areas_without_an_owner_are_named_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, LETTERED, columns={"Requirement": "text"})
    assert [each for each, _ in found] == ["owner-needed"] * 2
    assert "Corporate services" in found[0][1]


def test_owners_that_cannot_be(tmp_path: Path) -> None:
    found = refused(tmp_path, PLAIN, owners={"Board": "king", "Bord": "board"})
    assert [each for each, _ in found] == ["unknown-role", "unknown-area"]
    assert "Did you mean Board?" in found[1][1]


def test_a_missing_heading_says_what_was_seen(tmp_path: Path) -> None:
    text = only(refused(tmp_path, PLAIN, alter=setting("F1", None)), "missing-heading")
    assert "No heading stands for the stage" in text
    assert 'E "Control"' in text
    assert "F (none)" in text
    assert '--map "HEADING=stage"' in text


def test_a_column_can_be_named_by_its_letter(tmp_path: Path) -> None:
    built = build(tmp_path, PLAIN, columns={"F": "stage"}, alter=setting("F1", None))
    assert_passes(tmp_path)
    assert len(built.framework.indicators) == 5


def test_two_columns_of_one_role(tmp_path: Path) -> None:
    text = only(refused(tmp_path, PLAIN, alter=setting("I1", "Level")), "two-columns")
    assert 'F "Stage", I "Level"' in text
    built = build(tmp_path, PLAIN, columns={"Level": "ignore"}, alter=setting("I1", "Level"))
    assert built.reading.unread == ('I "Level"',)


def test_no_headings_at_all(tmp_path: Path) -> None:
    text = only(refused(tmp_path, [("Boat", "Colour"), ("Ann", "red")]), "no-headings")
    assert '"Boat" (A1), "Colour" (B1)' in text
    assert "--map 'Requirement=text'" in text


def test_two_sheets_with_headings(tmp_path: Path) -> None:
    text = only(refused(tmp_path, PLAIN, PLAIN), "two-sheets")
    assert '"Sheet1" (row 1) and "Sheet2" (row 1)' in text


def test_maps_that_cannot_be(tmp_path: Path) -> None:
    assert "Did you mean text?" in only(
        refused(tmp_path, PLAIN, columns={"Control": "texts"}), "unknown-column-role"
    )
    assert "more than one column" in only(
        refused(tmp_path, PLAIN, columns={"Control": "text", "Stage": "text"}), "two-columns"
    )
    found = refused(tmp_path, PLAIN, columns={"Contrl": "text"})
    assert "Did you mean Control?" in only(found, "unknown-heading")


def test_headings_without_controls(tmp_path: Path) -> None:
    only(refused(tmp_path, PLAIN[:1]), "no-controls")


def test_one_number_for_two_sub_categories(tmp_path: Path) -> None:
    found = refused(tmp_path, BANNERS, alter=setting("C6", "1.1 Paint"))
    assert "repeated-id" in [each for each, _ in found]
    assert '"Paint"' not in found[0][1]
    assert '"1.1 Paint" has the id 1.1' in found[0][1]


def test_two_numbers_for_one_sub_category(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        LETTERED,
        columns={"Requirement": "text"},
        owners={"Corporate services": "hr", "fishing fleet": "service"},
        alter=setting("E3", "G-b"),
    )
    assert 'The sub-category "Who steers" is numbered G-a and G-b.' in only(found, "two-numbers")


def test_an_id_that_does_not_fit_a_name_carried_down(tmp_path: Path) -> None:
    text = only(refused(tmp_path, BANNERS, alter=setting("D5", "1.2.9")), "wrong-place")
    assert 'sheet "Sheet1", cell D5: "1.2.9" stands under sub-category 1.1 "Planks"' in text


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "frameworks").write_text("a file", "utf-8")
    with pytest.raises(CyberassessError) as caught:
        build(tmp_path, PLAIN)
    assert [each.code for each in caught.value.problems] == ["cannot-write"]
    assert "Nothing was written." in str(caught.value)


def test_characters_no_text_file_may_hold(tmp_path: Path) -> None:
    text = '"Ropes"\u00a0are: #1\u200b, {kept}\u2028 \\n \u00e9 \U0001f6a2 - yes'
    built = build(tmp_path, PLAIN, alter=setting("E3", text))
    assert_passes(tmp_path)
    found = [each.text for _, each in built.framework.indicators.values()]
    assert found[1] == '"Ropes" are: #1, {kept} \\n \u00e9 \U0001f6a2 - yes'


def test_other_themes_of_the_folder_need_not_place_it(tmp_path: Path) -> None:
    themes = tmp_path / "frameworks" / "themes"
    themes.mkdir(parents=True)
    shipped = resources.folder("frameworks") / "themes" / "five-themes.yaml"
    (themes / "five-themes.yaml").write_bytes(shipped.read_bytes())
    assert "no-themes" not in codes(build(tmp_path, PLAIN))


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_text("Domain,Category\n", "utf-8")
    with pytest.raises(FrameworkError) as caught:
        import_pscrf(path, tmp_path / "frameworks", columns={}, owners={})
    assert "Nothing was written." in str(caught.value)
    assert not (tmp_path / "frameworks").exists()


def test_words_of_duty_areas() -> None:
    assert obvious_owner("Information Security") == "it-security"
    assert obvious_owner("Information governance") == "information-governance"
    assert obvious_owner("Physical security") == "facilities"
    assert obvious_owner("Service owners") == "service"
    assert obvious_owner("Corporate services and HR") == ""
    assert obvious_owner("Security") == ""
    assert obvious_owner("Corporate services") == ""
    assert obvious_owner("Services") == "service"
    assert obvious_owner("Audit and assurance") == "audit"
    assert obvious_owner("Not only IT") == ""
    assert set(OWNER_ROLES) >= {obvious_owner("ICT"), obvious_owner("Internal audit")}


def test_the_command_says_what_it_understood(tmp_path: Path) -> None:
    path = book(tmp_path, PLAIN)
    out = tmp_path / "sets"
    ran = CliRunner().invoke(import_, ["pscrf", str(path), "-o", str(out)])
    assert ran.exit_code == 0, ran.output
    assert "2 domains, 3 categories, 3 sub-categories, 5 controls" in ran.output
    assert "Baseline 2, Target 2, Advanced 1" in ran.output
    assert "--framework pscrf@2.0" in ran.output
    assert (out / "pscrf" / "2.0.yaml").is_file()


def test_the_command_ends_with_3_where_other_files_need_care(tmp_path: Path) -> None:
    profiles = tmp_path / "sets" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "other.yaml").write_text("id: [", "utf-8")
    words = ["pscrf", str(book(tmp_path, PLAIN)), "-o", str(tmp_path / "sets")]
    ran = CliRunner().invoke(import_, words)
    assert ran.exit_code == 3
    assert "other.yaml" in ran.output


def test_a_set_that_was_built_can_be_assessed(tmp_path: Path) -> None:
    build(tmp_path, PLAIN)
    wanted = NewAssessment(
        "Northport Council",
        "2026",
        ("pscrf@2.0",),
        ("pscrf-2-target",),
        folder=tmp_path / "frameworks",
        themes="pscrf-2-themes",
    )
    made = new(tmp_path / "northport", wanted)
    (sent,) = send(made.folder)
    assert sent.questions == 5
    card = open_assessment(made.folder).card
    assert card.confidence.statements == 5


@pytest.mark.parametrize("option", [["--map", "text"], ["--owner", "a=hr", "--owner", "a=board"]])
def test_options_of_the_wrong_form(tmp_path: Path, option: list[str]) -> None:
    ran = CliRunner().invoke(import_, ["pscrf", str(book(tmp_path, PLAIN)), *option])
    assert ran.exit_code == 2
    assert "Nothing was written." in ran.output
