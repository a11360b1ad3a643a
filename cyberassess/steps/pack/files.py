"""The files of a pack that the ledger names: evidence, workbooks and reviews.

They are those the ledger names, nothing more and nothing less, but for what the pack says it
withholds; what the ledger says of workbooks is looked up in them.
"""

from collections.abc import Collection, Iterator, Mapping

from cyberassess.domain.record.evidence import Held
from cyberassess.domain.record.reviewing import REVIEW_FILE
from cyberassess.errors import Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.pack.kinds import Manifest

Hashes = Mapping[str, str]
"""SHA-256 of the entries of a pack, keyed by path inside."""

EVIDENCE = "evidence/EV-"
RECEIVED = "received/"
REVIEWS = "reviews/"
_ASK = "Ask the sender for it."


def files_problems(
    hashes: Hashes, assessment: Assessment, manifest: Manifest
) -> Iterator[Problem]:
    """Compare evidence, workbooks and reviews with what the ledger says of them."""
    yield from _missing_evidence(hashes, assessment, manifest)
    inside, withheld = set(hashes.values()), withheld_files(assessment, manifest)
    for sha256, (name, folder) in originals_of(assessment).items():
        if sha256 not in inside and sha256 not in withheld:
            yield Problem(
                "original-missing",
                f"{folder}{name}",
                "The workbook the ledger names is not in the pack, or was changed.",
                f"{_ASK} The answers themselves are in the ledger.",
            )
    for sha256, slip in slips_of(assessment).items():
        if sha256 in inside and slip not in hashes:
            message = "The slip the ledger names, beside a review, is not in the pack."
            yield Problem("slip-missing", slip, message, _ASK)
    yield from _not_named(hashes, assessment)


def _missing_evidence(
    hashes: Hashes, assessment: Assessment, manifest: Manifest
) -> Iterator[Problem]:
    inside = set(hashes.values())
    withheld = set(manifest.withheld)
    if manifest.partial:
        return
    for item in assessment.evidence.items:
        if item.held is not Held.FILE or item.reference in withheld or item.sha256 in inside:
            continue
        title = item.facts.title or item.name
        message = f'The document "{title}" is not in the pack, or was changed.'
        yield Problem("evidence-missing", item.reference, message, _ASK)


def _not_named(hashes: Hashes, assessment: Assessment) -> Iterator[Problem]:
    """Name files among the evidence, the workbooks and the reviews that the ledger does not."""
    originals = set(originals_of(assessment))
    items = {each.sha256 for each in assessment.evidence.items if each.sha256}
    slips = slips_of(assessment).values()
    for name, sha256 in hashes.items():
        is_named = sha256 in (items if name.startswith(EVIDENCE) else originals) or name in slips
        if name.startswith((EVIDENCE, RECEIVED, REVIEWS)) and not is_named:
            message = "The ledger names no such file."
            hint = (
                "It was put into the pack, or its entry taken out of the ledger: ask the sender."
            )
            yield Problem("not-named", name, message, hint)


def slips_of(assessment: Assessment) -> dict[str, str]:
    """Give where the slip of every review lies in a pack, keyed by the review's SHA-256."""
    return {
        record.key[0]: f"{REVIEWS}{record.fields.get('slip', '')}"
        for record in assessment.state.register(REVIEW_FILE)
    }


def originals_of(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """Give name and folder of every file that came in and was accepted, keyed by SHA-256."""
    state = assessment.state
    came = {each.sha256: (each.name, RECEIVED) for each in state.received if each.accepted}
    for segment in assessment.reading.segments:
        for _, event in segment.happened():
            if event.came.kind == "import" and event.came.file:
                came.setdefault(event.came.file, (event.came.name, RECEIVED))
    for record in state.register(REVIEW_FILE):
        came[record.key[0]] = (str(record.fields.get("name", "")), REVIEWS)
    return came


def withheld_files(assessment: Assessment, manifest: Manifest) -> Collection[str]:
    """Give SHA-256 of the workbooks a pack says it withholds.

    Packs of 0.1 withheld all of them as soon as they withheld anything.
    """
    if manifest.withheld_files is not None:
        return manifest.withheld_files.keys()
    return originals_of(assessment).keys() if manifest.withheld else ()


def withheld_notes(manifest: Manifest) -> Iterator[Problem]:
    """Name the workbooks a pack says it withholds, each with its reason."""
    for sha256, why in (manifest.withheld_files or {}).items():
        message = f"A workbook was withheld ({sha256[:8]}): it {why}."
        yield Problem.note("withheld", "pack.json", message)
