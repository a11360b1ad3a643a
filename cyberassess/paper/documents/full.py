"""From a scorecard to everything the full report prints: ready strings, numbers and rows.

Templates only lay out what stands here; they never compute.
"""

from dataclasses import dataclass

from cyberassess.paper.basis import Basis
from cyberassess.paper.document import Document, frame
from cyberassess.paper.sections.fairplay import FairPlay, fair_play
from cyberassess.paper.sections.gaps import Gaps, gaps
from cyberassess.paper.sections.method import Method, method
from cyberassess.paper.sections.moves import Moved, moved_since
from cyberassess.paper.sections.outcomes import ScopeView, scope_views
from cyberassess.paper.sections.page_one import PageOne, page_one
from cyberassess.paper.sections.register import Register, register
from cyberassess.paper.sections.review import ReviewView, review
from cyberassess.paper.sections.summary import Front, front
from cyberassess.paper.sections.years import YearsView, years_view


@dataclass(frozen=True, slots=True)
class FullReport(Document):
    """Everything the full report prints."""

    one: PageOne
    front: Front
    sections: tuple[tuple[str, str], ...]
    """Anchor and title of each section, for the contents."""
    gaps: Gaps
    moved: Moved
    years: YearsView | None
    """``None`` where there is one year only."""
    scopes: tuple[ScopeView, ...]
    edition: str
    """What this edition leaves out; empty where it has every answer."""
    review: ReviewView | None
    """``None`` while nobody has reviewed anything."""
    register: Register
    fair_play: FairPlay
    method: Method

    @property
    def shown(self) -> frozenset[str]:
        """The anchors of the outcomes that have a section."""
        return frozenset(
            outcome.anchor
            for scope in self.scopes
            for group in scope.groups
            for outcome in group.outcomes
            if outcome.is_shown
        )


SHORT = (
    "Sections stand here for what is below its target, disputed, overridden, lowered on review or "
    "not decided. Every answer of all outcomes: cyberassess report full --every-answer, and the "
    "report in an evidence pack."
)
_SECTIONS = (
    ("gaps", "Where the gaps are"),
    ("findings", "Findings against the target"),
    ("outcomes", "Outcomes, one by one"),
    ("review", "Independent review"),
    ("years", "The years in a row"),
    ("register", "Certificates and key actions"),
    ("fair-play", "Fair play"),
    ("method", "Method and limits"),
    ("control", "Control of this document"),
)


def full_report(basis: Basis, *, every_answer: bool = True) -> FullReport:
    """Give what the full report prints.

    Args:
        every_answer: has a section for each outcome; otherwise only for those with something to
            decide.
    """
    reviewed = review(basis)
    held = register(basis)
    years = years_view(basis)
    return FullReport(
        frame=frame(basis, "full.html.j2", "Full report"),
        one=page_one(basis, "Full report"),
        front=front(basis),
        sections=_sections(reviewed, years, held),
        gaps=gaps(basis),
        moved=moved_since(basis),
        years=years,
        scopes=scope_views(basis, every_answer=every_answer),
        edition="" if every_answer else SHORT,
        review=reviewed,
        register=held,
        fair_play=fair_play(basis),
        method=method(basis),
    )


def _sections(
    reviewed: ReviewView | None, years: YearsView | None, held: Register
) -> tuple[tuple[str, str], ...]:
    """Give the sections there are; the review stands before what is told for fair play."""
    missing = {"review"} if reviewed is None else set()
    missing |= {"years"} if years is None else set()
    missing |= {"register"} if held.is_empty else set()
    return tuple(each for each in _SECTIONS if each[0] not in missing)
