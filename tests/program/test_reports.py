"""Documents about the demonstration's council: what may be seen, and by whom."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberassess.opening.assessment import open_assessment
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.steps.report.printing import prepare
from tests.paper.on_paper import Written, kept, lost, planned
from tests.program.conftest import Ran

Run = Callable[..., Ran]

has_pdf = pytest.mark.skipif(bool(render.can_make_pdf()), reason="no PDF engine")
has_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing")


def words(path: Path, *options: str) -> str:
    done = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True)  # noqa: S607
    return done.stdout.decode()


def secrets(folder: Path) -> set[str]:
    """Give every name of a system, a person, a piece of evidence and a failed outcome."""
    assessment = open_assessment(folder)
    settings, state = assessment.contents.settings, assessment.state
    names = {each.title for each in settings.scopes if each.kind != "organisation"}
    names |= {each.supplier for each in settings.scopes} | {e.title for e in settings.left_out}
    names |= {each.name for each in settings.everybody}
    names |= {
        line for said in state.evidence.values() for e in said for line in e.text.split("\n")
    }
    failed = [each for each in assessment.card.outcomes if each.meets_target is False]
    names |= {str(each.key.outcome) for each in failed}
    names |= {each.asked.outcome.title for each in failed}
    return {" ".join(each.split()) for each in names if each}


def test_the_demonstration_shows_better_an_unsigned_return_and_another_name(
    shown_northport: Path, cli: Run
) -> None:
    states = cli("-C", str(shown_northport), "status").out.splitlines()
    returns = [line for line in states if "came back" in line]
    assert [line.split("  ")[1] for line in returns if "not signed" in line] == ["Grace Adeyemi"]
    assert any("Martin Hale" in line and "signed by Martin Lowes" in line for line in returns)
    said = " ".join(cli("-C", str(shown_northport), "explain", "B3.a/revenues").out.split())
    assert "We do better than this: Martin Lowes (now Martin Hale)" in said


@pytest.mark.slow
@has_pdf
@has_poppler
def test_the_open_edition_names_nothing_in_the_store(
    shown_northport: Path, tmp_path: Path, cli: Run
) -> None:
    """Checklist 2.13: in the PDF, in its properties, in HTML and in Word."""
    hidden = secrets(shown_northport)
    assert len(hidden) > 50
    texts = []
    for option in ([], ["--html"], ["--docx"]):
        path = tmp_path / f"open.{(option or ['--pdf'])[0][2:]}"
        ran = cli("-C", str(shown_northport), "report", "board", "--edition", "open", "-o",
                  str(path), *option)  # fmt: skip
        assert ran.code == 0, ran.err
    texts.append(words(tmp_path / "open.pdf"))
    texts.append((tmp_path / "open.pdf").read_bytes().decode("latin-1"))
    texts.append((tmp_path / "open.html").read_text("utf-8"))
    with zipfile.ZipFile(tmp_path / "open.docx") as file:
        texts.append(" ".join(file.read(n).decode("utf-8", "ignore") for n in file.namelist()))
    for text in texts:
        squeezed = " ".join(text.split())
        found = [e for e in hidden if re.search(rf"(?<!\w){re.escape(e)}(?!\w)", squeezed)]
        assert found == []
    assert "Suggested for the restricted edition: exempt under the Local Government Act 1972" in (
        " ".join(texts[0].split())
    )


@pytest.mark.slow
@has_pdf
@has_poppler
def test_page_one_of_the_board_summary_stands_alone(
    shown_northport: Path, tmp_path: Path, cli: Run
) -> None:
    path = tmp_path / "board.pdf"
    ran = cli("-C", str(shown_northport), "report", "board", "-o", str(path))
    assert ran.code == 0, ran.err
    assert ran.out.strip() == f"{path} (5 pages)"
    assert "It is version 1, DRAFT." in ran.err
    first = " ".join(words(path, "-f", "1", "-l", "1").split())
    for said in (
        "Infrastructure: 12 of 20 outcomes meet our target",
        "Last year 9. All themes: 8 results rose, 5 fell.",
        "The weakest system is Housing management, meeting 9 of its 15 Infrastructure outcomes.",
        "The plan (other themes too, £50k to £95k once and £60k a year) would reach 15 of 20 by "
        "30 April 2027; our ambition: all 20.",
        "Priya Nair reviewed 4 results and lowered 1: A2.b Assurance. On that view 11 outcomes "
        "meet our target.",
        "A result is one outcome in one place (system, organisation).",
        "Sam Reid confirmed 57 of 93 results and answered 30 of them.",
        "Main gaps",
        "30 April 2027",
        "We ask the committee to",
        "page 1 of 5",
    ):
        assert said in first
    assert first.count("OFFICIAL-SENSITIVE") == 2
    running = 2 * len(["OFFICIAL-SENSITIVE"]) + len(
        ["29", "November", "2026", "page", "1", "of", "5"]
    )
    drawn = first[first.index("Meet the target") : first.index("Target: GovAssure")]
    picture = len(re.findall(r"\S*[A-Za-z0-9]\S*", drawn))
    counted = re.findall(r"\S*[A-Za-z0-9]\S*", first)
    assert len(counted) - running - picture <= 230  # 220, and the footer's name and version
    assert words(path, "-f", "2", "-l", "2").lstrip().startswith("OFFICIAL-SENSITIVE")


def test_numbers_of_page_one_come_from_score_and_answers(
    shown_northport: Path, tmp_path: Path, cli: Run
) -> None:
    """Checklist 2.5: three numbers of page one, recomputed from JSON by other means."""
    path = tmp_path / "board.html"
    assert cli("-C", str(shown_northport), "report", "board", "--html", "-o", str(path)).code == 0
    text = " ".join(re.sub(r"<[^>]+>", " ", path.read_text("utf-8")).split())
    scored = json.loads(cli("-C", str(shown_northport), "score", "--json").out)
    assessment = open_assessment(shown_northport)
    theme_of = assessment.contents.themes.outcomes["ncsc-caf@3.2"]  # type: ignore[index]
    per_outcome: dict[str, list[bool]] = {}
    housing = []
    for each in scored["outcomes"]:
        placed = theme_of[each["outcome"]].theme == "infrastructure"
        if placed and each["meets_target"] is not None:
            per_outcome.setdefault(each["outcome"], []).append(each["meets_target"])
            if each["scope"] == "housing":
                housing.append(each["meets_target"])
    met = sum(all(each) for each in per_outcome.values())
    assert f"{met} of {len(per_outcome)} outcomes meet our target" in text
    of = f"{sum(housing)} of its {len(housing)} Infrastructure outcomes"
    assert f"Housing management, meeting {of}." in text
    sure = scored["confidence"]
    shown = re.search(r"How sure we are (.*?) Decision", text)
    assert shown is not None
    assert f"{sure['reviewed']} of {sure['outcomes']} {sure['conflicts']} " in shown[1]


@pytest.mark.slow
def test_a_draft_becomes_approved_and_a_draft_again(northport: Path, cli: Run) -> None:
    said = cli("-C", str(northport), "approve")
    assert "Version 1 is a DRAFT" in said.out
    signed = cli(
        "-C",
        str(northport),
        "approve",
        "--name",
        "Ada Moss",
        "--role",
        "Chief executive",
        "--as-it-stands",
        "--reason",
        "The rest follows in March.",
    )
    assert signed.code == 0
    assert "version 1: Ada Moss, Chief executive" in signed.out
    printed = cli("-C", str(northport), "report", "board", "--html")
    page = Path(printed.out.strip())
    assert "version 1 · approved" in page.read_text("utf-8")
    assert "DRAFT" not in page.read_text("utf-8")
    assert "The rest follows in March." in page.read_text("utf-8")
    if not render.can_make_pdf() and shutil.which("pdftotext"):
        paper = northport / "reports" / "approved.pdf"
        cli("-C", str(northport), "report", "board", "-o", str(paper))
        assert "The result in detail" in words(paper, "-f", "2", "-l", "2"), (
            "page one stands alone"
        )
    changed = cli("-C", str(northport), "resolve", "B2.d.NA.4/housing", "--answer",
                  "this does not happen here", "--reason", "Checked on the console.")  # fmt: skip
    assert changed.code == 0, changed.err
    found = json.loads(cli("-C", str(northport), "approve", "--json").out)
    assert (found["version"], found["status"]) == (2, "draft")
    again = cli("-C", str(northport), "report", "board", "--html", "--at", "1")
    second = Path(again.out.strip())
    assert second.read_bytes() == page.read_bytes()


def test_a_theme_nobody_has_is_named(shown_northport: Path, cli: Run) -> None:
    ran = cli("-C", str(shown_northport), "report", "theme", "dta")
    assert ran.code == 1
    assert ran.err.startswith('"dta" is not a theme of this assessment. Did you mean data?')


@pytest.mark.slow
@has_pdf
@has_poppler
@pytest.mark.parametrize(
    ("name", "meant"),
    [pytest.param("full", kept, marks=pytest.mark.slow), ("findings", planned)],
)
def test_all_that_people_wrote_stands_on_paper(
    name: str,
    meant: Callable[[Basis], Iterator[Written]],
    shown_northport: Path,
    tmp_path: Path,
    cli: Run,
) -> None:
    """Checklist 2.12: the store compared with the text of the PDF."""
    path = tmp_path / f"{name}.pdf"
    every = ("--every-answer",) if name == "full" else ()
    ran = cli("-C", str(shown_northport), "report", name, *every, "-o", str(path))
    assert ran.code == 0, ran.err
    basis, _, _ = prepare(shown_northport)
    written = set(meant(basis))
    assert len(written) > {"full": 180, "findings": 20}[name]
    assert lost(written, path) == []


def test_the_page_one_starts_from_says_what_people_differ_on_and_dates_in_words(
    northport: Path, cli: Run
) -> None:
    ran = cli("-C", str(northport), "start")
    assert ran.code == 0, ran.err
    page = (northport / "start.html").read_text("utf-8")
    assert "When users leave the organisation, their access rights stay active." in page
    assert 'Housing management, <a href="start/B2.d-housing.html">B2.d.NA.4/housing</a>' in page
    assert ">came back " in page
    assert re.findall(r">[^<]*\d{4}-\d{2}-\d{2}", page) == []
