"""Page one is one page, whatever the council's size, and says what a reader has a minute for."""

import dataclasses
import itertools
import re
from typing import Any

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Heading, Part, Section, Table, every, plain, strong
from cyberassess.paper.documents.board import board_summary
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.sections.page_one import page_one
from cyberassess.press.kept import Kept
from cyberassess.press.printing import print_html
from tests.domain.builder import Data, answer_events, make_framework, make_profile, make_themes
from tests.paper.made import make_basis, small_state
from tests.paper.reading import MAP, figures, headings, rows, said, tables, texts
from tests.paper.test_board import PLAN, action, basis, last_year
from tests.paper.test_checking import LOWER, SAM

has_pdf = pytest.mark.skipif(bool(render.can_make_pdf()), reason="no PDF engine")
LONG = "Case management and payments for adults, children and their carers in the whole county"


def council(systems: int) -> Basis:
    """Give a council with systems of long names, a plan that is far from whole, and last year."""
    outline = "A Leading\n  A1 Governance\n    A1.a organisation board H.1\nB Protecting\n"
    outline += "".join(
        f"  B{part} Part {part} of protecting what everybody depends on\n"
        + "".join(f"    B{part}.{each} system service N.1 H.1 H.2\n" for each in "abcdef")
        for part in range(1, 7)
    )
    framework = make_framework(outline)
    scopes: list[Data] = [
        {"id": f"s{n}", "kind": "system", "title": f"{LONG}, part {n}", "why_critical": LONG * 3}
        for n in range(systems)
    ]
    answers = {f"s{n}/B1.{each}.H.1": "not-true" for n in range(systems) for each in "abc"}
    answers |= {"A1.a.H.1": "true"}
    plan = [action(f"ACT-{n:03}", f"B1.{e}", "s0", owner=LONG) for n, e in enumerate("abc", 1)]
    plan[0]["new"]["cost_text"] = text_field("£120,000 to £250,000, then £75,000 a year", "s")
    return make_basis(
        small_state(*answer_events(answers), *plan), framework=framework, listed=scopes,
        themes=make_themes(dict.fromkeys(framework.outcomes, "pipes")),
        profile=make_profile(dict.fromkeys(framework.outcomes, "high")),
        ambition={"pipes": "4"},
    )  # fmt: skip


@pytest.mark.slow
@has_pdf
@pytest.mark.parametrize("systems", [1, 4, 12, 40])
@pytest.mark.parametrize("edition", ["restricted", "open"])
def test_it_is_one_page_for_any_number_of_systems(systems: int, edition: str) -> None:
    """Only page one is printed: the full report has the same one."""
    html = render.html_for_paper(board_summary(council(systems), edition=edition))
    head, page, _ = re.split(r"(?s)(<section class=\"one\">.*?</section>)", html, maxsplit=1)
    assert "Decision" in page
    assert print_html(f"{head}{page}</body></html>", Kept(None)).pages == 1


def test_it_goes_from_the_result_to_the_trend() -> None:
    now = basis(*PLAN, *LOWER, *SAM, ambition={"pipes": "4"})
    later = dataclasses.replace(now, years=(last_year(now),))
    html = render.render_html(board_summary(later))
    first = html.partition("</section>")[0]
    heads = re.findall(r"<h[12][^>]*>([^<]*)</h", first)
    assert heads == [
        "pipes: 0 of 3 outcomes meet our target", "So what", "How sure we are", "Decision",
        "Main gaps", "Trend",
    ]  # fmt: skip


def one(*events: Data, **changes: Any) -> Section:
    return page_one(basis(*events, **changes), "Board summary")


def plan(*events: Data, **changes: Any) -> str:
    """Give what is said of the plan above what is asked."""
    return said(one(*events, **changes), "Decision").partition("We ask")[0].strip()


def test_the_plan_says_what_it_costs_how_far_it_goes_and_how_far_we_want_to_go() -> None:
    aim = {"ambition": {"pipes": "2"}}
    near, far = action("ACT-1", "B2.a"), action("ACT-2", "B2.c", "revenues", due="2027-06-30")
    free = action("ACT-3", "B2.b", cost="none")
    assert plan(**aim) == "Our ambition: 2 of 3."
    assert plan(near, **aim) == (
        "The plan (up to £10k once) would reach 1 of 3 by 31 March 2027; our ambition: 2 of 3."
    )
    assert plan(near, far, **aim) == (
        "The plan (up to £20k once) would reach 2 of 3 by 30 June 2027; our ambition: 2 of 3."
    )
    assert plan(far) == ("The plan (up to £10k once) would reach 1 of 3 by 30 June 2027.")
    also = action("ACT-1", "B2.a", also=["revenues"])
    assert plan(also).startswith("The plan (up to £10k once) would"), "it meets its target there"
    wider = action("ACT-2", "A1.a", "organisation")
    assert plan(near, wider).startswith("The plan (other themes too, up to £20k once) would")
    assert plan(free) == ""
    assert plan(free, **aim) == "Our ambition: 2 of 3."
    assert plan(near, action("ACT-4", "B2.b", cost="")) == (
        "The plan (up to £10k once as far as costed) would reach 1 of 3 by 31 March 2027."
    )
    goal = make_profile({"B2.a": "low", "B2.b": "low", "B2.c": "high"})
    met = answer_events(
        {"revenues/B2.a.H.1": "true"} | {f"revenues/B2.b.N.{n}": "never" for n in (1, 2)}
    )
    assert plan(*met, **aim, profile=goal) == "Our ambition: 2 of 3, reached already."


def test_how_sure_we_are_is_five_figures() -> None:
    assert len(figures(page_one(council(4), "Board summary"))) == 5


def test_a_result_is_explained_where_there_are_several_places() -> None:
    said_so = "A result is one outcome in one place (system, organisation)."
    assert said_so in texts(one())
    assert said_so in texts(board_summary(basis()).for_word[0])
    outline = make_framework("A One\n  A.a organisation board H.1\n")
    alone = make_basis(
        small_state(), framework=outline, scopes=(), themes=make_themes({"A.a": "pipes"})
    )
    assert said_so not in texts(page_one(alone, "Board summary"))


def test_places_of_a_gap_are_numbers_where_they_are_many() -> None:
    page = page_one(council(4), "Board summary")
    _, where, owner, _ = rows(page, "Main gaps")[0]
    assert where == "all 4 systems"
    assert owner.endswith(", for 1 of 4")
    assert said(page, "So what").startswith(
        "The weakest are 4 systems, each meeting 0 of its 36 pipes outcomes."
    )
    assert said(page, "Decision").startswith(
        "The plan (£120k to £270k once and £75k a year) lifts no outcome by a date; "
        "our ambition: all 37."
    )


def test_an_open_page_names_no_place_and_no_gap() -> None:
    page = page_one(basis(*PLAN), "Board summary", is_open=True)
    assert not {"So what", "Main gaps"} & set(headings(page))


def test_the_trend_is_last_years_count_and_what_moved() -> None:
    now = basis()
    later = dataclasses.replace(now, years=(last_year(now),))
    assert (
        said(page_one(later, "Board summary"), "Trend") == "Last year 0. No result rose or fell."
    )
    assert "Trend" not in headings(one())


def test_the_map_of_many_places_has_them_as_rows() -> None:
    (turned,) = tables(board_summary(council(12)), "Where the gaps are")
    assert [each.title for each in turned.columns[:3]] == ["Place", "All", "A1"]
    places = [row[0] for row in turned.rows]
    assert places[:2] == [strong("Everywhere"), "Whole organisation"]
    assert (len(places), sum(isinstance(each, Part) for each in places)) == (14, 1)
    assert {len(row) for row in turned.rows} == {len(turned.columns)}
    assert not any(" of " in plain(cell) for row in turned.rows for cell in row)


@pytest.mark.parametrize(
    ("places", "fit"),
    [
        (["Whole organisation", "Housing", "Planning", "Museums"], True),
        (["Whole organisation", "Housing", "Planning", "Museums", "Highways"], False),
        (["Whole organisation", "Housing", "Telecommunications"], False),
        (["Whole organisation", "Telecommunications"], True),
        (["Whole organisation", "Multi-agency safeguarding", "Housing"], True),
    ],
)
def test_places_head_columns_only_where_none_of_their_words_breaks(
    places: list[str], *, fit: bool
) -> None:
    """Four systems made columns so narrow that maps said "organisatio n"."""
    listed = [{"id": f"s{n}", "kind": "system", "title": e} for n, e in enumerate(places[1:])]
    made = full_report(basis(listed=listed))
    (map_,) = tables(made, MAP)
    assert (map_.columns[0].title != "Place") is fit
    blocks = list(every(made.sections))
    levels = [each.level for each in blocks if isinstance(each, Heading)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    found = [each for each in blocks if isinstance(each, Table)]
    kinds = [each.kind for each in found if each.kind.startswith("matrix")]
    assert ("matrix turned" in kinds) is not fit
    # a head stands anew on each page, and only one of its links would be tagged
    heads = re.findall(r"<thead>.*?</thead>", render.render_html(made))
    assert heads
    assert not any("<a " in each for each in heads)


MIXED = """\
A Leading
  A1 Governance
    A1.a organisation board H.1
B Protecting
  B2 Identity
    B2.a system service H.1
C Recovering
  C1 Response
    C1.a organisation board H.1
"""
"""What everybody answers once stands before and after what each system answers."""


@pytest.mark.parametrize("more", [0, 25])
def test_a_matrix_follows_its_control_set(more: int) -> None:
    """Results are ordered by place, so D stood before B."""
    long = "".join(f"    C1.b{n:02} organisation board H.1\n" for n in range(more))
    framework = make_framework(MIXED + long)
    themes = make_themes(dict.fromkeys(framework.outcomes, "pipes"))
    made = full_report(make_basis(small_state(), framework=framework, themes=themes))
    blocks = every(made.sections)
    found = [each for each in blocks if isinstance(each, Table) and each.kind == "matrix"]
    assert len(found) == (3 if more else 1)
    names = [row[0] for each in found for row in each.rows if len(row) > 1]
    assert names == list(framework.outcomes)


def test_a_table_of_gaps_has_no_column_that_is_empty() -> None:
    for made, dated in ((basis(), False), (basis(*PLAN), True)):
        html = render.render_html(board_summary(made))
        one, _, rest = html.partition("</section>")
        two = rest.partition("</section>")[0]
        assert ('scope="col">By<' in one, 'scope="col">By<' in two) == (dated, dated)
