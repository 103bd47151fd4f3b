"""Weights of few bits are written out in 32 once, and what is then computed hardly depends on how it is cut up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from tests.support.commands import SMOLLM2

pytestmark = pytest.mark.model

# In a process of its own, as in a worker: native code may end it. Prints what the library says of itself, and how far
# the prefix tree's distributions are from plain ones, in nats.
_LOADED = """
import json, sys
from arena.backends.local.agreement import _AT, _as_the_tree, _tokens, difference
from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.library import LlamaCppLibrary
from arena.backends.local.settings import Settings

try:
    library = LlamaCppLibrary(sys.argv[1], Settings(threads=1, dtype=sys.argv[2]).resolved())
except LoadError as error:
    print(json.dumps({"refused": str(error)}))
    sys.exit()
tokens = _tokens(library)
off = difference(_as_the_tree(library, tokens), library.plain(tokens, _AT))
print(json.dumps({"rounded": library.rounded, "remark": library.remark, "build": library.build(), "off": off}))
"""


@pytest.fixture(scope="module")
def weights() -> Path:
    return locate(find_model(SMOLLM2))


def loaded(weights: Path, cache: Path, dtype: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, str(weights), dtype],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_CACHE_HOME": str(cache), "PATH": "/usr/bin:/bin", "HOME": str(cache)},
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_weights_are_unpacked_once_and_used_again(weights: Path, tmp_path: Path) -> None:
    first = loaded(weights, tmp_path)
    (file,) = (tmp_path / "arena" / "unpacked").iterdir()
    made = file.stat()
    assert made.st_size > 4 * 134e6
    again = loaded(weights, tmp_path)
    assert file.stat().st_ino == made.st_ino and file.stat().st_ctime_ns > made.st_ctime_ns
    for said in (first, again):
        assert not said["rounded"] and not said["remark"] and said["build"].endswith("weights in 32 bits")
        assert said["off"] < 0.02


def test_as_stored_nothing_is_written_and_numbers_are_rounded(weights: Path, tmp_path: Path) -> None:
    said = loaded(weights, tmp_path, "stored")
    assert said["rounded"] and "32 bits" not in said["build"]
    assert not (tmp_path / "arena" / "unpacked").exists()


def test_where_nothing_can_be_written_the_file_is_taken_as_it_is(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "arena").write_text("no folder")
    said = loaded(weights, tmp_path)
    assert said["rounded"] and "can't be unpacked to 32 bits" in said["remark"]
    refused = loaded(weights, tmp_path, "float32")["refused"]
    assert "can't be unpacked to 32 bits" in refused and str(tmp_path) in refused


def test_an_unfinished_file_is_never_loaded(weights: Path, tmp_path: Path) -> None:
    place = tmp_path / "arena" / "unpacked"
    place.mkdir(parents=True)
    part = place / ".someone.gguf.1.part"
    part.write_bytes(b"GGUF, and nothing more")
    assert not loaded(weights, tmp_path)["rounded"]
    assert part.exists()  # another worker may still be writing it


def test_llama_cpp_refuses_another_dtype(weights: Path, tmp_path: Path) -> None:
    refused = loaded(weights, tmp_path, "bfloat16")["refused"]
    assert refused == "llama.cpp computes in float32 or stored, not in bfloat16"
