"""A pack that was opened: what its kind promises, and which part of it is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cyberassess.disk.pack import SIGNATURE, SUMS, CheckedPack, read_entry
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record.evidence import Item
from cyberassess.domain.record.pack_kinds import (
    FOLDERS,
    KIND,
    MANIFEST,
    REPORTS,
    SIGNERS,
    Manifest,
)
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.errors import CyberassessError, Problem, Severity
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.pack.contents import items_of

_ASK = "Ask the sender for the whole pack."


@dataclass(frozen=True, slots=True)
class Opened:
    """A pack whose ledger could be read, with what its manifest says of it."""

    path: Path
    checked: CheckedPack
    manifest: Manifest
    assessment: Assessment
    items: tuple[Item, ...]
    """The evidence that is listed."""
    withheld: tuple[Item, ...]
    only: frozenset[OutcomeKey] | None
    """The outcomes whose evidence a partial pack holds; ``None`` for all."""
    paths: Mapping[str, str]
    """Where items lie inside, keyed by their id."""
    received: Mapping[str, str]
    """Where workbooks lie inside, keyed by their SHA-256."""

    @property
    def report(self) -> str:
        """The report's name inside; empty where there is none."""
        return next((each for each in REPORTS if each in self.checked.hashes), "")


def open_pack(
    path: Path, checked: CheckedPack, manifest: Manifest, assessment: Assessment
) -> Opened:
    """Give a pack as it is compared with its ledger."""
    only = _only(manifest)
    found = items_of(assessment, only)
    items = tuple(each for each in found if each.reference not in manifest.withheld)
    lying = _by_hash(checked, "evidence/EV-")
    return Opened(
        path, checked, manifest, assessment, items,
        tuple(each for each in found if each.reference in manifest.withheld),
        only,
        {each.id: lying[each.sha256] for each in items if each.sha256 in lying},
        _by_hash(checked, "received/"),
    )  # fmt: skip


def _by_hash(checked: CheckedPack, start: str) -> dict[str, str]:
    return {sha256: name for name, sha256 in checked.hashes.items() if name.startswith(start)}


def _only(manifest: Manifest) -> frozenset[OutcomeKey] | None:
    if manifest.only is None:
        return None
    parts = [each.split("/") for each in manifest.only]
    return frozenset(
        OutcomeKey(FrameworkRef(each[0]), ScopeId(each[1]), OutcomeId(each[2]))
        for each in parts
        if len(each) == len(OutcomeKey._fields)
    )


def read_manifest(path: Path, checked: CheckedPack) -> tuple[Manifest | None, list[Problem]]:
    """Read ``pack.json`` strictly; ``None``, with what is wrong, where it cannot be."""
    if MANIFEST not in checked.hashes:
        return None, [Problem("no-manifest", MANIFEST, "It is missing or cannot be read.", _ASK)]
    try:
        found = Manifest.model_validate_json(read_entry(path, MANIFEST))
    except ValidationError as cause:
        return None, [
            Problem(
                "no-manifest",
                ", ".join((MANIFEST, *(str(part) for part in each["loc"]))),
                f"It is not what a pack says of itself: {each['msg']}.",
                _ASK,
            )
            for each in cause.errors(include_url=False)[:5]
        ]
    except (CyberassessError, ValueError):
        return None, [Problem("no-manifest", MANIFEST, "It is missing or cannot be read.", _ASK)]
    return found, []


def missing_parts(checked: CheckedPack, manifest: Manifest) -> Iterator[Problem]:
    """Name every part that the pack's kind promises and that is not there, and what is more."""
    there = checked.hashes
    promised = manifest.promised
    for name in promised:
        if name not in there:
            yield _missing(name)
    reports = [name for name in REPORTS if name in there]
    if manifest.kind == 1 and not reports:
        yield _missing(REPORTS[0])
    allowed = {*promised, SUMS, SIGNATURE, SIGNERS, *(REPORTS[:2] if manifest.kind == 1 else ())}
    for name in there:
        if name not in allowed and not name.startswith(FOLDERS):
            message = "A pack of this kind has no such part."
            yield Problem("part-unknown", name, message, "Ask the sender what it is.")
    for names in (reports[1:], [SIGNERS] if SIGNERS in there and not manifest.signed_by else []):
        for name in names:
            message = "It does not belong to what the manifest says of this pack."
            yield Problem("part-unknown", name, message, "Ask the sender what it is.")


def _missing(name: str) -> Problem:
    return Problem("part-missing", name, "Every pack of this kind holds it; this one not.", _ASK)


def kind_note(manifest: Manifest) -> Problem | None:
    """Say to what an older pack was verified; ``None`` for one of today's kind."""
    if manifest.kind == KIND:
        return None
    if manifest.is_newer:
        message = f"A newer version wrote it (kind {manifest.kind}; this one knows up to {KIND})."
        return Problem("kind-newer", MANIFEST, message, "Update cyberassess and check it again.")
    message = (
        f"It is a pack of kind {manifest.kind}, and was checked for what packs of that kind "
        f"promise; packs of today are of kind {KIND}. README and index are held by their hashes "
        "alone, since today's say more."
    )
    return Problem("kind-older", MANIFEST, message, "", Severity.NOTE)
