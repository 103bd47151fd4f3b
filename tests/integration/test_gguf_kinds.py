"""Models that differ in structure, each a small file with random weights: right, or refused for what they are."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from arena.backends.base import Request, StopRule
from arena.backends.local.client import LocalModel
from arena.backends.local.llamacpp.backend import LIBRARY
from arena.backends.local.settings import Settings
from arena.backends.weights.gguf import check_gguf
from arena.errors import InputError
from tests.support.gguf_kinds import write

pytestmark = pytest.mark.model

PLAYED = ["grouped", "multi-query", "window and soft cap", "ALiBi", "latent attention", "recurrent", "hybrid"]
REFUSED = {
    "encoder": "is an encoder",
    "encoder and decoder": "an encoder with a decoder",
    "embedding": "a text's embedding",
    "unknown": "unknown model architecture: 'qwen9'",
}
SETTINGS = Settings(threads=1, kv_cells=1024, batch=128)


@pytest.mark.long
def test_prompts_that_share_what_they_can_equal_whole_prompts(tmp_path: Path) -> None:
    """Sixteen at once, answers in progress, long ones in pieces, beside llama.cpp's own evaluation of each prompt."""
    files = [str(write(kind, tmp_path / f"{kind}.gguf")) for kind in PLAYED]
    command = [sys.executable, "-m", "benchmarks.support.whole_prompts", *files]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"GGML_NO_BACKTRACE": "1"})
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    apart = {kind: float(line.split()[0]) for kind, line in zip(PLAYED, done.stdout.splitlines(), strict=True)}
    assert max(apart.values()) < 1e-2, apart


def load(file: Path, tell: list[str]) -> list[float]:
    """The log-probabilities of all tokens after one prompt."""

    async def ask() -> list[float]:
        model = await LocalModel.load("mine", LIBRARY, str(file), SETTINGS, tell.append)
        try:
            rule = StopRule("(?!)", "(?!)")
            everything = tuple(range(len(model.vocabulary.pieces)))
            return [
                found for n in range(3) for found in (await model.complete(Request((n,), everything, rule))).logprobs
            ]
        finally:
            await model.close()

    return asyncio.run(ask())


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the workers' logs go."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(("kind", "says"), REFUSED.items())
def test_what_is_no_player_is_refused_and_leaves_no_log(tmp_path: Path, logs: Path, kind: str, says: str) -> None:
    file = write(kind, tmp_path / "mine.gguf")
    with pytest.raises(InputError, match=says) as caught:
        load(file, [])
    assert "mine.gguf" in str(caught.value)
    assert not list(logs.rglob("*.log"))


def test_a_vocabulary_alone_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a vocabulary only"):
        check_gguf(write("a vocabulary", tmp_path / "mine.gguf"))


def test_evaluating_prompts_alone_is_told(tmp_path: Path, logs: Path) -> None:
    told: list[str] = []
    load(write("recurrent", tmp_path / "mine.gguf"), told)
    assert told == ["mine has layers whose state prompts can't share: each is evaluated alone, which is slower"]


def test_a_flat_distribution_is_told_once(tmp_path: Path, logs: Path) -> None:
    told: list[str] = []
    found = load(write("grouped", tmp_path / "mine.gguf", flat=True), told)
    assert max(found) == min(found)
    (line,) = told
    assert "mine gave every token of its vocabulary the same probability" in line
