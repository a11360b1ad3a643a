"""What an earlier version wrote is read to the same result, or the change is named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberassess.domain.record.happened import KINDS
from tests.frozen.reading import (
    ABSENT,
    HERE,
    VERSIONS,
    Case,
    Difference,
    Json,
    Named,
    cases,
    changes,
    differences,
    kinds,
    load,
    read,
    shape,
    unpack,
)
from tests.program.conftest import _without_pages  # noqa: F401 - a fixture
from tests.program.test_program import ALL as ALL_COMMANDS

pytestmark = pytest.mark.usefixtures("_without_pages")
NEWEST = VERSIONS[-1]
LATER = ("read-", "pack-", "library-verify")
"""What is read while one works: the newest, but for packs, and workbooks it has spoilt as well."""
ALL = [
    pytest.param(
        each,
        id=f"{version} {each.name}",
        marks=[pytest.mark.slow] if version != NEWEST or each.name.startswith(LATER) else [],
    )
    for version in VERSIONS
    for each in cases(version)
]
Found = Callable[[Case], list[Difference]]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give a function that gives a version's data, laid out once and only to be read."""
    places: dict[str, Path] = {}

    def of(version: str) -> Path:
        if version not in places:
            places[version] = unpack(version, tmp_path_factory.mktemp("kept"))
        return places[version]

    return of


@pytest.fixture(scope="session")
def found(kept: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Give a function that gives what a case says otherwise today; each is read once."""
    known: dict[tuple[str, str], list[Difference]] = {}

    def of(case: Case) -> list[Difference]:
        name = (case.version, case.name)
        if name not in known:
            place = kept(case.version)
            if case.run and case.within:
                packs = shutil.ignore_patterns("packs")
                to = tmp_path_factory.mktemp("copy") / "data"
                place = shutil.copytree(place, to, ignore=packs)
            known[name] = differences(case, load(case), read(case, place))
        return known[name]

    return of


@pytest.mark.slow
@pytest.mark.parametrize("case", ALL)
def test_it_is_read_to_the_same_result_or_the_change_is_named(case: Case, found: Found) -> None:
    named = changes(case.version)
    unnamed = [each for each in found(case) if not any(name.covers(each) for name in named)]
    assert unnamed == [], "see tests/frozen/README.md: python -m tests.frozen propose"


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_change_that_is_named_happened_and_has_a_reason(version: str, found: Found) -> None:
    happened = [each for case in cases(version) for each in found(case)]
    named = changes(version)
    assert [each for each in named if not any(map(each.covers, happened))] == []
    assert [each.where for each in named if not each.reason.strip()] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_frozen_result_belongs_to_a_case(version: str) -> None:
    there = {each.stem for each in (HERE / version / "expected").glob("*.json")}
    assert there == {each.name for each in cases(version)}


SINCE = {"sharing", "opinion", "set-version"}
"""Kinds of event that came after the newest ledgers; each has a line in test_written.py."""
MAKES_NEW = {("pack",), ("sign",)}
"""Commands whose JSON is of a file they make, with a key; their own tests fix its shape."""


def test_the_newest_ledgers_hold_every_kind_of_event(kept: Callable[[str], Path]) -> None:
    assert kinds(kept(NEWEST)) >= KINDS - SINCE, "see tests/frozen/README.md: a new version"


def test_the_json_of_every_command_is_held() -> None:
    printing = {path for path, each in ALL_COMMANDS if "as_json" in {e.name for e in each.params}}
    held = [
        tuple(each for each in case.run if not each.startswith("-"))
        for case in cases(NEWEST)
        if "--json" in case.run
    ]
    begun = {words[at : at + n] for words in held for at in (0, 1) for n in (1, 2)}
    assert printing - begun == MAKES_NEW


# How results are compared

CASE = Case("0.1", "score")
ROWS: Json = {"out": [{"outcome": "A", "level": "high"}, {"outcome": "B", "level": "low"}]}


def compared(old: Json, new: Json) -> list[Difference]:
    return differences(CASE, old, new)


def test_an_entry_is_found_again_wherever_it_stands() -> None:
    moved = {"out": [{"outcome": "B", "level": "low"}, {"outcome": "A", "level": "low"}]}
    assert compared(ROWS, moved) == [
        Difference("score: out[A].level", "high", "low"),
        Difference("score: out(order)", ["A", "B"], ["B", "A"]),
    ]


def test_a_key_that_came_is_no_difference_and_one_that_went_is() -> None:
    assert compared({"a": 1}, {"a": 1, "b": 2}) == []
    assert compared({"a": 1, "b": 2}, {"a": 1}) == [Difference("score: b", 2, ABSENT)]
    assert compared({"a": 1}, {"a": True}) == [Difference("score: a", 1, True)]


def test_a_sentence_that_came_or_went_is_a_difference_of_its_own() -> None:
    assert compared({"next": ["x", "y"]}, {"next": ["y", "z"]}) == [
        Difference("score: next[]", "x", ABSENT),
        Difference("score: next[]", ABSENT, "z"),
    ]
    assert compared({"next": ["x", "y"]}, {"next": ["y", "x"]}) == [
        Difference("score: next(order)", ["x", "y"], ["y", "x"])
    ]


def test_a_shape_knows_kinds_of_values_and_every_key() -> None:
    found = shape({"a": [{"b": 1}, {"b": 2, "c": None}], "d": ["x", 1], "e": []})
    assert found == {"a": [{"b": "int", "c": "NoneType"}], "d": ["int or str"], "e": [""]}


def test_a_change_is_named_by_its_place_or_a_pattern_and_both_values() -> None:
    (first,) = compared(ROWS, {"out": [{"outcome": "A", "level": "low"}, ROWS["out"][1]]})
    assert Named("score: out[A].level", "high", "low", "Why").covers(first)
    assert Named("score*: out[*].level", "high", "low", "Why").covers(first)
    assert not Named("score: out[B].level", "high", "low", "Why").covers(first)
    assert not Named("score: out[A].level", "high", "middle", "Why").covers(first)
    assert not Named("score: out[A].level", "low", "low", "Why").covers(first)
