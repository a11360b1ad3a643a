"""``caf-table``: levels are columns of statements, and one warning sign decides."""

from cyberassess.domain.rules.kind import (
    Case,
    Counted,
    CountsAs,
    Empty,
    Kind,
    Table,
    between,
)


def by_caf_table(given: Counted) -> Table:
    """Determine one outcome from what counts for its statements.

    A warning sign that happens gives the lowest level. Otherwise the highest level counts all of
    whose statements hold. Statements that do not apply are left out of their column; a column
    with nothing left is never all true. Best and worst read every unanswered statement as
    favourable or contrary.

    Source: NCSC CAF, the headers of the tables of indicators of good practice ("at least one of
    the following statements is true", "all the following statements are true"),
    https://www.ncsc.gov.uk/collection/cyber-assessment-framework; DESIGN of this project for what
    NCSC leaves open (left out, unanswered, acceptance).
    """
    size = len(given.levels)
    total, met, unanswered, out = [0] * size, [0] * size, [0] * size, [0] * size
    for rank, count in zip(given.ranks, given.counts, strict=True):
        total[rank] += 1
        if count is CountsAs.MET:
            met[rank] += 1
        elif count is CountsAs.UNANSWERED:
            unanswered[rank] += 1
        elif count is CountsAs.LEFT_OUT:
            out[rank] += 1
    best = worst = 0
    happens = may_happen = False
    unaccepted: list[int] = []
    for rank, level in enumerate(given.levels):
        left = total[rank] - out[rank]
        if level.is_warning:
            happens = happens or met[rank] > 0
            may_happen = may_happen or unanswered[rank] > 0
        elif left and out[rank] * 2 > total[rank] and rank not in given.accepted:
            unaccepted.append(rank)
        elif left:
            if met[rank] == left:
                worst = rank
            if met[rank] + unanswered[rank] == left:
                best = rank
    low, high = 0 if happens or may_happen else worst, 0 if happens else best
    return between(low, high, given)._replace(unaccepted=tuple(unaccepted))


def _why(case: Case) -> list[str]:
    happening = [
        each
        for each in case.points
        if case.levels[each.rank].is_warning and each.counts_as is CountsAs.MET
    ]
    if len(happening) == 1:
        return [f"One warning sign decides this outcome: “{happening[0].text}”"]
    if happening:
        return [
            f"{len(happening)} warning signs happen here; any one of them makes it "
            f"{case.title(0)}."
        ]
    return [_held(case), *_next(case)]


def _held(case: Case) -> str:
    if case.levels[case.reached].is_warning:
        return "No warning sign happens here."
    held = sum(each.counts_as is not CountsAs.LEFT_OUT for each in case.at(case.reached))
    title = case.title(case.reached)
    what = f"all {held} statements for {title} hold"
    if held == 1:
        what = f"the one statement for {title} holds"
    return f"No warning sign happens here and {what}."


def _next(case: Case) -> list[str]:
    above = [rank for rank in range(case.reached + 1, len(case.levels)) if case.at(rank)]
    if not above:
        return []
    column = case.at(above[0])
    short = sum(each.counts_as is CountsAs.NOT_MET for each in column)
    verb = "does" if short == 1 else "do"
    said = f"{short} of {len(column)} statements for {case.title(above[0])} {verb} not hold."
    return [said] if short else []


CAF_TABLE = Kind(
    id="caf-table",
    decide=by_caf_table,
    why=_why,
    empty=Empty.NEVER,
    noun="statement",
    band="is this so here?",
    heads=("In all", "Hold or happen", "Do not", "Do not apply", "Not answered"),
    our_target="Our target is the",
    note="True by other means counts as true. A statement that does not apply is left out of its "
    "column; a column with nothing left never counts as holding.",
)
