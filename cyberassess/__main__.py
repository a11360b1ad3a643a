"""``python -m cyberassess``."""

from cyberassess.cli import main

main()
