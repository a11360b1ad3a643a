"""What the plan costs: one-off and yearly amounts apart, each with its total.

Amounts are read out of the words that stand on paper beside an action: what somebody wrote, or
what its band means. What cannot be read for certain is counted as not in the totals.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cyberassess.domain.record.plan import Action, Cost
from cyberassess.errors import counted, joined
from cyberassess.paper.look import Look

ONE_OFF = "Costs are as recorded in the plan; one that names no year counts as one-off."
"""What to say of totals."""
_AMOUNT = r"£\s?(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s?(k|m|million)?"
_SECOND = _AMOUNT.replace("£", "£?")
_PART = re.compile(
    rf"(?P<about>(?:about|around|roughly|up to|under|less than|below|over|more than|at least) )?"
    rf"{_AMOUNT}(?:\s?(?:to|[-\u2013])\s?{_SECOND})?"
    r"(?P<yearly> ?(?:a year|per year|per annum|p\.?a\.?|each year|every year|yearly|annually|"
    r"/ ?year))?(?: (?:one-off|once|in all|in total))?"
)
_SPLIT = re.compile(r"\s*(?:,(?!\d)|;|\+| plus | and (?:then )?(?=[^,;]*£)| then )\s*(?:then )?")
_UP_TO = frozenset(("up to", "under", "less than", "below"))
_FROM = frozenset(("over", "more than", "at least"))
_THOUSAND, _MILLION = 1_000, 1_000_000
_TIMES = {"": 1, "k": _THOUSAND, "m": _MILLION, "million": _MILLION}


class Amount(NamedTuple):
    """Pounds, from and to."""

    low: int
    high: int | None
    """``None`` where nobody said how much at most."""
    is_yearly: bool


def read_costs(text: str) -> tuple[Amount, ...] | None:
    """Read the amounts in words about a cost; ``None`` where they cannot be read for certain."""
    found: list[Amount] = []
    for part in filter(None, _SPLIT.split(text.strip().rstrip(".").casefold())):
        if not re.search(r"\d", part):
            continue  # a remark beside the amount
        match = _PART.fullmatch(part)
        if match is None:
            return None
        found.append(_amount(match))
    return tuple(found) or None


def _amount(match: re.Match[str]) -> Amount:
    first, unit, second, other = match.groups()[1:5]
    low = _pounds(first, unit or (other if second else ""))
    about = (match["about"] or "").strip()
    high: int | None = _pounds(second, other or unit) if second else low
    if about in _UP_TO:
        low = 0
    elif about in _FROM:
        high = None
    return Amount(low, high, bool(match["yearly"]))


def _pounds(digits: str, unit: str | None) -> int:
    return round(float(digits.replace(",", "")) * _TIMES[unit or ""])


def brief_costs(actions: Iterable[Action], look: Look) -> str:
    """Say in a few words what actions cost; empty where nothing is known of it."""
    costed = (each for each in actions if each.cost_text or each.cost is not Cost.NONE)
    costs = [read_costs(look.cost(each)) for each in costed]
    known = [amount for found in costs for amount in found or ()]
    once = [each for each in known if not each.is_yearly]
    yearly = [each for each in known if each.is_yearly]
    said = [f"{total(once)} once"] if once else []
    said += [f"{total(yearly)} a year"] if yearly else []
    return f"{joined(said)}{' as far as costed' if said and None in costs else ''}"


def said_costs(actions: Iterable[Action], look: Look) -> str:
    """Say what actions cost, one-off and yearly apart; empty where there is none."""
    once: list[Amount] = []
    yearly: list[Amount] = []
    free = unread = unknown = 0
    for each in actions:
        found = read_costs(look.cost(each))
        if each.cost is Cost.NONE and not each.cost_text:
            free += 1
        elif found is not None:
            once += [amount for amount in found if not amount.is_yearly]
            yearly += [amount for amount in found if amount.is_yearly]
        elif each.cost_text:
            unread += 1
        else:
            unknown += 1
    return " ".join(_said(once, yearly, free, unread, unknown))


def _said(once: list[Amount], yearly: list[Amount], *others: int) -> Iterator[str]:
    if once:
        yield f"One-off cost: {total(once)}."
    if yearly:
        yield f"Cost a year: {total(yearly)}."
    words = ("without cost", "whose cost is not read as an amount", "not costed")
    rest = [(number, word) for number, word in zip(others, words, strict=True) if number]
    if rest and not (once or yearly):
        yield f"Actions: {joined([f'{number} {word}' for number, word in rest])}."
    elif rest:
        (first, word), *more = rest
        said = [f"{counted(first, 'action')} {word}", *(f"{number} {e}" for number, e in more)]
        yield f"Beside these there {'is' if first == 1 else 'are'} {joined(said)}."


def total(amounts: Iterable[Amount]) -> str:
    """Add amounts up, in words: ``£50k to £85k``."""
    parts = tuple(amounts)
    low = sum(each.low for each in parts)
    highs = [each.high for each in parts]
    if None in highs:
        return f"{money(low)} or more"
    high = sum(each for each in highs if each is not None)
    if low == high:
        return money(low)
    return f"{money(low)} to {money(high)}" if low else f"up to {money(high)}"


def money(pounds: int) -> str:
    """Give an amount as people write it: ``£60k``, ``£1.2m``, ``£12,500``."""
    if pounds >= _MILLION and not pounds % (_MILLION // 10):
        return f"£{pounds / _MILLION:g}m"
    return f"£{pounds:,}" if pounds % _THOUSAND or not pounds else f"£{pounds // _THOUSAND:,}k"
