"""The assessments before one, and how what they were assessed by leads to what is used now.

So for a version of a set that was used before another took its place in the same year.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cyberassess.disk import strict_yaml
from cyberassess.disk.framework_yaml import files_of
from cyberassess.disk.resources import folder as shipped
from cyberassess.domain.record import registers
from cyberassess.domain.record.approval import approvals_of
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.numbering import NUMBERED, next_number
from cyberassess.domain.record.recorded import Record
from cyberassess.domain.record.versions import EXPLAINED, OUTCOMES, STATEMENTS, TOPICS, WHOLE
from cyberassess.domain.result.another_version import what_stands
from cyberassess.domain.result.trend import Trend, YearFacts, trend, year_facts
from cyberassess.domain.sets.across import Across, across
from cyberassess.domain.sets.comparing import Upgrade
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment, Beside, differences

CIRCLE = "years-in-a-circle"


def years_before(now: Assessment) -> Iterator[Assessment | Problem]:
    """Give the assessments before one, the last first, and at the end why no more can be read.

    Each is read when it is asked for and let go, so that five years take no more room than two.
    """
    # NOTE: a year may have been begun as a copy of the one before, which has the same id
    seen = {(now.state.assessment, now.contents.settings.period)}
    periods = [now.contents.settings.period]
    each = now
    while True:
        # NOTE: by a copy that forgets, so that no more than two years are held at once
        forgetful = replace(each, beside=Beside())
        before, problem = forgetful.previous, forgetful.about_previous
        if problem is not None:
            yield problem
        if before is None:
            return
        periods.append(before.contents.settings.period)
        which = (before.state.assessment, periods[-1])
        if which in seen:
            yield Problem.note(
                CIRCLE,
                f"assessment.yaml of {periods[-2]}, previous",
                f"The years lead back to themselves: {' after '.join(periods)}.",
                "Correct previous there: each assessment names the one before it.",
            )
            return
        seen.add(which)
        yield before
        each = before


def next_free(assessment: Assessment, kind: str) -> int:
    """Give a number nothing of a kind has had, the things of all years before included.

    What goes on keeps its number; what was closed must not lend its own to another, since years
    stand beside each other in one report.
    """
    kept = assessment.beside.numbers
    if not kept:
        for each in NUMBERED:
            kept[each] = 1
        before = assessment.previous
        for year in (before, *years_before(before)) if before else ():
            if isinstance(year, Assessment):
                kept |= {each: max(kept[each], next_number(year.state, each)) for each in kept}
    return max(next_number(assessment.state, kind), kept[kind])


def ways_to(now: Assessment, before: Assessment | None) -> Mapping[FrameworkRef, Across]:
    """Say how an earlier assessment leads to each set of a later one, where anything does."""
    earlier = before.frameworks if before else {}
    ways = {ref: leading(earlier, each) for ref, each in now.frameworks.items()}
    return {ref: way for ref, way in ways.items() if way is not None}


def leading(
    before: Mapping[FrameworkRef, Framework], after: Framework, folder: Path | None = None
) -> Across | None:
    """Say how one of the earlier sets leads to a later one; ``None`` where no upgrade does.

    Args:
        folder: control sets of one's own, looked in before those that ship.
    """
    return across(before, after, lambda name: _upgrade(name, folder))


def _upgrade(name: str, folder: Path | None) -> Upgrade | None:
    for place in filter(None, (folder, shipped("frameworks"))):
        found = files_of(place, Upgrade).get(name)
        if found is not None:
            return found.read()[0]
    return None


def as_signed(assessment: Assessment) -> tuple[Assessment, str]:
    """Give an assessment as it was approved last, and in words what its numbers rest on.

    Where nobody approved it, or what was approved cannot be made again, it is as it stands.
    """
    approvals = approvals_of(assessment.state)
    if not approvals:
        return assessment, "as it stands: nobody approved it"
    last = approvals[-1]
    basis = f"version {last.version}, approved on {last.time[:10]}"
    if last.fingerprint == assessment.fingerprint:
        return assessment, basis
    then = assessment.at(last.segment)
    if then is None or deciding(differences(then.state.settings, assessment.contents.flat)):
        return assessment, f"as it stands: the settings changed since {basis}"
    return then, basis


def deciding(changed: list[str]) -> list[str]:
    """Leave out where the year before lies: it may have been moved, and decides no number."""
    return [each for each in changed if each != "previous"]


OnYear = Callable[[Assessment, Assessment, Mapping[FrameworkRef, Across]], None]
"""Told of each year before: as it was approved, as it ended, and how it leads to the sets of the
year after."""


class Years(NamedTuple):
    """An assessment beside all before it."""

    trend: Trend
    notes: tuple[Problem, ...]
    """Why no more years can be read, and what is odd about one."""


def in_a_row(
    now: Assessment,
    *,
    as_it_stands: bool = False,
    most: int | None = None,
    on_year: OnYear = lambda _, __, ___: None,
) -> Years:
    """Put an assessment beside all before it, each read and let go, and say why no more can be.

    Args:
        now: the last year.
        as_it_stands: count the last year as it is here, and not as it was approved.
        most: how many years before are read; all if ``None``.
        on_year: called with each year before, the last one first.
    """
    settings = now.contents.settings
    basis = "as it stands in this document"
    facts = _facts(now, settings.period, basis) if as_it_stands else _signed_facts(now)[1]
    later, found, notes = now, list[tuple[YearFacts, Mapping[FrameworkRef, Across]]](), []
    for each in years_before(now):
        if isinstance(each, Problem):
            notes.append(each)
            continue
        if most is not None and len(found) >= most:
            break
        ways = ways_to(later, each)
        found.insert(0, (facts, ways))
        signed, facts = _signed_facts(each)
        on_year(signed, each, ways)
        later = each
    found.insert(0, (facts, {}))
    return Years(trend(found), tuple(notes))


def _signed_facts(assessment: Assessment) -> tuple[Assessment, YearFacts]:
    signed, basis = as_signed(assessment)
    return signed, _facts(signed, assessment.contents.settings.period, basis)


def _facts(assessment: Assessment, period: str, basis: str) -> YearFacts:
    themes = assessment.contents.themes
    return year_facts(period, basis, assessment.card, assessment.frameworks, themes)


# Versions that were used before another took their place this year

SET_VERSION = registers.SetVersion.kind


def changes_of(assessment: Assessment) -> tuple[Record, ...]:
    """Give every change of a version, the last one of each pair."""
    return assessment.state.register(SET_VERSION)


def former_sets(assessment: Assessment) -> Mapping[FrameworkRef, Framework]:
    """Give the sets that were used before, as they were; their files stay in the workspace.

    Raises:
        AssessmentError: where a file is gone or was changed.
    """
    kept = assessment.beside.sets
    for record in changes_of(assessment):
        ref = FrameworkRef(record.key[0])
        if ref in assessment.state.former and ref not in kept:
            kept[ref] = _read(assessment, ref, record)
    return {ref: each for ref, each in kept.items() if ref in assessment.state.former}


def _read(assessment: Assessment, ref: FrameworkRef, record: Record) -> Framework:
    workspace = assessment.workspace
    name = workspace.framework_name(ref, str(record.fields["revision"]))
    found, problems, data = strict_yaml.read_file(workspace.folder / name, name, Framework)
    if found is None:
        raise AssessmentError(*problems)
    if hashlib.sha256(data).hexdigest() != record.fields["sha256"]:
        raise AssessmentError.because(
            "framework-changed",
            name,
            f"The control set is not the one that was used before {record.key[1]}: its hash "
            "differs from the one in the ledger.",
            "Restore the file; answers to its questions are read by it.",
        )
    return found


def unlike_upgrades(assessment: Assessment) -> Iterator[Problem]:
    """Name what a change of version lets stand that no upgrade that ships does.

    Of sets of one's own no upgrade ships; what they let stand is as whoever changed them said.
    """
    sets = {**assessment.frameworks, **former_sets(assessment)}
    for (kind, key), past in assessment.state.record_history.items():
        found = [sets.get(FrameworkRef(each)) for each in key] if kind == SET_VERSION else []
        before, after = found or (None, None)
        if before is None or after is None:
            continue
        way = leading({before.ref: before}, after)
        if way is None and before.id == after.id:
            continue
        expected = what_stands(way) if way else {}
        for record in past:
            unlike = next(_beyond(record.fields, expected), None)
            if unlike:
                yield Problem(
                    "version-unlike",
                    f"the change from {before.ref} to {after.ref}",
                    f"It lets {unlike} stand, of {record.origin.time[:10]}; the upgrade that "
                    "ships does not.",
                    "It was altered, or the upgrade was corrected since. Believe nothing that "
                    "counts by it before you know which.",
                )


def _beyond(said: Mapping[str, Json], expected: Mapping[str, Json]) -> Iterator[str]:
    for part in (STATEMENTS, OUTCOMES, EXPLAINED, WHOLE, TOPICS):
        known = expected.get(part) or {}
        for one, names in (said.get(part) or {}).items():
            yield from (f"{one} for {each}" for each in names if each not in known.get(one, ()))
    unfit = said.get("answers") or {}
    for one, codes in (expected.get("answers") or {}).items():
        left = (each for each in codes if each not in unfit.get(one, ()))
        yield from (f'the answer "{each}" to {one}' for each in left)


def with_former(assessment: Assessment) -> Assessment:
    """Give the assessment as if it asked by the sets of before too.

    What came back for them is read so, and stands under the sets of now where it is alike.
    """
    former = former_sets(assessment)
    if not former:
        return assessment
    contents = assessment.contents
    return replace(
        assessment, contents=replace(contents, frameworks={**contents.frameworks, **former})
    )


def about_file(assessment: Assessment, then: Assessment, name: str, again: str) -> Problem | None:
    """Say of a file why it cannot be read any more; ``None`` where no version was changed since.

    Its rows name outcomes that may mean something else in the version of now.
    """
    for record in changes_of(assessment):
        before = FrameworkRef(record.key[0])
        used_then = then.state.settings.get(f"frameworks[{before}].id") is not None
        if before not in assessment.state.former or not used_then:
            continue
        return Problem(
            "version-changed",
            name,
            f"It was written before {record.key[1]} took the place of {record.key[0]}, on "
            f"{record.origin.time[:10]}.",
            f"The same id may mean something else now, so nothing was stored from it: {again}",
        )
    return None
