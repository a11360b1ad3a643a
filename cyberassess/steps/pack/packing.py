"""The evidence pack: everything an auditor needs to check an assessment alone."""

import datetime
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.disk import resources
from cyberassess.disk.evidence import safe_suffix
from cyberassess.disk.files import plain_files, sha256_of, temporary_folder
from cyberassess.disk.pack import (
    LONGEST_PATH,
    SIGNATURE,
    Content,
    remove_abandoned,
    safe_name,
    write_pack,
)
from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.record.evidence import Item
from cyberassess.errors import AssessmentError, Problem, counted
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import plain, refuse_existing, slug
from cyberassess.opening.outcomes import find_outcomes
from cyberassess.opening.writing import now, writing
from cyberassess.paper.documents.pack_pages import index_html, readme_text
from cyberassess.signing.pdf import Certificate, sign_pdf
from cyberassess.signing.ssh_signature import Key, open_key, principal, sign
from cyberassess.steps.evidence.evidencing import file_problems
from cyberassess.steps.pack import contents as pack_contents
from cyberassess.steps.pack.files import KIND, MANIFEST, SIGNERS, originals_of, slips_of
from cyberassess.steps.pack.index import Inside, index_book, index_page
from cyberassess.steps.pack.redacting import LIST as WITHHELD
from cyberassess.steps.pack.redacting import (
    Redaction,
    is_private,
    look_into_all,
    redaction,
    withheld_csv,
)
from cyberassess.steps.pack.sampling import LIST as SAMPLE
from cyberassess.steps.pack.sampling import (
    Draw,
    draw_for,
    population,
    sample,
    sample_csv,
    surpassing,
)
from cyberassess.steps.pack.signing import Passphrase
from cyberassess.steps.pack.signing import moment as moment_of_signing
from cyberassess.steps.pack.signing import open_key as open_report_key
from cyberassess.version import __version__

_NOTHING = "Nothing was written."
_ABANDONED = 24 * 3600
"""Seconds after which nobody writes an unfinished pack any more."""


@dataclass(frozen=True, slots=True)
class PackWanted:
    """What ``pack`` is told."""

    output: Path | None = None
    force: bool = False
    only: tuple[str, ...] = ()
    """Outcomes, or outcomes in scopes; all if empty."""
    sample: int = 0
    """How many claims to draw; 0 for none."""
    seed: int = 1
    word: str = ""
    """The receiver's word for the sample; the sender's seed counts where there is none."""
    redact: bool = False
    key: Path | None = None
    """An SSH key to sign with; unsigned if ``None``."""
    yes: bool = False
    """Whether files that seem to hold secrets are packed all the same."""
    report: bool = True
    """Whether the report is printed into it."""
    report_key: Path | None = None
    """A PKCS#12 file to sign the report with; unsigned if ``None``."""


@dataclass(frozen=True, slots=True)
class PackMade:
    """What ``pack`` made."""

    path: Path
    size: int
    entries: int
    fingerprint: str
    """Of the signing key; empty where the pack is unsigned."""
    partial: str
    withheld: tuple[str, ...]
    """References of items that are not inside."""
    warnings: tuple[Problem, ...]
    head: str
    sums: str
    """SHA-256 of ``SHA256SUMS``."""
    report_signer: str = ""
    """Who signed the report inside; empty where nobody did."""
    report_fingerprint: str = ""
    """Of that person's certificate."""
    draw: Draw | None = None
    """How the sample was drawn; ``None`` where there is none."""
    withheld_files: Mapping[str, str] = field(default_factory=dict)
    """Why each workbook is not inside, keyed by its SHA-256."""
    looked_into: int = 0
    """How many files were looked into for secrets, whole or in part."""
    not_looked_into: Mapping[str, str] = field(default_factory=dict)
    """What of them was not, in words, keyed by file."""


@dataclass
class _Making:
    """A pack under way."""

    assessment: Assessment
    wanted: PackWanted
    chosen: frozenset[OutcomeKey] | None
    partial: str
    items: tuple[Item, ...]
    redaction: Redaction
    draw: Draw | None
    key: Key | None
    certificate: Certificate | None
    """To sign the report with."""
    paths: dict[str, str] = field(default_factory=dict)
    """Where items lie inside, keyed by their id."""
    received: dict[str, str] = field(default_factory=dict)
    """Where workbooks lie inside, keyed by their SHA-256."""
    contents: dict[str, Content] = field(default_factory=dict)


def pack(
    folder: Path,
    wanted: PackWanted,
    on_bytes: Callable[[int, int], None] = lambda _, __: None,
    passphrase: Passphrase = lambda _: "",
) -> PackMade:
    """Write an evidence pack; the same ledger and options give the same bytes.

    Only a signature inside the report differs each time: it says when it was made.

    Args:
        on_bytes: told how many more bytes were written, and of how many.
        passphrase: asks for the one of ``report_key``, where it has one.

    Raises:
        AssessmentError: where something stands in the way: a changed evidence file, likely
            secrets without ``yes``, a key others may read. Nothing is written then.
    """
    key = open_key(wanted.key) if wanted.key is not None else None
    certificate = _report_certificate(wanted, passphrase)
    with writing(folder, "pack"):
        pass  # NOTE: settings that changed and prompts that ended are in the ledger now
    assessment = open_assessment(folder)
    path = _target(assessment, wanted)
    gone = file_problems(assessment)
    if gone:
        raise AssessmentError(*gone)
    draw = (
        draw_for(assessment, wanted.sample, seed=wanted.seed, word=wanted.word)
        if wanted.sample
        else None
    )
    chosen, partial = _chosen(assessment, wanted, draw)
    items = pack_contents.items_of(assessment, chosen)
    withheld = tuple(each for each in items if wanted.redact and is_private(each))
    kept = tuple(each for each in items if each not in withheld)
    redacted = redaction(assessment, withheld)
    looked = _look(assessment, kept, redacted, wanted)
    assessment = redacted.told
    ids = {each.id for each in kept}
    kept = tuple(each for each in assessment.evidence.items if each.id in ids)
    making = _Making(assessment, wanted, chosen, partial, kept, redacted, draw, key, certificate)
    moment = datetime.datetime.fromisoformat(now()).timestamp()
    remove_abandoned(path.parent, moment - _ABANDONED)
    with temporary_folder() as place:
        _fill(making, place)
        made = write_pack(path, making.contents, sign=_signer(making), on_bytes=on_bytes)
    return PackMade(
        path,
        made.size,
        made.entries,
        key.fingerprint if key else "",
        partial,
        tuple(each.reference for each in withheld),
        looked.warnings,
        assessment.state.heads[0],
        hashlib.sha256(made.sums.encode()).hexdigest(),
        certificate.name if certificate else "",
        certificate.fingerprint if certificate else "",
        draw,
        redacted.files,
        looked.files,
        looked.unread,
    )


def _report_certificate(wanted: PackWanted, passphrase: Passphrase) -> Certificate | None:
    """Open the key the report is to be signed with.

    Raises:
        AssessmentError: where it cannot sign, or the report would not be a PDF.
    """
    if wanted.report_key is None:
        return None
    from cyberassess.paper import html as render

    reason = render.can_make_pdf()
    if reason:
        raise AssessmentError.because(
            "no-pdf-to-sign",
            "--sign-report",
            f"Only a PDF can be signed, and the report comes as HTML here: {reason}",
            f"Leave the option out, or mend that first. {_NOTHING}",
        )
    return open_report_key(wanted.report_key, passphrase)


def _target(assessment: Assessment, wanted: PackWanted) -> Path:
    settings = assessment.contents.settings
    kind = "partial evidence pack" if wanted.only or wanted.sample else "evidence pack"
    if wanted.redact:
        kind = f"redacted {kind}"
    name = f"{plain(settings.organisation, 40)} {plain(settings.period, 12)} {kind}"
    path = wanted.output or assessment.workspace.reports / f"{name} {assessment.on}.zip"
    if wanted.output is not None:
        refuse_existing(path, force=wanted.force)
    if not path.parent.is_dir():
        raise AssessmentError.because(
            "no-folder", str(path.parent), "There is no such folder.", f"Make it. {_NOTHING}"
        )
    return path


# What goes in


def _chosen(
    assessment: Assessment, wanted: PackWanted, draw: Draw | None
) -> tuple[frozenset[OutcomeKey] | None, str]:
    if wanted.only:
        keys = [key for name in wanted.only for key in find_outcomes(assessment, name)]
        said = ", ".join(dict.fromkeys(f"{key.outcome}/{key.scope}" for key in keys))
        return frozenset(keys), f"It holds the evidence for {said} only."
    if draw is not None:
        drawn = sample(population(assessment), draw.size, draw.seed, first=surpassing(assessment))
        return frozenset(drawn), (
            f"It holds the evidence for a sample of {len(drawn)} of "
            f"{counted(len(population(assessment)), 'claim')}, {draw.words}; {SAMPLE} says how."
        )
    return None, ""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the files that are to leave seem to hold."""

    files: int
    warnings: tuple[Problem, ...]
    unread: Mapping[str, str]


def _look(
    assessment: Assessment, items: Sequence[Item], redacted: Redaction, wanted: PackWanted
) -> _Looked:
    """Say which files seem to hold secrets or personal numbers, and what was not looked into.

    Raises:
        AssessmentError: where there are any and nobody said to go on.
    """
    folder = assessment.workspace.folder
    files = {each.reference: folder / each.stored for each in items if each.stored}
    came = originals_of(assessment).keys() - redacted.files.keys()
    for kept in (assessment.workspace.received, assessment.workspace.reviews):
        files |= {each.name: each for _, each in _folder(kept, "") if sha256_of(each) in came}
    looked = dict(look_into_all(files))
    found = [
        Problem(
            "likely-secret",
            name,
            f"It seems to hold {sign.what}{f' ({sign.times} times)' if sign.times > 1 else ''}.",
            "Look at it before it leaves.",
        )
        for name, each in looked.items()
        for sign in each.signs
    ]
    unread = {name: "; ".join(each.unread) for name, each in looked.items() if each.unread}
    if found and not wanted.yes:
        notes = (
            Problem.note("not-looked-into", name, f"Not looked into: {what}.")
            for name, what in unread.items()
        )
        last = Problem(
            "look-first",
            "",
            f"{counted(len({each.where for each in found}), 'file')} may hold what should not "
            "leave the organisation.",
            "Replace or withhold them (--redact), or add --yes to pack them all the same. "
            f"{_NOTHING}",
        )
        raise AssessmentError(*found, *notes, last)
    return _Looked(len(looked), tuple(found), unread)


# Putting it together


def _fill(making: _Making, scratch: Path) -> None:
    assessment = making.assessment
    workspace = assessment.workspace
    inside: dict[str, Content] = {}
    files: dict[str, str] = {}
    for item in making.items:
        if item.stored:
            if item.sha256 not in files:
                title = item.facts.title or item.name
                files[item.sha256] = (
                    f"evidence/{safe_name(item.reference, title, safe_suffix(item.name))}"
                )
                inside[files[item.sha256]] = workspace.folder / item.stored
            making.paths[item.id] = files[item.sha256]
    hidden = making.redaction.files
    named = originals_of(assessment)
    came = {
        name: (path, sha256)
        for folder in (workspace.received, workspace.reviews)
        for name, path in _folder(folder, folder.name)
        if (sha256 := sha256_of(path)) in named and sha256 not in hidden
    }
    kept = {sha256 for _, sha256 in came.values()}
    slips = {slip for sha256, slip in slips_of(assessment).items() if sha256 in kept}
    making.received = {
        sha256: name for name, (_, sha256) in came.items() if name.startswith("received/")
    }
    answers = pack_contents.answers_json(assessment)
    fixed: dict[str, Content] = {
        "answers.json": answers,
        **pack_contents.tables(assessment, making.items, making.paths, making.received),
    }
    if making.draw is not None:
        fixed[SAMPLE] = sample_csv(assessment, making.draw, making.chosen or ())
    if making.redaction.items:
        fixed[WITHHELD] = withheld_csv(making.redaction)
    fixed |= inside
    fixed |= {name: path for name, (path, _) in came.items()}
    fixed |= {n: e for n, e in _folder(workspace.reviews, "reviews") if n in slips}
    fixed |= {f"ledger/{n}": data for n, data in making.redaction.segments.items()}
    fixed[SETTINGS] = workspace.folder / SETTINGS
    fixed |= _folder(workspace.folder / "frameworks", "frameworks")
    fixed["method.md"] = resources.folder("docs") / "method.md"
    report = _report(making, scratch, answers) if making.wanted.report else {}
    fixed[MANIFEST] = _manifest(making, files, next(iter(report), ""))
    if making.key is not None:
        fixed[SIGNERS] = f"{_principal(assessment)} {making.key.public}\n".encode()
    first: dict[str, Content] = {"README.txt": b"", "index.html": b"", "index.xlsx": b""}
    first |= report
    page = index_page(_inside(making, {*first, *fixed}))
    first["README.txt"] = readme_text(page).encode("utf-8", "replace")
    first["index.html"] = index_html(page).encode("utf-8", "replace")
    first["index.xlsx"] = index_book(page, assessment.on, scratch)
    making.contents = {**first, **fixed}
    long = [each for each in making.contents if len(each) >= LONGEST_PATH]
    if long:
        raise AssessmentError(
            *(
                Problem("path-too-long", each, "The path is too long for a pack.", _NOTHING)
                for each in long
            )
        )


def _folder(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Give the files of a folder with their paths inside, sorted."""
    for path in plain_files(folder):
        if not path.name.startswith("."):
            parts = path.relative_to(folder)
            plain_stem = safe_name("", path.stem, path.suffix, longest=80)
            yield f"{name}/{(parts.parent / plain_stem).as_posix()}", path


def _principal(assessment: Assessment) -> str:
    officer = assessment.contents.settings.officer
    return principal(officer.email or slug(officer.name))


def _signer(making: _Making) -> Callable[[bytes], Mapping[str, bytes]]:
    key = making.key
    if key is None:
        return lambda _: {}
    return lambda data: {SIGNATURE: sign(key, data)}


def _report(making: _Making, scratch: Path, answers: bytes) -> dict[str, Content]:
    from cyberassess.steps.report.printing import print_full

    path = print_full(making.assessment, scratch, {"answers.json": answers})
    if making.certificate is None:
        return {path.name: path}
    data = path.read_bytes()
    return {path.name: sign_pdf(data, path.name, making.certificate, moment_of_signing())}


def _manifest(making: _Making, files: Mapping[str, str], report: str) -> bytes:
    assessment = making.assessment
    settings = assessment.contents.settings
    found = {
        "schema": 1,
        "kind": KIND,
        "tool": __version__,
        "organisation": settings.organisation,
        "period": settings.period,
        "assessment": assessment.state.assessment,
        "heads": list(assessment.state.heads),
        "date": assessment.on.isoformat(),
        "marking": settings.marking.filled,
        "partial": making.partial or None,
        "only": sorted(f"{k.framework}/{k.scope}/{k.outcome}" for k in making.chosen)
        if making.chosen is not None
        else None,
        "sample": making.draw.as_json() if making.draw else None,
        "withheld": [each.reference for each in making.redaction.items],
        "withheld_files": dict(making.redaction.files),
        "signed_by": making.key.fingerprint if making.key else None,
        "report": report or None,
        "report_signed_by": making.certificate.fingerprint if making.certificate else None,
        "evidence": dict(sorted(files.items())),
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _inside(making: _Making, names: Collection[str]) -> Inside:
    return Inside(
        assessment=making.assessment,
        items=making.items,
        withheld=making.redaction.items,
        withheld_files=len(making.redaction.files),
        chosen=making.chosen,
        partial=making.partial,
        paths=making.paths,
        received=making.received,
        principal=_principal(making.assessment),
        fingerprint=making.key.fingerprint if making.key else "",
        report_signer=making.certificate.name if making.certificate else "",
        names=names,
    )
