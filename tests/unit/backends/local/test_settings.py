"""Sizes that are given, and those that are usual."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
import transformers

from arena.backends.local.library import LoadError, check_cells
from arena.backends.local.settings import LAPTOP, MOST_CELLS, Settings
from arena.backends.local.transformers.device import usual_sizes

SIZES = ("kv_mib", "kv_cells", "sequences", "batch", "outputs")


def sizes(settings: Settings) -> list[int]:
    return [getattr(settings, name) for name in SIZES]


def test_what_is_not_given_is_usual() -> None:
    assert sizes(Settings().sized(LAPTOP)) == [1024, 16384, 256, 512, 64]
    given = Settings(threads=3, batch=100, outputs=7).sized(LAPTOP)
    assert (given.threads, *sizes(given)) == (3, 1024, 16384, 256, 100, 7)


def test_a_budget_that_is_given_is_bounded_by_nothing_that_is_not() -> None:
    assert Settings(kv_mib=1024).sized(LAPTOP).kv_cells == MOST_CELLS
    assert Settings(kv_mib=1024, kv_cells=600).sized(LAPTOP).kv_cells == 600


@pytest.mark.parametrize(
    ("settings", "cells", "said"),
    [
        (
            Settings(kv_mib=1).sized(LAPTOP),
            300,
            r"a KV budget of 1 MiB holds only 300 tokens .*\(4 KiB each\).*--kv-mib",
        ),
        (Settings(kv_cells=511).sized(LAPTOP), 511, "511 tokens can't hold a batch of 512: .*--cells.*--batch"),
    ],
)
def test_too_few_cells_for_a_batch_are_refused_with_what_to_change(settings: Settings, cells: int, said: str) -> None:
    with pytest.raises(LoadError, match=said):
        check_cells(cells, settings, 4096)
    assert check_cells(512, settings, 4096) == 512


@pytest.mark.parametrize(
    ("gib", "vocabulary", "expected"),
    [
        (60, 128256, [16384, 65536, 1024, 2048, 256]),
        (6, 49152, [3072, 65536, 1024, 2048, 256]),
        (2, 262144, [1024, 65536, 1024, 144, 18]),
    ],
)
def test_a_gpu_s_sizes_follow_its_free_memory(
    gib: int, vocabulary: int, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (gib * 2**30, 80 * 2**30))
    model = SimpleNamespace(config=transformers.LlamaConfig(vocab_size=vocabulary))
    assert sizes(usual_sizes(torch.device("cuda"), model)) == expected
    assert usual_sizes(torch.device("cpu"), model) == LAPTOP
