"""Characters that nobody sees and that change what is seen: escapes, breaks, turned-round text.

A terminal obeys some of them: they set its title, fill its clipboard, hide a line or turn it
round. A line break in a name adds a line to a letter's head. So what is printed shows them as
numbers, and a field of one line refuses those that no name needs.
"""

import unicodedata

_HIDING = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINERS = "\u200c\u200d"
"""Letters of some scripts and pictures are put together with them; they hide and turn nothing."""
_LINES = "\n\t"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates.

Source: Unicode Standard Annex 9, Unicode Bidirectional Algorithm, sections 2.1 to 2.5,
https://www.unicode.org/reports/tr9/
"""


QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})


def fold(text: str) -> str:
    """Give a text as it is compared: spaces, letter case and curly quotes do not matter."""
    return " ".join(text.translate(QUOTES).casefold().split())


def visible(text: str) -> str:
    """Give one line as it is shown: characters that hide or turn text stand as numbers."""
    if text.isprintable():
        return text
    return "".join(
        f"[U+{ord(each):04X}]"
        if unicodedata.category(each) in _HIDING and each not in _JOINERS
        else each
        for each in text
    )


def visible_lines(text: str) -> str:
    """Give a text of several lines as ``visible`` gives one; breaks and tabs stay."""
    shown = {each: visible(each) for each in set(text) if each not in _LINES}
    hidden = {ord(each): seen for each, seen in shown.items() if seen != each}
    if not hidden:
        return text
    return "\r\n".join(line.translate(hidden) for line in text.split("\r\n"))


def unfit_in(text: str, *, lines: bool = False) -> str:
    """Give the first character that no one-line field may hold, as it is shown; empty for none.

    Args:
        lines: whether the field may have several lines.
    """
    for each in text:
        if lines and each in "\r\n\t\u2028\u2029":
            continue
        if each in _TURNING or unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}:
            return visible(each)
    return ""


def unfit_message(text: str, unfit: str) -> str:
    """Say that a text holds such a character."""
    what = "a line break" if unfit in {"[U+000A]", "[U+000D]"} else f"the character {unfit}"
    return f'"{visible(text)[:80]}" holds {what}, which is not seen and changes what is.'


UNFIT_HINT = "Type it again on one line, with letters that can be seen."
