"""What was said of files that came is kept as a page, with a link to each cell."""

from pathlib import Path

from cyberassess.steps.receive.pages import keep_words
from cyberassess.steps.receive.receiving import receive
from tests.steps.council import KIM, begin, fill_in, send_to


def test_the_page_names_each_file_and_leads_to_the_cells(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", people=[KIM])
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    fill_in(send_to(folder)["Kim Lee"], inbox / "kim <b>.xlsx", {"B1.b.H.1/housing": "perhaps"})
    (inbox / "payslip.pdf").write_bytes(b"%PDF-1.7")
    results = receive(folder, [inbox])
    name, problems = keep_words(folder, results)
    assert problems == []
    said = (folder / name).read_text("utf-8")
    (kims,) = [each for each in results if each.kept_as]
    kept = Path(kims.kept_as).name.replace(" ", "%20")
    where = kims.problems[0].where
    cell = where.rpartition(" ")[2]
    assert f'href="received/{kept}#' in said
    assert f"!{cell}" in said
    assert "kim &lt;b&gt;.xlsx" in said
    assert "<b>" not in said
    assert "payslip.pdf: This is a PDF." in said
    assert Path(kims.receipt).name.replace(" ", "%20") in said
    assert 'href="letters/Received%20-%20Kim%20Lee.eml"' in said
    assert "1 file: stored 0 answers; 1 remark." in said
    for landmark in ("<header>", "<nav aria-label=", '<main id="main">', "<footer>"):
        assert said.count(landmark) == 1
    assert '<a href="#file1">Kim Lee</a>' in said
    assert kims.kept_as not in said, "it is a link"
    again, _ = keep_words(folder, results)
    assert again != name, "nothing is written over"


def test_a_page_that_cannot_be_written_is_a_note(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", people=[KIM])
    place = folder / "questionnaires"
    if place.exists():
        place.rename(tmp_path / "away")
    place.write_text("a file in its place", "utf-8")
    name, problems = keep_words(folder, [])
    assert (name, [each.severity.value for each in problems]) == ("", ["note"])
