"""How much memory a show holds, minute by minute, while it goes on untouched: the app, and the workers of its models.

The real app in a real pseudo-terminal of 80 by 24. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from benchmarks.support.show_memory import growth, show
from benchmarks.support.telling import tell_result

GEMMA: Final = "llm:gemma-3-270m"
SMOLLM: Final = "llm:smollm2-135m-instruct"


def main() -> None:
    """Watch, print a table, and JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--subject", default=GEMMA)
    parser.add_argument("--opponent", default=SMOLLM)
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    options = parser.parse_args()
    held = []
    print(f"{'minutes':>8}{'rounds':>8}{'app, MiB':>10}{'workers, MiB':>14}")
    for one in show(options.subject, options.opponent, options.minutes):
        held.append(one)
        print(f"{one.minutes:>8}{one.rounds:>8}{one.app:>10.1f}{one.workers:>14.1f}", flush=True)
    numbers: dict[str, Any] = {
        "minutes": held[-1].minutes,
        "rounds": held[-1].rounds,
        "app_mib_more": growth(held, lambda one: one.app),
        "workers_mib_more": growth(held, lambda one: one.workers),
        "held": [one._asdict() for one in held],
    }
    tell_result(numbers, options.json)


if __name__ == "__main__":
    main()
