"""The program as a whole: help, examples, JSON, and what it imports."""

import ast
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import cyberassess
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.opening.writing import writing
from cyberassess.program import program
from cyberassess.steps.confirm.deciding import write as write_decisions
from cyberassess.steps.people.systems import add_system
from cyberassess.steps.receive.asking import AskSession
from tests.program.conftest import Run, gather

ROOT = Path(__file__).parents[2]
POSIX_ONLY = {"resource", "fcntl", "pwd", "grp", "termios", "readline"}
HEAVY = ("openpyxl", "xlsxwriter", "weasyprint", "pydantic", "yaml", "jinja2", "pikepdf", "rich")


def walk(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give every command and group with the words that name it."""
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from walk(each, (*path, name))


ALL = list(walk(program))
LEAVES = [(path, command) for path, command in ALL if not hasattr(command, "commands")]


def examples(command: click.Command) -> list[list[str]]:
    """Give the examples of a command's help as words, without what they are piped into."""
    text = (command.help or "").partition("Examples:")[2].replace("\\\n", " ")
    lines = [shlex.split(line) for line in text.splitlines() if line.strip()]
    return [list(itertools.takewhile(lambda word: word != "|", line))[1:] for line in lines]


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_has_help_and_h_gives_the_same(path: tuple[str, ...], cli: Run) -> None:
    long, short = cli(*path, "--help"), cli(*path, "-h")
    assert (long.code, short.code, long.err + short.err) == (0, 0, "")
    assert long.out == short.out
    assert long.out.startswith(f"Usage: {' '.join(('cyberassess', *path))}")


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=str)
def test_every_command_says_what_it_is_for_with_two_examples(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert len((command.help or "").splitlines()[0]) > 20
    found = examples(command)
    assert len(found) >= 2, path
    for each in found:
        assert tuple(each[: len(path)]) == path


@pytest.mark.parametrize(("path", "command"), ALL, ids=str)
def test_every_option_has_help(path: tuple[str, ...], command: click.Command) -> None:
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, (path, option.name)
            if not option.is_flag:
                assert option.metavar, (path, option.name)


def test_bare_it_says_what_it_is_in_under_25_lines(cli: Run) -> None:
    ran = cli()
    assert ran.code == 0
    assert len(ran.out.splitlines()) < 25
    assert ran.out.count("  cyberassess ") >= 3
    assert "--help" in ran.out


def test_the_version_names_everything(cli: Run) -> None:
    ran = cli("--version")
    assert ran.code == 0
    assert f"cyberassess {cyberassess.__version__}" in ran.out
    assert "ncsc-caf@3.2" in ran.out
    assert "ledger format 1" in ran.out
    assert "Python 3." in ran.out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("stats", "status"), ("recieve", "receive"), ("scor", "score"), ("exlpain", "explain")],
)
def test_a_mistyped_command_suggests_the_right_one(typed: str, meant: str, cli: Run) -> None:
    ran = cli(typed)
    assert (ran.code, ran.out) == (2, "")
    assert f"Did you mean {meant}?" in ran.err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("framework", "lst"), "list"),
        (("import", "webcav"), "webcaf"),
        (("report", "ful"), "full"),
    ],
)
def test_a_mistyped_command_of_a_group_suggests_the_right_one(
    typed: tuple[str, ...], meant: str, cli: Run
) -> None:
    ran = cli(*typed)
    assert ran.code == 2
    assert re.search(f"[Dd]id you mean.*{meant}", ran.err)


NORTHPORT_READS = ("status", "score", "explain", "verify", "framework")
IN_SMALL = ("import", "report", "pack", "sign")
"""Northport has three systems, and its report as PDF takes long."""
MAKING = (["framework", "profile"], ["framework", "wording"], ["framework", "new"])
NOT_RUN = ("demo", "open")
"""The session's fixture runs the one; the other waits for a browser (``tests/screen``)."""


def place_for(example: list[str], request: pytest.FixtureRequest, tmp_path: Path) -> Path:  # noqa: PLR0912 - a branch for each command
    """Go to a folder where an example works, and give it."""
    cli: Run = request.getfixturevalue("cli")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    folder: Path = tmp_path
    if example[:2] in MAKING or (example[:1] == ["framework"] and "import" in example):
        folder = request.getfixturevalue("northport")
        gather(folder, "B2.c.NA.1")
        (folder / "pscrf.xlsx").rename(folder / "pscrf-v2.xlsx")
    elif example[0] in NORTHPORT_READS and example[:2] != ["framework", "update"]:
        folder = request.getfixturevalue("shown_northport")
    elif example[0] in IN_SMALL:
        folder = request.getfixturevalue("small")
    elif example[0] in {"evidence", "decisions"}:
        folder = request.getfixturevalue("evidenced")
    elif example[0] != "new":
        folder = request.getfixturevalue("northport")
    if "--from" in example and example[0] in {"new", "rollover"}:
        folder = request.getfixturevalue("northport").parent
    if example[0] == "decisions":
        write_decisions(folder, output=folder / "decisions.xlsx")
    if example[0] == "receive":
        for extra in list((folder / "questionnaires/sent").iterdir())[1:]:
            extra.unlink()
    monkeypatch.chdir(folder)
    if example[:2] == ["systems", "confirm"]:
        share(folder)
    elif "import" in example[1:2] and example[0] in {"people", "systems"}:
        assert cli(example[0], "export", "-o", example[2]).code == 0
    elif example[:2] in (["people", "same"], ["people", "new"]):
        retype(folder, example)
    elif example[:2] == ["plan", "set"]:
        assert cli("plan", "add", "A1.c", "--action", "Write it").code == 0
    elif example[:2] == ["plan", "import"]:
        assert cli("plan", "export").code == 0
    elif example[:2] == ["review", "receive"]:
        assert cli("review", "send", "--to", "Nadia Okafor", "-o", "review.xlsx").code == 0
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("_without_pages")
@pytest.mark.parametrize(
    "example",
    [
        pytest.param(each, id=" ".join(each))
        for path, command in LEAVES
        if path[0] not in NOT_RUN
        for each in examples(command)[path[0] != "ask" :]
    ],
)
def test_the_examples_run_as_they_are_printed(
    example: list[str], request: pytest.FixtureRequest, tmp_path: Path, cli: Run
) -> None:
    """The first of each runs among ``test_every_command``, where nobody can be asked."""
    place_for(example, request, tmp_path)
    ran = cli(*example, typed="q\n")
    assert ran.code == 0, ran.err
    assert ran.out


def retype(folder: Path, example: list[str]) -> None:
    """Type other names over those the example names, or let it name people who were met."""
    settings = folder / "assessment.yaml"
    text = settings.read_text("utf-8")
    named = [each for each in example[2:] if f'"{each}"' in text]
    for each in named:
        text = text.replace(f'name: "{each}"', 'name: "Somebody Else"')
    if named:
        settings.write_text(text, "utf-8")
        return
    with writing(folder, "test") as session:
        session.meet("Jo Bright")
        session.meet("Jo Bright, data manager")


def share(folder: Path) -> None:
    """Give housing a shared service with one answer."""
    add_system(folder, "Backups", kind="shared-service", covers=["B5.c"])
    settings = folder / "assessment.yaml"
    text = settings.read_text()
    text = text.replace(
        'inherits: ["shared-laptops"]', 'inherits: ["shared-laptops", "backups"]', 1
    )
    settings.write_text(text)
    session = AskSession(folder, None)
    row = next(each for each in session.what.rows if each.ref.endswith("/backups"))
    session.save(AnswerReply(row.statements, Response(new=row.answers[0].code), Source("prompt")))
    session.close()


def read_json(cli: Run, *command: str) -> Any:
    ran = cli(*command)
    assert ran.code == 0
    return json.loads(ran.out)


def test_score_as_json_has_the_keys_that_are_fixed(shown_northport: Path, cli: Run) -> None:
    value = read_json(cli, "-C", str(shown_northport), "score", "--json")
    assert list(value) == ["schema", "outcomes", "themes", "confidence"]
    assert value["schema"] == 1
    wanted = {
        *("framework", "scope", "outcome", "suggested", "best", "worst", "complete"),
        *("confirmed", "target", "meets_target"),
    }
    levels = {None, "not-achieved", "partially-achieved", "achieved"}
    for each in value["outcomes"]:
        assert set(each) - {"not_applicable"} == wanted
        assert each.get("not_applicable", True) is True
        assert {each["suggested"], each["best"], each["worst"], each["target"]} <= levels
        assert isinstance(each["complete"], bool)
        if each["target"] is None:
            assert each["meets_target"] is None
        elif each["suggested"] is None and "not_applicable" not in each:
            assert each["meets_target"] is False
    assert len(value["outcomes"]) == len({(e["scope"], e["outcome"]) for e in value["outcomes"]})
    for each in value["themes"]:
        assert set(each) == {
            *("framework", "scope", "theme", "meets", "of", "level"),
            *("attainment", "attainment_of_target", "rule"),
        }
        assert each["rule"] == "theme-maturity-1"
    headline = next(
        each
        for each in value["themes"]
        if (each["scope"], each["theme"]) == ("all", "infrastructure")
    )
    assert headline["of"] == 20
    assert 0 <= headline["level"] <= 5
    assert {each["scope"] for each in value["themes"]} == {
        *("all", "organisation", "housing", "social-care", "revenues")
    }


def test_framework_list_as_json_has_the_keys_that_are_fixed(cli: Run) -> None:
    value = read_json(cli, "framework", "list", "--json")
    (caf,) = [each for each in value if (each["id"], each["version"]) == ("ncsc-caf", "3.2")]
    assert {"id", "version", "revision", "sha256", "counts"} <= set(caf)
    assert re.fullmatch("[0-9a-f]{64}", caf["sha256"])
    counts = caf["counts"]
    assert set(counts) == {"groups", "outcomes", "indicators", "by_level"}
    assert (counts["groups"], counts["outcomes"], counts["indicators"]) == (18, 39, 449)
    assert counts["by_level"] == {
        "not-achieved": 154,
        "partially-achieved": 111,
        "achieved": 184,
    }


def test_what_the_publisher_does_not_count_is_listed_beside_its_counts(cli: Run) -> None:
    value = read_json(cli, "framework", "list", "--json")
    apart = {f"{each['id']}@{each['version']}": each["apart"] for each in value}
    assert apart["ncsc-caf@3.2"] == {"outcomes": 0, "indicators": 0}
    assert apart["ncsc-cyber-essentials@3.3"] == {"outcomes": 1, "indicators": 17}
    (found,) = [each for each in value if each["version"] == "3.3"]
    counts = found["counts"]
    assert (counts["outcomes"], counts["indicators"]) == (5, 49)
    assert counts["by_level"] == {"ready": 49}


READERS = [["status"], ["score"], ["explain", "B2.d/housing"], ["verify"]]


@pytest.mark.slow
@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_json_of_every_reading_command_has_a_version(
    command: list[str], shown_northport: Path, cli: Run
) -> None:
    value = read_json(cli, "-C", str(shown_northport), *command, "--json")
    for each in value if isinstance(value, list) else [value]:
        assert each["schema"] == 1


@pytest.mark.slow
def test_status_and_verify_as_json(shown_northport: Path, cli: Run) -> None:
    status = read_json(cli, "-C", str(shown_northport), "status", "--json")
    assert {"organisation", "period", "people", "conflicts", "next", "branches"} <= set(status)
    assert len(status["people"]) == 5
    assert not any(each["waiting"] for each in status["people"])
    verified = read_json(cli, "-C", str(shown_northport), "verify", "--json")
    assert verified["problems"] == []
    assert status["heads"] == [verified["head"]]


def test_explain_as_json_leads_back_to_the_cell(shown_northport: Path, cli: Run) -> None:
    command = ["explain", "B2.d/housing", "--json"]
    (value,) = read_json(cli, "-C", str(shown_northport), *command)
    statement = next(each for each in value["statements"] if each["id"] == "B2.d.NA.4")
    assert statement["in_conflict"]
    assert {each["person"] for each in statement["given"]} == {"Helen Stobart", "Dev Malhotra"}
    for each in statement["given"]:
        assert re.search(r"\.xlsx, .*, cell [A-Z]+\d+$", each["from"])
        assert re.fullmatch("[0-9a-f]{64}", each["file"])


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, cyberassess.program; print([n for n in {HEAVY!r} if n in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


def unguarded(tree: ast.Module) -> set[str]:
    """Name the POSIX-only modules a module imports when it is loaded, outside a ``try``."""
    found: set[str] = set()
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        each = stack.pop()
        match each:
            case ast.Import():
                found |= {alias.name.split(".")[0] for alias in each.names}
            case ast.ImportFrom():
                found.add((each.module or "").split(".")[0])
            case ast.ClassDef() | ast.With():
                stack += each.body
            case ast.If():
                stack += [*each.body, *each.orelse]
            case ast.Try():
                caught = {
                    name.id
                    for handler in each.handlers
                    for name in ast.walk(handler.type or ast.Name("Exception"))
                    if isinstance(name, ast.Name)
                }
                stack += [*each.orelse, *each.finalbody]
                if not caught & {"ImportError", "ModuleNotFoundError", "Exception"}:
                    stack += each.body
    return found & POSIX_ONLY


def test_the_search_for_unguarded_imports_finds_them() -> None:
    assert unguarded(ast.parse("import fcntl\nif True:\n    from pwd import getpwnam")) == {
        "fcntl",
        "pwd",
    }
    guarded = "try:\n    import resource\nexcept ImportError:\n    resource = None"
    assert unguarded(ast.parse(guarded)) == set()
    assert unguarded(ast.parse("try:\n    import grp\nexcept OSError:\n    pass")) == {"grp"}
    assert unguarded(ast.parse("def f():\n    import termios")) == set()


@pytest.mark.parametrize(
    "path",
    sorted(Path(cyberassess.__file__).parent.rglob("*.py")),
    ids=lambda path: path.relative_to(Path(cyberassess.__file__).parent).as_posix(),
)
def test_no_module_needs_posix_to_be_imported(path: Path) -> None:
    assert unguarded(ast.parse(path.read_text("utf-8"))) == set()


def test_it_is_installed_under_its_name() -> None:
    found = shutil.which("cyberassess", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("the program is not installed beside this Python")
    ran = subprocess.run([found, "--version"], capture_output=True, check=True)
    assert ran.stdout.startswith(b"cyberassess ")
