"""Where ``frameworks/``, ``templates/`` and ``docs/`` lie: the only module that looks.

In an installed wheel they are in ``cyberassess/_data/``; in a checkout they lie beside it.
"""

from importlib.resources import files
from pathlib import Path

from cyberassess.errors import CyberassessError


def folder(name: str) -> Path:
    """Give the folder ``frameworks``, ``templates`` or ``docs`` (of which a wheel has the method).

    Raises:
        CyberassessError: where the installation lacks it.
    """
    package = Path(str(files("cyberassess")))
    installed = package / "_data" / name
    if installed.is_dir():
        return installed
    beside = package.parent / name
    if beside.is_dir() and (package.parent / "pyproject.toml").is_file():
        return beside
    raise CyberassessError.because(
        "incomplete-installation",
        name,
        "The folder that belongs to cyberassess is missing from this installation.",
        "Install cyberassess again.",
    )
