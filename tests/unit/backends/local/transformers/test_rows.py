"""What is computed of logits on a device, beside numpy. The CPU is a device too."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from arena.backends.base import Sampling
from arena.backends.distribution import Logits
from arena.backends.local.rows import Keep, Told, Wanted, told
from arena.backends.local.transformers.rows import ask, on_device
from benchmarks.support.device import DEVICE

HOT, COLD = Sampling(1.7), Sampling(0.3)
CUT = [Sampling(1.0, 0.9), Sampling(1.3, 1.0, 0.07), Sampling(0.7, 0.83, 0.02)]
LAST = 1 - 2**-53  # the largest uniform there is


def sharp(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return chance.normal(0, 20, size)


def broad(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return chance.normal(0, 1, size)


def equal(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return np.full(size, chance.normal())


def tied(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    """As coarse as what is computed in 16 bits, with both zeros."""
    return chance.normal(0, 1.5, size).round() * chance.choice([1.0, -1.0], size)


def holed(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    """A good part without any weight, among it whole blocks, and sometimes all but one."""
    row = np.where(chance.random(size) < chance.choice([0.3, 0.999]), -np.inf, chance.normal(0, 3, size))
    row[: size // 2 * chance.integers(2)] = row[size - size // 3 :] = -np.inf
    row[chance.integers(size)] = 1.0
    return row


def far(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return chance.choice([3e4, -3e4, 0.0], size)


KINDS = [sharp, broad, equal, tied, holed, far]


def wanted_of(chance: np.random.Generator, index: int, size: int) -> Wanted:
    """Now this, now that, under several settings."""
    tokens = tuple(chance.integers(size, size=chance.integers(6)).tolist())
    settings = [Sampling(), HOT, COLD, *CUT]
    chance.shuffle(settings)  # type: ignore[arg-type]
    keep = [
        Keep(setting, tokens, int(chance.integers(25)), tuple(settings[: chance.integers(4)])) for setting in settings
    ]
    return Wanted(
        index,
        tuple(keep[: chance.integers(3)]),
        tuple((setting, tuple(chance.random(chance.integers(5)).tolist())) for setting in settings),
        tokens[: chance.integers(3)],
    )


def check(found: Told, expected: Told) -> None:
    """The same tokens, and numbers that differ in their last digits."""
    assert found.drawn == expected.drawn
    assert found.flat == expected.flat
    assert found.scores == pytest.approx(expected.scores, abs=1e-9)
    for one, other in zip(found.kept, expected.kept, strict=True):
        assert [likely.token for likely in one.top] == [likely.token for likely in other.top]
        pairs = [(one, other), *zip(one.further, other.further, strict=True)]
        for mine, its in pairs:
            assert mine.logprobs == pytest.approx(its.logprobs, abs=1e-9)
            assert mine.entropy == pytest.approx(its.entropy, abs=1e-9)
        for mine, its in pairs[1:]:
            assert mine.normaliser == pytest.approx(its.normaliser, abs=1e-9)
        assert [likely.logprob for likely in one.top] == pytest.approx([its.logprob for its in other.top], abs=1e-9)


def sent(rows: NDArray[np.float32], dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.from_numpy(rows).to(DEVICE, dtype)


@pytest.mark.parametrize("size", [1, 2, 7, 511, 512, 513, 1500, 5000])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_two_thousand_rows_as_numpy_has_them(size: int, dtype: torch.dtype) -> None:
    chance = np.random.default_rng(size)
    rows = np.array([KINDS[at % len(KINDS)](chance, size) for at in range(126)], dtype=np.float32)
    logits = sent(rows, dtype)
    wanted = [wanted_of(chance, at, size) for at in range(len(rows))]
    for row, each, found in zip(logits.float().cpu().numpy(), wanted, on_device(logits, wanted)(), strict=True):
        check(found, told(Logits(row), each))


@pytest.mark.parametrize("kind", KINDS)
def test_the_outermost_uniforms_draw_tokens_that_have_weight(kind) -> None:
    chance = np.random.default_rng(1)
    rows = np.array([kind(chance, 1500) for _ in range(50)], dtype=np.float32)
    wanted = [Wanted(at, draws=((Sampling(), (0.0, LAST)),)) for at in range(len(rows))]
    for row, found in zip(rows, ask(sent(rows), wanted)(), strict=True):
        weights = np.exp(row.astype(np.float64) - row.max())
        first, last = found.drawn[0]
        assert first == np.flatnonzero(weights)[0]
        assert weights[last] > 0 and weights[last + 1 :].sum() <= 1e-12 * weights.sum()


def test_draws_are_as_often_as_likely() -> None:
    row = np.log(np.array([[0.1, 0.2, 0.3, 0.4]], dtype=np.float32))
    uniforms = tuple(((np.arange(10_000) + 0.5) / 10_000).tolist())
    (found,) = ask(sent(row), [Wanted(0, draws=((Sampling(), uniforms),))])()
    assert np.bincount(found.drawn[0]) / 10_000 == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=2e-4)


def test_a_row_of_which_top_p_keeps_very_many_tokens_is_numpys() -> None:
    chance = np.random.default_rng(0)
    rows = np.array([sharp(chance, 20_000), broad(chance, 20_000), sharp(chance, 20_000)], dtype=np.float32)
    cut = Sampling(1.5, 0.8)
    wanted = [
        Wanted(0, (Keep(cut, (1, 2), 3, ()),), ((cut, (0.5,)),)),
        Wanted(1, (Keep(cut, (1, 2), 3, ()), Keep(HOT, (4,), 2, (cut,))), ((cut, (0.1, 0.9)), (HOT, (0.3,)))),
        Wanted(2, (Keep(HOT, (3,), 20, (COLD,)),), ((HOT, (0.25, 0.75)), (cut, (0.6,))), (5,)),
    ]
    found = on_device(sent(rows), wanted)()
    assert found[1] == told(Logits(rows[1]), wanted[1])
    for at in (0, 2):
        check(found[at], told(Logits(rows[at]), wanted[at]))


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_row_without_numbers_is_an_error(broken: float) -> None:
    rows = np.zeros((3, 600), dtype=np.float32)
    rows[1, 599 if np.isnan(broken) else slice(None)] = broken
    wanted = [Wanted(at, (Keep(Sampling(), (1,), 20, ()),), ((Sampling(), (0.5,)),)) for at in range(3)]
    with pytest.raises(ValueError, match="broken"):
        ask(sent(rows), wanted)()


@pytest.mark.parametrize("min_p", [0.02, 0.1, 0.5])
def test_min_p_is_that_of_transformers(min_p: float) -> None:
    from transformers import MinPLogitsWarper

    for seed in range(20):
        row = broad(np.random.default_rng(seed), 700).astype(np.float32)
        tokens = tuple(range(len(row)))
        (found,) = on_device(sent(row[None]), [Wanted(0, (Keep(Sampling(1.3, 1.0, min_p), tokens, 0, ()),))])()
        hot = torch.tensor(row, dtype=torch.float64)[None] / 1.3
        theirs = MinPLogitsWarper(min_p)(torch.zeros((1, 1), dtype=torch.long), hot).softmax(-1)[0]  # type: ignore[arg-type]
        assert np.exp(found.kept[0].logprobs) == pytest.approx(theirs.numpy(), abs=1e-12)
