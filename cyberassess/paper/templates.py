"""How templates are read: strictly, and escaped unless they are plain text."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from cyberassess.disk import resources

if TYPE_CHECKING:
    from jinja2 import Environment, Template


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
    return _environment(folder, is_html=is_html, finalize=finalize).get_template(name)


@functools.cache
def _environment(
    folder: str, *, is_html: bool, finalize: Callable[[object], object] | None
) -> "Environment":
    """Give what compiles the templates of a folder, each of them once."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("templates") / folder),
        autoescape=is_html,  # noqa: S701 - plain text has nothing to escape
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not is_html,
    )
