"""Checks that show while answers are typed: what cannot be right together, and what is missing.

Each is a formula in the row of an outcome's title or question, with its true value beside it, and
works in Excel and LibreOffice. Nobody reads it back: ``receive`` looks for itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.look import LONGEST_FORMULA
from cyberassess.domain.people.questions import Row
from cyberassess.domain.result.better import Beside
from cyberassess.domain.sets.framework import Answer, CountsAs, Level, Needs


class Band(NamedTuple):
    """The rows of one level of one outcome, as they stand on a sheet."""

    level: Level
    rows: Sequence[Row]
    first: int
    """The number of the first row, counted from one."""

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of its rows, each once."""
        return tuple(dict.fromkeys(each for row in self.rows for each in row.answers))

    def labels(self, *wanted: CountsAs) -> list[str]:
        """Give the labels that count so."""
        return [each.label for each in self.answers if each.counts_as in wanted]

    @property
    def wanting(self) -> list[str]:
        """The labels that need a reason, whatever else is answered."""
        return [each.label for each in self.answers if each.needs is Needs.REASON]

    def chosen(self, labels: Iterable[str]) -> str:
        """Give the formula that counts the rows with one of these answers."""
        terms = [f"COUNTIF(C{self.first}:C{self.last},{_text(each)})" for each in labels]
        return "+".join(terms) or "0"

    def has(self, labels: Sequence[str]) -> int:
        """Count the rows with one of these answers now."""
        return sum(_label(row) in labels for row in self.rows)


class Check(NamedTuple):
    """A formula with its value."""

    formula: str
    value: str


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _label(row: Row) -> str:
    if row.current is None:
        return ""
    labels = {each.code: each.label for each in row.answers}
    return labels.get(row.current.answer, row.current.answer)


def contradiction(bands: Sequence[Band]) -> Check | None:
    """Check for a warning sign that happens beside a column that is claimed as a whole.

    Gives ``None`` where the outcome has no warning signs.
    """
    warnings = [each for each in bands if each.level.is_warning]
    claims = [each for each in bands if not (each.level.is_warning or each.level.is_condition)]
    if not warnings or not claims:
        return None
    happens = "+".join(each.chosen(each.labels(CountsAs.MET)) for each in warnings)
    happen = any(each.has(each.labels(CountsAs.MET)) for each in warnings)
    formula, value = '""', ""
    for band in claims:
        met, out = band.labels(CountsAs.MET), band.labels(CountsAs.LEFT_OUT)
        text = wording.CHECK_CLAIM.format(heading=band.level.heading)
        whole = f"AND({band.chosen(met)}>0,{band.chosen([*met, *out])}={len(band.rows)})"
        formula = f"IF({whole},{_text(text)},{formula})"
        if happen and band.has(met) and band.has([*met, *out]) == len(band.rows):
            value = text
    return Check(f'=IF({happens}=0,"",{formula})', value)


class Lesser(NamedTuple):
    """A row that describes a shortfall, with the rows of the same sheet that say better."""

    number: int
    """Of its row, counted from one."""
    row: Row
    better: tuple[tuple[int, Row], ...]
    """With their numbers."""

    @property
    def _holds(self) -> str:
        terms = [
            f'AND({_is(number, each)},$D{number}<>"")'
            if each.needs is Needs.REASON
            else _is(number, each)
            for number, row in self.better
            for each in row.answers
            if each.counts_as is CountsAs.MET
        ]
        return f"OR({','.join(terms) or 'FALSE'})"

    @property
    def unexplained(self) -> str:
        """The formula that is true where somebody does better, and nothing says how."""
        said = [_is(self.number, e) for e in self.row.answers if e.needs is Needs.REASON_OR_BETTER]
        unless = f",NOT({self._holds})" if self.better else ""
        return f'AND($D{self.number}="",OR({",".join(said)}){unless})'

    @property
    def overtaken(self) -> str:
        """The formula that is true where it is said not to hold, and one that says better does."""
        said = [_is(self.number, e) for e in self.row.answers if e.counts_as is CountsAs.NOT_MET]
        return f"AND(OR({','.join(said) or 'FALSE'}),{self._holds})"


def _is(number: int, answer: Answer) -> str:
    return f"$C{number}={_text(answer.label)}"


def lesser(bands: Sequence[Band]) -> dict[str, Lesser]:
    """Give the rows that describe a shortfall, keyed by ref."""
    numbered = [
        (number, row) for band in bands for number, row in enumerate(band.rows, start=band.first)
    ]
    places = {statement: found for found in numbered for statement in found[1].statements}
    return {
        row.ref: Lesser(number, row, tuple(places[e] for e in row.better_than if e in places))
        for number, row in numbered
        if any(each.needs is Needs.REASON_OR_BETTER for each in row.answers)
    }


class _Part(NamedTuple):
    """One thing a check says: how often, in which words, of which rows; and of which now."""

    how_many: str
    text: str
    names: Sequence[str]
    now: str


def missing(bands: Sequence[Band]) -> Check | None:
    """Check for answers that need words, words without an answer, and a shortfall left behind.

    It names their refs. Gives ``None`` where the outcome has no rows: each of its statements is
    asked elsewhere.
    """
    if not bands:
        return None
    found = lesser(bands)
    beside = Beside((row for band in bands for row in band.rows), _chosen)
    parts = [each for each in (_unexplained(bands, found, beside), _alone(bands)) if each]
    pairs = [each for each in found.values() if each.better]
    if pairs:
        now = [each.row.ref for each in pairs if any(beside.overtaken(each.row))]
        parts.append(
            _Part(
                "+".join(f"IF({each.overtaken},1,0)" for each in pairs),
                wording.CHECK_BETTER,
                [f'IF({each.overtaken},A{each.number}&" ","")' for each in pairs],
                "".join(f"{ref} " for ref in now),
            )
        )
    formula = "=" + "&".join(_naming(each.how_many, each.text, each.names) for each in parts)
    is_long = len(formula) > LONGEST_FORMULA
    if is_long:
        formula = "=" + "&".join(_naming(each.how_many, each.text, ()) for each in parts)
    return Check(
        formula,
        "".join(
            each.text.format(refs=wording.CHECK_SOME if is_long else each.now)
            for each in parts
            if each.now
        ),
    )


def _chosen(row: Row) -> tuple[str, str] | None:
    return (row.current.answer, row.current.reason) if row.current else None


def _unexplained(
    bands: Sequence[Band], found: Mapping[str, Lesser], beside: Beside
) -> _Part | None:
    """Give the answers that count for nothing without words."""
    why: list[str] = []
    counts: list[str] = []
    now = ""
    for band in bands:
        cells = f"D{band.first}:D{band.last}"
        counts += [
            f"COUNTIF(C{band.first}:C{band.last},{_text(each)})"
            f'-COUNTIFS(C{band.first}:C{band.last},{_text(each)},{cells},"<>")'
            for each in band.wanting
        ]
        for number, row in enumerate(band.rows, start=band.first):
            if band.wanting:
                tests = ",".join(f"C{number}={_text(each)}" for each in band.wanting)
                why.append(f'IF(AND(D{number}="",OR({tests})),A{number}&" ","")')
            if row.ref in found:
                counts.append(f"IF({found[row.ref].unexplained},1,0)")
                why.append(f'IF({found[row.ref].unexplained},A{number}&" ","")')
            needing = {each.code for each in beside.needing(row)}
            if row.current and row.current.answer in needing and not row.current.reason:
                now += f"{row.ref} "
    return _Part("+".join(counts), wording.CHECK_WORDS, why, now) if counts else None


def _alone(bands: Sequence[Band]) -> _Part:
    """Give the words without an answer; what is written never has any."""
    lonely = "+".join(
        f'COUNTIF(D{b.first}:D{b.last},"<>")'
        f'-COUNTIFS(D{b.first}:D{b.last},"<>",C{b.first}:C{b.last},"<>")'
        for b in bands
    )
    names = [
        f'IF(AND(C{number}="",D{number}<>""),A{number}&" ","")'
        for band in bands
        for number in range(band.first, band.last + 1)
    ]
    return _Part(lonely, wording.CHECK_ANSWER, names, "")


def _naming(count: str, text: str, names: Sequence[str]) -> str:
    said = _text(text.format(refs=""))
    return f'IF({count}>0,{said}&{"&".join(names) or _text(wording.CHECK_SOME)},"")'
