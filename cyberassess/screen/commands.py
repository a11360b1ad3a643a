"""The command that opens an assessment on a screen: open."""

import contextlib
import os
from pathlib import Path

import click


@click.command("open")
@click.argument("place", metavar="[FOLDER|PACK.zip]", default="", type=click.Path(path_type=str))
@click.option("--no-browser", is_flag=True, help="Print the address; open no browser.")
@click.pass_obj
def open_(folder: str, /, place: str, *, no_browser: bool) -> None:
    """Open the assessment in the browser, on this computer alone.

    It ends with Finish on the page, with Ctrl-C, or after two hours without anybody. A pack, or a
    folder that cannot be written to, is shown and not changed.

    \b
    Examples:
      cyberassess open
      cyberassess open northport-2026-pack.zip
    """
    from cyberassess.errors import wrote
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.screen.screens import DOES, SHOWS
    from cyberassess.screen.serving import serve
    from cyberassess.screen.web import Room, Web

    path = Path(place or folder)
    with contextlib.ExitStack() as leaving:
        room = Room(path)
        if path.is_file():
            from cyberassess.disk.pack import unpacked

            scratch, _ = leaving.enter_context(unpacked(path))
            room = Room(scratch, f"{path.name} is a pack: it is shown, and cannot be changed.")
        elif path.is_dir() and not os.access(path, os.W_OK):
            room = Room(path, "This folder cannot be written to: it is shown, and not changed.")
        web = Web(room, SHOWS, DOES)
        click.echo("Open on this computer alone. It ends with Finish on the page, or Ctrl-C.")
        with contextlib.suppress(KeyboardInterrupt):
            serve(web, browse=not no_browser, say=click.echo)
        if web.wrote and room.is_begun:
            wrote(str(room.folder), lambda: open_assessment(room.folder))
    click.echo("Ended. What was stored is kept.")
