"""The pages one starts from: every writing command refreshes them, and none fails for them."""

import html
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from cyberassess.domain.result.counting import word_of
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.standing.start import NAME, write_start
from tests.program.conftest import Run
from tests.steps.council import begin

pytestmark = pytest.mark.slow

LARGEST = 200_000
"""Bytes of a page."""


class Links(HTMLParser):
    """Finds where a page leads, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"href", "src"}:
                self.targets.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def pages(folder: Path) -> list[Path]:
    return [folder / NAME, *sorted((folder / "start").glob("*.html"))]


def test_every_page_is_small_runs_nothing_and_leads_only_to_what_is_there(northport: Path) -> None:
    assert write_start(open_assessment(northport)) == northport / NAME
    assert len(pages(northport)) == 1 + len(open_assessment(northport).card.outcomes)
    for page in pages(northport):
        text = page.read_text("utf-8")
        found = Links(text)
        assert len(text.encode()) < LARGEST
        assert "script" not in found.tags
        assert not re.search(r"\bon[a-z]+=|javascript:|https?://", text)
        for target in found.targets:
            if target.startswith("#"):
                assert target[1:] in found.ids, (page.name, target)
            else:
                assert (page.parent / unquote(target)).exists(), (page.name, target)


def test_an_outcome_says_every_statement_with_what_counts_and_who_said_it(northport: Path) -> None:
    assessment = open_assessment(northport)
    write_start(assessment)
    for score in assessment.card.outcomes[::7]:
        page = northport / "start" / f"{score.key.outcome}-{score.key.scope}.html"
        text = html.unescape(page.read_text("utf-8"))
        for indicator in score.asked.outcome.indicators:
            assert indicator.text in text
            assert word_of(score, indicator.id) in text
        for given in (each for found in score.standings for each in found.given):
            assert str(given.source) in text
            assert assessment.name_of(given.person, given.origin) in text


def test_a_set_whose_levels_have_no_headings_leaves_none_empty(tmp_path: Path) -> None:
    folder = begin(tmp_path / "w")
    write_start(open_assessment(folder))
    assert all("<h3></h3>" not in page.read_text("utf-8") for page in pages(folder)[1:])


def test_a_command_that_writes_refreshes_what_it_changed_and_nothing_else(
    northport: Path, cli: Run
) -> None:
    assert cli("-C", str(northport), "start").out == "Wrote start.html\n".replace(
        "start.html", str(northport / NAME)
    )
    before = {each: each.stat().st_mtime_ns for each in pages(northport)}
    ran = cli(
        "-C", str(northport), "resolve", "B2.d.NA.4/housing",
        "--answer", "This does not happen here", "--reason", "Looked at it with both.",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    after = {each: each.stat().st_mtime_ns for each in pages(northport)}
    changed = [each.name for each in before if before[each] != after[each]]
    assert changed == [NAME, "B2.d-housing.html"]
    assert "Looked at it with both." in (northport / "start" / changed[1]).read_text("utf-8")
    assert "B2.d.NA.4/housing" not in (northport / NAME).read_text("utf-8")


def test_a_command_that_only_reads_writes_no_page(northport: Path, cli: Run) -> None:
    (northport / NAME).unlink(missing_ok=True)
    shutil.rmtree(northport / "start", ignore_errors=True)
    for words in ("status", "score", "people"):
        assert cli("-C", str(northport), words).code == 0
    assert not (northport / NAME).exists()
    assert not (northport / "start").exists()


def test_where_the_page_cannot_be_written_the_command_is_done_all_the_same(
    northport: Path, cli: Run
) -> None:
    (northport / NAME).unlink(missing_ok=True)
    (northport / NAME).mkdir()
    ran = cli("-C", str(northport), "people", "extend", "Helen Stobart", "--until", "2027-01-31")
    assert ran.code == 0
    assert "Helen Stobart has until 31 January 2027." in ran.out
    assert "What the command did is stored." in ran.err
    again = cli("-C", str(northport), "start")
    assert again.code == 1
    assert NAME in again.err


@pytest.mark.parametrize("found", ["", "[]", "{", '{"B2.d-housing.html": 5}', "\x00"])
def test_a_damaged_note_of_what_was_made_only_means_that_all_is_made(
    northport: Path, found: str
) -> None:
    write_start(open_assessment(northport))
    made = northport / "start" / "made.json"
    whole = json.loads(made.read_text("utf-8"))
    made.write_text(found, "utf-8")
    write_start(open_assessment(northport))
    assert json.loads(made.read_text("utf-8")) == whole


def test_what_people_wrote_is_text_and_never_markup(northport: Path) -> None:
    settings = northport / "assessment.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("Museum booking", "<script>x</script>"), "utf-8")
    path = write_start(open_assessment(northport))
    assert "<script" not in path.read_text("utf-8")


def test_the_page_for_others_names_nobody_and_nothing_that_falls_short(
    northport: Path, cli: Run
) -> None:
    assert cli("-C", str(northport), "start", "--edition", "open").code == 0
    page = html.unescape((northport / "reports" / "start, open.html").read_text("utf-8"))
    assessment = open_assessment(northport)
    settings = assessment.contents.settings
    hidden = [each.name for each in settings.everybody]
    hidden += [each.title for each in settings.scopes if each.kind != "organisation"]
    hidden += [each.asked.outcome.title for each in assessment.card.outcomes]
    hidden += [each.facts.title for each in assessment.evidence.items]
    assert [each for each in hidden if each in page] == []
    assert settings.organisation in page
    assert [each for each in Links(page).targets if not each.startswith("#")] == []
