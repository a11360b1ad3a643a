"""What last year was, beside this year: results, counts, and what cannot be compared."""

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework
from cyberassess.paper.basis import Basis, joined


def said_comparison(basis: Basis, framework: Framework) -> str:
    """Say which assessment last year's figures are of, or why there are none to compare."""
    before = basis.before
    if before is None:
        return "No earlier assessment is named, so there is no last year to compare with."
    if framework.ref not in before.titles:
        for each in basis.like_for_like:
            if each.framework == framework.ref:
                return each.sentence
        return (
            f"In {before.period} this version was not assessed "
            f"({joined(list(before.titles.values()))} was), so nothing is compared."
        )
    text = f"Last year is the assessment of {before.period}"
    profile = basis.profiles.get(framework.ref)
    if profile is not None and before.profiles.get(framework.ref, "") != profile.id:
        text += ", measured against another target"
    if framework.ref in before.recounted:
        text += f", counted again by rule {framework.rule.name}"
    return f"{text}."


def said_comparisons(basis: Basis) -> str:
    """Say the same for every control set, each once."""
    found: dict[str, list[str]] = {}
    for framework in basis.frameworks.values():
        found.setdefault(said_comparison(basis, framework), []).append(framework.short_title)
    if len(found) == 1:
        return next(iter(found))
    return " ".join(f"{joined(names)}: {text}" for text, names in found.items())


def last_year_of(basis: Basis, score: OutcomeScore) -> str:
    """Give a result of last year in a word; empty where its version was not assessed then."""
    before = basis.before
    if before is None or score.key.framework not in before.titles:
        return ""
    was = before.outcomes.get(score.key)
    if was is None:
        return "not assessed"
    return "not decided" if was.rank is None else score.asked.framework.scale[was.rank].title


def counted_before(basis: Basis, *, met: bool, scope: ScopeId = ALL_SCOPES) -> str:
    """Count results of last year that met their target, or did not, in every set or one place.

    Empty where a control set was not assessed then in this version.
    """
    before = basis.before
    if before is None or any(ref not in before.titles for ref in basis.frameworks):
        return ""
    number = sum(
        was.meets_target is met
        for key, was in before.outcomes.items()
        if key.framework in basis.frameworks and scope in (ALL_SCOPES, key.scope)
    )
    return f"{number:,}"
