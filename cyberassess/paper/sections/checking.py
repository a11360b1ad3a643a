"""What was done to check a result, as far as it is recorded: nothing here is said unasked."""

from collections.abc import Iterator, Mapping, Sequence

from cyberassess.domain.record.evidence import Held
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import MOST_PLACES, Basis, joined

_TEST = "test"
_MOST_NAMED = 3
_MOST_REFS = 12
"""More references than these are counted, not named."""


def said_checks(basis: Basis) -> str:
    """Say that people assessed themselves, and how much of it was checked, and how."""
    return (
        "This is a self-assessment: answers are what people said. "
        f"{_reviewed(basis)}; {_documents(basis)}."
    )


def said_confirmed(basis: Basis, *, is_open: bool = False) -> str:
    """Say how many results named people confirmed, who, and how many they answered themselves.

    Args:
        is_open: names nobody.
    """
    found = basis.confirmations
    results = f"{len(found.confirmed)} of {counted(found.of, 'result')}"
    if not found.confirmed:
        return f"{results} are confirmed by a named person."
    by = _confirmers(found.confirmed)
    names = [f"{len(all_)} by {_confirmer(basis, all_)}" for all_ in by.values()]
    who = counted(len(by), "person", "people") if is_open else ""
    if not who and len(by) == 1:
        who = _confirmer(basis, found.confirmed)
    own = len(found.own) or "none"
    if not who:
        return f"{results} are confirmed: {joined(names)}; {own} of them by who also answered."
    return f"{who} confirmed {results} and answered {own} of them."


def _confirmers(scores: Sequence[OutcomeScore]) -> dict[str, list[OutcomeScore]]:
    """Give confirmed results by who confirmed them, who confirmed most standing first."""
    by: dict[str, list[OutcomeScore]] = {}
    for each in scores:
        if each.confirmation is not None:
            by.setdefault(each.confirmation.person, []).append(each)
    return dict(sorted(by.items(), key=lambda item: -len(item[1])))


def _confirmer(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    last = scores[-1].confirmation
    return basis.person(last.person, last.origin) if last is not None else ""


def confirmed_rows(basis: Basis) -> Iterator[tuple[str, str, str, str]]:
    """Give who confirmed what: how many, who, which, and which of them they answered too."""
    found = basis.confirmations
    own = {each.key for each in found.own}
    for scores in _confirmers(found.confirmed).values():
        yield (
            counted(len(scores), "result"),
            _confirmer(basis, scores),
            _by_place(basis, scores),
            _by_place(basis, [each for each in scores if each.key in own]) or "none",
        )
    if found.waiting:
        yield counted(len(found.waiting), "result"), "nobody", _by_place(basis, found.waiting), ""


def _by_place(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    """Name results, those of one place together; where they are many, count them by place."""
    places: dict[str, list[str]] = {}
    for each in scores:
        places.setdefault(basis.where(each), []).append(str(each.key.outcome))
    if len(basis.scopes) == 1 and len(basis.frameworks) == 1:
        ids = next(iter(places.values()), [])
        return ", ".join(ids) if len(ids) <= _MOST_REFS else counted(len(ids), "result")
    if len(scores) > _MOST_REFS:
        return "; ".join(f"{place}: {len(ids)}" for place, ids in places.items())
    return named_together(places)


def named_together(places: Mapping[str, Sequence[str]]) -> str:
    """Name outcomes by place, places with the same ones together."""
    alike: dict[str, list[str]] = {}
    for place, ids in places.items():
        alike.setdefault(", ".join(ids), []).append(place)
    return "; ".join(
        f"{joined(at) if len(at) <= MOST_PLACES else f'{len(at)} places'}: {ids}"
        for ids, at in alike.items()
    )


def said_dissent(
    basis: Basis, *, is_open: bool = False, theme: str = "", is_named: bool = True
) -> str:
    """Say what an independent review found otherwise, and what the count would be by it.

    Empty where nobody determined anything.

    Args:
        is_open: names no outcome.
        theme: only what counts for it, where the document is about it; everything if empty.
        is_named: says of which theme the count is.
    """
    seen = [
        (each, basis.reviewed[each.key])
        for each in basis.card.outcomes
        if each.key in basis.reviewed and (not theme or basis.theme_of(each) == theme)
    ]
    if not seen:
        return ""
    lowered = [each for each, _ in seen if each in basis.lowered]
    raised = sum(each.rank is None or rank > each.rank for each, rank in seen)
    people = dict.fromkeys(
        basis.person(each.person, each.origin)
        for score, _ in seen
        for each in basis.reviews[score.key]
    )
    who = joined(list(people))
    if is_open or len(people) > _MOST_NAMED:
        who = "An independent assurer" if len(people) == 1 else f"{len(people)} assurers"
    text = f"{who} reviewed {counted(len(seen), 'result')}"
    text += f"{f', raised {raised}' if raised else ''} and lowered {len(lowered) or 'none'}"
    if lowered and not is_open:
        text += f": {'; '.join(_named(basis, each) for each in lowered[:_MOST_NAMED])}"
        more = len(lowered) - _MOST_NAMED
        text += f"; and {more} more" if more > 0 else ""
    if not (lowered or raised):
        return f"{text}."
    return f"{text}.{_on_that_view(basis, is_named=is_named and not theme)}"


def _named(basis: Basis, score: OutcomeScore) -> str:
    """Name a result; its place only where the outcome is assessed in several."""
    same = [e for e in basis.card.outcomes if e.key[::2] == score.key[::2]]
    return score.asked.outcome.name if len(same) == 1 else basis.name_of(score)


def _on_that_view(basis: Basis, *, is_named: bool) -> str:
    """Say what the headline count would be by the review.

    Args:
        is_named: says of which theme, as the results reviewed may be of any.
    """
    own, other = (basis.met_everywhere(ranks) for ranks in ({}, basis.reviewed))
    if not own:
        return ""
    now, then = sum(own.values()), sum(other.values())
    if now == then:
        what = f" for {_headline(basis)}" if is_named else ""
        return f" The count{what} would stay as it is."
    outcomes = counted(then, "outcome") if then else "no outcome"
    if is_named:
        outcomes = f"{then or 'none'} of {counted(len(own), 'outcome')} of {_headline(basis)}"
    return f" On that view {outcomes} {'meet' if then > 1 else 'meets'} our target."


def _headline(basis: Basis) -> str:
    """Name what the headline count is about."""
    several = len(basis.frameworks) > 1
    return f"{basis.headline.title}{f' in {basis.first.short_title}' if several else ''}"


def _reviewed(basis: Basis) -> str:
    found = basis.reviews
    results = [each for each in basis.card.outcomes if not each.not_applicable]
    seen = [found[each.key] for each in results if each.key in found]
    if not seen:
        return f"0 of {counted(len(results), 'result')} were reviewed independently"
    tested = sum(any(_TEST in each.method for each in all_) for all_ in seen)
    verb = "was" if len(seen) == 1 else "were"
    how = f"{tested or 'none'} of them by test"
    if tested == len(seen):
        how = "by test" if tested == 1 else "all of them by test"
    elif len(seen) == 1:
        how = "not by test"
    return f"{len(seen)} of {counted(len(results), 'result')} {verb} reviewed independently, {how}"


def _documents(basis: Basis) -> str:
    items = basis.evidence.items
    number = len(items) + len(basis.evidence.unregistered)
    if not number:
        return "no document was named"
    seen = [each for each in items if each.review is not None or each.held is Held.SIGHTED]
    if not seen:
        return f"0 of {counted(number, 'document')} were looked at"
    text = f"{len(seen)} of {counted(number, 'document')} {'was' if len(seen) == 1 else 'were'}"
    rejected = sum(each.is_rejected for each in seen)
    if not rejected:
        return f"{text} looked at"
    return (
        f"{text} looked at and {'' if rejected == len(seen) else f'{rejected} of them '}rejected"
    )
