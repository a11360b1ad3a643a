"""The whole road on a fictional council, from setting up to the evidence pack."""

import datetime
import multiprocessing
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyberassess import (
    Assessment,
    CyberassessError,
    add_action,
    add_evidence,
    answer,
    confirm,
    confirm_inherited,
    confirm_undisputed,
    fill_in,
    fill_in_review,
    new,
    open_assessment,
    pack,
    questions,
    receive,
    receive_review,
    register_evidence,
    rename,
    report,
    review_evidence,
    send,
    send_review,
)

if TYPE_CHECKING:
    from cyberassess.demo.content import Demonstration, Document, Said
    from cyberassess.library import (
        Framework,
        PackMade,
        Printed,
        Questionnaire,
        ReceivedFile,
        SentFile,
    )

FRAMEWORK = "ncsc-caf@3.2"
PROFILE = "govassure-baseline"
WORKSPACE = "northport-2026"
EARLIER = "northport-2025"
"""Last year's assessment, beside this year's."""
SIGN = "made-by-demo.txt"
"""Stands in the demonstration's folder, so that only that is ever replaced."""
NAME_BEFORE, NAME_SINCE = "Martin Lowes", "Martin Hale"
"""Somebody who goes by another name once the answers are in."""
_NOTE = """\
cyberassess demo made this folder; the next demo replaces it. Northport Council does not exist.
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demonstration left behind."""

    folder: Path
    workspace: Path
    sent: "tuple[SentFile, ...]"
    returned: tuple[Path, ...]
    received: "tuple[ReceivedFile, ...]"
    reports: "tuple[Printed, ...]"
    """The board summary, the theme report and the full report."""
    review: Path
    """The assurer's workbook, filled in."""
    pack: "PackMade"
    assessment: Assessment


def demo(folder: Path, on_step: Callable[[str], None] = lambda _: None) -> Demo:
    """Go the whole road under ``folder``.

    Args:
        folder: replaced where an earlier demonstration made it.
        on_step: told what begins, about a dozen times.

    Raises:
        CyberassessError: where the folder holds something else, or cannot be written to.
    """
    from cyberassess.demo.content import read_demonstration

    _clear(folder)
    council = read_demonstration()
    on_step("Setting up Northport Council")
    _begin_last_year(folder / EARLIER, council)
    workspace = folder / WORKSPACE
    more = {"previous": f"../{EARLIER}", "ambition": council.ambition}
    _begin(workspace, council, _settings(council) | more)
    on_step("Writing the questionnaires")
    sent = send(workspace, on_file=lambda each: on_step(f"Writing for {each.person.name}"))
    on_step("Filling them in, as the council's people would")
    returns = folder / "returned"
    returns.mkdir()
    assessment = open_assessment(workspace)
    asked = {each.person.id: questions(assessment, each.person.id) for each in sent}
    answers = _Answers(council, assessment, asked.values())
    returned: list[Path] = []
    for each in sent:
        on_step(f"Filling in for {each.person.name}")
        path = returns / each.path.name
        signs = each.person.id not in council.unsigned
        signed = (each.person.name, _today()) if signs else ("", "")
        fill_in(each.path, path, answers.typed(asked[each.person.id]), signed=signed)
        returned.append(path)
    on_step("Receiving what came back")
    received = receive(
        workspace, [returns], on_file=lambda each: on_step(f"Receiving from {each.person}")
    )
    on_step("Confirming what systems share, and planning what to do")
    _share_and_plan(workspace, council)
    on_step("Gathering evidence")
    gather_evidence(workspace, council.documents, folder / "documents")
    on_step("Confirming what nobody disputes")
    confirm_determinations(workspace, council)
    on_step("Reviewing it independently")
    reviewed = review_independently(workspace, council, folder / "reviewed")
    _rename(workspace)
    on_step("Scoring and printing the reports")
    reports, packed = _print(workspace, folder, on_step)
    return Demo(
        folder,
        workspace,
        tuple(sent),
        tuple(returned),
        tuple(received),
        reports,
        reviewed,
        packed,
        open_assessment(workspace),
    )


def _rename(workspace: Path) -> None:
    """Let somebody who has answered go by another name: as the officer would edit and explain."""
    path = workspace / "assessment.yaml"
    text = path.read_text("utf-8").replace(f'"{NAME_BEFORE}"', f'"{NAME_SINCE}"')
    path.write_text(text, encoding="utf-8", newline="\n")
    rename(workspace, [NAME_BEFORE], reason="Married in May.")


def _settings(council: "Demonstration") -> dict[str, Any]:
    """Give what ``assessment.yaml`` says of the council."""
    officer, *others = council.people
    organisation = {"id": "organisation", "kind": "organisation", "title": council.organisation}
    return {
        "scopes": [organisation, *council.scopes],
        "officer": officer,
        "people": others,
        "left_out": list(council.left_out),
        "due": council.due,
    }


def _begin(folder: Path, council: "Demonstration", settings: Mapping[str, Any]) -> None:
    new(
        folder,
        organisation=council.organisation,
        period=str(settings.get("period", council.period)),
        frameworks=[FRAMEWORK],
        profiles=[PROFILE],
        settings=settings,
    )


def _begin_last_year(folder: Path, council: "Demonstration") -> None:
    """Begin the assessment before this one, and record its answers at once."""
    from cyberassess.demo.content import answers_of, entries_last_year, is_shared_service

    earlier, settings = council.last_year, _settings(council)
    scopes = [each for each in settings["scopes"] if not is_shared_service(council, each["id"])]
    there = {each["id"] for each in scopes}
    then = {
        "period": earlier.period,
        "due": earlier.on.isoformat(),
        "scopes": [{k: v for k, v in each.items() if k != "inherits"} for each in scopes],
        "people": [
            {**each, "answers": [a for a in each["answers"] if a["scope"] in there]}
            for each in settings["people"]
        ],
    }
    _begin(folder, council, settings | then)
    framework = open_assessment(folder).frameworks
    answers = {
        f"{statement}/{entry.scope}": (said.code, said.reason)
        for entry in entries_last_year(council)
        for statement, said in answers_of(entry, _caf(framework)).items()
        if said is not None
    }
    answer(folder, answers, source="Northport 2025 answers", on=earlier.on.isoformat())


def _share_and_plan(workspace: Path, council: "Demonstration") -> None:
    """Confirm the shared service's answers where an owner said nothing, and record the actions."""
    for each in council.scopes:
        if each.get("inherits") and each["owner"] in council.unsigned:
            confirm_inherited(workspace, each["id"])
    for action in council.actions:
        facts = action.model_dump(exclude={"scope", "also", "outcome", "title"})
        facts["also"] = "; ".join(action.also)
        add_action(workspace, f"{action.outcome}/{action.scope}", action.title, **facts)


def _print(
    workspace: Path, folder: Path, on_step: Callable[[str], None]
) -> "tuple[tuple[Printed, ...], PackMade]":
    """Print the documents in a process of its own, so that its memory comes on top of nothing."""
    alone = multiprocessing.get_context("spawn")
    jobs = (
        ("board", "Northport 2026 board summary.pdf"),
        ("theme", "Northport 2026 infrastructure theme.pdf"),
        ("full", "Northport 2026 full report.pdf"),
    )
    with ProcessPoolExecutor(max_workers=1, mp_context=alone) as pool:
        waiting = [pool.submit(report, workspace, kind, folder / name) for kind, name in jobs]
        packing = pool.submit(pack, workspace, folder / "Northport 2026 evidence pack.zip")
        printed = tuple(each.result() for each in waiting)
        on_step("Packing what an auditor needs")
        return printed, packing.result()


def _clear(folder: Path) -> None:
    """Make the folder, in place of an earlier demonstration's only."""
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / SIGN).is_file():
                raise CyberassessError.because(
                    "not-ours",
                    str(folder),
                    "The folder holds something that is not a demo.",
                    "Name another one with --output. Nothing was changed.",
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SIGN).write_text(_NOTE, encoding="utf-8")
    except OSError as cause:
        raise CyberassessError.because(
            "not-writable",
            str(folder),
            f"The demo cannot be written here: {cause.strerror}.",
            "Name another folder with --output.",
        ) from cause


def _today() -> str:
    """Give the day as somebody writes it who signs."""
    day = datetime.date.today()  # noqa: DTZ011, TID251 - theirs, not the program's
    return f"{day.day} {day:%B %Y}"


class _Answers:
    """Who says what."""

    def __init__(
        self, council: "Demonstration", assessment: Assessment, asked: "Iterable[Questionnaire]"
    ) -> None:
        from cyberassess.demo.content import answers_of, said

        framework = _caf(assessment.frameworks)
        statements = {str(name): found for name, found in framework.indicators.items()}
        self.entries = {(each.scope, each.outcome): each for each in council.answers}
        self.base = {key: answers_of(each, framework) for key, each in self.entries.items()}
        self.other: dict[tuple[str, str, str], Said] = {}
        differing: set[tuple[str, str, str]] = set()
        for each in council.differences:
            outcome, indicator = statements[each.statement]
            said_so = said(framework, indicator, each.answer, each.reason)
            self.other[each.person, each.scope, each.statement] = said_so
            differing.add((each.person, each.scope, outcome.id))
        self.unsigned = council.unsigned
        self.author: dict[tuple[str, str], str] = {}
        """Who answers all of an outcome: not the one who only differs."""
        for what in asked:
            for topic in what.topics:
                for block in topic.blocks:
                    key = (str(topic.scope), str(block.asked.outcome.id))
                    if (what.person.id, *key) not in differing:
                        self.author.setdefault(key, what.person.id)

    def typed(self, what: "Questionnaire") -> dict[str, tuple[str | datetime.date, str]]:
        """Give what this person types, keyed by Ref."""
        rows: dict[str, tuple[str | datetime.date, str]] = {}
        person = what.person.id
        if person not in self.unsigned:
            rows |= {each.ref: ("Yes", "") for each in what.shared}
        for topic in what.topics:
            for block in topic.blocks:
                key = (str(topic.scope), str(block.asked.outcome.id))
                is_author = self.author.get(key) == person
                for row in block.rows:
                    statement = row.statements[0].indicator
                    said = self.other.get((person, topic.scope, statement))
                    if said is None and is_author and key in self.base:
                        said = self.base[key][statement]
                    if said is not None:
                        rows[row.ref] = (said.label, said.reason)
                entry = self.entries.get(key)
                if entry is None:  # a shared service answers it
                    continue
                if is_author and entry.why:
                    rows[block.why_ref] = ("", entry.why)
                if is_author and entry.evidence:
                    until = datetime.date.fromisoformat(entry.until) if entry.until else ""
                    rows[block.evidence_ref] = (until, "\n".join(entry.evidence))
        return rows


def _caf(frameworks: "Mapping[Any, Framework]") -> "Framework":
    """Give the one control set the council uses."""
    return next(iter(frameworks.values()))


def gather_evidence(workspace: Path, documents: Sequence["Document"], files: Path) -> None:
    """Register what workbooks name, add the documents, and record the verdicts on them.

    Args:
        files: where the documents are written before they are added.
    """
    files.mkdir()
    register_evidence(workspace)
    ours = {"called", "file", "content", "verdict", "reason"}
    for each in documents:
        paths: list[Path] = []
        if each.file:
            paths.append(files / each.file)
            paths[0].write_text(each.content, encoding="utf-8", newline="\n")
        facts = each.model_dump(exclude=ours)
        (added,) = add_evidence(workspace, paths, known_as=[each.called], **facts)
        if each.verdict:
            review_evidence(workspace, added.item.reference, each.verdict, reason=each.reason)


def confirm_determinations(workspace: Path, council: "Demonstration") -> None:
    """Confirm where judgement differs, with its reason, and then all that nobody disputes."""
    for each in council.confirmed:
        confirm(workspace, f"{each.outcome}/{each.scope}", level=each.level, reason=each.reason)
    confirm_undisputed(workspace)


def review_independently(workspace: Path, council: "Demonstration", to: Path) -> Path:
    """Send the assurer's workbook, fill it in and receive it; give the filled one.

    Args:
        to: the folder the filled one goes to.
    """
    scale = _caf(open_assessment(workspace).frameworks).scale
    title_of = {str(level.id): level.title for level in scale}
    sent = send_review(workspace, council.reviewer)
    rows = {
        each.outcome if each.scope == "organisation" else f"{each.outcome}/{each.scope}": {
            "Your determination": title_of[each.level],
            "Evidence quality": each.quality,
            "Method": each.method,
            "Sample": each.sample,
            "Comment": each.comment,
            "Recommendation": each.recommendation,
            "Risk": each.risk,
        }
        for each in council.reviews
    }
    to.mkdir()
    path = to / sent.path.name
    said = {"Overall risk": council.opinion.risk, "Opinion": council.opinion.text}
    fill_in_review(sent.path, path, rows, said)
    receive_review(workspace, path)
    return path
