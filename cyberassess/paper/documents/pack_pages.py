"""The two pages of an evidence pack that people read first: its README and its index."""

from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.paper.narrow import with_labels
from cyberassess.paper.templates import template_of


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """One item behind an outcome."""

    reference: str
    """Empty where it was only named and has no number."""
    is_listed: bool
    """Whether it has a row of its own under Evidence."""
    title: str
    path: str
    """Inside the pack; empty where the item is not in it."""
    marks: str

    @property
    def label(self) -> str:
        """Give reference and title."""
        return f"{self.reference} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where an answer came from, in words."""

    text: str
    path: str
    """Of the workbook inside the pack; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, and where."""

    who: str
    text: str
    source: SourceLine


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with its answer and where it came from."""

    ref: str
    text: str
    column: str
    answer: str
    counts: str
    """How the answer counts under the rule, in words."""
    said: str
    """Why it counts so; empty where the answer says all."""
    reason: str
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome in one scope."""

    key: OutcomeKey
    anchor: str
    name: str
    where: str
    """The scope's title and its id."""
    determination: str
    confirmed: str
    """By whom and when; empty where nobody has, or it lapsed."""
    target: str
    reviewed: str
    """What an assurer found, and who; empty where nobody looked."""
    differs: bool
    """Whether an assurer found another level."""
    evidence: tuple[EvidenceLink, ...]
    follows: str
    """What decided it, in sentences."""
    is_claim: bool
    """Whether it is above the lowest level, so that evidence is wanted."""
    why: tuple[Quote, ...]
    """What people wrote about the outcome as a whole."""
    statements: tuple[StatementRow, ...]
    """Empty where the pack is partial and leaves them out."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One item of evidence."""

    reference: str
    title: str
    path: str
    how: str
    shows: str
    dates: str
    supports: tuple[tuple[str, str], ...]
    """Outcomes and scopes, each with the anchor of its row; empty where it has none."""
    marks: str


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The outcomes of one scope."""

    anchor: str
    title: str
    outcomes: tuple[OutcomeRow, ...]


@dataclass(frozen=True, slots=True)
class PackPage:
    """What README and index show."""

    title: str
    marking: str
    on: str
    head: str
    partial: str
    """Why it is partial, in a sentence; empty where it is whole."""
    redacted: str
    """What was withheld, in a sentence; empty where nothing was."""
    principal: str
    """Whose signature it is, without spaces."""
    is_signed: bool
    report_signer: str
    """Who signed the report itself; empty where nobody did."""
    report: str
    """The name of the report inside; empty where there is none."""
    has_originals: bool
    """Whether a workbook that came back is in it."""
    has_reviews: bool
    """Whether an assurer's workbook is in it."""
    listed: int
    """Files on the list of fingerprints."""
    files: int
    """Files in the pack."""
    example: str
    """An outcome to try it on, where it can be one with a document inside."""
    to_know: tuple[str, ...]
    """What a careful reader wants to know before anything else, a sentence or two each."""
    confidence: tuple[tuple[str, ...], ...]
    """How far each theme is proven: its title, then as ``m of n`` statements answered, claims with
    evidence, with evidence seen, with evidence in date, and results reviewed."""
    places: tuple[PlaceRows, ...]
    evidence: tuple[EvidenceRow, ...]
    overrides: tuple[tuple[str, ...], ...]
    """Where a person decided otherwise than answers and rule do: what, where, what there was
    without it, what stands, in which direction, who and when, and why."""
    rules: tuple[tuple[str, str], ...]
    """Each control set's rule: its title and its words."""


def readme_text(page: PackPage) -> str:
    """Give the README, as plain text."""
    return template_of("pack", "README.txt.j2", is_html=False).render(page=page)


def index_html(page: PackPage) -> str:
    """Give the index: one page that runs nothing and fetches nothing."""
    return with_labels(template_of("pack", "index.html.j2").render(page=page))
