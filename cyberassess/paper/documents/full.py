"""From a scorecard to everything the full report prints: ready strings, numbers and rows.

Templates only lay out what stands here; they never compute.
"""

from dataclasses import dataclass, replace

from cyberassess.paper.basis import Basis
from cyberassess.paper.detail.actions import Actions, actions
from cyberassess.paper.detail.evidence_register import EvidenceRegister, evidence_register
from cyberassess.paper.detail.matrix import Matrix, matrices
from cyberassess.paper.detail.places import ScopeView, scope_views
from cyberassess.paper.detail.side_by_side import SideBySide, side_by_side
from cyberassess.paper.document import Document, frame
from cyberassess.paper.sections.fairplay import FairPlay, fair_play
from cyberassess.paper.sections.gaps import Gaps, gaps
from cyberassess.paper.sections.method import Method, method
from cyberassess.paper.sections.moves import Moved, moved_since
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
    review: ReviewView | None
    """``None`` while nobody has reviewed anything."""
    fair_play: FairPlay
    matrices: tuple[Matrix, ...]
    scopes: tuple[ScopeView, ...]
    outcomes: tuple[SideBySide, ...]
    edition: str
    """What this edition leaves out; empty where it has every answer."""
    evidence: EvidenceRegister
    actions: Actions
    register: Register
    method: Method

    @property
    def shown(self) -> frozenset[str]:
        """The anchors of the outcomes that have a section, place by place."""
        return frozenset(row.anchor for each in self.outcomes for row in each.places)


SHORT = (
    "Sections stand here for what is below its target, disputed, overridden, lowered on review or "
    "not decided. Every answer of all outcomes: cyberassess report full --every-answer, and the "
    "report in an evidence pack."
)
_SECTIONS = (
    ("gaps", "Where the gaps are"),
    ("review", "Independent review"),
    ("fair-play", "Fair play"),
    ("matrix", "Every outcome in every place, with pages"),
    ("places", "The places"),
    ("outcomes", "Outcomes, one by one"),
    ("evidence", "Register of evidence"),
    ("actions", "Actions"),
    ("register", "Certificates and key actions"),
    ("years", "The years in a row"),
    ("method", "Method and limits"),
    ("assurance", "Statement of assurance"),
    ("control", "Control of this document"),
)


def full_report(basis: Basis, *, every_answer: bool = True) -> FullReport:
    """Give what the full report prints.

    Args:
        every_answer: has a section for each outcome; otherwise only for those with something to
            decide.
    """
    outcomes = side_by_side(basis, every_answer=every_answer)
    report = FullReport(
        frame=frame(basis, "full.html.j2", "Full report"),
        one=page_one(basis, "Full report"),
        front=front(basis),
        sections=(),
        gaps=gaps(basis),
        moved=moved_since(basis),
        years=years_view(basis),
        review=review(basis),
        fair_play=fair_play(basis),
        matrices=matrices(basis, {each.anchor for each in outcomes}),
        scopes=scope_views(basis),
        outcomes=outcomes,
        edition="" if every_answer else SHORT,
        evidence=evidence_register(basis),
        actions=actions(basis),
        register=register(basis),
        method=method(basis),
    )
    missing = {
        "review": report.review is None,
        "outcomes": not outcomes,
        "register": report.register.is_empty,
        "years": report.years is None,
    }
    return replace(
        report, sections=tuple(each for each in _SECTIONS if not missing.get(each[0], False))
    )
