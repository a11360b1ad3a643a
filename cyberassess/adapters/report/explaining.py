"""The sentences that say why an outcome stands where it does."""

from cyberassess.domain.framework import CountsAs, IndicatorId, Level, LevelId
from cyberassess.domain.scoring import OutcomeScore
from cyberassess.errors import counted


def explain(score: OutcomeScore) -> str:
    """Say in a few sentences what decided an outcome and what keeps it from its target."""
    if score.not_applicable:
        return (
            "Every statement was said not to apply here, so this outcome is not applicable "
            "and is left out of every count. The reasons stand beside the statements."
        )
    sentences = [*_decided(score), *_accept(score), *_differ(score), *_target(score)]
    return " ".join(sentences)


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
    total = len(score.standings)
    happening = _happening(score)
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
            f"{_is(unanswered, 'statement', 'is').capitalize()} not answered out of {total}, "
            f"so the result is still open{between}."
        ]
    sentences = _from_warnings(score, happening) if happening else _from_columns(score)
    if unanswered:
        sentences.append(
            f"{_is(unanswered, 'statement', 'is').capitalize()} not answered; "
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
    return [
        f"People differ on {counted(conflicts, 'statement')}; until that is settled the "
        "lower answer counts."
    ]


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
    if len(gap.statements) == len(score.standings):
        return [f"The target is {title}."]
    happening = len(_happening(score))
    if happening and len(gap.warnings) == happening and not gap.missing and not score.unaccepted:
        what = "that warning sign" if happening == 1 else "those warning signs"
        return [f"Without {what} the outcome would meet the target, {title}."]
    stand = "stands" if len(gap.statements) == 1 else "stand"
    return [f"{counted(len(gap.statements), 'statement')} {stand} between it and {title}."]
