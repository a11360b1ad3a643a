"""Control sets with one fault each: every rule names it, with its line."""

from pathlib import Path
from typing import NamedTuple

import pytest

from cyberassess.disk.framework_yaml import read_one_file

BROKEN = Path(__file__).parents[1] / "broken" / "sets"


class Case(NamedTuple):
    code: str
    place: str
    message: str
    hint: str = ""
    file: str = ""
    """Without its ending; the code where there is only one."""

    @property
    def stem(self) -> str:
        return self.file or self.code


CASES = [
    Case("unknown-answer-set", "line 33, level ready", '"mat" is not one of the answer sets'),
    Case(
        "unknown-answer-set",
        "line 60, R1.1",
        '"fewr" is not one of the answer sets',
        file="unknown-own-answer-set",
    ),
    Case("not-better", "line 65, R1.1", '"R1.2" is no statement of R1 at a', "nothing"),
    Case("needless-better", "line 61, R1.1", "none of its answers needs them", "reason-or-better"),
    Case("unknown-scope-kind", "line 62, R2", '"sistem" is not one of the scope kinds', "system"),
    Case("unknown-role", "line 41, S", '"wizard" is not a role', "it-security"),
    Case("unknown-level", "line 61, R1.2", '"not-ready" is not a level that statements'),
    Case("repeated-id", "line 60, R1.1", "Two statements have this id"),
    Case("unknown-same-as", "line 71, R2.1", '"R1.9" is no statement that stands before'),
    Case("chained-same-as", "line 72, R2.2", '"R2.1" is itself a repetition', "R1.1"),
    Case("other-answers-same-as", "line 71, R2.1", "It has other answers than S.1"),
    Case("different-same-as", "line 71, R2.1", "The text differs from R1.1"),
    Case("unknown-standard", "line 61, R1.2", '"cf" is not one of the standards', "ce"),
    Case("unknown-condition", "line 60, R1.1", '"S.9" is not a condition', "S.1"),
    Case("unused-condition", "line 50, S.1", "Nothing depends on this condition", "applies_when"),
    Case("wrong-count", "made@1", "2 entries under outcomes; the publisher has 3"),
    Case(
        "unknown-rule-version", "made@1", '"2" is not a version of the rule all-met', "one of: 1"
    ),
    Case("mixed-conditions", "line 41, S", "conditions and statements that are scored", "S.1"),
    Case("only-permissions", "line 62, R2", "nothing but permissions"),
    Case("other-scope-condition", "line 60, R1.1", "for each organisation, this statement for"),
    Case("long-sentence", "line 41, S", "A sentence has 26 words", "the most is 25"),
    Case("double-negative", "line 62, R2", "says no twice (Nobody, without)", "what is the case"),
    Case("later-correction", "correction 2", "It corrects revision 1 by a later one", "Raise"),
    Case("unknown-correction", "correction 1", '"R1.9" is no statement here', "R1.2"),
    Case("long-text", "line 62, R2", "The question has", "the most is 44"),
    Case("denied-warning", "line 61, R1.2", 'A warning sign says "fail to"', "what is the case"),
    Case("unexplained-abbreviation", "line 61, R1.2", '"RFID" is not explained', "brackets"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_rule_has_a_broken_set(case: Case) -> None:
    name = f"{case.stem}.yaml"
    framework, (problem,) = read_one_file(BROKEN / name)
    assert framework is not None
    assert problem.code == case.code
    assert problem.where == f"{name}, {case.place}"
    assert case.message in problem.message
    assert case.hint in problem.hint


def test_every_broken_set_is_tested() -> None:
    assert {path.stem for path in BROKEN.glob("*.yaml")} == {case.stem for case in CASES}
