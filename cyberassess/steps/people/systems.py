"""What is assessed: systems, shared services and cloud services, and what was left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import (
    ORGANISATION,
    SHARED_SERVICE,
    Scope,
    ScopeId,
    Settings,
    StatementKey,
    scopes_of,
)
from cyberassess.domain.people.inheriting import confirmed_by_source
from cyberassess.domain.people.questions import ConfirmReply, OfferKind
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError
from cyberassess.opening.asks import outcome_or_group
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import slug
from cyberassess.opening.names import find_person, find_scope
from cyberassess.opening.offering import offers_for
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import UNTOUCHED, change_settings, plain, writing

# Systems


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One scope, as ``systems`` lists them."""

    scope: Scope
    owner: str
    """A name, or empty."""
    inherits: tuple[tuple[str, int, int], ...]
    """The shared service's title, and how many of its answers are confirmed, of how many."""


def systems(assessment: Assessment) -> tuple[ScopeLine, ...]:
    """Give every scope but the organisation."""
    settings = assessment.contents.settings
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for framework in assessment.frameworks.values():
        for key, (done, of) in confirmed_by_source(framework, settings, assessment.state).items():
            before = counts.get(key, (0, 0))
            counts[key] = (before[0] + done, before[1] + of)
    lines = []
    for scope in settings.all_scopes:
        if scope.id == ORGANISATION:
            continue
        inherits = []
        for source in scope.inherits:
            other = settings.scope(source)
            done, of = counts.get((scope.id, source), (0, 0))
            inherits.append((other.title if other else str(source), done, of))
        owner = assessment.name_of(scope.owner) if scope.owner else ""
        lines.append(ScopeLine(scope, owner, tuple(inherits)))
    return tuple(lines)


def scopes_values(settings: Settings, scopes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Give the key of the settings that holds scopes, the organisation first."""
    listed = list(scopes)
    if all(each["id"] != ORGANISATION for each in listed):
        whole = next(each for each in settings.all_scopes if each.id == ORGANISATION)
        listed.insert(0, {"id": str(whole.id), "kind": whole.kind, "title": whole.title})
    return {"scopes": listed}


def facts_said(
    assessment: Assessment,
    facts: Mapping[str, str | None],
    inherits: Sequence[str],
    covers: Sequence[str],
) -> dict[str, Any]:
    """Give what is said of a system, with what it names by their ids; no owner where empty.

    Raises:
        AssessmentError: where something named is not there.
    """
    given: dict[str, Any] = {key: each for key, each in facts.items() if each is not None}
    if "owner" in given:
        owner = given["owner"]
        given["owner"] = str(find_person(assessment, owner, where="--owner").id) if owner else None
    if inherits:
        found = (find_scope(assessment.contents.settings, e, where="--inherits") for e in inherits)
        given["inherits"] = [str(each.id) for each in found]
    if covers:
        given["covers"] = [outcome_or_group(assessment, each, "--covers") for each in covers]
    return given


def add_system(
    folder: Path,
    title: str,
    *,
    kind: str = "system",
    facts: dict[str, str] | None = None,
    inherits: Sequence[str] = (),
    covers: Sequence[str] = (),
    by: str | None = None,
) -> Scope:
    """Add a system, a shared service or a cloud service.

    Args:
        facts: ``service``, ``owner`` (a name), ``supplier``, ``hosting``, ``why_critical``.

    Raises:
        AssessmentError: where the name is taken, or something named is not there.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    name = slug(title)
    if any(each.id == name for each in settings.all_scopes) or not title.strip():
        raise AssessmentError.because(
            "repeated-system",
            "NAME",
            f'"{title}" is empty, or there is a scope of this name already.',
            f"Give it a name of its own. {UNTOUCHED}",
        )
    said = {key: value for key, value in (facts or {}).items() if value}
    given = facts_said(assessment, said, inherits, covers)
    entry = {"id": name, "kind": kind, "title": title.strip(), **given}
    changed = change_settings(
        folder,
        "systems add",
        lambda now: scopes_values(now, [*map(plain, now.scopes), entry]),
        read=assessment,
        by=by,
    )
    found = changed.contents.settings.scope(name)
    assert found is not None  # noqa: S101 - it was written a moment ago
    return found


@dataclass(frozen=True, slots=True)
class Once:
    """What ``systems share`` did."""

    scope: Scope
    """What is asked in place of the systems."""
    heirs: tuple[str, ...]
    """The titles of the systems that take its answers over."""


def share(
    folder: Path,
    topics: Sequence[str],
    *,
    title: str = "All systems",
    without: Sequence[str] = (),
    by: str | None = None,
) -> Once:
    """Let topics be answered once, for all systems that are assessed for them.

    They are asked of a shared service of this title, which is made where there is none. Each
    system's owner says whether it is the same there.

    Args:
        topics: ids of outcomes or groups.
        without: systems that are asked for themselves.

    Raises:
        AssessmentError: for something that is not there, or where no system is assessed for it.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    names = [outcome_or_group(assessment, each, "TOPIC") for each in topics]
    apart = {find_scope(settings, each, where="--except").id for each in without}
    heirs = {
        scope.id: scope.title
        for framework in assessment.frameworks.values()
        for outcome in framework.assessed
        if not framework.names[outcome.id].isdisjoint(names)
        for scope in scopes_of(outcome, settings)
        if scope.id != ORGANISATION and scope.id not in apart
    }
    name = slug(title)
    there = settings.scope(name)
    if not heirs or (there is not None and there.kind != SHARED_SERVICE):
        found = (
            f'"{title}" is {there.kind} here, not a shared service.'
            if heirs and there
            else f"No system is asked about {', '.join(names)}."
        )
        hint = f"Look at what is assessed: cyberassess systems. {UNTOUCHED}"
        raise AssessmentError.because("nothing-to-share", "TOPIC", found, hint)
    entry = Scope(id=ScopeId(name), kind=SHARED_SERVICE, title=title) if there is None else there
    # NOTE: a shared service that names nothing covers everything already
    covers = dict.fromkeys((*entry.covers, *names)) if there is None or entry.covers else ()
    entry = entry.model_copy(update={"covers": tuple(covers)})

    def values(now: Settings) -> dict[str, Any]:
        scopes = [
            each.model_copy(update={"inherits": tuple(dict.fromkeys((*each.inherits, entry.id)))})
            if each.id in heirs
            else each
            for each in now.scopes
            if each.id != entry.id
        ]
        return scopes_values(now, map(plain, [*scopes, entry]))

    change_settings(folder, "systems share", values, read=assessment, by=by)
    return Once(entry, tuple(heirs.values()))


def leave_out(folder: Path, title: str, *, reason: str, by: str | None = None) -> None:
    """Record what was considered and is not assessed, with the reason.

    Raises:
        AssessmentError: where title or reason is empty.
    """
    if not title.strip() or not reason.strip():
        raise AssessmentError.because(
            "no-reason",
            "--reason",
            "A name and a reason are needed.",
            f"Say in a sentence why it is left out; it is printed. {UNTOUCHED}",
        )

    def values(now: Settings) -> dict[str, Any]:
        kept = [
            {"title": each.title, "reason": each.reason}
            for each in now.left_out
            if each.title.casefold() != title.strip().casefold()
        ]
        return {"left_out": [*kept, {"title": title.strip(), "reason": reason.strip()}]}

    change_settings(folder, "systems leave-out", values, by=by)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What ``systems confirm`` did."""

    scope: Scope
    confirmed: int
    unchanged: int
    overridden: int
    """Statements the system answers for itself; they stay."""


def confirm_inherited(
    folder: Path, name: str, *, source: str | None = None, by: str | None = None
) -> Inherited:
    """Confirm in one action that shared services' answers hold for a system.

    Statements the system has answered for itself are left as they are.

    Raises:
        AssessmentError: where the system uses no shared service, or that one has no answers.
    """
    with writing(folder, "systems confirm", by=by) as session:
        assessment = session.assessment
        settings = assessment.contents.settings
        scope = find_scope(settings, name)
        wanted = find_scope(settings, source, where="--from").id if source else None
        offers = [
            (key, offer)
            for key, found in offers_for(assessment).items()
            for offer in found
            if key.scope == scope.id
            and offer.kind is OfferKind.INHERITED
            and wanted in (None, offer.source)
        ]
        if not offers:
            services = [
                str(each.id) for each in settings.all_scopes if each.kind == SHARED_SERVICE
            ]
            raise AssessmentError.because(
                "nothing-inherited",
                "",
                f"No shared service has answers for {scope.title}.",
                f"It inherits from: {', '.join(scope.inherits) or 'none'}; shared services "
                f"here: {', '.join(services) or 'none'}. {UNTOUCHED}",
            )
        own = _own(assessment, [key for key, _ in offers])
        taken = [(key, offer) for key, offer in offers if key not in own]
        here = Source("command", name="systems confirm").of_many(len(taken))
        replies = [ConfirmReply((key,), offer, here) for key, offer in taken]
        made = plan(assessment, Voice(session.actor.id, session.actor.id), replies)
        session.write(made.events)
    return Inherited(scope, made.stored, made.unchanged, len(own))


def _own(assessment: Assessment, keys: Iterable[StatementKey]) -> set[StatementKey]:
    from cyberassess.domain.people.inheriting import has_own

    return {
        key for key in keys if has_own(assessment.frameworks[key.framework], assessment.state, key)
    }
