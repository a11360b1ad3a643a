"""Reviews in the format of WebCAF: what an assurer found of a self-assessment recorded there.

Under each objective stand its outcomes, each with the assurer's yes or no to every statement
(``<level>_<outcome>.<number>`` and ``…_comment``), a decision with a comment, and recommendations.
Beside them stand the system and the version reviewed, and words about the whole.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import Framework, LevelId, Outcome
from cyberassess.errors import AssessmentError
from cyberassess.sources.webcaf import COMMENT, Json, Reading, columns_of, short

_ANSWERS = "assessor_response_data"
_ABOUT, _MORE = "system_and_scope", "additional_information"
_CLOSED = {"review_finalised": "review_finalised", "review_completion": "review_completed"}
"""What closes a review, with how its keys begin."""
_ADVICE = "recommendations"
_LONGEST = 32_767
"""Characters of a text: as many as a cell of a workbook holds."""
_NO_DECISION = {"", "n/a"}
_KEPT = "It was not imported; the original file is kept."
_UNCHANGED = "Which of them counts is not clear. The file was not imported. Nothing was changed."
_OF_OBJECTIVE = {
    "objective-areas-of-good-practice": "good practice",
    "objective-areas-of-improvement": "areas for improvement",
}
_OF_WHOLE = {
    "areas_of_good_practice": "Good practice",
    "areas_for_improvement": "Areas for improvement",
    "quality_of_evidence": "Quality of the evidence",
    "review_method": "How it was reviewed",
}


@dataclass(frozen=True, slots=True)
class ReviewHead:
    """What a review says of itself; empty where it says nothing."""

    version: str
    """Of the CAF, as ``3.2``."""
    system: str
    assurer: str
    account: str
    """That closed it; it need not be the assurer's."""
    saved: str
    """When it was closed, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class ReviewedOutcome:
    """What the assurer found of one outcome."""

    outcome: OutcomeKey
    level: LevelId | None
    comment: str
    """The comment, and below it what was found of statements: words, and what is not as it
    should be."""
    recommendation: str
    source: Source
    is_unclear: bool = False
    """Whether there is a decision, and it is no level."""


@dataclass
class ReviewReading(Reading):
    """A review that is read; everything in it is here or named in a problem."""

    saved: str = ""
    found: list[ReviewedOutcome] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """Words about objectives and the whole, each with what it is in front."""

    def text(self, place: str, value: Json) -> str:
        """Give a text; what is none is named."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.say("not-a-comment", place, f'"{short(value)}" is not text.', _KEPT)
            return ""
        if len(value) > _LONGEST:
            message = f"The text has {len(value):,} characters; the most is {_LONGEST:,}."
            self.say("too-long", place, message, _KEPT)
            return ""
        return value.strip()

    def keys(self, place: str, value: Json) -> Mapping[str, Json]:
        """Give what stands under the keys of a place; what is no set of keys is named."""
        if not isinstance(value, dict | None):
            self.say("wrong-shape", place, f'"{short(value)}" is not a set of keys.', _KEPT)
        return _dict(value)

    def unknown_keys(self, place: str, found: Mapping[str, Json], known: set[str]) -> None:
        """Name keys nothing is read from, where something stands under them."""
        for key in sorted(set(found) - known):
            if found[key] not in (None, "", [], {}):
                self.say(
                    "unknown-key",
                    f"{place} > {key}",
                    f'"{short(found[key])}" stands under a key that is not known.',
                    _KEPT,
                )


def review_in(data: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """Give the review in a file's JSON; ``None`` where it is an assessment, or something else."""
    found = (each for each in (data, _dict(data.get("review_data"))) if each.get(_ANSWERS))
    return next((each for each in found if isinstance(each[_ANSWERS], dict)), None)


def head_of(data: Mapping[str, Json]) -> ReviewHead:
    """Read what a review says of itself."""
    answers = _dict(data.get(_ANSWERS))
    about = _dict(_dict(answers.get(_ABOUT)).get("completed_data"))
    details = _dict(about.get("review_details")) or _dict(about.get("the_scope_of_this_review"))
    version = re.search(r"\d+\.\d+", _plain(details, "caf_version"))
    company = _dict(_dict(answers.get(_MORE)).get("company_details"))

    def closed(what: str) -> str:
        said = (
            _plain(_dict(data.get(key)) or _dict(answers.get(key)), f"{start}_{what}")
            for key, start in _CLOSED.items()
        )
        return next(filter(None, said), "")

    return ReviewHead(
        version[0] if version else "",
        _plain(_dict(about.get("system_details")), "system_name"),
        _plain(company, "lead_assessor_name"),
        closed("by"),
        _utc(closed("at")),
    )


def read_review(
    data: Mapping[str, Json],
    name: str,
    *,
    sha256: str,
    framework: Framework,
    system: ScopeId | None,
    saved: str = "",
) -> ReviewReading:
    """Read a review.

    Args:
        data: as ``load_webcaf`` gives it.
        name: how messages call the file.
        sha256: of its bytes.
        framework: the CAF it is of.
        system: the scope of outcomes that are assessed for a system, as in ``read_webcaf``.
        saved: when it was closed.

    Raises:
        AssessmentError: where an outcome stands in it twice.
    """
    reading = ReviewReading(name, sha256, framework, system, saved=saved)
    reading.unknown_keys(_ANSWERS, data, {_ANSWERS, *_CLOSED})
    titles = {str(each.id): each.title for each in framework.groups}
    for key, value in _dict(data.get(_ANSWERS)).items():
        if key == _MORE:
            _whole(reading, reading.keys(key, value))
        elif key in titles or (isinstance(value, dict) and any("." in each for each in value)):
            _objective(reading, key, titles.get(key, ""), reading.keys(key, value))
        elif key not in {_ABOUT, *_CLOSED}:
            reading.unknown_keys(_ANSWERS, {key: value}, set())
    return reading


def _objective(
    reading: ReviewReading, objective: str, title: str, found: Mapping[str, Json]
) -> None:
    for key, value in found.items():
        place = f"{objective} > {key}"
        if key in _OF_OBJECTIVE:
            if words := reading.text(place, value):
                reading.whole.append(f"{objective} {title}, {_OF_OBJECTIVE[key]}: {words}")
        elif key == _ADVICE:
            if words := _recommendations(reading, place, value):
                reading.whole.append(f"{objective} {title}, recommendations: {words}")
        else:
            outcome = reading.outcome(key, value)
            if outcome is not None and isinstance(value, dict):
                _outcome(reading, outcome, value)


def _outcome(reading: ReviewReading, outcome: Outcome, found: Mapping[str, Json]) -> None:
    reading.unknown_keys(outcome.id, found, {"indicators", "review_data", _ADVICE})
    place = f"{outcome.id} > review_data"
    review = reading.keys(place, found.get("review_data"))
    known = {"review_decision", "review_comment", "outcome_status"}
    reading.unknown_keys(place, review, known)
    decision = reading.text(f"{place} > review_decision", review.get("review_decision"))
    level = None
    if decision.casefold() not in _NO_DECISION:
        level = reading.level(decision, f"{place} > review_decision")
    lines = _statements(
        reading, outcome, reading.keys(f"{outcome.id} > indicators", found.get("indicators"))
    )
    comment = reading.text(f"{place} > review_comment", review.get("review_comment"))
    advice = _recommendations(reading, f"{outcome.id} > {_ADVICE}", found.get(_ADVICE))
    key = OutcomeKey(reading.framework.ref, reading.scope(outcome), outcome.id)
    if any(each.outcome == key for each in reading.found):
        message = f"{outcome.id} stands under more than one objective."
        raise AssessmentError.because("repeated-key", reading.name, message, _UNCHANGED)
    reading.found.append(
        ReviewedOutcome(
            key,
            level,
            "\n".join(filter(None, (comment, *lines))),
            advice,
            reading.source(place)._replace(saved=reading.saved),
            is_unclear=level is None and decision.casefold() not in _NO_DECISION,
        )
    )


def _statements(
    reading: ReviewReading, outcome: Outcome, found: Mapping[str, Json]
) -> tuple[str, ...]:
    """Give what was found of an outcome's statements, in words."""
    columns = columns_of(reading.framework, outcome)
    missing: list[str] = []
    warnings: list[str] = []
    words: list[str] = []
    for key in dict.fromkeys(each.removesuffix(COMMENT) for each in found):
        indicator = columns.get(key)
        if indicator is None:
            reading.unknown_statement(outcome, key, columns)
            continue
        place, value = f"{outcome.id} > {key}", found.get(key)
        comment = reading.text(f"{place}{COMMENT}", found.get(key + COMMENT))
        if isinstance(value, bool):
            value = "yes" if value else "no"
        said = reading.text(place, value).casefold()
        if said not in {"", "yes", "no"}:
            reading.say("not-an-answer", place, f'"{short(said)}" is neither yes nor no.', _KEPT)
        if comment:
            words.append(f"{indicator} ({said or 'not answered'}): {comment}")
        level = reading.framework.indicators[indicator][1].level
        is_warning = reading.framework.level(level).is_warning
        if said == ("yes" if is_warning else "no"):
            (warnings if is_warning else missing).append(indicator)
    return (
        *words,
        f"Statements found not to hold: {', '.join(missing)}." if missing else "",
        f"Warning signs found: {', '.join(warnings)}." if warnings else "",
    )


def _recommendations(reading: ReviewReading, place: str, value: Json) -> str:
    if value is not None and not isinstance(value, list):
        reading.say("wrong-shape", place, f'"{short(value)}" is not a list.', _KEPT)
        return ""
    lines: list[str] = []
    for number, each in enumerate(value or (), start=1):
        at = f"{place} > {number}"
        if not isinstance(each, dict):
            reading.say("wrong-shape", at, f'"{short(each)}" is not a recommendation.', _KEPT)
            continue
        reading.unknown_keys(at, each, {"title", "text"})
        both = (reading.text(f"{at} > {key}", each.get(key)) for key in ("title", "text"))
        lines.append(": ".join(filter(None, both)))
    return "\n".join(filter(None, lines))


def _whole(reading: ReviewReading, found: Mapping[str, Json]) -> None:
    """Read the words about the whole; the period and the company are said as they stand."""
    for key, value in found.items():
        place, known = f"{_MORE} > {key}", _OF_WHOLE.get(key.replace("-", "_"))
        if known:
            if words := reading.text(place, value):
                reading.whole.append(f"{known}: {words}")
        elif key == "iar_period":
            period = reading.keys(place, value)
            start, end = (_plain(period, f"{each}_date") for each in ("start", "end"))
            reading.whole.append(f"Period of the review: {start} to {end}")
        elif key == "company_details":
            company = (str(each).strip() for each in reading.keys(place, value).values() if each)
            reading.whole.append(f"Reviewed by: {', '.join(company)}")
        else:
            reading.unknown_keys(_MORE, {key: value}, set())


def _dict(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _plain(found: Mapping[str, Json], key: str) -> str:
    """Give a text of one line; empty where something else stands there."""
    value = found.get(key)
    return "" if isinstance(value, list | dict) else " ".join(str(value or "").split())


def _utc(text: str) -> str:
    """Give a time in UTC to the second; empty where it cannot be read."""
    try:
        when = datetime.datetime.fromisoformat(text)
        when = when.astimezone(datetime.UTC) if when.tzinfo is not None else when
    except (ValueError, OverflowError):  # NOTE: the second where its zone leads out of all years
        return ""
    return f"{when.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
