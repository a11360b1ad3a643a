"""``in-place``: in place, partly, or not in place."""

from cyberassess.domain.rules.kind import (
    Case,
    Counted,
    CountsAs,
    Kind,
    Table,
    all_of,
    between,
)
from cyberassess.errors import counted


def by_in_place(given: Counted) -> Table:
    """Determine one outcome: in place, partly, or not in place.

    In place when every applicable point is; not in place when none is, not even partly; otherwise
    partly. The scale is ours: the publishers of these sets state none.
    """
    top = len(given.levels) - 1

    def read(unanswered: CountsAs) -> int:
        points = [unanswered if each is CountsAs.UNANSWERED else each for each in given.left]
        if all(each is CountsAs.MET for each in points):
            return top
        return 1 if any(each in (CountsAs.MET, CountsAs.PARTLY) for each in points) else 0

    return between(read(CountsAs.NOT_MET), read(CountsAs.MET), given)


def _why(case: Case) -> list[str]:
    one, size = case.one, len(case.applying)
    counts = [each.counts_as for each in case.applying]
    full, partly = counts.count(CountsAs.MET), counts.count(CountsAs.PARTLY)
    if full == size > 1:
        return [f"{all_of(size, one).capitalize()} in place."]
    if size == 1:
        what = "It" if case.is_itself else f"Its one {one}"
        return [f"{what} is {('partly ' if partly else '' if full else 'not ') + 'in place'}."]
    if not full and not partly:
        return [f"None of its {counted(size, one)} is in place, not even partly."]
    part = f", {'one' if partly == 1 else partly} partly" if partly else ""
    return [f"{full or 'None'} of {counted(size, one)} in place{part}."]


IN_PLACE = Kind(
    id="in-place",
    decide=by_in_place,
    why=_why,
    has_middle=True,
    says_gap=True,
    band="is this in place?",
    heads=("In all", "In place", "Partly", "Not", "Left out", "Not answered"),
    note="This scale is ours: the publisher states none. What does not apply is left out.",
    scale="In place, partly and not in place are our scale: the publisher states none.",
    limit="in place, partly in place and not in place are our scale; the publisher states none.",
)
