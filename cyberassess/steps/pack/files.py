"""What must lie in a pack: the files each kind of it promises, and those its ledger names.

A pack is checked against what the version that wrote it promised. A kind is never changed: what a
later version adds makes a new one. Evidence, workbooks and reviews are those the ledger names,
nothing more and nothing less, but for what the manifest says is withheld.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cyberassess.domain.record.evidence import Held
from cyberassess.domain.record.reviewing import REVIEW_FILE
from cyberassess.errors import Problem
from cyberassess.opening.assessment import Assessment

MANIFEST = "pack.json"
SIGNERS = "allowed_signers"
KIND = 3
"""The kind this program writes."""
_ALWAYS = (
    "README.txt", "index.html", "index.xlsx", "answers.json", "answers.csv",
    "lists/not-applicable.csv", "lists/other-means.csv", "lists/exceptions.csv",
    "lists/overrides.csv", "lists/changes.csv", "evidence/list.csv", "evidence/sighted.csv",
    "assessment.yaml", "method.md", MANIFEST,
)  # fmt: skip
_SINCE_2 = (*_ALWAYS, "lists/better-than-this.csv")
PARTS = {1: _ALWAYS, 2: _SINCE_2, 3: _SINCE_2}
"""The files every pack of a kind holds. Since kind 2 the manifest says whether a report is in it;
in kind 1 it always is. Since kind 3 the index counts confirmations among results that apply."""
FOLDERS = ("ledger/", "frameworks/", "evidence/EV-", "received/", "reviews/")
"""How the paths of all other files begin."""
REPORTS = ("report.pdf", "report.html")

_Line = Annotated[str, Field(max_length=2000)]
_Lines = tuple[_Line, ...]


class Sample(BaseModel):
    """How a sample was drawn."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    size: Annotated[int, Field(ge=0)]
    seed: int | _Line
    word: _Line = ""


class Manifest(BaseModel):
    """What ``pack.json`` says; keys of later versions are left alone."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    schema_: Annotated[Literal[1], Field(alias="schema")]
    kind: Annotated[int, Field(ge=1)] = 1
    organisation: _Line
    period: _Line
    assessment: _Line
    heads: Annotated[_Lines, Field(min_length=1, max_length=1000)]
    date: _Line
    marking: _Line
    partial: _Line | None = None
    only: _Lines | None = None
    sample: Sample | None = None
    withheld: _Lines = ()
    withheld_files: dict[str, _Line] | None = None
    signed_by: _Line | None = None
    report: Literal["report.pdf", "report.html"] | None = None
    report_signed_by: _Line | None = None
    evidence: dict[str, _Line] = Field(default_factory=dict)

    @property
    def is_newer(self) -> bool:
        """Whether a later program wrote it, so that its promises are not known."""
        return self.kind not in PARTS

    @property
    def promised(self) -> tuple[str, ...]:
        """Every file that must be there, but the report of kind 1 and what the ledger names."""
        return tuple(self._promised())

    def _promised(self) -> Iterator[str]:
        yield from PARTS.get(self.kind, PARTS[KIND])
        if self.sample is not None:
            yield "lists/sample.csv"
        if self.withheld:
            yield "lists/withheld.csv"
        if self.signed_by:
            yield SIGNERS
        if self.report:
            yield self.report


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
