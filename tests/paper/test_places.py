"""What is said of each place, in words and not in codes."""

import pytest

from cyberassess.paper.detail.places import places
from tests.paper.reading import texts
from tests.paper.test_board import basis


@pytest.mark.parametrize(
    ("hosting", "words"),
    [
        ("saas", "as a service over the internet (SaaS)"),
        ("On-premises", "on our own premises"),
        ("hosted", "hosted elsewhere"),
        ("In the county's data centre", "In the county's data centre"),
    ],
)
def test_where_a_system_runs_is_said_in_words(hosting: str, words: str) -> None:
    listed = [{"id": "housing", "kind": "system", "title": "Housing", "hosting": hosting}]
    assert texts(places(basis(listed=listed)), "keep") == [f"Where it runs: {words}"]


def test_a_place_names_whose_answers_count_there_too() -> None:
    listed = [
        {"id": "laptops", "kind": "shared-service", "title": "Laptops"},
        {"id": "housing", "kind": "system", "title": "Housing", "inherits": ["laptops"]},
    ]
    said = "Also counted here: answers for Laptops, where confirmed"
    assert texts(places(basis(listed=listed)), "keep") == [said]
