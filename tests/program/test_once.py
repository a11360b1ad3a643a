"""A command reads each assessment once: opened, folded and scored, however many files it takes."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.record.ledger import Fold
from cyberassess.domain.result.scoring import Scorecard
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from tests.program.conftest import Run
from tests.steps.council import KIM, Rows, begin, fill_in, send_to, take

NAMES = ("Ann", "Bob", "Cat", "Dan", "Eve")
WHAT = {"opened": (LedgerFolder, "read"), "folded": (Fold, "__init__"),
        "scored": (Scorecard, "__init__")}  # fmt: skip


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often assessments are opened, folded and scored."""
    counts: Counter[str] = Counter()

    def count(what: str, done: Callable[..., object]) -> Callable[..., object]:
        def counting(*args: object, **named: object) -> object:
            counts[what] += 1
            return done(*args, **named)

        return counting

    for what, (kind, name) in WHAT.items():
        monkeypatch.setattr(kind, name, count(what, getattr(kind, name)))
    return counts


@pytest.fixture
def returns(tmp_path: Path) -> tuple[Path, list[Path]]:
    """Give a workspace with a last year, and a workbook back from each of five people."""
    before = begin(tmp_path / "2025", period="2025", people=[KIM])
    blank = send_to(before, "Kim Lee")["Kim Lee"]
    take(before, fill_in(blank, tmp_path / "kim.xlsx", {"B1.a.N.1/housing": "Does not happen"}))
    people = [
        {"id": f"q{n}", "name": name, "answers": [{"scope": "housing"}]}
        for n, name in enumerate(NAMES)
    ]
    folder = begin(tmp_path / "2026", people=people, previous="../2025")
    sent = send_to(folder)
    to = tmp_path / "back"
    back = [fill_in(sent[name], to / f"{name}.xlsx", _rows(name)) for name in NAMES]
    return folder, back


def _rows(name: str) -> Rows:
    said = "True" if name in NAMES[:3] else "Not true"
    return {"B1.a.M.1/housing": said, "B1.a.N.1/housing": "Does not happen"}


def test_receiving_five_workbooks_reads_this_year_and_the_last_once(
    returns: tuple[Path, list[Path]], found: Counter[str], cli: Run
) -> None:
    folder, back = returns
    found.clear()
    ran = cli("-C", str(folder), "receive", *map(str, back))
    assert ran.code == 0, ran.err
    # this year and the last; this year is folded once more as it was when the questions went out,
    # and scored for the pages one starts from
    assert found == {"opened": 2, "folded": 3, "scored": 2}
    assert ran.out.count("in conflict now: B1.a.M.1/housing") == 1


def test_conflicts_are_those_of_the_card_in_its_order(shown_northport: Path) -> None:
    assessment = open_assessment(shown_northport)
    scored = [
        StatementKey(each.key.framework, each.key.scope, statement)
        for each in assessment.card.outcomes
        for statement in each.conflicts
    ]
    assert scored
    assert [each.statement for each in conflicts(assessment)] == scored


def test_an_earlier_state_and_last_year_are_kept_beside_the_assessment(
    returns: tuple[Path, list[Path]], found: Counter[str]
) -> None:
    folder, back = returns
    sent = open_assessment(folder)
    (head,) = sent.heads
    take(folder, *back)
    now = open_assessment(folder)
    found.clear()
    for _ in range(2):
        then = now.at(head.key)
        assert then is not None
        assert then.state == sent.state
    assert found == {"folded": 1}
    assert now.at("0" * 64) is None
    assert now.previous is now.previous is not None
    assert now.about_previous is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "scored"), [("status", 1), ("send", 2), ("plan", 1), ("explain A1.a", 1)]
)
def test_other_commands_read_each_year_once_too(
    words: str, scored: int, returns: tuple[Path, list[Path]], found: Counter[str], cli: Run
) -> None:
    found.clear()
    assert cli("-C", str(returns[0]), *words.split()).code == 0
    assert found == {"opened": 2, "folded": 2, "scored": scored}
