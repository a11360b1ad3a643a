"""Two versions of a set beside each other: only what is the same in both is compared."""

import pytest

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.result.like_for_like import LikeForLike, comparable, like_for_like
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.result.years import Year, year_of
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.opening.years import leading
from tests.domain.builder import TODAY, make_framework, make_settings, make_state

OLD, NEW = FrameworkRef("ncsc-caf@3.2"), FrameworkRef("ncsc-caf@4.0")
ALIKE = ["A1.b", "B1.b", "B2.b", "B3.b", "B4.c", "B5.c", "D1.b", "D1.c"]


@pytest.fixture(scope="module")
def caf() -> Across:
    """Give how version 3.2 leads to 4.0."""
    old, new = (Shelf().framework(ref).framework for ref in (OLD, NEW))
    way = leading({OLD: old}, new)
    assert way is not None
    return way


def test_eight_outcomes_of_the_caf_are_the_same_in_both_versions(caf: Across) -> None:
    found = [each.id for each in caf.after.assessed if comparable(caf, each)[0] is not None]
    assert found == ALIKE


def test_an_upgrade_is_read_back_too(caf: Across) -> None:
    back = leading({NEW: caf.after}, caf.before)
    assert back is not None
    assert len(back.successors) == len(caf.successors)
    assert [each.id for each in back.after.assessed if comparable(back, each)[0]] == ALIKE
    assert back.outcomes["A2.c"] == ("A2.b",)  # type: ignore[index]  # NOTE: an id
    assert back.outcomes["A2.b"] == ()  # type: ignore[index]  # NOTE: an id


def test_versions_that_no_upgrade_joins_are_not_compared(caf: Across) -> None:
    assert leading({OLD: caf.before}, make_framework()) is None


def scored(framework: Framework, answers: dict[str, str]) -> Scorecard:
    """Score answers of a council without systems."""
    themes, _ = Shelf().themes("five-themes")
    state = make_state(answers, framework=framework.ref)
    sets = {framework.ref: framework}
    return score(sets, make_settings(), state, targets={}, themes=themes, on=TODAY)


def compared(before: Year, now: Framework, answers: dict[str, str], way: Across) -> LikeForLike:
    (found,) = like_for_like(before, scored(now, answers), {now.ref: way})
    return found


def test_it_says_what_rose_and_fell_and_what_cannot_be_compared(caf: Across) -> None:
    before, after = caf.before, caf.after

    def best(framework: Framework, *, but: str) -> dict[str, str]:
        said = {}
        for outcome in framework.assessed:
            for each in outcome.asked:
                level = framework.level(each.level)
                code = "does-not-happen" if level.is_warning else "true"
                said[str(each.id)] = code
                if outcome.id == but and level.is_warning:
                    said[str(each.id)] = "happens"
        return said

    year = year_of("2026", scored(before, best(before, but="B1.b")), {}, {})
    found = compared(year, after, best(after, but="D1.c"), caf)
    assert (list(found.outcomes), found.rose, found.fell) == (ALIKE, ("B1.b",), ("D1.c",))
    assert set(found.compared) == set(ALIKE)
    assert not found.is_enough
    assert found.sentence.startswith(
        "8 of 41 outcomes of version 4.0 can be compared with version 3.2, too few to say that a "
        "theme moved: 1 fell in some place, of the others 1 rose. The others are "
    )
    assert len(found.why_not) == 33


def test_one_version_is_compared_whole(caf: Across) -> None:
    way = leading({OLD: caf.before}, caf.before)
    assert way is not None
    found = compared(year_of("2026", scored(caf.before, {}), {}, {}), caf.before, {}, way)
    assert (len(found.outcomes), found.is_whole, found.is_enough) == (39, True, True)
    assert found.sentence == (
        "Of 0 outcomes with a result in both, 0 fell in some place, of the others 0 rose."
    )
