"""What people type for a choice: understood where it is obvious, asked where it is not."""

from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from cyberassess.domain.sets.framework import Answer, AnswerSet, CountsAs
from cyberassess.domain.sets.typed_words import TypedWords, choices_of, spoken
from cyberassess.opening.choices import could_mean, read_answer, read_listed, tables
from tests.domain.builder import read_yaml
from tests.domain.test_data import FRAMEWORKS

LISTS = {"yes-no", "level", "cost", "status", "priority", "quality", "method", "risk"}
"""The lists of choices that are no answer set; each is offered by some workbook."""


def _sets() -> Iterator[tuple[str, AnswerSet]]:
    for path in FRAMEWORKS:
        for each in read_yaml(path)["answer_sets"]:
            yield f"{path.parent.name}@{path.stem} {each['id']}", AnswerSet.model_validate(each)


SETS = dict(_sets())


def caf(name: str) -> AnswerSet:
    return SETS[f"ncsc-caf@3.2 {name}"]


def test_every_table_speaks_of_something_that_is_offered() -> None:
    ids = {each.id for each in SETS.values()} | LISTS
    assert {name for table in tables() for name in table.choices} == ids
    for answers in SETS.values():
        assert any(e.choices and e.speaks_of(answers) for e in tables()), answers.id


def test_no_word_means_two_things_but_where_it_is_asked() -> None:
    for table in tables():
        counts = Counter(
            (spoken(each), code)
            for meaning in table.words
            for each in meaning.typed
            for code in meaning.means
        )
        assert max(counts.values(), default=1) == 1


@pytest.mark.parametrize("name", SETS)
def test_a_word_is_read_as_one_answer_or_asked_and_never_as_anothers_label(name: str) -> None:
    answers = SETS[name]
    labels = {spoken(each.label): each for each in choices_of(answers)}
    for table in (each for each in tables() if each.speaks_of(answers)):
        for meaning in table.words:
            for typed in meaning.typed:
                read = read_answer(typed, answers)
                meant = {
                    each.code
                    for each in answers.answers
                    if each.code in meaning.means
                    or (meaning.counts_as and each.counts_as is meaning.counts_as)
                }
                if spoken(typed) in labels:
                    assert meant == {labels[spoken(typed)].code}, typed
                if read.choice is not None:
                    assert {read.choice.code} == meant, typed
                else:
                    assert {each.code for each in read.between} >= meant, typed
                assert not read.between or len(read.between) > 1


@pytest.mark.parametrize("name", SETS)
def test_no_shipped_word_turns_a_favourable_answer_into_a_contrary_one(name: str) -> None:
    """A plain yes never reads as the contrary, a plain no never as the favourable answer."""
    answers = SETS[name]
    for typed, wrong in (("Yes", CountsAs.NOT_MET), ("No", CountsAs.MET)):
        read = read_answer(typed, answers)
        assert read.choice is None or read.choice.counts_as is not wrong


@pytest.mark.parametrize(
    ("answers", "typed", "label"),
    [
        ("warning", "Yes", "This happens here"),
        ("warning", "No", "This does not happen here"),
        ("warning", "no, never", "This does not happen here"),
        ("warning", "Y", "This happens here"),
        ("warning", "N/A", "Does not apply"),
        ("warning", "n.a.", "Does not apply"),
        ("warning", "Dont know", "I don't know"),
        ("warning", "DK", "I don't know"),
        ("warning", "not sure", "I don't know"),
        ("warning", "???", "I don't know"),
        ("claim", "Y", "True"),
        ("claim", "yes, still", "True"),
        ("claim", "No", "Not true"),
        ("claim", "FALSE", "Not true"),
        ("shortfall", "yes", "True"),
        ("shortfall", "No, we do better", "We do better than this"),
    ],
)
def test_what_is_obvious_is_understood(answers: str, typed: str, label: str) -> None:
    read = read_answer(typed, caf(answers))
    assert read.choice is not None
    assert (read.choice.label, read.is_exact) == (label, False)


@pytest.mark.parametrize(
    ("answers", "typed"),
    [
        ("warning", "true"), ("warning", "TRUE"), ("warning", "false"), ("warning", "x"),
        ("shortfall", "no"), ("shortfall", "False"), ("claim", "partly"),
    ],
)  # fmt: skip
def test_what_could_mean_two_answers_is_asked(answers: str, typed: str) -> None:
    read = read_answer(typed, caf(answers))
    assert read.choice is None
    assert could_mean(typed, read).startswith(f'"{typed}" could mean "')


@pytest.mark.parametrize("typed", ["yes?", "Yes but", "true-ish", "nearly", "-", "1", "maybe"])
def test_what_is_not_obvious_is_left_to_the_person(typed: str) -> None:
    for name in ("warning", "claim", "shortfall"):
        assert read_answer(typed, caf(name)) == (None, (), False)


def test_the_same_word_is_asked_only_where_both_are_offered() -> None:
    short = SETS["ncsc-cyber-essentials@3.3 met"]
    read = read_answer("not yet", short)
    assert read.choice is not None
    assert read.choice.label == "Not met"
    asked = read_answer("not yet", SETS["pscrf@1.0 met"])
    assert [each.label for each in asked.between] == ["Working towards", "Not met"]


def test_another_set_of_the_same_id_gets_no_words_of_ours() -> None:
    own = AnswerSet(
        id="warning",
        answers=(
            Answer(code="happens", label="Happens", counts_as=CountsAs.MET),
            Answer(code="never", label="Never happens", counts_as=CountsAs.NOT_MET),
        ),
    )
    assert read_answer("yes", own).choice is None
    read = read_answer("never  happens.", own)
    assert read.choice is not None
    assert read.is_exact


@pytest.mark.parametrize(
    ("name", "offered", "typed", "code"),
    [
        ("status", ("planned", "under way", "done", "dropped"), "In progress", "under way"),
        ("status", ("planned", "under way", "done", "dropped"), "100%", "done"),
        ("cost", ("none", "low", "medium", "high"), "High", "high"),
        ("cost", ("none", "low", "medium", "high"), "med", "medium"),
        ("priority", ("1", "2", "3"), "High", "1"),
        ("risk", ("high", "medium", "low"), "moderate", "medium"),
        ("quality", ("strong", "adequate", "weak", "none seen"), "good", "strong"),
    ],
)
def test_lists_of_other_workbooks(
    name: str, offered: tuple[str, ...], typed: str, code: str
) -> None:
    from cyberassess.domain.sets.typed_words import Choice

    read = read_listed(typed, [Choice(each, each) for each in offered], name)
    assert read.choice is not None
    assert read.choice.code == code


def test_a_table_says_each_word_once() -> None:
    value = {
        "schema": "1", "revision": "1", "about": "Of a test.",
        "words": [{"means": ["a"], "typed": ["n/a"]}, {"means": ["a"], "typed": ["N.A."]}],
    }  # fmt: skip
    with pytest.raises(ValidationError, match=r'"N.A." stands there twice for a'):
        TypedWords.model_validate(value)
