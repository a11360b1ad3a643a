"""Upgrades, mappings and registries: the shipped data, one fault per rule, and both commands."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click
import pytest

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.comparing import CARRYING, Place, Status, Wording, count_upgrade
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import FrameworkError, Problem
from cyberassess.steps.sets.commands import diff, map_
from cyberassess.steps.sets.comparing import check_comparisons, framework_diff, framework_map
from cyberassess.terminal.running import REFUSED, run

UPGRADE = "upgrades/ncsc-caf-3.2--4.0.yaml"
MAPPING = "mappings/ncsc-cyber-essentials-3.3--ncsc-caf-4.0.yaml"
REGISTRY = "registries/iso-27001-2022.yaml"
BACKUPS = "registries/ncsc-ransomware-backups-2024-12.yaml"
OLD, NEW = "ncsc-caf@3.2", "ncsc-caf@4.0"


@cache
def sets() -> dict[str, Framework]:
    """Read every shipped set once."""
    shelf = Shelf()
    return {str(ref): shelf.framework(ref).framework for ref in shelf.refs()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the shipped folder."""
    return Path(shutil.copytree(Shelf().folder, tmp_path / "frameworks"))


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Give a function that runs one of the two commands."""
    group = click.Group("framework", {"diff": diff, "map": map_})

    def ran(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(group, arguments)
        return code, *capfd.readouterr()

    return ran


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_files_are_clean() -> None:
    assert check_comparisons(frameworks=sets()) == []


def test_every_statement_of_both_versions_is_in_exactly_one_class() -> None:
    upgrade = framework_diff(OLD, NEW).upgrade
    counts = count_upgrade(upgrade)
    assert counts == upgrade.counts
    assert sum(counts.from_.values()) == len(sets()[OLD].indicators) == 449
    assert sum(counts.to.values()) == len(sets()[NEW].indicators) == 557
    assert {k.value: v for k, v in counts.from_.items()} == {
        "same": 348, "moved": 90, "split": 5, "merged": 4, "gone": 2,
    }  # fmt: skip
    assert {k.value: v for k, v in counts.to.items()} == {
        "same": 348, "moved": 90, "split": 10, "merged": 2, "new": 107,
    }  # fmt: skip
    links = [each for each in upgrade.statements if each.wording]
    assert sum(counts.wording.values()) == len(links) == 452


def test_two_statements_have_two_sources_and_five_links_change_column() -> None:
    compared = framework_diff(OLD, NEW)
    sources = Counter(each.to for each in compared.upgrade.statements if each.to)
    assert {each for each, n in sources.items() if n > 1} == {"C1.b.A.1", "C1.f.PA.4"}
    before, after = compared.before.indicators, compared.after.indicators
    moved = [
        each.from_
        for each in compared.upgrade.statements
        if each.from_ and each.to and before[each.from_][1].level != after[each.to][1].level
    ]
    assert moved == ["B4.b.A.6", "C1.b.PA.2", "C1.b.A.7", "C1.d.A.3", "C2.a.A.2"]


def test_answers_are_offered_only_across_the_same_column_and_wording() -> None:
    compared = framework_diff(OLD, NEW)
    offered = [each for each in compared.upgrade.statements if each.carries]
    assert len(offered) == 277
    for each in offered:
        assert each.wording in CARRYING
        assert each.from_
        assert each.to
        one, other = compared.before.indicators[each.from_], compared.after.indicators[each.to]
        assert one[1].level == other[1].level


def test_a_minor_change_that_asks_for_more_is_asked_again_with_its_reason() -> None:
    upgrade = framework_diff(OLD, NEW).upgrade
    withheld = [e for e in upgrade.statements if e.wording in CARRYING and not e.carries]
    assert len(withheld) == 25
    assert all(each.why and each.wording is Wording.MINOR for each in withheld)


def test_no_answer_follows_a_reused_outcome_id() -> None:
    upgrade = framework_diff(OLD, NEW).upgrade
    assert upgrade.reused_outcomes == ("A2.b", "C1.d", "C2.a")
    for each in upgrade.statements:
        if each.from_ and each.to and each.from_.rsplit(".", 2)[0] in upgrade.reused_outcomes:
            assert each.place is not Place.SAME
            assert each.to.rsplit(".", 2)[0] != each.from_.rsplit(".", 2)[0]


@pytest.mark.parametrize("name", sorted(p.stem for p in Shelf().folder.glob("mappings/*")))
def test_every_mapping_loads_and_says_whose_judgement_it_is(name: str) -> None:
    ends = {ref.replace("@", "-"): ref for ref in [*sets(), "iso-27001@2022"]}
    ends["ncsc-ransomware-backups-2024-12"] = "ncsc-ransomware-backups@2024-12"
    one, _, other = name.partition("--")
    mapping = framework_map(ends[one], ends[other]).mapping
    assert mapping.status is Status.SUGGESTED
    assert mapping.author
    assert mapping.date == "2026-11-22"


FAULTS = {
    "unknown statement": (
        UPGRADE,
        '{from: "A1.a.NA.1", to',
        '{from: "A1.a.NA.9", to',
        "unknown-statement",
        "A1.a.NA.9",
    ),
    "statement left out": (
        UPGRADE,
        '  - {from: "C1.c.A.2", place: "gone"}\n',
        "",
        "missing-statement",
        "C1.c.A.2",
    ),
    "new statement left out": (
        UPGRADE,
        '  - {to: "A1.a.A.5", place: "new"}\n',
        "",
        "missing-statement",
        "A1.a.A.5",
    ),
    "two classes": (
        UPGRADE,
        '{to: "A1.a.A.5", place: "new"}',
        '{to: "A1.a.A.4", place: "new"}',
        "two-classes",
        "A1.a.A.4",
    ),
    "repeated link": (
        UPGRADE,
        '{to: "A1.a.A.5", place: "new"}',
        '{from: "B1.b.A.1", to: "B1.b.A.1", wording: "same", place: "same"}',
        "repeated-link",
        "B1.b.A.1 to B1.b.A.1",
    ),
    "wrong place": (
        UPGRADE,
        'to: "A1.a.NA.1", wording: "same", place: "same"',
        'to: "A1.a.NA.1", wording: "same", place: "moved"',
        "wrong-place",
        "A1.a.NA.1 to A1.a.NA.1",
    ),
    "wording of a gone one": (
        UPGRADE,
        '{from: "C1.c.A.2", place',
        '{from: "C1.c.A.2", wording: "same", place',
        "wrong-place",
        "C1.c.A.2",
    ),
    "carries reworded": (
        UPGRADE,
        'to: "A2.a.NA.7", wording: "reworded", place: "same", carries: "false"',
        'to: "A2.a.NA.7", wording: "reworded", place: "same", carries: "true"',
        "carries-too-much",
        "A2.a.NA.7 to A2.a.NA.7",
    ),
    "carries across columns": (
        UPGRADE,
        'to: "B4.b.PA.7", wording: "reworded", place: "moved", carries: "false"',
        'to: "B4.b.PA.7", wording: "minor", place: "moved", carries: "true"',
        "carries-too-much",
        "B4.b.A.6 to B4.b.PA.7",
    ),
    "unexplained": (
        UPGRADE,
        ', why: "4.0 adds ransomware."',
        "",
        "unexplained",
        "B5.c.PA.1 to B5.c.PA.1",
    ),
    "texts differ": (
        UPGRADE,
        'to: "A2.a.PA.5", wording: "minor"',
        'to: "A2.a.PA.5", wording: "same"',
        "different-wording",
        "A2.a.PA.5 to A2.a.PA.5",
    ),
    "wrong count": (UPGRADE, 'gone: "2"', 'gone: "3"', "wrong-count", "counts, from, gone"),
    "wrong wording count": (
        UPGRADE,
        'same: "236"',
        'same: "235"',
        "wrong-count",
        "counts, wording, same",
    ),
    "wrong carries count": (
        UPGRADE,
        'carries: "277"',
        'carries: "286"',
        "wrong-count",
        "counts, carries",
    ),
    "reused id not said": (
        UPGRADE,
        '["A2.b", "C1.d", "C2.a"]',
        '["A2.b", "C1.d"]',
        "wrong-reused",
        "reused_outcomes",
    ),
    "unknown outcome": (
        UPGRADE,
        '{from: "A1.a", to: ["A1.a"]',
        '{from: "A1.z", to: ["A1.a"]',
        "unknown-outcome",
        "A1.z",
    ),
    "unknown new outcome": (UPGRADE, '{to: ["A4.b"]', '{to: ["A4.z"]', "unknown-outcome", "A4.z"),
    "outcome left out": (
        UPGRADE,
        '  - {to: ["A4.b"], place: "new"}\n',
        "",
        "missing-outcome",
        "A4.b",
    ),
    "outcome twice": (
        UPGRADE,
        '{to: ["A4.b"], place: "new"}',
        '{from: "B1.b", to: ["A4.b"], wording: "same", place: "moved"}',
        "two-classes",
        "B1.b",
    ),
    "outcome place": (
        UPGRADE,
        'to: ["A2.c"], wording: "reworded", place: "moved"',
        'to: ["A2.c"], wording: "reworded", place: "same"',
        "wrong-place",
        "A2.b",
    ),
    "outcome gone": (
        UPGRADE,
        '{from: "C2.b", to: ["C1.c", "C2.a"], wording: "rewritten", place: "split"}',
        '{from: "C2.b", place: "moved"}',
        "wrong-place",
        "C2.b",
    ),
    "registry of no shape": (REGISTRY, "title: ", "tilte: ", "unknown-key", "tilte"),
    "upgrade of no version": (
        UPGRADE,
        'to: "ncsc-caf@4.0"',
        'to: "ncsc-caf@4.1"',
        "unknown-framework",
        "ncsc-caf@4.1",
    ),
    "upgrade to another set": (
        UPGRADE,
        'to: "ncsc-caf@4.0"',
        'to: "nist-csf@2.0"',
        "other-set",
        "ncsc-caf-3.2--4.0",
    ),
    "upgrade of another id": (UPGRADE, 'id: "ncsc-caf-3.2--4.0"', 'id: "caf"', "misplaced", "caf"),
    "not a wording": (UPGRADE, 'wording: "minor"', 'wording: "minro"', "not-allowed", "outcomes"),
    "mapping from nowhere": (
        MAPPING,
        '{from: "FW-01"',
        '{from: "FW-91"',
        "unknown-id",
        "FW-91 to B4.a",
    ),
    "mapping to nowhere": (MAPPING, 'to: "B4.a"', 'to: "B9.a"', "unknown-id", "FW-01 to B9.a"),
    "hint elsewhere": (
        MAPPING,
        '["B4.b.A.7"]',
        '["B4.a.A.1"]',
        "unknown-statement",
        "FW-02 to B4.b",
    ),
    "link twice": (
        MAPPING,
        '{from: "FW-01", to: "B4.a"',
        '{from: "FW-01", to: "B4.b"',
        "repeated-link",
        "FW-01 to B4.b",
    ),
    "relation": (MAPPING, 'relation: "subset"', 'relation: "inside"', "not-allowed", "relation"),
    "mapping of no set": (
        MAPPING,
        'from: "ncsc-cyber-essentials@3.3"',
        'from: "ncsc-cyber-essential@3.3"',
        "unknown-framework",
        "ncsc-cyber-essential@3.3",
    ),
    "mapping of another id": (
        MAPPING,
        'id: "ncsc-cyber',
        'id: "cyber',
        "misplaced",
        "cyber-essentials-3.3--ncsc-caf-4.0",
    ),
    "status": (MAPPING, "suggested, unreviewed", "official", "not-allowed", "status"),
    "registry count": (REGISTRY, 'count: "134"', 'count: "133"', "wrong-count", "count"),
    "registry id twice": (REGISTRY, '"4.1"', '"4.2"', "repeated-id", "4.2"),
    "title of no id": (BACKUPS, "RRB-C1: ", "RRB-C9: ", "unknown-id", "RRB-C9"),
    "registry elsewhere": (
        REGISTRY,
        'version: "2022"',
        'version: "2013"',
        "misplaced",
        "iso-27001-2013",
    ),
    "registry of a set": (
        REGISTRY,
        'id: "iso-27001"\nversion: "2022"',
        'id: "nist-csf"\nversion: "2.0"',
        "two-sets",
        "nist-csf@2.0",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named_with_its_file_and_id(fault: str, folder: Path) -> None:
    name, old, new, code, place = FAULTS[fault]
    edit(folder / name, old, new)
    problems = check_comparisons(folder, sets())
    fitting = [
        each for each in problems if each.code == code and place in f"{each.where} {each.message}"
    ]
    assert fitting, problems
    assert all(each.where.startswith(f"frameworks/{name}") for each in fitting)


def test_a_problem_names_its_line(folder: Path) -> None:
    edit(folder / MAPPING, '{from: "FW-01", to: "B4.a"', '{from: "FW-01", to: "B9.a"')
    line = (folder / MAPPING).read_text("utf-8").splitlines().index(
        '  - {from: "FW-01", to: "B9.a", relation: "intersects"}'
    ) + 1  # fmt: skip
    assert check_comparisons(folder, sets()) == [
        Problem(
            "unknown-id",
            f"frameworks/{MAPPING}, line {line}, FW-01 to B9.a",
            '"B9.a" is not in ncsc-caf@4.0.',
            "Correct it, or remove the link.",
        )
    ]


def test_a_set_that_cannot_be_read_is_named_where_it_is_needed(folder: Path) -> None:
    edit(folder / "ncsc-caf" / "4.0.yaml", 'schema: "1"', 'schema: "7"')
    problems = check_comparisons(folder)
    assert {each.code for each in problems} == {"unknown-framework"}
    assert any(each.where == f"frameworks/{UPGRADE}, {NEW}" for each in problems)
    assert all("framework check ncsc-caf@4.0" in each.hint for each in problems)


def test_an_empty_folder_has_nothing_wrong(tmp_path: Path) -> None:
    assert check_comparisons(tmp_path) == []
    with pytest.raises(FrameworkError, match="There are: none"):
        framework_diff(OLD, NEW, tmp_path)
    with pytest.raises(FrameworkError, match="no such folder"):
        framework_map(OLD, NEW, tmp_path / "nowhere")


def test_a_comparison_with_a_fault_is_not_shown_by_half(folder: Path) -> None:
    edit(folder / UPGRADE, 'gone: "2"', 'gone: "3"')
    edit(folder / MAPPING, '{from: "FW-01"', '{from: "FW-91"')
    with pytest.raises(FrameworkError, match="states 3"):
        framework_diff(OLD, NEW, folder)
    with pytest.raises(FrameworkError, match="FW-91"):
        framework_map("ncsc-cyber-essentials@3.3", NEW, folder)


def test_diff_prints_counts_reused_ids_and_every_statement(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = command("diff", OLD, NEW)
    assert (code, err) == (0, "")
    assert "Statements of ncsc-caf@3.2: 449 (348 same, 90 moved, 5 split, 4 merged, 2 gone)" in out
    assert "557 (348 same, 90 moved, 10 split, 2 merged, 107 new)" in out
    assert "mean different things: A2.b, C1.d, C2.a" in out
    assert "A2.b Assurance: wording reworded, moved, now A2.c Assurance" in out
    assert "asked again, other column" in out
    words = set(out.replace(",", " ").split())
    for ref in (OLD, NEW):
        assert {str(each) for each in sets()[ref].indicators} <= words


def test_diff_prints_json(command: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = command("diff", OLD, NEW, "--json")
    value = json.loads(out)
    assert code == 0
    assert list(value) == [
        "schema", "id", "from", "to", "revision", "publisher", "author", "source", "accessed",
        "about", "reused_outcomes", "reused_statements", "counts", "outcomes", "statements",
    ]  # fmt: skip
    assert value["schema"] == 1
    assert value["counts"]["carries"] == 277
    assert len(value["reused_statements"]) == 88
    assert len(value["outcomes"]) == 39 + 3
    assert value["outcomes"][4] == {
        "from": "A2.b", "to": ["A2.c"], "wording": "reworded", "place": "moved",
    }  # fmt: skip
    assert value["statements"][0] == {
        "from": "A1.a.NA.1", "to": "A1.a.NA.1", "wording": "same", "place": "same",
        "same_column": True, "carries": True, "why": "",
    }  # fmt: skip
    assert value["statements"][-1] == {
        "from": None, "to": "D2.b.A.7", "wording": None, "place": "new",
        "same_column": None, "carries": False, "why": "",
    }  # fmt: skip


def test_diff_of_an_unknown_pair_says_which_there_are(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = command("diff", "ncsc-cf@3.2", NEW)
    assert (code, out) == (REFUSED, "")
    assert err == (
        'There is no upgrade from "ncsc-cf@3.2" to "ncsc-caf@4.0". Did you mean ncsc-caf@3.2? '
        "There are: ncsc-caf@3.2 to ncsc-caf@4.0.\nNothing was changed.\n"
    )
    assert "There is one the other way: ncsc-caf@3.2 to ncsc-caf@4.0." in command(
        "diff", NEW, OLD
    )[2]  # fmt: skip


def test_diff_fits_a_narrow_terminal(
    command: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    code, out, _ = command("diff", OLD, NEW)
    assert code == 0
    assert "asked again" in out


def test_map_prints_its_standing_and_every_link(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = command("map", "ncsc-cyber-essentials@3.3", NEW)
    assert (code, err) == (0, "")
    assert "suggested, unreviewed" in out
    assert "It never awards a determination" in out
    assert "73 links: 42 intersects, 31 subset" in out
    assert "  subset      B4.b Secure Configuration (nearest: B4.b.A.7)" in out
    assert "A.5.1" in command("map", NEW, "iso-27001@2022")[1]
    assert "RRB-C1 Resilient" in command("map", "ncsc-ransomware-backups@2024-12", NEW)[1]


def test_map_prints_json(command: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = command("map", "ncsc-cyber-essentials@3.3", NEW, "--json")
    value = json.loads(out)
    assert code == 0
    assert list(value) == [
        "schema", "id", "from", "to", "revision", "status", "author", "date", "source", "licence",
        "note", "awards_determination", "links",
    ]  # fmt: skip
    assert value["awards_determination"] is False
    assert value["status"] == "suggested, unreviewed"
    assert value["links"][2] == {
        "from": "FW-02", "to": "B4.b", "relation": "subset", "statements": ["B4.b.A.7"],
    }  # fmt: skip


def test_map_of_an_unknown_pair_says_which_there_are(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = command("map", "../x", NEW)
    assert (code, out) == (REFUSED, "")
    assert 'There is no mapping from "../x" to "ncsc-caf@4.0". There are: cyber-gov' in err
    assert "the other way: pscrf@1.0 to ncsc-caf@3.2" in command("map", OLD, "pscrf@1.0")[2]


def test_what_is_gone_is_called_gone(
    command: Callable[..., tuple[int, str, str]], folder: Path
) -> None:
    edit(
        folder / UPGRADE,
        '{from: "C2.b", to: ["C1.c", "C2.a"], wording: "rewritten", place: "split"}',
        '{from: "C2.b", place: "gone"}\n  - {to: ["C2.a"], place: "new"}',
    )
    code, out, err = command("diff", OLD, NEW, "--frameworks", str(folder))
    assert (code, err) == (0, "")
    assert "C2.b Proactive Attack Discovery: gone" in out
    assert "C2.a Threat Hunting: new" in out


def test_map_without_a_note_prints_none(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    assert json.loads(command("map", OLD, "nist-csf@2.0", "--json")[1])["note"] == ""
    assert "A1.a Board Direction" in command("map", OLD, "nist-csf@2.0")[1]
