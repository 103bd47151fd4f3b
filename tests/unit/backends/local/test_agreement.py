"""The trial of a new model's first prompt: a real model of transformers, and faults that were put into it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from arena.backends.local.agreement import difference, settle
from arena.backends.local.client import LocalModel
from arena.backends.local.evaluator import Row
from arena.backends.local.library import LoadError
from arena.backends.local.transformers.backend import LIBRARY
from arena.backends.local.transformers.inputs import Inputs
from arena.backends.local.transformers.library import TransformersLibrary
from benchmarks.support.architectures import make
from benchmarks.support.engine import SETTINGS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("llama", tmp_path_factory.mktemp("models") / "llama")


class CountsInTheBatch(TransformersLibrary):
    """Its positions are places in the batch, as BART's would be."""

    def evaluate(self, rows: Sequence[Row]) -> None:
        super().evaluate([replace(row, position=place) for place, row in enumerate(rows)])


class Leaks(TransformersLibrary):
    """A prompt sees what others wrote into the cache."""

    def evaluate(self, rows: Sequence[Row]) -> None:
        cache = self._cache

        @torch.inference_mode()
        def forward(inputs: Inputs) -> torch.Tensor:
            for mask in inputs.masks.values():
                mask.zero_()
            return type(cache)._forward(cache, inputs)

        cache._forward = forward  # type: ignore[method-assign]
        super().evaluate(rows)


class Fails(TransformersLibrary):
    def evaluate(self, rows: Sequence[Row]) -> None:
        raise RuntimeError("no such mask\n")


class LooksAhead(CountsInTheBatch):
    """Its distributions depend on what comes later, as an encoder's do."""

    def plain(self, tokens: Sequence[int], at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        return super().plain(tuple(tokens)[::-1], [0] * len(at), pieces)


def test_a_sound_model_shares_its_cache_and_keeps_no_cell(folder: Path) -> None:
    library = TransformersLibrary(str(folder), SETTINGS)
    assert settle(library) == (library, "")
    assert library._cache._cells.used == 0


@pytest.mark.parametrize("fault", [CountsInTheBatch, Leaks])
def test_what_differs_is_evaluated_whole(fault: type[TransformersLibrary], folder: Path) -> None:
    settled, why = settle(fault(str(folder), SETTINGS))
    assert "nats off" in why
    prompt = tuple(range(40, 60))
    settled.evaluate([Row(prompt[-1], 19, (0,), prompt)])
    sound = TransformersLibrary(str(folder), SETTINGS).plain(prompt, [19])
    assert difference(settled.logits(0)[None], sound) < 1e-5
    assert settled.build().endswith("each prompt whole")


def test_what_fails_is_evaluated_whole(folder: Path) -> None:
    assert settle(Fails(str(folder), SETTINGS))[1] == "it fails where prompts share a cache (no such mask\\n)"


def test_what_looks_ahead_is_refused_with_the_figure(folder: Path) -> None:
    with pytest.raises(LoadError, match=r"after earlier ones by \d+(\.\d+)? nats: this isn't a causal"):
        settle(LooksAhead(str(folder), SETTINGS))


def test_the_difference_counts_likely_tokens_and_hears_what_is_no_number() -> None:
    one = np.log(np.array([[0.5, 0.49998, 1e-5, 1e-5]], dtype=np.float32))
    other = np.log(np.array([[0.25, 0.74998, 1.9e-5, 1e-6]], dtype=np.float32))
    assert difference(one, other) == pytest.approx(np.log(2), abs=1e-4)
    assert np.isnan(difference(one, np.full_like(one, np.nan)))


def load(place: Path) -> tuple[str, list[str]]:
    """The build that a worker tells of a folder, and what a person is told."""
    told: list[str] = []

    async def build() -> str:
        model = await LocalModel.load("it", LIBRARY, str(place), SETTINGS, told.append)
        await model.close()
        return model.build

    return asyncio.run(build()), told


def test_a_worker_says_that_prompts_are_evaluated_whole(tmp_path: Path) -> None:
    build, told = load(make("bloom", tmp_path / "bloom"))
    assert build.endswith("each prompt whole")
    assert told == ["it takes each prompt from its first token, which is slow: it can't be given positions"]
