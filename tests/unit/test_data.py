"""The control sets, profiles and theme sets that ship: complete, consistent, and in our words."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cyberassess.adapters.resources import folder
from cyberassess.domain.checks import check_framework, check_target, check_themes
from cyberassess.domain.framework import (
    Framework,
    FrameworkRef,
    Profile,
    ThemeSet,
)
from tests.unit.builder import Data, read_yaml

FOLDER = folder("frameworks")
KINDS = ("profiles", "themes", "upgrades", "mappings", "registries")
FRAMEWORKS = sorted(e for e in FOLDER.glob("*/*.yaml") if e.parent.name not in KINDS)
PROFILES = sorted((FOLDER / "profiles").glob("*.yaml"))
THEMES = sorted((FOLDER / "themes").glob("*.yaml"))
SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference"

LONGEST_SENTENCE = 25
EDITIONS = {
    "ncsc-caf@3.2": {
        "groups": {"objective": 4, "principle": 14},
        "levels": [("not-achieved", 154), ("partially-achieved", 111), ("achieved", 184)],
        "outcomes": 39,
        "statements": 449,
        "said twice": 18,
    },
    "ncsc-caf@4.0": {
        "groups": {"objective": 4, "principle": 14},
        "levels": [("not-achieved", 184), ("partially-achieved", 148), ("achieved", 225)],
        "outcomes": 41,
        "statements": 557,
        "said twice": 21,
    },
}
"""The publishers' own figures, written here a second time, apart from the files."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@cache
def framework(path: Path) -> Framework:
    return Framework.model_validate(read_yaml(path))


@cache
def by_ref() -> dict[FrameworkRef, Framework]:
    return {each.ref: each for each in map(framework, FRAMEWORKS)}


every_framework = pytest.mark.parametrize("path", FRAMEWORKS, ids=name)


def test_the_main_control_set_its_profiles_and_its_themes_ship() -> None:
    assert "ncsc-caf/3.2" in [name(each) for each in FRAMEWORKS]
    assert {"govassure-baseline", "govassure-enhanced"} <= {each.stem for each in PROFILES}
    assert "five-themes" in [each.stem for each in THEMES]


@every_framework
def test_a_framework_keeps_every_invariant(path: Path) -> None:
    found = framework(path)
    assert check_framework(found) == []
    assert (found.id, found.version) == (path.parent.name, path.stem)


@every_framework
def test_a_framework_says_where_it_comes_from(path: Path) -> None:
    found = framework(path)
    assert found.source.startswith("https://")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found.accessed)
    assert found.rule.source
    assert all(each.source for each in found.outcomes.values())
    assert all(each.evidence for each in found.outcomes.values())


@every_framework
def test_a_framework_is_as_large_as_the_publishers(path: Path) -> None:
    found = framework(path)
    expected = EDITIONS[found.ref]
    assert found.count_groups() == expected["groups"]
    assert list(found.count_levels().items()) == expected["levels"]
    assert len(found.outcomes) == expected["outcomes"]
    assert len(found.indicators) == expected["statements"]
    twice = [e for _, e in found.indicators.values() if e.same_as]
    assert len(twice) == expected["said twice"]
    assert len(found.leaders) == len(found.indicators) - len(twice)


@every_framework
def test_ids_are_unique_across_the_whole_file(path: Path) -> None:
    found = framework(path)
    groups = {group.id for each in found.located for group in each.groups}
    ids = [*groups, *found.outcomes, *found.indicators]
    assert len(groups) == sum(found.count_groups().values())
    assert [each for each, count in Counter(ids).items() if count > 1] == []
    for declared in (found.levels, found.answer_sets, found.scope_kinds):
        assert len({each.id for each in declared}) == len(declared)
    for answers in found.answer_sets:
        assert len({each.code for each in answers.answers}) == len(answers.answers)
        assert len({each.label for each in answers.answers}) == len(answers.answers)


@every_framework
def test_an_id_tells_where_its_statement_stands(path: Path) -> None:
    found = framework(path)
    for outcome, indicator in found.indicators.values():
        assert indicator.id.startswith(f"{outcome.id}.{found.level(indicator.level).code}.")
    for each in found.located:
        assert each.outcome.id.startswith(f"{each.groups[-1].id}.")


@every_framework
def test_statements_of_one_column_are_numbered_without_a_gap(path: Path) -> None:
    found = framework(path)
    for outcome in found.outcomes.values():
        for level in found.levels:
            column = outcome.at_level(level.id)
            numbers = [int(each.id.rpartition(".")[2]) for each in column]
            assert numbers == list(range(1, len(column) + 1))


@every_framework
def test_every_level_a_statement_has_offers_every_kind_of_answer(path: Path) -> None:
    found = framework(path)
    for outcome, indicator in found.indicators.values():
        kinds = {each.counts_as.value for each in found.answers_for(indicator).answers}
        assert kinds == {"met", "not-met", "left-out", "unanswered"}, outcome.id


@every_framework
def test_an_outcome_can_rise_above_the_lowest_level(path: Path) -> None:
    found = framework(path)
    assert all(found.ranks[found.highest_for(each)] > 0 for each in found.outcomes.values())


@every_framework
def test_a_repetition_is_answered_with_the_same_choices_about_the_same_scope(path: Path) -> None:
    found = framework(path)
    for outcome, indicator in found.indicators.values():
        if indicator.same_as is not None:
            other, twin = found.indicators[indicator.same_as]
            assert found.answers_for(twin) == found.answers_for(indicator)
            assert other.scope_kind == outcome.scope_kind


def texts(found: Framework) -> list[tuple[str, str]]:
    """Give every text of ours with its place."""
    listed = [("about", found.about), ("rule", found.rule.text)]
    for outcome in found.outcomes.values():
        listed += [(outcome.id, outcome.question), (outcome.id, outcome.help)]
        listed += [(each.id, each.text) for each in outcome.indicators]
    return listed


@every_framework
def test_a_sentence_has_at_most_twenty_five_words(path: Path) -> None:
    long = [
        (place, len(sentence.split()), sentence)
        for place, text in texts(framework(path))
        for sentence in re.split(r"(?<=[.?!])\s+", text)
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert long == []


@every_framework
def test_nothing_is_said_twice_but_where_the_publisher_says_it_twice(path: Path) -> None:
    seen: dict[str, str] = {}
    twice = []
    for _, indicator in framework(path).indicators.values():
        text = " ".join(indicator.text.casefold().split())
        if text in seen and indicator.same_as is None:
            twice.append((indicator.id, seen[text]))
        seen.setdefault(text, indicator.id)
    assert twice == []


@every_framework
def test_texts_are_clean(path: Path) -> None:
    for place, text in texts(framework(path)):
        assert text == " ".join(text.split()), place
        assert text[-1] in ".?", place
        assert text[0].isupper(), place


@pytest.mark.parametrize("path", PROFILES, ids=name)
def test_a_profile_fits_its_frameworks(path: Path) -> None:
    profile = Profile.model_validate(read_yaml(path))
    assert profile.id == path.stem
    assert profile.targets
    for ref, target in profile.targets.items():
        assert check_target(by_ref()[ref], profile) == []
        assert target.source.startswith("https://")
        assert set(target.requirements).isdisjoint(target.no_target)


@pytest.mark.parametrize("path", THEMES, ids=name)
def test_a_theme_set_fits_its_frameworks(path: Path) -> None:
    themes = ThemeSet.model_validate(read_yaml(path))
    assert themes.id == path.stem
    assert themes.headline in [each.id for each in themes.themes]
    for ref, placements in themes.outcomes.items():
        assert check_themes(by_ref()[ref], themes) == []
        assert all(each.reason for each in placements.values())
        assert all(each.confidence in ("high", "medium", "low") for each in placements.values())
        assert all(each.secondary != each.theme for each in placements.values())


# Against the facts as they were collected, where they lie beside the repository


def reference(path: str) -> Data:
    file = SHARED / path
    if not file.is_file():
        pytest.skip(f"{path} does not lie beside the repository")
    data: Data = read_yaml(file)
    return data


OFFICIAL = "caf/webcaf-cyber-assessment-framework-v3.2.yaml"


def official_statements() -> dict[str, tuple[str, str, str]]:
    """Give outcome, level and official wording of each statement, keyed by its id."""
    return {
        statement["ncsc-index"]: (
            outcome["code"],
            level,
            " ".join(statement["description"].split()),
        )
        for objective in reference(OFFICIAL)["objectives"].values()
        for principle in objective["principles"].values()
        for outcome in principle["outcomes"].values()
        for level, statements in outcome["indicators"].items()
        for statement in statements.values()
    }


def test_the_ids_are_the_publishers() -> None:
    found = by_ref()[FrameworkRef("ncsc-caf@3.2")]
    official = official_statements()
    assert {each.id: (outcome.id, each.level) for outcome, each in found.indicators.values()} == {
        each: (outcome, level) for each, (outcome, level, _) in official.items()
    }


def test_titles_and_order_are_the_publishers() -> None:
    found = by_ref()[FrameworkRef("ncsc-caf@3.2")]
    outcomes = [
        (objective["code"], principle["code"], outcome["code"], outcome["title"])
        for objective in reference(OFFICIAL)["objectives"].values()
        for principle in objective["principles"].values()
        for outcome in principle["outcomes"].values()
    ]
    assert [
        (e.groups[0].id, e.groups[-1].id, e.outcome.id, e.outcome.title) for e in found.located
    ] == outcomes


def test_no_statement_has_the_publishers_wording() -> None:
    found = by_ref()[FrameworkRef("ncsc-caf@3.2")]
    official = {text.casefold() for _, _, text in official_statements().values()}
    assert [e.id for _, e in found.indicators.values() if e.text.casefold() in official] == []


def test_statements_are_repeated_where_the_publisher_repeats_them() -> None:
    found = by_ref()[FrameworkRef("ncsc-caf@3.2")]
    official = official_statements()
    words = {each: re.findall(r"\w+", text.casefold()) for each, (_, _, text) in official.items()}
    equal = [
        (each, other)
        for each in found.indicators
        for other in found.indicators
        if each < other and words[each] == words[other]
    ]
    ours = {frozenset((e.id, e.same_as)) for _, e in found.indicators.values() if e.same_as}
    assert {frozenset(each) for each in equal} <= ours


@pytest.mark.parametrize("path", PROFILES, ids=name)
def test_a_profiles_targets_are_the_publishers(path: Path) -> None:
    profiles = reference("caf/profiles.yaml")["profiles"]
    profile = Profile.model_validate(read_yaml(path))
    for ref, target in profile.targets.items():
        official = profiles.get(f"{profile.id}-{ref.removeprefix('ncsc-').replace('@', '-')}")
        if official is None:
            pytest.skip(f"no reference for {profile.id} of {ref}")
        ours = {str(k): str(v) for k, v in target.requirements.items()}
        ours |= dict.fromkeys(map(str, target.no_target), "not-achieved")
        assert ours == {k: v.replace("_", "-") for k, v in official["requirements"].items()}


@pytest.mark.parametrize("path", THEMES, ids=name)
def test_outcomes_are_placed_in_the_themes_that_were_agreed(path: Path) -> None:
    official = reference("caf/themes.yaml")["frameworks"]
    themes = ThemeSet.model_validate(read_yaml(path))
    for ref, placements in themes.outcomes.items():
        expected = official.get(ref.removeprefix("ncsc-").replace("@", "-"))
        if expected is None:
            pytest.skip(f"no reference for {ref}")
        found = {str(k): (e.theme, e.secondary or "null") for k, e in placements.items()}
        assert found == {
            k: (e["primary"], e["secondary"]) for k, e in expected["outcomes"].items()
        }
