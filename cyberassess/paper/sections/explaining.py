"""The sentences that say why an outcome stands where it does."""

from cyberassess.domain.result.counting import word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.rules.kind import Case, Point
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    IndicatorId,
    IndicatorKind,
    LevelId,
)
from cyberassess.errors import counted
from cyberassess.paper.basis import joined, uncapitalised


def explain(score: OutcomeScore) -> str:
    """Say in a few sentences what decided an outcome and what keeps it from its target."""
    if score.not_applicable:
        out = [*_ended(score), *_by_conditions(score)]
        if out:
            return (
                f"{' '.join(out)} Nothing else is asked here, so this outcome is not "
                "applicable and is left out of every count."
            )
        return (
            "Every statement was said not to apply here, so this outcome is not applicable "
            "and is left out of every count. The reasons stand beside the statements."
        )
    sentences = [
        *_decided(score),
        *(_accept(score) if score.asked.framework.rule.kind.has_columns else ()),
        *_ended(score),
        *_by_conditions(score),
        *_differ(score),
        *_target(score),
    ]
    return " ".join(sentences)


def noun(framework: Framework) -> str:
    """Give what one statement is called: the publisher's word, where the rule has none."""
    if framework.rule.kind.noun:
        return framework.rule.kind.noun
    same = framework.indicator_kind == framework.outcome_kind
    return "point" if same else framework.indicator_kind


def _left_by(score: OutcomeScore) -> dict[IndicatorId, list[IndicatorId]]:
    """Give the statements conditions leave out, keyed by the condition."""
    found: dict[IndicatorId, list[IndicatorId]] = {}
    for key, standing in score.by_statement.items():
        if standing.ruled_out_by is not None:
            found.setdefault(standing.ruled_out_by, []).append(key)
    return found


def _by_conditions(score: OutcomeScore) -> list[str]:
    out = _left_by(score)
    number = sum(len(each) for each in out.values())
    if not number:
        return []
    what = f"{counted(number, noun(score.asked.framework))} {'is' if number == 1 else 'are'}"
    verb = "was" if len(out) == 1 else "were"
    return [
        f"{what} left out because {joined(list(out))} {verb} answered no, under "
        "“What applies here”."
    ]


def _ended(score: OutcomeScore) -> list[str]:
    """Say what is left out because what it asks for ended."""
    return [
        f"{key} is left out: {standing.ended}"
        for key, standing in score.by_statement.items()
        if standing.ended
    ]


def _title(score: OutcomeScore, level: LevelId) -> str:
    return score.asked.framework.level(level).title.lower()


def _column(score: OutcomeScore, level: LevelId) -> list[IndicatorId]:
    return [each.id for each in score.asked.outcome.at_level(level)]


def _happening(score: OutcomeScore) -> list[str]:
    framework = score.asked.framework
    return [
        indicator.text
        for indicator, standing in zip(
            score.asked.outcome.indicators, score.standings, strict=True
        )
        if framework.level(indicator.level).is_warning and standing.counts_as is CountsAs.MET
    ]


def _is(number: int, noun: str, verb: str) -> str:
    """Give ``1 statement is`` or ``2 statements are``."""
    plural = {"is": "are", "does": "do", "happens": "happen"}[verb]
    return f"{counted(number, noun)} {verb if number == 1 else plural}"


def _decided(score: OutcomeScore) -> list[str]:
    unanswered = len(score.counting(CountsAs.UNANSWERED))
    total = sum(not each.ended for each in score.standings)
    one = noun(score.asked.framework)
    if unanswered == total:
        return ["Nothing has been answered yet, so nothing can be said."]
    if score.suggested is None:
        worst, best = score.worst, score.best
        between = (
            f": at worst {_title(score, worst)}, at best {_title(score, best)}"
            if worst and best
            else ""
        )
        return [
            f"{_is(unanswered, one, 'is').capitalize()} not answered out of {total}, "
            f"so the result is still open{between}."
        ]
    sentences = score.asked.framework.rule.kind.why(_case(score))
    if unanswered:
        sentences.append(
            f"{_is(unanswered, one, 'is').capitalize()} not answered; "
            "no answer there can change the result."
        )
    return sentences


def _case(score: OutcomeScore) -> Case:
    """Give a determined outcome as its rule explains it."""
    framework = score.asked.framework
    points = [
        Point(
            each.id,
            framework.ranks[each.level],
            each.text,
            standing.counts_as,
            "where people differ"
            if standing.in_conflict
            else uncapitalised(word_of(score, each.id)),
            is_permission=each.kind is IndicatorKind.PERMISSION,
            fails_whole=each.fails_whole,
        )
        for each, standing in zip(score.asked.outcome.indicators, score.standings, strict=True)
    ]
    return Case(
        framework.scale,
        points,
        framework.ranks[score.suggested] if score.suggested else 0,
        noun(framework),
        is_itself=framework.indicator_kind == framework.outcome_kind,
    )


def _left_out(score: OutcomeScore, level: LevelId) -> list[IndicatorId]:
    return [
        each
        for each in _column(score, level)
        if score.by_statement[each].counts_as is CountsAs.LEFT_OUT
    ]


def _accept(score: OutcomeScore) -> list[str]:
    empty = [
        f"Every statement for {level.title.lower()} was said not to apply; a level with nothing "
        "left cannot be reached."
        for level in score.asked.framework.scale
        if not level.is_warning
        and _column(score, level.id)
        and _column(score, level.id) == _left_out(score, level.id)
    ]
    return [*empty, *_unaccepted(score)]


def _unaccepted(score: OutcomeScore) -> list[str]:
    return [
        f"More than half of the statements for {_title(score, level)} were left out as not "
        "applying; they count as holding only once a named person has accepted that."
        for level in score.unaccepted
    ]


def _differ(score: OutcomeScore) -> list[str]:
    conflicts = len(score.conflicts)
    if not conflicts:
        return []
    what = counted(conflicts, noun(score.asked.framework))
    return [f"People differ on {what}; until that is settled the less favourable answer counts."]


def _target(score: OutcomeScore) -> list[str]:
    if score.target is None:
        return []
    title = _title(score, score.target)
    if score.meets_target:
        beyond = score.rank is not None and score.rank > score.asked.framework.ranks[score.target]
        return [f"It is above the target, {title}." if beyond else "It meets the target."]
    gap = score.gap_to(score.target)
    if not gap.statements:
        return [f"The target, {title}, is not met."]
    if len(gap.statements) == sum(not each.ended for each in score.standings):
        return [f"The target is {title}."]
    happening = len(_happening(score))
    if happening and len(gap.warnings) == happening and not gap.missing and not score.unaccepted:
        what = "that warning sign" if happening == 1 else "those warning signs"
        return [f"Without {what} the outcome would meet the target, {title}."]
    stand = "stands" if len(gap.statements) == 1 else "stand"
    one = noun(score.asked.framework)
    if score.asked.framework.rule.kind.says_gap and score.suggested:
        return []  # NOTE: what is missing has just been said
    return [f"{counted(len(gap.statements), one)} {stand} between it and {title}."]
