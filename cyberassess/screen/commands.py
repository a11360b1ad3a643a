"""The command that opens an assessment on a screen: open."""

import contextlib
import os
from pathlib import Path

import click

from cyberassess.terminal.running import own_folder


@click.command("open")
@click.argument(
    "place", metavar="[FOLDER|PACK.zip|SET]", default="", type=click.Path(path_type=str)
)
@click.option("--no-browser", is_flag=True, help="Print the address; open no browser.")
@click.option("--needs-browser", is_flag=True, help="End where no browser starts, or none comes.")
@own_folder
@click.pass_context
def open_(
    context: click.Context,
    place: str,
    *,
    no_browser: bool,
    needs_browser: bool,
    folder: Path | None,
) -> None:
    """Open the assessment in the browser, on this computer alone.

    It ends with Finish on the page, with Ctrl-C, where its window is closed, or after two hours
    without anybody. Where there is no assessment yet, it asks what one needs. A pack, or a
    folder that cannot be written to, is shown and not changed; so is a control set, with its
    sources, what changed in it and what it maps to.

    \b
    Examples:
      cyberassess open
      cyberassess open northport-2026-pack.zip
      cyberassess open ncsc-caf@4.0
    """
    from cyberassess.errors import wrote
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.screen.content import SETS
    from cyberassess.screen.screens import DOES, SHOWS
    from cyberassess.screen.serving import closing_ends, serve
    from cyberassess.screen.web import Room, Web
    from cyberassess.steps.sets.content import framework_show

    if no_browser and needs_browser:
        raise click.UsageError("Either --no-browser or --needs-browser.")
    path = Path(place or context.obj)
    with contextlib.ExitStack() as leaving:
        room = Room(path)
        shows = SHOWS
        if "@" in place and not path.exists():
            shows, read_only = SETS, "A control set is shown here, and not changed."
            room = Room(path, read_only, framework_show(place, folder).ref, folder)
        elif path.is_file():
            from cyberassess.opening.assessment import open_pack

            scratch = leaving.enter_context(open_pack(path)).workspace.folder
            room = Room(scratch, f"{path.name} is a pack: it is shown, and cannot be changed.")
        elif path.is_dir() and not os.access(path, os.W_OK):
            room = Room(path, "This folder cannot be written to: it is shown, and not changed.")
        web = Web(room, shows, DOES)
        what = room.set or str(path.absolute())
        with closing_ends(web), contextlib.suppress(KeyboardInterrupt):
            serve(web, what, browse=not no_browser, say=click.echo, needs_browser=needs_browser)
        if web.wrote and room.is_begun:
            wrote(str(room.folder), lambda: open_assessment(room.folder))
    click.echo("Ended. What was stored is kept.")
