"""What is measured of our own words: length, double negatives, abbreviations."""

from typing import Any

import pytest

from cyberassess.domain.sets.framework import Framework
from cyberassess.domain.sets.plain_words import check_words, negatives
from cyberassess.errors import Problem
from tests.domain.builder import Data, framework_data


def checked(**texts: Any) -> list[Problem]:
    """Check a set whose first outcome says this."""
    data = framework_data("X X\n  X.a organisation board N.1 H.1")
    top: Data = {key: texts.pop(key) for key in ("wording", "abbreviations") if key in texts}
    outcome = data["groups"][0]["outcomes"][0]
    outcome["indicators"][0]["text"] = texts.pop("text", "It happens.")
    outcome |= {"question": "Is it so?", "help": "It is.", "evidence": ["A list"]} | texts
    return check_words(Framework.model_validate(data | top))


def test_a_sentence_of_ours_can_be_read_once() -> None:
    long = "We " + "very " * 24 + "much agree."
    (problem,) = checked(question=f"Short? {long}")
    assert (problem.code, problem.where) == ("long-sentence", "X.a")
    assert "27 words" in problem.message


def test_official_wording_is_not_measured() -> None:
    hard = "We " + "very " * 24 + "much cannot do without CVSS."
    assert checked(question=hard, wording="official") == []
    assert len(checked(question=hard)) == 3


@pytest.mark.parametrize(
    "sentence",
    [
        "We could not work without it.",
        "Nobody fails to report.",
        "Accounts are never left unmanaged.",
        "It isn't unclear.",
        "Nothing lacks an owner.",
        "Access is refused, and there is nobody without a badge.",
        "The plan is not incomplete.",
    ],
)
def test_a_clause_says_no_only_once(sentence: str) -> None:
    assert negatives(sentence)
    assert [each.code for each in checked(help=sentence)] == ["double-negative"]


@pytest.mark.parametrize(
    "sentence",
    [
        "We do not make passwords expire, and we do not ask for symbols.",
        "Accounts are removed when no longer needed or after a time without use.",
        "At most ten tries, no more than five of them without a pause.",
        "Not only staff but nobody else can reach it.",
        "If it is not there, nothing happens.",
        "Unsupported software no longer gets fixes.",
        "Devices join networks we do not control or did not supply.",
        "There is none (we do not need one).",
        "It is not under review.",
        "There is no unauthorised access.",
    ],
)
def test_two_negatives_of_two_clauses_are_two_things(sentence: str) -> None:
    assert negatives(sentence) == ()


@pytest.mark.parametrize(
    "texts",
    [
        {"text": "We use MFA."},
        {"question": "Do we use MFA?"},
        {"help": "It uses MFA."},
        {"evidence": ["MFA settings"]},
        {"text": "We use SaaS products."},
        {"text": "We use MFA (2FA)."},
    ],
)
def test_an_abbreviation_is_explained(texts: dict[str, Any]) -> None:
    problems = checked(**texts)
    assert {each.code for each in problems} == {"unexplained-abbreviation"}
    assert "is not explained" in problems[0].message


@pytest.mark.parametrize(
    "texts",
    [
        {"text": "We use MFA (two proofs of identity)."},
        {"text": "We use multi-factor authentication (MFA)."},
        {"text": "We rent infrastructure or platforms (IaaS or PaaS)."},
        {"text": "We use MFA.", "help": "MFA means two proofs of identity."},
        {"text": "We use CiSP, the national service for sharing what is known."},
        {"text": "We follow TLS 1.2 (a standard that encrypts messages)."},
        {"help": "ISO 27001 is a standard.", "evidence": ["ISO certificate"]},
        {"text": "The IT team keeps a PIN. UA-11 applies."},
        {"text": "We use RBAC.", "abbreviations": ["RBAC"]},
    ],
)
def test_what_is_explained_or_known_is_passed(texts: dict[str, Any]) -> None:
    assert checked(**texts) == []


def test_an_abbreviation_is_named_once_an_outcome() -> None:
    problems = checked(question="Do we use MFA?", text="We use MFA.", evidence=["MFA list"])
    assert [each.where for each in problems] == ["X.a"]
