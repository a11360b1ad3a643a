"""Frameworks, settings, histories and states from a few lines of text.

A framework is written as an outline. A line whose second word is a kind of scope is an outcome,
every other line a group, one level deeper with every two spaces::

    X Governance
      X1 Leadership
        X1.a organisation board N.1 N.2 M.1 H.1 H.2=M.1

gives the outcome ``X1.a`` of the role ``board`` with five statements; ``X1.a.H.2`` repeats
``X1.a.M.1``. The levels are made up (low, middle, high), so that no test can pass because the
code knows a publisher's words.

Control sets with other rules are written the same way, after the rule's id (``staged``, at its
newest version) or its id and version (``staged-1``)::

    X Governance
      X.c organisation board C.1 C.2
      X.a organisation board F.1 S.1?X.c.C.1 T.1
      X.b organisation board R.1 R.2! R.3~

``C`` are conditions; ``F``, ``S`` and ``T`` the stages of ``staged``; ``R`` the requirements of
``all-met``; ``P`` the points of ``in-place``. ``?`` names the condition a statement depends on,
``!`` says that it fails the whole assessment, ``~`` that it is a permission. ``M.1^H.1`` describes
a shortfall, which ``H.1`` says better; ``M.1^`` one that nothing says better.

An answer is written ``true``, ``other-means (the reason)`` or ``-`` for none. Several people's
answers are a list: the first is the officer's (``p1``), the second ``p2``'s, and so on.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cyberassess.domain.assessment import ScopeId, Settings, StatementKey
from cyberassess.domain.record.hashes import segment_hash, text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.segment import Segment
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.rules.known import RULES
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId, Profile, Target
from cyberassess.domain.sets.theming import ThemeSet

Data = dict[str, Any]  # parsed YAML or JSON, which tests break on purpose
Written = str | Sequence[str]
"""One answer, or one of each of several people."""

REF = FrameworkRef("made@1")
SCOPE_KINDS = ("organisation", "system", "cloud-service")
TODAY = datetime.date(2026, 3, 1)
ONE = "X Governance\n  X.a organisation board N.1 N.2 M.1 M.2 H.1 H.2"
"""One outcome with two statements in each column."""
GOOD: dict[str, Written] = {
    "X.a.N.1": "never",
    "X.a.N.2": "never",
    "X.a.M.1": "true",
    "X.a.M.2": "true",
    "X.a.H.1": "true",
    "X.a.H.2": "true",
}
"""Answers that give it the highest level."""


def read_yaml(path: Path) -> Any:
    """Read a YAML file, every scalar as text."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - texts only


def framework_data(outline: str, rule: str = "caf-table") -> Data:
    """Give a framework as it would be parsed from YAML; its counts fit."""
    groups: list[Data] = []
    stack: list[tuple[int, Data]] = []
    counts: Data = {"groups": {}, "outcomes": 0, "indicators": 0, "by_level": {}}
    for line in outline.splitlines():
        words = line.split()
        if not words:
            continue
        depth = len(line) - len(line.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if words[1] in SCOPE_KINDS:
            outcome = _outcome(words)
            stack[-1][1]["outcomes"].append(outcome)
            scored = [e["level"] for e in outcome["indicators"] if e["level"] != "conditions"]
            counts["outcomes"] += bool(scored)
            counts["indicators"] += len(scored)
            for level in scored:
                counts["by_level"][level] = counts["by_level"].get(level, 0) + 1
            continue
        kind = "objective" if not stack else "principle"
        group: Data = {"id": words[0], "kind": kind, "title": " ".join(words[1:])}
        group |= {"groups": [], "outcomes": []}
        (stack[-1][1]["groups"] if stack else groups).append(group)
        counts["groups"][kind] = counts["groups"].get(kind, 0) + 1
        stack.append((depth, group))
    named = re.fullmatch(r"(?P<id>.+?)(-(?P<version>\d+))?", rule)
    assert named is not None
    rule_id, version = named["id"], named["version"] or RULES[named["id"]][-1].version
    return _HEAD | {
        "answer_sets": _answer_sets() + ([_shortfall()] if "^" in outline else []),
        "levels": _levels(rule_id),
        "rule": _HEAD["rule"] | {"id": rule_id, "version": version},
        "counts": counts,
        "groups": groups,
    }


def make_framework(outline: str = ONE, **changes: object) -> Framework:
    """Give a framework; ``changes`` replace top-level keys."""
    return Framework.model_validate(framework_data(outline) | changes)


def make_ruled(rule: str, outline: str) -> Framework:
    """Give a framework with another rule."""
    return Framework.model_validate(framework_data(outline, rule))


def with_alternatives(data: Data) -> Data:
    """Give a framework's data in which the conditions of the first outcome name each other."""
    conditions = data["groups"][0]["outcomes"][0]["indicators"]
    for each in conditions:
        each["alternatives"] = [other["id"] for other in conditions if other is not each]
    return data


_STATEMENT = re.compile(
    r"(?P<name>[A-Z]\.\d+)(?P<marks>[!~]*)(?P<better>\^([A-Z]\.\d+)?)?"
    r"(\?(?P<on>[^=]+))?(=(?P<twin>.+))?$"
)
_LETTERS = {
    "N": "low", "M": "middle", "H": "high", "C": "conditions", "F": "first", "S": "second",
    "T": "third", "R": "ready", "P": "present",
}  # fmt: skip


def _outcome(words: list[str]) -> Data:
    outcome_id, scope_kind, role, *statements = words
    texts: dict[str, str] = {}
    indicators: list[Data] = []
    for statement in statements:
        found = _STATEMENT.match(statement)
        if found is None:
            raise ValueError(statement)
        name, marks, condition, twin = found["name"], found["marks"], found["on"], found["twin"]
        indicator_id = f"{outcome_id}.{name}"
        if twin and twin.count(".") == 1:
            twin = f"{outcome_id}.{twin}"
        texts[indicator_id] = texts.get(twin or "") or f"Statement {twin or indicator_id}."
        level = _LETTERS[name[0]]
        indicator: Data = {"id": indicator_id, "level": level, "text": texts[indicator_id]}
        indicator |= {"same_as": twin} if twin else {}
        indicator |= {"applies_when": condition} if condition else {}
        indicator |= {"fails_whole": "true"} if "!" in marks else {}
        indicator |= {"kind": "permission"} if "~" in marks else {}
        indicator |= {"answers": "shortfall"} if found["better"] else {}
        if found["better"] and found["better"] != "^":
            indicator["better_than"] = [f"{outcome_id}.{found['better'][1:]}"]
        indicators.append(indicator)
    return {
        "id": outcome_id,
        "title": f"Outcome {outcome_id}",
        "scope_kind": scope_kind,
        "owner_role": role,
        "question": "Is it so?",
        "help": "Help.",
        "evidence": ["A document"],
        "source": "Made up, page 1",
        "indicators": indicators,
    }


_HEAD: Data = {
    "schema": "1",
    "id": "made",
    "version": "1",
    "revision": "1",
    "title": "A made-up control set",
    "short_title": "Made 1",
    "publisher": "Nobody",
    "published": "2026-01",
    "source": "https://made.example",
    "accessed": "2026-01-01",
    "licence": "Apache-2.0",
    "attribution": "None.",
    "about": "Nothing.",
    "outcome_kind": "outcome",
    "indicator_kind": "statement",
    "scope_kinds": [{"id": each, "title": each} for each in SCOPE_KINDS],
    "rule": {"id": "caf-table", "source": "Made up", "text": "The table."},
}


def _answer_sets() -> list[Data]:
    shared = [
        {"code": "out", "label": "Does not apply", "counts_as": "left-out", "needs": "reason"},
        {"code": "dont-know", "label": "I don't know", "counts_as": "unanswered"},
    ]
    warning = [
        {"code": "happens", "label": "Happens", "counts_as": "met"},
        {"code": "never", "label": "Does not happen", "counts_as": "not-met"},
    ]
    claim = [
        {"code": "true", "label": "True", "counts_as": "met"},
        {"code": "other-means", "label": "Otherwise", "counts_as": "met", "needs": "reason"},
        {"code": "not-true", "label": "Not true", "counts_as": "not-met"},
    ]
    graded = [
        {"code": "yes", "label": "Yes", "counts_as": "met"},
        {"code": "partly", "label": "In part", "counts_as": "partly"},
        {"code": "no", "label": "No", "counts_as": "not-met"},
    ]
    condition = [graded[0], graded[2], shared[1]]
    return [
        {"id": "warning", "answers": warning + shared},
        {"id": "claim", "answers": claim + shared},
        {"id": "measure", "answers": graded + shared},
        {"id": "condition", "answers": condition},
    ]


def _shortfall() -> Data:
    claim = next(each for each in _answer_sets() if each["id"] == "claim")
    better = {"code": "better", "label": "We do better", "counts_as": "met"}
    better |= {"needs": "reason-or-better", "help": "Choose this where all of it is done."}
    return {"id": "shortfall", "answers": [*claim["answers"], better]}


def _levels(rule: str) -> list[Data]:
    if rule == "caf-table":
        warning = {"answers": "warning", "is_warning": "true", "heading": "Warning signs"}
        return [
            {"id": "low", "title": "Low", "letter": "L", "code": "N"} | warning,
            {"id": "middle", "title": "Middle", "letter": "M", "code": "M", "answers": "claim"},
            {"id": "high", "title": "High", "letter": "H", "code": "H", "answers": "claim"},
        ]
    names = {
        "staged": ["none", "first*", "second*", "third*"],
        "all-met": ["not-ready", "ready*"],
        "in-place": ["absent", "partial", "present*"],
    }[rule]
    return [
        {"id": "conditions", "title": "Conditions", "letter": "C", "answers": "condition"}
        | {"is_condition": "true"},
        *(
            {"id": each.rstrip("*"), "title": each.rstrip("*").title(), "letter": each[0].upper()}
            | ({"answers": "measure"} if each.endswith("*") else {})
            for each in names
        ),
    ]


def make_profile(requirements: Mapping[str, str], no_target: Iterable[str] = ()) -> Profile:
    """Give a profile for the made-up framework."""
    target: Data = {"title": "T", "publisher": "P", "source": "S", "accessed": "2026-01-01"}
    target |= {"requirements": dict(requirements), "no_target": list(no_target)}
    profile: Data = {"schema": "1", "id": "goal", "revision": "1", "title": "Goal", "owner": "us"}
    return Profile.model_validate(profile | {"targets": {REF: target}})


def make_target(requirements: Mapping[str, str], no_target: Iterable[str] = ()) -> Target:
    """Give the target itself."""
    return make_profile(requirements, no_target).targets[REF]


def make_themes(placements: Mapping[str, str], *, secondary: str | None = None) -> ThemeSet:
    """Give a theme set with the themes ``pipes`` and ``people``."""
    themes = [{"id": each, "title": each, "meaning": each} for each in ("pipes", "people")]
    placed = {
        outcome: {"theme": theme, "reason": "Because.", "secondary": secondary}
        for outcome, theme in placements.items()
    }
    data: Data = {"schema": "1", "id": "two", "revision": "1", "title": "Two", "publisher": "us"}
    data |= {"source": "S", "accessed": "2026-01-01", "headline": "pipes", "themes": themes}
    return ThemeSet.model_validate(data | {"outcomes": {REF: placed}})


def make_settings(
    *scopes: str, people: Sequence[Data] = (), officer: Data | None = None, **changes: object
) -> Settings:
    """Give settings; a scope is written ``housing system``, id and kind."""
    listed = [
        {"id": each.split()[0], "kind": each.split()[1], "title": each.split()[0].title()}
        for each in scopes
    ]
    pinned = {"id": "made", "version": "1", "revision": "1", "sha256": "0" * 64}
    pinned |= {"profile": "none", "no_profile_reason": "Not chosen yet."}
    data: Data = {
        "schema": "1",
        "organisation": "Northport Council",
        "period": "2026",
        "officer": {"id": "p1", "name": "Sam Reid"} | (officer or {}),
        "frameworks": [pinned],
        "scopes": listed,
        "people": [{"name": f"Person {each['id']}"} | each for each in people],
    }
    return Settings.model_validate(data | changes)


def answer_event(
    indicator: str,
    new: str | None,
    *,
    person: str = "p1",
    scope: str = "organisation",
    reason: str = "",
    **more: object,
) -> Data:
    """Give the event of an answer."""
    event: Data = {"type": "answer", "framework": REF, "scope": scope, "indicator": indicator}
    event |= {"person": person, "new": new, "old": None}
    return event | ({"reason": text_field(reason, "salt")} if reason else {}) | more


def text_event(
    kind: str,
    outcome: str,
    text: str | None,
    *,
    person: str = "p1",
    scope: str = "organisation",
    **more: object,
) -> Data:
    """Give the event of a rationale or of evidence."""
    new = None if text is None else text_field(text, "salt")
    event: Data = {"type": kind, "framework": REF, "scope": scope, "outcome": outcome}
    return event | {"person": person, "new": new} | more


def segment(
    sequence: int,
    *events: Data,
    on: Iterable[Segment] = (),
    is_open: bool = False,
    **header: object,
) -> Segment:
    """Give a segment that was written on top of others."""
    head: Data = {"schema": 1, "parents": [each.hash for each in on], "actor": {"id": "p1"}}
    head |= {"time": f"2026-03-01T09:{sequence % 60:02d}:00Z", "command": "test"} | header
    found = "" if is_open else segment_hash([head, *events])
    name = f"{sequence:06d}-{'open-abc' if is_open else found[:8]}.jsonl"
    return Segment(name, sequence, found, head, events)


def key(indicator: str, scope: str = "organisation") -> StatementKey:
    """Give the key of a statement of the made-up framework."""
    return StatementKey(REF, ScopeId(scope), IndicatorId(indicator))


_WRITTEN = re.compile(r"^(?P<code>\S+)(?: \((?P<reason>.*)\))?$")


def read_answer(written: str) -> tuple[str, str] | None:
    """Give code and reason of an answer as it is written in tests; ``None`` for ``-``."""
    if written == "-":
        return None
    found = _WRITTEN.match(written)
    if found is None:
        raise ValueError(written)
    return found["code"], found["reason"] or ""


def answer_events(answers: Mapping[str, Written], **more: object) -> list[Data]:
    """Give the events of answers keyed by statement, or by ``scope/statement``."""
    events: list[Data] = []
    for where, written in answers.items():
        scope, _, indicator = where.rpartition("/")
        several = [written] if isinstance(written, str) else written
        for number, each in enumerate(several, start=1):
            answer = read_answer(each)
            if answer is not None:
                event = answer_event(indicator, answer[0], person=f"p{number}", reason=answer[1])
                events.append(event | {"scope": scope or "organisation"} | more)
    return events


def make_state(answers: Mapping[str, Written], *events: Data, framework: str = REF) -> State:
    """Give the state after these answers and events, all in one segment."""
    return fold([segment(1, *answer_events(answers, framework=framework), *events)])


def measure(
    framework: Framework,
    answers: Mapping[str, Written],
    requirements: Mapping[str, str],
    *,
    settings: Settings | None = None,
    themes: Mapping[str, str] | None = None,
) -> Scorecard:
    """Score these answers, every outcome in the theme ``pipes`` unless placed otherwise."""
    placed = dict.fromkeys(framework.outcomes, "pipes") if themes is None else themes
    return score(
        {framework.ref: framework},
        settings or make_settings(),
        make_state(answers),
        targets={framework.ref: make_target(requirements)},
        themes=make_themes({str(k): v for k, v in placed.items()}),
        on=TODAY,
    )


def record_event(kind: str, key: Sequence[str], new: Data | None, **more: object) -> Data:
    """Give the event of a record."""
    return {"type": kind, "key": list(key), "new": new} | more
