"""Targets of one's own, official wording and new control sets, with good and bad input."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.strict_yaml import read_loose_text
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import AssessmentError, CyberassessError, FrameworkError, WorkbookError
from cyberassess.opening.assessment import open_assessment
from cyberassess.program import program
from cyberassess.steps.begin.setup import NewAssessment
from cyberassess.steps.begin.setup import new as new_assessment
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.send.sending import questions_for, send
from cyberassess.steps.sets.authoring import (
    ProfileWritten,
    TargetsWanted,
    begin_set,
    quoted,
    write_profile,
)
from cyberassess.steps.sets.commands import framework as framework_commands
from cyberassess.steps.sets.commands import new, profile, wording
from cyberassess.steps.sets.content import framework_check
from cyberassess.steps.sets.official import keep_wording, official_wording, wording_path
from cyberassess.terminal.running import run

STEPS = "ncsc-10-steps@2021"
CAF = "ncsc-caf@3.2"
LEVELS = dict.fromkeys(map(str, range(1, 11)), "In place")


def wanted(output: Path | None, framework: str = STEPS, date: str = "2026-03-03") -> TargetsWanted:
    return TargetsWanted(framework, "Our target", "Northport", "Cabinet, item 7", date, output)


def table(levels: Mapping[str, str], heads: str = "Ref,Target") -> str:
    return "\n".join([heads, *(f"{key},{value}" for key, value in levels.items())]) + "\n"


def made(tmp_path: Path, text: str | bytes, name: str = "targets.csv") -> ProfileWritten:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return write_profile(path, wanted(tmp_path / "out.yaml"))


def faults(tmp_path: Path, text: str | bytes, name: str = "targets.csv") -> list[str]:
    with pytest.raises(CyberassessError) as caught:
        made(tmp_path, text, name)
    assert not (tmp_path / "out.yaml").exists()
    return [str(each) for each in caught.value.problems]


def sheet(path: Path, rows: Iterable[tuple[str | int | None, ...]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_table_becomes_a_profile_that_new_takes_and_pins(tmp_path: Path) -> None:
    levels = LEVELS | {"2": "partly_in_place", "3": "IN-PLACE", "10": ""}
    found = made(tmp_path, table(levels))
    target = found.profile.targets[found.framework.ref]
    assert target.requirements["2"] == "partly-in-place"  # type: ignore[index]
    assert target.no_target == ("10",)
    folder = tmp_path / "northport"
    new_assessment(folder, NewAssessment("Northport", "2026", (STEPS,), (str(found.path),)))
    assessment = open_assessment(folder)
    pinned = assessment.profiles[found.framework.ref]
    assert pinned == found.profile
    assert (folder / "frameworks/profiles/out.yaml").read_bytes() == found.path.read_bytes()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", table(LEVELS)),
        ("a.csv", "﻿" + table(LEVELS, "Step;Status").replace(",", ";")),
        ("a.csv", table(LEVELS, "Outcome\tRequired level").replace(",", "\t")),
        ("a.csv", table(LEVELS).encode("utf-16")),
        ("a.csv", "Our targets,\n,\n" + table(LEVELS)),
        ("a.csv", "".join(f"{k},Title {k},{v}\n" for k, v in {"Ref": "Target", **LEVELS}.items())),
        ("a.yaml", "".join(f'"{key}": "in-place"\n' for key in LEVELS)),
        ("a.yaml", "requirements:\n" + "".join(f'  "{key}": "in-place"\n' for key in LEVELS)),
        ("a.yml", "".join(f'- {{ref: "{key}", level: "In place"}}\n' for key in LEVELS)),
        (
            "a.yaml",
            "requirements:\n"
            + "".join(f'  "{key}": "in-place"\n' for key in list(LEVELS)[1:])
            + 'no_target: ["1"]\n',
        ),
    ],
)
def test_csv_and_yaml_of_several_kinds(tmp_path: Path, name: str, text: str | bytes) -> None:
    found = made(tmp_path, text, name).profile.targets[Shelf().framework(STEPS).framework.ref]
    assert len(found.requirements) + len(found.no_target) == 10


def test_a_column_is_told_from_another_by_what_it_holds(tmp_path: Path) -> None:
    rows = "".join(f"{key},Risk management,{value}\n" for key, value in LEVELS.items())
    found = made(tmp_path, "Ref,Outcome,Target\n" + rows)
    assert len(found.profile.targets[found.framework.ref].requirements) == 10
    two = "".join(f"{key},{value},{value}\n" for key, value in LEVELS.items())
    said = faults_of_two(tmp_path, "Ref,Status,Target\n" + two)
    assert 'Several columns could hold the level: "Status", "Target".' in said


def faults_of_two(tmp_path: Path, text: str) -> str:
    (tmp_path / "out.yaml").unlink()
    return faults(tmp_path, text)[0]


BAD: list[tuple[str, str | bytes, str, str]] = [
    ("a.csv", "Name,Colour\n1,red\n", "a.csv, line 1", 'This one holds: "Name", "Colour".'),
    ("a.csv", table(LEVELS | {"11x": "In place"}), "a.csv, line 12", '"11x" is not an outcome'),
    ("a.csv", table(LEVELS | {"4": "Yes"}), "a.csv, line 5", "Use one of: Not in place, Partly"),
    ("a.csv", table(LEVELS) + "4,In place\n", "a.csv, line 12", "4 stands here again"),
    ("a.csv", table(LEVELS) + ",In place\n", "a.csv, line 12", "stands beside no outcome"),
    ("a.csv", table({"1": "In place"}), "a.csv", "says nothing about 2, 3, 4"),
    ("a.csv", "", "a.csv", "The file is empty."),
    ("a.csv", " \n\n", "a.csv", "The file is empty."),
    ("a.csv", ",,\n,,\n", "a.csv", "The file holds no rows."),
    ("a.csv", table(LEVELS) + '"4,In place\n', "a.csv, line 12", "quotation marks"),
    ("a.csv", table(LEVELS).encode() + b"\xe9,\n", "a.csv, line 12", "not in UTF-8"),
    ("a.csv", table(LEVELS) + "\0,\n", "a.csv, line 12", "no text holds"),
    ("a.ods", "PK", "a.ods", "is not a kind of file"),
    ("a.yaml", '"1": "in-place"\n"1": "in-place"\n', "a.yaml, line 2", "stands here again"),
    ("a.yaml", '"1": ["in-place"]\n', "a.yaml, line 1", "holds several values"),
    ("a.yaml", "just words\n", "a.yaml, line 1", "neither values by key nor a list"),
    ("a.yaml", "a: &x 1\n", "a.yaml, line 1", "anchors are not allowed"),
    ("a.xlsx", table(LEVELS), "a.xlsx", "This is a text file"),
    ("a.xlsx", b"", "a.xlsx", "The file is empty."),
]


@pytest.mark.parametrize(("name", "text", "where", "what"), BAD)
def test_what_cannot_be_placed_is_said_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, where: str, what: str
) -> None:
    said = faults(tmp_path, text, name)
    assert any(each.startswith(where) and what in each for each in said), said


def test_everything_is_said_at_once(tmp_path: Path) -> None:
    said = faults(tmp_path, table({"1": "Yes", "99": "In place", "2": "No"}))
    assert [each.split(":")[0] for each in said] == [
        "targets.csv, line 2",
        "targets.csv, line 3",
        "targets.csv, line 4",
        "targets.csv",
    ]


def test_the_nearest_outcome_is_offered_and_columns_that_are_not_there_are_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Outcome,Level\nA1.aa,Achieved\nA1.a,Partially achieved\nA1,\n", "utf-8")
    with pytest.raises(FrameworkError) as caught:
        write_profile(path, wanted(tmp_path / "out.yaml", CAF))
    said = [str(each) for each in caught.value.problems]
    assert "Did you mean A1.a?" in said[0]
    assert "A1.a cannot be Partially achieved" in said[1]
    assert "Use one of: Not achieved, Achieved." in said[1]
    assert "says nothing about A1.b" in said[-1]


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="cannot be read: No such file"):
        write_profile(tmp_path / "nowhere.csv", wanted(tmp_path / "out.yaml"))
    with pytest.raises(WorkbookError, match="no such file"):
        write_profile(tmp_path / "nowhere.xlsx", wanted(tmp_path / "out.yaml"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FrameworkError, match="cannot be read"):
        write_profile(tmp_path / "folder.csv", wanted(tmp_path / "out.yaml"))


def test_a_sheet_is_read_with_numbers_and_titles(tmp_path: Path) -> None:
    rows = [("Our targets",), (), ("Step", "Notes", "Target"), ("Group heading",)]
    levels = [(int(key), "because", value) for key, value in LEVELS.items()]
    path = sheet(tmp_path / "a.xlsx", [*rows[:3], *levels, (None, "a remark", None)])
    found = write_profile(path, wanted(tmp_path / "out.yaml"))
    assert len(found.profile.targets[found.framework.ref].requirements) == 10
    assert [each.where for each in found.notes] == [
        'a.xlsx, sheet "Sheet", row 1',
        'a.xlsx, sheet "Sheet", row 14',
    ]


def test_cells_that_cannot_be_relied_on_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet(path, [("Ref", "Level"), *LEVELS.items()])
    book = openpyxl.load_workbook(path)
    page = book.active
    assert page is not None
    page["B3"] = '=IF(1=1,"In place","")'
    page.row_dimensions[5].hidden = True
    book.save(path)
    with pytest.raises(FrameworkError) as caught:
        write_profile(path, wanted(tmp_path / "out.yaml"))
    said = [str(each) for each in caught.value.problems]
    assert said[0].startswith(
        'a.xlsx, sheet "Sheet", cell B3: "=IF(1=1,"In place","")" is a formula.'
    )
    assert 'cell A5: "4" stands in a hidden row.' in said[1]
    assert not (tmp_path / "out.yaml").exists()


def test_several_sheets_are_not_guessed_between_and_hidden_ones_are_mentioned(
    tmp_path: Path,
) -> None:
    path = sheet(tmp_path / "a.xlsx", [("Ref", "Level"), *LEVELS.items()])
    book = openpyxl.load_workbook(path)
    second = book.create_sheet("Last year")
    for row in [("Ref", "Level"), *LEVELS.items()]:
        second.append(row)
    book.save(path)
    with pytest.raises(FrameworkError, match='"Sheet", "Last year"'):
        write_profile(path, wanted(tmp_path / "out.yaml"))
    second.sheet_state = "hidden"
    book.save(path)
    found = write_profile(path, wanted(tmp_path / "out.yaml"))
    assert [each.code for each in found.notes] == ["hidden-sheet"]


def test_what_is_told_is_checked_and_nothing_is_overwritten(tmp_path: Path) -> None:
    output = tmp_path / "out.yaml"
    first = made(tmp_path, table(LEVELS)).path.read_bytes()
    with pytest.raises(FrameworkError, match="file of this name already"):
        made(tmp_path, table(LEVELS))
    path = tmp_path / "targets.csv"
    forced = TargetsWanted(STEPS, "T", "P", "S", "2026-03-03", output, force=True)
    write_profile(path, forced)
    assert output.read_bytes() != first
    for broken, what in (
        (wanted(tmp_path / "b.yaml", date="3 March"), "not a date"),
        (wanted(tmp_path / "b.yaml", date="20260303"), "not a date"),
        (wanted(tmp_path / "b.txt"), "A profile is a YAML file."),
        (wanted(tmp_path / "all-in-place.yaml"), "comes with cyberassess"),
        (TargetsWanted(STEPS, " ", "P", "S", "2026-03-03", tmp_path / "b.yaml"), "--title"),
        (wanted(tmp_path / "b.yaml", "ncsc-10-step@2021"), "Did you mean ncsc-10-steps@2021"),
    ):
        with pytest.raises(FrameworkError, match=what):
            write_profile(path, broken)


def test_a_scope_question_reaches_no_level(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    ids = list(Shelf().framework("ncsc-cyber-essentials@3.3").framework.outcomes)
    path.write_text(table(dict.fromkeys(ids, "Ready")), "utf-8")
    with pytest.raises(FrameworkError, match="USES only asks what applies"):
        write_profile(path, wanted(tmp_path / "out.yaml", "ncsc-cyber-essentials@3.3"))


def test_quoting_survives_what_yaml_refuses() -> None:
    text = 'a "b" \\ \u2028\u0085\ufeff\U000e0001 é \u00a0 😀\n'
    document = read_loose_text(f"x: {quoted(text)}".encode(), "x")
    assert document.value == {"x": text}


# official wording


@pytest.fixture(scope="module")
def caf() -> Framework:
    return Shelf().framework(CAF).framework


@pytest.fixture
def council(tmp_path: Path) -> Path:
    wishes = NewAssessment("Northport", "2026", (CAF,), ("none",), no_profile_reason="A trial.")
    return new_assessment(tmp_path / "northport", wishes).folder


def kept(council: Path, name: str, text: str | bytes, framework: str = "") -> list[str]:
    path = council.parent / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = keep_wording(council, path, framework=framework, force=True)
    return [str(each) for each in found.problems]


def webcaf(statement: str = "A1.a.A.1", more: str = "") -> str:
    return (
        "rules: &standard {a: 1}\n"
        "objectives:\n  A:\n    principles:\n      A1:\n        outcomes:\n"
        "          A1.a:\n            description: The outcome.\n"
        "            rules: *standard\n            indicators:\n              achieved:\n"
        "                A1.a.5:\n                  description: First\n"
        "                    half.\n"
        f"                  ncsc-index: {statement}\n{more}"
    )


def test_webcaf_wording_is_kept_with_its_source(council: Path, caf: Framework) -> None:
    assert official_wording(council, caf) == {}
    assert kept(council, "v3.2.yaml", webcaf()) == []
    assert official_wording(council, caf) == {"A1.a": "The outcome.", "A1.a.A.1": "First half."}
    text = wording_path(council, caf).read_text("utf-8")
    assert 'name: "v3.2.yaml"' in text
    assert "sha256:" in text
    open_assessment(council)


def test_webcaf_slips_are_reported(council: Path) -> None:
    extra = "                A1.a.6:\n                  description: Second.\n"
    assert 'line 16: "A1.a.6" has no ncsc-index' in kept(council, "a.yaml", webcaf(more=extra))[0]
    said = kept(council, "a.yaml", webcaf("A1.a.Z.1"))
    assert '"A1.a.Z.1" is neither an outcome nor a statement of ncsc-caf@3.2. Did you' in said[0]
    said = kept(council, "a.yaml", webcaf("A1.a.NA.1"))
    assert 'A1.a.NA.1 stands under "achieved" here, and under "not-achieved"' in said[0]
    twice = extra.replace("Second.", "Second.\n                  ncsc-index: A1.a.A.1")
    assert (
        "A1.a.A.1 has another text here than at" in kept(council, "a.yaml", webcaf(more=twice))[0]
    )


def library(numbers: Iterable[int], ref: str = "ncsc-caf-3.2") -> str:
    nodes = [{"ref_id": "A", "name": "Objective", "assessable": "false"}]
    nodes += [{"ref_id": "A1.a", "description": "The outcome.", "assessable": "false"}]
    nodes += [
        {"ref_id": f"A1.a.{n}", "description": f"Text {n}.", "assessable": "true"} for n in numbers
    ]
    value = {"ref_id": ref, "objects": {"framework": {"requirement_nodes": nodes}}}
    return "---\n" + json.dumps(value)


def test_running_numbers_count_the_achieved_column(council: Path, caf: Framework) -> None:
    assert kept(council, "a.yaml", library(range(1, 5))) == []
    texts = official_wording(council, caf)
    assert texts["A1.a.A.4"] == "Text 4."
    assert len(texts) == 5
    said = kept(council, "a.yaml", library(range(1, 6)))
    assert "5 numbered statements for A1.a, ncsc-caf@3.2 has 4" in said[0]
    assert official_wording(council, caf) == {"A1.a": "The outcome."}


def test_oscal_ids_and_labels_match(council: Path, caf: Framework) -> None:
    part = {"name": "statement", "prose": "One", "parts": [{"name": "item", "prose": "and two."}]}
    inner = {
        "id": "s1",
        "title": "T",
        "props": [{"name": "label", "value": "a1.A.a.1"}, {"name": "label", "value": "A1.a.A.1"}],
        "parts": [part],
    }
    catalogue = {"groups": [{"id": "A", "title": "A", "controls": [inner]}], "metadata": {}}
    odd = {"id": "odd", "title": "Odd."}
    text = json.dumps({"catalog": catalogue | {"controls": [odd, 7]}})
    said = kept(council, "a.json", text)
    assert said == [
        'a.json, odd: "odd" is neither an outcome nor a statement of ncsc-caf@3.2. '
        "Its text was left out."
    ]
    assert official_wording(council, caf) == {"A1.a.A.1": "One\nand two."}


def test_csv_wording(council: Path, caf: Framework) -> None:
    said = kept(council, "a.csv", 'id,text\na1.a.a.1,"Two,\nlines."\nA1.a.A.2,\nA1.b,No stop\n')
    assert said[0].startswith('a.csv, line 4: The row has no text beside "A1.a.A.2".')
    texts = official_wording(council, caf)
    assert texts == {"A1.a.A.1": "Two,\nlines.", "A1.b": "No stop"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.csv", "", "The file is empty."),
        ("a.csv", "id,text\n", "holds no wording"),
        ("a.csv", "name,colour\n1,red\n", "No row has the headings"),
        ("a.csv", "id,text\nGV.OC-01,Words.\n", 'The first is "GV.OC-01".'),
        ("a.json", "{", "cannot be read as JSON"),
        ("a.json", "{" + '"a":[' * 100_000, "cannot be read as JSON"),
        ("a.json", '{"profile": {}}', "none of the kinds"),
        ("a.yaml", "a: 1\n", "none of the kinds"),
        ("a.yaml", b"a: \xff\n", "not in UTF-8"),
        ("a.yaml", "objects: {framework: 1}\n", "holds no framework, or several"),
        ("v4.0.yaml", webcaf(), "of version 4.0; this assessment uses ncsc-caf@3.2"),
        ("a.yaml", library([1], "ncsc-caf-4.0"), "of version 4.0"),
    ],
)
def test_wording_that_cannot_be_used_changes_nothing(
    council: Path, caf: Framework, name: str, text: str | bytes, what: str
) -> None:
    with pytest.raises(FrameworkError, match=what) as caught:
        kept(council, name, text)
    assert not wording_path(council, caf).exists(), caught.value


def test_wording_is_replaced_only_by_force_and_versions_only_when_named(
    council: Path, caf: Framework
) -> None:
    assert kept(council, "v4.0.yaml", webcaf(), CAF) == []
    with pytest.raises(FrameworkError, match="give --force"):
        keep_wording(council, council.parent / "v4.0.yaml", framework=CAF)
    with pytest.raises(FrameworkError, match=r"Did you mean ncsc-caf@3\.2"):
        keep_wording(council, council.parent / "v4.0.yaml", framework="ncsc-caf@3")
    with pytest.raises(AssessmentError, match="not an assessment"):
        keep_wording(council.parent, council.parent / "v4.0.yaml")
    with pytest.raises(FrameworkError, match="cannot be read"):
        keep_wording(council, council.parent / "nowhere.yaml")
    path = wording_path(council, caf)
    path.write_text(path.read_text("utf-8").replace(CAF, "other@1"), "utf-8")
    with pytest.raises(AssessmentError, match="not of ncsc-caf"):
        official_wording(council, caf)
    path.write_text("schema: 1\n", "utf-8")
    with pytest.raises(AssessmentError, match="is missing"):
        official_wording(council, caf)


@pytest.mark.slow
def test_official_wording_is_shown_wherever_our_question_is(council: Path) -> None:
    text = "id,text\nA1.a,The whole outcome.\nA1.a.A.1,The very words.\n"
    assert kept(council, "a.csv", text) == []
    officer = open_assessment(council).contents.settings.officer.id
    what = questions_for(open_assessment(council), officer)
    assert what.topics[0].blocks[0].official == "The whole outcome."
    (sent,) = send(council)
    book = openpyxl.load_workbook(sent.path, read_only=True)
    cells = [str(v) for paper in book for row in paper.values for v in row if v]
    assert sum("\nOfficial wording: The very words." in each for each in cells) == 1
    assert "Official wording: The whole outcome." in cells
    (came,) = receive(council, [sent.path])
    assert came.problems == []
    page = report_full(council, Wanted(suffix=".html")).path.read_text("utf-8")
    assert page.count("Official wording: The very words.") == 1
    assert page.count("Official wording: The whole outcome.") == 1


def test_references_in_yaml_are_followed_but_not_without_end() -> None:
    good = "a: &x {k: v}\nb: [*x, *x]\nc: &t !!int 7\n*t : d\n"
    value = {"a": {"k": "v"}, "b": [{"k": "v"}] * 2, "c": "7", "7": "d"}
    assert read_loose_text(good.encode(), "x").value == value
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    for text, what in ((bomb, "200,000"), ("a: &a [*a]\n", "not complete"), ("a: *b\n", "*b")):
        problems = read_loose_text(text.encode(), "x").problems
        assert what in str(problems[0])


# a new control set


def test_a_new_set_is_whole_and_placed(tmp_path: Path) -> None:
    begun = begin_set("our-rules@1.2", tmp_path / "mine")
    assert begun.path == tmp_path / "mine/our-rules/1.2.yaml"
    for name, folder in ((str(begun.path), None), ("our-rules@1.2", tmp_path / "mine")):
        found = framework_check([name], folder)[0]
        assert found.problems == ()
        assert found.framework is not None
        assert found.framework.ref == "our-rules@1.2"


def test_a_new_set_overwrites_nothing(tmp_path: Path) -> None:
    first = begin_set("our-rules@1", tmp_path)
    first.path.write_text("mine", "utf-8")
    first.themes.write_text("mine too", "utf-8")
    with pytest.raises(FrameworkError, match="file of this name already"):
        begin_set("our-rules@1", tmp_path)
    second = begin_set("our-rules@2", tmp_path)
    assert second.themes_were_there
    assert (first.path.read_text("utf-8"), first.themes.read_text("utf-8")) == ("mine", "mine too")


@pytest.mark.parametrize(
    "name", ["our-rules", "Our@1", "a b@1", "../x@1", "x@../1", "themes@1", "@1", "x@", CAF]
)
def test_a_name_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    with pytest.raises(FrameworkError, match=r"cannot name a control set|is there already"):
        begin_set(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(FrameworkError, match="cannot be written"):
        begin_set("our-rules@1", tmp_path / "file")


# the commands


def test_the_commands_print_what_they_did(
    tmp_path: Path, council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(table(LEVELS | {"1": ""}), "utf-8")
    words = ["--title", "Our goal", "--publisher", "P", "--source", "S", "--date", "2026-03-03"]
    runner = CliRunner()
    ran = runner.invoke(profile, ["t.csv", "--framework", STEPS, *words])
    assert (ran.exit_code, ran.exception) == (0, None)
    assert "Wrote our-goal.yaml: Our goal, set by P." in ran.output
    assert "no target: 1" in ran.output
    (tmp_path / "w.csv").write_text("id,text\nA1.a.A.1,Words.\nX,Words.\n", "utf-8")
    ran = runner.invoke(wording, ["w.csv"], obj=str(council))
    assert ran.exit_code == 3
    assert "wording for 1 of 449 statements and 0 of 39 outcomes" in ran.output
    assert "Not matched: 1 entry of the file" in ran.output
    ran = runner.invoke(new, ["our-rules@1"])
    assert ran.exit_code == 0
    assert (tmp_path / "my-frameworks/our-rules/1.yaml").is_file()
    ran = runner.invoke(new, ["our-rules@2"])
    assert "was there already: place the outcomes of our-rules@2 in it." in ran.output


GUIDE = Path(__file__).resolve().parents[3] / "docs" / "writing-a-framework.md"


@pytest.mark.skipif(not GUIDE.is_file(), reason="the wheel holds no documents")
def test_every_command_of_the_guide_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for command in (new, profile, wording):
        monkeypatch.setitem(framework_commands.commands, str(command.name), command)
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text("utf-8")
    for name, start in (("targets.csv", "Outcome,Level"), ("wording.csv", "id,text")):
        block = re.search(rf"^    {start}\n(?:    .*\n)+", text, re.MULTILINE)
        assert block is not None
        Path(name).write_text(re.sub("^    ", "", block[0], flags=re.MULTILINE), "utf-8")
    commands = re.findall(r"^    \./run (.+)$", text, re.MULTILINE)
    assert len(commands) == 10
    for each in commands:
        assert run(program, shlex.split(each)) == 0, each
    printed = capfd.readouterr().out
    assert "nothing is known yet: 0 of" in printed
    assert "wording for 1 of 4 statements" in printed


def test_a_target_for_a_stage_without_a_control_up_to_it_is_refused_by_name(
    tmp_path: Path,
) -> None:
    framework = Shelf().framework("pscrf@1.0").framework
    path = tmp_path / "targets.csv"
    rows = {str(each.id): "Target" for each in framework.assessed}
    path.write_text(table(rows), "utf-8")
    with pytest.raises(CyberassessError) as caught:
        write_profile(path, wanted(tmp_path / "out.yaml", "pscrf@1.0"))
    said = [str(each) for each in caught.value.problems]
    assert said[0] == (
        "targets.csv, line 13: 3.3 has no control for Target or for a stage below it. Use one of: "
        "Advanced. Leave the cell empty where there is no target. Nothing was written."
    )
    assert len(said) == 4
    path.write_text(table(rows | dict.fromkeys(("3.3", "3.4", "10.1", "10.2"), "")), "utf-8")
    found = write_profile(path, wanted(tmp_path / "out.yaml", "pscrf@1.0"))
    assert len(found.profile.targets[framework.ref].requirements) == 73
