"""The assessments before one, each the one the next names as ``previous``."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import Problem, Severity
from cyberassess.opening.assessment import Assessment, Beside
from cyberassess.opening.versions import leading

CIRCLE = "years-in-a-circle"


def years_before(now: Assessment) -> Iterator[Assessment | Problem]:
    """Give the assessments before one, the last first, and at the end why no more can be read.

    Each is read when it is asked for and let go, so that five years take no more room than two.
    """
    seen = {now.state.assessment}
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
        if before.state.assessment in seen:
            yield Problem(
                CIRCLE,
                f"assessment.yaml of {periods[-2]}, previous",
                f"The years lead back to themselves: {' after '.join(periods)}.",
                "Correct previous there: each assessment names the one before it.",
                Severity.NOTE,
            )
            return
        seen.add(before.state.assessment)
        yield before
        each = before


def ways_to(now: Assessment, before: Assessment) -> Mapping[FrameworkRef, Across]:
    """Say how an earlier assessment leads to each set of a later one, where anything does."""
    ways = {ref: leading(before.frameworks, each) for ref, each in now.frameworks.items()}
    return {ref: way for ref, way in ways.items() if way is not None}
