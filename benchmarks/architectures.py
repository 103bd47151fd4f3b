"""Which architectures of transformers Arena computes as transformers does: a table for docs/architectures.md.

    python -m benchmarks.architectures [NAME ...]

Each is a small model with random weights (support/architectures.py) in a folder, given sixteen prompts at once through
the engine (support/engine.py). A run takes about three minutes on two cores.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import transformers

from arena.backends.local.library import LoadError
from benchmarks.support.architectures import make, names
from benchmarks.support.engine import engine_apart


def main() -> None:
    """Print the table, one row per architecture."""
    warnings.simplefilter("ignore")
    quiet: Any = transformers.utils.logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    print("| architecture | prompts | most nats off | remark |\n|---|---|---|---|")
    for name in sys.argv[1:] or names():
        with tempfile.TemporaryDirectory() as folder:
            print(f"| {name} | {_cells(name, Path(folder) / name)} |", flush=True)


def _cells(name: str, folder: Path) -> str:
    try:
        off, why = engine_apart(make(name, folder))
    except LoadError as error:  # anything else is Arena's fault, and ends the run
        return f"refused | | {str(error).replace(str(folder), name)}"
    return f"{'each whole' if why else 'share a cache'} | {off:.1g} | {why}"


if __name__ == "__main__":
    main()
