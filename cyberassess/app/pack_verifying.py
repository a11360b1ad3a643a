"""Checking an evidence pack: its bytes, its signature, and every number derived again."""

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.adapters.files import read_plain
from cyberassess.adapters.outside import fault_of, joined
from cyberassess.adapters.pack import (
    SIGNATURE,
    SUMS,
    CheckedPack,
    check_pack,
    read_entry,
    unpack,
)
from cyberassess.adapters.pdf_signing import check_pdf, has_signature, is_installed
from cyberassess.adapters.signing import MOST_KEY_BYTES, fingerprint, is_signed_by
from cyberassess.adapters.workspace import SETTINGS
from cyberassess.app.opening import Assessment, open_assessment
from cyberassess.app.pack_contents import answers_json, items_of, tables
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.evidence import Held
from cyberassess.domain.framework import FrameworkRef, OutcomeId
from cyberassess.errors import AssessmentError, CyberassessError, LedgerError, Problem, Severity

Json = Any  # NOTE: values of json.loads, compared as they are.


@dataclass(frozen=True, slots=True)
class PackVerified:
    """What ``verify`` found in a pack."""

    files: int
    answers: int
    outcomes: int
    head: str
    signature: str
    """In words: by whom, or that there is none."""
    is_signed: bool
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    report_signature: str = ""
    """In words: who signed the report itself; empty where nobody did."""


def verify_pack(
    path: Path, *, key: Path | None = None, on_bytes: Callable[[int], None] = lambda _: None
) -> PackVerified:
    """Check hashes and signature; derive every determination and score again from the pack.

    Args:
        key: the sender's public key, if it came another way; without it the one inside is used.

    Raises:
        AssessmentError: where the file is no pack.
    """
    if not path.is_file():
        raise AssessmentError(
            Problem("not-there", str(path), "There is no such file.", "Check name and folder.")
        )
    checked = check_pack(path, on_bytes)
    problems = list(checked.problems)
    manifest = _manifest(path, checked, problems)
    notes: list[Problem] = []
    signature, is_signed = _signature(path, checked, manifest, key, problems=problems, notes=notes)
    report = _report_signature(path, checked, manifest, problems=problems, notes=notes)
    answers = outcomes = 0
    head = " ".join(manifest.get("heads", []))
    with tempfile.TemporaryDirectory() as name:
        assessment = _opened(path, checked, Path(name), problems)
        if assessment is not None:
            head = " ".join(assessment.state.heads)
            answers = sum(len(given) for given in assessment.state.answers.values())
            outcomes = len(assessment.card.outcomes)
            problems += _derived(path, checked, assessment)
            problems += _tables(path, checked, assessment, manifest)
            problems += _files(checked, assessment, manifest)
    if manifest.get("partial"):
        notes.append(Problem("partial", "pack.json", manifest["partial"], "", Severity.NOTE))
    if manifest.get("withheld"):
        withheld = ", ".join(manifest["withheld"])
        notes.append(Problem("withheld", "pack.json", f"Withheld: {withheld}.", "", Severity.NOTE))
    return PackVerified(
        len(checked.hashes), answers, outcomes, head, signature, is_signed, tuple(problems),
        tuple(notes), report,
    )  # fmt: skip


def _manifest(path: Path, checked: CheckedPack, problems: list[Problem]) -> dict[str, Json]:
    if "pack.json" in checked.hashes:
        try:
            found = json.loads(read_entry(path, "pack.json"))
        except (ValueError, CyberassessError):
            found = None
        if isinstance(found, dict):
            return found
    problems.append(
        Problem("no-manifest", "pack.json", "It is missing or cannot be read.", "Ask again.")
    )
    return {}


def _signature(
    path: Path,
    checked: CheckedPack,
    manifest: dict[str, Json],
    key: Path | None,
    *,
    problems: list[Problem],
    notes: list[Problem],
) -> tuple[str, bool]:
    """Say in words who signed, and whether the signature is good."""
    expected = manifest.get("signed_by")
    if SIGNATURE not in checked.hashes:
        if expected or key is not None:
            problems.append(
                Problem(
                    "signature-missing",
                    SIGNATURE,
                    "The pack says it was signed, but the signature is not in it."
                    if expected
                    else "The pack is unsigned, but a key to check it with was given.",
                    "Ask the sender for the pack as it was signed.",
                )
            )
        return "unsigned: nothing shows who packed it", False
    try:
        return _checked_signature(path, expected, key, problems=problems, notes=notes)
    except (ValueError, IndexError) as cause:
        problems.append(
            Problem(
                "signature-odd", "allowed_signers", f"It cannot be read: {cause}.", "Ask again."
            )
        )
    except AssessmentError as cause:
        problems += cause.problems
    return "not checked", False


def _checked_signature(
    path: Path,
    expected: Json,
    key: Path | None,
    *,
    problems: list[Problem],
    notes: list[Problem],
) -> tuple[str, bool]:
    who, _, inside = read_entry(path, "allowed_signers").decode().strip().partition(" ")
    public = inside
    if key is not None:
        words = read_plain(key, MOST_KEY_BYTES).decode("utf-8", "replace").split()
        public = " ".join(words[:2])
    mark = fingerprint(public)
    good = is_signed_by(read_entry(path, SUMS), read_entry(path, SIGNATURE), public, who)
    if not good:
        problems.append(
            Problem(
                "signature-wrong",
                SIGNATURE,
                f"The signature was not made with the key {mark}, or {SUMS} was changed.",
                "Ask the sender which key signed the pack.",
            )
        )
        return f"not signed with {mark}", False
    if expected != mark:
        problems.append(
            Problem(
                "signature-other",
                "pack.json",
                f'It names the key "{expected}", but {mark} signed.',
                "Somebody else may have signed the pack again: ask the sender.",
            )
        )
    if key is None:
        notes.append(
            Problem(
                "key-from-pack",
                "allowed_signers",
                f"The key came with the pack. Ring the sender and compare: {mark}.",
                "Or give their key: --key FILE.",
                Severity.NOTE,
            )
        )
    return f"signed by {who} with {mark}", not [e for e in problems if e.where == SIGNATURE]


_REPORT = "report.pdf"


def _report_signature(
    path: Path,
    checked: CheckedPack,
    manifest: dict[str, Json],
    *,
    problems: list[Problem],
    notes: list[Problem],
) -> str:
    """Say in words who signed the report itself; empty where the pack says that nobody did."""
    expected = manifest.get("report_signed_by")
    if not expected:
        return ""

    def say(code: str, message: str) -> str:
        hint = "The report was changed after it was signed; ask for the pack again."
        problems.append(Problem(code, _REPORT, message, hint))
        return "does not hold"

    data = read_entry(path, _REPORT) if _REPORT in checked.hashes else b""
    if not has_signature(data):
        return say("report-signature-missing", "The pack says it is signed, but it is not.")
    if not is_installed():
        notes.append(
            Problem(
                "report-signature-not-checked",
                _REPORT,
                "It carries a signature that cannot be checked here.",
                'Install what checks it (pip install "cyberassess[sign]"), or open it in a '
                "reader that does; README.txt says how.",
                Severity.NOTE,
            )
        )
        return "not checked"
    found = check_pdf(data)
    if found is None or found.fault:
        return say("report-signature-wrong", found.fault if found else "It is not signed.")
    if found.fingerprint != expected:
        return say(
            "report-signature-other",
            f'The pack names the certificate "{expected}", but {found.fingerprint} signed.',
        )
    return f"signed by {found.name} with the certificate {found.fingerprint}"


_WORKSPACE = ("ledger/", "frameworks/")
_EVIDENCE = "evidence/EV-"
_BELIEVE = (
    "Believe the ledger, and ask the sender; an update of the program may also explain it: "
    "compare its version with the one in pack.json."
)


def _opened(
    path: Path, checked: CheckedPack, scratch: Path, problems: list[Problem]
) -> Assessment | None:
    """Open the assessment in the pack; ``None``, with the problems, where it cannot be."""
    names = {
        name: joined(scratch, name)
        for name in checked.hashes
        if name == SETTINGS or name.startswith(_WORKSPACE)
        if not fault_of(name)
    }
    try:
        unpack(path, names)
        assessment = open_assessment(scratch)
        assert assessment.card is not None  # noqa: S101 - derived here, raising where it cannot be
    except (LedgerError, AssessmentError) as cause:
        problems += [each for each in cause.problems if each not in problems]
        return None
    except OSError as cause:
        problems.append(
            Problem(
                "not-unpacked",
                path.name,
                f"The assessment inside cannot be unpacked: {cause.strerror}.",
                "Look at the space on the disk.",
            )
        )
        return None
    problems += [each for each in assessment.notes if each.severity is Severity.PROBLEM]
    return assessment


def _derived(path: Path, checked: CheckedPack, assessment: Assessment) -> Iterator[Problem]:
    """Compare every number in ``answers.json`` with what follows from the ledger."""
    if "answers.json" not in checked.hashes:
        return
    try:
        said = json.loads(read_entry(path, "answers.json"))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        yield Problem(
            "unreadable", "answers.json", "It is not the JSON a pack holds.", "Ask again."
        )
        return
    found = json.loads(answers_json(assessment))
    for part in ("outcomes", "themes", "confidence", "verdicts", "detail"):
        mine, theirs = found.get(part), said.get(part)
        if mine == theirs:
            continue
        where = _first_difference(mine, theirs)
        yield Problem(
            "derives-differently",
            f"answers.json, {part}{where}",
            "It is not what follows from the ledger and the control sets in this pack.",
            _BELIEVE,
        )
    if said.get("heads") != found["heads"]:
        yield Problem(
            "other-head",
            "answers.json, heads",
            "It names another head of the ledger than the one in this pack.",
            "A part of the ledger is missing, or was added.",
        )


def _tables(
    path: Path, checked: CheckedPack, assessment: Assessment, manifest: dict[str, Json]
) -> Iterator[Problem]:
    """Compare every table with what follows from the ledger, line by line."""
    withheld = set(manifest.get("withheld") or ())
    items = tuple(
        each for each in items_of(assessment, _only(manifest)) if each.reference not in withheld
    )
    lying = {sha256: name for name, sha256 in checked.hashes.items() if name.startswith(_EVIDENCE)}
    paths = {each.id: lying[each.sha256] for each in items if each.sha256 in lying}
    received = {
        sha256: name for name, sha256 in checked.hashes.items() if name.startswith("received/")
    }
    for name, mine in tables(assessment, items, paths, received).items():
        if name not in checked.hashes:
            continue
        theirs = read_entry(path, name)
        if mine != theirs:
            pairs = zip(mine.splitlines(), theirs.splitlines(), strict=False)
            same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            yield Problem(
                "derives-differently",
                f"{name}, line {same + 1}",
                "It is not what follows from the ledger and the control sets in this pack.",
                _BELIEVE,
            )


def _only(manifest: dict[str, Json]) -> set[OutcomeKey] | None:
    """Give the outcomes whose evidence a partial pack holds; ``None`` for all."""
    only = manifest.get("only")
    if not isinstance(only, list):
        return None
    parts = [str(each).split("/") for each in only]
    return {
        OutcomeKey(FrameworkRef(each[0]), ScopeId(each[1]), OutcomeId(each[2]))
        for each in parts
        if len(each) == len(OutcomeKey._fields)
    }


def _first_difference(mine: Json, theirs: Json) -> str:
    if isinstance(mine, list) and isinstance(theirs, list):
        for number, (one, other) in enumerate(zip(mine, theirs, strict=False), start=1):
            if one != other:
                names = [str(one.get(k)) for k in ("outcome", "theme", "scope") if one.get(k)]
                return f", {' in '.join(names) or f'entry {number}'}"
        return f", {len(theirs)} entries instead of {len(mine)}"
    return ""


def _files(
    checked: CheckedPack, assessment: Assessment, manifest: dict[str, Json]
) -> Iterator[Problem]:
    """Compare evidence and originals with what the ledger says of them."""
    inside = set(checked.hashes.values())
    withheld = set(manifest.get("withheld") or ())
    partial = bool(manifest.get("partial"))
    for item in assessment.evidence.items:
        if item.held is not Held.FILE or item.reference in withheld or partial:
            continue
        if item.sha256 not in inside:
            yield Problem(
                "evidence-missing",
                item.reference,
                f'The document "{item.facts.title or item.name}" is not in the pack, or was '
                "changed.",
                "Ask the sender for it.",
            )
    if withheld:
        return
    for each in assessment.state.received:
        if each.accepted and each.sha256 not in inside:
            yield Problem(
                "original-missing",
                f"received/{each.name}",
                "The workbook the ledger names is not in the pack, or was changed.",
                "Ask the sender for it; the answers themselves are in the ledger.",
            )
