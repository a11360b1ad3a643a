"""Names people type for scopes, people and levels, and dates: one grammar everywhere.

Scopes and levels go by id or title, people by name, e-mail address or id, in any case. Outcomes
and statements stand in ``outcomes.py``, what somebody is asked in ``asks.py``. Where nothing or
too much is meant, the error says what was found, what is nearest or allowed, and what happened.
Commands and workbooks read names with these and with nothing else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from cyberassess.domain.assessment import (
    Person,
    PersonId,
    Scope,
    Settings,
)
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.people.naming import folded, goes_by
from cyberassess.domain.sets.framework import Level
from cyberassess.errors import AssessmentError, closest, counted, mention
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.writing import UNTOUCHED

_LONGEST = 80
"""Characters of a name that are shown again."""


def unknown(
    code: str, where: str, text: str, what: str, allowed: Sequence[str], *, span: str = ""
) -> AssessmentError:
    """Say that a name means nothing, with the nearest one or all there are."""
    begun = [each for each in allowed if text and folded(each).startswith(folded(text))][:3]
    near = f"Did you mean {' or '.join(begun)}?" if begun else closest(text, allowed)
    hint = near or span or f"There are: {', '.join(allowed) or 'none'}."
    found = f'"{text[:_LONGEST]}" is {what}.'
    return AssessmentError.because(code, where, found, f"{hint} {UNTOUCHED}")


def ambiguous(code: str, where: str, found: str, names: Iterable[str]) -> AssessmentError:
    """Say that a name means more than one thing, with the names that mean one."""
    hint = f"Name one of: {', '.join(names)}. {UNTOUCHED}"
    return AssessmentError.because(code, where, found, hint)


# Scopes


def find_place(titles: Mapping[str, str], text: str, where: str, what: str) -> str:
    """Give the id a scope's name means: an id or a title, without regard to spacing and signs.

    Args:
        titles: of the scopes that are allowed, keyed by id.
        what: what these are, for the error.

    Raises:
        AssessmentError: where there is none of this name, or several.
    """
    wanted = _letters(text)
    by_id = [each for each in titles if _letters(each) == wanted]
    found = by_id or [each for each, title in titles.items() if wanted == _letters(title)]
    if not wanted or not found:
        span = f"There are: {', '.join(titles) or 'none'}."
        known = [*(titles if closest(text, [*titles]) else titles.values())]
        raise unknown("unknown-scope", where, text, f"not {what}", known, span=span)
    if len(found) > 1:
        said = f'"{text}" is the title of {len(found)} of them.'
        raise ambiguous("which-scope", where, said, found)
    return found[0]


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def find_scope(
    settings: Settings, text: str, *, where: str = "", kinds: Collection[str] = ()
) -> Scope:
    """Give a scope by id or title.

    Args:
        kinds: those allowed; every one if empty.

    Raises:
        AssessmentError: where there is none of this name, or several.
    """
    scopes = {
        str(each.id): each for each in settings.all_scopes if not kinds or each.kind in kinds
    }
    titles = {name: each.title for name, each in scopes.items()}
    what = "a system of this assessment" if kinds else "a system or service of this assessment"
    return scopes[find_place(titles, text, where, what)]


def system_of_file(settings: Settings, name: str | None) -> Scope | None:
    """Give the system a file of another tool is about; ``None`` where there is none at all.

    Args:
        name: as ``--system`` says it, or ``None``; needed where there are several.

    Raises:
        AssessmentError: where it is not clear.
    """
    if name is not None:
        return find_scope(settings, name, where="--system", kinds=("system",))
    systems = [each for each in settings.all_scopes if each.kind == "system"]
    if len(systems) > 1:
        titles = ", ".join(each.title for each in systems)
        raise AssessmentError.because(
            "which-system",
            "--system",
            f"This assessment has {counted(len(systems), 'system')}: {titles}.",
            "Say with --system NAME which of them the file is about. Nothing was changed.",
        )
    return systems[0] if systems else None


# People


def find_person(assessment: Assessment, text: str, *, where: str = "") -> Person:
    """Give a person of the settings by name, e-mail address or id.

    Raises:
        AssessmentError: where there is nobody of this name, or several.
    """
    everybody = assessment.contents.settings.everybody
    found = [each for each in everybody if goes_by(each, text)]
    if not found:
        names = [each.name for each in everybody]
        raise unknown("unknown-person", where, text, "nobody in assessment.yaml", names)
    if len(found) > 1:
        said = f'"{text}" may be one of {len(found)} people in assessment.yaml.'
        ways = [f"{each.id} ({each.email or each.role or each.name})" for each in found]
        raise ambiguous("which-person", where, said, ways)
    return found[0]


def find_anybody(assessment: Assessment, text: str) -> PersonId:
    """Give the id of somebody in the settings, or who answered without being there.

    Raises:
        AssessmentError: where there is nobody of this name.
    """
    names, wanted = assessment.state.names, folded(text)
    settings = assessment.contents.settings
    if any(goes_by(each, text) for each in settings.everybody):
        person = find_person(assessment, text).id
        return names.same.get(person, person)
    met = {each: names.now(each) for each in names.named}
    for person, said in met.items():
        if wanted in (folded(said), person.casefold()):
            return names.same.get(person, person)
    known = list(dict.fromkeys([*(each.name for each in settings.everybody), *met.values()]))
    raise unknown("unknown-person", "", text, "nobody who answered or is asked", known)


def as_named(assessment: Assessment, text: str) -> str:
    """Give the name of whoever an e-mail address is; any other text stays, on one line."""
    wanted = folded(text)
    known = assessment.contents.settings.everybody
    name = next((each.name for each in known if wanted == each.email.casefold() != ""), text)
    return " ".join(name.split())


# Levels and dates


def find_level(levels: Sequence[Level], text: str, where: str) -> Level:
    """Give the level a word means: its id or its title.

    Raises:
        AssessmentError: where none of these levels is meant.
    """
    wanted = _letters(text)
    for level in levels:
        if wanted in (_letters(level.id), _letters(level.title)):
            return level
    titles = [each.title for each in levels]
    span = f"Choose one of: {', '.join(each.id for each in levels)}."
    raise unknown("unknown-level", where, text, "not a level here", titles, span=span)


def typed_date(text: str, where: str, *, period: bool = False) -> str:
    """Give a date as the ledger writes it, and say what was understood where it might surprise.

    Args:
        period: whether a month or a year alone will do, and means its last day.

    Raises:
        AssessmentError: where it is no date.
    """
    date, said = understand_date(text, where, UNTOUCHED, period=period)
    if said is not None and not date:
        raise AssessmentError(said)
    if said is not None:
        mention(said)
    return date
