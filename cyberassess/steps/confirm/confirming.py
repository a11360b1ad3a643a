"""Confirming determinations: one by one with a reason, or together where nobody disputes them."""

from dataclasses import dataclass
from pathlib import Path

from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.people.inheriting import has_own
from cyberassess.domain.people.questions import ConfirmReply, Offer, OfferKind
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.confirming import Override, choices, disputes, left_out, waits
from cyberassess.domain.result.confirming import overrides as all_overrides
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Level, LevelId
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import find_level, find_scope
from cyberassess.opening.offering import offers_for
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.steps.evidence.evidencing import support_of

_NOTHING = "Nothing was changed."
_HERE = Source("command", name="confirm")


def _refused(code: str, where: str, message: str, hint: str) -> AssessmentError:
    return AssessmentError.because(code, where, message, f"{hint} {_NOTHING}")


def determination(score: OutcomeScore, level: LevelId, reason: str) -> registers.Determination:
    """Give what is recorded of a determination that somebody confirms."""
    suggested = score.suggested or ""
    return registers.Determination(level=level, suggested=suggested, reason=reason.strip())


def acceptance(score: OutcomeScore, level: Level, reason: str) -> registers.Acceptance:
    """Give what is recorded of a column that counts although most of it does not apply."""
    return registers.Acceptance(left_out=left_out(score, level), reason=reason.strip())


def is_said_already(score: OutcomeScore, level: LevelId, reason: str) -> bool:
    """Say whether this very confirmation stands."""
    record = score.confirmation
    if record is None or score.confirmed != level:
        return False
    return not reason.strip() or record.fields.get("reason") == reason.strip()


def confirm(
    folder: Path, outcome: str, *, level: str = "", reason: str = "", by: str | None = None
) -> tuple[OutcomeScore, bool]:
    """Record a named person's determination of one outcome in one scope.

    Args:
        level: an id or a title; the suggested one if empty.
        reason: needed where it differs from the suggestion, or there is none.

    Returns:
        The outcome as it stands then, and whether anything changed.

    Raises:
        AssessmentError: where outcome, level or reason cannot be used.
    """
    with writing(folder, "confirm", by=by) as session:
        score = one_outcome(session.assessment, outcome)
        chosen = _chosen(score, outcome, level)
        if chosen != score.suggested and not reason.strip():
            suggested = (
                score.asked.framework.level(score.suggested).title if score.suggested else ""
            )
            found = f"The rule suggests {suggested}." if suggested else "The rule is undecided."
            hint = "Say in a sentence why you see it differently: --reason TEXT."
            raise _refused("no-reason", outcome, found, hint)
        changes = not is_said_already(score, chosen, reason)
        if changes:
            said = determination(score, chosen, reason)
            session.write([happened.put(score.key, said, source=_HERE)])
    return session.assessment.card.by_key[score.key], changes


def _chosen(score: OutcomeScore, outcome: str, level: str) -> LevelId:
    if score.not_applicable:
        hint = "It is on the list of what does not apply."
        raise _refused("not-applicable", outcome, "No statement of it applies here.", hint)
    if level:
        return find_level(choices(score), level, "--level").id
    if score.suggested is None:
        framework = score.asked.framework
        span = [framework.level(each).title for each in (score.worst, score.best) if each]
        found = f"The rule gives no determination yet: {' at worst, '.join(span)} at best."
        raise _refused(
            "no-suggestion", outcome, found, "Say --level and --reason, or gather more."
        )
    return score.suggested


def withdraw(folder: Path, outcome: str, *, by: str | None = None) -> bool:
    """Take a confirmation back; say whether there was one."""
    with writing(folder, "confirm", by=by) as session:
        score = one_outcome(session.assessment, outcome)
        if score.confirmation is None:
            return False
        session.write([happened.take_out(registers.Determination, score.key, source=_HERE)])
    return True


def accept(
    folder: Path, outcome: str, level: str, *, reason: str, by: str | None = None
) -> tuple[OutcomeScore, list[str]]:
    """Let a column count although more than half of it does not apply.

    Returns:
        The outcome as it stands then, and the statements that were left out.

    Raises:
        AssessmentError: where no such column waits, or no reason is given.
    """
    with writing(folder, "confirm", by=by) as session:
        score = one_outcome(session.assessment, outcome)
        framework = score.asked.framework
        waiting = [framework.level(each) for each in score.unaccepted]
        if not waiting:
            found = "No column of it waits for acceptance."
            hint = "Only one of which more than half does not apply needs it."
            raise _refused("nothing-to-accept", outcome, found, hint)
        chosen = find_level(waiting, level, "--accept")
        if not reason.strip():
            hint = "Say in a sentence why it is right to leave so much out: --reason TEXT."
            raise _refused("no-reason", outcome, "No reason was given.", hint)
        out = left_out(score, chosen)
        said = acceptance(score, chosen, reason)
        session.write([happened.put((*score.key, chosen.id), said, source=_HERE)])
    return session.assessment.card.by_key[score.key], out


@dataclass(frozen=True, slots=True)
class Bulk:
    """What was confirmed together, and what was not."""

    confirmed: tuple[OutcomeScore, ...]
    held_back: tuple[tuple[OutcomeScore, tuple[str, ...]], ...]
    """With the reasons, in words."""
    already: int


def confirm_undisputed(folder: Path, *, by: str | None = None, dry_run: bool = False) -> Bulk:
    """Confirm every suggestion nobody disputes; each is a record of its own.

    Those are complete, without a conflict or a missing reason, and claims among them have
    evidence that is in date.
    """
    if dry_run:
        return _bulk(open_assessment(folder))
    with writing(folder, "confirm", by=by) as session:
        found = _bulk(session.assessment)
        session.write(
            [
                happened.put(each.key, determination(each, each.suggested, ""), source=_HERE)
                for each in found.confirmed
                if each.suggested
            ]
        )
    return found


def _bulk(assessment: Assessment) -> Bulk:
    confirmed: list[OutcomeScore] = []
    held_back: list[tuple[OutcomeScore, tuple[str, ...]]] = []
    waiting = [each for each in assessment.card.outcomes if waits(each)]
    for score in waiting:
        why = disputes(score, support_of(assessment, score), assessment.on)
        if why:
            held_back.append((score, why))
        else:
            confirmed.append(score)
    already = sum(each.confirmed is not None for each in assessment.card.outcomes)
    return Bulk(tuple(confirmed), tuple(held_back), already)


def confirm_offered(
    folder: Path, kind: OfferKind, *, scope: str | None = None, by: str | None = None
) -> int:
    """Confirm every offered answer of a kind where nobody has answered; one record each.

    Where two sources offer different answers, neither is taken.

    Raises:
        AssessmentError: where there is no such scope.
    """
    with writing(folder, "confirm", by=by) as session:
        assessment = session.assessment
        settings = assessment.contents.settings
        place = find_scope(settings, scope, where="--scope").id if scope else None
        waiting = [
            (key, offer)
            for key, offer in waiting_offers(assessment, kind)
            if place in (None, key.scope)
        ]
        source = _HERE.of_many(len(waiting))
        replies = [ConfirmReply((key,), offer, source) for key, offer in waiting]
        actor = session.actor.id
        made = plan(assessment, Voice(actor, actor), replies)
        session.write(made.events)
    return made.stored


def waiting_offers(assessment: Assessment, kind: OfferKind) -> list[tuple[StatementKey, Offer]]:
    """Give the offers of a kind nobody has taken, for statements nobody has answered.

    Of sources that agree the first is given; where they differ there is none.
    """
    found: list[tuple[StatementKey, Offer]] = []
    for key, fitting in offers_for(assessment, kind).items():
        framework = assessment.frameworks[key.framework]
        taken = any(each.confirmed for each in fitting)
        if taken or has_own(framework, assessment.state, key):
            continue
        if len({each.answer for each in fitting}) == 1:
            found.append((key, fitting[0]))
    return found


def overrides(assessment: Assessment) -> tuple[Override, ...]:
    """Give everything a person decided differently from what answers and rule alone would give."""
    return all_overrides(
        assessment.frameworks, assessment.contents.settings, assessment.state, assessment.card
    )
