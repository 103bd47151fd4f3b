"""The two builds of llama.cpp: one is chosen, both are called alike, and no run mixes them without saying so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.backends.local.llamacpp.builds import BUILDS, NATIVE, PREBUILT, VARIABLE
from arena.errors import ExitCode
from arena.store import Store
from tests.support.commands import GEMMA, SMOLLM2, arena, complaint
from tests.support.hide import hide

LLAMACPP = Path(__file__).parents[2] / "arena/backends/local/llamacpp"

# what of both can be compared: the default parameters, and the size of what each function takes and gives
SHOWN = """
import ctypes, json
from arena.backends.local.llamacpp.native import native
from arena.backends.local.llamacpp.prebuilt import _FUNCTIONS

def size(kind):
    return ctypes.sizeof(kind) if kind is not None else 0

def fields(parameters):
    values = {name: getattr(parameters, name) for name, _ in parameters._fields_}
    return {name: value for name, value in values.items() if isinstance(value, int | float)}

native.llama_backend_init()
batch = native.llama_batch_init(3, 0, 2)
context, model = native.llama_context_default_params(), native.llama_model_default_params()
skipped = {"llama_context_default_params", "llama_init_from_model"}  # one's parameters have a field more
print(json.dumps({
    "context": fields(context),
    "model": fields(model),
    "sizes": {
        name: [size(getattr(native, name).restype), *map(size, getattr(native, name).argtypes)]
        for name in _FUNCTIONS if name not in skipped
    },
    "batch": [name for name, _ in batch._fields_],
}))
"""
LACKED = """
import json, sys
from arena.backends.local.llamacpp.native import native
print(json.dumps([name for name in sys.argv[1:] if not hasattr(native, name)]))
"""


def run(program: str, build: str, *arguments: str) -> str:
    """What a program prints, with one of the builds."""
    command = [sys.executable, "-c", program, *arguments]
    environment = {**os.environ, VARIABLE: build}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def llama_cpp(environment: dict[str, str]) -> dict[str, Any]:
    """What `arena doctor` says of llama.cpp."""
    found = json.loads(arena("doctor", "--json", "--server", "http://127.0.0.1:9", env=environment).stdout)
    (part,) = (part for part in found["parts"] if part["name"] == "llama.cpp")
    return dict(part)


def manifest(store: Path) -> dict[str, Any]:
    with Store.open(store) as opened:
        return dict(opened.run(None).spec.manifest)


def test_structures_are_laid_out_as_the_library_has_them() -> None:
    ours, theirs = (
        json.loads(run(SHOWN, build.name)) for build in (PREBUILT, NATIVE)
    )  # llama-cpp-python's bindings are made from the header
    for kind in ("context", "model"):
        both = ours[kind].keys() & theirs[kind].keys()
        assert len(both) >= min(len(ours[kind]), len(theirs[kind])) - 1
        assert {name: ours[kind][name] for name in both} == {name: theirs[kind][name] for name in both}
    # a field out of its place would hold another's value
    assert {"n_batch": 2048, "n_ubatch": 512, "type_k": 1, "type_v": 1, "swa_full": True}.items() <= ours[
        "context"
    ].items()
    assert ours["sizes"] == theirs["sizes"] and ours["batch"] == theirs["batch"]


def test_whatever_is_called_is_there_in_both() -> None:
    called = {
        name for file in LLAMACPP.glob("*.py") for name in re.findall(r"\bnative\.([a-zA-Z_]\w{2,})", file.read_text())
    }
    assert len(called) > 40
    for build in BUILDS:
        assert json.loads(run(LACKED, build.name, *called)) == []


def test_doctor_says_which_runs_and_how_to_compile_it() -> None:
    def said(build: str) -> str:
        part = llama_cpp({VARIABLE: build})
        assert not part["fault"] and not part["missing"]
        return f"{part['versions'][0]}, {part['says']}"

    assert said(NATIVE.name).startswith("llama-cpp-python ") and "make native" not in said(NATIVE.name)
    assert said(PREBUILT.name).startswith("xllamacpp ") and "make native" in said(PREBUILT.name)


def test_a_build_that_is_none_is_refused() -> None:
    words = complaint("doctor", SMOLLM2, code=ExitCode.INPUT, env={VARIABLE: "fast"})
    assert f"{VARIABLE} is 'fast'" in words and "native" in words and "prebuilt" in words


@pytest.mark.skipif(sys.platform != "linux", reason="it is part of Linux's wheels alone that they need libgomp")
def test_what_the_prebuilt_one_needs_of_the_system_is_named(tmp_path: Path) -> None:
    (tmp_path / "libgomp.so.1").touch()  # found before the system's, and no library
    environment = {VARIABLE: PREBUILT.name, "LD_LIBRARY_PATH": str(tmp_path)}
    part = llama_cpp(environment)
    assert part["fault"].startswith("the prebuilt llama.cpp can't be loaded: ") and "libgomp1" in part["fault"]
    words = complaint("doctor", SMOLLM2, code=ExitCode.INPUT, env=environment)
    assert part["fault"] in words


@pytest.mark.model
def test_without_a_compiled_one_the_prebuilt_one_plays(tmp_path: Path) -> None:
    store, hidden = tmp_path / "arena.db", hide((NATIVE.module,), tmp_path / "hidden")
    played = arena(
        *("tournament", "--subject", f"llm:{GEMMA}", "--games", "2", "--rounds", "2", "--json", "--store", store),
        env={"PYTHONPATH": str(hidden)},
    )
    assert json.loads(played.stdout)
    assert str(manifest(store)["models"]).startswith(f"{{'{GEMMA}': '{PREBUILT.package} ")


@pytest.mark.model
def test_a_run_that_goes_on_with_the_other_build_says_so(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"

    def play(build: str, games: int) -> str:
        command = (
            "tournament",
            "--subject",
            f"llm:{SMOLLM2}",
            "--games",
            str(games),
            "--rounds",
            "2",
            "--store",
            store,
        )
        return arena(*command, env={VARIABLE: build}).stderr

    assert "another build" not in play(NATIVE.name, 1)
    assert "another build" not in play(NATIVE.name, 2) and "merged" not in manifest(store)
    said = play(PREBUILT.name, 4)
    assert f"another build of {SMOLLM2}: {PREBUILT.package} " in said and f"it began with {NATIVE.package} " in said
    (other,) = manifest(store)["merged"]
    assert other["models"][SMOLLM2].startswith(PREBUILT.package)
    assert "Not all was made alike, build of" in arena("report", "--store", store, "--format", "md").stdout
    assert "another build" not in play(NATIVE.name, 6)  # both are known by now
