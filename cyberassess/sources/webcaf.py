"""Assessments in the format of WebCAF, the service that holds GovAssure self-assessments.

A file maps outcome ids to statements (``<level>_<outcome>.<number>``: true or false, and
``…_comment``) and a confirmation (stored status, comment). The number runs through an outcome's
columns, lowest level first; the statement's id is outcome, column and position (``A2.a.PA.3``).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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

COMMENT = "_comment"


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
    data: Mapping[str, Json],
    name: str,
    *,
    sha256: str,
    framework: Framework,
    system: ScopeId | None,
) -> Imported:
    """Read an assessment; everything in it is either in the result or named in a problem.

    Args:
        data: as ``load_webcaf`` gives it.
        name: how messages call the file.
        sha256: of the bytes, for the answers' source.
        framework: the control set it was made for.
        system: the scope of outcomes that are assessed for a system; ``None`` where the
            assessment has none, and everything belongs to the organisation.

    Raises:
        AssessmentError: where no outcome in it has statements.
    """
    if not any(isinstance(entry, dict) and "indicators" in entry for entry in data.values()):
        raise AssessmentError.because(
            "not-webcaf",
            name,
            'It is JSON, but no outcome in it has "indicators".',
            "Is it an assessment or a review recorded in WebCAF? The file was not imported. "
            "Nothing was changed.",
        )
    reader = _Reader(name, sha256, framework, system)
    for outcome_id, entry in data.items():
        reader.take(outcome_id, entry)
    return reader.result()


def load_webcaf(data: bytes, name: str) -> dict[str, Json]:
    """Read a file's JSON, of an assessment or of a review.

    Raises:
        AssessmentError: where it is none, or says one thing twice.
    """
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
        json.dumps(value, ensure_ascii=False).encode()  # half a character is no text
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
    return value if isinstance(value, dict) else {}


@dataclass
class Reading:
    """One file under way: what it is read against, and what is said of it."""

    name: str
    sha256: str
    framework: Framework
    system: ScopeId | None
    problems: list[Problem] = field(default_factory=list)

    def say(self, code: str, place: str, message: str, hint: str = "") -> None:
        """Name what could not be taken."""
        self.problems.append(Problem(code, f"{self.name}, {place}", message, hint))

    def source(self, place: str) -> Source:
        """Give where something stands, as the ledger keeps it."""
        return Source("import", file=self.sha256, name=self.name, place=place)

    def outcome(self, outcome_id: str, entry: Json) -> Outcome | None:
        """Give the outcome something stands under; ``None``, and said, where there is none."""
        outcome = self.framework.outcomes.get(OutcomeId(outcome_id))
        if outcome is None:
            self.say(
                "unknown-outcome",
                outcome_id,
                f'"{outcome_id}" is not an outcome of {self.framework.ref}.',
                f"{closest(outcome_id, list(self.framework.outcomes))} "
                "What stands under it was not imported.".strip(),
            )
        elif not isinstance(entry, dict):
            self.say("wrong-shape", outcome_id, "No statements stand under it.")
            return None
        return outcome

    def scope(self, outcome: Outcome) -> ScopeId:
        """Give where an outcome of the file belongs."""
        if self.system is not None and outcome.scope_kind != "organisation":
            return self.system
        return ORGANISATION

    def unknown_statement(self, outcome: Outcome, key: str, known: Collection[str]) -> None:
        """Name a key that is no statement."""
        self.say(
            "unknown-statement",
            f"{outcome.id} > {key}",
            f'"{key}" is not a statement of {outcome.id}.',
            f"{closest(key, list(known))} It was not imported.".strip(),
        )

    def level(self, text: str, place: str) -> LevelId | None:
        """Give the level a status names by title or id; ``None``, and said, where it is none."""
        wanted = text.casefold()
        for each in self.framework.levels:
            if wanted in (each.title.casefold(), each.id.casefold()):
                return each.id
        known = ", ".join(each.title for each in self.framework.levels)
        self.say("unknown-status", place, f'"{text}" is not a status.', f"Known: {known}.")
        return None


@dataclass
class _Reader(Reading):
    answers: list[AnswerReply] = field(default_factory=list)
    rationales: list[TextReply] = field(default_factory=list)
    statuses: list[StoredStatus] = field(default_factory=list)

    def result(self) -> Imported:
        return Imported(
            tuple(self.answers), tuple(self.rationales), tuple(self.statuses), tuple(self.problems)
        )

    def take(self, outcome_id: str, entry: Json) -> None:
        outcome = self.outcome(outcome_id, entry)
        if outcome is None or not isinstance(entry, dict):
            return
        scope = self.scope(outcome)
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
        columns = columns_of(self.framework, outcome)
        used: set[str] = set()
        answered: set[IndicatorId] = set()
        for key, value in found.items():
            if key.endswith(COMMENT):
                continue
            place = f"{outcome.id} > {key}"
            indicator = columns.get(key)
            if indicator is None:
                self.unknown_statement(outcome, key, columns)
                continue
            comment = found.get(key + COMMENT) or ""
            used.add(key + COMMENT)
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
                    f"{place}{COMMENT}",
                    f'"{comment}" is not text.',
                    "It was not imported; the answer was.",
                )
                comment = ""
            answered.add(indicator)
            answer = answer_of(self.framework, indicator, holds=value)
            self.answers.append(
                AnswerReply(
                    (StatementKey(self.framework.ref, scope, indicator),),
                    Response(new=answer.code, reason=comment.strip()),
                    self.source(place),
                )
            )
        for key, value in found.items():
            if key.endswith(COMMENT) and key not in used:
                self._orphan(f"{outcome.id} > {key}", value)
        missing = [each.id for each in outcome.indicators if each.id not in answered]
        if missing:
            where, said = f"{self.name}, {outcome.id}", f"No answer for {', '.join(missing)}."
            self.problems.append(Problem.note("unanswered", where, said, "They stay unanswered."))

    def _orphan(self, place: str, comment: Json) -> None:
        if str(comment or "").strip():
            self.say(
                "comment-alone",
                place,
                f'A comment stands here without an answer: "{short(comment)}".',
                "It was not imported; the original file is kept.",
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
                    f'"{short(found[key])}" stands under a key that is not known.',
                    "It was not imported; the original file is kept.",
                )
        texts = {key: str(found.get(key) or "").strip() for key in known}
        key = OutcomeKey(self.framework.ref, scope, outcome.id)
        level: LevelId | None = None
        if texts["outcome_status"]:
            level = self.level(texts["outcome_status"], place)
        comment = texts["confirm_outcome_confirm_comment"]
        if level is not None or texts["confirm_outcome"] or comment:
            self.statuses.append(
                StoredStatus(key, level, texts["confirm_outcome"], comment, self.source(place))
            )
        if comment:
            self.rationales.append(
                TextReply(TextKind.RATIONALE, key, comment, "", self.source(place))
            )


def answer_of(framework: Framework, indicator: IndicatorId, *, holds: bool) -> Answer:
    """Give the answer that says whether a statement holds."""
    wanted = CountsAs.MET if holds else CountsAs.NOT_MET
    _, declared = framework.indicators[indicator]
    return next(
        each
        for each in framework.answers_for(declared).answers
        if each.counts_as is wanted and each.needs is Needs.NOTHING
    )


def columns_of(framework: Framework, outcome: Outcome) -> dict[str, IndicatorId]:
    """Give WebCAF's key of each statement of an outcome."""
    keys: dict[str, IndicatorId] = {}
    number = 0
    for level in framework.levels:
        for indicator in outcome.at_level(level.id):
            number += 1
            keys[f"{level.id}_{outcome.id}.{number}"] = indicator.id
    return keys


def short(value: Json) -> str:
    """Cut what is quoted."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - what fits a line
