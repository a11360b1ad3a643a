"""What is said after verifying, joining and recovering."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import Json, counted, fields_of, joined
from cyberassess.steps.pack.words import TRUST
from cyberassess.steps.settle.words import conflict_lines, difference_lines
from cyberassess.terminal.fitting import table, wrap

if TYPE_CHECKING:
    from cyberassess.signing.pdf import PdfSignature
    from cyberassess.steps.care.cells import CellsVerified
    from cyberassess.steps.care.merging import Merge, SettingDiffers
    from cyberassess.steps.care.pack import PackVerified
    from cyberassess.steps.care.recovering import ReadFile, Recovered
    from cyberassess.steps.care.verifying import Verified


def verified_lines(found: "Verified") -> Iterator[str]:
    """Say what was checked."""
    if found.segments:
        yield (
            f"{counted(found.segments, 'file')} of the ledger, "
            f"{counted(found.events, 'entry')}, {counted(found.answers, 'answer')}."
        )
        yield f"Head: {found.head}"
    yield from cell_lines(found.cells)
    yield (
        "Nothing was altered."
        if not found.problems
        else f"{counted(len(found.problems), 'problem')} found:"
    )


def verified_json(found: "Verified") -> Json:
    """Give ``verify --json``."""
    return {
        "schema": 1,
        **fields_of(found, "segments events answers head"),
        "cells": cells_json(found.cells),
        "problems": [str(each) for each in found.problems],
        "notes": [str(each) for each in found.notes],
    }


def pack_verified_lines(found: "PackVerified") -> Iterator[str]:
    """Say what was checked in a pack."""
    yield (
        f"{counted(found.files, 'file')}, {counted(found.answers, 'answer')}, "
        f"{counted(found.outcomes, 'determination')} derived again."
    )
    yield from wrap(f"Signature: {found.signature}.")
    if found.report_signature:
        yield from wrap(f"Report: {found.report_signature}.")
    yield f"Head: {found.head}"
    yield from cell_lines(found.cells)
    if found.problems:
        yield f"{counted(len(found.problems), 'problem')} found."
    else:
        yield from wrap(found.conclusion)
    yield from wrap(found.not_looked_into)


def pack_verified_json(found: "PackVerified") -> Json:
    """Give ``verify PACK --json``."""
    return {
        "schema": 1,
        **fields_of(found, "files answers outcomes head signature"),
        "signed": found.is_signed,
        "seal": found.seal.value,
        **fields_of(found, "conclusion? not_looked_into report_signature?"),
        "cells": cells_json(found.cells),
        "problems": [str(each) for each in found.problems],
        "notes": [str(each) for each in found.notes],
    }


def pdf_verified_lines(found: "PdfSignature | None") -> Iterator[str]:
    """Say what a document's signature says."""
    if found is None:
        yield "Unsigned: nothing shows who wrote this document, or whether it was changed."
    elif found.fault:
        yield from wrap(f"The signature does not hold. {found.fault}")
    else:
        yield from wrap(f"Signed by {found.name}; the certificate is from {found.issuer}.")
        yield "Nothing was altered since."
        yield from wrap(TRUST)
        yield found.fingerprint


def pdf_verified_json(found: "PdfSignature | None") -> Json:
    """Give ``verify FILE.pdf --json``."""
    return {
        "schema": 1,
        "signed": found is not None and not found.fault,
        "signed_by": found.name if found else None,
        "issuer": found.issuer if found else None,
        "fingerprint": found.fingerprint if found else None,
        "problems": [found.fault] if found and found.fault else [],
    }


_SHOWN = 20


def merge_lines(found: "Merge", *, dry_run: bool) -> Iterator[str]:
    """Say what was done, which settings count, and what is in conflict now."""
    if not found.changes:
        yield "There is nothing to join: this is one assessment with one history."
    else:
        yield "This would be done:" if dry_run else "Done:"
    for step in found.steps:
        yield from wrap(step.says, "  ")
    if found.heads:
        yield from wrap(f"Join {' and '.join(found.heads)}.", "  ")
    if found.settings:
        yield "Settings that differ:"
        for setting in found.settings[:_SHOWN]:
            yield from wrap(_setting(setting), "  ")
        if len(found.settings) > _SHOWN:
            yield f"  … and {counted(len(found.settings) - _SHOWN, 'more', 'more')}."
        yield "  To change one, edit assessment.yaml: the next command records it."
    if found.conflicts:
        yield from conflict_lines(found.conflicts)
    yield from difference_lines(found.differences)
    if dry_run:
        yield "Nothing was changed: this was a dry run."
    elif found.conflicts:
        first = found.conflicts[0].statement
        yield (f"Next: cyberassess resolve {first.indicator}/{first.scope} --answer … --reason …")
    elif not found.differences:
        yield "Next: cyberassess status"


def _setting(each: "SettingDiffers") -> str:
    if not each.here:
        return f"{each.key}: none here, {each.there} in {each.where}. None counts."
    there = f"{each.there} in" if each.there else "none in"
    return f"{each.key}: {each.here} here, {there} {each.where}. {each.here} counts."


def merge_json(found: "Merge", *, dry_run: bool) -> Json:
    """Give ``merge --json``."""
    from cyberassess.steps.settle.resolving import conflict_json

    return {
        "schema": 1,
        "dry_run": dry_run,
        "joined": list(found.heads),
        "steps": [fields_of(each, "kind name says") for each in found.steps],
        "settings": [fields_of(each, "key here there where") for each in found.settings],
        "conflicts": [conflict_json(each) for each in found.conflicts],
        "differences": [
            {"what": e.what, "values": [{"ref": c.ref, "text": c.text} for c in e.choices]}
            for e in found.differences
        ],
        "notes": [str(each) for each in found.notes],
    }


def recover_lines(found: "Recovered") -> Iterator[str]:
    """Say what was read, what was lost line by line, and what to do next."""
    if found.folder is None:
        yield "Nothing is damaged: everything can be read. Nothing was written."
        return
    yield f"Recovered {counted(found.answers, 'answer')} into {found.folder}"
    yield "The damaged folder was not changed."
    yield from table((each.name, _fate(each)) for each in found.files)
    for each in found.files:
        for line, why in each.lost:
            place = f"ledger/{each.name}, line {line}" if line else f"ledger/{each.name}"
            yield from wrap(f"{place}: {why}", "  ")
    for name in found.missing:
        yield f"  ledger/{name}.jsonl: The file is not there. What it held is not known."
    for text in found.mended:
        yield from wrap(text, "  ")
    if not found.id_kept:
        yield from wrap(
            "The first file of the ledger is lost, and with it what sent questionnaires are "
            "recognised by. Send new ones: cyberassess send"
        )
    if found.again:
        yield from wrap(
            f"{counted(len(found.again), 'original')} may hold answers that were lost. Receive "
            "them again, inside the new folder:"
        )
        for path in found.again:
            yield f'  cyberassess receive "{path}"'
    yield (
        "Everything that was ever stored is there."
        if found.is_complete
        else "Compare it with a backup if there is one: cyberassess merge FOLDER adds what it has."
    )
    yield f'Next: cyberassess -C "{found.folder}" verify'


def _fate(each: "ReadFile") -> str:
    read = counted(each.events, "entry")
    if each.is_whole:
        return f"whole, {read}"
    return f"damaged, {read} read"


def recover_json(found: "Recovered") -> Json:
    """Give ``recover --json``."""
    return {
        "schema": 1,
        "folder": None if found.folder is None else str(found.folder),
        "answers": found.answers,
        "complete": found.is_complete,
        "files": [
            {
                "name": each.name,
                "entries": each.events,
                "whole": each.is_whole,
                "lost": [{"line": line or None, "why": why} for line, why in each.lost],
            }
            for each in found.files
        ],
        "missing": list(found.missing),
        "mended": list(found.mended),
        "receive_again": list(found.again),
        "problems": [str(each) for each in found.lost],
    }


_NOT_WHO = (
    "That shows that ledger and workbooks agree, not who wrote them: whoever writes the ledger "
    "can write the workbooks too, but then those of every person."
)


def cell_lines(found: "CellsVerified") -> Iterator[str]:
    """Say how much was found again in its cell, and what had none or was withheld."""
    if found.named:
        said = [f"{found.found.get(kind, 0):,} of {of:,} {kind}" for kind, of in _counts(found)]
        yield from wrap(f"{joined(said)} found again in their cells.")
        yield from wrap(_NOT_WHO)
    if found.without_cell:
        yield from wrap(
            f"Nothing to compare: {found.without_cell:,} typed, imported or decided, so without a "
            "cell."
        )
    if found.withheld:
        yield from wrap(f"Not compared: {found.withheld:,} whose workbook or text was withheld.")


def _counts(found: "CellsVerified") -> list[tuple[str, int]]:
    return sorted(found.named.items())


def cells_json(found: "CellsVerified") -> Json:
    """Give the same for ``verify --json``."""
    return {
        "named": sum(found.named.values()),
        "found": sum(found.found.values()),
        "by_kind": {
            kind: {"named": of, "found": found.found.get(kind, 0)} for kind, of in _counts(found)
        },
        "without_cell": found.without_cell,
        "withheld": found.withheld,
    }
