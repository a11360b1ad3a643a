"""The two pages of an evidence pack that people read first: its README and its index."""

from dataclasses import dataclass

from cyberassess.adapters.report.templates import template_of


@dataclass(frozen=True, slots=True)
class ConfidenceRow:
    """How far one theme is proven; each as ``m of n``."""

    part: str
    answered: str
    evidenced: str
    seen: str
    in_date: str
    reviewed: str


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """One item behind an outcome."""

    label: str
    path: str
    """Inside the pack; empty where the item is not in it."""
    marks: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where an answer came from, in words."""

    text: str
    path: str
    """Of the workbook inside the pack; empty where there is none."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with its answer and where it came from."""

    ref: str
    text: str
    column: str
    answer: str
    counts: str
    """How the answer counts under the rule, in words."""
    reason: str
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome in one scope."""

    anchor: str
    name: str
    where: str
    determination: str
    target: str
    reviewed: str
    """What an assurer found, and who; empty where nobody looked."""
    evidence: tuple[EvidenceLink, ...]
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
    supports: str
    marks: str


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One place where a person decided otherwise than answers and rule do."""

    what: str
    where: str
    old: str
    new: str
    direction: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """A control set's rule in words."""

    title: str
    text: str


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
    fingerprint: str
    """Of the key; empty where the pack is unsigned."""
    report_signer: str
    """Who signed the report itself; empty where nobody did."""
    report_fingerprint: str
    """Of that person's certificate."""
    listed: int
    """Files on the list of fingerprints."""
    files: int
    """Files in the pack."""
    example: str
    """An outcome to try it on, where it can be one with a document inside."""
    stale: str
    has_stale: bool
    named: str
    confidence: tuple[ConfidenceRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    evidence: tuple[EvidenceRow, ...]
    overrides: tuple[OverrideRow, ...]
    rules: tuple[RuleText, ...]


def readme_text(page: PackPage) -> str:
    """Give the README, as plain text."""
    return template_of("pack", "README.txt.j2", is_html=False).render(page=page)


def index_html(page: PackPage) -> str:
    """Give the index: one page that runs nothing and fetches nothing."""
    return template_of("pack", "index.html.j2").render(page=page)
