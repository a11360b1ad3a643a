"""This year's settings from last year's: what stays, who left, which systems are another thing."""

import datetime
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import plain_files, read_plain
from cyberassess.disk.framework_yaml import Shelf, Shelved
from cyberassess.disk.workspace import (
    HOUSE_STYLE,
    SCHEMA,
    framework_file,
    profile_file,
    themes_file,
)
from cyberassess.domain.assessment import (
    NO_PROFILE,
    ORGANISATION,
    Assignment,
    Dates,
    Person,
    PersonId,
    Pinned,
    Scope,
    ScopeId,
    Settings,
)
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.moving import given_to, one_of, replaced
from cyberassess.domain.people.naming import folded, goes_by
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Profile
from cyberassess.errors import AssessmentError, joined
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import slug
from cyberassess.opening.names import find_person, find_scope, typed_date
from cyberassess.opening.years import leading
from cyberassess.steps.begin.calendar import typed_dates
from cyberassess.steps.begin.setup import pin_profile, read_respondent

NOTHING = "Nothing was made."
_LETTERS = "letters"
_WORDING = "frameworks/wording"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from last year."""

    period: str = ""
    """The year after last year's if empty."""
    due: str = ""
    dates: tuple[str, ...] = ()
    """``WHAT=DATE`` each: review, approval, hand_over."""
    frameworks: tuple[str, ...] = ()
    """``id@version`` each: another version of a set that was assessed, or one more set."""
    profiles: tuple[str, ...] = ()
    """``[FRAMEWORK=]ID|FILE|none`` each, where last year's target does not stay."""
    no_profile_reason: str = ""
    left: tuple[str, ...] = ()
    """``NAME`` or ``NAME=WHO TAKES OVER`` each."""
    ended: tuple[str, ...] = ()
    """Systems that are there no more."""
    merged: tuple[str, ...] = ()
    """``ONE+OTHER=NAME`` each: systems that became one."""
    systems: tuple[str, ...] = ()
    cloud_services: tuple[str, ...] = ()
    respondents: tuple[str, ...] = ()
    folder: Path | None = None
    """Control sets of one's own, laid out like ``frameworks/``; looked in before the shipped."""


class Left(NamedTuple):
    """Something of last year that did not come over."""

    what: str
    why: str
    """A sentence."""
    ref: str = ""
    """By which it is listed with others that have the same reason."""


@dataclass
class Next:
    """This year's settings, and what they follow from."""

    before: Assessment
    settings: Settings
    pinned: dict[str, bytes] = field(default_factory=dict)
    """Files keyed by their path in the workspace."""
    frameworks: dict[FrameworkRef, Framework] = field(default_factory=dict)
    ways: dict[FrameworkRef, Across] = field(default_factory=dict)
    """How last year's sets lead to this year's, keyed by last year's."""
    instead: dict[ScopeId, tuple[ScopeId, ...]] = field(default_factory=dict)
    """The scopes in place of each of last year's that is gone."""
    takers: dict[PersonId, PersonId | None] = field(default_factory=dict)
    """Who took over from each person who left."""
    came: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def refused(code: str, where: str, message: str, hint: str) -> AssessmentError:
    """Say why the year cannot be rolled over; nothing is left behind."""
    return AssessmentError.because(code, where, message, f"{hint} {NOTHING}")


def next_settings(
    before: Assessment, last: Path, folder: Path, changes: Changes, on: datetime.date
) -> Next:
    """Give this year's settings.

    Args:
        before: last year's assessment.
        folder: where this year's will stand.
        on: today, by which certificates are in date.

    Raises:
        AssessmentError: where something that is named does not fit.
        FrameworkError: for an unknown control set or target.
    """
    found = Next(before, before.contents.settings)
    _sets(found, changes)
    _people_left(found, changes.left)
    _scopes(found, changes)
    _people_new(found, changes.respondents)
    in_words_of_now(found)
    _certificates(found, on)
    _own_files(found)
    then = before.contents.settings
    due = typed_date(changes.due, "--due") if changes.due else ""
    dates = typed_dates(changes.dates)
    if then.due and not due:
        why = f"{said_date(then.due.isoformat())} was last year's: give this year's with --due."
        found.left.append(Left("The due date", why))
    last_dates = [each for each, on in then.dates if on and each not in dates]
    if last_dates:
        why = f"Last year's: give this year's with --date {last_dates[0]}=…."
        found.left.append(Left(f"The dates of {joined(last_dates)}".replace("_", "-"), why))
    if then.key_actions:
        why = "What is done of a publisher's list is said anew each year."
        found.left.append(Left("Key actions", why))
    found.settings = found.settings.model_copy(
        update={
            "period": _period(then.period, changes.period),
            "previous": _path_to(last, folder),
            "due": datetime.date.fromisoformat(due) if due else None,
            "dates": Dates.model_validate(dates),
            "key_actions": (),
        }
    )
    return found


def settings_values(settings: Settings) -> dict[str, Any]:
    """Give settings as plain values, in the order in which ``new`` writes them."""
    said = settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    always = ("officer", "frameworks", "nation", "marking", "themes", "scopes")
    whole = settings.model_dump(
        mode="json", by_alias=True, include={"nation", "marking", "themes"}
    )
    values: dict[str, Any] = {"schema": SCHEMA, "organisation": settings.organisation}
    values["period"] = settings.period
    values |= {name: said.get(name, whole.get(name)) for name in always}
    return values | {name: each for name, each in said.items() if name not in values}


_YEAR = re.compile(r"([0-9]{4})(?:([-/])([0-9]{2}|[0-9]{4}))?")


def _period(last: str, wanted: str) -> str:
    """Give this year's period: the one that is named, or the year after last year's."""
    if wanted.strip():
        if folded(wanted) == folded(last):
            raise refused(
                "same-period",
                "--period",
                f'"{wanted}" is the period of last year\'s assessment itself.',
                "Name the period of this one.",
            )
        return wanted.strip()
    found = _YEAR.fullmatch(last.strip())
    if found is None:
        raise refused(
            "no-period",
            "--period",
            f'What comes after "{last}" is not known.',
            "Name this year's period with --period.",
        )
    years = [
        f"{int(each) + 1:0{len(each)}d}"[-len(each) :] for each in (found[1], found[3]) if each
    ]
    return (found[2] or "").join(years)


def _path_to(last: Path, folder: Path) -> str:
    try:
        path = os.path.relpath(last.resolve(), folder.resolve())
    except ValueError:  # NOTE: another drive
        path = str(last.resolve())
    return Path(path).as_posix()


# Control sets and targets


def _sets(found: Next, changes: Changes) -> None:
    before, last = found.before, found.before.contents.settings
    shelf = Shelf(changes.folder, over_shipped=True)
    wanted = {ref.partition("@")[0]: ref for ref in changes.frameworks}
    refs = [wanted.pop(each.id, str(each.ref)) for each in last.frameworks]
    pinned: list[Pinned] = []
    for ref in (*refs, *wanted.values()):
        shelved = _shelved(before, ref, shelf)
        framework = shelved.framework
        found.frameworks[framework.ref] = framework
        found.pinned[framework_file(framework.ref)] = shelved.data
        entry = {
            "id": framework.id,
            "version": framework.version,
            "revision": str(framework.revision),
            "sha256": shelved.sha256,
            **_target(found, shelved, changes, shelf),
        }
        pinned.append(Pinned.model_validate(entry))
        way = leading(before.frameworks, framework)
        if way is not None:
            found.ways[way.before.ref] = way
        elif any(each.id == framework.id for each in last.frameworks):
            old = joined([e.ref for e in last.frameworks if e.id == framework.id])
            why = f"Nothing says how {old} leads to {framework.ref}: all is asked without them."
            found.left.append(Left(f"Answers to {old}", why))
    data = _themes(found, shelf)
    found.pinned |= data
    found.settings = last.model_copy(update={"frameworks": tuple(pinned), "themes_revision": 0})


def _shelved(before: Assessment, ref: str, shelf: Shelf) -> Shelved:
    """Give a set as it ships now, or as it was pinned where that is later or ships no more."""
    here = before.frameworks.get(FrameworkRef(ref))
    if here is None:
        return shelf.framework(ref)
    if ref in shelf.refs():
        found = shelf.framework(ref)
        if found.framework.revision >= here.revision:
            return found
    name = before.workspace.framework_name(ref, str(here.revision))
    return Shelved(here, read_plain(before.workspace.folder / name))


def _target(found: Next, shelved: Shelved, changes: Changes, shelf: Shelf) -> dict[str, str]:
    """Pin the target of a set: the one that is named for it, or last year's where it fits."""
    ref = shelved.framework.ref
    named = _named(changes.profiles, shelved.framework, shelf)
    if named == NO_PROFILE:
        return {"profile": NO_PROFILE, "no_profile_reason": changes.no_profile_reason}
    if named:
        return pin_profile(named, shelved, shelf, found.pinned)
    last = found.before.contents.settings
    then = next((each for each in last.frameworks if each.id == shelved.framework.id), None)
    if then is not None and then.profile == NO_PROFILE:
        return {"profile": NO_PROFILE, "no_profile_reason": then.no_profile_reason}
    if then is not None and then.profile in shelf.profiles():
        if ref in shelf.profile(then.profile)[0].targets:
            return pin_profile(then.profile, shelved, shelf, found.pinned)
    elif then is not None:
        name = then.profile
        if not name.endswith((".yaml", ".yml")):
            name = profile_file(name, then.profile_revision)
        data = read_plain(found.before.workspace.folder / name)
        profile, _, _ = strict_yaml.read_file(found.before.workspace.folder / name, name, Profile)
        if profile is not None and ref in profile.targets:
            found.pinned[name] = data
            return {"profile": then.profile}
    fitting = [each for each in shelf.profiles() if ref in shelf.profile(each)[0].targets]
    what = f'Last year\'s target "{then.profile}" says nothing of' if then else "No target for"
    raise refused(
        "no-profile",
        "--profile",
        f"{what} {ref}.",
        f"Name one with --profile {ref}=…: {', '.join([*fitting, 'a file', NO_PROFILE])}.",
    )


def _named(profiles: Sequence[str], framework: Framework, shelf: Shelf) -> str:
    """Give the target that was named for a set; empty where none was."""
    general = ""
    for text in profiles:
        ref, sign, name = text.partition("=")
        if sign and ref in (framework.ref, framework.id):
            return name
        if not sign and (text not in shelf.profiles() or _sets_target(text, framework, shelf)):
            general = text
    return general


def _sets_target(name: str, framework: Framework, shelf: Shelf) -> bool:
    return framework.ref in shelf.profile(name)[0].targets


def _themes(found: Next, shelf: Shelf) -> dict[str, bytes]:
    """Give the files of the themes: as they ship now, or the organisation's own."""
    last, folder = found.before.contents.settings, found.before.workspace.folder
    if last.themes in shelf.theme_sets():
        return {themes_file(last.themes): shelf.themes(last.themes)[1]}
    files = {last.themes: read_plain(folder / last.themes)} if "/" in last.themes else {}
    if not files:
        name = themes_file(last.themes, last.themes_revision)
        files = {themes_file(last.themes): read_plain(folder / name)}
    default = found.before.contents.default_themes
    if default is not None and default.id in shelf.theme_sets():
        files[themes_file(default.id)] = shelf.themes(default.id)[1]
    return files


# People and systems


def _people_left(found: Next, left: Iterable[str]) -> None:
    for text in left:
        name, _, taker = text.partition("=")
        gone = find_person(found.before, name.strip(), where="--left")
        person = _taker(found, taker.strip()) if taker.strip() else None
        if person is None and gone.id == found.settings.officer.id:
            raise refused(
                "officer-left",
                "--left",
                f"{gone.name} ran the assessment, and nobody takes over.",
                f"Say who does: --left '{gone.name}=NAME <EMAIL>'.",
            )
        found.settings = given_to(found.settings, gone.id, person)
        found.takers[gone.id] = person.id if person else None
        to = person.name if person else found.settings.officer.name
        found.left.append(Left(gone.name, f"Left; {to} is asked what was theirs."))


def _taker(found: Next, text: str) -> Person:
    for each in found.settings.everybody:
        if goes_by(each, text):
            return each
    values = read_respondent(text, free_id(found), [], where="--left")
    return Person.model_validate({k: each for k, each in values.items() if k != "answers"})


def free_id(found: Next) -> str:
    """Give an id nobody has, nor had last year."""
    taken = {str(each.id) for each in found.settings.everybody}
    taken |= {str(each) for each in found.before.state.names.named}
    taken |= {str(each.id) for each in found.before.contents.settings.everybody}
    return next(f"p{n}" for n in range(2, len(taken) + 3) if f"p{n}" not in taken)


def _people_new(found: Next, respondents: Iterable[str]) -> None:
    for text in respondents:
        scopes = [
            {"id": str(e.id), "title": e.title, "kind": e.kind} for e in found.settings.all_scopes
        ]
        person = Person.model_validate(read_respondent(text, free_id(found), scopes))
        if any(folded(each.name) == folded(person.name) for each in found.settings.everybody):
            raise refused(
                "there-already",
                "--respondent",
                f"{person.name} was there last year and comes over.",
                "Leave them out here; give them more to answer with cyberassess people.",
            )
        people = (*found.settings.people, person)
        found.settings = found.settings.model_copy(update={"people": people})


def _scopes(found: Next, changes: Changes) -> None:
    last = found.before.contents.settings
    plain = [
        each.model_copy(update={"merged_from": (), "split_from": None}) for each in last.scopes
    ]
    owners = {each.id: each.owner for each in found.settings.scopes}
    plain = [each.model_copy(update={"owner": owners[each.id]}) for each in plain]
    found.settings = found.settings.model_copy(update={"scopes": tuple(plain)})
    new: list[Scope] = []
    for text in changes.ended:
        gone = _scope(found.settings, text, "--ended")
        found.instead[gone.id] = ()
        found.left.append(Left(gone.title, "Ended; its answers stay in last year's assessment."))
    for text in changes.merged:
        names, _, title = text.rpartition("=") if "=" in text else (text, "", "")
        sources = [_scope(found.settings, each, "--merged") for each in names.split("+")]
        into = _into(found, sources, title)
        found.instead |= {each.id: (into.id,) for each in sources if each.id != into.id}
        new.append(into)
        found.came.append(
            f"{joined([each.title for each in sources])} are one now, {into.title}: "
            "what was answered for each stands beside its questions"
        )
    wanted = [("system", each) for each in changes.systems]
    wanted += [("cloud-service", each) for each in changes.cloud_services]
    for kind, title in wanted:
        name = ScopeId(slug(title))
        if any(each.id == name for each in (*last.all_scopes, *new)):
            raise _reused(title, f"--{kind}")
        new.append(Scope(id=name, kind=kind, title=title.strip()))
    found.settings = replaced(found.settings, found.instead, new)


def _reused(title: str, where: str) -> AssessmentError:
    return refused(
        "system-reused",
        where,
        f'"{title}" is the name of something that was assessed last year.',
        "Its answers would be offered here: what is the same thing comes over by itself, and "
        "what is another needs another name.",
    )


def _scope(settings: Settings, text: str, where: str) -> Scope:
    scope = find_scope(settings, text.strip(), where=where)
    if scope.id == ORGANISATION:
        raise refused(
            "whole-organisation", where, "The organisation itself cannot go.", "Name a system."
        )
    return scope


def _into(found: Next, sources: Sequence[Scope], title: str) -> Scope:
    if len({each.id for each in sources}) < 2:  # noqa: PLR2004 - one is no merger
        raise refused(
            "one-system", "--merged", "Two systems or more become one.", "Write 'ONE+OTHER=NAME'."
        )
    if len({each.kind for each in sources}) > 1:
        raise refused(
            "other-kinds",
            "--merged",
            f"{joined([each.title for each in sources])} are not of one kind.",
            "Merge systems with systems, and shared services with shared services.",
        )
    named = title.strip() or sources[0].title
    same = next((each for each in sources if folded(each.title) == folded(named)), None)
    name = same.id if same else ScopeId(slug(named))
    others = {each.id for each in found.before.contents.settings.all_scopes}
    if name in others - {each.id for each in sources}:
        raise _reused(named, "--merged")
    return one_of(sources, name, named)


# What names outcomes, in the words of this year's versions


def in_words_of_now(found: Next) -> None:
    """Put the outcomes of now in place of those of last year, wherever settings name them."""
    if all(way.is_same for way in found.ways.values()):
        return
    now = {
        str(name)
        for framework in found.frameworks.values()
        for names in framework.names.values()
        for name in names
    }
    old = [way for way in found.ways.values() if not way.is_same]

    def turned(names: Iterable[str]) -> tuple[str, ...]:
        kept: list[str] = []
        for name in names:
            ways = [way.outcomes[name] for way in old if name in way.outcomes]  # type: ignore[index]  # NOTE: ids and group ids
            kept += [str(to) for each in ways for to in each] if ways else [name]
        return tuple(dict.fromkeys(name for name in kept if name in now))

    settings = found.settings
    scopes = []
    for scope in settings.scopes:
        covers = turned(scope.covers)
        if scope.covers and not covers:
            why = "Nothing it was asked about is asked any more; it is asked about everything now."
            found.left.append(Left(f"What {scope.title} covers", why))
        scopes.append(scope.model_copy(update={"covers": covers}))
    everybody = [_asked_now(found, each, turned) for each in settings.everybody]
    found.settings = settings.model_copy(
        update={
            "scopes": tuple(scopes), "officer": everybody[0], "people": tuple(everybody[1:])
        }
    )  # fmt: skip


def _asked_now(
    found: Next, person: Person, turned: Callable[[Iterable[str]], tuple[str, ...]]
) -> Person:
    answers: list[Assignment] = []
    for each in person.answers:
        outcomes = turned(each.outcomes)
        gone = [name for name in each.outcomes if not turned((name,))]
        if gone:
            why = f"{person.name} was asked about it, and no question of this version follows it."
            found.left.append(Left(joined(gone), why))
        if each.outcomes and not outcomes:
            continue
        update = {"outcomes": outcomes, "without": turned(each.without)}
        answers.append(each.model_copy(update=update))
    return person.model_copy(update={"answers": tuple(answers)})


def _certificates(found: Next, on: datetime.date) -> None:
    kept = []
    for each in found.settings.certificates:
        if each.is_expired(on) and each.valid_until is not None:
            why = f"It ended on {said_date(each.valid_until.isoformat())}: ask for the new one."
            found.left.append(Left(each.title, why))
        else:
            kept.append(each)
    gone = len(found.before.contents.settings.certificates) - len(found.settings.certificates)
    if gone:
        found.left.append(Left("Certificates of systems that ended", "They went with them."))
    found.settings = found.settings.model_copy(update={"certificates": tuple(kept)})


def _own_files(found: Next) -> None:
    """Bring what makes documents the organisation's own: its look, letters and wording."""
    workspace = found.before.workspace
    names = [each.removeprefix("file:") for each in workspace.house_style()]
    folder = workspace.folder / _LETTERS
    names += [f"{_LETTERS}/{each.name}" for each in plain_files(folder)]
    for each in plain_files(workspace.folder / _WORDING):
        if each.stem in found.frameworks:
            names.append(f"{_WORDING}/{each.name}")
        else:
            why = "It is of another version: load the new one with framework wording."
            found.left.append(Left(f"Official wording of {each.stem}", why))
    found.pinned |= {name: read_plain(workspace.folder / name) for name in names}
    if HOUSE_STYLE in names:
        found.came.append("The house style")


def scope_now(
    instead: Mapping[ScopeId, tuple[ScopeId, ...]], settings: Settings, scope: ScopeId
) -> tuple[ScopeId, ...]:
    """Give the scopes of this year that stand for one of last year's; none where it ended."""
    return tuple(each for each in instead.get(scope, (scope,)) if settings.scope(each))
