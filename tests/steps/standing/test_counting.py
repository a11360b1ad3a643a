"""Every view says the same of how a statement counts, and why."""

import csv
import hashlib
import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.assessment import PersonId, ScopeId, StatementKey
from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.happened import Response, read_event
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.errors import Severity
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.html import render_html
from cyberassess.paper.sections.outcomes import outcome_view
from cyberassess.steps.begin.setup import create
from cyberassess.steps.confirm import deciding
from cyberassess.steps.pack.contents import answers_csv, answers_json
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.people.same_people import renamed
from cyberassess.steps.report.documents import report_findings, report_soa
from cyberassess.steps.report.printing import Wanted, basis_of
from cyberassess.steps.review.reviewing import send_review
from cyberassess.steps.standing.results import explain_json
from cyberassess.steps.standing.tracing import trace_json, traces
from cyberassess.steps.standing.words import explain_lines, trace_lines
from tests.domain.builder import answer_event, framework_data, record_event
from tests.steps.council import ALEX, KIM, pinned_files, settings_values

OUTLINE = """\
B Protection
  B.c system service C.1
  B.a system service R.1?B.c.C.1 R.2 R.3 R.4 R.5 R.6 R.7 R.8 R.9
"""
ENDED = "The publisher ended the service on 31 March 2026."
DAY = "22 November 2026"
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    {"id": "housing", "kind": "system", "title": "Housing management", "inherits": ["identity"]},
    {"id": "identity", "kind": "shared-service", "title": "Identity"},
]

EXPECTED = {
    "B.a.R.1": ("Left out", "Left out: B.c.C.1, “Statement B.c.C.1.”, was answered no. What was "
                            "answered here (No) does not count."),
    "B.a.R.2": ("Yes", "Taken over from Identity, where Sam Reid answered it; Kim Lee confirmed "
                       "that it holds here."),
    "B.a.R.3": ("Withdrawn", f"Withdrawn by Kim Lee on {DAY}."),
    "B.a.R.4": ("People differ", "Kim Lee and Alex Moor differ; the less favourable answer counts "
                                 "until it is settled: No."),
    "B.a.R.5": ("To be confirmed again", "Kim Lee confirmed the answer of Identity here; it is "
                                         "another one now, and does not count until somebody "
                                         "confirms it again."),
    "B.a.R.6": ("Left out", f"Left out: {ENDED} What was answered here (No) does not count."),
    "B.a.R.7": ("No reason given", "“Does not apply” needs a reason and has none, so it counts as "
                                   "not answered."),
    "B.a.R.8": ("In part", f"Settled by Sam Reid on {DAY}: In part. Reason: We looked."),
    "B.a.R.9": ("Not answered", ""),
}  # fmt: skip
"""What stands for each statement in a table, and the sentence that says why."""


def _files() -> dict[str, bytes]:
    files = pinned_files()
    data = framework_data(OUTLINE, "all-met")
    ended = data["groups"][0]["outcomes"][1]["indicators"][5]
    ended["ended"] = ENDED
    files["frameworks/made/1.yaml"] = json.dumps(data).encode()
    for name in ("profiles/goal", "themes/two"):
        path = f"frameworks/{name}.yaml"
        value = json.loads(files[path])
        if "targets" in value:
            value["targets"]["made@1"] |= {"requirements": {"B.a": "ready"}, "no_target": []}
        else:
            value["outcomes"]["made@1"] = {"B.a": {"theme": "pipes", "reason": "Because."}}
        files[path] = json.dumps(value).encode()
    return files


def _events() -> list[dict[str, Any]]:
    def kim(statement: str, new: str | None, **more: object) -> dict[str, Any]:
        return answer_event(statement, new, person="p2", scope="housing", **more)  # type: ignore[arg-type]

    def shared(statement: str, new: str) -> dict[str, Any]:
        return answer_event(statement, new, person="p1", scope="identity")

    def taken(statement: str, answer: str) -> dict[str, Any]:
        key = ["made@1", "housing", statement, "identity"]
        return record_event("inheritance", key, {"answer": answer}, person="p2")

    settled = {
        "type": "resolution", "framework": "made@1", "scope": "housing", "indicator": "B.a.R.8",
        "new": "partly", "settled": [["p2", "yes"], ["p3", "partly"]],
        "reason": text_field("We looked.", "salt"),
    }  # fmt: skip
    return [
        kim("B.c.C.1", "no"),
        kim("B.a.R.1", "no"),
        shared("B.a.R.2", "yes"), taken("B.a.R.2", "yes"),
        kim("B.a.R.3", "yes"), kim("B.a.R.3", None),
        kim("B.a.R.4", "yes"),
        answer_event("B.a.R.4", "no", person="p3", scope="housing"),
        shared("B.a.R.5", "yes"), taken("B.a.R.5", "yes"), shared("B.a.R.5", "no"),
        kim("B.a.R.6", "no"),
        kim("B.a.R.7", "out"),
        kim("B.a.R.8", "yes"),
        answer_event("B.a.R.8", "partly", person="p3", scope="housing"),
        settled,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace in which each statement counts for a reason of its own."""
    folder = tmp_path_factory.mktemp("counting") / "northport-2026"
    files = _files()
    values = settings_values(scopes=SCOPES)
    sha256 = hashlib.sha256(files["frameworks/made/1.yaml"]).hexdigest()
    values["frameworks"][0]["sha256"] = sha256
    values["people"] = [KIM, ALEX | {"answers": [{"scope": "housing"}]}]
    create(folder, values, files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cyberassess.opening.writing.now", lambda: "2026-11-22T10:00:00Z")
        with writing(folder, "receive") as session:
            session.write([read_event(each) for each in _events()])
    return folder


@pytest.fixture(scope="module")
def assessment(folder: Path) -> Assessment:
    """Give it opened."""
    return open_assessment(folder)


def _score(assessment: Assessment) -> OutcomeScore:
    (found,) = assessment.card.outcomes
    return found


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def _said(found: Mapping[str, str]) -> None:
    """Compare what a view says beside each statement with what every view must say."""
    assert list(found) == list(EXPECTED)
    for key, text in found.items():
        word, said = EXPECTED[key]
        assert said in _plain(text), key
        assert said or word in text, key


def _blocks(lines: str) -> dict[str, str]:
    parts = re.split(r"(?m)^[* ] (B\.a\.R\.\d)  ", lines)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_explain_says_it_in_text_and_json(assessment: Assessment) -> None:
    score = _score(assessment)
    _said(_blocks("\n".join(explain_lines(assessment, score))))
    found = {
        e["id"]: (e["word"], e["says"] or "")
        for e in explain_json(assessment, score)["statements"]
    }
    assert found == EXPECTED


def test_whoever_confirmed_is_named_as_they_were_called(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "northport-2026"
    shutil.copytree(folder, copy)
    stated = (copy / SETTINGS).read_text("utf-8").replace("Kim Lee", "Kim Moss")
    (copy / SETTINGS).write_text(stated, "utf-8")
    renamed(copy, ["Kim Lee"], reason="Married.")
    assessment = open_assessment(copy)
    found = explain_json(assessment, _score(assessment))["statements"]
    said = {e["id"]: e["says"] or "" for e in found}
    assert {key for key, each in said.items() if "Kim Lee (now Kim Moss)" in each} == {
        key for key, (_, each) in EXPECTED.items() if "Kim Lee" in each
    }


def test_the_chain_says_it_in_text_and_json(assessment: Assessment) -> None:
    (found,) = traces(assessment, [_score(assessment)])
    _said(_blocks("\n".join(trace_lines(assessment, found))))
    said = {e["id"]: (e["counts"], e["says"] or "") for e in trace_json(found)["statements"]}
    assert said == EXPECTED


def test_the_full_report_says_it(assessment: Assessment) -> None:
    report = full_report(basis_of(assessment)[0])
    outcome = outcome_view(basis_of(assessment)[0], _score(assessment))
    rows = {row.ref: row for band in outcome.bands for row in band.rows}
    assert {key: row.answer for key, row in rows.items()} == {
        k: w for k, (w, _) in EXPECTED.items()
    }
    text = _plain(render_html(report))
    for key, (_, said) in EXPECTED.items():
        assert said in rows[IndicatorId(key)].note
        assert said in text


def test_the_pack_says_it(folder: Path, assessment: Assessment, tmp_path: Path) -> None:
    made = pack(folder, PackWanted(report=False, output=tmp_path / "pack.zip"))
    with zipfile.ZipFile(made.path) as archive:
        index = archive.read("index.html").decode()
    rows = re.findall(r'<tr><th scope="row">(B\.a\.R\.\d)</th>(.*?)</tr>', index, re.DOTALL)
    _said(dict(rows))
    for key, row in rows:
        assert f">{EXPECTED[key][0]}" in row
    table = list(csv.DictReader(io.StringIO(answers_csv(assessment, {}).decode("utf-8-sig"))))
    said = {e["statement"]: (e["what stands"], e["why"]) for e in table}
    assert said == {key: each for key, each in EXPECTED.items() if key[-1] not in "359"}
    (detail,) = json.loads(answers_json(assessment))["detail"]
    assert {e["id"]: (e["word"], e["says"] or "") for e in detail["statements"]} == EXPECTED


def test_the_assurers_workbook_says_it(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    send_review(folder, to="Pat Moss", output=path)
    sheet = openpyxl.load_workbook(path)["Answers"]
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    said = {
        ref.partition("/")[0]: (answer, why)
        for ref, _, answer, why, *_ in (row[1:] if not row[0] else row for row in rows)
        if ref.startswith("B.a.R")
    }
    assert said == EXPECTED


def test_the_decisions_say_it_of_all_that_waits(folder: Path, tmp_path: Path) -> None:
    path = deciding.write(folder, output=tmp_path / "decisions.xlsx").path
    book = openpyxl.load_workbook(path)
    text = " ".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
        if cell is not None
    )  # fmt: skip
    for key in ("B.a.R.4", "B.a.R.5", "B.a.R.7"):
        assert EXPECTED[key][1] in _plain(text)
    for key in ("B.a.R.3", "B.a.R.4", "B.a.R.5", "B.a.R.7", "B.a.R.8"):
        assert f"{key} ({EXPECTED[key][0]})" in text
    assert "B.a.R.1" not in text
    assert "B.a.R.6" not in text


@pytest.mark.parametrize("report", [report_soa, report_findings])
def test_applicability_and_findings_say_it(
    folder: Path, tmp_path: Path, report: Callable[..., Any]
) -> None:
    path = tmp_path / "made.html"
    report(folder, Wanted(suffix=".html", output=path))
    text = _plain(path.read_text(encoding="utf-8"))
    keys = ("B.a.R.1", "B.a.R.6") if report is report_soa else ()
    for key in keys:
        assert EXPECTED[key][1] in text
    if report is report_findings:
        assert "Withdrawn" in text
        assert ENDED not in text


def test_the_report_marks_what_is_in_the_way_and_nothing_that_is_left_out(
    assessment: Assessment,
) -> None:
    outcome = outcome_view(basis_of(assessment)[0], _score(assessment))
    marked = {row.ref for band in outcome.bands for row in band.rows if row.in_the_way}
    assert marked == {f"B.a.R.{n}" for n in (3, 4, 5, 7, 8, 9)}


def test_an_answer_to_what_ended_is_stored_with_a_remark(assessment: Assessment) -> None:
    key = StatementKey(FrameworkRef("made@1"), ScopeId("housing"), IndicatorId("B.a.R.6"))
    reply = AnswerReply(
        (key,), Response(new="yes"), Source("workbook", "0" * 64, "old.xlsx", "B", "D9")
    )
    kim = PersonId("p2")
    made = plan(assessment, Voice(kim, kim), [reply])
    assert (made.stored, [each.as_json(str)["new"] for each in made.events]) == (1, ["yes"])
    (remark,) = made.problems
    assert remark.severity is Severity.NOTE
    assert ENDED in remark.message
