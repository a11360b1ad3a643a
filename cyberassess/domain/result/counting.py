"""How a statement counts, and why: said in one place, so that every view says the same."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple, Protocol, assert_never

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.record.recorded import Given, Origin
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId
from cyberassess.errors import joined


class Why(Enum):
    """What it follows from how a statement counts."""

    ANSWERED = "answered"
    INHERITED = "inherited"
    """A shared service's answer, which somebody confirmed here."""
    SETTLED = "settled"
    """People differed, and somebody decided."""
    IN_CONFLICT = "in-conflict"
    DOES_NOT_APPLY = "does-not-apply"
    """Somebody said so."""
    RULED_OUT = "ruled-out"
    """A question about the scope says so."""
    ENDED = "ended"
    LACKS_REASON = "lacks-reason"
    DONT_KNOW = "dont-know"
    UNKNOWN = "unknown-answer"
    """What was answered is none of the choices."""
    WITHDRAWN = "withdrawn"
    ASKED_AGAIN = "asked-again"
    """What was answered, was answered to words that asked for something else."""
    LAPSED = "lapsed"
    """A shared service's answer was confirmed here, and is another one since."""
    OFFERED = "offered"
    """A shared service's answer waits to be confirmed here."""
    NOT_ANSWERED = "not-answered"


def why(standing: Standing) -> Why:
    """Say what it follows from how a statement counts."""
    if standing.ended:
        return Why.ENDED
    if standing.ruled_out_by is not None:
        return Why.RULED_OUT
    if standing.resolution is not None:
        return Why.SETTLED
    if standing.in_conflict:
        return Why.IN_CONFLICT
    if standing.lacks_reason:
        return Why.LACKS_REASON
    if standing.given:
        return _of_answer(standing)
    if standing.offered:
        lapsed = any(each.confirmed_before is not None for each in standing.offered)
        return Why.LAPSED if lapsed else Why.OFFERED
    if standing.earlier:
        return Why.ASKED_AGAIN
    return Why.WITHDRAWN if standing.withdrawn else Why.NOT_ANSWERED


def _of_answer(standing: Standing) -> Why:
    if standing.answer is None:
        return Why.UNKNOWN
    if standing.counts_as is CountsAs.UNANSWERED:
        return Why.DONT_KNOW
    if all(each.inherited_from is not None for each in standing.given):
        return Why.INHERITED
    return Why.DOES_NOT_APPLY if standing.counts_as is CountsAs.LEFT_OUT else Why.ANSWERED


_WORDS = {
    Why.IN_CONFLICT: "People differ",
    Why.RULED_OUT: "Left out",
    Why.ENDED: "Left out",
    Why.LACKS_REASON: "No reason given",
    Why.UNKNOWN: "No answer counts",
    Why.WITHDRAWN: "Withdrawn",
    Why.ASKED_AGAIN: "Asked again",
    Why.LAPSED: "To be confirmed again",
    Why.OFFERED: "To be confirmed",
    Why.NOT_ANSWERED: "Not answered",
}
"""What stands in place of an answer, where it does not follow from the answer alone."""

_COUNTS = {
    CountsAs.MET: ("holds", "happens"),
    CountsAs.PARTLY: ("holds in part", "happens in part"),
    CountsAs.NOT_MET: ("does not hold", "does not happen"),
    CountsAs.LEFT_OUT: ("left out", "left out"),
    CountsAs.UNANSWERED: ("unanswered", "unanswered"),
}
"""How an answer counts, of a statement and of a warning sign."""


def counting_words(counts_as: CountsAs, *, is_warning: bool) -> str:
    """Say how an answer counts under the rule."""
    return _COUNTS[counts_as][is_warning]


def label_of(score: OutcomeScore, statement: IndicatorId, code: str | None) -> str:
    """Give the words of an answer's code; the code where it is none of the choices."""
    return _label(score.asked.framework, statement, code)


def _label(framework: Framework, statement: IndicatorId, code: str | None) -> str:
    answers = framework.answers_for(framework.indicators[statement][1])
    answer = answers.by_code(code) if code else None
    return answer.label if answer else code or ""


def word_of(score: OutcomeScore, statement: IndicatorId) -> str:
    """Say in few words what stands for a statement: mostly the answer that counts."""
    return word_for(score.asked.framework, statement, score.by_statement[statement])


def word_for(framework: Framework, statement: IndicatorId, standing: Standing) -> str:
    """Say the same of a statement that is in no score: one that only holds a condition."""
    return _WORDS.get(why(standing)) or _label(framework, statement, standing.answer)


class SaysPerson(Protocol):
    """Gives a person's name: as it was at an event, where one is given."""

    def __call__(self, person: str, at: Origin | None = None, /) -> str:
        """Give the name."""


class Names(NamedTuple):
    """How a view says people, places and dates."""

    person: SaysPerson
    place: Callable[[ScopeId], str]
    day: Callable[[str], str]
    """From ISO 8601."""


def said_of(score: OutcomeScore, statement: IndicatorId, names: Names) -> str:
    """Say in a sentence why a statement counts as it does; empty where the answer says all."""
    standing = score.by_statement[statement]
    match why(standing):
        case Why.ANSWERED | Why.DONT_KNOW | Why.NOT_ANSWERED:
            return ""
        case Why.DOES_NOT_APPLY:
            return "Left out: it was said not to apply here."
        case Why.RULED_OUT | Why.ENDED:
            return _left_out(score, statement, standing)
        case Why.INHERITED:
            return " ".join(_inherited(standing, names))
        case Why.SETTLED:
            return _settled(score, statement, standing, names)
        case Why.IN_CONFLICT:
            return _differ(score, statement, standing, names)
        case Why.LACKS_REASON:
            label = label_of(score, statement, standing.answer)
            return f"“{label}” needs a reason and has none, so it counts as not answered."
        case Why.UNKNOWN:
            return "What was answered is none of the choices, so it counts as not answered."
        case Why.WITHDRAWN:
            said = [f"{names.person(e.person, e.origin)} on {names.day(e.origin.time)}"
                    for e in standing.withdrawn]  # fmt: skip
            return f"Withdrawn by {' and '.join(said)}."
        case Why.ASKED_AGAIN:
            said = [
                f"{names.person(e.person, e.origin)} answered "
                f"“{label_of(score, statement, e.answer)}” on {names.day(e.origin.time)}"
                for e in standing.earlier
            ]
            return f"Asked again, since the question or its choices changed: {'; '.join(said)}."
        case Why.LAPSED | Why.OFFERED:
            return " ".join(_offered(standing, names))
        case other:
            assert_never(other)


def reasons_out(score: OutcomeScore, names: Names) -> list[str]:
    """Say why statements of an outcome are left out, each reason once."""
    said: dict[str, None] = {}
    for key in score.counting(CountsAs.LEFT_OUT):
        standing = score.by_statement[key]
        if standing.is_asked:
            said |= dict.fromkeys(each.reason for each in standing.given if each.reason)
        else:
            said[said_of(score, key, names)] = None
    return list(said)


def _left_out(score: OutcomeScore, statement: IndicatorId, standing: Standing) -> str:
    if standing.ruled_out_by is None:
        said = f"Left out: {standing.ended}"
    else:
        text = score.asked.framework.indicators[standing.ruled_out_by][1].text
        said = f"Left out: {standing.ruled_out_by}, “{text}”, was answered no."
    if not standing.given:
        return said
    labels = joined([*dict.fromkeys(label_of(score, statement, e.answer) for e in standing.given)])
    return f"{said} What was answered here ({labels}) does not count."


def _inherited(standing: Standing, names: Names) -> Iterator[str]:
    for each in standing.given:
        if each.inherited_from is not None and each.confirmed is not None:
            yield (
                f"Taken over from {names.place(each.inherited_from)}, where "
                f"{names.person(each.person, each.origin)} answered it; "
                f"{names.person(each.confirmed.person, each.confirmed.origin)} confirmed that it "
                "holds here."
            )


def _settled(score: OutcomeScore, statement: IndicatorId, standing: Standing, names: Names) -> str:
    settled = standing.resolution
    if settled is None:
        return ""
    return (
        f"Settled by {names.person(settled.origin.actor, settled.origin)} on "
        f"{names.day(settled.origin.time)}: {label_of(score, statement, settled.answer)}. "
        f"Reason: {settled.reason or 'none given'}"
    )


def _differ(score: OutcomeScore, statement: IndicatorId, standing: Standing, names: Names) -> str:
    answers = score.asked.framework.layout_of[statement].answers
    counting = [
        label_of(score, statement, each.answer)
        for each in standing.given
        if each.answer in answers and answers[each.answer].counts_as is standing.counts_as
    ]
    more = f": {counting[0]}." if counting else "."
    return (
        f"{_who_differ(standing.given, names)}; the less favourable answer counts until it is "
        f"settled{more}"
    )


def _who_differ(given: Sequence[Given], names: Names) -> str:
    people = list(dict.fromkeys(names.person(each.person, each.origin) for each in given))
    if len(people) > 1:
        return f"{joined(people)} differ"
    if len({each.person for each in given}) > 1:
        return f"Two people here are called {people[0]}, and differ"
    places = {names.place(each.inherited_from): 0 for each in given if each.inherited_from}
    if len(places) > 1:
        return f"{people[0]} answered differently for {joined(list(places))}"
    return f"{people[0]} answered differently in two copies of the assessment"


def _offered(standing: Standing, names: Names) -> Iterator[str]:
    for each in standing.offered:
        place = names.place(each.source)
        before = each.confirmed_before
        if before is None:
            yield f"{place} answered it; that does not count here until somebody confirms it."
        else:
            yield (
                f"{names.person(before.person, before.origin)} confirmed the answer of {place} "
                "here; it is another one now, and does not count until somebody confirms it again."
            )
