"""The control sets, profiles and theme sets that ship: complete, consistent, and in our words."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from cyberassess.disk.resources import folder
from cyberassess.domain.sets.checks import (
    can_be_asked,
    check_framework,
    check_target,
    check_themes,
    check_use,
)
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    FrameworkRef,
    IndicatorId,
    IndicatorKind,
    LevelId,
    Needs,
    Outcome,
    OutcomeId,
    Profile,
)
from cyberassess.domain.sets.theming import ThemeSet
from tests.domain.builder import Data, read_yaml

FOLDER = folder("frameworks")
KINDS = ("answers", "profiles", "themes", "upgrades", "mappings", "registries")
FRAMEWORKS = sorted(e for e in FOLDER.glob("*/*.yaml") if e.parent.name not in KINDS)
PROFILES = sorted((FOLDER / "profiles").glob("*.yaml"))
THEMES = sorted((FOLDER / "themes").glob("*.yaml"))
SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference"

LONGEST_SENTENCE = 25
LONGEST_REQUIREMENT = 50
NAMED = r"(SCOPE|CONDITIONS)\.[a-z]+(-[a-z]+)*"
CYBER_ESSENTIALS_CONDITIONS = {
    "SCOPE.own-devices": 1,
    "SCOPE.home-working": 1,
    "SCOPE.wireless": 1,
    "SCOPE.suppliers": 2,
    "SCOPE.devices-of-others": 2,
    "SCOPE.web-applications": 1,
    "SCOPE.uses-cloud": 4,
    "SCOPE.other-networks": 1,
    "SCOPE.unlock-only-credential": 1,
    "SCOPE.dual-use-credential": 1,
    "SCOPE.cloud-offers-mfa": 2,
    "SCOPE.uses-passwords": 5,
    "SCOPE.uses-mfa": 2,
    "SCOPE.uses-anti-malware": 3,
    "SCOPE.uses-allow-listing": 3,
}
EDITIONS: dict[str, Data] = {
    "cyber-governance-code@2025": {
        "rule": "in-place",
        "groups": {"principle": 5},
        "levels": [("in-place", 22)],
        "outcomes": 22,
    },
    "ncsc-10-steps@2021": {
        "rule": "in-place",
        "groups": {"collection": 1},
        "levels": [("in-place", 43)],
        "outcomes": 10,
    },
    "ncsc-caf@3.2": {
        "rule": "caf-table",
        "groups": {"objective": 4, "principle": 14},
        "levels": [("not-achieved", 154), ("partially-achieved", 111), ("achieved", 184)],
        "outcomes": 39,
        "said twice": 18,
    },
    "ncsc-caf@4.0": {
        "rule": "caf-table",
        "groups": {"objective": 4, "principle": 14},
        "levels": [("not-achieved", 184), ("partially-achieved", 148), ("achieved", 225)],
        "outcomes": 41,
        "said twice": 21,
    },
    "ncsc-cloud-security-principles@2022": {
        "rule": "in-place",
        "groups": {"collection": 1},
        "levels": [("in-place", 23)],
        "outcomes": 14,
    },
    "ncsc-cyber-essentials@3.2": {
        "rule": "all-met",
        "groups": {"set": 1, "scope": 1, "conditions": 1},
        "levels": [("ready", 49)],
        "outcomes": 5,
        "apart": 16,
        "permissions": ["UA-18"],
        "conditional": CYBER_ESSENTIALS_CONDITIONS,
    },
    "ncsc-cyber-essentials@3.3": {
        "rule": "all-met",
        "groups": {"set": 1, "scope": 1, "conditions": 1},
        "levels": [("ready", 49)],
        "outcomes": 5,
        "apart": 17,
        "permissions": ["UA-18"],
        "conditional": CYBER_ESSENTIALS_CONDITIONS | {"SCOPE.leaves-out": 1},
        "fails whole": ["SU-05", "SU-06", "UA-06", "UA-07"],
    },
    "nist-csf@2.0": {
        "rule": "in-place",
        "groups": {"function": 6, "category": 22},
        "levels": [("in-place", 106)],
        "outcomes": 106,
    },
    "pscrf@1.0": {
        "rule": "staged",
        "groups": {"domain": 4, "category": 17, "conditions": 1},
        "levels": [("baseline", 57), ("target", 215), ("advanced", 194)],
        "outcomes": 77,
        "said twice": 15,
        "conditional": {"CONDITIONS.pci": 13, "CONDITIONS.psn": 10},
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


def test_the_publishers_figures_are_known_for_every_set_that_ships() -> None:
    assert sorted(EDITIONS) == sorted(by_ref())


def apart_from(found: Framework) -> list[str]:
    """Give the statements of outcomes that the publisher does not count."""
    return [str(each.id) for outcome in found.apart for each in outcome.indicators]


@every_framework
def test_a_framework_is_as_large_as_the_publishers(path: Path) -> None:
    found = framework(path)
    expected = EDITIONS[found.ref]
    assert found.rule.id == expected["rule"]
    assert found.count_groups() == expected["groups"]
    assert list(found.count_levels().items()) == expected["levels"]
    assert len(found.assessed) - len(found.apart) == expected["outcomes"]
    assert len(apart_from(found)) == expected.get("apart", 0)
    scored = len(found.indicators) - len(found.conditions) - expected.get("apart", 0)
    assert scored == sum(count for _, count in expected["levels"])
    twice = [e for _, e in found.indicators.values() if e.same_as]
    assert len(twice) == expected.get("said twice", 0)
    assert len(found.leaders) == len(found.indicators) - len(twice)


@every_framework
def test_what_is_permitted_conditional_or_fails_the_whole_is_as_the_publisher_has_it(
    path: Path,
) -> None:
    found = framework(path)
    expected = EDITIONS[found.ref]
    every = [each for _, each in found.indicators.values()]
    permissions = [each.id for each in every if each.kind is IndicatorKind.PERMISSION]
    assert permissions == expected.get("permissions", [])
    apart = apart_from(found)
    whole = [each.id for each in every if each.fails_whole]
    assert whole == [*apart, *expected.get("fails whole", [])]
    conditional = Counter(each.applies_when for each in every if each.applies_when)
    assert conditional == expected.get("conditional", {})
    assert set(conditional) <= found.conditions


@every_framework
def test_ids_are_unique_across_the_whole_file(path: Path) -> None:
    """An outcome that is its own one statement shares its id with it."""
    found = framework(path)
    groups = {group.id for each in found.located for group in each.groups}
    itself = [e.id for e in found.outcomes.values() if [str(i.id) for i in e.indicators] == [e.id]]
    ids = [*groups, *found.outcomes, *(set(found.indicators) - set(itself))]
    assert len(groups) == sum(found.count_groups().values())
    assert [each for each, count in Counter(ids).items() if count > 1] == []
    for declared in (found.levels, found.answer_sets, found.scope_kinds):
        assert len({each.id for each in declared}) == len(declared)
    for answers in found.answer_sets:
        assert len({each.code for each in answers.answers}) == len(answers.answers)
        assert len({each.label for each in answers.answers}) == len(answers.answers)


def numbered(found: Framework, outcome: Outcome) -> list[str]:
    """Give the ids that the statements of an outcome have when no number is left out.

    What the publisher does not count is named, as conditions are.
    """
    if outcome in found.apart:
        return [e.id for e in outcome.indicators if re.fullmatch(NAMED, e.id)]
    size = len(outcome.indicators)
    match found.id:
        case "ncsc-caf":
            return [
                f"{outcome.id}.{level.code}.{number}"
                for level in found.levels
                for number in range(1, len(outcome.at_level(level.id)) + 1)
            ]
        case "ncsc-cyber-essentials":
            return [f"{outcome.id}-{number:02}" for number in range(1, size + 1)]
        case "ncsc-cloud-security-principles" if size == 1:
            return [f"CSP-{outcome.id}"]
        case "ncsc-cloud-security-principles":
            return [f"CSP-{outcome.id}.{number}" for number in range(1, size + 1)]
        case "cyber-governance-code" | "nist-csf":
            return [outcome.id]
        case _:
            return [f"{outcome.id}.{number}" for number in range(1, size + 1)]


@every_framework
def test_an_id_tells_where_its_statement_stands_and_no_number_is_left_out(path: Path) -> None:
    found = framework(path)
    for outcome in found.assessed:
        assert sorted(e.id for e in outcome.indicators) == sorted(numbered(found, outcome))
    assert all(re.fullmatch(NAMED, each) for each in found.conditions)


@every_framework
def test_an_outcome_is_named_after_the_group_it_stands_in(path: Path) -> None:
    """Where the groups have ids of the publisher; one that only collects has one of ours."""
    found = framework(path)
    if set(found.count_groups()) & {"collection", "set"}:
        return
    for each in found.located:
        if each.outcome in found.assessed:
            assert re.match(rf"{re.escape(each.groups[-1].id)}[.\-\d]", each.outcome.id)


@every_framework
def test_every_level_a_statement_has_offers_every_kind_of_answer(path: Path) -> None:
    found = framework(path)
    for outcome, indicator in found.indicators.values():
        kinds = {each.counts_as.value for each in found.answers_for(indicator).answers}
        if indicator.id in found.conditions or outcome in found.apart:
            assert kinds == {"met", "not-met", "unanswered"}, outcome.id
        else:
            middle = {"partly"} if found.rule.kind.has_middle else set()
            assert kinds == {"met", "not-met", "left-out", "unanswered"} | middle, outcome.id


@every_framework
def test_leaving_a_statement_out_needs_a_reason_and_not_knowing_needs_none(path: Path) -> None:
    found = framework(path)
    for answers in found.answer_sets:
        for each in answers.answers:
            if each.counts_as is CountsAs.LEFT_OUT:
                assert each.needs is Needs.REASON, each.code
            if each.counts_as is CountsAs.UNANSWERED:
                assert each.needs is Needs.NOTHING, each.code


def test_exceptions_plans_and_accepted_risks_reach_no_stage_and_need_a_reason() -> None:
    (answers,) = [
        e for e in by_ref()[FrameworkRef("pscrf@1.0")].answer_sets if e.id == "met"
    ]  # DESIGN, responses
    assert {each.code: (each.counts_as.value, each.needs.value) for each in answers.answers} == {
        "met": ("met", "nothing"),
        "exceptions": ("not-met", "reason"),
        "working-towards": ("not-met", "reason"),
        "risk-accepted": ("not-met", "reason"),
        "not-met": ("not-met", "reason"),
        "does-not-apply": ("left-out", "reason"),
        "dont-know": ("unanswered", "nothing"),
    }


@every_framework
def test_the_levels_fit_the_rule(path: Path) -> None:
    """Which levels have statements, and which of those are warning signs, lowest first."""
    found = framework(path)
    shape = [(bool(each.answers), each.is_warning) for each in found.scale]
    assert (
        shape
        == {
            "caf-table": [(True, True), (True, False), (True, False)],
            "staged": [(False, False), (True, False), (True, False), (True, False)],
            "all-met": [(False, False), (True, False)],
            "in-place": [(False, False), (False, False), (True, False)],
        }[found.rule.id]
    )
    assert all(each.answers for each in found.levels if each.is_condition)


@every_framework
def test_conditions_stand_apart_and_depend_on_nothing(path: Path) -> None:
    found = framework(path)
    for outcome in found.outcomes.values():
        here = [each.id in found.conditions for each in outcome.indicators]
        assert all(here) or not any(here), outcome.id
    for each in found.conditions:
        indicator = found.indicators[each][1]
        assert indicator.applies_when is None
        assert indicator.same_as is None


@every_framework
def test_something_depends_on_every_condition(path: Path) -> None:
    assert check_use(framework(path)) == []


@every_framework
def test_one_of_several_conditions_names_the_others_and_they_name_it(path: Path) -> None:
    found = framework(path)
    for each in found.conditions:
        for other in found.indicators[each][1].alternatives:
            assert each in found.indicators[other][1].alternatives


ASKED_BEFORE = {
    *("all-it-included", "boundary-agreed", "cloud-offers-mfa", "devices-listed"),
    *("devices-of-others", "dual-use-credential", "home-working", "other-networks"),
    *("own-devices", "suppliers", "unlock-only-credential", "uses-allow-listing"),
    *("uses-anti-malware", "uses-cloud", "uses-mfa", "uses-passwords", "web-applications"),
    "wireless",
}
"""The scope questions of revision 2 of Cyber Essentials 3.2."""


@pytest.mark.parametrize("version", ["3.2", "3.3"])
def test_scope_questions_of_earlier_revisions_keep_their_ids_and_answers(version: str) -> None:
    found = by_ref()[FrameworkRef(f"ncsc-cyber-essentials@{version}")]
    before = ASKED_BEFORE | ({"exclusions-justified"} if version == "3.3" else set())
    for each in before:
        indicator = found.indicators[IndicatorId(f"SCOPE.{each}")][1]
        codes = [answer.code for answer in found.answers_for(indicator).answers]
        assert codes == ["yes", "no", "dont-know"], each


@every_framework
def test_a_statement_asks_or_says_and_a_condition_asks(path: Path) -> None:
    found = framework(path)
    for _, indicator in found.indicators.values():
        if indicator.id in found.conditions:
            assert indicator.text.endswith("?"), indicator.id


@every_framework
def test_an_outcome_can_rise_above_the_lowest_level(path: Path) -> None:
    found = framework(path)
    assert all(found.ranks[found.highest_for(each)] > 0 for each in found.assessed)
    for each in found.assessed:
        assert any(i.kind is IndicatorKind.REQUIREMENT for i in each.indicators), each.id


@every_framework
def test_a_repetition_is_answered_with_the_same_choices_about_the_same_scope(path: Path) -> None:
    found = framework(path)
    for outcome, indicator in found.indicators.values():
        if indicator.same_as is not None:
            other, twin = found.indicators[indicator.same_as]
            assert found.answers_for(twin) == found.answers_for(indicator)
            assert other.scope_kind == outcome.scope_kind
            assert twin.applies_when == indicator.applies_when


def texts(found: Framework) -> list[tuple[str, str]]:
    """Give every text of ours with its place."""
    listed = [("about", found.about), ("rule", found.rule.text)]
    listed += [(e.code, e.help) for a in found.answer_sets for e in a.answers if e.help]
    for outcome in found.outcomes.values():
        listed += [(outcome.id, outcome.question), (outcome.id, outcome.help)]
        listed += [(each.id, each.text) for each in outcome.indicators]
    return listed


PSCRF_DUTIES = {
    "1.3.5": ("which assurance methods", "available", "adopted", "put them to use"),
    "4.1.9": ("asset management", "prior authorisation", "documents"),
    "4.2.4": ("monitor for vulnerabilities", "software that is still in support"),
    "6.5.2": ("permission", "direct route", "secured connection", "more than passwords"),
    "7.1.2": ("technical and physical means", "other business systems", "user administration"),
    "9.1.3": ("stored securely", "strictly controlled", "management approve", "all media"),
    "11.1.2": ("monitored", "authorised before", "hand back", "company", "three months"),
    "12.1.9": ("configuration control", "documented", "isolate", "hosting verified"),
    "12.4.4": (
        "unauthorised wireless",
        "at least yearly",
        "intrusion detection",
        "at least weekly",
    ),
    "13.1.1": ("every internet-capable computer", "logs", "web pages", "all files regularly"),
    "13.6.1": ("all security patches", "firmware", "within 14 days", "within 30 days"),
    "13.6.2": ("patched within 14 days", "within 30", "within 60", "audit", "at once"),
    "13.9.4": ("all users' cardholder data access", "all root or administrator actions"),
    "13.9.5": ("date and time", "success or failure", "origin", "identity or name"),
    "14.1.3": ("patched within 14 days", "within 30 days", "within 60 days"),
    "14.2.5": ("kept off", "permission", "secured connection", "user name and password"),
    "14.6.6": ("strong password", "encrypted", "few authorised people", "while needed"),
    "14.6.8": ("six-monthly", "untrusted traffic", "personal firewalls", "web applications"),
    "15.2.12": ("responsible", "roles and skills", "reporting requirements", "fixed workflows"),
    "16.1.6": ("policy, processes and plans", "legal or regulatory"),
    "17.4.7": ("findings documented", "responding to incidents", "protective security"),
}
"""Duties of the publisher's control that ours once left out, in our words."""
LONGEST_CONTROL = 50
"""Words in a control of the PSCRF: some of the publisher's have a hundred and more."""


@pytest.mark.parametrize("name", PSCRF_DUTIES)
def test_a_control_keeps_every_duty_of_the_publisher(name: str) -> None:
    _, control = by_ref()[FrameworkRef("pscrf@1.0")].indicators[IndicatorId(name)]
    lost = [each for each in PSCRF_DUTIES[name] if each not in control.text.casefold()]
    assert lost == []


def test_met_means_all_that_a_control_of_several_questions_asks() -> None:
    found = by_ref()[FrameworkRef("pscrf@1.0")]
    (met,) = (e for a in found.answer_sets for e in a.answers if e.code == "met")
    assert "every one of them" in met.help


def test_a_pscrf_control_is_never_longer_than_it_can_be_read() -> None:
    found = by_ref()[FrameworkRef("pscrf@1.0")].indicators
    long = {
        name: words
        for name, (_, control) in found.items()
        if (words := len(control.text.split())) > LONGEST_CONTROL
    }
    assert long == {}


def test_only_the_control_whose_service_ended_says_so() -> None:
    """Web Check ended on 31 March 2026; the other services of 13.2.1 are still there."""
    found = by_ref()[FrameworkRef("pscrf@1.0")].indicators
    ended = {name: control.ended for name, (_, control) in found.items() if control.ended}
    assert list(ended) == ["13.3.1"]
    assert "31 March 2026" in ended[IndicatorId("13.3.1")]


@every_framework
def test_a_sentence_has_at_most_twenty_five_words(path: Path) -> None:
    long = [
        (place, len(sentence.split()), sentence)
        for place, text in texts(framework(path))
        for sentence in re.split(r"(?<=[.?!])\s+", text)
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert long == []


def test_a_requirement_of_cyber_essentials_has_at_most_fifty_words() -> None:
    for version in ("3.2", "3.3"):
        found = by_ref()[FrameworkRef(f"ncsc-cyber-essentials@{version}")]
        long = [
            i
            for i, (_, e) in found.indicators.items()
            if len(e.text.split()) > LONGEST_REQUIREMENT
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
        is_ours = target.publisher.startswith("cyberassess")
        assert target.source.startswith("docs/" if is_ours else "https://")
        assert set(target.requirements).isdisjoint(target.no_target)


def test_every_set_has_a_target_to_choose() -> None:
    covered = {ref for path in PROFILES for ref in Profile.model_validate(read_yaml(path)).targets}
    assert covered == set(by_ref())


STAGES = {"pscrf-baseline": "baseline", "pscrf-target": "target", "pscrf-advanced": "advanced"}


@pytest.mark.parametrize("profile_id", [*STAGES, "all-in-place", "cyber-essentials-ready"])
def test_a_target_for_a_whole_set_asks_the_same_wherever_it_can(profile_id: str) -> None:
    """Of stages: only where there is a control for it or for one below."""
    profile = Profile.model_validate(read_yaml(FOLDER / "profiles" / f"{profile_id}.yaml"))
    for ref, target in profile.targets.items():
        found = by_ref()[ref]
        level = LevelId(STAGES.get(profile_id, found.scale[-1].id))
        asked = {e.id for e in found.assessed if can_be_asked(found, e, level)}
        assert target.requirements == dict.fromkeys(asked, level)
        assert set(target.no_target) == {e.id for e in found.assessed} - asked


@pytest.mark.parametrize("path", THEMES, ids=name)
def test_a_theme_set_fits_its_frameworks(path: Path) -> None:
    themes = ThemeSet.model_validate(read_yaml(path))
    assert themes.id == path.stem
    assert themes.headline in [each.id for each in themes.themes]
    assert set(themes.outcomes) == set(by_ref())
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


Facts = dict[str, tuple[str, str]]
"""Outcome and title (or stage) of each statement, keyed by its id, in the publisher's order."""


def steps() -> Facts:
    return {
        point["id"]: (step["id"], step["title"])
        for step in reference("ncsc-10-steps/ncsc-10-steps.yaml")["steps"]
        for point in step["sub_points"]
    }


def code_of_practice() -> Facts:
    return {
        action["id"]: (action["id"], action["title"])
        for principle in reference("cyber-governance-code/cyber-governance-code.yaml")[
            "principles"
        ]
        for action in principle["actions"]
    }


def cloud_principles() -> Facts:
    path = "ncsc-cloud-security-principles/ncsc-cloud-security-principles.yaml"
    return {
        aspect["key"]: (principle["id"], principle["title"])
        for principle in reference(path)["principles"]
        for aspect in principle.get("aspects", [{"key": f"CSP-{principle['id']}"}])
    }


def functions() -> Facts:
    return {
        each["id"]: (each["id"], each["short_name"])
        for function in reference("nist-csf-2.0/nist-csf-2.0.yaml")["functions"]
        for category in function["categories"]
        for each in category["subcategories"]
    }


def requirements(version: str) -> Facts:
    return {
        each["id"]: (control["key"], control["title"])
        for control in reference("cyber-essentials/cyber-essentials.yaml")["controls"]
        for each in control["requirements"]
        if version in each["editions"]
    }


def sub_categories() -> Facts:
    return {
        control["id"]: (sub_category["id"], sub_category["title"])
        for category in reference("pscrf/pscrf-1.0.yaml")["categories"]
        for sub_category in category["subcategories"]
        for control in sub_category["controls"]
    }


@pytest.mark.parametrize(
    ("ref", "facts"),
    [
        ("ncsc-10-steps@2021", steps),
        ("cyber-governance-code@2025", code_of_practice),
        ("ncsc-cloud-security-principles@2022", cloud_principles),
        ("nist-csf@2.0", functions),
        ("ncsc-cyber-essentials@3.2", lambda: requirements("3.2")),
        ("ncsc-cyber-essentials@3.3", lambda: requirements("3.3")),
        ("pscrf@1.0", sub_categories),
    ],
)
def test_statements_outcomes_and_titles_are_those_of_the_facts(
    ref: str, facts: Callable[[], Facts]
) -> None:
    found = by_ref()[FrameworkRef(ref)]
    scored = {
        str(each.id): (str(outcome.id), outcome.title)
        for outcome, each in found.indicators.values()
        if each.id not in found.conditions and outcome not in found.apart
    }
    assert scored == facts()


def test_stages_repeats_and_conditions_of_the_controls_are_those_of_the_facts() -> None:
    found = by_ref()[FrameworkRef("pscrf@1.0")]
    facts = {
        control["id"]: (
            control["stage"],
            control.get("same_as"),
            f"CONDITIONS.{control['applies_when']}" if "applies_when" in control else None,
        )
        for category in reference("pscrf/pscrf-1.0.yaml")["categories"]
        for sub_category in category["subcategories"]
        for control in sub_category["controls"]
    }
    assert {
        each.id: (each.level, each.same_as, each.applies_when)
        for _, each in found.indicators.values()
        if each.id not in found.conditions
    } == facts


def test_requirements_that_fail_the_whole_are_those_of_the_facts() -> None:
    marking = reference("cyber-essentials/cyber-essentials.yaml")["marking"]
    for version in ("3.2", "3.3"):
        found = by_ref()[FrameworkRef(f"ncsc-cyber-essentials@{version}")]
        expected = [e["requirement"] for e in marking["auto_fail_2026"] if e["since"] <= version]
        assert [
            e.id for o, e in found.indicators.values() if e.fails_whole and o not in found.apart
        ] == expected


def test_every_provision_on_the_scope_is_asked() -> None:
    """The publisher's inventory numbers those of 3.3; one that only explains asks nothing."""
    rules = reference("cyber-essentials/cyber-essentials.yaml")["scope_rules"]
    explains = {"SCOPE-13"}
    for version in ("3.2", "3.3"):
        (scope,) = by_ref()[FrameworkRef(f"ncsc-cyber-essentials@{version}")].apart
        spans = [re.findall(r"D-(\d{3})", each.source) for each in scope.indicators]
        asked = {n for span in spans for n in range(int(span[0]), int(span[-1]) + 1)}
        wanted = {
            int(each.removeprefix("CE3.3-D-"))
            for rule in rules
            if version in rule["editions"] and rule["id"] not in explains
            for each in rule["esaf_ids"]
        }
        assert wanted <= asked


def test_requirements_with_a_condition_are_those_of_the_facts() -> None:
    found = by_ref()[FrameworkRef("ncsc-cyber-essentials@3.3")]
    conditional = {
        each["id"]
        for control in reference("cyber-essentials/cyber-essentials.yaml")["controls"]
        for each in control["requirements"]
        if "applies_when" in each
    }
    ours = {e.id for _, e in found.indicators.values() if e.applies_when}
    assert conditional
    assert ours >= conditional


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
            continue  # what is ours has no reference; its own tests stand above
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
            continue  # placed by us; completeness is tested above
        found = {str(k): (e.theme, e.secondary or "null") for k, e in placements.items()}
        assert found == {
            k: (e["primary"], e["secondary"]) for k, e in expected["outcomes"].items()
        }


ONE_KIND_ONE_THEME = {
    "backups": ("ncsc-caf@3.2 B5.c", "nist-csf@2.0 PR.DS-11", "pscrf@1.0 17.2"),
    "assurance": ("ncsc-caf@3.2 A2.b", "ncsc-caf@4.0 A2.c", "pscrf@1.0 1.3", "pscrf@1.0 12.4"),
    "audit of governance": (
        "pscrf@1.0 1.5", "cyber-governance-code@2025 E4", "nist-csf@2.0 GV.OV-03",
    ),
    "review after incidents": (
        "ncsc-caf@3.2 D2.a", "ncsc-caf@4.0 D2.b", "pscrf@1.0 16.4", "nist-csf@2.0 ID.IM-03",
        "cyber-governance-code@2025 D4",
    ),
    "assessing risk": (
        "ncsc-caf@3.2 A2.a", "pscrf@1.0 2.2", "pscrf@1.0 17.5", "cyber-governance-code@2025 A5",
        "ncsc-10-steps@2021 1", "nist-csf@2.0 ID.RA-04", "nist-csf@2.0 ID.RA-05",
    ),
    "plans for incidents": (
        "ncsc-caf@3.2 D1.a", "pscrf@1.0 16.1", "cyber-governance-code@2025 D1",
        "nist-csf@2.0 ID.IM-04",
    ),
    "settings for secure use": (
        "ncsc-caf@3.2 B4.b", "ncsc-cloud-security-principles@2022 14", "nist-csf@2.0 PR.PS-01",
    ),
    "what an incident left behind": ("ncsc-caf@3.2 C1.b", "nist-csf@2.0 RS.AN-07"),
}  # fmt: skip
"""Outcomes of several sets about one thing; docs/method.md states the rule that places them."""


@pytest.mark.parametrize("kind", ONE_KIND_ONE_THEME)
def test_one_thing_has_one_theme_in_all_sets(kind: str) -> None:
    themes = ThemeSet.model_validate(read_yaml(FOLDER / "themes" / "five-themes.yaml"))
    refs = [each.split(" ") for each in ONE_KIND_ONE_THEME[kind]]
    placed = {themes.outcomes[FrameworkRef(ref)][OutcomeId(name)].theme for ref, name in refs}
    assert len(placed) == 1
