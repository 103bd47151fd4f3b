"""The builds of llama.cpp that can run here: llama-cpp-python, compiled for this machine, or the one in the package
xllamacpp, compiled for any machine. Nothing is imported here, so every process may ask."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from arena.errors import InputError
from arena.extras import install

VARIABLE: Final = "ARENA_LLAMA_CPP"  # names the build to use, where both are installed


@dataclass(frozen=True, slots=True)
class Build:
    """A build's name, the package that carries it, the module that shows whether that is installed, and what a run's
    manifest adds to the package's version."""

    name: str
    package: str
    module: str
    kind: str = ""


NATIVE: Final = Build("native", "llama-cpp-python", "llama_cpp")
PREBUILT: Final = Build("prebuilt", "xllamacpp", "xllamacpp", ", prebuilt")
BUILDS: Final = (NATIVE, PREBUILT)


def chosen() -> Build | None:
    """The build that runs GGUF files: the one that ARENA_LLAMA_CPP names, else the native one if it is installed, else
    the prebuilt one; None if there is none. Raises InputError if the variable names no build."""
    named = os.environ.get(VARIABLE, "")
    if named and named not in (build.name for build in BUILDS):
        raise InputError(f"{VARIABLE} is {named!r}, and there are {' and '.join(build.name for build in BUILDS)}")
    wanted = [build for build in BUILDS if named in ("", build.name)]
    return next((build for build in wanted if find_spec(build.module)), None)


def words(build: Build | None) -> str:
    """What a build is, for people, and how to compile one for this machine."""
    if build is None:
        return "none is installed"
    if build == NATIVE:
        return "native: compiled for this machine"
    return f"prebuilt; compiled here it may be faster: {install('native')}"
