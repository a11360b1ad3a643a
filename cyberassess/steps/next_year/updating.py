"""Bringing an assessment's control sets up to the revisions that ship now.

A published version is never edited; our corrections raise its revision, and an assessment keeps
the one it began with until somebody takes up the later one. No answer is lost by that: those to
statements that ask for something else now stay in the ledger, count for nothing, and are asked
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cyberassess.disk.files import write_whole
from cyberassess.disk.framework_yaml import Shelf, Shelved, open_shelf
from cyberassess.disk.workspace import Contents, framework_file, profile_file, themes_file
from cyberassess.domain.assessment import (
    ALL_SCOPES,
    Pinned,
    Settings,
    StatementKey,
    check_settings,
)
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.recorded import Given
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.sets.checks import check_target, check_themes
from cyberassess.domain.sets.framework import (
    Framework,
    FrameworkRef,
    Indicator,
    IndicatorId,
    Profile,
)
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.files_for_people import saving
from cyberassess.opening.writing import UNTOUCHED, change_settings

Json = dict[str, Any]  # NOTE: printed as it is; tests fix its shape.


@dataclass(frozen=True)
class Later:
    """A pinned control set beside the later revision that ships."""

    pinned: Pinned
    before: Framework
    shelved: Shelved
    profile: Profile | None
    """The shipped profile at its revision of now; ``None`` for one of the organisation's own."""
    data: bytes
    """Of the profile; empty where there is none."""

    @property
    def after(self) -> Framework:
        """The set as it ships now."""
        return self.shelved.framework

    @cached_property
    def asked_again(self) -> tuple[IndicatorId, ...]:
        """Statements that ask for something else now, in the publisher's order."""
        again = self.after.asked_again_since(self.before.revision)
        return tuple(each for each in self.before.indicators if each in again)

    @cached_property
    def only(self) -> Mapping[IndicatorId, tuple[str, ...]]:
        """Answers that may mean two things since there is one choice more, keyed by statement."""
        old, new = self.before, self.after
        found: dict[IndicatorId, tuple[str, ...]] = {}
        for name, (_, indicator) in old.indicators.items():
            if name in new.indicators and name not in self.asked_again:
                then = old.answers_for(indicator)
                now = new.answers_for(new.indicators[name][1])
                codes = tuple(e.code for e in then.answers if then.says_less_than(now, e.code))
                found |= {name: codes} if codes else {}
        return found

    def lapses(self, key: StatementKey, given: Given) -> bool:
        """Say whether an answer counts no more once this is taken up."""
        if key.framework != self.pinned.ref:
            return False
        if key.indicator in self.asked_again or key.indicator in self.gone:
            return True
        return given.answer in self.only.get(key.indicator, ())

    @cached_property
    def reworded(self) -> tuple[IndicatorId, ...]:
        """Statements that say the same in other words."""
        old, new = self.before.indicators, self.after.indicators
        both = (each for each in old if each in new and each not in self.asked_again)
        return tuple(each for each in both if _text(old[each][1]) != _text(new[each][1]))

    @cached_property
    def new(self) -> tuple[IndicatorId, ...]:
        """Statements that were not there before."""
        return tuple(each for each in self.after.indicators if each not in self.before.indicators)

    @cached_property
    def gone(self) -> tuple[IndicatorId, ...]:
        """Statements that are not there any more; answers to them are kept, and count no more."""
        return tuple(each for each in self.before.indicators if each not in self.after.indicators)

    @property
    def about(self) -> tuple[str, ...]:
        """What each revision since corrected."""
        since = self.before.revision
        return tuple(e.about for e in self.after.corrections if e.revision > since)


def _text(indicator: Indicator) -> str:
    return " ".join(indicator.text.split())


@dataclass(frozen=True, slots=True)
class Updates:
    """What taking up the revisions of now changes."""

    later: tuple[Later, ...]
    answers: Mapping[FrameworkRef, int]
    """Answers that count no more and are asked again."""
    before: Scorecard
    after: Scorecard
    themes: tuple[str, int, int] | None
    """The shipped themes' id, their revision here and the later one; ``None`` without one."""

    def meets(self, ref: FrameworkRef) -> tuple[tuple[int, int], tuple[int, int]]:
        """Give how many outcomes meet their target, of how many: before and after."""
        return _meets(self.before, ref), _meets(self.after, ref)


def _meets(card: Scorecard, ref: FrameworkRef) -> tuple[int, int]:
    themes = [e for e in card.themes if e.framework == ref and e.scope == ALL_SCOPES]
    return sum(each.meets for each in themes), sum(each.of for each in themes)


def later_sets(assessment: Assessment, shelf: Shelf | None = None) -> tuple[Later, ...]:
    """Give the pinned sets of which there is a later revision, of the set or of its target.

    Args:
        shelf: where to look; among those that ship if ``None``.
    """
    shelf = shelf or Shelf()
    shipped = set(shelf.refs())
    found: list[Later] = []
    for pinned in assessment.contents.settings.frameworks:
        if pinned.ref not in shipped:
            continue
        before, here = assessment.frameworks[pinned.ref], assessment.profiles[pinned.ref]
        profile, data = None, b""
        if here is not None and pinned.profile in shelf.profiles():
            profile, data = shelf.profile(pinned.profile)
        shelved = shelf.later(before)
        if shelved is None and profile is not None and here is not None:
            shelved = shelf.framework(pinned.ref) if profile.revision > here.revision else None
        if shelved is None:
            continue
        found.append(Later(pinned, before, shelved, profile, data))
    return tuple(found)


def updates(assessment: Assessment, sets: Path | None = None) -> Updates:
    """Say what taking up the revisions of now changes.

    Args:
        sets: a folder of control sets that is looked in before those that ship.

    Raises:
        AssessmentError: where targets, themes or people of the organisation's own do not fit the
            sets of now.
    """
    shelf = Shelf(open_shelf(sets).folder if sets else None, over_shipped=True)
    later = later_sets(assessment, shelf)
    contents = assessment.contents
    frameworks = {**assessment.frameworks, **{each.pinned.ref: each.after for each in later}}
    profiles = {**contents.profiles, **{e.pinned.ref: e.profile for e in later if e.profile}}
    themes = _themes(contents, shelf) if later else None
    shown = themes or contents.themes
    faults = [p for each in later for p in check_themes(each.after, shown)]
    for each in later:
        profile = profiles[each.pinned.ref]
        faults += check_target(each.after, profile) if profile else []
    faults += check_settings(contents.settings, frameworks)
    if faults:
        hint = f"Bring what is your own into line with the set of now first. {UNTOUCHED}"
        raise AssessmentError(*(Problem(p.code, p.where, p.message, hint) for p in faults))
    targets = {ref: profile.targets[ref] for ref, profile in profiles.items() if profile}
    state = assessment.state
    answers = {
        each.pinned.ref: sum(
            each.lapses(key, given) for key, said in state.answers.items() for given in said
        )
        for each in later
    }
    after = score(
        frameworks,
        contents.settings,
        state.without(lambda key, given: any(each.lapses(key, given) for each in later)),
        targets=targets,
        themes=shown,
        on=assessment.on,
    )
    return Updates(later, answers, assessment.card, after, _themes_step(contents.themes, themes))


def _themes(contents: Contents, shelf: Shelf) -> ThemeSet | None:
    """Give the themes of now, where those pinned are none of the organisation's own."""
    if contents.settings.themes not in shelf.theme_sets():
        return None
    themes, _ = shelf.themes(contents.settings.themes)
    return themes if themes.revision > contents.themes.revision else None


def _themes_step(pinned: ThemeSet, themes: ThemeSet | None) -> tuple[str, int, int] | None:
    return None if themes is None else (themes.id, pinned.revision, themes.revision)


def update_sets(folder: Path, *, sets: Path | None = None, by: str | None = None) -> Updates:
    """Take up the revisions that ship now, and have asked again what asks for something else.

    Raises:
        AssessmentError: as ``updates``, or where nothing can be written.
    """
    found = updates(open_assessment(folder), sets)
    if not found.later:
        return found
    change_settings(
        folder,
        "framework update",
        lambda settings: _changed(folder, settings, found, Shelf(sets, over_shipped=True)),
        by=by,
        events=lambda _: [_event(each) for each in found.later],
    )
    return found


def _changed(folder: Path, settings: Settings, found: Updates, shelf: Shelf) -> Json:
    """Put the files of now beside those of before, and give the settings that name them."""
    later = {each.pinned.ref: each for each in found.later}
    files: dict[str, bytes] = {}
    frameworks: list[Json] = []
    for pinned in settings.frameworks:
        entry = pinned.model_dump(mode="json", exclude_defaults=True)
        each = later.get(pinned.ref)
        if each is not None:
            revision = each.after.revision
            files[framework_file(pinned.ref, revision)] = each.shelved.data
            entry |= {"revision": revision, "sha256": each.shelved.sha256}
            if each.profile is not None:
                entry["profile_revision"] = each.profile.revision
                files[profile_file(pinned.profile, each.profile.revision)] = each.data
        frameworks.append(entry)
    values: Json = {"frameworks": frameworks}
    if found.themes is not None:
        name, _, now = found.themes
        files[themes_file(name, now)] = shelf.themes(name)[1]
        values["themes_revision"] = str(now)
    for name, data in files.items():
        path = folder / name
        with saving(path, hint=UNTOUCHED):
            write_whole(path, data)
    return values


def _event(each: Later) -> happened.Entry:
    names = (*each.asked_again, *each.only)
    texts = {str(name): each.before.indicators[name][1].text for name in names}
    only = {str(name): list(codes) for name, codes in each.only.items()}
    again = registers.AskedAgain(from_=str(each.before.revision), texts=texts, only=only or None)
    return happened.put((each.pinned.ref, str(each.after.revision)), again)


def updates_json(found: Updates) -> Json:
    """Give ``framework update --json``."""
    return {
        "schema": 1,
        "frameworks": [
            {
                "framework": each.pinned.ref,
                "from": each.before.revision,
                "to": each.after.revision,
                "about": list(each.about),
                "asked_again": list(each.asked_again),
                "asked_again_only": {name: list(codes) for name, codes in each.only.items()},
                "reworded": list(each.reworded),
                "new": list(each.new),
                "gone": list(each.gone),
                "answers_asked_again": found.answers[each.pinned.ref],
                "before": dict(zip(("meets", "of"), found.meets(each.pinned.ref)[0], strict=True)),
                "after": dict(zip(("meets", "of"), found.meets(each.pinned.ref)[1], strict=True)),
            }
            for each in found.later
        ],
    }
