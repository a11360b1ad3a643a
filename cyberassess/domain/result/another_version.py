"""What another version of a set in the middle of a year lets stand: worked out once, and recorded.

What is alike is decided as between two years (``across``, ``like_for_like``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from cyberassess.domain.assessment import Pinned
from cyberassess.domain.record import registers
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.result.like_for_like import comparable
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import Framework, IndicatorId, OutcomeId


def set_version(way: Across, pinned: Pinned, reason: str) -> registers.SetVersion:
    """Give the entry of the ledger: what stands for what."""
    return registers.SetVersion(
        revision=str(pinned.revision),
        sha256=pinned.sha256,
        reason=reason or None,
        **what_stands(way),
    )


def what_stands(way: Across) -> dict[str, Json]:
    """Give what stands for what, as the entry has it."""
    carrying = [each for each in way.successors if each.carries]
    sources = Counter(each.before for each in carrying)
    targets = Counter(each.after for each in carrying)
    alike = {
        each.before: each.after
        for each in carrying
        if sources[each.before] == targets[each.after] == 1
    }
    again: dict[str, list[str]] = {}
    for each in way.successors:
        if alike.get(each.before) != each.after:
            again.setdefault(each.before, []).append(str(each.after))
    whole = dict(_whole(way))
    return {
        "statements": {str(one): [str(other)] for one, other in alike.items()},
        "answers": dict(_unfit(way, alike)) or None,
        "again": again,
        "outcomes": {str(one): [*map(str, names)] for one, names in way.outcomes.items() if names},
        "explained": _explained(way, alike),
        "whole": {str(one): [str(other)] for one, other in whole.items()},
        "topics": dict(_topics(way, whole)),
    }


def _unfit(
    way: Across, alike: Mapping[IndicatorId, IndicatorId]
) -> Iterator[tuple[str, list[str]]]:
    """Give the answers to statements alike that are none, or say something else, in the other."""
    for one, other in alike.items():
        then = way.before.answers_for(way.before.indicators[one][1])
        now = way.after.answers_for(way.after.indicators[other][1])
        codes = [
            each.code
            for each in then.answers
            if now.by_code(each.code) is None or then.says_less_than(now, each.code)
        ]
        if codes:
            yield str(one), codes


def _explained(way: Across, alike: Mapping[IndicatorId, IndicatorId]) -> dict[str, list[str]]:
    """Give for each outcome the one that has most of its statements; none gets two."""
    counts = Counter(
        (str(way.before.indicators[one][0].id), str(way.after.indicators[other][0].id))
        for one, other in alike.items()
    )
    found: dict[str, list[str]] = {}
    for (one, other), _ in counts.most_common():
        if one not in found and [other] not in found.values():
            found[one] = [other]
    return found


def _whole(way: Across) -> Iterator[tuple[OutcomeId, OutcomeId]]:
    for outcome in way.after.assessed:
        source, _ = comparable(way, outcome)
        if source is not None:
            yield source, outcome.id


def _topics(way: Across, whole: Mapping[OutcomeId, OutcomeId]) -> Iterator[tuple[str, list[str]]]:
    """Give the groups of outcomes that are alike as a whole."""

    def grouped(framework: Framework) -> dict[str, set[OutcomeId]]:
        found: dict[str, set[OutcomeId]] = {}
        for each in framework.located:
            found.setdefault(str(each.groups[-1].id), set()).add(each.outcome.id)
        return found

    now = grouped(way.after)
    for name, outcomes in grouped(way.before).items():
        images = {whole[each] for each in outcomes if each in whole}
        same = [other for other, found in now.items() if found == images]
        if same and len(images) == len(outcomes):
            yield name, same
