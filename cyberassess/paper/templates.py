"""How templates are read: strictly, and escaped unless they are plain text."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cyberassess.disk import resources

if TYPE_CHECKING:
    from jinja2 import Template


def template_of(
    folder: str,
    name: str,
    *,
    is_html: bool = True,
    finalize: Callable[[object], object] | None = None,
) -> "Template":
    """Give a template of a folder in ``templates/``.

    Args:
        is_html: escape what is filled in; plain text keeps its last line end instead.
        finalize: called on every value before it is filled in.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("templates") / folder),
        autoescape=is_html,  # noqa: S701 - plain text has nothing to escape
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not is_html,
    )
    return environment.get_template(name)
