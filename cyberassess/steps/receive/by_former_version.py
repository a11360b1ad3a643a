"""What is said of a questionnaire that was made before another version took a set's place."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.people.questions import AnswerReply, ConfirmReply, Fix, read_ref
from cyberassess.errors import Problem, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.years import changes_of

if TYPE_CHECKING:
    from cyberassess.books.questionnaire.reading import Return


def by_former_version(assessment: Assessment, returned: "Return", name: str) -> Iterator[Problem]:
    """Say of each set of before how many answers count now, and how many are kept beside."""
    state = assessment.state
    for record in changes_of(assessment):
        before, after = record.key
        if before not in returned.frameworks or before not in state.former:
            continue
        keys = {
            key
            for each in returned.replies
            if isinstance(each, AnswerReply | ConfirmReply)
            for key in each.statements
            if key.framework == before
        }
        counting = sum(_counts(assessment, key) for key in keys)
        rest = len(keys) - counting
        kept = (
            f"; {rest:,} {'is' if rest == 1 else 'are'} kept and shown beside what is asked again"
            if rest
            else ""
        )
        yield Problem.note(
            "by-former-version",
            name,
            f"It was made for {before}, and {after} took its place on {record.origin.time[:10]}. "
            f"Of its {counted(len(keys), 'answer')}, {counting:,} "
            f"{'counts' if counting == 1 else 'count'} for a question that is alike{kept}.",
            "Nothing is lost. For what is asked again or is new: cyberassess send.",
        )


def without_former_rows(
    assessment: Assessment, returned: "Return", fixes: Sequence[Fix]
) -> tuple["Return", tuple[Fix, ...]]:
    """Give them without the rows of a set of before: their refs may be another question's now.

    What is to be looked at stays in the list of it.
    """
    former = assessment.state.former

    def is_former(text: str) -> bool:
        ref = read_ref(text, returned.frameworks)
        return ref is not None and ref.framework in former

    typed = {place: each for place, each in returned.typed.items() if not is_former(each[0])}
    listed = tuple(each._replace(ref="") if is_former(each.ref) else each for each in fixes)
    return replace(returned, typed=typed), listed


def _counts(assessment: Assessment, key: StatementKey) -> bool:
    leads = assessment.state.leads
    return leads is not None and any(e.is_alike for e in leads.answers(key, ""))
