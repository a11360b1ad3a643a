"""The whole sweep: ``python -m tests.crash [NAME…]``; prints how many points were tried."""

import sys
import tempfile
import time
from pathlib import Path

from tests.crash.commands import COMMANDS, prepare
from tests.crash.injecting import why_not
from tests.crash.sweep import KINDS, sweep


def main(names: list[str]) -> int:
    """Sweep the named commands, or all; give 1 where something did not hold."""
    reason = why_not()
    if reason:
        print(f"Not run: {reason}.")
        return 2
    there = [each.name for each in COMMANDS]
    if unknown := [each for each in names if each not in there]:
        print(f"Not known: {', '.join(unknown)}. There are: {', '.join(there)}.")
        return 2
    begun = time.perf_counter()
    total = dict.fromkeys(KINDS, 0)
    broken = missed = 0
    with tempfile.TemporaryDirectory(prefix="crash") as folder:
        places = prepare(Path(folder) / "places")
        for command in COMMANDS:
            if names and command.name not in names:
                continue
            started = time.perf_counter()
            found = sweep(command, places, Path(folder))
            for kind, count in found.points.items():
                total[kind] += count
            broken += len(found.broken)
            missed += found.missed
            counts = ", ".join(f"{kind} {count}" for kind, count in found.points.items())
            took = time.perf_counter() - started
            print(
                f"{command.name}: {counts}; {len(found.broken)} broken; {took:.0f} s", flush=True
            )
            for each in found.broken:
                print(f"  {each}", flush=True)
    counts = ", ".join(f"{count} {kind}" for kind, count in total.items())
    print(
        f"{sum(total.values())} points ({counts}), {missed} not reached, {broken} broken, "
        f"{time.perf_counter() - begun:.0f} s"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
