"""How long `arena --help` takes, compared with `python -c "import click"`: the first wait of any user.

Runs of both alternate, so that a drift of the machine's speed affects both. The last line on standard output is
JSON; the ratio should be at most 4.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.support.telling import tell_result


def seconds(command: Sequence[str]) -> float:
    """How long a command takes. Raises CalledProcessError if it fails."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def arena_command() -> str:
    """The console script beside this interpreter, or the one on the path."""
    beside = Path(sys.executable).with_name("arena")
    found = str(beside) if beside.is_file() else shutil.which("arena")
    if found is None:
        sys.exit("the command arena isn't installed: pip install -e .")
    return found


def main() -> None:
    """Time both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="of each command")
    runs = max(1, parser.parse_args().runs)
    commands = {"help": [arena_command(), "--help"], "click": [sys.executable, "-c", "import click"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if turn:  # the first warms the file cache
                times[name].append(taken)
    help_s, click_s = (statistics.median(times[name]) for name in ("help", "click"))
    print(f"{'command':<28}{'median':>10}{'fastest':>10}")
    print(f"{'arena --help':<28}{help_s:>9.3f}s{min(times['help']):>9.3f}s")
    print(f"{'python -c import click':<28}{click_s:>9.3f}s{min(times['click']):>9.3f}s")
    print(f"{'ratio (target: at most 4)':<28}{help_s / click_s:>10.2f}")
    tell_result({"help_s": help_s, "click_s": click_s, "ratio": help_s / click_s})


if __name__ == "__main__":
    main()
