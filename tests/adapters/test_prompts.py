"""The questions at the terminal, with what a person types as standard input."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import StringIO

import pytest

from cyberassess.adapters.prompts import Asked, Ended, ask
from cyberassess.domain.assessment import assign
from cyberassess.domain.ledger import fold
from cyberassess.domain.questions import (
    AnswerReply,
    Questionnaire,
    Reply,
    TextKind,
    TextReply,
    questionnaire,
)
from cyberassess.errors import Problem
from tests.unit.builder import (
    REF,
    Data,
    Written,
    answer_events,
    make_framework,
    make_settings,
    segment,
    text_event,
)

FRAMEWORK = make_framework("""\
A Governance
  A1 Leadership
    A1.a organisation board N.1 H.1
    A1.b organisation board N.1 H.1
""")
SETTINGS = make_settings()


def questions(answers: dict[str, Written] | None = None, *events: Data) -> Questionnaire:
    """Give the officer's questions, with these answers so far."""
    state = fold([segment(1, *answer_events(answers or {}), *events)])
    frameworks = {REF: FRAMEWORK}
    portion = assign(frameworks, SETTINGS)[SETTINGS.officer.id]
    return questionnaire(
        SETTINGS.officer, portion, SETTINGS, state, frameworks=frameworks, serial=1
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
            (str(each.statements[0].indicator), each.answer, each.reason)
            for each in self.stored
            if isinstance(each, AnswerReply)
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
    typed = ["2", "1", "Because.", "Minutes", "2", "1", "", ""]
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


def test_n_before_an_answer_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing = type_in(monkeypatch, questions(), "n", "1")
    assert typing.answers == [("A1.a.N.1", "happens", "")]
    assert "Answer first" in capsys.readouterr().out


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
    assert typing.asked == Asked(Ended.FINISHED, 0, 0)
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
