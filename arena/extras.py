"""Arena's optional parts: whether one is installed, and the command that brings it.

The command fits the place that Arena runs from, a clone, because Arena isn't on a package index.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import Final

from arena.errors import ArenaError, ModelError

# the modules of each extra in pyproject.toml, as they are imported
MODULES: Final = {
    "app": ("textual", "textual_plot"),
    "laptop": ("llama_cpp",),
    "hub": ("huggingface_hub",),
    "web": ("textual_serve", "aiohttp"),
    "sglang": ("aiohttp", "tokenizers"),
    "torch": ("torch", "transformers", "accelerate", "gguf"),
    "parquet": ("pyarrow",),
    "exchange": ("inspect_ai",),
}


def install(extra: str) -> str:
    """The shell command that installs an extra."""
    folder = Path(__file__).resolve().parents[1]
    if not (folder / "pyproject.toml").is_file():
        return f"in a clone of Arena, python -m pip install -c constraints.txt -e '.[{extra}]'"
    constraints, project = _near(folder / "constraints.txt"), f"{_near(folder)}[{extra}]"
    return f"{quote(_near(Path(sys.executable)))} -m pip install -c {quote(constraints)} -e {quote(project)}"


def lack(extra: str) -> str:
    """Which modules of an extra are missing, and the command that installs the extra; "" if none is."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    return f"needs {' and '.join(missing)}: {install(extra)}" if missing else ""


def need(what: str, extra: str, error: type[ArenaError] = ModelError) -> None:
    """Raise `error` if part of an extra isn't installed; `what` is the thing that needs it."""
    if said := lack(extra):
        raise error(f"{what} {said}")


def _near(path: Path) -> str:
    """A path relative to the working directory, if it lies below it."""
    try:
        near = os.path.relpath(path)
    except (OSError, ValueError):  # no working directory any more, or another drive
        return str(path)
    return str(path) if near.startswith("..") else near
