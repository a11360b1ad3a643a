"""Reviews that were recorded in WebCAF: an assurer's determinations, in."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from cyberassess.books.coming import Coming
from cyberassess.disk.files import sha256_of
from cyberassess.domain.assessment import PersonId, Scope
from cyberassess.domain.characters import unfit_in, unfit_message
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.reviewing import NOT_APPLICABLE
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import AssessmentError, Problem, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.intake import ReceivedFile, Weighing
from cyberassess.opening.names import find_place, system_of_file
from cyberassess.sources.webcaf import TOOL, Json
from cyberassess.sources.webcaf_review import (
    ReviewedOutcome,
    ReviewHead,
    ReviewReading,
    head_of,
    read_review,
)
from cyberassess.steps.review.reviewing import Said, put_review, ref_of, take_down_review

_UNCHANGED = "Nothing was changed."


def import_review(
    folder: Path,
    path: Path,
    data: Mapping[str, Json],
    *,
    system: str | None = None,
    by: str | None = None,
    dry_run: bool = False,
) -> ReceivedFile:
    """Take in a review recorded in WebCAF; it is kept byte for byte, with a slip to sign.

    Args:
        system: id or title of the system it is about; needed where there are several and the file
            names none of them.
        by: the assurer; whom the file names if ``None``.

    Raises:
        AssessmentError: where it cannot be used, or it is not clear what it is about, or whose it
            is; nothing is stored then.
    """
    head, name = head_of(data), path.name
    result = ReceivedFile(path, noun="review", sha256=sha256_of(path))
    coming = Coming(folder, result, "import webcaf", dry_run)
    with coming.session() as session:
        assessment = session.assessment
        framework = caf_of(assessment, name, head.version)
        scope = _system(assessment, result, system, head)
        reading = read_review(
            data,
            name,
            sha256=result.sha256,
            framework=framework,
            system=scope.id if scope else None,
            saved=head.saved,
        )
        _need_version(reading, head)
        if not any(map(_says_something, reading.found)):
            message = "The review holds no determination, comment or recommendation."
            raise AssessmentError.because("empty-review", name, message, _UNCHANGED)
        assurer = _assurer(name, by, head)
        person = session.meet(assurer)
        known = assessment.contents.settings.person(person)
        result.person = known.name if known else assurer
        events = list(_events(Weighing(result, assessment, head.saved), person, reading))
        result.problems += reading.problems
        result.problems += _remarks(reading, head, "" if known else assurer)
        take_down_review(coming, session, person, events)
    return result


def caf_of(assessment: Assessment, name: str, version: str = "") -> Framework:
    """Give the CAF as this assessment uses it.

    Args:
        version: it is of; any if empty.

    Raises:
        AssessmentError: where the assessment does not use it, or not at that version.
    """
    used = [each for each in assessment.frameworks.values() if each.id == "ncsc-caf"]
    hint = f"It uses: {', '.join(assessment.frameworks)}. {_UNCHANGED}"
    if not used:
        message = "This assessment does not use the NCSC CAF."
        raise AssessmentError.because("no-caf", name, message, hint)
    found = [each for each in used if version in ("", each.version)]
    if not found:
        message = f"This review is of CAF {version}, which this assessment does not use."
        hint += " An outcome of another version may ask for something else under the same id."
        raise AssessmentError.because("another-version", name, message, hint)
    return found[0]


def _need_version(reading: ReviewReading, head: ReviewHead) -> None:
    unknown = [each for each in reading.problems if each.code.startswith("unknown-")]
    if not head.version and unknown:
        raise AssessmentError.because(
            "which-version",
            reading.name,
            "It does not say which version of the CAF it is of, and "
            f"{counted(len(unknown), 'key in it is', 'keys in it are')} not of "
            f"{reading.framework.ref}.",
            f"The first is at {unknown[0].where.removeprefix(f'{reading.name}, ')}. {_UNCHANGED} "
            "Ask for the whole file of the review, which names the version.",
        )


def _system(
    assessment: Assessment, result: ReceivedFile, system: str | None, head: ReviewHead
) -> Scope | None:
    """Give the system a review is about, and say so where the file calls it otherwise."""
    settings, name = assessment.contents.settings, result.path.name
    titles = {str(e.id): e.title for e in settings.all_scopes if e.kind == "system"}
    try:
        named = find_place(titles, head.system, name, "a system of this assessment")
    except AssessmentError:
        named = ""
    scope = system_of_file(settings, system or named or None)
    if named and scope and scope.id != named:
        raise AssessmentError.because(
            "another-system",
            name,
            f'The review is of "{head.system}", and --system says {scope.title}.',
            f"Leave out --system, or name another file. {_UNCHANGED}",
        )
    if head.system and scope and not named:
        message = f'The file calls the system "{head.system}"; it was read as {scope.title}.'
        result.problems.append(Problem.note("system-name", name, message))
    return scope


def _assurer(name: str, by: str | None, head: ReviewHead) -> str:
    found = " ".join((by or "").partition(",")[0].split()) or head.assurer
    if unfit := unfit_in(found):
        message = unfit_message(found, unfit)
        hint = f"Say whose review it is with --by NAME. {_UNCHANGED}"
        raise AssessmentError.because("unseen-character", name, message, hint)
    if found:
        return found
    account = f' It was closed by the account "{head.account}".' if head.account else ""
    raise AssessmentError.because(
        "whose-review",
        name,
        f"It does not name the assurer.{account}",
        f"Say whose review it is with --by NAME. {_UNCHANGED}",
    )


def _remarks(reading: ReviewReading, head: ReviewHead, met: str) -> Iterator[Problem]:
    """Say what a reader of the result should know.

    Args:
        met: the assurer's name where nobody in the settings has it, else empty.
    """
    if met:
        message = f"{met} is not in assessment.yaml, and was recorded by this name."
        yield Problem.note("assurer-met", reading.name, message)
    if not head.saved:
        message = "Nothing says when the review was closed in WebCAF; it may still change."
        yield Problem.note("not-closed", reading.name, message)
    if reading.whole:
        said = "; ".join(dict.fromkeys(each.partition(": ")[0] for each in reading.whole))
        message = f"Words about more than one outcome were not stored with any: {said}."
        hint = (
            "They stand in the file, which is kept and goes into packs. To record what they think "
            "of the whole: cyberassess review opinion TEXT --assurer NAME"
        )
        yield Problem.note("said-of-all", reading.name, message, hint)


def _events(weighing: Weighing, person: PersonId, reading: ReviewReading) -> Iterator[Event]:
    assessment = weighing.assessment
    for each in filter(_says_something, reading.found):
        score = assessment.card.by_key.get(each.outcome)
        if score is None:
            scope = assessment.contents.settings.title_of(each.outcome.scope)
            message = f"{each.outcome.outcome} is not assessed for {scope}."
            hint = "What was found of it was not stored; the file is kept."
            reading.say("not-assessed", each.source.place, message, hint)
            continue
        ref = ref_of(assessment, each.outcome, each.outcome.outcome)
        at = Said(ref, f"{reading.name}, {each.source.place}", source=each.source)
        at = at._replace(unclear=("determination",) if each.is_unclear else ())
        values: dict[str, object] = {
            "determination": each.level or "",
            "method": [],
            "quality": "",
            "sample": "",
            "comment": each.comment,
            "recommendation": each.recommendation,
            "risk": "",
            "claimed": _claimed(assessment, score),
        }
        yield from put_review(weighing, score, person, values, at=at, was={})


def _says_something(found: ReviewedOutcome) -> bool:
    return any((found.level, found.comment, found.recommendation))


def _claimed(assessment: Assessment, score: OutcomeScore) -> str:
    """Give what the assurer saw: WebCAF's status where it came in, else what is claimed here."""
    claims = assessment.state.claims.get(score.key, ())
    there = next((each.level for each in claims if each.tool == TOOL), None)
    if there:
        return there
    return NOT_APPLICABLE if score.not_applicable else score.determination or ""
