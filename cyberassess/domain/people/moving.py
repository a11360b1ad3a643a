"""Who leaves and takes over, and which systems end or become one: what becomes of the settings.

Answers stay where they were given. What a scope that is gone was told is offered to those that
stand in its place (``merged_from``, ``split_from``), and counts there once somebody confirms it.
"""

from collections.abc import Iterable, Mapping, Sequence

from cyberassess.domain.assessment import Assignment, Person, PersonId, Scope, ScopeId, Settings


def given_to(settings: Settings, giver: PersonId, taker: Person | None) -> Settings:
    """Give the settings without somebody; who takes over is asked all they were asked.

    Args:
        taker: one of the people, or somebody new; what was theirs alone goes to the officer if
            ``None``, and so does nothing if it is the officer who leaves.
    """
    gone = settings.person(giver)
    if gone is None:
        return settings
    people = [each for each in settings.people if each.id != giver]
    officer = settings.officer
    if taker is not None:
        there = settings.person(taker.id) or taker
        answers = tuple(dict.fromkeys((*there.answers, *gone.answers)))
        taking = there.model_copy(update={"answers": answers, "role": there.role or gone.role})
        if officer.id == giver:
            officer, people = taking, [each for each in people if each.id != taking.id]
        elif officer.id == taking.id:
            officer = taking
        elif any(each.id == taking.id for each in people):
            people = [taking if each.id == taking.id else each for each in people]
        else:
            people.append(taking)
    owner = taker.id if taker is not None else None
    scopes = tuple(
        each.model_copy(update={"owner": owner}) if each.owner == giver else each
        for each in settings.scopes
    )
    return settings.model_copy(
        update={"officer": officer, "people": tuple(people), "scopes": scopes}
    )


def replaced(
    settings: Settings, instead: Mapping[ScopeId, Sequence[ScopeId]], new: Sequence[Scope] = ()
) -> Settings:
    """Give the settings in which some scopes stand in place of others, or nothing does.

    Who answered for one that is gone is asked about those that stand in its place. Scopes that
    used a shared service use those in its place.

    Args:
        instead: the scopes in place of each that is gone, none where it ended.
        new: those of them that are not there yet, or change.
    """
    fresh = {each.id: each for each in new}
    scopes: list[Scope] = []
    for each in settings.scopes:
        if each.id in fresh:
            scopes.append(fresh.pop(each.id))
        elif each.id in instead:
            scopes += [fresh.pop(name) for name in instead[each.id] if name in fresh]
        else:
            scopes.append(each)
    scopes += fresh.values()
    scopes = [
        each.model_copy(
            update={"inherits": tuple(n for n in _instead(each.inherits, instead) if n != each.id)}
        )
        for each in scopes
    ]
    certificates = tuple(
        each.model_copy(update={"scope": str(to)})
        for each in settings.certificates
        for to in _instead([ScopeId(each.scope)], instead)
    )
    everybody = [_asked_of(each, instead) for each in settings.everybody]
    return settings.model_copy(
        update={
            "scopes": tuple(scopes),
            "certificates": certificates,
            "officer": everybody[0],
            "people": tuple(everybody[1:]),
        }
    )


def _instead(
    names: Iterable[ScopeId], instead: Mapping[ScopeId, Sequence[ScopeId]]
) -> tuple[ScopeId, ...]:
    return tuple(dict.fromkeys(to for each in names for to in instead.get(each, (each,))))


def _asked_of(person: Person, instead: Mapping[ScopeId, Sequence[ScopeId]]) -> Person:
    answers: list[Assignment] = []
    for each in person.answers:
        if each.scope is None:
            but = _instead(each.without_scopes, instead)
            answers.append(each.model_copy(update={"without_scopes": but}))
        else:
            answers += [
                each.model_copy(update={"scope": to}) for to in _instead([each.scope], instead)
            ]
    return person.model_copy(update={"answers": tuple(dict.fromkeys(answers))})


def parts_of(whole: Scope, parts: Mapping[ScopeId, str]) -> tuple[Scope, ...]:
    """Give the scopes one becomes: each is what it was, under a name of its own.

    Args:
        parts: titles, keyed by id.
    """
    said = {"merged_from": (), "split_from": whole.id}
    return tuple(
        whole.model_copy(update=said | {"id": name, "title": title})
        for name, title in parts.items()
    )


def one_of(sources: Sequence[Scope], name: ScopeId, title: str) -> Scope:
    """Give the scope that several become: what the first says of itself, and what all use."""
    first = sources[0]
    inherits = dict.fromkeys(name for each in sources for name in each.inherits)
    covers = dict.fromkeys(name for each in sources for name in each.covers)
    return first.model_copy(
        update={
            "id": name,
            "title": title,
            "inherits": tuple(inherits),
            # NOTE: none means that it is asked about everything
            "covers": tuple(covers) if all(each.covers for each in sources) else (),
            "merged_from": tuple(each.id for each in sources),
            "split_from": None,
        }
    )
