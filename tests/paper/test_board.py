"""The board summary: page one, its sums, its two editions."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.trend import Trend, trend, year_facts
from cyberassess.domain.result.years import Year, year_of
from cyberassess.errors import ReportError
from cyberassess.paper import html as render
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Picture, Text, every
from cyberassess.paper.document import Document
from cyberassess.paper.documents.board import LONGEST_DECISION, board_summary
from cyberassess.paper.documents.findings import findings_report
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.documents.open_edition import leaks
from cyberassess.paper.documents.theme import theme_report
from cyberassess.paper.look import Look
from cyberassess.paper.media.word import word_document
from cyberassess.paper.sections.summary import said_count, said_weakest
from tests.domain.builder import (
    Data,
    answer_events,
    make_framework,
    make_profile,
    make_state,
    make_themes,
    record_event,
    segment,
)
from tests.paper.made import GOAL, OUTLINE, Views, make_basis, small_state
from tests.paper.reading import (
    MAP,
    below,
    figures,
    headings,
    rows,
    said,
    shown,
    squares,
    tables,
    texts,
    tones,
    top_gaps,
)

REF = make_framework(OUTLINE).ref
LEFT_OUT = [{"title": "Museum booking", "reason": "no critical function"}]
SCOPES = [
    {"id": "housing", "kind": "system", "title": "Housing", "supplier": "Larkmoor Ltd",
     "why_critical": "Two days without it stop emergency repairs."},
    {"id": "revenues", "kind": "system", "title": "Revenues"},
]  # fmt: skip


def action(ref: str, outcome: str, scope: str = "housing", **more: object) -> Data:
    fields: Data = {"framework": REF, "scope": scope, "outcome": outcome}
    fields |= {"title": text_field(f"Do {ref}", "s"), "owner": text_field("p2", "s")}
    fields |= {"due": "2027-03-31", "cost": "low", "status": "planned", "priority": "1"}
    return record_event("action", (ref,), fields | more)


PLAN = (
    action("ACT-001", "B2.a"),
    action("ACT-002", "B2.b", "revenues", cost="high", priority="2", owner="Head of IT", due=""),
    action("ACT-003", "B2.c", status="done"),
)


def basis(*events: Data, **changes: Any) -> Basis:
    settings: dict[str, Any] = {"left_out": LEFT_OUT, "listed": SCOPES}
    settings |= {"profile": make_profile(GOAL)}
    return make_basis(small_state(*events), **(settings | changes))


def last_year(then: Basis, **more: Any) -> Year:
    """Give an assessment as the year before another."""
    made = year_of("2025", then.card, {REF: "goal"}, {REF: "Made 1"})
    return dataclasses.replace(made, **more)


def in_a_row(now: Basis, *then: tuple[str, Basis]) -> Trend:
    """Give this year after others, the earliest first, all of one version."""
    facts = [
        year_facts(period, "as it stands", each.card, each.frameworks, each.themes)
        for period, each in (*then, (now.settings.period, now))
    ]
    return trend([(each, {}) for each in facts])


@pytest.fixture(scope="module")
def summary() -> Document:
    return board_summary(basis(*PLAN))


def test_page_one_counts_gaps_and_their_plan(summary: Document) -> None:
    assert headings(summary)[0] == "pipes: 0 of 3 outcomes meet our target"
    title = "The three gaps that matter most"
    assert rows(summary, title) == top_gaps(summary)
    assert [each[0].partition(" ")[0] for each in top_gaps(summary)] == ["B2.a", "B2.b", "B2.c"]
    assert [each[1:] for each in top_gaps(summary)] == [
        ["Priya Shah, service", "31 March 2027", "under £10k"],
        ["Head of IT", "no date yet", "over £50k"],
        ["not planned yet", "", ""],
    ]
    assert said(summary, title).startswith("Chosen by the priority given in the plan")


def test_the_plan_is_counted_by_place_and_by_cost(summary: Document) -> None:
    assert said(summary, "The result in detail").endswith(
        "In all themes 4 results, each place counted, are below target; 2 of them have an action. "
        "One-off cost: £50k or more."
    )
    assert [row[0] for row in rows(summary, "The plan")] == ["ACT-001", "ACT-002"]
    assert said(summary, "The plan") == (
        "The plan's first priority stands first, then what is due first. "
        "Below target and not planned yet: B2.b Outcome B2.b (Housing); B2.c Outcome B2.c "
        "(Revenues)."
    )


def test_an_action_for_one_place_covers_no_other() -> None:
    """Of two places that fall short one has an action: the other is named, and asked about."""
    one = board_summary(basis(action("ACT-001", "B2.b", "revenues")))
    gap = next(each for each, *_ in top_gaps(one) if each.startswith("B2.b"))
    assert gap.startswith("B2.b Outcome B2.b Housing, Revenues\n")
    assert gap.endswith("\nAction for Revenues: Do ACT-001 Not planned yet: Housing.")
    detail = said(one, "The result in detail")
    assert "4 results, each place counted, are below target; 1 of them has an action" in detail
    assert "missing owners and dates for 3 results below target" in said(one, "Decision")
    assert "B2.b Outcome B2.b (Housing)" in said(one, "The plan")
    html = render.render_html(one)
    assert "for Revenues: Do ACT-001 <b>Not planned yet: Housing.</b>" in html


def test_one_result_without_an_owner_is_one() -> None:
    done = [action(f"ACT-{n}", *which) for n, which in enumerate(
        (("B2.a",), ("B2.b",), ("B2.b", "revenues")), 1)]  # fmt: skip
    said_ = said(board_summary(basis(*done)), "Decision")
    assert "missing owners and dates for 1 result below target" in said_


def test_a_gap_says_so_in_one_place_where_it_is_not_so_in_all() -> None:
    """What is so in all places stood there as if it were so in one."""

    def gap(*events: Data, ref: str) -> str:
        return next(each for each, *_ in top_gaps(board_summary(basis(*events))) if ref in each)

    assert "So in Revenues." in gap(ref="B2.b")
    alike = gap(*answer_events({"revenues/B2.a.N.1": "happens"}), ref="B2.a")
    assert "Housing, Revenues" in alike
    assert "Happens: Statement B2.a.N.1" in alike
    assert "So in" not in alike


def test_an_action_may_cover_several_places_and_says_which() -> None:
    wide = action("ACT-001", "B2.b", "revenues", also=["housing"])
    both = basis(wide)
    made = board_summary(both)
    gap = next(each for each, *_ in top_gaps(made) if each.startswith("B2.b"))
    assert gap.endswith("\nAction Do ACT-001")
    assert "2 of them have an action" in said(made, "The result in detail")
    assert "missing owners and dates for 2 results below target" in said(made, "Decision")
    assert rows(made, "The plan")[0][1] == "B2.b Outcome B2.b, Housing and Revenues"
    found = findings_report(both)
    stands = rows(found, "Priority 1: first")[0][1]
    assert "Revenues: Not decided" in stands
    assert "Housing: Low" in stands
    assert "3 are not planned yet" not in shown(found, "lead")
    full = texts(full_report(both))
    assert len([each for each in full if "To be done: ACT-001 for B2.b" in each]) == 2


def test_an_action_without_owner_or_date_leaves_the_question_open() -> None:
    made = board_summary(basis(action("ACT-001", "B2.a", owner="", due="")))
    assert "1 of them has an action" in said(made, "The result in detail")
    assert "for the 4 results below target (all themes), or accept" in said(made, "Decision")


def test_a_decision_follows_from_the_plan_or_is_the_officers(summary: Document) -> None:
    assert said(summary, "Decision").endswith(
        "We ask the committee to note this result, agree the plan and set missing owners and "
        "dates for 3 results below target (all themes), or accept that risk."
    )
    assert said(board_summary(basis(), decision="Fund it."), "Decision") == "Fund it."
    with pytest.raises(ReportError, match="401 characters"):
        board_summary(basis(), decision="x" * (LONGEST_DECISION + 1))


def in_the_way(**answers: Any) -> str:
    """Say what is in the way of an outcome of seven statements, on the first line of its gap."""
    outline = "X One\n  X.a organisation board N.1 N.2 M.1 H.1 H.2 H.3 H.4"
    framework = make_framework(outline)
    written = {f"X.a.{key.replace('_', '.')}": value for key, value in answers.items()}
    themes = make_themes({"X.a": "pipes"})
    whole = make_basis(
        make_state(written), framework=framework, themes=themes, scopes=(),
        profile=make_profile({"X.a": "high"}),
    )  # fmt: skip
    ((gap, *_),) = top_gaps(board_summary(whole))
    return gap.splitlines()[1]


def test_what_else_is_in_the_way_is_counted_kind_by_kind() -> None:
    assert in_the_way(
        N_1="never", N_2=["never", "happens"], M_1="true", H_1="not-true", H_2="not-true",
        H_3="other-means",
    ) == (
        "People differ: Statement X.a.N.2. "
        "Also 2 “not true”, 1 “otherwise” without a reason and 1 not answered."
    )  # fmt: skip


def test_an_answer_without_its_reason_is_not_read_as_one_that_counts() -> None:
    assert (
        in_the_way(
            N_1="never",
            N_2="never",
            M_1="true",
            H_1="other-means",
            H_2="true",
            H_3="true",
            H_4="true",
        )
        == "Otherwise, but without a reason: Statement X.a.H.1."
    )


def test_what_is_at_stake_and_not_covered_is_said(summary: Document) -> None:
    paper = summary.for_word[0]
    assert said(paper, "Risk implications").startswith(
        "At stake in Housing: Two days without it stop emergency repairs."
    )
    covered = said(summary, "Not covered")
    assert "Museum booking" in covered
    assert "paragraphs 7 and 3" in covered
    assert "Take the monitoring officer's advice" in covered


def test_without_a_plan_a_target_or_a_year_before_it_says_so() -> None:
    bare = board_summary(basis())
    assert said(bare, "The result in detail").endswith("none of them has an action.")
    assert rows(bare, "The plan") == []
    nothing = "No earlier assessment is named, so nothing is compared with last year."
    assert said(bare, "What moved since last year") == nothing
    none = board_summary(make_basis(small_state()))
    assert top_gaps(none) == []
    assert "Where the gaps are" not in headings(none)
    assert {"Gaps", "Risk implications"} <= set(headings(none.for_word[0]))
    assert "At stake" not in said(none.for_word[0], "Risk implications")


@pytest.fixture(scope="module")
def unanswered() -> Basis:
    """Give an assessment nobody has answered, with an action and a year before it."""
    nothing = make_basis(
        fold([segment(1, action("ACT-001", "B2.a"), seed="seed")]), profile=make_profile(GOAL),
        listed=SCOPES,
    )  # fmt: skip
    return dataclasses.replace(nothing, years=(last_year(basis()),))


UNKNOWN = "nothing is known yet: 0 of 23 statements are answered."


def test_nothing_answered_is_nothing_known_and_neither_a_gap_nor_a_risk(
    unanswered: Basis,
) -> None:
    for edition in ("restricted", "open"):
        made = board_summary(unanswered, edition=edition)
        assert headings(made)[0] == f"pipes: {UNKNOWN.rstrip('.')}"
        assert "Last year 0 of 3 outcomes met the target." in said(made, "Trend")
        assert said(made, "Decision") == f"We ask the committee to note that {UNKNOWN}"
        assert "So what" not in headings(made)
        assert (top_gaps(made), squares(made)) == ([], None)
        detail = said(made, "The result in detail")
        assert detail.endswith("Nothing is answered yet, so no gap can be named.")
        assert {row[1] for row in rows(made, "All themes")} == {"not known"}
        html = re.sub(r"<style>.*?</style>", "", render.render_html(made), flags=re.DOTALL)
        assert "accept that risk" not in html
        assert not re.search(r"\b0 of [1-9]\d* (?:outcomes? )?meet", html)
    assert word_document(board_summary(unanswered))


def test_nothing_answered_is_said_in_every_document(unanswered: Basis) -> None:
    report = Views(unanswered)
    assert said_count(report.basis) == UNKNOWN
    assert "Below the target, and not planned yet" not in headings(report.document)
    assert said(report.document, "Actions").startswith("Nothing is known yet")
    (map_,) = tables(report.document, MAP)
    assert {tone for row in tones(map_) for tone in row if tone} == {"plain"}
    assert texts(report.document).count("Nothing is answered here yet.") == 3
    theme = theme_report(unanswered)
    assert shown(theme, "lead").startswith(f"pipes: {UNKNOWN}")
    assert not any(isinstance(each, Picture) for each in every(theme.sections))
    assert {row[1] for row in rows(theme, "By place")} == {"not known"}
    found = findings_report(unanswered)
    assert shown(found, "lead") == UNKNOWN.capitalize()
    assert figures(found)[0] == "not known"
    assert "Not planned yet" not in headings(found)
    assert "What they are about is not answered yet." in texts(found)


def test_a_place_nobody_answered_is_not_called_the_weakest() -> None:
    scopes = [*SCOPES, {"id": "museum", "kind": "system", "title": "Museum"}]
    made = Views(basis(listed=scopes))
    said = said_weakest(made.basis)
    assert said == "The weakest system is Housing, meeting 0 of its 2 pipes outcomes."
    (museum,) = below(made.document, "Museum")
    assert museum == Text("Nothing is answered here yet.")
    cells = [row[-1] for row in rows(made.document, MAP)]
    assert cells == ["", "no answer", "no answer", "no answer"]


def test_last_year_marks_the_boxes_that_met_the_target_then() -> None:
    """Not how many: which. B2.a met it then and does not now."""
    then = basis(*answer_events({"housing/B2.a.N.1": "never"}))
    now = dataclasses.replace(basis(), years=(last_year(then),))
    drawn = squares(board_summary(now))
    assert drawn is not None
    assert "Met it last year: B2.a." in drawn.alternative
    at = next(each for each in drawn.words if each.text == "B2.a")
    line, key = (each for each in drawn.bars if each.height < 1 and each.width > 4)
    box = next(each for each in drawn.bars if each.x < at.x < each.x + each.width)
    assert line.x < at.x < line.x + line.width
    assert at.y < line.y < box.y + box.height - line.height < key.y  # in its own box
    assert (
        drawn.words[0].text
        == "Below the target in one place or more: 3; last year 1 of these met it"
    )
    is_open = squares(board_summary(now, edition="open"))
    assert is_open is not None
    assert "Met it last year: 1." in is_open.alternative


def test_last_year_stands_beside_the_count() -> None:
    now = basis()
    later = dataclasses.replace(now, years=(last_year(now),))
    made = board_summary(later)
    assert "Last year it was 0." in said(made.for_word[0], "Result")
    assert said(made, "What moved since last year").endswith("0 rose and 0 fell.")
    assert [row[3] for row in rows(made, "All themes")] == ["0 of 3", "1 of 1"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"themes": (), "titles": {"old@1": "Old 1"}}, "In 2025 we were assessed against Old 1"),
        ({"profiles": {REF: "other"}}, "against another target"),
    ],
)
def test_years_that_cannot_be_compared_are_not(changes: dict[str, object], why: str) -> None:
    now = basis()
    later = dataclasses.replace(now, years=(last_year(now, **changes),))
    assert why in said(board_summary(later), "Trend")


def test_nations_name_their_own_laws_and_offices() -> None:
    for nation, law, office in (
        ("england", "Local Government Act 1972, Schedule 12A, Part 1", "section 151 officer"),
        ("wales", "Schedule 12A, Part 4, paragraphs 18 and 14", "section 151 officer"),
        ("scotland", "Schedule 7A, Part 1, paragraphs 14 and 6", "section 95 officer"),
        ("northern-ireland", "Act (Northern Ireland) 2014", "chief financial officer"),
        ("jersey", "The restricted edition says how", "chief finance officer"),
    ):
        made = board_summary(basis(nation=nation))
        assert law in said(made, "Not covered")
        slot = said(made.for_word[0], "Financial implications")
        assert slot.endswith(f"[For the {office} to write]")
    jersey = board_summary(basis(nation="jersey"), edition="open")
    assert "exempt under" not in said(jersey, "Not covered")


@pytest.mark.parametrize("nation", ["england", "jersey"])
def test_it_is_the_restricted_edition_that_says_how_an_attack_could_succeed(nation: str) -> None:
    made = board_summary(basis(nation=nation), edition="open")
    assert (
        "fall short. The restricted edition gives them: it says how an attack could succeed"
    ) in said(made, "Not covered")


def test_what_has_no_action_stands_by_reference_and_not_by_place() -> None:
    """Revenues stands first and lacks B2.b and B2.c; Housing lacks B2.a and B2.b."""
    made = board_summary(basis(listed=SCOPES[::-1]))
    assert said(made, "The plan").endswith(
        "not planned yet: B2.a Outcome B2.a (Housing); B2.b Outcome B2.b (Revenues and Housing); "
        "B2.c Outcome B2.c (Revenues)."
    )


def test_the_open_edition_names_nothing_it_may_not() -> None:
    whole = basis(*PLAN)
    made = board_summary(whole, edition="open")
    html = re.sub(r"<style>.*?</style>", "", render.render_html(made), flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", html)
    for name in (
        "Housing", "Revenues", "Larkmoor", "Museum", "Sam Reid", "Priya Shah", "Minutes of the",
        "Access list", "B2.a", "B2.b", "B2.c", "A1.a", "Outcome B2.a", "ACT-001", "Head of IT",
    ):  # fmt: skip
        assert name not in html, name
    assert "Suggested for the restricted edition: exempt under the Local Government Act" in text
    assert "open edition" in text
    assert made.frame.marking == "OFFICIAL"
    assert made.frame.author == "Northport Council"
    assert "0 of 3 outcomes meet our target" in text
    assert "3 outcomes of this theme are below target." in text


def test_the_restricted_edition_would_leak() -> None:
    whole = basis(*PLAN)
    found = leaks(whole, board_summary(whole))
    assert {"Housing", "Priya Shah", "Museum booking", "B2.a"} <= set(found)


@pytest.mark.parametrize(
    "decision", ["Ask HOUSING to pay.", "Thank Priya  Shah.", "Look at B2.c.", "See access list"]
)
def test_an_open_edition_that_names_somebody_is_not_printed(decision: str) -> None:
    with pytest.raises(ReportError, match="It would name"):
        board_summary(basis(*PLAN), edition="open", decision=" ".join(decision.split()))


def test_a_system_may_have_the_name_of_how_something_is_set() -> None:
    scopes = [
        {"id": each.casefold(), "kind": "system", "title": each}
        for each in ("Small", "Tight", "Strong", "Tag", "Start")
    ]
    assert board_summary(basis(listed=scopes), edition="open").sections


def test_the_names_of_organisation_and_themes_may_stand_anywhere() -> None:
    scopes = [{"id": "pipes", "kind": "system", "title": "Pipes"},
              {"id": "north", "kind": "system", "title": "Northport"}]  # fmt: skip
    made = board_summary(basis(listed=scopes), edition="open")
    assert headings(made)[0].startswith("pipes:")


def test_an_organisations_words_and_colours_are_used() -> None:
    look = Look(name="Northport", board="the audit committee", finance_officer="treasurer")
    made = board_summary(basis(look=look))
    assert said(made, "Decision").startswith("We ask the audit committee to")
    assert "[For the treasurer to write]" in texts(made.for_word[0])
    assert made.frame.name == "Northport"


def test_html_is_as_it_was_last_looked_at(
    summary: Document, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("board.html", render.render_html(summary))
    same_as_snapshot("board-open.html", render.render_html(board_summary(basis(), edition="open")))


def test_deleting_one_answer_changes_a_number_or_says_why_not() -> None:
    """Every answer counts: what is answered falls by one, whatever the result does."""
    gone: Data = {"type": "answer", "framework": REF, "scope": "organisation",
                  "indicator": "A1.a.H.1", "person": "p1", "new": None, "old": "true"}  # fmt: skip
    before, after = basis(), basis(gone)
    assert after.card.confidence.answered == before.card.confidence.answered - 1
    assert figures(board_summary(after)) != figures(board_summary(before))


def test_results_that_rose_or_fell_are_named_those_that_fell_first() -> None:
    now = basis()
    year = last_year(now)
    keys = [each.key for each in now.card.outcomes if each.rank is not None]
    changed = dict(year.outcomes)
    changed[keys[0]] = changed[keys[0]]._replace(rank=0)
    changed[keys[1]] = changed[keys[1]]._replace(rank=2)
    later = dataclasses.replace(now, years=(dataclasses.replace(year, outcomes=changed),))
    made = board_summary(later)
    (sentence,) = [each for each in texts(made.for_word[0]) if "rose and" in each]
    assert sentence.endswith("1 rose and 1 fell.")
    assert [row[:2] for row in moved(made)] == [
        [str(keys[1].outcome), "worse"],
        [str(keys[0].outcome), "better"],
    ]
    assert rows(theme_report(later), "What moved since last year") == [
        ["B2.a", "Outcome B2.a", "Housing", "worse", "High to Low"]
    ]
    assert "What moved since last year" not in headings(board_summary(later, edition="open"))


def moved(made: Document) -> list[list[str]]:
    """Give what moved: which outcome, which way, and the answers behind it."""
    return [
        [name.partition(" ")[0], way.partition("\n")[0], answers]
        for name, way, answers in rows(made, "What moved since last year")
    ]


def test_page_one_names_the_answers_that_moved_the_result_and_the_table_those_of_each() -> None:
    """Checklist 2.1, for the security officer: which statements, from what to what, and where."""
    changed = {"housing/B2.a.N.1": "never", "organisation/A1.a.H.1": "not-true"}
    year = last_year(
        make_basis(small_state(*answer_events(changed)), profile=make_profile(GOAL), listed=SCOPES)
    )
    later = dataclasses.replace(basis(), years=(year,))
    made = board_summary(later)
    assert said(made, "The result in detail").endswith(
        "Down: B2.a Outcome B2.a, Housing. “Statement B2.a.N.1” went from “Does not happen” to "
        "“Happens”. Up: A1.a Outcome A1.a, Whole organisation. “Statement A1.a.H.1” went from "
        "“Not true” to “True”."
    )
    first = "Statement B2.a.N.1. B2.a.N.1: from “Does not happen” to “Happens”."
    assert moved(made)[0] == ["B2.a", "worse", first]
    html = render.render_html(made)
    assert "Down: B2.a Outcome B2.a, Housing." in html.partition('class="new-page"')[0]
    assert "Answers that moved it" in html
    is_open = board_summary(later, edition="open")
    assert "B2.a" not in re.sub(r"<style>.*?</style>", "", render.render_html(is_open))


def test_a_result_no_answer_moved_says_so() -> None:
    now = basis()
    year = last_year(now)
    key = next(each.key for each in now.card.outcomes if each.rank == 0)
    was = dict(year.outcomes)
    was[key] = was[key]._replace(rank=2)
    later = dataclasses.replace(now, years=(dataclasses.replace(year, outcomes=was),))
    made = board_summary(later)
    ((_, _, answers),) = moved(made)
    assert answers.startswith("No single answer")
    assert not any("went from" in each for each in texts(made))
