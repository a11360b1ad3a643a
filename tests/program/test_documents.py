"""Documents that must not rot: the list of commands, links between documents, the tutorial.

``SNAPSHOTS=update python -m pytest tests/program/test_documents.py`` writes
``docs/commands.md`` anew.
"""

import inspect
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.program.test_program import ALL

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "docs"
COMMANDS = DOCUMENTS / "commands.md"
HEAD = """\
# Commands

Made from the program itself: what stands here is what `--help` says. `-C DIR`, `--no-input`,
`--no-color` and `--debug` go before the command. What `--json` prints is in [json.md](json.md).

What you type is read alike in every command and every workbook, with capitals or without:

- An outcome or a statement is its id; in one scope `B2.c/housing` or `"B2.c/Housing management"`,
  in all of them `B2.c/all`; of the second control set `2:A1.a`.
- What evidence supports is an outcome and, if you like, a page: `"B2.c/housing, page 4"`.
- A scope or a level is its id or its title; a person is a name, an e-mail address or an id.
- A date is `31/03/2027` (day first), `31 March 2027`, `31 Mar 27` or `2027-03-31`. For the due
  date of an action and the end of a document `March 2027` or `2027` will do: its last day.

What a date was read as is said where it might surprise. What means nothing, or may mean two
things, is refused with what is nearest or allowed.

Exit codes: 0 done, 1 refused and nothing changed, 2 usage, 3 done in part or people must act,
4 `verify` or `framework check` found problems, 5 busy, 130 interrupted.
"""


def paragraphs(command: click.Command) -> Iterator[str]:
    """Give the paragraphs of a command's help; examples as a block of code."""
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        lines = part.removeprefix("\b").strip("\n").splitlines()
        title, rest = lines[0], lines[1:]
        if part.startswith("\b") and title.endswith((":", "once:")):
            block = inspect.cleandoc("\n".join(rest))
            yield (
                f"{title}\n\n```console\n{block}\n```"
                if title != "Examples:"
                else (f"```console\n{block}\n```")
            )
        else:
            yield " ".join(lines)


def option_row(option: click.Option) -> str:
    """Give one line of the table of options."""
    names = ", ".join(f"`{each}`" for each in option.opts)
    value = f" `{option.metavar}`" if option.metavar and not option.is_flag else ""
    default = option.show_default
    if default is True:
        default = str(option.default)
    shown = f" Default: {default}." if default else ""
    text = f"{option.help}{shown}".replace("|", "\\|")
    return f"| {names}{value.replace('|', chr(92) + '|')} | {text} |"


def rendered() -> str:
    """Give ``docs/commands.md`` as it should be."""
    parts = [HEAD]
    for path, command in ALL:
        name = " ".join(path) or "cyberassess"
        words = [each.metavar or "" for each in command.params if isinstance(each, click.Argument)]
        usage = " ".join(filter(None, (name, *words)))
        parts.append(f"## `{usage}`" if len(path) < 2 else f"### `{usage}`")
        parts += paragraphs(command)
        options = [
            option_row(each) for each in command.params
            if isinstance(each, click.Option) and not each.hidden and each.name != "help"
        ]  # fmt: skip
        if options:
            parts.append("\n".join(["| Option | Meaning |", "|---|---|", *options]))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def test_the_list_of_commands_is_what_the_program_says() -> None:
    text = rendered()
    if os.environ.get("SNAPSHOTS") == "update":
        COMMANDS.write_text(text, "utf-8")
    assert COMMANDS.read_text("utf-8") == text, "SNAPSHOTS=update writes docs/commands.md anew"


def test_every_document_is_linked() -> None:
    texts = "".join(
        each.read_text("utf-8") for each in (ROOT / "README.md", *DOCUMENTS.glob("*.md"))
    )
    for each in DOCUMENTS.glob("*.md"):
        assert f"({each.name})" in texts or f"(docs/{each.name})" in texts, each.name


def test_every_link_and_picture_leads_somewhere() -> None:
    for each in (ROOT / "README.md", *DOCUMENTS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", each.read_text("utf-8")):
            if "://" not in target:
                assert (each.parent / target).exists(), (each.name, target)


def commands_of(text: str) -> list[list[str]]:
    """Give the commands of a document's console blocks, in order."""
    found: list[list[str]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                found.append(shlex.split(line[2:]))
    return found


def written_commands() -> Iterator[tuple[str, list[str]]]:
    """Give every command in the README's and the documents' blocks, without the program's name."""
    for each in filter(Path.is_file, (ROOT / "README.md", *DOCUMENTS.glob("*.md"))):
        for words in commands_of(each.read_text("utf-8")):
            if words[0] in {"./run", "../run", "cyberassess"} and words[1:] not in RUN_ITSELF:
                yield each.name, words[1:]


RUN_ITSELF = (["test"], ["fuzz", "20000"])
"""What the script does besides passing words on."""


@pytest.mark.parametrize(("document", "words"), list(written_commands()), ids=str)
def test_every_command_in_a_document_exists_with_its_options(
    document: str, words: list[str]
) -> None:
    """It is read as the program reads it, and not run."""
    command: click.Command = program
    context = click.Context(program, **program.context_settings)
    while isinstance(command, click.Group) and words and words[0] in (*command.commands, "-C"):
        if words[0] == "-C":
            words = words[2:]
            continue
        command, words = command.commands[words[0]], words[1:]
        context = click.Context(command, parent=context)
    assert command is not program, document
    command.parse_args(context, list(words))


@pytest.mark.slow
def test_the_tutorial_runs_from_top_to_bottom(
    demonstration: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """``cd`` is followed; what is typed at the prompt stands in the block after ``ask``."""
    text = (DOCUMENTS / "tutorial.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(demonstration, tmp_path / "reports" / "demo")
    ran = 0
    for words in commands_of(text):
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            continue
        if words[0] == "export":
            continue
        assert words[0] in {"./run", "cyberassess"}, words
        if words[1:] == ["demo"]:
            continue  # the session's fixture made it
        typed = "".join(f"{each}\n" for each in re.findall(r"^> (.*)$", text, re.MULTILINE))
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = run(program, words[1:])
        shown = capfd.readouterr()
        assert code == 0, (words, shown.err)
        if "ask" in words:
            assert "Kept 2 answers and 0 texts for Helen Stobart." in shown.out
        ran += 1
    assert ran >= 10
