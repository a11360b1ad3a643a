"""What a return says of its answers as a whole: that they are true, or no longer hold."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cyberassess.domain.assessment import PersonId, StatementKey
from cyberassess.domain.people.declaring import DECLARATION, NO, YES
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.record import happened, registers
from cyberassess.errors import Problem, Severity, counted, named
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.send.chasing import today

if TYPE_CHECKING:
    from cyberassess.books.questionnaire.declaration import Declaration
    from cyberassess.books.questionnaire.document_rows import Denied
    from cyberassess.books.questionnaire.reading import Return

_NAMED = 3
"""So many statements are named; the rest is counted."""


def declare(
    assessment: Assessment,
    returned: "Return",
    asked: PersonId,
    sha256: str,
    problems: Iterable[Problem],
) -> tuple["Declaration | None", list[Problem]]:
    """Give the declaration that is to be recorded, if one is, and why one is not.

    Args:
        asked: whom the questionnaire was made for.
        sha256: of the file.
        problems: found when its answers were compared with those that are there.
    """
    from cyberassess.books.questionnaire.declaration import odd_date

    said = returned.declaration
    if said is None or is_declared(assessment, asked, sha256):
        return None, []
    if any(each.code in ("older", "older-file") for each in problems) or _is_overtaken(
        assessment, returned, asked, sha256
    ):
        where = f'{said.source.name}, sheet "{said.source.sheet}", cell {said.source.cell}'
        return None, [
            Problem(
                "declaration-older",
                where,
                "What is chosen here was not recorded: newer answers than this file's are here.",
                "If they are true, the newest file is the one to sign.",
                Severity.NOTE,
            )
        ]
    # NOTE: a clock east of here may show tomorrow's date
    odd = odd_date(said, today() + datetime.timedelta(days=1)) if said.is_given else None
    return (None, [odd]) if odd else (said, [])


def is_declared(assessment: Assessment, asked: PersonId, sha256: str) -> bool:
    """Say whether the declaration of this very file is recorded."""
    earlier = assessment.state.record_history.get((DECLARATION, (asked,)), ())
    return any(each.source.file == sha256 for each in earlier)


def _is_overtaken(
    assessment: Assessment, returned: "Return", asked: PersonId, sha256: str
) -> bool:
    here = [each for each in assessment.state.returned(asked) if each.sha256 != sha256]
    newest = max(((each.serial, each.saved) for each in here), default=(0, ""))
    return (returned.serial, returned.saved) < newest


def declaration_event(
    said: "Declaration", name: str, asked: PersonId, *, who: PersonId, sha256: str, serial: int
) -> happened.Entry:
    """Give the event that keeps a declaration, or a No.

    Args:
        name: who gives it.
        who: the id of that person.
        serial: of the questionnaire.
    """
    declaration = registers.Declaration(
        name=name,
        date=said.date,
        serial=serial,
        said=YES if said.is_given else NO,
        sha256=sha256,
    )
    return happened.put((asked,), declaration, person=who, source=said.source, read=said.read)


def deny(assessment: Assessment, denied: Iterable[tuple[PersonId, "Denied"]]) -> Iterator[Problem]:
    """Say what became of each No beside earlier answers: it takes back nothing by itself.

    Args:
        denied: with whoever says so.
    """
    stored: Mapping[tuple[str, bool], list[StatementKey]] = defaultdict(list)
    rows: Mapping[tuple[str, bool], list[StatementKey]] = defaultdict(list)
    for who, each in denied:
        cell = (each.place, each.is_whole)
        rows[cell] += each.statements
        stored[cell] += [key for key in each.statements if _is_stored(assessment, who, key)]
    for cell, keys in rows.items():
        yield _still_stored(cell[0], stored[cell]) if stored[cell] else _unanswered(*cell, keys)


def _is_stored(assessment: Assessment, who: PersonId, key: StatementKey) -> bool:
    state = assessment.state
    if any(each.person == who for each in state.answers.get(key, ())):
        return True
    return any(record[: len(key)] == key for record in state.records.get(INHERITANCE, {}))


def _still_stored(where: str, keys: list[StatementKey]) -> Problem:
    return Problem(
        "no-but-stored",
        where,
        f"No is chosen here, and {counted(len(keys), 'answer')} stored before "
        f"({_named(keys)}) {'stays' if len(keys) == 1 else 'stay'} as "
        f"{'it is' if len(keys) == 1 else 'they are'}: this cell takes nothing back.",
        "Where one no longer holds, choose the right answer in its row, or “Withdraw my answer”.",
    )


def _unanswered(where: str, is_whole: bool, keys: list[StatementKey]) -> Problem:  # noqa: FBT001
    if is_whole:
        message = f"No is chosen here, and {counted(len(keys), 'statement')} ({_named(keys)}) "
        message += "have no other answer."
    else:
        message = (
            f"The earlier answer to {_named(keys)} no longer holds, and no new one is chosen."
        )
    return Problem(
        "no-longer-true",
        where,
        message,
        "Nothing was confirmed: that counts as not answered. Choose an answer, or leave it so.",
        Severity.NOTE,
    )


def _named(keys: list[StatementKey]) -> str:
    return named((str(each.indicator) for each in keys), _NAMED)
