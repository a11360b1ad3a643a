"""What stands in the way of a target: statements as they were answered, and how many more."""

from collections import Counter
from collections.abc import Sequence

from cyberassess.domain.result.counting import Why, label_of, why, word_of
from cyberassess.domain.result.findings import Finding
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import IndicatorId
from cyberassess.paper.basis import Basis, joined, uncapitalised
from cyberassess.paper.blocks import Part, Text, paragraph
from cyberassess.paper.sections.summary import statement_text


def in_the_way(found: Sequence[Finding], most: int = 1) -> tuple[Text, ...]:
    """Say what stands in the way of an outcome's target, in all places where it falls short.

    Args:
        found: in the order in which places come.
        most: how many statements are said, answered ones first; the rest is counted.
    """
    shown, more = first_in_the_way(found, most)
    return (*map(Text, shown), *paragraph(more, "small"))


def first_in_the_way(
    found: Sequence[Finding], most: int = 1
) -> tuple[list[tuple[str | Part, ...]], str]:
    """Give a line for each of the first statements in the way, and say what else there is."""
    every = [(each.score, key) for each in found for key in each.gap.statements]
    every.sort(key=lambda each: _why(*each) is Why.NOT_ANSWERED)
    shown: list[tuple[str | Part, ...]] = [
        (Part(f"{_tag(*each)}:", "tag"), f" {statement_text(*each)}")
        for each in every[:most]
        if _why(*each) is not Why.NOT_ANSWERED
    ]
    return shown, _said_rest(every, len(shown)) if every else _no_step(found[0].score)


def said_of_one(
    basis: Basis, found: Sequence[Finding], one: Finding
) -> tuple[list[tuple[str | Part, ...]], str]:
    """Say what stands in the way in one of several places, and that it is of that place."""
    shown, more = first_in_the_way([one])
    if len(found) > 1 and shown:
        where = basis.place(one.score.key.scope)
        if not _is_alike(found, one):
            more = f"So in {where}. {more}".rstrip()
        elif more:
            more = f"{more.removesuffix('.')} in {where}."
    return shown, more


def _is_alike(found: Sequence[Finding], shown: Finding) -> bool:
    """Say whether the first statement that is said of one place stands so in all of them."""
    keys = [e for e in shown.gap.statements if _why(shown.score, e) is not Why.NOT_ANSWERED]
    first = keys[0]
    word = _tag(shown.score, first)
    return all(first in each.gap.statements and _tag(each.score, first) == word for each in found)


def _why(score: OutcomeScore, statement: IndicatorId) -> Why:
    return why(score.by_statement[statement])


def _no_step(score: OutcomeScore) -> str:
    """Say why an outcome is below its target where no statement stands in the way."""
    if score.unaccepted or score.suggested is not None:
        return "More than half of the statements were said not to apply; see there."
    return (
        "Nothing stands in the way of the target itself; the result is open because of what is "
        "not answered above it."
    )


def _tag(score: OutcomeScore, statement: IndicatorId) -> str:
    """Say in few words what stands for a statement in the way: of a reason that is missing, too.

    So that an answer that does not count is not read as one that does.
    """
    standing = score.by_statement[statement]
    if why(standing) is Why.LACKS_REASON:
        return f"{label_of(score, statement, standing.answer)}, but without a reason"
    return word_of(score, statement)


def _kind_of(score: OutcomeScore, statement: IndicatorId) -> str:
    """Say the same after a number: answers as they were given, all else as what it is."""
    standing = score.by_statement[statement]
    match why(standing):
        case Why.IN_CONFLICT:
            return "where people differ"
        case Why.NOT_ANSWERED:
            return "not answered"
        case Why.LACKS_REASON:
            label = label_of(score, statement, standing.answer)
            return f"“{uncapitalised(label)}” without a reason"
        case _:
            return f"“{uncapitalised(word_of(score, statement))}”"


def _said_rest(statements: Sequence[tuple[OutcomeScore, IndicatorId]], shown: int) -> str:
    """Count the statements in the way that are not shown, each kind of answer for itself.

    Args:
        statements: all of them, each with its result; those shown stand first.
        shown: how many are.
    """
    kinds = Counter(_kind_of(*each) for each in statements[shown:])
    if not kinds:
        return ""
    said = joined([f"{number} {kind}" for kind, number in kinds.items()])
    return f"{'Also ' if shown else ''}{said}."
