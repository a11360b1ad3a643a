"""The steps of the year, a folder each, as the README tells them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyberassess.books.coming import Returning


def returning() -> "tuple[Returning, ...]":
    """Give what comes back beside questionnaires: every kind of file a step takes."""
    from cyberassess.steps.confirm.deciding import DECISIONS
    from cyberassess.steps.people.tables import PEOPLE, SYSTEMS
    from cyberassess.steps.plan.plan_book import PLAN
    from cyberassess.steps.review.reviewing import REVIEWED

    return (DECISIONS, REVIEWED, PLAN, PEOPLE, SYSTEMS)
