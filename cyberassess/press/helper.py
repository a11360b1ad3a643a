"""A second process that lays out parts of a long document; see ``chains``."""

import sys

from cyberassess.press.chains import answer
from cyberassess.press.kept import Kept

if __name__ == "__main__":
    answer(sys.stdin.buffer.read(), sys.stdout.buffer, Kept.here())
