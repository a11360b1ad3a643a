"""A small made-up council, its workspace, and what its people do to their workbooks.

Sam Reid is the officer and answers for the organisation; Kim Lee answers everything about the
housing system; Alex Moor answers ``B1.a`` beside Kim, so that the two can differ.
"""

import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.begin.setup import create
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import send
from tests.domain.builder import framework_data

OUTLINE = """\
A Governance
  A1 Leadership
    A1.a organisation board N.1 N.2 M.1 H.1
    A1.b organisation it-security N.1 H.1
B Protection
  B1 Access
    B1.a system service N.1 N.2 M.1 H.1 H.2=M.1
    B1.b system it-operations N.1 H.1 H.2
"""
OUTCOMES = ("A1.a", "A1.b", "B1.a", "B1.b")
HOUSING = {"id": "housing", "kind": "system", "title": "Housing management"}
REVENUES = {"id": "revenues", "kind": "system", "title": "Revenues and benefits"}
KIM = {
    "id": "p2",
    "name": "Kim Lee",
    "role": "service",
    "email": "kim.lee@northport.example",
    "answers": [{"scope": "housing"}],
}
ALEX = {"id": "p3", "name": "Alex Moor", "answers": [{"scope": "housing", "outcomes": ["B1.a"]}]}
EARLY = "2020-01-01T10:00:00Z"
LATE = "2090-01-01T10:00:00Z"
LATER = "2090-01-01T11:00:00Z"
LATEST = "2090-01-01T12:00:00Z"

Rows = Mapping[str, str | tuple[str, str]]
"""What is typed, keyed by ref: an answer's label, or label and words."""


def pinned_files(framework: str = "made@1") -> dict[str, bytes]:
    """Give the control set, the profile and the themes, keyed by their path in a workspace."""
    name, _, version = framework.partition("@")
    target = {"title": "T", "publisher": "P", "source": "S", "accessed": "2026-01-01"}
    requirements: dict[str, object] = dict.fromkeys(OUTCOMES[:3], "high")
    profile = {
        "schema": "1",
        "id": "goal",
        "revision": "1",
        "title": "Goal",
        "owner": "the council",
        "targets": {
            framework: target | {"requirements": requirements, "no_target": [OUTCOMES[3]]}
        },
    }
    themes = {
        "schema": "1",
        "id": "two",
        "revision": "1",
        "title": "Two",
        "publisher": "us",
        "source": "S",
        "accessed": "2026-01-01",
        "headline": "pipes",
        "themes": [
            {"id": each, "title": each.title(), "meaning": each} for each in ("pipes", "people")
        ],
        "outcomes": {
            framework: {
                each: {"theme": "people" if each[0] == "A" else "pipes", "reason": "Because."}
                for each in OUTCOMES
            }
        },
    }
    control_set = framework_data(OUTLINE) | {"id": name, "version": version}
    files = {
        f"frameworks/{name}/{version}.yaml": control_set,
        "frameworks/profiles/goal.yaml": profile,
        "frameworks/themes/two.yaml": themes,
    }
    return {path: json.dumps(value, indent=1).encode() for path, value in files.items()}


def settings_values(framework: str = "made@1", **changes: object) -> dict[str, Any]:
    """Give the settings as plain values; ``changes`` replace top-level keys."""
    import hashlib

    name, _, version = framework.partition("@")
    data = pinned_files(framework)[f"frameworks/{name}/{version}.yaml"]
    pinned = {"id": name, "version": version, "revision": "1", "profile": "goal"}
    values: dict[str, Any] = {
        "schema": "1",
        "organisation": "Northport Council",
        "period": "2026",
        "officer": {"id": "p1", "name": "Sam Reid", "role": "it-security"},
        "frameworks": [pinned | {"sha256": hashlib.sha256(data).hexdigest()}],
        "themes": "two",
        "scopes": [
            {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
            HOUSING,
        ],
        "people": [KIM, ALEX],
        "due": "2026-12-11",
    }
    return values | changes


def begin(folder: Path, framework: str = "made@1", **changes: object) -> Path:
    """Make a workspace and give its folder."""
    create(folder, settings_values(framework, **changes), pinned_files(framework))
    return folder


def begin_alone(folder: Path, *at: str, person: str = "Kim Lee") -> None:
    """Let an owner have begun to answer for a system itself what it could take over.

    Its questions are then asked one by one, with the shared service's answers beside them.
    """
    from cyberassess.steps.receive.answering import answer

    answer(folder, dict.fromkeys(at, "dont-know"), source="a talk", person=person)


def send_to(folder: Path, *names: str) -> dict[str, Path]:
    """Send, and give each workbook by the person's name."""
    return {each.person.name: each.path for each in send(folder, to=names)}


def fill_in(
    blank: Path, to: Path, rows: Rows, *, saved: str = LATE, completed_by: str = ""
) -> Path:
    """Fill in a workbook as a person would, saved at a moment of our choice."""
    typed = {
        ref: Filled(*((said,) if isinstance(said, str) else said)) for ref, said in rows.items()
    }
    to.parent.mkdir(parents=True, exist_ok=True)
    filled = fill(blank, to, typed, completed_by=completed_by)
    assert filled == len(rows), f"{len(rows) - filled} refs are not in {blank.name}"
    return save_at(to, saved)


def save_at(path: Path, moment: str) -> Path:
    """Change the time of saving that stands in a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    core = "docProps/core.xml"
    stated = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    assert stated.search(parts[core])
    parts[core] = stated.sub(rb"\g<1>" + moment.encode(), parts[core])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def take(folder: Path, *paths: Path) -> list[ReceivedFile]:
    """Receive files; every one of them must be one of our questionnaires."""
    results = receive(folder, paths)
    for each in results:
        assert not each.refused, [str(problem) for problem in each.problems]
    return results


def received_from_kim(sent: Path, place: Path, rows: Rows) -> Path:
    """Copy a workspace whose questionnaires are out, and take Kim's in, filled in there."""
    folder = Path(shutil.copytree(sent, place / sent.name))
    (blank,) = (folder / "questionnaires/sent").glob("*Kim*")
    take(folder, fill_in(blank, place / "kim.xlsx", rows))
    return folder


def answers(folder: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Give code and reason keyed by the person's name and ``statement/scope``.

    Two answers of one person to one statement, as branches leave them, are an assertion failure.
    """
    assessment = open_assessment(folder)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for key, several in assessment.state.answers.items():
        for each in several:
            place = (assessment.name_of(each.person), f"{key.indicator}/{key.scope}")
            assert place not in found
            found[place] = (each.answer, each.reason)
    return found


def events(folder: Path, kind: str = "") -> list[Mapping[str, Any]]:
    """Give the ledger's events, of one kind if it is named, in order."""
    segments = sorted(open_assessment(folder).reading.segments, key=lambda each: each.sequence)
    return [
        event
        for segment in segments
        for event in segment.events
        if not kind or event["type"] == kind
    ]


def ledger_bytes(folder: Path) -> dict[str, bytes]:
    """Give every segment's bytes, to see that nothing was changed."""
    return {each.name: each.read_bytes() for each in sorted((folder / "ledger").glob("*.jsonl"))}


def codes(results: Iterable[ReceivedFile]) -> list[str]:
    """Give the codes of every problem, in order."""
    return [problem.code for each in results for problem in each.problems]
