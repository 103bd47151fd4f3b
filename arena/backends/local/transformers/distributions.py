"""The distributions of many rows of logits at once, as tensors on their device: the definitions of
`arena.backends.distribution`, also in float64.

A row is divided into blocks, because a search in a large vocabulary is faster if it looks for the block first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch.nn.functional import pad

from arena.backends.base import Sampling

BLOCK: Final = 512  # tokens
LOWEST: Final = -1e300  # in place of minus infinity, which times a weight of 0 would be NaN
RANKED: Final = 4096  # likeliest tokens among which top-p looks, since sorting a whole vocabulary takes far longer


@dataclass(frozen=True, slots=True)
class Cut:
    """What top-p and min-p have left: which tokens, shape (rows, tokens), and the log of the sum of all weights before
    that, shape (rows,). `sure`, shape (rows,): the tokens that top-p keeps were all among those that were ranked."""

    inside: torch.Tensor
    log_whole: torch.Tensor
    sure: torch.Tensor


@dataclass(frozen=True, slots=True)
class Under:
    """Rows under a setting: the log of the sum of their weights and the entropy in bits, both of shape (rows,), and the
    tokens drawn, shape (draws,)."""

    log_total: torch.Tensor
    entropy: torch.Tensor
    drawn: torch.Tensor
    cut: Cut | None


def blocked(logits: torch.Tensor) -> torch.Tensor:
    """Logits of shape (rows, vocabulary) in blocks, shape (rows, blocks, tokens), filled up with minus infinity."""
    return pad(logits.float(), (0, -logits.shape[1] % BLOCK), value=-torch.inf).view(len(logits), -1, BLOCK)


def under(
    raw: torch.Tensor, setting: Sampling, best: torch.Tensor, rows: torch.Tensor, uniforms: torch.Tensor
) -> Under:
    """The rows under a setting, and a token of `rows[i]` for each of the `uniforms[i]`.

    `raw`, shape (rows, blocks, tokens), are logits of which the largest is 0; `best` the ids of each row's likeliest
    tokens, in order.
    """
    temperature = setting.temperature
    weights = raw.exp() if temperature == 1.0 else (raw / temperature).exp_()
    cut = _cut(weights, setting, best) if setting.cuts else None
    if cut:
        weights *= cut.inside.view(weights.shape)
    before = _running(weights.sum(2))
    total = before[:, -1]
    drawn = _drawn(weights, before, rows, uniforms)
    entropy = total.log() - weights.mul_(raw).sum((1, 2)) / total / temperature
    return Under(total.log(), entropy / np.log(2.0), drawn, cut)


def likeliest(blocks: torch.Tensor, count: int) -> torch.Tensor:
    """The ids of each row's `count` largest logits, the largest first and equal ones by id; shape (rows, count).

    They are in the `count` blocks with the largest maxima.
    """
    size = blocks.shape[2]
    best = _ranked(blocks.amax(2), torch.arange(blocks.shape[1], device=blocks.device), min(count, blocks.shape[1]))
    ids = best[:, :, None] * size + torch.arange(size, device=blocks.device)
    return _ranked(blocks.flatten(1).gather(1, ids.flatten(1)), ids.flatten(1), count)


def _cut(weights: torch.Tensor, setting: Sampling, best: torch.Tensor) -> Cut:
    """What a setting leaves of weights of which the largest is 1."""
    flat = weights.flatten(1)
    whole = flat.sum(1)
    inside = flat >= setting.min_p
    sure = torch.ones_like(whole, dtype=torch.bool)
    if setting.top_p < 1.0:
        ranked = flat.gather(1, best)
        nucleus = ranked.cumsum(1) - ranked < setting.top_p * whole[:, None]
        inside &= torch.zeros_like(inside).scatter_(1, best, nucleus)
        # once a token is left out, so are all that are less likely
        sure = ~nucleus[:, -1] | (ranked.sum(1) >= whole)
    return Cut(inside, whole.log(), sure)


def _running(weights: torch.Tensor) -> torch.Tensor:
    """Running sums along the last dimension, made never to fall, and to rise only where there is weight, so that no
    other token is ever drawn: in sums computed in parallel the last digit could do either."""
    return weights.cumsum(-1).masked_fill_(weights == 0.0, 0.0).cummax(-1).values


def _drawn(weights: torch.Tensor, before: torch.Tensor, rows: torch.Tensor, uniforms: torch.Tensor) -> torch.Tensor:
    """The tokens at the uniforms, by inverse CDF over ascending token ids: first the block, then the token in it.

    `weights` has the shape (rows, blocks, tokens), `before` holds the weight up to and including each block.
    """
    sums = before[rows]
    target = uniforms[:, None] * sums[:, -1:]
    block = torch.searchsorted(sums, target, right=True).clamp_(max=sums.shape[1] - 1)
    left = target - pad(sums, (1, 0)).gather(1, block)
    within = _running(weights[rows, block[:, 0]])
    # the two sums may differ in the last digit: never go past the block's last token that has any weight
    last = torch.searchsorted(within, within[:, -1:].contiguous())
    return (block * BLOCK + torch.minimum(torch.searchsorted(within, left, right=True), last))[:, 0]


def _ranked(values: torch.Tensor, ids: torch.Tensor, count: int) -> torch.Tensor:
    """The ids of the `count` largest values in each row, equal ones by id: a 64-bit number holds both."""
    bits = (values + 0.0).view(torch.int32)  # adding 0 turns -0 into 0
    ordered = torch.where(bits < 0, bits ^ 0x7FFFFFFF, bits)  # integers in the same order as the values
    best = (ordered.long() * 2**32 + (2**32 - 1 - ids)).topk(count).values
    return 2**32 - 1 - (best & (2**32 - 1))
