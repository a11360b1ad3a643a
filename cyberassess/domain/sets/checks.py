"""What can be wrong in a control set, a target or a theme set, found all at once.

Places are ids; whoever read the file gives them lines.
"""

from collections.abc import Iterable, Iterator, Mapping

from cyberassess.domain.rules.known import RULES
from cyberassess.domain.sets.framework import (
    Framework,
    Indicator,
    IndicatorKind,
    LevelId,
    Needs,
    Outcome,
    OutcomeId,
    Profile,
)
from cyberassess.domain.sets.roles import OWNER_ROLES
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import Problem, closest, counted


def check_framework(framework: Framework) -> list[Problem]:
    """Give everything in a framework that breaks an invariant; places are ids."""
    problems: list[Problem] = []

    def say(code: str, where: str, message: str, hint: str = "") -> None:
        problems.append(Problem(code, where, message, hint))

    sets = [each.id for each in framework.answer_sets]
    for level in framework.levels:
        if level.answers and level.answers not in sets:
            say(
                "unknown-answer-set",
                f"level {level.id}",
                f'"{level.answers}" is not one of the answer sets.',
                closest(level.answers, sets),
            )
    rule, known = framework.rule, [each.version for each in RULES[framework.rule.id]]
    if rule.version not in known:
        say(
            "unknown-rule-version",
            framework.ref,
            f'"{rule.version}" is not a version of the rule {rule.id} known here.',
            f"Use one of: {', '.join(known)}. A newer cyberassess may know it.",
        )
    problems += _check_corrections(framework)
    kinds = [kind.id for kind in framework.scope_kinds]
    levels = {level.id: level for level in framework.levels}
    for each in framework.located:
        outcome = each.outcome
        if outcome.scope_kind not in kinds:
            say(
                "unknown-scope-kind",
                outcome.id,
                f'"{outcome.scope_kind}" is not one of the scope kinds.',
                f"Use one of: {', '.join(kinds)}.",
            )
        for role in {outcome.owner_role, *outcome.other_roles}.difference(OWNER_ROLES):
            say(
                "unknown-role",
                outcome.id,
                f'"{role}" is not a role that can own an outcome.',
                f"Use one of: {', '.join(OWNER_ROLES)}.",
            )
        for indicator in outcome.indicators:
            if indicator.level not in levels or not levels[indicator.level].answers:
                say(
                    "unknown-level",
                    indicator.id,
                    f'"{indicator.level}" is not a level that statements can have.',
                    f"Use one of: {', '.join(e.id for e in framework.levels if e.answers)}.",
                )
            if indicator.answers and indicator.answers not in sets:
                say(
                    "unknown-answer-set",
                    indicator.id,
                    f'"{indicator.answers}" is not one of the answer sets.',
                    closest(indicator.answers, sets),
                )
        problems += _check_better(framework, outcome)
    problems += _check_conditions(framework)
    problems += _check_names(framework)
    problems += _check_ids(framework)
    problems += _check_counts(framework)
    return problems


def _check_corrections(framework: Framework) -> Iterator[Problem]:
    for each in framework.corrections:
        place = f"correction {each.revision}"
        if each.revision > framework.revision:
            message = f"It corrects revision {framework.revision} by a later one."
            yield Problem("later-correction", place, message, "Raise the set's revision.")
        for statement in each.asked_again:
            if statement not in framework.indicators:
                near = closest(statement, list(framework.indicators))
                message = f'"{statement}" is no statement here.'
                yield Problem("unknown-correction", place, message, near)


def _check_better(framework: Framework, outcome: Outcome) -> Iterator[Problem]:
    """Give statements that name as better what cannot be, or name it without use."""
    levels = {each.id: each for each in outcome.indicators}
    ranks, sets = framework.ranks, {each.id: each for each in framework.answer_sets}
    for indicator in outcome.indicators:
        rank = ranks.get(indicator.level, -1)
        higher = [i for i, each in levels.items() if ranks.get(each.level, -1) > rank >= 0]
        for each in indicator.better_than:
            if each not in higher:
                yield Problem(
                    "not-better",
                    indicator.id,
                    f'"{each}" is no statement of {outcome.id} at a higher level.',
                    f"Name under better_than: {', '.join(higher) or 'nothing'}.",
                )
        answers = sets.get(_set_of(framework, indicator))
        if indicator.better_than and answers and answers.better is None:
            yield Problem(
                "needless-better",
                indicator.id,
                "It names statements under better_than, and none of its answers needs them.",
                "Give it an answer set with an answer that needs "
                f'"{Needs.REASON_OR_BETTER.value}", or leave better_than out.',
            )


def _check_ids(framework: Framework) -> Iterator[Problem]:
    seen: dict[str, Indicator] = {}
    outcomes: set[str] = set()
    for each in framework.located:
        if each.outcome.id in outcomes:
            yield Problem("repeated-id", each.outcome.id, "Two outcomes have this id.")
        outcomes.add(each.outcome.id)
        for indicator in each.outcome.indicators:
            if indicator.id in seen:
                yield Problem("repeated-id", indicator.id, "Two statements have this id.")
            if indicator.same_as is not None:
                twin = seen.get(indicator.same_as)
                if twin is None:
                    yield Problem(
                        "unknown-same-as",
                        indicator.id,
                        f'"{indicator.same_as}" is no statement that stands before this one.',
                        closest(indicator.same_as, list(seen)),
                    )
                elif twin.same_as is not None:
                    yield Problem(
                        "chained-same-as",
                        indicator.id,
                        f'"{indicator.same_as}" is itself a repetition.',
                        f"Name the first of them: {twin.same_as}.",
                    )
                elif _answered_otherwise(framework, twin, indicator):
                    yield Problem(
                        "other-answers-same-as",
                        indicator.id,
                        f"It has other answers than {indicator.same_as}, which it repeats.",
                    )
                elif twin.text != indicator.text:
                    yield Problem(
                        "different-same-as",
                        indicator.id,
                        f"The text differs from {indicator.same_as}, which it repeats.",
                    )
            seen.setdefault(indicator.id, indicator)
    standards = [each.id for each in framework.standards]
    yield from (
        Problem(
            "unknown-standard",
            each.id,
            f'"{name}" is not one of the standards.',
            closest(name, standards) or f"Use one of: {', '.join(standards) or 'none'}.",
        )
        for each in seen.values()
        for name in each.refs
        if name not in standards
    )
    for action in framework.key_actions:
        if action.standard and action.standard not in standards:
            yield Problem(
                "unknown-standard",
                f"key action {action.id}",
                f'"{action.standard}" is not one of the standards.',
                closest(action.standard, standards),
            )
    conditions = {i for i, each in seen.items() if _is_condition(framework, each)}
    yield from (
        Problem(
            "unknown-condition",
            each.id,
            f'"{name}" is not a condition.',
            closest(name, sorted(conditions))
            or f"Use one of: {', '.join(sorted(conditions)) or 'none are declared'}.",
        )
        for each in seen.values()
        for name in (each.applies_when, *each.alternatives)
        if name is not None and name not in conditions
    )


def _check_conditions(framework: Framework) -> Iterator[Problem]:
    """Give outcomes that could never be answered as they are meant."""
    homes = {i.id: each.outcome for each in framework.located for i in each.outcome.indicators}
    for each in framework.located:
        outcome = each.outcome
        conditions = [i for i in outcome.indicators if _is_condition(framework, i)]
        if 0 < len(conditions) < len(outcome.indicators):
            yield Problem(
                "mixed-conditions",
                outcome.id,
                "It holds conditions and statements that are scored.",
                f"Put {', '.join(i.id for i in conditions)} into an outcome of their own.",
            )
        scored = [i for i in outcome.indicators if i not in conditions]
        if scored and all(i.kind is IndicatorKind.PERMISSION for i in scored):
            yield Problem(
                "only-permissions",
                outcome.id,
                "It holds nothing but permissions, which are never scored.",
                "Add what is required, or move the permissions to another outcome.",
            )
        for indicator in outcome.indicators:
            home = homes.get(indicator.applies_when) if indicator.applies_when else None
            if home is not None and home.scope_kind != outcome.scope_kind:
                yield Problem(
                    "other-scope-condition",
                    indicator.id,
                    f"{indicator.applies_when} is asked for each {home.scope_kind}, this "
                    f"statement for each {outcome.scope_kind}.",
                    "A condition must be asked about the same kind of scope.",
                )


def check_use(framework: Framework) -> list[Problem]:
    """Give every condition on which nothing depends: whatever is answered, nothing follows.

    Apart from ``check_framework``: a set that was pinned before is still read.
    """
    used = {
        indicator.applies_when
        for each in framework.located
        for indicator in each.outcome.indicators
    }
    return [
        Problem(
            "unused-condition",
            each,
            "Nothing depends on this condition, so whatever is answered changes nothing.",
            "Name it under applies_when of a statement, or make it one that is scored.",
        )
        for each in framework.indicators
        if each in framework.conditions and each not in used
    ]


def _is_condition(framework: Framework, indicator: Indicator) -> bool:
    return any(each.id == indicator.level and each.is_condition for each in framework.levels)


def _answered_otherwise(framework: Framework, one: Indicator, other: Indicator) -> bool:
    first, second = _set_of(framework, one), _set_of(framework, other)
    return bool(first and second) and first != second


def _set_of(framework: Framework, indicator: Indicator) -> str:
    """Give the declared answer set of a statement, or an empty text."""
    declared = {each.id for each in framework.answer_sets}
    of_level = (each.answers for each in framework.levels if each.id == indicator.level)
    named = indicator.answers or next(of_level, "")
    return named if named in declared else ""


def _check_names(framework: Framework) -> list[Problem]:
    """Give every id of a group, level, answer set or answer that stands twice."""
    named: list[tuple[str, list[str]]] = [
        ("groups", [each.id for each in framework.every_group]),
        ("levels", [str(each.id) for each in framework.levels]),
        ("answer sets", [each.id for each in framework.answer_sets]),
        ("scope kinds", [each.id for each in framework.scope_kinds]),
        ("key actions", [each.id for each in framework.key_actions]),
    ]
    named += [
        (f"answers of {each.id}", [answer.code for answer in each.answers])
        for each in framework.answer_sets
    ]
    return [
        Problem("repeated-id", repeated, f"Two {what} have this id.")
        for what, ids in named
        for repeated in sorted({each for each in ids if ids.count(each) > 1})
    ]


def _assessed(framework: Framework) -> int:
    """Count the outcomes, those with one id twice; none that stands apart."""
    conditions = {level.id for level in framework.levels if level.is_condition}
    return sum(
        any(indicator.level not in conditions for indicator in each.outcome.indicators)
        for each in framework.located
        if not any(group.is_apart for group in each.groups)
    )


def _check_counts(framework: Framework) -> Iterator[Problem]:
    by_level: Mapping[str, int] = {str(k): v for k, v in framework.count_levels().items()}
    found: list[tuple[str, int, int]] = [
        ("outcomes", _assessed(framework), framework.counts.outcomes),
        (
            "statements",
            sum(by_level.values()),
            framework.counts.indicators,
        ),
    ]
    groups = framework.count_groups()
    found += [
        (f"groups of kind {kind}", groups.get(kind, 0), stated)
        for kind, stated in framework.counts.groups.items()
    ]
    found += [
        (f"statements of level {level}", by_level.get(str(level), 0), stated)
        for level, stated in framework.counts.by_level.items()
    ]
    for what, here, stated in found:
        if here != stated:
            yield Problem(
                "wrong-count",
                framework.ref,
                f"The file has {counted(here, 'entry')} under {what}; "
                f"the publisher has {stated:,}.",
                "Add what is missing, or correct the count with its source.",
            )


def check_target(framework: Framework, profile: Profile) -> list[Problem]:
    """Give what a profile gets wrong about a framework it sets targets for."""
    target = profile.targets.get(framework.ref)
    if target is None:
        known = ", ".join(profile.targets) or "no framework"
        return [
            Problem(
                "no-target",
                f"profile {profile.id}",
                f"It sets no target for {framework.ref}.",
                f"It covers: {known}.",
            )
        ]
    where = f"profile {profile.id}, {framework.ref}"
    problems = _unknown_outcomes(framework, (*target.requirements, *target.no_target), where)
    for outcome_id, level in target.requirements.items():
        outcome = framework.outcomes.get(outcome_id)
        if framework.ranks.get(level, -1) < 0:
            problems.append(
                Problem(
                    "unknown-level",
                    f"{where}, {outcome_id}",
                    f'"{level}" is not a level of {framework.ref}.',
                    f"Use one of: {', '.join(each.id for each in framework.scale)}.",
                )
            )
        elif outcome and not can_be_asked(framework, outcome, level):
            stages = framework.rule.kind.passes_over
            problems.append(
                Problem(
                    "unreachable-level",
                    f"{where}, {outcome_id}",
                    f"The outcome has no statement for {level}"
                    f"{' or for a stage below it' if stages else ''}.",
                    "List it under no_target, or ask for a higher stage." if stages else "",
                )
            )
    both = [each for each in target.no_target if each in target.requirements]
    if both:
        problems.append(
            Problem(
                "two-targets",
                where,
                f"{', '.join(both)} stands under requirements and under no_target.",
                "Keep one of them.",
            )
        )
    listed = {*target.requirements, *target.no_target}
    missing = [each.id for each in framework.assessed if each.id not in listed]
    if missing:
        problems.append(
            Problem(
                "missing-outcome",
                where,
                f"Nothing is said about {', '.join(missing)}.",
                "Give each a level, or list it under no_target.",
            )
        )
    return problems


def can_be_asked(framework: Framework, outcome: Outcome, level: LevelId) -> bool:
    """Say whether a target of this level can be told apart from none.

    In a table of columns the outcome needs statements for it, in stages for it or one below.
    """
    kind, ranks, wanted = framework.rule.kind, framework.ranks, framework.ranks[level]
    if kind.has_columns:
        return bool(outcome.at_level(level))
    return not kind.passes_over or any(
        0 < ranks[each.level] <= wanted for each in outcome.indicators
    )


def _unknown_outcomes(
    framework: Framework, named: Iterable[OutcomeId], where: str
) -> list[Problem]:
    ids = list(framework.outcomes)
    return [
        Problem(
            "unknown-outcome",
            where,
            f'"{each}" is not an outcome of {framework.ref}.',
            closest(each, ids),
        )
        for each in named
        if each not in framework.outcomes
    ]


def check_themes(framework: Framework, themes: ThemeSet) -> list[Problem]:
    """Give what a theme set gets wrong about a framework it places."""
    where = f"themes {themes.id}, {framework.ref}"
    placements = themes.outcomes.get(framework.ref)
    if placements is None:
        known = ", ".join(themes.outcomes) or "no framework"
        return [
            Problem(
                "no-themes",
                where,
                "No outcome of it is placed in a theme.",
                f"The file covers: {known}.",
            )
        ]
    problems: list[Problem] = []
    theme_ids = [theme.id for theme in themes.themes]
    if themes.headline not in theme_ids:
        problems.append(
            Problem(
                "unknown-theme",
                f"themes {themes.id}, headline",
                f'"{themes.headline}" is not one of the themes.',
                f"Use one of: {', '.join(theme_ids)}.",
            )
        )
    problems += _unknown_outcomes(framework, placements, where)
    for outcome_id, placement in placements.items():
        for theme in (placement.theme, placement.secondary):
            if theme is not None and theme not in theme_ids:
                problems.append(
                    Problem(
                        "unknown-theme",
                        f"{where}, {outcome_id}",
                        f'"{theme}" is not one of the themes.',
                        f"Use one of: {', '.join(theme_ids)}.",
                    )
                )
    missing = [each.id for each in framework.assessed if each.id not in placements]
    if missing:
        problems.append(
            Problem("missing-outcome", where, f"No theme is given for {', '.join(missing)}.")
        )
    return problems
