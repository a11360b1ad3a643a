"""An organisation's own themes, with the default's result beside theirs."""

from collections.abc import Mapping

from cyberassess.domain.result.scoring import score
from cyberassess.domain.result.theme_maturity import ThemeScore
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.domain.sets.theming import Moved, moved
from cyberassess.opening.assessment import Assessment


def moved_outcomes(assessment: Assessment) -> Mapping[FrameworkRef, tuple[Moved, ...]]:
    """Give the outcomes the organisation placed otherwise, for each control set that has some."""
    default, own = assessment.contents.default_themes, assessment.contents.themes
    if default is None:
        return {}
    found = {ref: moved(default, own, each) for ref, each in assessment.frameworks.items()}
    return {ref: each for ref, each in found.items() if each}


def default_scores(assessment: Assessment) -> tuple[ThemeScore, ...]:
    """Give what themes would score by the default's placing, where the organisation's differs.

    It is empty for a control set of which nothing was placed otherwise.
    """
    default = assessment.contents.default_themes
    refs = moved_outcomes(assessment)
    if default is None or not refs:
        return ()
    return score(
        {ref: each for ref, each in assessment.frameworks.items() if ref in refs},
        assessment.contents.settings,
        assessment.state,
        targets=assessment.targets,
        themes=default,
        on=assessment.on,
    ).themes
