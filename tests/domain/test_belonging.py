"""Whose a set, a target and an outcome are: the publisher's, ours, or somebody's in the house."""

import re
from pathlib import Path

import pytest

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId

ROOT = Path(__file__).parents[2]
OWNER = "Department for Science, Innovation and Technology"
GOVASSURE = ("govassure-basic", "govassure-baseline", "govassure-enhanced")
OURS = {
    "ncsc-cyber-essentials@3.2": ("ids", "division"),
    "ncsc-cyber-essentials@3.3": ("ids", "division"),
    "cyber-governance-code@2025": ("short titles of actions", "levels"),
    "ncsc-10-steps@2021": ("43 points", "levels"),
    "ncsc-cloud-security-principles@2022": ("23 points", "levels"),
    "nist-csf@2.0": ("short titles", "levels"),
}
"""What ``licence`` once gave to the publisher and is ours."""


@pytest.mark.parametrize("name", GOVASSURE)
def test_the_department_owns_the_targets_of_govassure(name: str) -> None:
    """Since June 2025; who had them before is history, and stands in ``source`` alone."""
    profile, data = Shelf().profile(name)
    assert OWNER in profile.owner
    lines = [each.strip() for each in data.decode().splitlines()]
    published = [each for each in lines if each.startswith("publisher:")]
    assert published
    assert all(OWNER in each for each in published)
    assert all(each.startswith("source:") for each in lines if "Cabinet Office" in each)


def test_no_page_of_ours_names_an_earlier_owner() -> None:
    paths = [*(ROOT / "cyberassess").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    assert paths
    assert [p.name for p in paths if "Cabinet Office" in p.read_text("utf-8")] == []


@pytest.mark.parametrize("ref", OURS)
def test_a_licence_gives_the_publisher_nothing_that_is_ours(ref: str) -> None:
    licence = Shelf().framework(FrameworkRef(ref)).framework.licence.casefold()
    sentences = re.split(r"(?<=\.)\s+", licence)
    theirs = " ".join(each for each in sentences if "publisher" in each and "ours" not in each)
    ours = " ".join(each for each in sentences if "ours" in each)
    assert [each for each in OURS[ref] if each in theirs or each not in ours] == []


@pytest.mark.parametrize(
    ("ref", "outcome", "roles"),
    [
        ("ncsc-caf@3.2", "B3.a", {"information-governance"}),
        ("ncsc-caf@4.0", "B3.a", {"information-governance"}),
        ("ncsc-caf@3.2", "A2.b", {"it-security", "audit"}),
        ("ncsc-caf@4.0", "A2.c", {"it-security", "audit"}),
    ],
)
def test_data_and_assurance_are_asked_of_those_who_know(
    ref: str, outcome: str, roles: set[str]
) -> None:
    found = Shelf().framework(FrameworkRef(ref)).framework.outcomes[OutcomeId(outcome)]
    assert {found.owner_role, *found.other_roles} == roles
