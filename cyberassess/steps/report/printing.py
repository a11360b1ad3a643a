"""Printing documents for people: from an assessment, or an approved version of it, to a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk.files import write_whole
from cyberassess.domain.record.approval import approvals_of, version_of
from cyberassess.domain.record.plan import Action, actions_of
from cyberassess.domain.result.like_for_like import LikeForLike, like_for_like
from cyberassess.domain.result.years import Year, year_of
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import AssessmentError, Problem, ReportError, closest, counted
from cyberassess.opening.assessment import Assessment, default_scores, differences, open_assessment
from cyberassess.opening.files_for_people import dated, refuse_existing, saving
from cyberassess.opening.years import deciding, in_a_row
from cyberassess.steps.sets.official import official_texts
from cyberassess.version import __version__

if TYPE_CHECKING:
    from cyberassess.paper.basis import Basis
    from cyberassess.paper.document import Document

MOST_YEARS = 6
"""How many earlier assessments are read, each naming the one before."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document that was written."""

    path: Path
    pages: int
    """0 for anything but PDF."""
    reason: str
    """Why it is not a PDF, empty where it is or where something else was asked for."""
    status: str = ""
    """``DRAFT`` or ``approved``, with the version."""
    notes: tuple[Problem, ...] = ()


SUFFIXES = (".pdf", ".html", ".docx", ".zip")
"""Of the kinds of files that every document comes as; a ``.zip`` has its tables as CSV."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a document is wanted."""

    output: Path | None = None
    """Where to; a dated name under ``reports/`` if ``None``."""
    force: bool = False
    """Replace the file named by ``output``."""
    suffix: str = ".pdf"
    """One of ``SUFFIXES``."""
    version: int | None = None
    """An approved version; the present state if ``None``."""


def print_document(
    folder: Path, name: str, make: "Callable[[Basis], Document]", wanted: Wanted | None = None
) -> Printed:
    """Write a document as it is wanted; as one HTML file where no PDF can be made.

    Args:
        name: what the dated file is called, ``full``.
        make: gives what is printed.

    Raises:
        ReportError: where the file is there already, or cannot be written.
        AssessmentError: where the assessment, its look, or the wanted version cannot be used.
    """
    from cyberassess.paper import html as render

    wanted = wanted or Wanted()
    reason = render.can_make_pdf() if wanted.suffix == ".pdf" else ""
    wanted = replace(wanted, suffix=".html") if reason else wanted
    document, path, status, notes = _prepared(folder, name, make, wanted)
    if wanted.suffix == ".pdf":
        with_pages: list[int] = []
        write_document(path, lambda: with_pages.append(render.write_pdf(document, path)))
        return Printed(path, with_pages[0], "", status, notes)
    data = _whole(document, wanted.suffix)
    write_document(path, lambda: write_whole(path, data))
    return Printed(path, 0, reason, status, notes)


def _whole(document: "Document", suffix: str) -> bytes:
    """Give a document as one file that is no PDF."""
    if suffix == ".docx":
        from cyberassess.paper.media.word import word_document

        return word_document(document)
    if suffix == ".zip":
        from cyberassess.paper.media.tables import tables_archive

        return tables_archive(document)
    from cyberassess.paper.html import render_html

    return render_html(document).encode()


def _prepared(
    folder: Path, name: str, make: "Callable[[Basis], Document]", wanted: Wanted
) -> "tuple[Document, Path, str, tuple[Problem, ...]]":
    """Give what is printed, and where to; the assessment itself need not stay in memory."""
    basis, assessment, notes = prepare(folder, version=wanted.version)
    path = place(assessment, name, wanted)
    return make(basis), path, _status(basis), notes


def _status(basis: "Basis") -> str:
    word = "DRAFT" if basis.version.is_draft else "approved"
    return f"version {basis.version.number}, {word}"


def write_document(path: Path, write: Callable[[], object]) -> None:
    """Write a file for people, or say why it cannot be written.

    Raises:
        ReportError: with the reason.
    """
    with saving(path, "document", raising=ReportError):
        write()


def prepare(
    folder: Path, *, version: int | None = None
) -> "tuple[Basis, Assessment, tuple[Problem, ...]]":
    """Give what documents are made from, the assessment, and notes for whoever prints.

    An approved version is read as it stood when it was approved, so that it comes out the same
    whatever is recorded later.

    Raises:
        AssessmentError: where the organisation's look or the wanted version cannot be used.
    """
    now = open_assessment(folder)
    found = version_of(now.state, now.fingerprint)
    if version is not None or not found.is_draft:
        now = as_approved(now, version or found.number)
    basis, notes = basis_of(now)
    return basis, now, notes


def basis_of(now: Assessment) -> "tuple[Basis, tuple[Problem, ...]]":
    """Give what documents are made from, of an assessment as it was opened, and notes.

    Raises:
        AssessmentError: where the organisation's look cannot be used.
    """
    from cyberassess.paper.basis import Basis
    from cyberassess.paper.house_style import read_look
    from cyberassess.paper.nation import NATIONS

    settings = now.contents.settings
    look, faults = read_look(now.workspace.folder)
    if faults:
        raise AssessmentError(*faults)
    found = version_of(now.state, now.fingerprint)
    basis = Basis(
        settings,
        now.frameworks,
        now.profiles,
        now.contents.themes,
        now.state,
        now.card,
        now.on,
        __version__,
        found,
        (),
        look,
        official_texts(now.workspace.folder, now.frameworks.values()),
        now.contents.default_themes,
        default_scores(now),
        now.corrected,
        now.opened,
    )
    basis, notes = _with_years(now, basis)
    if settings.nation not in NATIONS:
        notes = (*notes, _unknown_nation(settings.nation))
    return basis, notes


def _unknown_nation(nation: str) -> Problem:
    from cyberassess.paper.nation import NATIONS

    return Problem.note(
        "unknown-nation",
        "assessment.yaml, nation",
        f'"{nation}" is not a nation whose offices and laws are known, so none are named.',
        closest(nation, NATIONS) or f"There are: {', '.join(NATIONS)}.",
    )


def as_approved(now: Assessment, version: int) -> Assessment:
    """Give the assessment as it stood when a version was approved.

    Raises:
        AssessmentError: where there is no such version, or its settings are gone.
    """
    approvals = approvals_of(now.state)
    wanted = next((each for each in approvals if each.version == version), None)
    then = now.at(wanted.segment) if wanted is not None else None
    if then is None:
        there = ", ".join(str(each.version) for each in approvals)
        raise AssessmentError.because(
            "unknown-version",
            "",
            f"Version {version} was not approved.",
            f"Approved versions: {there}." if there else "No version was approved yet.",
        )
    changed = deciding(differences(then.state.settings, now.contents.flat))
    if changed:
        raise AssessmentError.because(
            "settings-changed",
            "assessment.yaml",
            f"{counted(len(changed), 'value')} changed since version {version} was approved: "
            f"{', '.join(changed[:5])}{' …' if len(changed) > 5 else ''}.",  # noqa: PLR2004
            f"{_back(now, then)} to print that version, or keep the copy that was approved. "
            "Nothing was printed.",
        )
    # NOTE: where only last year lies elsewhere since, it is still the version that was approved
    flat = {key: value for key, value in then.state.settings.items() if value is not None}
    return replace(then, contents=replace(then.contents, flat=flat))


def _back(now: Assessment, then: Assessment) -> str:
    """Say how the settings are as they were: by command where a version was changed."""
    for ref in now.state.former:
        if then.state.settings.get(f"frameworks[{ref}].id"):
            return f"Go back with cyberassess framework update {ref}"
    return "Put the file back as it was"


@dataclass(slots=True)
class _Row:
    """The years before, as they are read one by one."""

    now: Assessment
    years: list[Year] = field(default_factory=list)
    like_for_like: tuple[LikeForLike, ...] = ()
    actions: tuple[Action, ...] = ()

    def add(
        self, each: Assessment, ended: Assessment, ways: Mapping[FrameworkRef, Across]
    ) -> None:
        """Keep what is printed of a year, as it was approved and as it ended."""
        rules = {
            ref: framework.rule
            for ref, framework in self.now.frameworks.items()
            if ref in each.frameworks and each.frameworks[ref].rule.name != framework.rule.name
        }
        year = year_of(
            each.contents.settings.period,
            each.card_by(rules) if rules else each.card,
            {ref: profile.id if profile else "" for ref, profile in each.profiles.items()},
            {ref: f"{f.title} {f.version}" for ref, f in each.frameworks.items()},
            frozenset(rules),
        )
        if not self.years:
            self.like_for_like = like_for_like(year, self.now.card, ways)
            self.actions = actions_of(ended.state)
        self.years.append(year)


def _with_years(now: Assessment, basis: "Basis") -> "tuple[Basis, tuple[Problem, ...]]":
    """Give the basis with the years before, each by its approved numbers, and notes."""
    row = _Row(now)
    trend, notes = in_a_row(now, as_it_stands=True, most=MOST_YEARS, on_year=row.add)
    found = replace(
        basis,
        years=tuple(row.years),
        like_for_like=row.like_for_like,
        actions_before=row.actions,
        trend=trend,
    )
    return found, notes


def place(assessment: Assessment, name: str, wanted: Wanted) -> Path:
    """Say where a document goes.

    Raises:
        ReportError: where a file of the given name is there already.
    """
    if wanted.output is None:
        settings = assessment.contents.settings
        text = f"{settings.organisation} {settings.period} cyber resilience {name}"
        return dated(assessment.workspace.reports, assessment.on, text, wanted.suffix)
    path = wanted.output
    if path.suffix.lower() in {*SUFFIXES, ".csv"} - {wanted.suffix}:
        # NOTE: a name never says that something else is inside
        path = path.with_suffix(wanted.suffix)
    refuse_existing(path, force=wanted.force, raising=ReportError)
    return path


def print_full(assessment: Assessment, folder: Path, attach: Mapping[str, bytes]) -> Path:
    """Print the full report with every answer for a pack; give where it is.

    Files may travel inside.

    Where there is no PDF engine it is HTML, and nothing travels inside.
    """
    from cyberassess.paper import html as render
    from cyberassess.paper.documents.full import full_report

    report = full_report(basis_of(assessment)[0])
    if render.can_make_pdf():
        path = folder / "report.html"
        write_whole(path, render.render_html(report).encode())
    else:
        path = folder / "report.pdf"
        render.write_pdf(report, path, attach)
    return path


def report_board(
    folder: Path, wanted: Wanted, *, edition: str = "restricted", decision: str = ""
) -> Printed:
    """Write the board summary.

    Args:
        edition: ``restricted``, or ``open``, which names no system, person or evidence.
        decision: what the committee is asked; what follows from the plan if empty.

    Raises:
        ReportError: where it cannot be written, or the open edition would name somebody.
    """
    from cyberassess.paper.documents.board import board_summary

    def make(basis: "Basis") -> "Document":
        return board_summary(basis, edition=edition, decision=" ".join(decision.split()))

    return print_document(folder, "board open" if edition == "open" else "board", make, wanted)


def report_theme(folder: Path, wanted: Wanted, *, theme: str = "") -> Printed:
    """Write the report on one theme, the headline theme if none is named.

    Raises:
        AssessmentError: where there is no such theme.
        ReportError: where it cannot be written.
    """
    from cyberassess.paper.documents.theme import theme_report

    def make(basis: "Basis") -> "Document":
        return theme_report(basis, theme=theme)

    return print_document(folder, f"theme {theme.casefold()}".strip(), make, wanted)
