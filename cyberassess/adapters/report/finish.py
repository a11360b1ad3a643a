"""What WeasyPrint leaves undone in a tagged PDF, mended just before the file is put together.

The running head and foot of each page are marked as content, but no part of the structure owns
them, which PDF/UA forbids. They become artifacts: read by the eye, passed over by screen readers.
"""

from collections.abc import Iterator
from typing import Any


def paint_compactly(page: Any) -> None:  # NOTE: the engine has no types
    """Let a page join its drawing commands as soon as it is painted.

    A page's stream is a list with a piece of bytes for each command, kept until the file is put
    together; joined, a long report takes a fifth less memory. The bytes that are written stay the
    same. The commands that begin marked content stay apart: ``margins_as_artifacts`` reads them.
    """
    paint = page.paint

    def painted(stream: Any, scale: float = 1) -> None:
        paint(stream, scale)
        stream.stream[:] = _joined(stream.stream)

    page.paint = painted


def _joined(commands: list[object]) -> Iterator[object]:
    run: list[bytes] = []
    for at, command in enumerate(commands):
        begins = commands[at : at + 3][-1] == b"BDC" or command == b"BDC"
        if isinstance(command, bytes) and not begins:
            run.append(command)
            continue
        if run:
            yield b"\n".join(run)
            run = []
        yield command
    if run:
        yield b"\n".join(run)


def margins_as_artifacts(_document: object, pdf: Any) -> None:  # NOTE: pydyf has no types
    """Turn marked content that no structure element owns into artifacts; a finisher.

    Source: ISO 14289-1 (PDF/UA-1), 7.1: content is tagged or an artifact.
    """
    by_reference = {each.reference: each for each in pdf.objects}
    owned: dict[object, set[int]] = {}
    tree = by_reference[pdf.catalog["StructTreeRoot"]]
    for page, number in _owned(tree, by_reference):
        owned.setdefault(page, set()).add(number)
    numbers = by_reference[tree["ParentTree"]]["Nums"]
    for place, page in enumerate(pdf.page_references):
        kept = owned.get(page, set())
        commands = by_reference[by_reference[page]["Contents"]].stream
        owners = numbers[2 * place + 1]
        for at, command in enumerate(commands):
            if command == b"BDC" and commands[at - 1].get("MCID", -1) not in kept | {-1}:
                owners[commands[at - 1]["MCID"]] = "null"
                commands[at - 2] = b"/Artifact"
                commands[at - 1] = b"<</Type/Pagination>>"


def _owned(tree: Any, by_reference: dict[bytes, Any]) -> Iterator[tuple[object, int]]:
    """Give page and number of every piece of marked content the structure owns."""
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        for kid in element.get("K", ()):
            if isinstance(kid, int):
                yield element["Pg"], kid
            elif kid in by_reference and "S" in by_reference[kid]:
                waiting.append(by_reference[kid])
