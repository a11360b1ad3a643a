"""The whole road on a fictional council, from setting up to the evidence pack."""

import dataclasses
import datetime
import multiprocessing
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyberassess import Assessment, open_assessment, pack, receive, report, send
from cyberassess.disk.files import write_whole
from cyberassess.disk.segments import LedgerFolder, as_lines, single_head
from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.assessment import (
    ORGANISATION,
    SHARED_SERVICE,
    Asked,
    PersonId,
    ScopeId,
    StatementKey,
)
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.inheriting import inheritable
from cyberassess.domain.people.questions import AnswerReply, Questionnaire, make_ref
from cyberassess.domain.record import happened
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import Answer, FrameworkRef, IndicatorId, OutcomeId
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Writing, writing
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.recording import Voice, plan
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.confirm.confirming import confirm, confirm_undisputed
from cyberassess.steps.evidence.evidencing import add, register_named, review
from cyberassess.steps.people.same_people import renamed
from cyberassess.steps.review.reviewing import receive_review, send_review
from cyberassess.steps.send.chasing import today

if TYPE_CHECKING:
    from cyberassess.demo.content import Demonstration, Document
    from cyberassess.steps.pack.packing import PackMade
    from cyberassess.steps.report.printing import Printed
    from cyberassess.steps.send.sending import SentFile

FRAMEWORK = FrameworkRef("ncsc-caf@3.2")
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

_Said = tuple[Answer, str]


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demonstration left behind."""

    folder: Path
    workspace: Path
    sent: "tuple[SentFile, ...]"
    returned: tuple[Path, ...]
    received: tuple[ReceivedFile, ...]
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
        AssessmentError: where the folder holds something else, or cannot be written to.
    """
    from cyberassess.demo.content import read_demonstration

    _clear(folder)
    council, plain = read_demonstration()
    on_step("Setting up Northport Council")
    values, pinned = settings_for(
        NewAssessment(
            council.organisation, council.period, (FRAMEWORK,), (PROFILE,), due=council.due
        )
    )
    officer, *others = plain["people"]
    scopes = [*values["scopes"], *plain["scopes"]]
    values |= {
        "officer": officer,
        "people": others,
        "scopes": scopes,
        "left_out": plain["left_out"],
    }
    _write_last_year(folder / EARLIER, council, values, pinned)
    values |= {"previous": f"../{EARLIER}", "ambition": plain["ambition"]}
    workspace = folder / WORKSPACE
    create(workspace, values, pinned)
    on_step("Writing the questionnaires")
    sent = send(workspace, on_file=lambda each: on_step(f"Writing for {each.person.name}"))
    on_step("Filling them in, as the council's people would")
    returns = folder / "returned"
    returns.mkdir()
    answers = _Answers(council, open_assessment(workspace))
    returned: list[Path] = []
    for each in sent:
        on_step(f"Filling in for {each.person.name}")
        signs = each.person.id not in council.unsigned
        returned.append(_fill(each, answers, returns, signs=signs))
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
    path = workspace / SETTINGS
    text = path.read_text("utf-8").replace(f'"{NAME_BEFORE}"', f'"{NAME_SINCE}"')
    write_whole(path, text.encode())
    renamed(workspace, [NAME_BEFORE], reason="Married in May.")


def _write_last_year(
    folder: Path, council: "Demonstration", values: dict[str, Any], pinned: dict[str, bytes]
) -> None:
    """Write the assessment before this one: its answers, recorded at once."""
    from cyberassess.demo.content import answers_of, entries_last_year

    earlier = council.last_year
    time = f"{earlier.on.isoformat()}T09:00:00Z"
    systems = [scope for scope in values["scopes"] if scope.get("kind") != SHARED_SERVICE]
    then = {
        **values,
        "period": earlier.period,
        "due": earlier.on.isoformat(),
        "scopes": [{k: v for k, v in each.items() if k != "inherits"} for each in systems],
        "people": [
            {**each, "answers": [a for a in each["answers"] if a["scope"] in _ids(systems)]}
            for each in values["people"]
        ],
    }
    create(folder, then, pinned, time=time)
    assessment = open_assessment(folder)
    framework = assessment.frameworks[FRAMEWORK]
    officer = assessment.contents.settings.officer
    source = Source("import", name="Northport 2025 answers")
    replies = [
        AnswerReply(
            (StatementKey(FRAMEWORK, entry.scope, statement),), said[0].code, said[1], source
        )
        for entry in entries_last_year(council)
        for statement, said in answers_of(entry, framework).items()
        if said is not None
    ]
    made = plan(assessment, Voice(officer.id, officer.id), replies)
    session = Writing(assessment, officer, "demo", LedgerFolder(assessment.workspace.ledger))
    header = {**session.header(), "time": time}
    with session.folder.locked():
        session.folder.append(
            header, as_lines(made.events), [single_head(assessment.reading.segments)]
        )


def _ids(scopes: list[dict[str, Any]]) -> set[str]:
    return {ORGANISATION, *(str(each["id"]) for each in scopes)}


def _share_and_plan(workspace: Path, council: "Demonstration") -> None:
    """Confirm the shared service's answers for each system, and record the actions."""
    with writing(workspace, "demo") as session:
        assessment = session.assessment
        settings = assessment.contents.settings
        events = [
            happened.put(
                (*each.statement, each.source.id),
                happened.Inheritance(answer=each.given.answer),
                person=settings.officer.id,
            )
            for each in inheritable(assessment.frameworks[FRAMEWORK], settings, assessment.state)
        ]
        events += [
            happened.put(
                (each.ref,),
                happened.Action(
                    framework=FRAMEWORK,
                    also=list(each.also) or None,
                    **each.model_dump(exclude={"ref", "also"}),
                ),
            )
            for each in council.actions
        ]
        session.write(events)


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
                raise AssessmentError(
                    Problem(
                        "not-ours",
                        str(folder),
                        "The folder holds something that is not a demo.",
                        "Name another one with --output. Nothing was changed.",
                    )
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SIGN).write_text(_NOTE, encoding="utf-8")
    except OSError as cause:
        raise AssessmentError(
            Problem(
                "not-writable",
                str(folder),
                f"The demo cannot be written here: {cause.strerror}.",
                "Name another folder with --output.",
            )
        ) from cause


def _fill(sent: "SentFile", answers: "_Answers", returns: Path, *, signs: bool) -> Path:
    """Fill in one person's workbook, and sign it if they do."""
    from cyberassess.books.questionnaire.filling import Filled, fill
    from cyberassess.steps.send.sending import questions_for

    what = questions_for(answers.assessment, sent.person.id)
    rows = {ref: Filled(*typed) for ref, typed in answers.typed(what).items()}
    path = returns / sent.path.name
    fill(
        sent.path, path, rows, signed=(sent.person.name, said_date(today())) if signs else ("", "")
    )
    return path


class _Answers:
    """Who says what."""

    def __init__(self, council: "Demonstration", assessment: Assessment) -> None:
        from cyberassess.demo.content import answers_of

        self.assessment = assessment
        framework = assessment.frameworks[FRAMEWORK]
        self.entries = {(each.scope, each.outcome): each for each in council.answers}
        self.base = {key: answers_of(each, framework) for key, each in self.entries.items()}
        self.other: dict[tuple[PersonId, ScopeId, IndicatorId], _Said] = {}
        differing: set[tuple[PersonId, ScopeId, OutcomeId]] = set()
        for each in council.differences:
            outcome, indicator = framework.indicators[each.statement]
            answer = framework.answers_for(indicator).by_code(each.answer)
            if answer is not None:
                self.other[each.person, each.scope, each.statement] = (answer, each.reason)
                differing.add((each.person, each.scope, outcome.id))
        self.author = self._authors(assessment.contents.portions, differing)

    @staticmethod
    def _authors(
        portions: Mapping[PersonId, tuple[Asked, ...]],
        differing: set[tuple[PersonId, ScopeId, OutcomeId]],
    ) -> dict[tuple[ScopeId, OutcomeId], PersonId]:
        """Give each outcome the person who answers all of it: not the one who only differs."""
        authors: dict[tuple[ScopeId, OutcomeId], PersonId] = {}
        for person, portion in portions.items():
            for asked in portion:
                if (person, asked.scope.id, asked.outcome.id) not in differing:
                    authors.setdefault((asked.scope.id, asked.outcome.id), person)
        return authors

    def typed(self, what: Questionnaire) -> dict[str, tuple[str | datetime.date, str]]:
        """Give what this person types, keyed by Ref."""
        rows: dict[str, tuple[str | datetime.date, str]] = {}
        person = what.person.id
        for topic in what.topics:
            for block in topic.blocks:
                key = (topic.scope, block.asked.outcome.id)
                is_author = self.author.get(key) == person
                for row in block.rows:
                    statement = row.statements[0].indicator
                    said = self.other.get((person, topic.scope, statement))
                    if said is None and is_author and key in self.base:
                        said = self.base[key][statement]
                    if said is not None:
                        rows[row.ref] = (said[0].label, said[1])
                entry = self.entries.get(key)
                if entry is None:  # a shared service answers it
                    continue
                if is_author and entry.why:
                    rows[block.why_ref] = ("", entry.why)
                if is_author and entry.evidence:
                    until = datetime.date.fromisoformat(entry.until) if entry.until else ""
                    rows[block.evidence_ref] = (until, "\n".join(entry.evidence))
        return rows


def gather_evidence(workspace: Path, documents: Sequence["Document"], files: Path) -> None:
    """Register what workbooks name, add the documents, and record the verdicts on them.

    Args:
        files: where the documents are written before they are added.
    """
    files.mkdir()
    register_named(workspace)
    known = {each.name for each in dataclasses.fields(Facts)}
    for each in documents:
        paths: list[Path] = []
        if each.file:
            paths.append(files / each.file)
            paths[0].write_text(each.content, encoding="utf-8", newline="\n")
        facts = Facts(
            **{name: value for name, value in each.model_dump().items() if name in known},
            known_as=(each.called,),
        )
        (added,) = add(workspace, paths, facts)
        if each.verdict:
            review(workspace, added.item.reference, each.verdict, reason=each.reason)


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
    from cyberassess.books.questionnaire.filling import fill_review
    from cyberassess.books.review_book import (
        COMMENT,
        DETERMINATION,
        METHOD,
        QUALITY,
        RECOMMENDATION,
        RISK,
        SAMPLE,
    )

    level_of = {
        level.id: level.title
        for framework in open_assessment(workspace).frameworks.values()
        for level in framework.scale
    }
    sent = send_review(workspace, council.reviewer)
    rows = {
        make_ref(each.outcome, each.scope, 1): {
            DETERMINATION: level_of[each.level],
            QUALITY: each.quality,
            METHOD: each.method,
            SAMPLE: each.sample,
            COMMENT: each.comment,
            RECOMMENDATION: each.recommendation,
            RISK: each.risk,
        }
        for each in council.reviews
    }
    to.mkdir()
    path = to / sent.path.name
    fill_review(sent.path, path, rows)
    receive_review(workspace, path)
    return path
