"""What was done to check a result, as far as it is recorded: nothing here is said unasked."""

from cyberassess.domain.record.evidence import Held
from cyberassess.domain.record.reviewing import reviews
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis

_TEST = "test"


def said_checks(basis: Basis) -> str:
    """Say that people assessed themselves, and how much of it was checked, and how."""
    return (
        "This is a self-assessment: answers are what people said. "
        f"{_reviewed(basis)}; {_documents(basis)}."
    )


def _reviewed(basis: Basis) -> str:
    found = reviews(basis.state)
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
