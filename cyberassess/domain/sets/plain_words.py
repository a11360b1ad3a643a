"""What makes a text of ours hard to read: its length, double negatives, abbreviations.

Measured on every shipped set, so the rules raise few false alarms: where they find nothing, a
text may still be poor, but what they find is.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cyberassess.domain.sets.framework import Framework, Outcome, Wording
from cyberassess.errors import Problem

MOST_WORDS = 25
"""The longest sentence of ours, in words."""
MOST_WORDS_TOGETHER = {"question": 44, "statement": 50}
"""The longest question and statement of ours, in words outside brackets."""
KNOWN = frozenset({"CCTV", "EU", "HR", "ID", "IT", "NHS", "PC", "PIN", "QR", "UK", "USB", "macOS"})
"""Abbreviations and names that anybody in a public body reads without help."""

_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[\w'\u2019/-]+")
_CLAUSE = re.compile(
    r"[,;:()\u2013\u2014]|\b(?:and|or|but|that|which|who|whose|when|if|where|because|so|unless)\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:not(?! (?:only|just|least))|never|nobody|nothing|none|neither|cannot|without"
    r"|\w+n['\u2019]t|no(?! (?:longer|(?:more|later|less|fewer|earlier) than))"
    r"|fail(?:s|ed)? to|lack(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"(?:\b(?:not|never)|n['\u2019]t)\s+(?:(?:be|been|left|an?|any|at all|entirely)\s+)?"
    r"(?:un(?:able|answered|authorised|aware|changed|checked|clear|common|controlled|documented"
    r"|encrypted|expected|known|likely|managed|monitored|necessary|patched|protected|reasonable"
    r"|related|reliable|safe|supported|tested|trusted|used|usual)"
    r"|in(?:accurate|adequate|appropriate|complete|consistent|effective|frequent|secure|sufficient"
    r"|valid|visible))\b",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"\b(?:fail(?:s|ed)? to|(?:is|are|am) (?:un|not )able to|lack(?:s|ed|ing)?)\b"
)
_BRACKETS = re.compile(r"[a-z]\w* \(([^()]*)\)")
_ASIDE = re.compile(r"\([^()]*\)")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]{2,}[A-Za-z0-9]*|[A-Za-z][a-z]*[A-Z][A-Za-z0-9]*)\b(?!-\d)")


class _Text(NamedTuple):
    where: str
    text: str


def check_words(framework: Framework) -> list[Problem]:
    """Give every text of ours that is too long, says no twice, or abbreviates unexplained.

    The publisher's own wording is not held to this.
    """
    if framework.wording is Wording.OFFICIAL:
        return []
    known = KNOWN.union(framework.abbreviations)
    problems: list[Problem] = []
    for each in framework.located:
        texts = _texts(each.outcome)
        for where, text in texts:
            for sentence in _SENTENCE.split(text):
                problems += _sentence(where, sentence)
        problems += _length(each.outcome.id, each.outcome.question, "question")
        for one in each.outcome.indicators:
            problems += _length(one.id, one.text, "statement")
        problems += _warnings(framework, each.outcome)
        problems += _abbreviations(each.outcome, texts, known)
    return problems


def _warnings(framework: Framework, outcome: Outcome) -> Iterator[Problem]:
    """Give warning signs that say no, so that *this does not happen here* says it twice."""
    for each in outcome.indicators:
        found = _MISSING.search(each.text) if framework.level(each.level).is_warning else None
        if found:
            yield Problem(
                "denied-warning",
                each.id,
                f'A warning sign says "{found[0]}": answered with no, it says no twice.',
                "Say what is the case instead, for example that something is left undone.",
            )


def _length(where: str, text: str, kind: str) -> Iterator[Problem]:
    words, most = len(_WORD.findall(_ASIDE.sub("", text))), MOST_WORDS_TOGETHER[kind]
    if words > most:
        yield Problem(
            "long-text",
            where,
            f"The {kind} has {words} words.",
            f"Say it shorter: the most is {most}, words in brackets aside.",
        )


def _texts(outcome: Outcome) -> list[_Text]:
    return [
        _Text(outcome.id, outcome.question),
        _Text(outcome.id, outcome.help),
        *(_Text(each.id, each.text) for each in outcome.indicators),
    ]


def _sentence(where: str, sentence: str) -> Iterator[Problem]:
    words = len(_WORD.findall(sentence))
    if words > MOST_WORDS:
        yield Problem(
            "long-sentence",
            where,
            f'A sentence has {words} words: "{sentence}"',
            f"Say it in two: the most is {MOST_WORDS}.",
        )
    found = negatives(sentence)
    if found:
        yield Problem(
            "double-negative",
            where,
            f'A sentence says no twice ({", ".join(found)}): "{sentence}"',
            "Say what is the case instead.",
        )


def negatives(sentence: str) -> tuple[str, ...]:
    """Give the negatives of a clause that has two, in its words; empty where none has."""
    for clause in _CLAUSE.split(sentence):
        found = [each[0] for each in _NEGATIVE.finditer(clause)]
        if len(found) > 1:
            return tuple(found)
        twice = _UNDONE.search(clause)
        if twice:
            return (twice[0],)
    return ()


def _abbreviations(
    outcome: Outcome, texts: list[_Text], known: frozenset[str]
) -> Iterator[Problem]:
    """Give abbreviations that no text of the outcome explains, each once."""
    whole = "\n".join(text for _, text in texts)
    said: set[str] = set()
    for where, text in (*texts, *(_Text(outcome.id, each) for each in outcome.evidence)):
        for found in _ABBREVIATION.findall(text):
            if found in known or found in said or _is_explained(found, whole):
                continue
            said.add(found)
            yield Problem(
                "unexplained-abbreviation",
                where,
                f'"{found}" is not explained: "{text}"',
                "Write it out, or explain it in brackets where it first stands. What everybody "
                "knows may be listed under abbreviations, at the top of the file.",
            )


def _is_explained(name: str, text: str) -> bool:
    """Say whether words in brackets follow a name, or it stands in brackets after words."""
    if any(_is_only_names(each, name) for each in _BRACKETS.findall(text)):
        return True
    brackets = rf"\b{name}\b[^?!()]{{0,20}}\([^()]*[a-z]{{2}}"
    verb = rf"\b{name}\b(?: [0-9.:]+)?(?:,? (?:is|are|means|stands? for)|, (?:the|an?)) "
    return bool(re.search(brackets, text) or re.search(verb, text))


def _is_only_names(inside: str, name: str) -> bool:
    """Say whether brackets hold a name and nothing but such names."""
    words = re.findall(r"\w+", inside)
    return name in words and all(
        each in ("the", "or", "and") or _ABBREVIATION.fullmatch(each) for each in words
    )
