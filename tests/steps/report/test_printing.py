"""Documents on disk: names, years before, looks, and what is said when something is missing."""

import shutil
from pathlib import Path

import pytest

from cyberassess.errors import AssessmentError, ReportError
from cyberassess.paper import html as render
from cyberassess.steps.report.documents import report_findings, report_full, report_soa
from cyberassess.steps.report.printing import (
    MOST_YEARS,
    Wanted,
    prepare,
    report_board,
    report_theme,
)
from tests.steps.council import begin

HTML = Wanted(suffix=".html")


@pytest.fixture
def council(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport-2026")


def name_previous(folder: Path, previous: str, period: str = "") -> None:
    path = folder / "assessment.yaml"
    text = path.read_text("utf-8") + f'previous: "{previous}"\n'
    if period:
        text = text.replace('period: "2026"', f'period: "{period}"')
    path.write_text(text, "utf-8")


def test_each_kind_has_a_dated_name_of_its_own(council: Path) -> None:
    names = [
        report_full(council, HTML).path.name,
        report_board(council, HTML).path.name,
        report_board(council, HTML, edition="open").path.name,
        report_theme(council, HTML).path.name,
        report_theme(council, HTML, theme="PIPES").path.name,
        report_soa(council, Wanted(suffix=".docx")).path.name,
        report_full(council, HTML).path.name,
        report_soa(council, HTML).path.name,
        report_findings(council, HTML).path.name,
    ]
    kinds = [each.partition("cyber resilience ")[2] for each in names]
    assert kinds == [
        "full.html",
        "board.html",
        "board open.html",
        "theme.html",
        "theme pipes.html",
        "statement of applicability.docx",
        "full (2).html",
        "statement of applicability.html",
        "findings and plan.html",
    ]


def test_documents_know_when_the_assessment_began(council: Path) -> None:
    basis, now, _ = prepare(council)
    assert basis.opened == now.opened


def test_a_named_file_is_not_replaced_unasked(council: Path, tmp_path: Path) -> None:
    for suffix in (".html", ".docx", ".zip"):
        path = tmp_path / f"mine{suffix}"
        path.write_text("mine")
        with pytest.raises(ReportError, match="a file of this name already"):
            report_board(council, Wanted(path, suffix=suffix))
        assert path.read_text() == "mine"
        report_board(council, Wanted(path, force=True, suffix=suffix))
        assert path.stat().st_size > 4


@pytest.mark.parametrize("suffix", [".html", ".docx", ".zip", ".pdf"])
def test_a_place_that_cannot_be_written_to_is_named(
    council: Path, tmp_path: Path, suffix: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="The document cannot be written"):
        report_board(council, Wanted(tmp_path / "file" / f"x{suffix}", suffix=suffix))


def test_without_a_pdf_engine_the_html_edition_says_why(
    council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "can_make_pdf", lambda: "The PDF engine cannot be loaded.")
    printed = report_board(council, Wanted(tmp_path / "b.pdf"))
    assert printed.path == tmp_path / "b.html"
    assert (printed.pages, printed.reason) == (0, "The PDF engine cannot be loaded.")


def test_years_before_stand_in_a_row_and_a_circle_ends(council: Path, tmp_path: Path) -> None:
    for year in range(2025, 2016, -1):
        folder = Path(shutil.copytree(council, tmp_path / f"northport-{year}"))
        name_previous(folder, f"../northport-{year - 1}", str(year))
    name_previous(council, "../northport-2025")
    basis, _, notes = prepare(council)
    assert [each.period for each in basis.years] == [
        "2025",
        "2024",
        "2023",
        "2022",
        "2021",
        "2020",
    ]
    assert (len(basis.years), notes) == (MOST_YEARS, ())
    loop = Path(shutil.copytree(council, tmp_path / "loop"))
    path = loop / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace("../northport-2025", "../loop"), "utf-8")
    assert prepare(loop)[0].years == ()


def test_a_year_before_that_cannot_be_read_is_a_note(council: Path) -> None:
    name_previous(council, "../nowhere")
    printed = report_board(council, HTML)
    assert "cannot be read" in str(printed.notes[0])
    assert "no last year to compare with" in printed.path.read_text("utf-8")


def test_a_house_style_is_used_and_a_wrong_one_stops_the_document(council: Path) -> None:
    style = council / "house-style.yaml"
    logo = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 2'><rect/></svg>"
    (council / "logo.svg").write_text(logo, "utf-8")
    colours = 'colours: {main: "#7a0019"}'
    style.write_text(f'schema: "1"\nname: "North"\nlogo: "logo.svg"\n{colours}\n', "utf-8")
    page = report_theme(council, HTML).path.read_text("utf-8")
    assert "#7a0019" in page
    assert "#0b5563" not in page
    assert '<img alt="North" src="data:image/svg+xml;base64,' in page
    style.write_text('schema: "1"\ncolours: {main: "#cccccc"}\n', "utf-8")
    with pytest.raises(AssessmentError, match=r"house-style.yaml, colours, main.*1\.6 to 1"):
        report_theme(council, HTML)


def test_a_changed_look_is_a_change_of_what_was_approved(council: Path) -> None:
    before = prepare(council)[0].version.fingerprint
    (council / "logo.svg").write_text("<svg/>", "utf-8")
    (council / "house-style.yaml").write_text('schema: "1"\nname: "North"\n', "utf-8")
    named = prepare(council)[0].version.fingerprint
    assert named != before
    (council / "house-style.yaml").write_text('schema: "1"\nlogo: "logo.svg"\n', "utf-8")
    with pytest.raises(AssessmentError, match="is something else"):
        prepare(council)


def test_a_nation_whose_laws_are_not_known_is_a_note(council: Path) -> None:
    path = council / "assessment.yaml"
    path.write_text(path.read_text("utf-8") + 'nation: "Scotland"\n', "utf-8")
    note = str(report_board(council, HTML).notes[0])
    assert '"Scotland" is not a nation' in note
    assert "Did you mean scotland?" in note


@pytest.mark.parametrize(
    ("asked", "made"), [(".docx", ".html"), (".html", ".docx"), (".csv", ".zip")]
)
def test_a_name_never_says_that_something_else_is_inside(
    council: Path, tmp_path: Path, asked: str, made: str
) -> None:
    printed = report_board(council, Wanted(tmp_path / f"b{asked}", suffix=made))
    assert printed.path == tmp_path / f"b{made}"
