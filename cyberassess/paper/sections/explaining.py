"""The sentences that say why an outcome stands where it does."""

from collections.abc import Sequence
from typing import assert_never

from cyberassess.domain.result.counting import word_of
from cyberassess.domain.result.findings import nothing_to_assess
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    IndicatorId,
    IndicatorKind,
    Level,
    LevelId,
    RuleId,
)
from cyberassess.errors import counted
from cyberassess.paper.basis import joined

_SHORT = (CountsAs.NOT_MET, CountsAs.PARTLY)


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
    caf = score.asked.framework.rule.id is RuleId.CAF_TABLE
    sentences = [
        *_decided(score),
        *(_accept(score) if caf else ()),
        *_ended(score),
        *_by_conditions(score),
        *_differ(score),
        *_target(score),
    ]
    return " ".join(sentences)


def noun(framework: Framework) -> str:
    """Give what one statement is called: the publisher's word, for a table *statement*."""
    if framework.rule.id is RuleId.CAF_TABLE:
        return "statement"
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
    happening = _happening(score)
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
    match score.asked.framework.rule.id:
        case RuleId.CAF_TABLE:
            sentences = _from_warnings(score, happening) if happening else _from_columns(score)
        case RuleId.STAGED:
            sentences = _from_stages(score)
        case RuleId.ALL_MET:
            sentences = _from_all(score)
        case RuleId.IN_PLACE:
            sentences = _from_points(score)
        case other:
            assert_never(other)
    if unanswered:
        sentences.append(
            f"{_is(unanswered, one, 'is').capitalize()} not answered; "
            "no answer there can change the result."
        )
    return sentences


def _from_warnings(score: OutcomeScore, happening: list[str]) -> list[str]:
    title = _title(score, score.asked.framework.scale[0].id)
    if len(happening) == 1:
        return [f"One warning sign decides this outcome: “{happening[0]}”"]
    return [f"{len(happening)} warning signs happen here; any one of them makes it {title}."]


def _from_columns(score: OutcomeScore) -> list[str]:
    framework = score.asked.framework
    reached = score.suggested or framework.scale[0].id
    rank = framework.ranks[reached]
    above = _next_column(score, rank)
    if framework.level(reached).is_warning:
        sentences = ["No warning sign happens here."]
    else:
        held = len(_column(score, reached)) - len(_left_out(score, reached))
        what = f"statement for {_title(score, reached)} holds"
        if held != 1:
            what = f"{held} statements for {_title(score, reached)} hold"
            sentences = [f"No warning sign happens here and all {what}."]
        else:
            sentences = [f"No warning sign happens here and the one {what}."]
    if above is not None:
        column = _column(score, above.id)
        short = [each for each in column if score.by_statement[each].counts_as is CountsAs.NOT_MET]
        if short:
            verb = "does" if len(short) == 1 else "do"
            sentences.append(
                f"{len(short)} of {len(column)} statements for {above.title.lower()} "
                f"{verb} not hold."
            )
    return sentences


def _applying(score: OutcomeScore, level: LevelId | None = None) -> list[IndicatorId]:
    """Give the statements that count: neither left out nor permissions."""
    return [
        each.id
        for each in score.asked.outcome.indicators
        if each.kind is not IndicatorKind.PERMISSION
        and score.by_statement[each.id].counts_as is not CountsAs.LEFT_OUT
        and level in (None, each.level)
    ]


def _all(number: int, one: str) -> str:
    """Give ``all its 3 controls are``, or ``its one control is``."""
    if number == 2:  # noqa: PLR2004 - nobody says *all its 2*
        return f"both its {one}s are"
    return f"its one {one} is" if number == 1 else f"all its {counted(number, one)} are"


def _said(score: OutcomeScore, statements: Sequence[IndicatorId]) -> str:
    """Say how often each answer was given: ``1 met with exceptions, 2 working towards``."""
    labels: dict[str, int] = {}
    for each in statements:
        standing = score.by_statement[each]
        word = "where people differ" if standing.in_conflict else word_of(score, each).lower()
        labels[word] = labels.get(word, 0) + 1
    return joined([f"{number} {label}" for label, number in labels.items()])


def _short(score: OutcomeScore, statements: Sequence[IndicatorId]) -> list[IndicatorId]:
    return [each for each in statements if score.by_statement[each].counts_as in _SHORT]


def _lacking(short: int, size: int, one: str, stage: str) -> str:
    """Give ``2 of 5 controls for target are not met``."""
    if size == 1:
        return f"The one {one} for {stage} is not met"
    if short == size:
        return f"None of the {counted(size, one)} for {stage} is met"
    return f"{short} of {counted(size, one)} for {stage} {'is' if short == 1 else 'are'} not met"


def _from_stages(score: OutcomeScore) -> list[str]:
    framework = score.asked.framework
    one = noun(framework)
    reached = framework.ranks[score.suggested] if score.suggested else 0
    below = framework.scale[1 : reached + 1]
    empty = nothing_to_assess(score)
    above = [each for each in framework.scale[reached + 1 :] if each.id not in empty]
    upto = framework.ranks[above[0].id] if above else len(framework.scale)
    passed = [level.title.lower() for level in framework.scale[1:upto] if level.id in empty]
    sentences: list[str] = []
    if passed:
        stages = "that stage is" if len(passed) == 1 else "those stages are"
        over = " over" if framework.rule.passes_over else ""
        sentences.append(f"Nothing to assess for {joined(passed)}, so {stages} passed{over}.")
    for level in below:
        applying = len(_applying(score, level.id))
        if applying:
            sentences.append(f"{level.title} is reached: {_all(applying, one)} met.")
    if above:
        column = _applying(score, above[0].id)
        short = _short(score, column)
        sentences.append(
            f"{_lacking(len(short), len(column), one, above[0].title.lower())}: "
            f"{_said(score, short)}."
        )
        full = [
            level.title.lower()
            for level in above[1:]
            if (ids := _applying(score, level.id))
            and not _short(score, ids)
            and all(score.by_statement[k].counts_as is CountsAs.MET for k in ids)
        ]
        if full:
            sentences.append(
                f"All is met for {joined(full)}, but a stage counts only on top of those below it."
            )
    return sentences


def _from_all(score: OutcomeScore) -> list[str]:
    one = noun(score.asked.framework)
    title = score.asked.framework.level(score.suggested).title if score.suggested else ""
    applying = _applying(score)
    short = _short(score, applying)
    if not short:
        if len(applying) == 1:
            return [f"{title}: the one {one} that applies is met."]
        return [f"{title}: all {counted(len(applying), one)} that apply are met."]
    verb = "is" if len(short) == 1 else "are"
    sentences = [
        f"{title}: {len(short)} of {counted(len(applying), one)} {verb} not met ({joined(short)})."
    ]
    whole = [
        each.id for each in score.asked.outcome.indicators if each.fails_whole and each.id in short
    ]
    if whole:
        verb = "fails" if len(whole) == 1 else "fail"
        sentences.append(f"{joined(whole)} {verb} the whole assessment, whatever the rest.")
    return sentences


def _from_points(score: OutcomeScore) -> list[str]:
    framework = score.asked.framework
    one = noun(framework)
    applying = _applying(score)
    size = len(applying)
    counts = [score.by_statement[each].counts_as for each in applying]
    full, partly = counts.count(CountsAs.MET), counts.count(CountsAs.PARTLY)
    if full == size > 1:
        return [f"{_all(size, one).capitalize()} in place."]
    if size == 1:
        what = "It" if framework.indicator_kind == framework.outcome_kind else f"Its one {one}"
        return [f"{what} is {('partly ' if partly else '' if full else 'not ') + 'in place'}."]
    if not full and not partly:
        return [f"None of its {counted(size, one)} is in place, not even partly."]
    part = f", {'one' if partly == 1 else partly} partly" if partly else ""
    return [f"{full or 'None'} of {counted(size, one)} in place{part}."]


def _left_out(score: OutcomeScore, level: LevelId) -> list[IndicatorId]:
    return [
        each
        for each in _column(score, level)
        if score.by_statement[each].counts_as is CountsAs.LEFT_OUT
    ]


def _next_column(score: OutcomeScore, rank: int) -> Level | None:
    for level in score.asked.framework.scale[rank + 1 :]:
        if _column(score, level.id):
            return level
    return None


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
    if score.asked.framework.rule.id in (RuleId.ALL_MET, RuleId.IN_PLACE) and score.suggested:
        return []  # NOTE: what is missing has just been said
    return [f"{counted(len(gap.statements), one)} {stand} between it and {title}."]
