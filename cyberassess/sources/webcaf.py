"""Assessments in the format of WebCAF, the service that holds GovAssure self-assessments.

A file maps outcome ids to statements (``<level>_<outcome>.<number>``: true or false, and
``…_comment``) and a confirmation (stored status, comment). The number runs through an outcome's
columns, lowest level first; the statement's id is outcome, column and position (``A2.a.PA.3``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cyberassess.domain.assessment import ORGANISATION, OutcomeKey, ScopeId, StatementKey
from cyberassess.domain.people.questions import AnswerReply, TextKind, TextReply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    IndicatorId,
    LevelId,
    Needs,
    Outcome,
    OutcomeId,
)
from cyberassess.errors import AssessmentError, Problem, closest

TOOL = "WebCAF"
MOST_BYTES = 50_000_000

Json = Any  # NOTE: values of json.loads; every one is checked where it is used.

_COMMENT = "_comment"


@dataclass(frozen=True, slots=True)
class StoredStatus:
    """What the file says of an outcome as a whole."""

    outcome: OutcomeKey
    level: LevelId | None
    """``None`` where no status is stored."""
    confirmed: str
    """As stored: ``confirm``, ``change your response`` or empty."""
    comment: str
    source: Source


@dataclass(frozen=True, slots=True)
class Imported:
    """What could be read, and what could not."""

    answers: tuple[AnswerReply, ...]
    rationales: tuple[TextReply, ...]
    statuses: tuple[StoredStatus, ...]
    problems: tuple[Problem, ...]


def read_webcaf(
    data: bytes, name: str, *, sha256: str, framework: Framework, system: ScopeId | None
) -> Imported:
    """Read a file; everything in it is either in the result or named in a problem.

    Args:
        data: the file's bytes.
        name: how messages call it.
        sha256: of the bytes, for the answers' source.
        framework: the control set it was made for.
        system: the scope of outcomes that are assessed for a system; ``None`` where the
            assessment has none, and everything belongs to the organisation.

    Raises:
        AssessmentError: where the file is not in this format at all.
    """
    reader = _Reader(name, sha256, framework, system)
    for outcome_id, entry in _load(data, name).items():
        reader.take(outcome_id, entry)
    return reader.result()


def _load(data: bytes, name: str) -> dict[str, Json]:
    kept = "The file was not imported. Nothing was changed."
    if len(data) > MOST_BYTES:
        raise AssessmentError.because(
            "too-large",
            name,
            f"The file has {len(data):,} bytes.",
            f"The most is {MOST_BYTES:,}. {kept}",
        )
    doubled: list[str] = []

    def pairs(found: list[tuple[str, Json]]) -> dict[str, Json]:
        keys = [key for key, _ in found]
        doubled.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(found)

    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=pairs)
    except (ValueError, RecursionError) as cause:
        line = getattr(cause, "lineno", None)
        where = f"{name}, line {line}" if line else name
        raise AssessmentError.because(
            "not-json",
            where,
            "The file is not JSON.",
            f"Export the assessment from WebCAF again. {kept}",
        ) from cause
    if doubled:
        raise AssessmentError.because(
            "repeated-key", name, f"These keys stand in it twice: {', '.join(doubled)}.", kept
        )
    if not isinstance(value, dict) or not any(
        isinstance(entry, dict) and "indicators" in entry for entry in value.values()
    ):
        raise AssessmentError.because(
            "not-webcaf",
            name,
            'It is JSON, but no outcome in it has "indicators".',
            f"Is it a WebCAF assessment? {kept}",
        )
    return value


class _Reader:
    def __init__(
        self, name: str, sha256: str, framework: Framework, system: ScopeId | None
    ) -> None:
        self.name, self.sha256 = name, sha256
        self.framework, self.system = framework, system
        self.answers: list[AnswerReply] = []
        self.rationales: list[TextReply] = []
        self.statuses: list[StoredStatus] = []
        self.problems: list[Problem] = []

    def say(self, code: str, place: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, f"{self.name}, {place}", message, hint))

    def result(self) -> Imported:
        return Imported(
            tuple(self.answers), tuple(self.rationales), tuple(self.statuses), tuple(self.problems)
        )

    def source(self, place: str) -> Source:
        return Source("import", file=self.sha256, name=self.name, place=place)

    def take(self, outcome_id: str, entry: Json) -> None:
        outcome = self.framework.outcomes.get(OutcomeId(outcome_id))
        if outcome is None:
            self.say(
                "unknown-outcome",
                outcome_id,
                f'"{outcome_id}" is not an outcome of {self.framework.ref}.',
                f"{closest(outcome_id, list(self.framework.outcomes))} "
                "What stands under it was not imported.".strip(),
            )
            return
        if not isinstance(entry, dict):
            self.say("wrong-shape", outcome_id, "No statements stand under it.")
            return
        scope = ORGANISATION
        if self.system is not None and outcome.scope_kind != "organisation":
            scope = self.system
        for key in sorted(set(entry) - {"indicators", "confirmation"}):
            self.say(
                "unknown-key",
                f"{outcome_id} > {key}",
                f'"{key}" is not a key of WebCAF\'s.',
                "It was not imported.",
            )
        indicators = entry.get("indicators")
        if isinstance(indicators, dict):
            self._indicators(outcome, scope, indicators)
        else:
            self.say("no-statements", outcome_id, 'It has no "indicators".')
        self._confirmation(outcome, scope, entry.get("confirmation"))

    def _indicators(self, outcome: Outcome, scope: ScopeId, found: Mapping[str, Json]) -> None:
        columns = _columns(self.framework, outcome)
        used: set[str] = set()
        answered: set[IndicatorId] = set()
        for key, value in found.items():
            if key.endswith(_COMMENT):
                continue
            place = f"{outcome.id} > {key}"
            indicator = columns.get(key)
            if indicator is None:
                self.say(
                    "unknown-statement",
                    place,
                    f'"{key}" is not a statement of {outcome.id}.',
                    f"{closest(key, list(columns))} It was not imported.".strip(),
                )
                continue
            comment = found.get(key + _COMMENT) or ""
            used.add(key + _COMMENT)
            if value is None or value == "":
                self._orphan(place, comment)
                continue
            if not isinstance(value, bool):
                self.say(
                    "not-an-answer",
                    place,
                    f'"{value}" is neither true nor false.',
                    "It was not imported.",
                )
                self._orphan(place, comment)
                continue
            if not isinstance(comment, str):
                self.say(
                    "not-a-comment",
                    f"{place}{_COMMENT}",
                    f'"{comment}" is not text.',
                    "It was not imported; the answer was.",
                )
                comment = ""
            answered.add(indicator)
            answer = self._answer(indicator, holds=value)
            self.answers.append(
                AnswerReply(
                    (StatementKey(self.framework.ref, scope, indicator),),
                    Response(new=answer.code, reason=comment.strip()),
                    self.source(place),
                )
            )
        for key, value in found.items():
            if key.endswith(_COMMENT) and key not in used and str(value or "").strip():
                self.say(
                    "comment-alone",
                    f"{outcome.id} > {key}",
                    f'A comment stands here without an answer: "{_short(value)}".',
                    "It was not imported; the original file is kept.",
                )
        missing = [each.id for each in outcome.indicators if each.id not in answered]
        if missing:
            where, said = f"{self.name}, {outcome.id}", f"No answer for {', '.join(missing)}."
            self.problems.append(Problem.note("unanswered", where, said, "They stay unanswered."))

    def _orphan(self, place: str, comment: Json) -> None:
        if str(comment or "").strip():
            self.say(
                "comment-alone",
                place,
                f'A comment stands here without an answer: "{_short(comment)}".',
                "It was not imported; the original file is kept.",
            )

    def _answer(self, indicator: IndicatorId, *, holds: bool) -> Answer:
        wanted = CountsAs.MET if holds else CountsAs.NOT_MET
        _, declared = self.framework.indicators[indicator]
        return next(
            each
            for each in self.framework.answers_for(declared).answers
            if each.counts_as is wanted and each.needs is Needs.NOTHING
        )

    def _confirmation(self, outcome: Outcome, scope: ScopeId, found: Json) -> None:
        if not found:
            return
        place = f"{outcome.id} > confirmation"
        if not isinstance(found, dict):
            self.say("wrong-shape", place, "It is not a set of keys.", "It was not imported.")
            return
        known = {
            "outcome_status",
            "outcome_status_message",
            "confirm_outcome",
            "confirm_outcome_confirm_comment",
        }
        for key in sorted(set(found) - known):
            if str(found[key] or "").strip():
                self.say(
                    "unknown-key",
                    f"{place} > {key}",
                    f'"{_short(found[key])}" stands under a key that is not known.',
                    "It was not imported; the original file is kept.",
                )
        texts = {key: str(found.get(key) or "").strip() for key in known}
        key = OutcomeKey(self.framework.ref, scope, outcome.id)
        level: LevelId | None = None
        if texts["outcome_status"]:
            titles = {each.title.casefold(): each.id for each in self.framework.levels}
            level = titles.get(texts["outcome_status"].casefold())
            if level is None:
                self.say(
                    "unknown-status",
                    place,
                    f'"{texts["outcome_status"]}" is not a status.',
                    f"Known: {', '.join(each.title for each in self.framework.levels)}.",
                )
        comment = texts["confirm_outcome_confirm_comment"]
        if level is not None or texts["confirm_outcome"] or comment:
            self.statuses.append(
                StoredStatus(key, level, texts["confirm_outcome"], comment, self.source(place))
            )
        if comment:
            self.rationales.append(
                TextReply(TextKind.RATIONALE, key, comment, "", self.source(place))
            )


def _columns(framework: Framework, outcome: Outcome) -> dict[str, IndicatorId]:
    """Give WebCAF's key of each statement of an outcome."""
    keys: dict[str, IndicatorId] = {}
    number = 0
    for level in framework.levels:
        for indicator in outcome.at_level(level.id):
            number += 1
            keys[f"{level.id}_{outcome.id}.{number}"] = indicator.id
    return keys


def _short(value: Json) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - what fits a line
