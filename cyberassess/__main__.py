"""Start the program: ``cyberassess``, or ``python -m cyberassess``."""

import sys


def main() -> None:
    """Run the program; end quietly where Ctrl-C is pressed while it is starting."""
    try:
        from cyberassess.program import main as run
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Nothing was changed.\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
