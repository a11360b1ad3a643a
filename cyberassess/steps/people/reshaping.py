"""Systems that change, end, become one or several, and what becomes of what was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import ORGANISATION, Person, Scope, ScopeId, Settings
from cyberassess.domain.people.moving import one_of, parts_of, replaced
from cyberassess.domain.people.naming import folded
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.plan import ACTION, actions_of
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import slug
from cyberassess.opening.names import find_scope
from cyberassess.opening.writing import UNTOUCHED, change_settings, plain
from cyberassess.steps.people.people import people_values
from cyberassess.steps.people.systems import facts_said, scopes_values


def set_system(
    folder: Path,
    name: str,
    facts: Mapping[str, str | None],
    *,
    inherits: Sequence[str] = (),
    covers: Sequence[str] = (),
    by: str | None = None,
) -> Scope:
    """Change what is said of a system; its id stays.

    Args:
        facts: ``title``, ``service``, ``owner`` (a name), ``supplier``, ``hosting``,
            ``why_critical``; ``None`` leaves one as it is.

    Raises:
        AssessmentError: where something named is not there, or nothing would change.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    scope = find_scope(settings, name)
    given = facts_said(assessment, facts, inherits, covers)
    changed = Scope.model_validate({**plain(scope), **given})
    if changed == scope:
        hint = f"Give an option that says something else. {UNTOUCHED}"
        raise AssessmentError.because(
            "nothing-changed", "", f"Nothing new is said of {scope.title}.", hint
        )
    change_settings(
        folder,
        "systems set",
        lambda now: scopes_values(
            now, [plain(changed if each.id == scope.id else each) for each in now.all_scopes]
        ),
        read=assessment,
        by=by,
    )
    return changed


@dataclass(frozen=True, slots=True)
class Reshaped:
    """What became of systems, and of what was recorded about them."""

    gone: tuple[Scope, ...]
    new: tuple[Scope, ...]
    answers: int
    """Answers about what is gone: offered to what is new, or of no account."""
    actions: tuple[str, ...]
    """References of open actions that are about what is new now."""
    loose: tuple[Person, ...]
    """People who were asked about what is gone and nothing else."""


def remove_system(folder: Path, name: str, *, reason: str, by: str | None = None) -> Reshaped:
    """Take a system out; it is listed as left out, with the reason.

    Raises:
        AssessmentError: for an unknown name, the organisation itself, or no reason.
    """
    assessment = open_assessment(folder)
    gone = _system(assessment, name)
    if not reason.strip():
        raise _refused("no-reason", "--reason", "A reason is needed; it is printed.")
    left = {"title": gone.title, "reason": " ".join(reason.split())}
    return _reshape(assessment, "systems remove", [gone], (), by=by, left_out=[left])


def merge_systems(
    folder: Path, names: Sequence[str], *, into: str, by: str | None = None
) -> Reshaped:
    """Make one system of several; what was answered for each is offered to it, side by side.

    Raises:
        AssessmentError: where they are not two of one kind, or the name is taken.
    """
    assessment = open_assessment(folder)
    sources = [_system(assessment, each) for each in names]
    if len({each.id for each in sources}) < 2:  # noqa: PLR2004 - one is no merger
        raise _refused("one-system", "SYSTEM", "Two systems or more become one.")
    if len({each.kind for each in sources}) > 1:
        raise _refused("other-kinds", "SYSTEM", "They are not of one kind.")
    (new,) = _names(assessment, [into])
    one = one_of(sources, new, into.strip())
    return _reshape(assessment, "systems merge", sources, (one,), by=by)


def split_system(
    folder: Path, name: str, *, into: Sequence[str], by: str | None = None
) -> Reshaped:
    """Make several systems of one; what was answered for it is offered to each.

    Raises:
        AssessmentError: for an unknown name, or where there are not two new names.
    """
    assessment = open_assessment(folder)
    whole = _system(assessment, name)
    if len({slug(each) for each in into}) < 2:  # noqa: PLR2004 - one is no split
        raise _refused("one-system", "--into", "One system becomes two or more.")
    parts = dict(zip(_names(assessment, into), (each.strip() for each in into), strict=True))
    return _reshape(assessment, "systems split", [whole], parts_of(whole, parts), by=by)


def _system(assessment: Assessment, name: str) -> Scope:
    scope = find_scope(assessment.contents.settings, name)
    if scope.id == ORGANISATION:
        raise _refused("whole-organisation", "SYSTEM", "The organisation itself cannot go.")
    return scope


def _names(assessment: Assessment, titles: Sequence[str]) -> list[ScopeId]:
    """Give ids nothing has, nor had: answers given under one would count for the new one."""
    taken = {str(each.id) for each in assessment.contents.settings.all_scopes}
    taken |= {str(key.scope) for key in assessment.state.history}
    for each in titles:
        if not each.strip() or slug(each) in taken:
            found = f'"{each}" is empty, or something has or had this name.'
            raise _refused("repeated-system", "--into", found)
    return [ScopeId(slug(each)) for each in titles]


def _refused(code: str, where: str, found: str) -> AssessmentError:
    hint = f"Look at what there is: cyberassess systems. {UNTOUCHED}"
    return AssessmentError.because(code, where, found, hint)


def _reshape(
    before: Assessment,
    command: str,
    gone: Sequence[Scope],
    new: tuple[Scope, ...],
    *,
    by: str | None,
    left_out: Sequence[Mapping[str, str]] = (),
) -> Reshaped:
    instead = {each.id: tuple(to.id for to in new) for each in gone}

    def values(now: Settings) -> dict[str, Any]:
        after = replaced(now, instead, new)
        found = people_values(after.everybody, after.officer.id)
        found |= scopes_values(after, [plain(each) for each in after.scopes])
        if now.certificates:
            found["certificates"] = [
                each.model_dump(mode="json", exclude_defaults=True) for each in after.certificates
            ]
        if left_out:
            kept = [{"title": e.title, "reason": e.reason} for e in after.left_out]
            titles = {folded(each["title"]) for each in left_out}
            found["left_out"] = [e for e in kept if folded(e["title"]) not in titles]
            found["left_out"] += left_out
        return found

    events, folder = list(_moved(before, instead)), before.workspace.folder
    after = change_settings(folder, command, values, read=before, by=by, events=lambda _: events)
    names = {each.id for each in gone}
    asked = after.contents.portions
    return Reshaped(
        tuple(gone),
        new,
        sum(len(each) for key, each in before.state.answers.items() if key.scope in names),
        tuple(
            e.ref
            for e in actions_of(before.state)
            if e.is_open and not names.isdisjoint(k.scope for k in e.covers)
        )
        if new
        else (),
        tuple(
            each
            for each in after.contents.settings.people
            if each.id in before.contents.portions and each.id not in asked
        ),
    )


def _moved(
    assessment: Assessment, instead: Mapping[ScopeId, tuple[ScopeId, ...]]
) -> Iterator[Event]:
    """Let open actions be about the first of what is new, and evidence support all of it.

    An action that is about other places too goes on there where nothing is new.
    """
    state = assessment.state
    for action in actions_of(state):
        scopes = [each.scope for each in action.covers]
        places = [to for each in scopes for to in instead.get(each, (each,))[:1]]
        record = state.record(ACTION, action.id)
        if places not in ([], scopes) and action.is_open and record is not None:
            scope, *also = dict.fromkeys(map(str, places))
            fields = {**record.fields, "scope": scope, "also": also or None}
            yield happened.put(record.key, registers.Action(**fields))
    for record in state.register(registers.EvidenceLink.kind):
        item, framework, scope, outcome = record.key
        for place in instead.get(ScopeId(scope), ()):
            link = registers.EvidenceLink(**record.fields)
            yield happened.put((item, framework, place, outcome), link)
