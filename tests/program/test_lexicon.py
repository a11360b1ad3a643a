"""No word of the trade without a plain word beside it, in anything the program says to people.

Documents for auditors and the assurer's workbook keep their words: what they say is theirs.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEXICON = {
    r"ledger head|head of the ledger|ledger's head": ("everything recorded",),
    r"\bclaims?\b": ("above the lowest level", "say what is so"),
    r"\bscope ids?\b": ("system",),
    r"\bsettle[sd]?\b|\bsettling\b": ("decide",),
    r"\bcolumns? left out\b": ("does not apply", "do not apply"),
}
"""Words of the trade, and the plain words of which one stands in the same text."""
THEIRS = (
    "steps/pack/", "steps/review/", "steps/care/pack.py", "books/review_book.py",
    "domain/result/counting.py",
)  # fmt: skip
"""What auditors and assurers read; words of packs, which are derived again, never change."""
NAMES = frozenset(("Columns left out", "Ledger head"))
"""Of a sheet, whose title says it plainly; of a fact only programs read."""


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Give what a module says, each text whole, with its line; a command's help is said too."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    if path.name == "commands.py":
        commands = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
        silent -= {id(e.body[0].value) for e in commands if isinstance(e.body[0], ast.Expr)}
    silent |= {
        id(value)
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "fields_of"
        for value in each.args
    }
    inside = {
        id(value)
        for each in ast.walk(tree)
        if isinstance(each, ast.JoinedStr)
        for value in each.values
    }
    for each in ast.walk(tree):
        if id(each) in silent or id(each) in inside:
            continue
        if isinstance(each, ast.JoinedStr):
            parts = (e.value if isinstance(e, ast.Constant) else "{}" for e in each.values)
            yield each.lineno, "".join(map(str, parts))
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.lineno, each.value


def unexplained(text: str) -> list[str]:
    """Give the words of the trade that stand in a text without a plain one."""
    if " " not in text or text in NAMES:
        return []
    return [
        found[0]
        for term, plain in LEXICON.items()
        if (found := re.search(term, text, re.IGNORECASE))
        and not any(each in text.casefold() for each in plain)
    ]


def _said() -> Iterator[tuple[str, str]]:
    for room in ("books", "domain", "opening", "steps", "terminal"):
        for path in sorted((ROOT / "cyberassess" / room).rglob("*.py")):
            name = path.relative_to(ROOT / "cyberassess").as_posix()
            if not name.startswith(THEIRS):
                yield from ((f"{name}:{line}", text) for line, text in texts_of(path))
    for path in sorted((ROOT / "templates" / "letters").iterdir()):
        lines = path.read_text("utf-8").splitlines()
        yield from ((f"{path.name}:{n}", line) for n, line in enumerate(lines, 1))


@pytest.mark.slow
def test_every_message_has_a_plain_word_beside_each_word_of_the_trade() -> None:
    said = list(_said())
    assert len(said) > 5_000
    assert [(where, found) for where, text in said for found in unexplained(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Compare the ledger head.", ["ledger head"]),
        ("The mark of everything recorded (ledger head) fits.", []),
        ("Settle it with cyberassess resolve.", ["Settle"]),
        ("Settle it: decide which one holds.", []),
        ("claims", []),
        ("Columns left out", []),
        ("Ledger head", []),
        ("Two columns left out.", ["columns left out"]),
    ],
)
def test_the_lexicon_finds_what_it_is_for(text: str, found: list[str]) -> None:
    assert unexplained(text) == found
