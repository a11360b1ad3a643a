"""``all-met``: ready when everything that applies is met."""

from cyberassess.domain.rules.kind import (
    Case,
    Counted,
    CountsAs,
    Kind,
    Table,
    between,
    short,
)
from cyberassess.errors import counted, joined


def by_all_met(given: Counted) -> Table:
    """Determine one outcome: ready when every applicable requirement is met.

    Source: NCSC, Cyber Essentials: Requirements for IT infrastructure 3.2 and 3.3, which asks for
    all requirements of a control, https://www.ncsc.gov.uk/cyberessentials/resources.
    """
    top = len(given.levels) - 1
    firm = all(count is CountsAs.MET for count in given.left)
    failed = any(count in (CountsAs.NOT_MET, CountsAs.PARTLY) for count in given.left)
    return between(top if firm else 0, 0 if failed else top, given)


def _why(case: Case) -> list[str]:
    title, applying = case.levels[case.reached].title, case.applying
    lacking = short(applying)
    if not lacking:
        if len(applying) == 1:
            return [f"{title}: the one {case.one} that applies is met."]
        return [f"{title}: all {counted(len(applying), case.one)} that apply are met."]
    verb = "is" if len(lacking) == 1 else "are"
    sentences = [
        f"{title}: {len(lacking)} of {counted(len(applying), case.one)} {verb} not met "
        f"({joined([each.id for each in lacking])})."
    ]
    whole = [each.id for each in lacking if each.fails_whole]
    if whole:
        verb = "fails" if len(whole) == 1 else "fail"
        sentences.append(f"{joined(whole)} {verb} the whole assessment, whatever the rest.")
    return sentences


ALL_MET = Kind(
    id="all-met",
    decide=by_all_met,
    why=_why,
    has_verdict=True,
    says_gap=True,
    note="What does not apply, and what is only permitted, is left out and fails nothing.",
    limit="ready or not ready is a self-check, not certification.",
)
