"""Kinds of evidence pack: what each promises to hold, and what its manifest says.

A pack is checked against what the version that wrote it promised. A kind is never changed: what a
later version adds makes a new one.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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
