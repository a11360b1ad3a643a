"""Completing what somebody types, in bash, zsh, fish and PowerShell.

The shell starts the program with ``_CYBERASSESS_COMPLETE`` set; click finds out which parameter is
being typed. Parameters are given their words by what they are called in the help (``NAME`` after
``--to`` is a person), so that a new command is completed without a line of its own.
"""

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.disk.files import by_name
from cyberassess.domain.characters import UNFIT_HINT, unfit_in, unfit_message
from cyberassess.terminal.fitting import write_exactly

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem, ShellComplete

VARIABLE = "_CYBERASSESS_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell")

_BY_NAME = {
    "--to": "people",
    "--as": "people",
    "--by": "people",
    "--from": "people",
    "--person": "people",
    "--owner": "people",
    "--scope": "scopes",
    "--system": "systems",
    "--framework": "frameworks",
    "--profile": "profiles",
    "--themes": "themes",
}
"""Options whose metavar says only NAME or ID."""
_BY_METAVAR = {
    "OUTCOME": "outcomes",
    "STATEMENT": "statements",
    "ID@VERSION": "frameworks",
    "FROM": "frameworks",
    "TO": "frameworks",
    "SCOPE": "scopes",
    "SYSTEM": "systems",
    "PERSON": "people",
}
_ANY_NUMBER = -1
_FILES = ("FILE", "FOLDER", "OUT")
_NOT_COMPLETED = {"new": ("--system",)}
"""Where a name is given for the first time."""


_SEVERAL_LINES = frozenset((
    "--reason", "--no-profile-reason", "--comment", "--why", "--shows", "--population",
    "--selected", "--collected-how", "--decision", "--action", "--cost-text",
))  # fmt: skip
"""Options for words as people write them."""


class Line(click.types.StringParamType):
    """A text that is printed, kept and sent on: no character in it is obeyed or unseen."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse escapes, turned text and, where it is one line, line breaks."""
        text = str(super().convert(value, param, ctx))
        lines = param is not None and bool(_SEVERAL_LINES.intersection(param.opts))
        unfit = unfit_in(text, lines=lines)
        if unfit:
            self.fail(
                f"{unfit_message(text, unfit)} Nothing was changed. {UNFIT_HINT}", param, ctx
            )
        return text


class Offered(Line):
    """A text for which the shell is given words to choose from."""

    def __init__(self, kind: str) -> None:
        """Name the kind of words: ``file``, ``dir``, or one of ``suggestions``."""
        self.kind = kind

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Take a file's name as it is: people are sent files of any name."""
        if self.kind in ("file", "dir"):
            return str(click.types.StringParamType.convert(self, value, param, ctx))
        return super().convert(value, param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Give the words that begin with what was typed."""
        from click.shell_completion import CompletionItem

        if self.kind in ("file", "dir"):
            return [CompletionItem(incomplete, type=self.kind)]
        from cyberassess.terminal.suggestions import suggestions

        folder = Path(ctx.find_root().params.get("folder") or ".")
        typed = incomplete.casefold()
        found = [
            each for each in suggestions(self.kind, folder)
            if each.value.casefold().startswith(typed)
        ]  # fmt: skip
        if self.kind == "outcomes" and "/" not in incomplete and len(found) > 1:
            found = [each for each in found if "/" not in each.value]
        return [CompletionItem(each.value, help=each.meaning or None) for each in found]


def offer_words(command: click.Command, name: str = "") -> None:
    """Give the parameters of a command, and of all below it, their words."""
    for parameter in command.params:
        kind = _kind(parameter)
        if kind == "file" and parameter.nargs == _ANY_NUMBER:
            parameter.callback = _expanded
        if kind and not set(_NOT_COMPLETED.get(name, ())) & set(parameter.opts):
            parameter.type = Offered(kind)
        elif type(parameter.type) is click.types.StringParamType:
            parameter.type = Line()
    for below, each in getattr(command, "commands", {}).items():
        offer_words(each, below)


def _expanded(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the files that ``*.xlsx`` stands for: shells of Windows leave that to the program."""
    return tuple(each for word in words for each in _files_like(word))


def _files_like(word: str) -> list[str]:
    if not glob.has_magic(word) or os.path.lexists(word):
        return [word]
    found = by_name(map(Path, glob.glob(word)))  # noqa: PTH207 - it may be absolute
    return list(map(str, found)) or [word]


def _kind(parameter: click.Parameter) -> str:
    """Say what kind of words a parameter takes; empty for none in particular."""
    if not isinstance(parameter.type, click.types.StringParamType):
        return ""
    metavar = (parameter.metavar or "").strip("[]'…")
    for option in parameter.opts:
        if option in _BY_NAME:
            return _BY_NAME[option]
    word = metavar.partition("[")[0].partition("/")[0].partition("|")[0]
    if word in _BY_METAVAR:
        return _BY_METAVAR[word]
    if word == "DIR":
        return "dir"
    return "file" if word.partition(".")[0] in _FILES else ""


_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' line type value
    COMPREPLY=()
    while read -r line; do
        type=${line%%%%,*}
        value=${line#*,}
        case $type in
            plain) COMPREPLY+=("$value") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
        case $value in *' '*) compopt -o filenames ;; esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1")
}
COMP_WORDBREAKS=${COMP_WORDBREAKS/@/}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


def _shell(name: str) -> "type[ShellComplete]":
    """Give what speaks with a shell, so that names with spaces arrive whole."""
    from click.shell_completion import BashComplete, CompletionItem, get_completion_class

    found = get_completion_class(name)
    assert found is not None, name  # noqa: S101 - click has all four
    if name == "bash":

        class Bash(BashComplete):
            source_template = _BASH

            @staticmethod
            def _check_version() -> None:
                """Leave it: the script says itself what it needs."""

        return Bash
    if name == "powershell":

        class PowerShell(found):  # type: ignore[valid-type,misc]  # NOTE: found by name
            def format_completion(self, item: CompletionItem[str]) -> str:
                if " " in item.value:
                    quoted = item.value.replace("'", "''")
                    item = CompletionItem(f"'{quoted}'", item.type, item.help)
                return str(super().format_completion(item))

        return PowerShell
    return found


def register() -> None:
    """Let click use ours, where a shell asks."""
    asked = os.environ.get(VARIABLE, "").partition("_")[0]
    if asked in SHELLS:
        from click.shell_completion import add_completion_class

        add_completion_class(_shell(asked), asked)


@click.command()
@click.argument("shell", metavar="bash|zsh|fish|powershell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets a shell complete commands, people and questions.

    \b
    Put it where the shell reads it, once:
      bash        cyberassess completion bash >> ~/.bashrc
      zsh         cyberassess completion zsh >> ~/.zshrc
      fish        cyberassess completion fish > ~/.config/fish/completions/cyberassess.fish
      PowerShell  cyberassess completion powershell >> $PROFILE

    \b
    Examples:
      cyberassess completion bash
      cyberassess completion powershell
    """
    spoken = _shell(shell)(context.find_root().command, {}, "cyberassess", VARIABLE)
    write_exactly()
    click.echo(spoken.source().rstrip("\n"))
