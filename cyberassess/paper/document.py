"""What every document carries: its frame of marking, reference, version, status and control."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.declaring import Worth, by_worth
from cyberassess.domain.record.approval import Approval
from cyberassess.paper.basis import SHORT_HASH, Basis, said_role
from cyberassess.paper.blocks import Section
from cyberassess.paper.look import Look


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a document, whatever it says."""

    title: str
    """For the metadata."""
    author: str
    subject: str
    date: str
    """ISO date: the document's own, so that no clock is read."""
    date_in_words: str
    generator: str
    marking: str
    """In capitals."""
    footer: str
    """Reference, version and status, below whose document it is."""
    status: str
    """``DRAFT`` or ``approved``."""
    look: Look
    name: str
    """Whose document it is, as they write it."""
    control: tuple[tuple[str, str], ...]
    """The control block, as rows of name and value."""
    superseded: tuple[str, ...]
    """What stands under the title where a rule has a newer version: the corrected count."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed."""

    frame: Frame
    sections: tuple[Section, ...] = ()
    for_word: tuple[Section, ...] = ()
    """What stands in the edition for Word, where that is laid out otherwise."""


def frame(basis: Basis, kind: str, *, edition: str = "") -> Frame:
    """Give the frame of a document.

    Args:
        kind: what it is called, ``Full report``.
        edition: ``open`` names no person; ``restricted`` says so; neither where empty.
    """
    settings, version = basis.settings, basis.version
    is_open = edition == "open"
    name = basis.look.name or settings.organisation
    status = "DRAFT" if version.is_draft else "approved"
    sets = [f"{each.title} {each.version}" for each in basis.frameworks.values()]
    marking = settings.marking.blank if is_open else settings.marking.filled
    return Frame(
        title=f"Cyber resilience {settings.period}: {kind.lower()}, {settings.organisation}",
        author=settings.organisation if is_open else settings.officer.name,
        subject=", ".join(sets),
        date=basis.on.isoformat(),
        date_in_words=said_date(basis.on),
        generator=f"cyberassess {basis.tool}",
        marking=marking.upper(),
        footer=f"{reference(basis)} · version {version.number} · {status}",
        status=status,
        look=basis.look,
        name=name,
        control=tuple(_control(basis, kind, edition, marking)),
        superseded=said_superseded(basis),
    )


def said_superseded(basis: Basis) -> tuple[str, ...]:
    """Say of each set by a superseded rule what the newest gives, and which were corrected."""
    theme = basis.headline
    by_rule = [each.sentence(theme.id, theme.title) for each in basis.card.superseded]
    return (*by_rule, *basis.corrected)


def reference(basis: Basis) -> str:
    """Give the reference that all documents of an assessment share."""
    number = (basis.state.assessment or "000000")[:6].upper()
    return f"CR-{basis.settings.period}-{number}"


def said_status(basis: Basis) -> str:
    """Say whether the version is approved, for the line under the title."""
    if basis.version.is_draft:
        return f"version {basis.version.number}, not yet approved: DRAFT"
    approval = basis.version.approval
    if approval is not None and approval.is_as_it_stands:
        points = [each.briefly for each in approval.open or () if each.needs_reason]
        return f"version {basis.version.number}, approved as it stands ({', '.join(points)} open)"
    return f"version {basis.version.number}, approved"


def prepared_by(basis: Basis, *, is_open: bool = False) -> str:
    """Say who prepared the document; only the role where no person may be named."""
    officer = basis.settings.officer
    role = said_role(officer.role)
    if is_open:
        return role or "the officer responsible"
    return f"{officer.name}, {role}" if role else officer.name


def _control(basis: Basis, kind: str, edition: str, marking: str) -> list[tuple[str, str]]:
    version, is_open = basis.version, edition == "open"
    approval = version.approval
    by = when = ""
    if approval is not None:
        known = [approval.role] if is_open else [approval.name, approval.role]
        by = ", ".join(filter(None, known))
        when = f"{said_date(approval.time)}, {approval.time[11:16]} UTC"
    return [
        ("Reference", reference(basis)),
        ("Document", f"{kind}, {edition} edition" if edition else kind),
        ("Version", str(version.number)),
        ("Status", "Approved" if approval else "DRAFT, not yet approved"),
        ("Date", said_date(basis.on)),
        ("Prepared by", prepared_by(basis, is_open=is_open)),
        ("Approved by", by),
        ("Approved at", when),
        *_open_when_approved(approval, is_open=is_open),
        ("Marking", marking.upper()),
        ("Fingerprint of the data", version.fingerprint[:SHORT_HASH] or "none yet"),
        ("Made with", f"cyberassess {basis.tool}"),
        *_returns(basis, is_open=is_open),
    ]


def _open_when_approved(approval: Approval | None, *, is_open: bool) -> Iterator[tuple[str, str]]:
    """Say what was open when a version was approved, and why that was done all the same."""
    if approval is None:
        return
    label = "Open when approved"
    if approval.open is None:
        yield label, "What was open then was not recorded"
        return
    yield label, "; ".join(map(str, approval.open)) or "Nothing"
    if approval.is_as_it_stands:
        on_paper = "See the restricted edition" if is_open else approval.reason
        yield "Approved as it stands because", on_paper or "The reason was removed"


def _returns(basis: Basis, *, is_open: bool) -> Iterator[tuple[str, str]]:
    """Say whose questionnaires are signed as true, by what the signatures are worth now."""
    parts: list[str] = []
    for worth, people in by_worth(basis.returns).items():
        known = (basis.settings.person(each) or basis.state.met.get(each) for each in people)
        names = ", ".join(each.name for each in known if each is not None)
        named = "" if is_open or worth is Worth.STANDS else f" ({names})"
        parts.append(f"{len(people)} {worth.value}{named}")
    if parts:
        yield "Returns", "; ".join(parts)
