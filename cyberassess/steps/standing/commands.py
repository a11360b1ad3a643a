"""Commands that say what follows from the answers: status, score, explain, menu."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.terminal.prompt_lines import read, say
from cyberassess.terminal.running import (
    json_flag,
    print_json,
    run,
    show_problems,
    standard_input_waits,
)

if TYPE_CHECKING:
    from cyberassess.domain.result.scoring import OutcomeScore
    from cyberassess.opening.assessment import Assessment


@click.command()
@json_flag
@click.option("--html", is_flag=True, help="Write one page of HTML to reports/status.html.")
@click.pass_obj
def status(folder: str, *, as_json: bool, html: bool) -> None:
    """Say who has not replied, what is in conflict, and what to do next.

    \b
    Examples:
      cyberassess status
      cyberassess status --html
    """
    from cyberassess.steps.standing.standing import status as look
    from cyberassess.steps.standing.standing import status_json, write_status_page
    from cyberassess.steps.standing.words import certificate_lines, status_lines

    if html:
        click.echo(f"Wrote {write_status_page(Path(folder))}")
        return

    found = look(Path(folder))
    if as_json:
        print_json(status_json(found))
        return
    for line in status_lines(found):
        click.echo(line)
    for line in certificate_lines(found.assessment):
        click.echo(line)
    show_problems(found.assessment.notes)


@click.command()
@click.option(
    "--by",
    metavar="theme|standard|owner",
    type=click.Choice(["theme", "standard", "owner"]),
    default="theme",
    show_default=True,
    help="Count by theme, by other standards, or by the role that owns the outcome.",
)
@json_flag
@click.pass_obj
def score(folder: str, *, by: str, as_json: bool) -> None:
    """Score the answers by the published rules.

    \b
    Examples:
      cyberassess score
      cyberassess score --by owner
      cyberassess score --json
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.standing.results import (
        judged_on,
        register_json,
        score_json,
        tallies,
        tallies_json,
    )
    from cyberassess.steps.standing.words import register_lines, score_lines, tally_lines

    assessment = open_assessment(Path(folder))
    if by != "theme":
        found = tallies(assessment, by)
        if as_json:
            extra = register_json(assessment, judged_on(assessment)) if by == "standard" else {}
            print_json(tallies_json(found) | extra)
        for line in [] if as_json else tally_lines(found):
            click.echo(line)
        for line in [] if as_json or by != "standard" else register_lines(assessment):
            click.echo(line)
    elif as_json:
        print_json(score_json(assessment))
    else:
        for line in score_lines(assessment):
            click.echo(line)
    show_problems(assessment.notes)


@click.command()
@click.argument("outcome", metavar="OUTCOME[/SCOPE]")
@click.option(
    "--scope", metavar="ID", default=None, show_default="every one", help="Only in this scope."
)
@click.option("--trace", is_flag=True, help="Show every change, with cell, file and ledger line.")
@json_flag
@click.pass_obj
def explain(folder: str, outcome: str, scope: str | None, *, trace: bool, as_json: bool) -> None:
    """Show what decided an outcome: statements, people, cells, changes, what would change it.

    \b
    Examples:
      cyberassess explain A1.c
      cyberassess explain B2.c/housing
      cyberassess explain "B2.c/Housing management" --trace
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.standing.results import explain_json, find_scores
    from cyberassess.steps.standing.words import explain_lines

    assessment = open_assessment(Path(folder))
    found = find_scores(assessment, outcome, scope)
    if trace:
        _print_trace(assessment, found, as_json=as_json)
    elif as_json:
        print_json([explain_json(assessment, each) for each in found])
    else:
        for each in found:
            for line in explain_lines(assessment, each):
                click.echo(line)
    show_problems(assessment.notes)


def _print_trace(assessment: "Assessment", found: "list[OutcomeScore]", *, as_json: bool) -> None:
    from cyberassess.steps.standing.tracing import trace, trace_json
    from cyberassess.steps.standing.words import trace_lines

    if as_json:
        print_json([trace_json(trace(assessment, each)) for each in found])
        return
    for each in found:
        for line in trace_lines(assessment, trace(assessment, each)):
            click.echo(line)


@click.command()
@click.argument("paths", metavar="[FILE|FOLDER…]", nargs=-1)
@click.pass_context
def menu(context: click.Context, paths: tuple[str, ...]) -> None:
    """Show where the assessment stands, and what comes next with a number before it.

    It is what a double click on Windows shows. Without an assessment in this folder it takes the
    one it was last used for, or asks what it needs to begin one. Files that are named, or were
    dropped onto the program, are received first.

    \b
    Examples:
      cyberassess menu
      cyberassess menu questionnaires/sent
    """
    from cyberassess.steps.standing.menu import is_assessment, last_used, sorted_out

    program = context.find_root().command
    assert isinstance(program, click.Group)  # noqa: S101 - it has this command
    here = Path(context.obj).absolute()
    named, dropped = sorted_out(paths)
    found = named or (here if is_assessment(here) else last_used())
    shown = _Menu(program, here, found)
    try:
        shown.show(dropped)
    except click.Abort:
        click.echo()


class _Menu:
    """The conversation: one assessment at a time, one command after another."""

    def __init__(self, program: click.Group, here: Path, folder: Path | None) -> None:
        self.program = program
        self.here = here
        self.folder = folder

    def show(self, dropped: Sequence[Path]) -> None:
        """Show it until somebody has had enough; once where nobody can answer."""
        waits = standard_input_waits()
        if self.folder is None and not self._find(waits=waits):
            return
        if dropped:
            self._give("receive", *map(str, dropped))
        while self._once(waits=waits):
            click.echo()

    def _find(self, *, waits: bool) -> bool:
        """Ask which assessment it is; say whether there is one now."""
        if not waits:
            click.echo("There is no assessment here. To begin one: cyberassess new FOLDER")
            return False
        while self.folder is None:
            say("cyberassess: which assessment?")
            click.echo("  1  Begin a new one")
            click.echo("  2  Open one: type where its folder is, or drop the folder here")
            click.echo("  3  Look at a finished example first")
            click.echo("  q  Close")
            match read("Number, or q:"):
                case "1":
                    self._begin()
                case "2":
                    self._open()
                case "3":
                    self._example()
                case "q" | "":
                    return False
                case other:
                    say(f'"{other}" is not one of 1, 2, 3 and q.')
        return True

    def _begin(self) -> None:
        from cyberassess.steps.standing.menu import is_assessment, where_new_ones_go

        place = where_new_ones_go(self.here)
        say(f"Its folder is made in {place}.")
        name = read("Name of the folder (for example northport-2026):")
        officer = read("Your name, with your e-mail address if you like (Sam Reid <sam@…>):")
        if name:
            words = ["new", str(place / name), *(["--officer", officer] if officer else [])]
            run(self.program, words)
            if is_assessment(place / name):
                self.folder = place / name

    def _open(self) -> None:
        from cyberassess.steps.standing.menu import sorted_out, typed_paths

        found, _ = sorted_out(typed_paths(read("Folder of the assessment:")))
        if found is None:
            say("There is no assessment.yaml in it, so this is no assessment.")
        else:
            self.folder = found

    def _example(self) -> None:
        from cyberassess.steps.standing.menu import is_assessment, where_new_ones_go

        place = where_new_ones_go(self.here) / "cyberassess example"
        run(self.program, ["demo", "-o", str(place)])
        made = [each for each in sorted(place.glob("*-2026")) if is_assessment(each)]
        self.folder = made[0] if made else None

    def _once(self, *, waits: bool) -> bool:
        """Show where it stands, and do what is chosen; say whether to go on."""
        from cyberassess.errors import CyberassessError
        from cyberassess.steps.standing.menu import choice, remember
        from cyberassess.steps.standing.standing import status as look
        from cyberassess.steps.standing.words import menu_lines

        assert self.folder is not None  # noqa: S101 - it was found
        try:
            found = look(self.folder)
        except CyberassessError as cause:
            show_problems(cause.problems)
            steps = []
        else:
            remember(self.folder)
            steps = [choice(each) for each in found.next_steps]
            for line in menu_lines(found, self.folder, steps):
                click.echo(line)
        if not waits:
            return False
        numbered = [each for each in steps if each.words]
        typed = read("Number, a command, o for another assessment, or q:")
        if typed.casefold() in ("q", ""):
            return False
        if typed.casefold() == "o":
            self.folder = None
            return self._find(waits=waits)
        if typed.isdecimal():
            if not 1 <= int(typed) <= len(numbered):
                say(f"{typed} is not one of the numbers above.")
                return True
            self._do(numbered[int(typed) - 1].words)
        else:
            self._typed(typed)
        read("Press Enter to go on.")
        return True

    def _do(self, words: Sequence[str]) -> None:
        """Give a next step's command, once what it leaves open was asked."""
        from cyberassess.steps.standing.menu import ASKED, FILES, typed_paths

        if ASKED in words:
            self._give(words[0])  # NOTE: it says what there is to choose from
            click.echo()
        filled: list[str] = []
        for word in words:
            if word == FILES:
                filled += typed_paths(read("Which files? Drop them here, or type where they are:"))
            elif word == ASKED:
                filled.append(read(f"{filled[-1].lstrip('-').capitalize()}:"))
            else:
                filled.append(word)
        self._give(*filled)

    def _typed(self, text: str) -> None:
        import shlex

        try:
            words = [each.strip("\"'") for each in shlex.split(text, posix=False)]
        except ValueError:
            say("A quotation mark has no partner.")
            return
        self._give(*words[words[:1] == ["cyberassess"] :])

    def _give(self, *words: str) -> None:
        assert self.folder is not None  # noqa: S101 - it was found
        click.echo()
        shown = (f'"{each}"' if " " in each else each for each in words)
        click.echo(f"> {' '.join(shown)}")
        run(self.program, ["-C", str(self.folder), *words])
