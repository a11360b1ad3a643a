"""The assessments before one, and how what they were assessed by leads to what is used now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cyberassess.disk.framework_yaml import files_of
from cyberassess.disk.resources import folder as shipped
from cyberassess.domain.record.approval import approvals_of
from cyberassess.domain.result.trend import Trend, YearFacts, trend, year_facts
from cyberassess.domain.sets.across import Across, across
from cyberassess.domain.sets.comparing import Upgrade
from cyberassess.domain.sets.framework import Framework, FrameworkRef
from cyberassess.errors import Problem, Severity
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
            yield Problem(
                CIRCLE,
                f"assessment.yaml of {periods[-2]}, previous",
                f"The years lead back to themselves: {' after '.join(periods)}.",
                "Correct previous there: each assessment names the one before it.",
                Severity.NOTE,
            )
            return
        seen.add(which)
        yield before
        each = before


def ways_to(now: Assessment, before: Assessment | None) -> Mapping[FrameworkRef, Across]:
    """Say how an earlier assessment leads to each set of a later one, where anything does."""
    earlier = before.frameworks if before else {}
    ways = {ref: leading(earlier, each) for ref, each in now.frameworks.items()}
    return {ref: way for ref, way in ways.items() if way is not None}


def leading(before: Mapping[FrameworkRef, Framework], after: Framework) -> Across | None:
    """Say how one of the earlier sets leads to a later one; ``None`` where no upgrade does."""
    return across(before, after, _upgrade)


def _upgrade(name: str) -> Upgrade | None:
    found = files_of(shipped("frameworks"), Upgrade).get(name)
    return found.read()[0] if found else None


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
    if then is None or _others(differences(then.state.settings, assessment.contents.flat)):
        return assessment, f"as it stands: the settings changed since {basis}"
    return then, basis


def _others(changed: list[str]) -> list[str]:
    """Leave out where the year before lies: it may have been moved, and decides no number."""
    return [each for each in changed if each != "previous"]


OnYear = Callable[[Assessment, Assessment, Mapping[FrameworkRef, Across]], None]
"""Told of each year before: as it was approved, as it ended, and how it leads to the sets of the
year after."""


def in_a_row(
    now: Assessment,
    *,
    as_it_stands: bool = False,
    most: int | None = None,
    on_year: OnYear = lambda _, __, ___: None,
) -> tuple[Trend, tuple[Problem, ...]]:
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
    return trend(found), tuple(notes)


def _signed_facts(assessment: Assessment) -> tuple[Assessment, YearFacts]:
    signed, basis = as_signed(assessment)
    return signed, _facts(signed, assessment.contents.settings.period, basis)


def _facts(assessment: Assessment, period: str, basis: str) -> YearFacts:
    themes = assessment.contents.themes
    return year_facts(period, basis, assessment.card, assessment.frameworks, themes)
