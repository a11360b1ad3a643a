"""Checking an evidence pack: its bytes, its signature, and every number derived again."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TypeVar

from cyberassess.disk.files import fault_of, joined, need_plain, temporary_folder
from cyberassess.disk.pack import (
    SIGNATURE,
    SUMS,
    CheckedPack,
    check_pack,
    read_entry,
    straightened,
    unpack,
)
from cyberassess.disk.segment_file import read_json
from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.result.theme_maturity import level_of_0_1
from cyberassess.errors import AssessmentError, CyberassessError, Problem, Severity
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.opening.years import unlike_upgrades
from cyberassess.signing.pdf import check_pdf, has_signature, is_installed
from cyberassess.signing.ssh_signature import (
    NAMESPACE,
    Signature,
    is_signed_by,
    named_fingerprint,
    read_signature,
    read_signer,
)
from cyberassess.steps.care.cells import CellsVerified
from cyberassess.steps.care.facts import (
    BELIEVE,
    Opened,
    facts,
    first_line,
    kind_note,
    missing_parts,
    open_pack,
    read_manifest,
)
from cyberassess.steps.care.verifying import verify_packed
from cyberassess.steps.pack.contents import answers_json, tables
from cyberassess.steps.pack.files import (
    KIND,
    MANIFEST,
    SIGNERS,
    Manifest,
    files_problems,
    withheld_notes,
)
from cyberassess.steps.pack.sampling import LIST as SAMPLE
from cyberassess.steps.pack.sampling import drawn_again


@dataclass(frozen=True, slots=True)
class PackVerified:
    """What ``verify`` found in a pack."""

    files: int
    answers: int
    outcomes: int
    head: str
    signature: str
    """In words: by whom, or that there is none."""
    seal: "Seal"
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    report_signature: str = ""
    """In words: who signed the report itself; empty where nobody did."""
    cells: CellsVerified = field(default_factory=CellsVerified)

    not_looked_into: str = (
        "Not looked into: the wording of README, index, method.md, report and slips beyond their "
        "facts."
    )

    @property
    def is_signed(self) -> bool:
        """Whether a signature holds, whoever made it."""
        return self.seal in {Seal.NAMED, Seal.UNNAMED}

    @property
    def conclusion(self) -> str:
        """Say in a sentence what all of it shows."""
        if self.problems:
            return ""
        match self.seal:
            case Seal.NAMED:
                return "Nothing was altered since the holder of that key signed it."
            case Seal.UNNAMED:
                return (
                    "It is as whoever holds that key signed it; anybody can make a key, so it is "
                    "worth no more than that call."
                )
            case _:
                return (
                    "It is consistent in itself; anybody could have made it. Compare the head, "
                    "or the SHA-256 of the file, with what the sender tells you."
                )


def verify_pack(
    path: Path,
    *,
    key: Path | str | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> PackVerified:
    """Check hashes and signature; derive every determination and score again from the pack.

    Args:
        key: the sender's public key as a file, or its fingerprint, if it came another way.

    Raises:
        AssessmentError: where the file is no pack, or the key none.
    """
    need_plain(path, "Check name and folder.")
    named = named_fingerprint(str(key)) if key is not None else ""
    with temporary_folder() as folder:
        copy = straightened(path, folder)
        found = _verified(copy or path, named, on_bytes)
    again = (_packed_again(path),) if copy is not None else ()
    return replace(found, problems=(*again, *found.problems))


def _packed_again(path: Path) -> Problem:
    return Problem(
        "packed-again",
        path.name,
        "It was unpacked and packed again by another program; its bytes are not those that were "
        "sent.",
        "What it holds was checked all the same, but for what file managers add of their own. "
        "Keep the file as it was sent.",
    )


def _verified(path: Path, named: str, on_bytes: Callable[[int], None]) -> PackVerified:
    checked = check_pack(path, on_bytes)
    problems = list(checked.problems)
    notes: list[Problem] = []
    manifest, faults = read_manifest(path, checked)
    problems += faults
    expected = (manifest.signed_by or "") if manifest else ""
    signature, seal = _signature(path, checked, expected, named, problems=problems)
    report = ""
    if manifest is not None:
        about = kind_note(manifest)
        if about is not None:
            (problems if manifest.is_newer else notes).append(about)
        problems += missing_parts(checked, manifest)
        report = _report_signature(path, checked, manifest, problems=problems, notes=notes)
        notes += _left_out(manifest)
    answers = outcomes = 0
    cells = CellsVerified()
    head = " ".join(manifest.heads) if manifest else ""
    with temporary_folder() as folder:
        assessment = _opened(path, checked, folder, problems)
        if assessment is not None:
            head = " ".join(assessment.state.heads)
            answers = sum(len(given) for given in assessment.state.answers.values())
            outcomes = len(assessment.card.outcomes)
            problems += _derived(path, checked, assessment, manifest.kind if manifest else KIND)
            if manifest is not None:
                opened = open_pack(path, checked, manifest, assessment)
                problems += [*_tables(opened), *facts(opened)]
                problems += files_problems(checked.hashes, assessment, manifest)
                listed = read_entry(path, SAMPLE) if SAMPLE in checked.hashes else None
                for each in drawn_again(assessment, manifest, listed):
                    (notes if each.severity is Severity.NOTE else problems).append(each)
                cells = verify_packed(path, checked.hashes, assessment, manifest, folder)
                problems += cells.problems
                notes += withheld_notes(manifest)
    return PackVerified(
        len(checked.hashes), answers, outcomes, head, signature, seal, tuple(problems),
        tuple(notes), report, cells,
    )  # fmt: skip


def _left_out(manifest: Manifest) -> Iterator[Problem]:
    """Say what the pack says it does not hold."""
    if manifest.partial:
        yield Problem.note("partial", MANIFEST, manifest.partial)
    if manifest.withheld:
        withheld = ", ".join(manifest.withheld)
        yield Problem.note("withheld", MANIFEST, f"Withheld: {withheld}.")
    if manifest.kind > 1 and manifest.report is None:
        yield Problem.note("no-report", MANIFEST, "It was packed without a report.")


class Seal(Enum):
    """What the signature of a pack is worth."""

    NAMED = "named"
    """It holds, and was made with the key the reader named."""
    UNNAMED = "unnamed"
    """It holds, and was made with a key the reader has not named."""
    BROKEN = "broken"
    """It does not hold, or could not be checked."""
    ABSENT = "absent"


def _signature(
    path: Path, checked: CheckedPack, expected: str, named: str, *, problems: list[Problem]
) -> tuple[str, Seal]:
    """Say in words who signed, and what that is worth.

    Args:
        expected: the fingerprint ``pack.json`` names; empty where it names none.
        named: the fingerprint the reader names; empty where they name none.
    """
    if SIGNATURE not in checked.hashes:
        if expected or named:
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
        return "unsigned: nothing shows who packed it", Seal.ABSENT
    try:
        found, who = _read(path, SIGNATURE, read_signature), ""
        faults = list(_misused(found, expected, named))
        signer = _read(path, SIGNERS, read_signer) if SIGNERS in checked.hashes else None
        if signer is None or signer[1] != found.key:
            message = "It does not name the key that made the signature."
            faults.append(Problem("signer-other", SIGNERS, message, _ASK_WHO))
        else:
            who = signer[0]
        if not is_signed_by(read_entry(path, SUMS), read_entry(path, SIGNATURE), found.key):
            message = f"It does not hold: {SUMS} was changed after it was signed."
            faults.append(Problem("signature-wrong", SIGNATURE, message, _ASK_WHO))
    except AssessmentError as cause:
        problems += cause.problems
        return "not checked", Seal.BROKEN
    problems += faults
    mark = found.key.fingerprint
    if faults:
        return f"does not hold; its key is {mark}", Seal.BROKEN
    if named:
        return f"signed by {who} with {mark}", Seal.NAMED
    return f"signed by a key you have not named; compare {mark} by telephone", Seal.UNNAMED


_ASK_WHO = "Ask the sender which key signed the pack."


def _misused(found: Signature, expected: str, named: str) -> Iterator[Problem]:
    """Say where a signature was made for something else, or with another key."""
    mark = found.key.fingerprint
    if found.namespace != NAMESPACE:
        message = f'It was made for "{found.namespace}", not for a pack.'
        yield Problem("signature-for-other", SIGNATURE, message, _ASK_WHO)
    if named and named != mark:
        message = f"It was made with the key {mark}, not with the one you named, {named}."
        yield Problem("signature-wrong", SIGNATURE, message, _ASK_WHO)
    if expected != mark:
        yield Problem(
            "signature-other",
            MANIFEST,
            f'It names the key "{expected}", but {mark} signed.',
            "Somebody else may have signed the pack again: ask the sender.",
        )


_Read = TypeVar("_Read")


def _read(path: Path, name: str, read: Callable[[bytes], _Read]) -> _Read:
    """Read an entry strictly.

    Raises:
        AssessmentError: where it is not what it should be.
    """
    try:
        return read(read_entry(path, name))
    except ValueError as cause:
        raise AssessmentError.because(
            "unreadable", name, f"It cannot be read: {cause}.", "Ask the sender again."
        ) from cause


_REPORT = "report.pdf"


def _report_signature(
    path: Path,
    checked: CheckedPack,
    manifest: Manifest,
    *,
    problems: list[Problem],
    notes: list[Problem],
) -> str:
    """Say in words who signed the report itself; empty where the pack says that nobody did."""
    expected = manifest.report_signed_by
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
            Problem.note(
                "report-signature-not-checked",
                _REPORT,
                "It carries a signature that cannot be checked here.",
                'Install what checks it (pip install "cyberassess[sign]"), or open it in a '
                "reader that does; README.txt says how.",
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
        problems += unlike_upgrades(assessment)
    except CyberassessError as cause:
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


def _derived(
    path: Path, checked: CheckedPack, assessment: Assessment, kind: int
) -> Iterator[Problem]:
    """Compare every number in ``answers.json`` with what follows from the ledger."""
    if "answers.json" not in checked.hashes:
        return
    try:
        said = read_json(read_entry(path, "answers.json"))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        yield Problem(
            "unreadable", "answers.json", "It is not the JSON a pack holds.", "Ask again."
        )
        return
    found = json.loads(answers_json(assessment))
    if kind == 1 and said.get("themes") != found["themes"]:
        for entry, score in zip(found["themes"], assessment.card.themes, strict=True):
            entry["level"] = level_of_0_1(score)
    for part in ("outcomes", "themes", "confidence", "verdicts", "detail"):
        mine, theirs = found.get(part), said.get(part)
        if part == "detail":
            mine, theirs = _in_one_form(mine, theirs)
        if mine == theirs:
            continue
        where = _first_difference(mine, theirs)
        yield Problem(
            "derives-differently",
            f"answers.json, {part}{where}",
            "It is not what follows from the ledger and the control sets in this pack.",
            BELIEVE,
        )
    if said.get("heads") != found["heads"]:
        yield Problem(
            "other-head",
            "answers.json, heads",
            "It names another head of the ledger than the one in this pack.",
            "A part of the ledger is missing, or was added.",
        )


_ADDED = frozenset(("word", "why", "says", "decides", "deciding"))
"""What packs of kind 1 did not say, or said otherwise: why each statement counts."""


def _in_one_form(mine: Json, theirs: Json) -> tuple[Json, Json]:
    """Give what follows and what a pack says in the form of packs that did not say why."""

    def without(each: Json) -> Json:
        if isinstance(each, dict):
            return {key: without(value) for key, value in each.items() if key not in _ADDED}
        return [without(value) for value in each] if isinstance(each, list) else each

    says_why = '"why":' in json.dumps(theirs)
    return (mine, theirs) if says_why else (without(mine), without(theirs))


def _in_their_columns(mine: bytes, theirs: bytes, manifest: Manifest) -> bytes:
    """Give a table with the columns packs of kind 1 have; later ones stand after them."""
    if manifest.kind > 1:
        return mine
    head, rows = (
        list(csv.reader(io.StringIO(e.decode("utf-8-sig", "replace")))) for e in (theirs, mine)
    )
    known = len(head[0]) if head else 0
    if not known or rows[0][:known] != head[0]:
        return mine
    return csv_bytes([row[:known] for row in rows])


def _tables(opened: Opened) -> Iterator[Problem]:
    """Compare every table with what follows from the ledger, value by value."""
    mine = tables(opened.assessment, opened.items, opened.paths, opened.received)
    for name, data in mine.items():
        line = 0
        if name in opened.checked.hashes:
            theirs = read_entry(opened.path, name)
            line = first_line(_in_their_columns(data, theirs, opened.manifest), theirs)
        if line:
            yield Problem(
                "derives-differently",
                f"{name}, line {line}",
                "It is not what follows from the ledger and the control sets in this pack.",
                BELIEVE,
            )


def _first_difference(mine: Json, theirs: Json) -> str:
    if isinstance(mine, list) and isinstance(theirs, list):
        for number, (one, other) in enumerate(zip(mine, theirs, strict=False), start=1):
            if one != other:
                says = one if isinstance(one, dict) else {}
                names = [str(says[k]) for k in ("outcome", "theme", "scope") if says.get(k)]
                return f", {' in '.join(names) or f'entry {number}'}"
        return f", {len(theirs)} entries instead of {len(mine)}"
    return ""
