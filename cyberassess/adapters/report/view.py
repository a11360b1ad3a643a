"""From a scorecard to everything the full report prints: ready strings, numbers and rows.

Templates only lay out what stands here; they never compute.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from cyberassess.adapters.report.basis import SHORT_HASH, Basis, said_date, said_role
from cyberassess.adapters.report.fairplay_view import FairPlay, fair_play
from cyberassess.adapters.report.gaps_view import Gaps, gaps
from cyberassess.adapters.report.method_view import Method, method
from cyberassess.adapters.report.outcomes_view import ScopeView, scope_views
from cyberassess.adapters.report.register_view import Register, register
from cyberassess.adapters.report.review_view import ReviewView, review
from cyberassess.adapters.report.summary_view import Front, front
from cyberassess.domain.assessment import Settings
from cyberassess.domain.framework import Framework, FrameworkRef, Profile, ThemeSet
from cyberassess.domain.ledger import State
from cyberassess.domain.scoring import Scorecard, ThemeScore


@dataclass(frozen=True, slots=True)
class Control:
    """The control block, as rows of name and value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FullReport:
    """Everything the full report prints."""

    title: str
    """The document's title, for its metadata."""
    author: str
    subject: str
    date: str
    """ISO date: the document's own, so that no clock is read."""
    date_in_words: str
    generator: str
    marking: str
    """In capitals."""
    footer: str
    front: Front
    sections: tuple[tuple[str, str], ...]
    """Anchor and title of each section, for the contents."""
    gaps: Gaps
    scopes: tuple[ScopeView, ...]
    review: ReviewView | None
    """``None`` while nobody has reviewed anything."""
    register: Register
    fair_play: FairPlay
    method: Method
    control: Control


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


def build_view(
    *,
    settings: Settings,
    frameworks: Mapping[FrameworkRef, Framework],
    profiles: Mapping[FrameworkRef, Profile | None],
    themes: ThemeSet,
    state: State,
    card: Scorecard,
    on: datetime.date,
    tool: str,
    official: Mapping[FrameworkRef, Mapping[str, str]] | None = None,
    default_themes: ThemeSet | None = None,
    default_scores: tuple[ThemeScore, ...] = (),
) -> FullReport:
    """Give what the full report prints.

    Args:
        settings: of the assessment.
        frameworks: those of the settings, in their order; the first carries the headline.
        profiles: the target chosen for each framework; ``None`` where none was.
        themes: the theme set; its headline theme is what page one is about.
        state: what the ledger says.
        card: the score that follows from it.
        on: date of the ledger's last entry, printed as the report's.
        tool: version of the program.
        official: the publishers' own words, keyed by outcome or statement id, where loaded.
        default_themes: what the organisation's own themes are set beside.
        default_scores: the themes' figures by the default's placing, where it differs.
    """
    basis = Basis(
        settings,
        frameworks,
        profiles,
        themes,
        state,
        card,
        on,
        tool,
        official=official or {},
        default_themes=default_themes,
        default_scores=default_scores,
    )
    page_one = front(basis)
    reviewed = review(basis)
    reference = _reference(basis)
    held = register(basis)
    return FullReport(
        title=f"{page_one.title}: full report, {settings.organisation}",
        author=settings.officer.name,
        subject=", ".join(f"{each.title} {each.version}" for each in frameworks.values()),
        date=on.isoformat(),
        date_in_words=said_date(on),
        generator=f"cyberassess {tool}",
        marking=settings.marking.filled.upper(),
        footer=f"{settings.organisation} · {reference} · DRAFT",
        front=page_one,
        sections=_sections(reviewed, held),
        gaps=gaps(basis),
        scopes=scope_views(basis),
        review=reviewed,
        register=held,
        fair_play=fair_play(basis),
        method=method(basis),
        control=_control(basis, reference),
    )


def _sections(reviewed: ReviewView | None, held: Register) -> tuple[tuple[str, str], ...]:
    """Give the sections there are; the review stands before what is told for fair play."""
    missing = {"review"} if reviewed is None else set()
    missing |= {"register"} if held.is_empty else set()
    return tuple(each for each in _SECTIONS if each[0] not in missing)


def _reference(basis: Basis) -> str:
    number = (basis.state.assessment or "000000")[:6].upper()
    return f"CR-{basis.settings.period}-{number}"


def _control(basis: Basis, reference: str) -> Control:
    officer = basis.settings.officer
    role = f", {said_role(officer.role)}" if officer.role else ""
    head = basis.state.heads[0] if basis.state.heads else ""
    return Control(
        (
            ("Reference", reference),
            ("Version", f"draft after {basis.state.events:,} entries in the ledger"),
            ("Status", "DRAFT, not yet approved"),
            ("Date", said_date(basis.on)),
            ("Prepared by", f"{officer.name}{role}"),
            ("Approved by", ""),
            ("Marking", basis.settings.marking.filled.upper()),
            ("Fingerprint", head[:SHORT_HASH] or "none yet"),
        )
    )
