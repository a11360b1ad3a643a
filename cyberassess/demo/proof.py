"""How the fictional council proves what it says: evidence, confirmation, independent review."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess import open_assessment
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record.evidence import Facts
from cyberassess.steps.confirm.confirming import confirm, confirm_undisputed
from cyberassess.steps.evidence.evidencing import add, register_named, review
from cyberassess.steps.review.reviewing import receive_review, send_review

if TYPE_CHECKING:
    from cyberassess.demo.content import Demonstration, Document


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
