"""The status as one page of HTML: who has not replied, what is in conflict, what next."""

from dataclasses import dataclass

from cyberassess.paper.templates import template_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's line."""

    name: str
    answered: int
    of: int
    state: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One statement people differ on."""

    ref: str
    """Statement and scope, as commands name them."""
    text: str
    place: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What the page shows."""

    title: str
    marking: str
    on: str
    due: str
    lead: str
    next_steps: tuple[str, ...]
    people: tuple[PersonRow, ...]
    conflicts: tuple[ConflictRow, ...]
    notes: tuple[str, ...]
    head: str


def status_html(page: StatusPage) -> str:
    """Give the page: it stands on its own, runs nothing and fetches nothing."""
    return template_of("report", "status.html.j2").render(page=page)
