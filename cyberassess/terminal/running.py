"""How a command is run and how it ends: errors as sentences, documented exit codes.

Exit codes: 0 done; 1 refused, nothing changed; 2 usage; 3 done in part, or people must act;
4 ``verify`` or ``framework check`` found problems; 5 busy; 130 interrupted.
"""

import codecs
import contextlib
import difflib
import errno
import io
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TextIO, TypeVar

import click
from click.decorators import FC

from cyberassess.domain.characters import visible, visible_lines
from cyberassess.errors import (
    BusyError,
    CyberassessError,
    Problem,
    asking_about,
    counted,
    hearing,
    seeing_writes,
)
from cyberassess.terminal import completing
from cyberassess.terminal.fitting import Shown, shown_on, write_as_file, write_exactly

if TYPE_CHECKING:
    from cyberassess.domain.people.naming import Renaming

_Found = TypeVar("_Found")
REFUSED = 1
USAGE = 2
IN_PART = 3
PROBLEMS = 4
BUSY = 5
INTERRUPTED = 130
MOST_PROBLEMS = 50
NO_INPUT = "no-input"
"""Where the context keeps whether somebody may be asked."""
NO_COLOR = "no-color"
"""Where the context keeps that no colour is wanted."""
HELP = {"help_option_names": ["-h", "--help"]}
"""For commands that are also invoked on their own, without the program around them."""


own_folder = click.option(
    "--frameworks",
    "folder",
    metavar="DIR",
    default=None,
    show_default="those shipped",
    type=click.Path(path_type=Path),
    help="A folder laid out like frameworks/.",
)


json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
by_whom = click.option(
    "--by",
    metavar="'NAME, ROLE'",
    default=None,
    show_default="the officer",
    help="Who gives this command; recorded as claimed.",
)


def together(*options: Callable[[FC], FC]) -> Callable[[FC], FC]:
    """Give several options as one, in the order in which help lists them."""

    def add(command: FC) -> FC:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def output(
    default: str, metavar: str = "FILE", what: str = "Where to write it."
) -> Callable[[FC], FC]:
    """Give the option that says where something is written; ``default`` says where if not."""
    return click.option(
        "-o",
        "--output",
        metavar=metavar,
        default=None,
        show_default=default,
        type=click.Path(path_type=Path),
        help=what,
    )


force = click.option("--force", is_flag=True, help="Replace the file named by --output.")


class Program(click.Group):
    """The group of all commands, in the order of the road an answer travels."""

    ask_who: Callable[[Path, "Sequence[Renaming]"], None]
    """Asks who somebody is whose name was changed, and records what was answered."""
    after_writing: Callable[[Callable[[], Any]], None]
    """Makes what follows from an assessment that was written to."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the commands as they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # NOTE: click's, whatever a command returns
        """Say too, where a command reads the assessment, that last year cannot be read."""
        words = (*ctx._protected_args, *ctx.args)  # noqa: SLF001 - what click goes on with
        if not words or (words[0] in _ELSEWHERE and words[:2] != _HERE_ALL_THE_SAME):
            return super().invoke(ctx)
        with asking_about(str(Path(ctx.params["folder"]))) as asked:
            try:
                return super().invoke(ctx)
            finally:
                with contextlib.suppress(OSError, ValueError):
                    found = asked.find()
                    show_problems([found] if found else [])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; offer the nearest for a mistyped one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as cause:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(
                f'"{args[0]}" is not a command.{hint} All commands: {ctx.command_path} --help', ctx
            ) from cause


_ELSEWHERE = (
    "demo",
    "new",
    "rollover",
    "framework",
    "sign",
    "recover",
    "completion",
    "report",
    "send",
    "menu",
)
"""Commands that need no assessment, or say themselves what is wrong with last year's."""
_HERE_ALL_THE_SAME = ("framework", "update")
"""The command below those that does need one."""


def whole_summaries(group: click.Group) -> None:
    """Let lists of commands give each one's first sentence whole, on any terminal."""
    for command in group.commands.values():
        first = (command.help or "").split("\n\n", 1)[0]
        command.short_help = " ".join(first.split())
        if isinstance(command, click.Group):
            whole_summaries(command)


def run(program: click.Group, arguments: Sequence[str]) -> int:
    """Run the program with arguments and give the exit code."""
    with _printable(), hearing() as heard, seeing_writes() as written:
        code = _run(program, arguments, written)
        with contextlib.suppress(OSError):
            show_problems(heard)
        return code


def _run(
    program: click.Group, arguments: Sequence[str], written: Mapping[str, Callable[[], Any]]
) -> int:
    if completing.VARIABLE in os.environ:
        completing.register()
    debug = "--debug" in arguments
    try:
        words = [_as_text(each) for each in arguments]
        # NOTE: click takes escapes out of what is no terminal; here they are shown instead
        code = program.main(args=words, prog_name="cyberassess", standalone_mode=False, color=True)
        sys.stdout.flush()
        if isinstance(program, Program) and code in (None, 0, IN_PART):
            for look in written.values():
                program.after_writing(look)
    except CyberassessError as cause:
        if debug:
            raise
        return _stopped(program, arguments, cause)
    except click.UsageError as cause:
        _show_usage(cause)
        return USAGE
    except click.ClickException as cause:
        cause.show()
        return cause.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted. What was already reported as stored is kept.", err=True)
        return INTERRUPTED
    except OSError as cause:
        if debug:
            raise
        return _output_failed(cause)
    except SystemExit as cause:  # NOTE: click's: words to complete, or nobody reads any more
        return _nobody_reads() if cause.code else 0
    return code if isinstance(code, int) else 0


def _stopped(program: click.Group, arguments: Sequence[str], cause: CyberassessError) -> int:
    """Say why a command stopped; where a changed name did it, ask, and give the command again."""
    if "--no-input" not in arguments and standard_input_waits():
        from cyberassess.opening.writing import RenamedError

        if isinstance(cause, RenamedError) and isinstance(program, Program):
            try:
                program.ask_who(cause.folder, cause.renamings)
            except click.Abort:
                click.echo(f"\nInterrupted. {NOTHING_CHANGED}", err=True)
                return INTERRUPTED
            except CyberassessError as another:
                cause = another
            else:
                return run(program, arguments)
    show_problems(cause.problems)
    if not any(_EFFECT in str(each) for each in cause.problems):
        click.echo(NOTHING_CHANGED, err=True)
    return BUSY if isinstance(cause, BusyError) else REFUSED


_EFFECT = "Nothing was "
NOTHING_CHANGED = "Nothing was changed."


def _show_usage(cause: click.UsageError) -> None:
    """Say what was mistyped, how the command is used, and that nothing happened."""
    message = cause.format_message()
    if type(cause) is click.BadParameter and cause.param is not None and cause.ctx is not None:
        message = f"{cause.param.get_error_hint(cause.ctx)}: {cause.message}"
    lines = [message]
    if cause.ctx is not None:
        lines = [
            f"{cause.ctx.command_path}: {message}",
            cause.ctx.get_usage(),
            f"All options: {cause.ctx.command_path} --help",
        ]
    if _EFFECT not in message:
        lines.append(NOTHING_CHANGED)
    for line in lines:
        click.echo(line, err=True, color=True)


PLAIN = "cyberassess-plain"
_PLAINLY = {
    "\u00b7": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2026": "...",
}


def _plainly(cause: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as plainly as can be: a letter without its accent, or ``?``."""
    if not isinstance(cause, UnicodeEncodeError):
        raise cause
    found = ""
    for each in cause.object[cause.start : cause.end]:
        bare = _PLAINLY.get(each) or unicodedata.normalize("NFKD", each)[:1]
        found += bare if bare.isascii() else "?"
    return found, cause.end


codecs.register_error(PLAIN, _plainly)


@contextlib.contextmanager
def _printable() -> Iterator[None]:
    """Let every text be printed and read, whatever the encoding is, or where nobody listens."""
    replaced: list[tuple[str, io.TextIOWrapper, io.TextIOWrapper]] = []
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            # NOTE: on Windows pipes and files would be in the code page, which lacks letters
            known = stream.isatty() or stream.encoding == "utf-8"
            encoding = None if known else "utf-8"
            errors = "surrogateescape" if mode == "r" else PLAIN
            stream.reconfigure(encoding=encoding, errors=errors)
            if mode == "w" and (shown := shown_on(stream, PLAIN)) is not stream:
                setattr(sys, name, shown)
                replaced.append((name, stream, shown))
    try:
        yield
    finally:
        for name, stream, shown in replaced:
            setattr(sys, name, stream)
            with contextlib.suppress(OSError, ValueError):
                shown.detach()


def _as_text(argument: str) -> str:
    """Read an argument as UTF-8, whatever the terminal's encoding is.

    Raises:
        click.UsageError: where it is not.
    """
    if argument.isascii():
        return argument
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError as cause:
        shown = argument.encode("ascii", "replace").decode("ascii")
        raise click.UsageError(
            f'"{shown}" is not text in UTF-8. Type it again in a terminal that uses UTF-8. '
            "Nothing was changed."
        ) from cause


def _nobody_reads() -> int:
    """Let what is still to be printed go nowhere, so that no failure to print it is told."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return REFUSED


def _output_failed(cause: OSError) -> int:
    """End where what was printed could not be delivered."""
    _nobody_reads()
    if cause.errno == errno.EPIPE or (cause.errno == errno.EINVAL and not cause.filename):
        return REFUSED  # NOTE: Windows says EINVAL where the reader of a pipe has gone
    where = f"{cause.filename}: " if cause.filename else ""
    click.echo(
        f"{where}{cause.strerror}. The command could not finish, and not everything was shown. "
        "What was stored before is kept: cyberassess status shows it.",
        err=True,
        color=True,
    )
    return REFUSED


def print_csv(text: str) -> None:
    """Print rows as CSV; what does not go to a terminal begins as Excel knows UTF-8 by."""
    write_as_file()
    click.echo(text, nl=False)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    import json

    write_exactly()
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # NOTE: what would be made visible is written by its number, so that the value stays the same
    hidden = {ord(each) for each in set(text) if visible_lines(each) != each}
    click.echo(text.translate({each: json.dumps(chr(each))[1:-1] for each in hidden}))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people."""
    for line in lines:
        click.echo(line)


def print_found(
    found: _Found,
    to_json: Callable[[_Found], object],
    to_lines: Callable[[_Found], Iterable[str]],
    *,
    as_json: bool,
) -> None:
    """Print what was found, for programs or for people."""
    if as_json:
        print_json(to_json(found))
    else:
        print_lines(to_lines(found))


def show_problems(problems: Sequence[Problem], *, indent: str = "") -> None:
    """Print problems on standard error, in reading order; the first fifty, then a count."""
    for problem in problems[:MOST_PROBLEMS]:
        click.echo(f"{indent}{problem}", err=True, color=True)
    if len(problems) > MOST_PROBLEMS:
        rest = counted(len(problems) - MOST_PROBLEMS, "more", "more")
        click.echo(f"{indent}… and {rest}.", err=True, color=True)


def _is_plain() -> bool:
    """Say whether no bar can be shown: standard error is no terminal, or colour is unwanted."""
    context = click.get_current_context(silent=True)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return bool(
        not sys.stderr.isatty() or plain or (context is not None and NO_COLOR in context.meta)
    )


def _bare_error() -> TextIO:
    """Give standard error for bars, which move the cursor."""
    stream = sys.stderr
    return stream.own if isinstance(stream, Shown) and stream.own else stream


SMALL = 20_000_000
"""Bytes that are copied before anybody wonders."""


def bytes_copied(
    paths: Sequence[Path], doing: str = "Copying", done: str = "Copied"
) -> contextlib.AbstractContextManager[Callable[[int], None]]:
    """Show how far reading these files is, as ``bytes_done`` does."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            total += path.stat().st_size if path.is_file() else 0
    return bytes_done(total, doing, done)


@contextlib.contextmanager
def bytes_done(
    total: int, doing: str = "Copying", done: str = "Copied"
) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of how many are done, on standard error; nothing where they are few.

    A bar on a terminal, else a line a tenth.
    """
    if total < SMALL:
        yield lambda _: None
        return
    if _is_plain():
        yield _Tenths(total, done)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(file=_bare_error(), no_color=False)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda more: progress.update(task, advance=more)


class BytesOfTotal:
    """Shows progress in bytes once the first report has said of how many."""

    def __init__(self, doing: str, done: str) -> None:
        """Remember what to call it."""
        self._words = (doing, done)
        self._stack = contextlib.ExitStack()
        self._more: Callable[[int], None] | None = None

    def __enter__(self) -> Self:
        """Wait for the first report."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._stack.close()

    def __call__(self, more: int, total: int) -> None:
        """Show that more bytes of a total are done."""
        if self._more is None:
            self._more = self._stack.enter_context(bytes_done(total, *self._words))
        self._more(more)


class _Tenths:
    """Says on standard error when another tenth is done."""

    def __init__(self, total: int, words: str) -> None:
        self._total = total
        self._words = words
        self._done = 0
        self._said = 0

    def __call__(self, more: int) -> None:
        self._done += more
        tenth = self._done * 10 // self._total
        if tenth > self._said:
            self._said = tenth
            click.echo(
                f"{self._words} {tenth * 10} % of {self._total // 1_000_000:,} MB.", err=True
            )


@contextlib.contextmanager
def steps(total: int, what: str) -> Iterator["Steps"]:
    """Show progress on standard error: a bar on a terminal, nothing otherwise."""
    if _is_plain():
        yield Steps()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(file=_bare_error(), no_color=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)

        def advance(text: str) -> None:
            progress.update(task, description=visible(text), advance=1)

        yield Steps(advance)


def may_not_ask() -> bool:
    """Say whether ``--no-input`` was given."""
    context = click.get_current_context(silent=True)
    return bool(context is not None and context.meta.get(NO_INPUT))


class Steps:
    """Told what begins."""

    def __init__(self, advance: "object" = None) -> None:
        """Remember whom to tell; nobody where there is no terminal."""
        self._advance = advance

    def __call__(self, text: str) -> None:
        """Say what begins."""
        if callable(self._advance):
            self._advance(text)


def standard_input_waits(stream: TextIO | None = None) -> bool:
    """Say whether there is somebody to ask, and nobody said not to."""
    if may_not_ask():
        return False
    source = stream or sys.stdin
    if not source or source.closed or not source.isatty():
        return False
    # NOTE: Windows calls NUL a terminal; Python reads a real one there by another class
    raw = getattr(getattr(source, "buffer", None), "raw", None)
    return not (sys.platform == "win32" and isinstance(raw, io.FileIO))
