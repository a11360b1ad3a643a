"""Words that every room shares: numbers with their nouns, and names with how many more."""

import pytest

from cyberassess.errors import counted, named


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "answer", "1 answer"),
        (2, "sub-category", "2 sub-categories"),
        (1200, "day", "1,200 days"),
    ],
)
def test_a_number_stands_with_its_noun(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["A1"], "A1"),
        (["A1", "A2"], "A1, A2"),
        (["A1", "A2", "A1"], "A1, A2"),
        (["A1", "A2", "A3", "A4"], "A1, A2 and 2 more"),
    ],
)
def test_names_are_given_once_each_up_to_a_limit(names: list[str], said: str) -> None:
    assert named(names, 2) == said


def test_names_may_be_parted_otherwise() -> None:
    assert named(iter(("a (x, y)", "b", "c")), 2, "; ") == "a (x, y); b and 1 more"
