"""From a scorecard to everything the full report prints: ready strings, numbers and rows.

Templates only lay out what stands here; they never compute.
"""

from dataclasses import dataclass

from cyberassess.adapters.report.basis import Basis
from cyberassess.adapters.report.document import Document, frame
from cyberassess.adapters.report.fairplay_view import FairPlay, fair_play
from cyberassess.adapters.report.gaps_view import Gaps, gaps
from cyberassess.adapters.report.method_view import Method, method
from cyberassess.adapters.report.moves_view import Moved, moved_since
from cyberassess.adapters.report.outcomes_view import ScopeView, scope_views
from cyberassess.adapters.report.register_view import Register, register
from cyberassess.adapters.report.review_view import ReviewView, review
from cyberassess.adapters.report.summary_view import Front, front


@dataclass(frozen=True, slots=True)
class FullReport(Document):
    """Everything the full report prints."""

    front: Front
    sections: tuple[tuple[str, str], ...]
    """Anchor and title of each section, for the contents."""
    gaps: Gaps
    moved: Moved
    scopes: tuple[ScopeView, ...]
    review: ReviewView | None
    """``None`` while nobody has reviewed anything."""
    register: Register
    fair_play: FairPlay
    method: Method


_SECTIONS = (
    ("gaps", "Where the gaps are"),
    ("findings", "Findings against the target"),
    ("outcomes", "Outcomes, one by one"),
    ("review", "Independent review"),
    ("register", "Certificates and key actions"),
    ("fair-play", "Fair play"),
    ("method", "Method and limits"),
    ("control", "Control of this document"),
)


def full_report(basis: Basis) -> FullReport:
    """Give what the full report prints."""
    reviewed = review(basis)
    held = register(basis)
    return FullReport(
        frame=frame(basis, "full.html.j2", "Full report"),
        front=front(basis),
        sections=_sections(reviewed, held),
        gaps=gaps(basis),
        moved=moved_since(basis),
        scopes=scope_views(basis),
        review=reviewed,
        register=held,
        fair_play=fair_play(basis),
        method=method(basis),
    )


def _sections(reviewed: ReviewView | None, held: Register) -> tuple[tuple[str, str], ...]:
    """Give the sections there are; the review stands before what is told for fair play."""
    missing = {"review"} if reviewed is None else set()
    missing |= {"register"} if held.is_empty else set()
    return tuple(each for each in _SECTIONS if each[0] not in missing)
