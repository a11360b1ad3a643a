"""The questions at the terminal, with what a person types as standard input."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO

import pytest

from cyberassess.domain.assessment import ScopeId, assign
from cyberassess.domain.people.questions import (
    AnswerReply,
    ConfirmReply,
    Offer,
    OfferKind,
    Questionnaire,
    Reply,
    TextKind,
    TextReply,
    questionnaire,
)
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import Problem
from cyberassess.steps.sets.content import Listed, framework_list
from cyberassess.terminal.fitting import lines
from cyberassess.terminal.prompts import Asked, Ended, ask
from tests.domain.builder import (
    REF,
    Data,
    Written,
    answer_events,
    framework_data,
    key,
    make_framework,
    make_ruled,
    make_settings,
    segment,
    text_event,
    with_alternatives,
)

FRAMEWORK = make_framework("""\
A Governance
  A1 Leadership
    A1.a organisation board N.1 H.1
    A1.b organisation board N.1 H.1
""")
SETTINGS = make_settings()


def questions(
    answers: dict[str, Written] | None = None,
    *events: Data,
    framework: Framework = FRAMEWORK,
    offers: Mapping[str, tuple[Offer, ...]] | None = None,
) -> Questionnaire:
    """Give the officer's questions, with these answers so far."""
    state = fold([segment(1, *answer_events(answers or {}), *events)])
    frameworks = {REF: framework}
    portion = assign(frameworks, SETTINGS)[SETTINGS.officer.id]
    return questionnaire(
        SETTINGS.officer,
        portion,
        SETTINGS,
        state,
        frameworks=frameworks,
        serial=1,
        offers={key(each): offered for each, offered in (offers or {}).items()},
    )


@dataclass
class Typing:
    """What was typed, what was stored by it, and what was shown."""

    stored: list[Reply] = field(default_factory=list)
    asked: Asked | None = None
    problems: Sequence[Problem] = ()

    def save(self, reply: Reply) -> Sequence[Problem]:
        self.stored.append(reply)
        return self.problems

    @property
    def answers(self) -> list[tuple[str, str | None, str]]:
        return [
            (str(each.statements[0].indicator), each.said.new, each.said.reason or "")
            for each in self.stored
            if isinstance(each, AnswerReply)
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [
            (str(each.statements[0].indicator), each.offer.answer)
            for each in self.stored
            if isinstance(each, ConfirmReply)
        ]

    @property
    def texts(self) -> list[tuple[TextKind, str, str]]:
        return [
            (each.kind, str(each.outcome.outcome), each.text)
            for each in self.stored
            if isinstance(each, TextReply)
        ]


def type_in(
    monkeypatch: pytest.MonkeyPatch,
    what: Questionnaire,
    *lines: str,
    again: bool = False,
    problems: Sequence[Problem] = (),
) -> Typing:
    """Type lines, then end the input."""
    typing = Typing(problems=problems)
    monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{line}\n" for line in lines)))
    typing.asked = ask(what, typing.save, again=again)
    return typing


def test_numbers_answer_and_texts_are_asked_after_each_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = ["2", "1", "Because.", "Minutes", "2", "1", "", "", ""]
    typing = type_in(monkeypatch, questions(), *typed)
    assert typing.answers == [
        ("A1.a.N.1", "never", ""),
        ("A1.a.H.1", "true", ""),
        ("A1.b.N.1", "never", ""),
        ("A1.b.H.1", "true", ""),
    ]
    assert typing.texts == [
        (TextKind.RATIONALE, "A1.a", "Because."),
        (TextKind.EVIDENCE, "A1.a", "Minutes"),
    ]
    assert typing.asked == Asked(Ended.FINISHED, 4, 2)
    assert all(each.source.kind == "prompt" for each in typing.stored)


@pytest.mark.parametrize(
    "typed", ["2", " 2 ", "never", "NEVER", "Does not happen", "does not happen"]
)
def test_an_answer_is_its_number_its_code_or_its_label(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    typing = type_in(monkeypatch, questions(), typed)
    assert typing.answers == [("A1.a.N.1", "never", "")]


@pytest.mark.parametrize("typed", ["0", "5", "-1", "99", "x", "yes", "1 2", "\u00b2", "\uff11"])
def test_what_is_no_answer_is_said_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    typing = type_in(monkeypatch, questions(), typed, "1")
    assert typing.answers == [("A1.a.N.1", "happens", "")]
    assert "is not one of the choices. Type a number from 1 to 4" in capsys.readouterr().out


@pytest.mark.parametrize("typed", ["dont know", "Not sure", "i dont know"])
def test_what_is_obvious_is_understood_and_said_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    typing = type_in(monkeypatch, questions(), typed)
    assert typing.answers == [("A1.a.N.1", "dont-know", "")]
    assert [each.read for each in typing.stored if isinstance(each, AnswerReply)] == [typed]
    assert f'"{typed}" was read as "I don\'t know".' in capsys.readouterr().out


def test_help_is_shown_and_the_question_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "?", "1")
    assert typing.answers == [("A1.a.N.1", "happens", "")]
    shown = capsys.readouterr().out
    for letter in "dnsbeq?":
        assert f"\n  {letter}  " in shown


def test_d_says_i_do_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), "d", "D")
    assert typing.answers == [("A1.a.N.1", "dont-know", ""), ("A1.a.H.1", "dont-know", "")]


@pytest.mark.parametrize("skip", ["s", "S", ""])
def test_s_and_enter_skip(monkeypatch: pytest.MonkeyPatch, skip: str) -> None:
    typing = type_in(monkeypatch, questions(), skip, "1")
    assert typing.answers == [("A1.a.H.1", "true", "")]


def test_b_goes_back_and_the_newer_answer_is_stored_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "1", "b", "2", "1")
    assert typing.answers == [
        ("A1.a.N.1", "happens", ""),
        ("A1.a.N.1", "never", ""),
        ("A1.a.H.1", "true", ""),
    ]
    assert "Happens   (your answer so far)" in capsys.readouterr().out


def test_b_at_the_first_question_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), "b", "b", "1")
    assert typing.answers == [("A1.a.N.1", "happens", "")]


def test_b_goes_back_from_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), "1", "1", "b", "3", "Because.")
    assert typing.answers[-1] == ("A1.a.H.1", "not-true", "")
    assert typing.texts == [(TextKind.RATIONALE, "A1.a", "Because.")]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_q_stops_anywhere_and_what_was_given_is_kept(
    monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    lines = ["1", "1", "Because."][:place]
    typing = type_in(monkeypatch, questions(), *lines, "q", "1", "1")
    assert len(typing.stored) == place
    assert typing.asked is not None
    assert typing.asked.ended is Ended.STOPPED


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_end_of_input_stops_and_keeps(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    typing = type_in(monkeypatch, questions(), *["1", "1", "Because."][:place])
    assert typing.asked is not None
    assert (len(typing.stored), typing.asked.ended) == (place, Ended.STOPPED)


def test_each_reply_is_stored_before_the_next_question_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []

    def save(_: Reply) -> Sequence[Problem]:
        shown.append(capsys.readouterr().out)
        return ()

    monkeypatch.setattr(sys, "stdin", StringIO("1\n1\n"))
    ask(questions(), save)
    assert "question 1 of" in shown[0]
    assert "question 2 of" not in shown[0]
    assert "question 2 of" in shown[1]


def test_a_reason_is_asked_where_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "3", "We have none.", "1")
    assert typing.answers == [("A1.a.N.1", "out", "We have none."), ("A1.a.H.1", "true", "")]
    assert "In a sentence, why?" in capsys.readouterr().out


def test_an_answer_without_its_reason_is_kept_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "3", "", "1")
    assert typing.answers[0] == ("A1.a.N.1", "out", "")
    assert "counts as unanswered until there is a reason" in capsys.readouterr().out


def test_a_question_whose_reason_is_missing_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It scores as unanswered, so going on later must not pass it over."""
    typing = type_in(monkeypatch, questions({"A1.a.N.1": "out"}), "2")
    assert typing.answers == [("A1.a.N.1", "never", "")]


def test_n_adds_a_note_to_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), "1", "b", "n", "Seen in May.", "s")
    assert typing.answers == [
        ("A1.a.N.1", "happens", ""),
        ("A1.a.N.1", "happens", "Seen in May."),
    ]


def test_n_before_an_answer_goes_with_the_one_chosen_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "n", "Seen in May.", "1", "n", "", "1")
    assert typing.answers == [("A1.a.N.1", "happens", "Seen in May."), ("A1.a.H.1", "true", "")]
    assert "Now choose the answer" in capsys.readouterr().out


@pytest.mark.parametrize("away", ["s", "", "b", "q"])
def test_a_note_without_an_answer_is_said_not_to_be_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], away: str
) -> None:
    typing = type_in(monkeypatch, questions(), "n", "Seen in May.", away)
    assert typing.stored == []
    assert "The note was not kept" in capsys.readouterr().out


def test_a_note_written_first_is_the_reason_that_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "n", "We have none.", "3")
    assert typing.answers == [("A1.a.N.1", "out", "We have none.")]
    assert "In a sentence, why?" not in capsys.readouterr().out


def test_a_note_stays_when_the_same_answer_is_given_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    what = questions({"A1.a.N.1": "happens (Seen in May.)"})
    typing = type_in(monkeypatch, what, "n", "Seen in June.", "s", again=True)
    assert typing.answers == [("A1.a.N.1", "happens", "Seen in June.")]


def test_e_names_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), "e", "Minutes of May", "1")
    assert typing.texts == [(TextKind.EVIDENCE, "A1.a", "Minutes of May")]
    assert typing.answers == [("A1.a.N.1", "happens", "")]


def test_q_while_documents_are_asked_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """The prompt says q stops: then the next line is no answer."""
    typing = type_in(monkeypatch, questions(), "e", "q", "1")
    assert typing.stored == []
    assert typing.asked is not None
    assert typing.asked.ended is Ended.STOPPED


def test_going_on_begins_at_the_first_unanswered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions(
        {"A1.a.N.1": "never", "A1.a.H.1": "true"},
        text_event("rationale", "A1.a", "Because."),
        text_event("evidence", "A1.a", "Minutes"),
    )
    typing = type_in(monkeypatch, what, "2")
    assert typing.answers == [("A1.b.N.1", "never", "")]
    shown = capsys.readouterr().out
    assert "Sam Reid, 2 questions." in shown
    assert "Statement A1.a" not in shown


def test_again_goes_through_everything_and_shows_what_was_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions({"A1.a.N.1": "never"}, text_event("rationale", "A1.a", "Because."))
    typing = type_in(monkeypatch, what, "s", "1", "", again=True)
    assert typing.answers == [("A1.a.H.1", "true", "")]
    shown = capsys.readouterr().out
    assert "Does not happen   (your answer so far)" in shown
    assert "So far: Because." in shown


def test_when_everything_is_answered_it_says_how_to_go_through_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statements = ("A1.a.N.1", "A1.a.H.1", "A1.b.N.1", "A1.b.H.1")
    typing = type_in(monkeypatch, questions(dict.fromkeys(statements, "dont-know")))
    assert typing.asked == Asked(Ended.FINISHED, 0, 0, 0)
    assert "ask --again" in capsys.readouterr().out


def test_what_storing_says_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions(), "1", problems=[Problem("code", "", "Somebody differs.")])
    assert "  Somebody differs." in capsys.readouterr().out


def test_only_plain_lines_of_moderate_length_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions(), "?", "1", "1", "x", "y")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 100


def test_the_question_comes_before_the_statements(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions())
    shown = capsys.readouterr().out
    assert shown.index("A1.a Outcome A1.a") < shown.index("Is it so?") < shown.index("1  Happens")
    assert "Leadership" in shown


def test_what_an_answer_means_is_said_below_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warning, *others = FRAMEWORK.answer_sets
    happens = warning.answers[0].model_copy(update={"help": "All of it is so."})
    explained = warning.model_copy(update={"answers": (happens, *warning.answers[1:])})
    framework = make_framework(answer_sets=(explained, *others))
    type_in(monkeypatch, questions(framework=framework))
    shown = capsys.readouterr().out
    assert shown.index("Is it so?") < shown.index("All of it is so.") < shown.index("1  Happens")


CONDITIONAL = make_ruled(
    "staged", "X X\n  X.c organisation board C.1\n  X.a organisation board F.1 S.1?X.c.C.1 T.1"
)
BOTH = ["2", "1", "", ""]
"""Both questions of an outcome, without its texts."""


def test_an_answer_is_confirmed_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions(), "2")
    assert "\n  Kept: Does not happen.\n" in capsys.readouterr().out


def test_going_on_later_numbers_the_questions_as_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions({"A1.a.N.1": "never"}), "1")
    shown = capsys.readouterr().out
    assert "Leadership · question 2 of 4" in shown
    assert "question 1 of" not in shown


def test_the_answers_to_a_topic_are_shown_before_going_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), *BOTH, "3", "None here.", "", "It is so.", "", "")
    shown = capsys.readouterr().out
    assert "Leadership · Northport · check your answers" in shown.replace(" Council", "")
    assert "   1  Does not happen: Statement A1.a.N.1." in shown
    assert "   3  Does not apply (None here.): Statement A1.b.N.1." in shown
    assert "   4  not answered: Statement A1.b.H.1." in shown
    assert "   7  A1.b, why: It is so." in shown
    assert "   8  A1.b, documents: nothing written" in shown
    assert typing.asked == Asked(Ended.FINISHED, 3, 1, 1)


@pytest.mark.parametrize("typed", ["c 1", "C 1", "c1", "c  1"])
def test_an_answer_is_changed_where_it_is_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    typing = type_in(monkeypatch, questions(), *BOTH, *BOTH, typed, "1", "l", "")
    assert typing.answers[-1] == ("A1.a.N.1", "happens", "")
    assert typing.asked == Asked(Ended.FINISHED, 5, 0)
    shown = capsys.readouterr().out
    assert "Does not happen   (your answer so far)" in shown
    assert "   1  Happens: Statement A1.a.N.1." in shown


def test_a_text_is_changed_where_it_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), *BOTH, *BOTH, "c 6", "Minutes", "")
    assert typing.texts == [(TextKind.EVIDENCE, "A1.a", "Minutes")]


@pytest.mark.parametrize("typed", ["1", "c", "c 0", "c 9", "c x", "yes", "c -1"])
def test_what_is_no_choice_where_answers_are_checked_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """A number alone changes nothing: it may be one typed too many."""
    typing = type_in(monkeypatch, questions(), *BOTH, *BOTH, typed, "")
    assert typing.asked == Asked(Ended.FINISHED, 4, 0)
    said = " ".join(capsys.readouterr().out.split())
    assert f'"{" ".join(typed.split())}" is not one of the choices. To change one' in said


@pytest.mark.parametrize(
    ("typed", "ended"),
    [(["q"], Ended.STOPPED), (["c 1", "q"], Ended.STOPPED), ([], Ended.STOPPED)],
)
def test_stopping_where_answers_are_checked_keeps_them(
    monkeypatch: pytest.MonkeyPatch, typed: list[str], ended: Ended
) -> None:
    typing = type_in(monkeypatch, questions(), *BOTH, *BOTH, *typed)
    assert typing.asked == Asked(ended, 4, 0)


def test_b_where_answers_are_checked_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(), *BOTH, *BOTH, "b", "Minutes", "")
    assert typing.texts == [(TextKind.EVIDENCE, "A1.b", "Minutes")]


def test_help_where_answers_are_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions(), *BOTH, *BOTH, "?", "")
    assert "\n  c 3    change answer 3" in capsys.readouterr().out


def test_many_answers_are_summed_up_by_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that is longer than the screen would be read only at its end."""
    monkeypatch.setenv("LINES", "10")
    type_in(monkeypatch, questions(), "2", "s", "", "Minutes", "3", "", "d", "", "", "")
    shown = capsys.readouterr().out.partition("check your answers")[2]
    assert "  -  Does not happen: 1\n" in shown
    assert "  -  Not answered: 2\n" in shown
    assert "  -  Does not apply, a reason is missing: 3\n" in shown
    assert "  -  I don't know: 4\n" in shown
    assert "  -  No text yet: 5, 7-8\n" in shown
    assert "  -  Texts: 6\n" in shown


def test_the_total_is_said_only_when_no_answer_to_come_changes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, questions(framework=CONDITIONAL), "1", "", "")
    shown = capsys.readouterr().out
    assert "Sam Reid, up to 4 questions." in shown
    assert "X · question 1\n" in shown
    assert "X · question 2 of 4\n" in shown


def test_what_a_condition_rules_out_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions(framework=CONDITIONAL)
    typing = type_in(monkeypatch, what, "2", "", "", "1", "b", "1", "1", "", "", "")
    assert [each for each, _, _ in typing.answers] == ["X.c.C.1", "X.a.F.1", "X.a.F.1", "X.a.T.1"]
    assert typing.asked == Asked(Ended.FINISHED, 4, 0, 0)
    shown = capsys.readouterr().out
    assert "X · question 3 of 3\n" in shown
    assert "X.a.S.1" not in shown


def test_what_a_changed_condition_lets_in_is_asked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    what = questions(framework=CONDITIONAL)
    typing = type_in(monkeypatch, what, "2", "", "", "1", "1", "", "", "c 1", "1", "1", "")
    assert [each for each, _, _ in typing.answers[-2:]] == ["X.c.C.1", "X.a.S.1"]
    assert typing.asked is not None
    assert (typing.asked.ended, typing.asked.left) == (Ended.FINISHED, 0)


def test_where_none_of_several_conditions_holds_all_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outline = "X X\n  X.c organisation board C.1 C.2\n  X.a organisation board R.1?X.c.C.1 R.2"
    framework = Framework.model_validate(with_alternatives(framework_data(outline, "all-met")))
    for second, asked in (("2", ["X.a.R.1", "X.a.R.2"]), ("1", ["X.a.R.2"])):
        typed = ("2", second, "", "", *("1" for _ in asked), "", "", "")
        typing = type_in(monkeypatch, questions(framework=framework), *typed)
        assert [each for each, _, _ in typing.answers][2:] == asked


@pytest.mark.parametrize("columns", [40, 80])
def test_every_line_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    typed = ["x", "3", "We have none of these here, and never had.", "b", "s", *BOTH, *BOTH, "l"]
    type_in(monkeypatch, questions(), *typed)
    shown = capsys.readouterr().out
    typed_lines = [line for line in shown.splitlines() if "We have none" in line and "?" in line]
    for line in shown.splitlines():
        if line not in typed_lines and "c and a number" not in line:
            assert len(line) <= columns, line


SHIPPED = framework_list()


@pytest.mark.parametrize("listed", SHIPPED, ids=lambda each: each.shelved.framework.ref)
def test_every_question_with_its_choices_fits_24_lines(listed: Listed) -> None:
    framework = listed.shelved.framework
    for outcome, indicator in framework.indicators.values():
        choices = framework.answers_for(indicator).answers
        words = lines(indicator.text)
        assert 1 + 2 + len(words) + len(choices) + 2 <= 24, (outcome.id, indicator.id)


LAST_YEAR = Offer(
    OfferKind.EARLIER,
    Response(new="never"),
    "Does not happen",
    "2025-06-30",
    "Northport Council, 2025",
)
DONE = Response(new="true", reason="Done.")
SHARED = Offer(OfferKind.INHERITED, DONE, "True", "2026-05-04", "Laptops", ScopeId("laptops"))


def test_an_answer_from_elsewhere_is_shown_and_kept_with_one_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions(offers={"A1.a.N.1": (LAST_YEAR,), "A1.a.H.1": (SHARED,)})
    typing = type_in(monkeypatch, what, "y", "Y")
    assert typing.kept == [("A1.a.N.1", "never"), ("A1.a.H.1", "true")]
    assert typing.answers == []
    assert typing.asked == Asked(Ended.STOPPED, 2, 0, 2)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Northport Council, 2025, 2025-06-30: Does not happen. Is that still true?" in shown
    assert "Laptops, 2026-05-04: True (Done.). Does that hold here?" in shown


def test_an_answer_from_elsewhere_does_not_count_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typing = type_in(monkeypatch, questions(offers={"A1.a.N.1": (LAST_YEAR,)}), "s", "q")
    assert typing.stored == []
    assert typing.asked == Asked(Ended.STOPPED, 0, 0, 4)


def test_ones_own_answer_is_given_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    typing = type_in(monkeypatch, questions(offers={"A1.a.N.1": (LAST_YEAR,)}), "1")
    assert (typing.kept, typing.answers) == ([], [("A1.a.N.1", "happens", "")])


def test_answers_from_elsewhere_that_differ_are_not_kept_with_one_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(LAST_YEAR, said=Response(new="happens"), label="Happens", origin="Email")
    typing = type_in(monkeypatch, questions(offers={"A1.a.N.1": (LAST_YEAR, other)}), "y", "2")
    assert (typing.kept, typing.answers) == ([], [("A1.a.N.1", "never", "")])
    assert "They differ: choose the answer that holds here." in capsys.readouterr().out


def test_a_keeps_every_one_of_the_topic_and_shows_them_at_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offers = {"A1.a.N.1": (LAST_YEAR,), "A1.a.H.1": (SHARED,), "A1.b.H.1": (SHARED,)}
    what = questions(offers=offers)
    typing = type_in(monkeypatch, what, "a", "", "", "1", "", "b", "", "", "")
    assert typing.kept == [("A1.a.N.1", "never"), ("A1.a.H.1", "true"), ("A1.b.H.1", "true")]
    assert typing.answers == [("A1.b.N.1", "happens", "")]
    assert typing.asked == Asked(Ended.FINISHED, 4, 0, 0)
    assert "   4  True (Done.): Statement A1.b.H.1." in capsys.readouterr().out
    sources = [each.source for each in typing.stored if isinstance(each, ConfirmReply)]
    assert [each.together for each in sources] == [3, 3, 3]
    assert str(sources[0]) == "at the prompt, confirmed together (3 answers)"


def test_what_was_kept_before_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed = replace(SHARED, confirmed=True)
    typing = type_in(monkeypatch, questions(offers={"A1.a.H.1": (confirmed,)}), "2", "", "", "1")
    assert [each for each, _, _ in typing.answers] == ["A1.a.N.1", "A1.b.N.1"]


def test_ones_own_answer_stands_before_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions(offers={"A1.a.H.1": (SHARED,)})
    type_in(monkeypatch, what, "2", "y", "b", "3", *BOTH[2:], *BOTH, "l")
    assert "   2  Not true: Statement A1.a.H.1." in capsys.readouterr().out


def test_official_words_and_conditions_are_shown_below_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions()
    topic = what.topics[0]
    first = replace(topic.blocks[0].rows[0], official="Their words.", condition="Do we use it?")
    block = replace(topic.blocks[0], rows=(first,), official="The whole.")
    type_in(monkeypatch, replace(what, topics=(replace(topic, blocks=(block,)),)), "q")
    shown = capsys.readouterr().out
    assert "\nOfficial wording: The whole.\n" in shown
    below = "  Only if yes to: Do we use it?\n  Official wording: Their words.\n"
    assert f"{first.text}\n{below}" in shown


SHORTFALL = make_framework("A G\n  A1 L\n    A1.a organisation board N.1 M.1^H.1 M.2^ H.1")
WARNED: dict[str, Written] = {"A1.a.N.1": "never"}


def test_doing_better_asks_how_and_says_what_else_would_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = questions(WARNED, framework=SHORTFALL)
    typing = type_in(monkeypatch, what, "better", "", "6", "All of it.", "1", "q")
    assert typing.answers == [
        ("A1.a.M.1", "better", ""),
        ("A1.a.M.2", "better", "All of it."),
        ("A1.a.H.1", "true", ""),
    ]
    shown = " ".join(capsys.readouterr().out.split())
    assert "We do better: Choose this where all of it is done." in shown
    assert (
        "Kept, but it counts as unanswered until there is a reason, or a statement that says "
        "better is true." in shown
    )
    assert typing.asked is not None
    assert typing.asked.left == 0  # H.1 backs M.1


def test_doing_better_asks_nothing_beside_a_better_statement_that_is_true(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    what = questions(WARNED | {"A1.a.H.1": "true"}, framework=SHORTFALL)
    assert type_in(monkeypatch, what, "better", "q").answers == [("A1.a.M.1", "better", "")]


def test_not_true_beside_a_better_statement_is_said_whichever_comes_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "Look again: A1.a.M.1 is said not to be true, and A1.a.H.1, which says better, is."
    type_in(monkeypatch, questions(WARNED, framework=SHORTFALL), "not-true", "s", "true", "q")
    assert said in " ".join(capsys.readouterr().out.split())
    what = questions(WARNED | {"A1.a.H.1": "true"}, framework=SHORTFALL)
    type_in(monkeypatch, what, "not-true", "q")
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_plain_no_is_asked_at_the_prompt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(WARNED, framework=SHORTFALL), "no", "q")
    assert typing.answers == []
    shown = " ".join(capsys.readouterr().out.split())
    assert '"no" could mean "Not true" or "We do better" here' in shown
