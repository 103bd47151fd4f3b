"""Attention in blocks: the same distributions as with one mask, and only where a model's own can be had like that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.local.agreement import WITHIN, difference
from arena.backends.local.evaluator import Row
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.blocks import in_blocks
from arena.backends.local.transformers.kv_cells import Seen
from arena.backends.local.transformers.library import TransformersLibrary
from arena.backends.local.transformers.rows import fetched
from arena.backends.local.transformers.shapes import ROWS
from benchmarks.support.architectures import make
from benchmarks.support.engine import SETTINGS, engine_apart

pytestmark = pytest.mark.filterwarnings("ignore")  # architectures of many ages warn of much


class InBlocks(TransformersLibrary):
    """Computes attention in blocks on every device."""

    def _blocks(self) -> bool:
        return True

    def _graphs(self, settings: Settings) -> bool:
        return False


class InShapes(InBlocks):
    """And in shapes that come up again."""

    def _graphs(self, settings: Settings) -> bool:
        return True


def batches() -> Iterator[list[Row]]:
    """Prompts that begin alike, then go on by few tokens or by more than a block has rows."""
    chance = random.Random(3)
    yield [Row(chance.randrange(90), at, (0, 1, 2, 3), (0,) if at == 6 else None) for at in range(7)]
    ends = [7] * 4
    for counts in ((1, 20, 2, 0), (3, 1, ROWS + 5, 1), (0, 1, 1, 2 * ROWS)):
        rows = []
        for sequence, count in enumerate(counts):
            for at in range(count):
                path = (0,) if at in (0, count - 1) else None
                rows.append(Row(chance.randrange(90), ends[sequence] + at, (sequence,), path))
            ends[sequence] += count
        yield rows


@pytest.mark.parametrize("name", ["llama-grouped", "gemma3_text", "mistral", "qwen2-window", "deepseek_v3"])
def test_a_batch_in_blocks_gives_what_one_mask_gives(name: str, tmp_path: Path) -> None:
    library = InBlocks(str(make(name, tmp_path / name)), SETTINGS)
    assert "in blocks" in library.build()
    shared = library._cache
    for rows in batches():
        batch = shared.placed(rows)
        whole = fetched(shared.evaluate_in(batch.whole, batch))
        assert difference(fetched(shared.evaluate_in(batch.divided, batch)), whole, 1e-6) < 1e-4


@pytest.mark.parametrize("name", ["llama-grouped", "gemma3_text", "gpt2"])
def test_an_engine_in_blocks_agrees_with_transformers(name: str, tmp_path: Path) -> None:
    off, why = engine_apart(make(name, tmp_path / name), InShapes)
    assert off < WITHIN and not why, why


@pytest.mark.parametrize("name", ["gpt_oss", "gemma2-softcap", "falcon"])
def test_other_attention_stays_as_it_is(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = InBlocks(str(make(name, tmp_path / name)), SETTINGS)
    assert "in blocks" not in library.build()
    assert "attention isn't computed in blocks: " in capfd.readouterr().err
    assert library._model.config._attn_implementation != "arena_blocks"


@given(st.lists(st.integers(0, 4), min_size=1, max_size=200))
def test_each_row_has_a_place_in_a_block_of_its_sequence(sequences: list[int]) -> None:
    _, sequence = np.unique(sequences, return_inverse=True)
    none = np.zeros(0, dtype=np.int64)
    blocks = in_blocks(Seen(none, none, sequence, none))
    assert len(set(blocks.places.tolist())) == len(sequences)
    assert (blocks.sequence[blocks.places // ROWS] == sequence).all()
    assert blocks.count == len(blocks.sequence) == sum(-(-count // ROWS) for count in np.bincount(sequence))
