"""A few dozen damaged questionnaires, the same ones every time; ``./run fuzz`` does thousands."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cyberassess.books.guard import Reader
from cyberassess.books.questionnaire.reading import Return
from tests.books.council import ask, write
from tests.books.odd import with_notes
from tests.fuzz import judging
from tests.fuzz.judging import SAID, SAME, SILENT, Sample, Tally, fuzz, judge, sample
from tests.fuzz.mutators import DAMAGE, REWRITING

ROUNDS = 4


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    folder = tmp_path_factory.mktemp("ours")
    with Reader() as reader:
        return [
            sample(write(folder, ask("A1.a"), "eight.xlsx"), reader),
            sample(with_notes(write(folder, ask("A1.a"), "notes.xlsx")), reader),
        ]


def test_damaged_questionnaires_are_refused_or_say_the_same(
    samples: list[Sample], tmp_path: Path
) -> None:
    times = ROUNDS * len({**DAMAGE, **REWRITING})
    tally = fuzz(samples, times, tmp_path, keep=tmp_path / "bad")
    assert tally.failures == []
    assert tally.count == times
    assert tally.results[SAME] > ROUNDS
    assert tally.results["damaged"] > ROUNDS


def test_chance_with_the_same_seed_is_the_same(samples: list[Sample], tmp_path: Path) -> None:
    first, second = (fuzz(samples, 20, tmp_path, seed=7).by_mutator for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", DAMAGE)
def test_every_mutator_changes_the_file(name: str, samples: list[Sample]) -> None:
    data = samples[0].data
    made = {DAMAGE[name](data, random.Random(each)) for each in range(5)}  # noqa: S311
    assert made != {data}


def whole(samples: list[Sample]) -> Return:
    (first, *_) = samples
    assert first.whole is not None
    return first.whole


def test_a_lost_answer_nobody_mentions_is_a_failure(
    samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = replace(whole(samples), replies=())
    assert judge(Tally(), samples[0], silent, is_rewritten=False) == SILENT
    monkeypatch.setattr(judging, "said", lambda *_: silent)
    tally = fuzz(samples[:1], 1, tmp_path, keep=tmp_path / "bad")
    assert len(tally.failures) == 1
    assert [each.name for each in (tmp_path / "bad").iterdir()] == ["1-0.xlsx"]


def test_a_lost_answer_that_is_mentioned_is_none(samples: list[Sample]) -> None:
    _, noted = samples
    assert noted.whole is not None
    found = replace(whole(samples), replies=(), problems=noted.whole.problems)
    tally = Tally()
    assert judge(tally, samples[0], found, is_rewritten=False) == SAID
    assert tally.codes == Counter({"comment": 1})


def test_what_is_raised_is_a_failure(
    samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(judging, "said", fail)
    assert len(fuzz(samples, 2, tmp_path).failures) == 4
