"""What the guard's child process runs: it opens workbooks and says what is inside.

It is started as a script of its own with the standard library alone, and may die at any time. For
each line of JSON (``{"path": …}``) it answers with one: ``{"sheets": …}`` or ``{"cause": …}``.
"""

import json
import sys

MEMORY = 400_000_000
SECONDS = 8


def answer(path: str) -> dict[str, object]:
    """Read one workbook."""
    from cyberassess.books.cells import read_book
    from cyberassess.books.unpacking import Package, Refused

    try:
        with Package(path) as package:
            if not package.is_open_document:
                return read_book(package)
            from cyberassess.books.open_document import read_open_document

            return read_open_document(package)
    except Refused as refusal:
        return {"cause": str(refusal)}
    except MemoryError:
        return {"cause": "too-large"}
    except Exception:  # noqa: BLE001 - whatever a stranger's file does to a parser, it is damaged
        return {"cause": "damaged"}


def _limit() -> None:
    """Set the limits for the next workbook."""
    try:
        import resource
    except ImportError:  # NOTE: Windows; how long it takes the parent watches there
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + SECONDS
    for kind, soft in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)  # noqa: PLW2901
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue


def main() -> None:
    """Answer until the guard closes the pipe."""
    sys.path.append(sys.argv[1])
    if sys.platform == "win32":
        from cyberassess.books.job import join_job

        join_job(MEMORY)
    for line in sys.stdin.buffer:
        _limit()
        try:
            reply = json.dumps(answer(json.loads(line)["path"]))
        except MemoryError:
            reply = '{"cause": "too-large"}'
        sys.stdout.buffer.write(reply.encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
