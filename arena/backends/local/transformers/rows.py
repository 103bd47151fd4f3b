"""What is wanted from a batch's rows, computed where the logits are: all rows at once, and fetched in one transfer.

The definitions are those of `arena.backends.distribution`, also in float64. A GPU adds up running sums in a different
order from numpy, so a drawn token can differ from numpy's if the uniform is within about 1e-12 of the boundary between
two tokens, and numbers differ in their last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import pad

from arena.backends.base import Numbers, Sampling
from arena.backends.distribution import Logits
from arena.backends.local.rows import Answers, Keep, Kept, Told, Wanted, told
from arena.records import TokenProbability

_BLOCK: Final = 512  # tokens; a search in a row looks among its blocks first
_AT_ONCE: Final = {"cuda": 2**25, "cpu": 2**22}  # logits computed with at once, at 20 bytes each
_LOWEST: Final = -1e300  # in place of minus infinity, which times a weight of 0 would be NaN

Draws = list[tuple[int, float]]
"""Rows and uniforms."""


def ask(logits: torch.Tensor, wanted: Sequence[Wanted]) -> Answers:
    """Ask for what is wanted from each row of the logits, shape (len(wanted), vocabulary), in any precision. A GPU is
    waited for only when the answers are taken.

    For a device without float64 (MPS), or a setting that is more than a temperature, numpy does it.
    """
    most = _AT_ONCE.get(logits.device.type)
    if not most:
        here = fetched(logits)
        return lambda: [told(Logits(row), each) for row, each in zip(here, wanted, strict=True)]
    size = max(1, most // logits.shape[1])
    parts = [slice(start, start + size) for start in range(0, len(wanted), size)]
    answers = [_asked(logits[part], wanted[part]) for part in parts]
    return lambda: list(chain.from_iterable(part() for part in answers))


def sent(values: Any, device: torch.device, dtype: torch.dtype = torch.long) -> torch.Tensor:
    """Numbers on a device, without waiting for its computation."""
    here = torch.as_tensor(values, dtype=dtype)
    if device.type == "cuda" and len(here):
        return here.pin_memory().to(device, non_blocking=True)
    return here.to(device)


def fetched(logits: torch.Tensor) -> NDArray[np.float32]:
    """Logits as a numpy array."""
    found: NDArray[np.float32] = logits.float().cpu().numpy()
    return found


@torch.inference_mode()
def _asked(logits: torch.Tensor, wanted: Sequence[Wanted]) -> Answers:
    here = [each if _is_plain(each) else Wanted(each.index) for each in wanted]
    rows = [row for row, each in enumerate(here) for _ in _tokens(each)]
    at, tokens = sent(rows, logits.device), sent([token for each in here for token in _tokens(each)], logits.device)
    top = max((keep.top for each in here for keep in each.keep), default=0)

    blocks = pad(logits.float(), (0, -logits.shape[1] % _BLOCK), value=-torch.inf).view(len(logits), -1, _BLOCK)
    largest = blocks.amax((1, 2)).double()
    likeliest = _likeliest(blocks, min(top, logits.shape[1]))
    results = [
        largest,
        logits.amin(1).double() - largest,
        likeliest,
        blocks.flatten(1).gather(1, likeliest).double() - largest[:, None],
        logits[at, tokens].double() - largest[at],
    ]
    raw = (blocks.double() - largest[:, None, None]).clamp_(min=_LOWEST)
    draws = _draws(here)
    for temperature, wished in draws.items():
        results += _under(raw, temperature, wished)
    brought = _bring(results)

    def answers() -> list[Told]:
        found = _Found(brought(), rows, list(draws), logits.shape[1])
        return [
            # numpy's version also handles a row whose largest logit is NaN: it says so
            found.told(row, each) if each is asked and found.finite[row] else told(Logits(fetched(logits[row])), asked)
            for row, (each, asked) in enumerate(zip(here, wanted, strict=True))
        ]

    return answers


def _is_plain(wanted: Wanted) -> bool:
    return all(setting == Sampling(setting.temperature) for setting in _settings(wanted))


def _settings(wanted: Wanted) -> Iterator[Sampling]:
    for keep in wanted.keep:
        yield from (keep.sampling, *keep.further)
    yield from (setting for setting, _ in wanted.draws)


def _tokens(wanted: Wanted) -> Iterator[int]:
    """The tokens whose log-probability is wanted, in the order of asking."""
    return chain(*(keep.wanted for keep in wanted.keep), wanted.scored)


def _draws(wanted: Sequence[Wanted]) -> dict[float, Draws]:
    """The draws at each temperature that occurs, and at 1, which the normalisers need."""
    draws: dict[float, Draws] = {1.0: []}
    for row, each in enumerate(wanted):
        draws |= {setting.temperature: [] for setting in _settings(each) if setting.temperature not in draws}
        for setting, uniforms in each.draws:
            draws[setting.temperature] += ((row, uniform) for uniform in uniforms)
    return draws


def _under(raw: torch.Tensor, temperature: float, draws: Draws) -> tuple[torch.Tensor, ...]:
    """At a temperature: the log of the weights' sum, the entropy in bits, both of shape (rows,), and tokens drawn."""
    weights = raw.exp() if temperature == 1.0 else (raw / temperature).exp_()
    before = _running(weights.sum(2))
    total = before[:, -1]
    at = sent([row for row, _ in draws], raw.device)
    drawn = _drawn(weights, before, at, sent([uniform for _, uniform in draws], raw.device, torch.double))
    entropy = total.log() - weights.mul_(raw).sum((1, 2)) / total / temperature
    return total.log(), entropy / np.log(2.0), drawn


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
    return (block * _BLOCK + torch.minimum(torch.searchsorted(within, left, right=True), last))[:, 0]


def _likeliest(blocks: torch.Tensor, count: int) -> torch.Tensor:
    """The ids of each row's `count` largest logits, the largest first and equal ones by id; shape (rows, count).

    They are in the `count` blocks with the largest maxima.
    """
    size = blocks.shape[2]
    best = _ranked(blocks.amax(2), torch.arange(blocks.shape[1], device=blocks.device), min(count, blocks.shape[1]))
    ids = best[:, :, None] * size + torch.arange(size, device=blocks.device)
    return _ranked(blocks.flatten(1).gather(1, ids.flatten(1)), ids.flatten(1), count)


def _ranked(values: torch.Tensor, ids: torch.Tensor, count: int) -> torch.Tensor:
    """The ids of the `count` largest values in each row, equal ones by id: a 64-bit number holds both."""
    bits = (values + 0.0).view(torch.int32)  # adding 0 turns -0 into 0
    ordered = torch.where(bits < 0, bits ^ 0x7FFFFFFF, bits)  # integers in the same order as the values
    best = (ordered.long() * 2**32 + (2**32 - 1 - ids)).topk(count).values
    return 2**32 - 1 - (best & (2**32 - 1))


def _bring(tensors: Sequence[torch.Tensor]) -> Callable[[], Iterator[NDArray[np.float64]]]:
    """Begin to fetch all of them, in one transfer; the function returned waits for them."""
    shapes = [tensor.shape for tensor in tensors]
    device = tensors[0].device
    together = torch.cat([tensor.double().flatten() for tensor in tensors]).to("cpu", non_blocking=True)
    arrived = torch.cuda.current_stream(device).record_event() if device.type == "cuda" else None

    def brought() -> Iterator[NDArray[np.float64]]:
        if arrived is not None:
            arrived.synchronize()
        parts = np.split(together.numpy(), np.cumsum([shape.numel() for shape in shapes])[:-1])
        return (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    return brought


@dataclass(frozen=True, slots=True)
class _At:
    """Results at one temperature: a number for each row, a list for each row's likeliest tokens, a number for each
    token whose log-probability is wanted, and the tokens drawn."""

    log_total: list[float]
    entropy: list[float]
    top: list[list[float]]
    logprobs: list[float]
    drawn: Iterator[int]


class _Found:
    """The results for some rows. Each is returned once, in order."""

    def __init__(
        self, numbers: Iterator[NDArray[np.float64]], rows: list[int], temperatures: list[float], size: int
    ) -> None:
        largest, lowest, ids, values, chosen = islice(numbers, 5)
        self.finite: list[bool] = np.isfinite(largest).tolist()
        self._flat: list[bool] = ((lowest == 0.0) & (size > 1)).tolist()
        self._ids: list[list[int]] = ids.astype(np.int64).tolist()
        self._next = 0
        self._at: dict[float, _At] = {}
        for temperature in temperatures:
            total, entropy, drawn = islice(numbers, 3)
            self._at[temperature] = _At(
                total.tolist(),
                entropy.tolist(),
                (values / temperature - total[:, None]).tolist(),
                (chosen / temperature - total[rows]).tolist(),
                iter(drawn.astype(np.int64).tolist()),
            )

    def told(self, row: int, wanted: Wanted) -> Told:
        """The answers for a row."""
        return Told(
            self._flat[row],
            tuple(self._kept(row, keep) for keep in wanted.keep),
            tuple(tuple(islice(self._at[s.temperature].drawn, len(uniforms))) for s, uniforms in wanted.draws),
            tuple(self._at[1.0].logprobs[self._place(len(wanted.scored))]),
        )

    def _kept(self, row: int, keep: Keep) -> Kept:
        at, place = self._at[keep.sampling.temperature], self._place(len(keep.wanted))
        top = zip(self._ids[row][: keep.top], at.top[row], strict=False)
        return Kept(
            tuple(at.logprobs[place]),
            tuple(TokenProbability(token, logprob) for token, logprob in top if logprob > -np.inf),
            at.entropy[row],
            tuple(self._numbers(row, setting.temperature, place) for setting in keep.further),
        )

    def _numbers(self, row: int, temperature: float, place: slice) -> Numbers:
        at = self._at[temperature]
        normaliser = at.log_total[row] - self._at[1.0].log_total[row] / temperature
        return Numbers(tuple(at.logprobs[place]), at.entropy[row], normaliser)

    def _place(self, count: int) -> slice:
        """Where the next log-probabilities are."""
        self._next += count
        return slice(self._next - count, self._next)
