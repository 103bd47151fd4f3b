"""What is installed is pinned to a version and to the hashes of its files, wherever that can be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HASHED = ("requirements/build.txt", "requirements/install.txt", "requirements/dev.txt")
SGLANG = "tests/integration/sglang_cpu/requirements"
LINE = re.compile(r"([A-Za-z0-9._-]+)==(\S+)(?: ; .*?)?((?: --hash=sha256:[0-9a-f]{64})+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(*files: str) -> dict[str, str]:
    """The versions in files of pins, by name."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines() if not line.startswith("#")]
    return {canonical(name): version for name, _, version in (line.partition(" ")[0].partition("==") for line in lines)}


@pytest.mark.parametrize("file", [*HASHED, f"{SGLANG}.txt"])
def test_every_line_has_its_hashes_and_no_index(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    assert lines and all(LINE.fullmatch(line) for line in lines)


def test_all_of_the_constraints_have_hashes_but_torch() -> None:
    constraints = pins("constraints.txt")
    hashed = pins(*HASHED)
    assert set(constraints) - set(hashed) == {"torch"}
    assert all(hashed[name] == version for name, version in constraints.items() if name in hashed)


def test_what_builds_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build = pins("requirements/build.txt")
    for required in project["build-system"]["requires"]:
        name, version = required.split("==")
        assert build[name] == version
    assert {"scikit-build-core", "cmake", "ninja"} <= set(build)  # llama-cpp-python's


def test_all_that_sglang_is_given_is_pinned() -> None:
    asked, hashed = pins(f"{SGLANG}.in"), pins(f"{SGLANG}.txt")
    assert set(asked) - set(hashed) == {"torch"} and "sglang" in hashed
    assert all(hashed[name] == version for name, version in asked.items() if name in hashed)


def test_all_is_every_extra_but_that_of_developers() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (everything,) = extras.pop("all")
    assert set(re.findall(r"[a-z]+", everything.partition("[")[2])) == set(extras) - {"dev"}
