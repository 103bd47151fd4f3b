"""Batches in shapes that come up again: the same results as in their own. Where there is CUDA, from captured graphs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.local.agreement import WITHIN, difference
from arena.backends.local.evaluator import Row
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.library import TransformersLibrary
from arena.backends.local.transformers.shapes import LARGEST, MOST, ROWS, Shape, Shapes
from benchmarks.support.architectures import make
from benchmarks.support.engine import SETTINGS, engine_apart

pytestmark = pytest.mark.filterwarnings("ignore")  # architectures of many ages warn of much


class InShapes(TransformersLibrary):
    """Uses shapes on every device."""

    def _graphs(self, settings: Settings) -> bool:
        return True


class InItsOwn(TransformersLibrary):
    """Uses them on none."""

    def _graphs(self, settings: Settings) -> bool:
        return False


@pytest.mark.parametrize("name", ["llama-grouped", "mistral", "gemma3_text", "gpt_oss", "deepseek_v3", "opt"])
def test_an_engine_in_shapes_agrees_with_transformers(name: str, tmp_path: Path) -> None:
    off, why = engine_apart(make(name, tmp_path / name), InShapes)
    assert off < WITHIN and not why, why


def batches(seed: int) -> Sequence[Sequence[Row]]:
    """Batches of different sizes, each of which goes on from where the last one ended, in one of four sequences."""
    chance = random.Random(seed)
    ends = [0] * 4
    found = []
    for _ in range(12):
        rows = []
        for sequence in chance.sample(range(4), chance.randint(1, 4)):
            for at in range(count := chance.randint(1, 12)):
                path = (0,) if at == count - 1 or chance.random() < 0.2 else None
                rows.append(Row(chance.randrange(90), ends[sequence] + at, (sequence,), path))
            ends[sequence] += count
        found.append(rows)
    return found


@pytest.mark.parametrize("name", ["llama-grouped", "gemma3_text"])
def test_a_batch_filled_up_gives_what_it_gives_in_its_own_shape(name: str, tmp_path: Path) -> None:
    folder = str(make(name, tmp_path / name))
    filled, own = InShapes(folder, SETTINGS), InItsOwn(folder, SETTINGS)
    for rows in batches(1):
        found = []
        for library in (filled, own):
            library.evaluate(rows)
            found.append(np.stack([library.logits(at) for at, row in enumerate(rows) if row.path is not None]))
        assert difference(*found) < 1e-4
    assert ("CUDA graphs" in filled.build()) and ("CUDA graphs" not in own.build())


@given(
    st.lists(
        st.tuples(st.integers(1, 2048), st.integers(1, 1024), st.floats(0, 1), st.floats(0, 1) | st.none()),
        max_size=200,
    )
)
def test_a_shape_holds_its_batch_and_few_are_prepared(sizes: list[tuple[int, int, float, float | None]]) -> None:
    shapes = Shapes(outputs=256)
    chosen = set()
    for tokens, cells, share, divided in sizes:
        blocks = 0 if divided is None else max(-(-tokens // ROWS), round(divided * tokens))
        batch = Shape(tokens, 64 * cells, round(share * min(tokens, 256)), blocks)
        shape = shapes.choose(batch)
        if shape is not None:
            assert shape.holds(batch) and shape.mask_size <= LARGEST
            chosen.add(shape)
    assert len(chosen) <= MOST


def test_a_shape_is_prepared_when_it_comes_up_again() -> None:
    shapes = Shapes(outputs=64)
    assert shapes.choose(Shape(40, 512, 8)) is not None  # the first, which shows that it can be done
    assert shapes.choose(Shape(300, 2048, 64)) is None
    large = shapes.choose(Shape(310, 2048, 64))
    assert large is not None and large.tokens < 400
    assert shapes.choose(Shape(240, 2048, 64)) is large  # seen once, but the large one holds it
    small = shapes.choose(Shape(240, 2048, 64))
    assert small is not None and small.tokens == 256


def test_the_usual_shapes_with_blocks_serve_a_tournament_at_once() -> None:
    """Batches of 64 to 2,048 tokens, 15 for each prompt, of up to 200 tokens each."""
    shapes = Shapes(outputs=256)
    usual = set(shapes.usual(2048))
    assert len(usual) < 25
    for tokens in range(64, 2048, 50):
        batch = Shape(tokens, 192, tokens // 15, -(-tokens // 15))
        shape = shapes.choose(batch)
        assert shape in usual and shape.holds(batch) and shape.cost < 2 * batch.cost
