"""Checks that show while answers are typed: what cannot be right together, and what is missing.

Each is a formula in the row of an outcome's title or question, with its true value beside it, and
works in Excel and LibreOffice. Nobody reads it back: ``receive`` looks for itself.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cyberassess.adapters.xlsx import wording
from cyberassess.adapters.xlsx.look import LONGEST_FORMULA
from cyberassess.domain.framework import CountsAs, Level, Needs
from cyberassess.domain.questions import Row


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

    def labels(self, *wanted: CountsAs) -> list[str]:
        """Give the labels that count so."""
        return [each.label for each in self.rows[0].answers if each.counts_as in wanted]

    @property
    def wanting(self) -> list[str]:
        """The labels that need a reason."""
        return [each.label for each in self.rows[0].answers if each.needs is Needs.REASON]

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


def missing(bands: Sequence[Band]) -> Check | None:
    """Check for answers that need words, and words without an answer; names their refs.

    Gives ``None`` where the outcome has no rows: each of its statements is asked elsewhere.
    """
    if not bands:
        return None
    why: list[str] = []
    alone: list[str] = []
    why_now, alone_now = "", ""
    counts: list[str] = []
    for band in bands:
        wanting = band.wanting
        cells = f"D{band.first}:D{band.last}"
        counts += [
            f"COUNTIF(C{band.first}:C{band.last},{_text(each)})"
            f'-COUNTIFS(C{band.first}:C{band.last},{_text(each)},{cells},"<>")'
            for each in wanting
        ]
        for number, row in enumerate(band.rows, start=band.first):
            if wanting:
                tests = ",".join(f"C{number}={_text(each)}" for each in wanting)
                why.append(f'IF(AND(D{number}="",OR({tests})),A{number}&" ","")')
            alone.append(f'IF(AND(C{number}="",D{number}<>""),A{number}&" ","")')
            reason = row.current.reason if row.current else ""
            if _label(row) in wanting and not reason:
                why_now += f"{row.ref} "
    lonely = "+".join(
        f'COUNTIF(D{b.first}:D{b.last},"<>")'
        f'-COUNTIFS(D{b.first}:D{b.last},"<>",C{b.first}:C{b.last},"<>")'
        for b in bands
    )
    parts = [(lonely, wording.CHECK_ANSWER, alone)]
    if counts:
        parts.insert(0, ("+".join(counts), wording.CHECK_WORDS, why))
    formula = "=" + "&".join(_naming(*each) for each in parts)
    if len(formula) > LONGEST_FORMULA:
        formula = "=" + "&".join(_naming(count, text, ()) for count, text, _ in parts)
        why_now = "" if not why_now else wording.CHECK_SOME
    value = wording.CHECK_WORDS.format(refs=why_now) if why_now else ""
    return Check(formula, value + alone_now)


def _naming(count: str, text: str, names: Sequence[str]) -> str:
    said = _text(text.format(refs=""))
    return f'IF({count}>0,{said}&{"&".join(names) or _text(wording.CHECK_SOME)},"")'
