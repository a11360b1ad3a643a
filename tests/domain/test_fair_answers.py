"""Saying no never scores higher than saying nothing: every shipped set, with every target it has.

The least favourable answer to everything meets no target, the most favourable meets all, and no
single unfavourable answer lifts anything above where no answer would leave it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.domain.result.scoring import OutcomeScore, Scorecard, determine, score
from cyberassess.domain.result.theme_maturity import by_rule
from cyberassess.domain.rules.known import RULES
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    FrameworkRef,
    Indicator,
    IndicatorId,
    OutcomeId,
    Profile,
    Target,
)
from cyberassess.domain.sets.theming import ThemeSet
from tests.domain.builder import TODAY, Written, make_settings, make_state, read_yaml
from tests.domain.test_data import FOLDER, FRAMEWORKS, PROFILES

REASON = "We checked."
PLACES = make_settings("store cloud-service")
"""The organisation, and one of each other kind of place a set may ask about."""
THEMES = ThemeSet.model_validate(read_yaml(FOLDER / "themes" / "five-themes.yaml"))
Answers = dict[str, Written]


class Aim(NamedTuple):
    """A control set with one of its targets."""

    name: str
    framework: Framework
    target: Target


@cache
def aims() -> tuple[Aim, ...]:
    frameworks = [Framework.model_validate(read_yaml(path)) for path in FRAMEWORKS]
    profiles = [Profile.model_validate(read_yaml(path)) for path in PROFILES]
    return tuple(
        Aim(f"{framework.ref} {profile.id}", framework, profile.targets[framework.ref])
        for framework in frameworks
        for profile in profiles
        if framework.ref in profile.targets
    )


every_aim = pytest.mark.parametrize("aim", aims(), ids=[each.name for each in aims()])


def options(framework: Framework, indicator: Indicator) -> list[Answer]:
    """Give the answers to a statement that say something, the least favourable first."""
    is_warning = framework.level(indicator.level).is_warning
    order = (CountsAs.MET, CountsAs.NOT_MET) if is_warning else (CountsAs.NOT_MET, CountsAs.MET)
    found = [
        each
        for each in framework.answers_for(indicator).answers
        if each.counts_as is not CountsAs.UNANSWERED
    ]
    ends = [next(e for e in found if e.counts_as is each) for each in order]
    return [ends[0], *(each for each in found if each not in ends), ends[1]]


def written(answer: Answer) -> str:
    return f"{answer.code} ({REASON})"


def answering(
    framework: Framework, choose: Callable[[list[Answer]], Answer], condition: str
) -> Answers:
    """Answer every statement of a set by one choice, and every condition by a code."""
    answers: Answers = {
        each.id: written(choose(options(framework, each)))
        for _, each in framework.indicators.values()
        if each.id not in framework.conditions
    }
    conditions = framework.conditions if condition else ()
    return answers | {str(each): condition for each in conditions}


def measured(aim: Aim, answers: Mapping[str, Written]) -> Scorecard:
    everywhere = {f"{each.id}/{key}": said for each in PLACES.all_scopes
                  for key, said in answers.items()}  # fmt: skip
    ref = aim.framework.ref
    return score(
        {ref: aim.framework},
        PLACES,
        make_state(everywhere, framework=ref),
        targets={ref: aim.target},
        themes=THEMES,
        on=TODAY,
    )


def least(found: list[Answer]) -> Answer:
    return found[0]


def most(found: list[Answer]) -> Answer:
    return found[-1]


def left_out(found: list[Answer]) -> Answer:
    return next((each for each in found if each.counts_as is CountsAs.LEFT_OUT), found[0])


@every_aim
@pytest.mark.parametrize("condition", ["yes", "no", ""])
@pytest.mark.parametrize("choose", [least, left_out], ids=["least", "left-out"])
def test_the_least_favourable_answer_to_everything_meets_no_target(
    aim: Aim, condition: str, choose: Callable[[list[Answer]], Answer]
) -> None:
    """Nor does leaving everything out, whatever was said to apply; nothing is above the lowest."""
    card = measured(aim, answering(aim.framework, choose, condition))
    assert {each.rank for each in card.outcomes if not each.not_applicable} <= {0}
    assert {each.attainment for each in card.themes} <= {0, None}
    assert [each.key.outcome for each in card.outcomes if each.meets_target] == []
    assert {each.meets for each in card.themes} == {0}
    assert not any(each.is_ready for each in card.verdicts)
    assert all(each.level is None or each.level <= 1 for each in card.themes)


@every_aim
def test_no_answer_meets_no_target(aim: Aim) -> None:
    card = measured(aim, {})
    assert [each.key.outcome for each in card.outcomes if each.meets_target] == []


@every_aim
@pytest.mark.parametrize("condition", ["yes", "no", ""])
def test_the_most_favourable_answer_to_everything_meets_all_targets(
    aim: Aim, condition: str
) -> None:
    card = measured(aim, answering(aim.framework, most, condition))
    asked = {each.key.outcome for each in card.outcomes if each.meets_target is not None}
    assert [each.key.outcome for each in card.outcomes if each.meets_target is False] == []
    ranks = aim.framework.ranks
    has_target = {
        outcome
        for outcome, level in aim.target.requirements.items()
        if any(0 < ranks[e.level] <= ranks[level] for e in aim.framework.outcomes[outcome].asked)
        or aim.framework.rule.id != "staged"
    }
    assert condition == "no" or asked == has_target
    assert all(each.meets == each.of for each in card.themes)
    assert all(each.rank == aim.framework.ranks[each.highest] for each in card.outcomes
               if not each.not_applicable)  # fmt: skip


@every_aim
def test_every_target_asks_for_more_than_the_lowest(aim: Aim) -> None:
    """So it can be told apart from no target."""
    assert all(aim.framework.ranks[each] > 0 for each in aim.target.requirements.values())


# One statement


@cache
def alone(ref: FrameworkRef, outcome: OutcomeId, version: str = "1") -> Framework:
    """Give a set with one outcome only, and what says which of its statements apply."""
    framework = next(each.framework for each in aims() if each.framework.ref == ref)
    framework = by_rule(framework, framework.rule.model_copy(update={"version": version}))
    data = framework.model_dump(by_alias=True)
    located = {each.outcome.id: each.groups[-1] for each in framework.located}
    kept = [outcome, *(o for o in framework.outcomes if framework.outcomes[o]
                       not in framework.assessed)]  # fmt: skip
    groups = [
        located[each].model_copy(update={"groups": (), "outcomes": (framework.outcomes[each],)})
        for each in kept
    ]
    return Framework.model_validate(data | {"groups": [e.model_dump() for e in groups]})


def stand(framework: Framework, target: Target, answers: Mapping[str, Written]) -> OutcomeScore:
    return next(
        each
        for each in determine(
            framework,
            PLACES,
            make_state(
                {
                    f"{each.id}/{key}": said
                    for each in PLACES.all_scopes
                    for key, said in answers.items()
                },
                framework=framework.ref,
            ),
            target,
        )
    )


class Question(NamedTuple):
    """A statement, and answers to all else of its outcome; short when it is printed."""

    aim: int
    statement: IndicatorId
    answers: Answers


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a statement of a set, and any answers to all else of its outcome."""
    aim = draw(st.integers(0, len(aims()) - 1))
    framework = aims()[aim].framework
    outcome = draw(st.sampled_from([each.id for each in framework.assessed]))
    reduced = alone(framework.ref, outcome)
    statement = draw(st.sampled_from([each.id for each in reduced.assessed[0].indicators]))
    kind = draw(st.sampled_from(["worst", "best", "any"]))
    answers: Answers = {}
    for _, each in reduced.indicators.values():
        found = options(reduced, each)
        ends = {"worst": found[:1], "best": found[-1:], "any": found}[kind]
        chosen = draw(st.sampled_from([written(one) for one in ends] + ["-"]))
        if each.id != statement:
            answers[each.id] = chosen
    return Question(aim, statement, answers)


@given(questions(), st.sampled_from([0, -1]))
def test_saying_no_never_scores_higher_than_saying_nothing(
    question: Question, version: int
) -> None:
    """By the oldest version of the rule, and by the newest.

    A target counts as met once it is certain, and there is a determination; so an answer of no may
    settle what was open, but meets no target that the open answer could still have missed.
    """
    aim = aims()[question.aim]
    versions = RULES[aim.framework.rule.id]
    outcome, statement = aim.framework.indicators[question.statement]
    framework = alone(aim.framework.ref, outcome.id, versions[version].version)
    no = written(options(framework, statement)[0])
    nothing = stand(framework, aim.target, question.answers)
    contrary = stand(framework, aim.target, question.answers | {statement.id: no})
    assert contrary.not_applicable == nothing.not_applicable
    ranks = framework.ranks
    best, worst = (
        [ranks[level] for level in pair if level]
        for pair in ((contrary.best, nothing.best), (contrary.worst, nothing.worst))
    )
    assert best == sorted(best)
    assert len(set(worst)) <= 1
    assert contrary.target == nothing.target
    if contrary.meets_target and contrary.target:
        assert worst[1] >= ranks[contrary.target]
