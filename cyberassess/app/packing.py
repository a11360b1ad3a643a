"""The evidence pack: everything an auditor needs to check an assessment alone."""

import datetime
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cyberassess import __version__
from cyberassess.adapters import resources
from cyberassess.adapters.evidence import safe_suffix
from cyberassess.adapters.files import plain_files, sha256_of
from cyberassess.adapters.pack import (
    LONGEST_PATH,
    SIGNATURE,
    Content,
    remove_abandoned,
    safe_name,
    write_pack,
)
from cyberassess.adapters.pdf_signing import Certificate, sign_pdf
from cyberassess.adapters.report.pack_pages import index_html, readme_text
from cyberassess.adapters.segments import Reading
from cyberassess.adapters.sensitive import signs_in
from cyberassess.adapters.signing import Key, open_key, sign
from cyberassess.adapters.workspace import SETTINGS
from cyberassess.app import pack_contents
from cyberassess.app.evidencing import file_problems
from cyberassess.app.naming import plain
from cyberassess.app.opening import Assessment, now, open_assessment, writing
from cyberassess.app.output import csv_bytes, refuse_existing
from cyberassess.app.pack_index import Inside, index_book, index_page
from cyberassess.app.pdf_signing import Passphrase
from cyberassess.app.pdf_signing import moment as moment_of_signing
from cyberassess.app.pdf_signing import open_key as open_report_key
from cyberassess.app.places import find_keys
from cyberassess.app.setup import slug
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.evidence import Item
from cyberassess.domain.hashes import canonical
from cyberassess.domain.ledger import fold
from cyberassess.domain.segment import Segment
from cyberassess.errors import AssessmentError, Problem, counted

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


@dataclass
class _Making:
    """A pack under way."""

    assessment: Assessment
    wanted: PackWanted
    chosen: frozenset[OutcomeKey] | None
    partial: str
    items: tuple[Item, ...]
    withheld: tuple[Item, ...]
    segments: Mapping[str, bytes]
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
    chosen, partial = _chosen(assessment, wanted)
    items = pack_contents.items_of(assessment, chosen)
    withheld = tuple(each for each in items if wanted.redact and _is_private(each))
    kept = tuple(each for each in items if each not in withheld)
    warnings = _warnings(assessment, kept, withheld, wanted)
    assessment, segments = _told(assessment, withheld)
    ids = {each.id for each in kept}
    kept = tuple(each for each in assessment.evidence.items if each.id in ids)
    making = _Making(
        assessment, wanted, chosen, partial, kept, withheld, segments, key, certificate
    )
    moment = datetime.datetime.fromisoformat(now()).timestamp()
    remove_abandoned(path.parent, moment - _ABANDONED)
    with tempfile.TemporaryDirectory() as name:
        _fill(making, Path(name))
        made = write_pack(path, making.contents, sign=_signer(making), on_bytes=on_bytes)
    return PackMade(
        path,
        made.size,
        made.entries,
        key.fingerprint if key else "",
        partial,
        tuple(each.reference for each in withheld),
        warnings,
        assessment.state.heads[0],
        hashlib.sha256(made.sums.encode()).hexdigest(),
        certificate.name if certificate else "",
        certificate.fingerprint if certificate else "",
    )


def _report_certificate(wanted: PackWanted, passphrase: Passphrase) -> Certificate | None:
    """Open the key the report is to be signed with.

    Raises:
        AssessmentError: where it cannot sign, or the report would not be a PDF.
    """
    if wanted.report_key is None:
        return None
    from cyberassess.adapters.report import render

    reason = render.can_make_pdf()
    if reason:
        raise AssessmentError(
            Problem(
                "no-pdf-to-sign",
                "--sign-report",
                f"Only a PDF can be signed, and the report comes as HTML here: {reason}",
                f"Leave the option out, or mend that first. {_NOTHING}",
            )
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
        raise AssessmentError(
            Problem(
                "no-folder", str(path.parent), "There is no such folder.", f"Make it. {_NOTHING}"
            )
        )
    return path


# What goes in


def _chosen(
    assessment: Assessment, wanted: PackWanted
) -> tuple[frozenset[OutcomeKey] | None, str]:
    if wanted.only:
        keys = [key for name in wanted.only for key in find_keys(assessment, name)]
        said = ", ".join(dict.fromkeys(f"{key.outcome}/{key.scope}" for key in keys))
        return frozenset(keys), f"It holds the evidence for {said} only."
    if wanted.sample:
        drawn = sample(population(assessment), wanted.sample, wanted.seed)
        return frozenset(drawn), (
            f"It holds the evidence for a sample of {len(drawn)} of "
            f"{counted(len(population(assessment)), 'claim')}, drawn with the seed "
            f"{wanted.seed}; lists/sample.csv says how."
        )
    return None, ""


def population(assessment: Assessment) -> tuple[OutcomeKey, ...]:
    """Give every claim, in the scorecard's order: what a sample is drawn from."""
    return tuple(
        each.key for each in assessment.card.outcomes if each.rank and not each.not_applicable
    )


def sample(of: Sequence[OutcomeKey], size: int, seed: int) -> tuple[OutcomeKey, ...]:
    """Draw a sample that anybody can draw again.

    Each claim gets the SHA-256 of ``SEED:FRAMEWORK:SCOPE:OUTCOME``; those with the lowest are
    drawn. Given in the population's order.
    """
    drawn = sorted(of, key=lambda key: _lot(key, seed))[:size]
    return tuple(key for key in of if key in drawn)


def _lot(key: OutcomeKey, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{':'.join(key)}".encode()).hexdigest()


_PRIVATE = re.compile(r"(?i)restricted|confidential|sensitive|secret")


def _is_private(item: Item) -> bool:
    return item.facts.personal_data == "yes" or bool(_PRIVATE.search(item.facts.marking))


def _warnings(
    assessment: Assessment, items: Sequence[Item], withheld: Sequence[Item], wanted: PackWanted
) -> tuple[Problem, ...]:
    """Say which files seem to hold secrets or personal numbers.

    Raises:
        AssessmentError: where there are any and nobody said to go on.
    """
    folder = assessment.workspace.folder
    files = {each.reference: folder / each.stored for each in items if each.stored}
    if not withheld:
        files |= {each.name: each for each in plain_files(assessment.workspace.received)}
    found = [
        Problem(
            "likely-secret",
            name,
            f"It seems to hold {sign.what}{f' ({sign.times} times)' if sign.times > 1 else ''}.",
            "Look at it before it leaves.",
        )
        for name, path in files.items()
        for sign in signs_in(path)
    ]
    if found and not wanted.yes:
        last = Problem(
            "look-first",
            "",
            f"{counted(len({each.where for each in found}), 'file')} may hold what should not "
            "leave the organisation.",
            "Replace or withhold them (--redact), or add --yes to pack them all the same. "
            f"{_NOTHING}",
        )
        raise AssessmentError(*found, last)
    return tuple(found)


def _told(
    assessment: Assessment, withheld: Sequence[Item]
) -> tuple[Assessment, Mapping[str, bytes]]:
    """Give the assessment as the pack tells it, and its ledger; withheld names are taken out.

    Texts are taken out of the ledger with their salt, so that only their digests remain; the
    hashes of the segments stay true.
    """
    ledger = assessment.workspace.ledger
    if not withheld:
        segments = {
            each.name: (ledger / each.name).read_bytes() for each in assessment.reading.segments
        }
        return assessment, segments
    secret = {
        text.casefold()
        for item in withheld
        for text in (
            item.facts.title, item.name, item.facts.link, item.facts.shows,
            *item.facts.known_as,
        )
        if len(text) > 3  # noqa: PLR2004 - shorter ones would take out ordinary words
    }  # fmt: skip
    ids = {each.id for each in withheld}
    redacted = tuple(_redacted(each, secret, ids) for each in assessment.reading.segments)
    segments = {
        each.name: b"".join(canonical(line) + b"\n" for line in (each.header, *each.events))
        for each in redacted
    }
    told = Assessment(
        assessment.workspace,
        assessment.contents,
        Reading(redacted, assessment.reading.notes),
        fold(redacted),
    )
    return told, segments


def _redacted(segment: Segment, secret: set[str], ids: set[str]) -> Segment:
    events = []
    for event in segment.events:
        key = event.get("key")
        whole = isinstance(key, list) and bool(key) and key[0] in ids
        events.append(_without(event, secret, whole=whole))
    return replace(segment, events=tuple(events))


def _without(value: Any, secret: set[str], *, whole: bool) -> Any:  # NOTE: JSON of an event
    if isinstance(value, dict):
        if "digest" in value:
            text = str(value.get("text", "")).casefold()
            hit = whole or any(each in text for each in secret)
            return {"digest": value["digest"]} if hit else value
        return {key: _without(each, secret, whole=whole) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, secret, whole=whole) for each in value]
    return value


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
    came = {} if making.withheld else dict(_folder(workspace.received, "received"))
    making.received = {sha256_of(path): name for name, path in came.items()}
    answers = pack_contents.answers_json(assessment)
    fixed: dict[str, Content] = {
        "answers.json": answers,
        **pack_contents.tables(assessment, making.items, making.paths, making.received),
    }
    if making.wanted.sample:
        fixed["lists/sample.csv"] = _sample_csv(making)
    if making.withheld:
        fixed["lists/withheld.csv"] = _withheld_csv(making)
    fixed |= inside
    fixed |= came
    if not making.withheld:
        fixed |= _folder(workspace.reviews, "reviews", only=("slip-", *_kept_reviews(assessment)))
    fixed |= {f"ledger/{n}": data for n, data in making.segments.items()}
    fixed[SETTINGS] = workspace.folder / SETTINGS
    fixed |= _folder(workspace.folder / "frameworks", "frameworks")
    fixed["method.md"] = resources.folder("docs") / "method.md"
    fixed["pack.json"] = _manifest(making, files)
    if making.key is not None:
        fixed["allowed_signers"] = f"{_principal(assessment)} {making.key.public}\n".encode()
    first: dict[str, Content] = {"README.txt": b"", "index.html": b"", "index.xlsx": b""}
    if making.wanted.report:
        first |= _report(making, scratch, answers)
    page = index_page(_inside(making, len(first) + len(fixed)))
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


def _folder(folder: Path, name: str, only: Iterable[str] = ()) -> Iterator[tuple[str, Path]]:
    """Give the files of a folder with their paths inside, sorted."""
    starts = tuple(only)
    for path in plain_files(folder):
        if not path.name.startswith("."):
            if starts and not path.name.startswith(starts):
                continue
            parts = path.relative_to(folder)
            plain_stem = safe_name("", path.stem, path.suffix, longest=80)
            yield f"{name}/{(parts.parent / plain_stem).as_posix()}", path


def _kept_reviews(assessment: Assessment) -> Iterator[str]:
    for record in assessment.state.register("review-file"):
        yield record.key[0][:8]


def _principal(assessment: Assessment) -> str:
    officer = assessment.contents.settings.officer
    return re.sub(r"\s+", "-", officer.email or slug(officer.name))


def _signer(making: _Making) -> Callable[[bytes], Mapping[str, bytes]]:
    key = making.key
    if key is None:
        return lambda _: {}
    return lambda data: {SIGNATURE: sign(key, data)}


def _report(making: _Making, scratch: Path, answers: bytes) -> dict[str, Content]:
    from cyberassess.app.printing import print_full

    path = print_full(making.assessment, scratch, {"answers.json": answers})
    if making.certificate is None:
        return {path.name: path}
    data = path.read_bytes()
    return {path.name: sign_pdf(data, path.name, making.certificate, moment_of_signing())}


def _manifest(making: _Making, files: Mapping[str, str]) -> bytes:
    assessment, wanted = making.assessment, making.wanted
    settings = assessment.contents.settings
    found = {
        "schema": 1,
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
        "sample": {"size": wanted.sample, "seed": wanted.seed} if wanted.sample else None,
        "withheld": [each.reference for each in making.withheld],
        "signed_by": making.key.fingerprint if making.key else None,
        "report_signed_by": making.certificate.fingerprint if making.certificate else None,
        "evidence": dict(sorted(files.items())),
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _inside(making: _Making, listed: int) -> Inside:
    return Inside(
        assessment=making.assessment,
        items=making.items,
        withheld=making.withheld,
        chosen=making.chosen,
        partial=making.partial,
        paths=making.paths,
        received=making.received,
        principal=_principal(making.assessment),
        fingerprint=making.key.fingerprint if making.key else "",
        report_signer=making.certificate.name if making.certificate else "",
        listed=listed,
    )


def _sample_csv(making: _Making) -> bytes:
    wanted = making.wanted
    drawn = making.chosen or frozenset()
    rows: list[Sequence[str]] = [
        (
            "framework",
            "scope",
            "outcome",
            "drawn",
            f"sha256 of {wanted.seed}:framework:scope:outcome",
        ),
    ]
    for key in population(making.assessment):
        rows.append((*key, "yes" if key in drawn else "", _lot(key, wanted.seed)))
    rows.append(
        ("How it was drawn:", f"the {wanted.sample} claims with the lowest SHA-256", "", "", "")
    )
    return csv_bytes(rows)


def _withheld_csv(making: _Making) -> bytes:
    rows: list[Sequence[str]] = [("reference", "why", "supports")]
    for item in making.withheld:
        why = "holds personal data" if item.facts.personal_data == "yes" else "restricted"
        supports = "; ".join(f"{e.outcome.outcome}/{e.outcome.scope}" for e in item.links)
        rows.append((item.reference, why, supports))
    rows.append(("received/", "the workbooks as they came back may name what was withheld", ""))
    rows.append(("reviews/", "the assurers' workbooks may name what was withheld", ""))
    return csv_bytes(rows)
