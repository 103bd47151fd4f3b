"""What is wanted from a batch's rows, computed where the logits are: all rows at once, and fetched in one transfer.

A GPU adds up running sums in a different order from numpy, so a drawn token can differ from numpy's if the uniform is
within about 1e-12 of the boundary between two tokens, and numbers differ in their last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from arena.backends.base import Numbers, Sampling
from arena.backends.distribution import Logits
from arena.backends.local.rows import Answers, Keep, Kept, Told, Wanted, told
from arena.backends.local.transformers.distributions import LOWEST, RANKED, blocked, likeliest, under
from arena.records import TokenProbability

_AT_ONCE: Final = {"cuda": 2**25, "cpu": 2**22}  # logits computed with at once, at some 20 bytes each, or 50 with top-p

Draws = list[tuple[int, float]]
"""Rows and uniforms."""


def ask(logits: torch.Tensor, wanted: Sequence[Wanted]) -> Answers:
    """Ask for what is wanted from each row of the logits, shape (len(wanted), vocabulary), in any precision. A GPU is
    waited for only when the answers are taken.

    Numpy does it for a device without float64 (MPS), and for top-p and min-p on a CPU, where it is faster.
    """
    most = _AT_ONCE.get(logits.device.type)
    if not most or (logits.device.type == "cpu" and any(setting.cuts for setting in _settings(wanted))):
        here = fetched(logits)
        return lambda: [told(Logits(row), each) for row, each in zip(here, wanted, strict=True)]
    size = max(1, most // logits.shape[1])
    parts = [slice(start, start + size) for start in range(0, len(wanted), size)]
    answers = [on_device(logits[part], wanted[part]) for part in parts]
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
def on_device(logits: torch.Tensor, wanted: Sequence[Wanted]) -> Answers:
    """Ask for what is wanted from all rows at once. A row of which top-p keeps very many tokens is left to numpy."""
    rows = [row for row, each in enumerate(wanted) for _ in _tokens(each)]
    at, tokens = sent(rows, logits.device), sent([token for each in wanted for token in _tokens(each)], logits.device)
    top = max((keep.top for each in wanted for keep in each.keep), default=0)
    draws = _draws(wanted)

    blocks = blocked(logits)
    largest = blocks.amax((1, 2)).double()
    ranked = RANKED if any(setting.top_p < 1.0 for setting in draws) else 0
    best = likeliest(blocks, min(max(top, ranked), logits.shape[1]))
    results = [
        largest,
        logits.amin(1).double() - largest,
        best[:, :top],
        blocks.flatten(1).gather(1, best[:, :top]).double() - largest[:, None],
        logits[at, tokens].double() - largest[at],
    ]
    raw = (blocks.double() - largest[:, None, None]).clamp_(min=LOWEST)
    for setting, wished in draws.items():
        drawing = sent([row for row, _ in wished], logits.device)
        uniforms = sent([uniform for _, uniform in wished], logits.device, torch.double)
        found = under(raw, setting, best, drawing, uniforms)
        results += [found.log_total, found.entropy, found.drawn]
        if found.cut:
            inside = found.cut.inside
            results += [found.cut.log_whole, inside.gather(1, best[:, :top]), inside[at, tokens], found.cut.sure]
    brought = _bring(results)

    def answers() -> list[Told]:
        found = _Found(brought(), rows, list(draws), logits.shape[1])
        mine = [found.told(row, each) for row, each in enumerate(wanted)]
        return [
            # numpy's version also handles a row whose largest logit is NaN: it says so
            mine[row] if found.sure[row] else told(Logits(fetched(logits[row])), each)
            for row, each in enumerate(wanted)
        ]

    return answers


def _settings(wanted: Sequence[Wanted]) -> Iterator[Sampling]:
    for each in wanted:
        for keep in each.keep:
            yield from (keep.sampling, *keep.further)
        yield from (setting for setting, _ in each.draws)


def _tokens(wanted: Wanted) -> Iterator[int]:
    """The tokens whose log-probability is wanted, in the order of asking."""
    return chain(*(keep.wanted for keep in wanted.keep), wanted.scored)


def _draws(wanted: Sequence[Wanted]) -> dict[Sampling, Draws]:
    """The draws under each setting that occurs, and under the plain one, which the normalisers need."""
    draws: dict[Sampling, Draws] = {setting: [] for setting in (Sampling(), *_settings(wanted))}
    for row, each in enumerate(wanted):
        for setting, uniforms in each.draws:
            draws[setting] += ((row, uniform) for uniform in uniforms)
    return draws


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
    """Results under one setting: three numbers for each row, a list for each row's likeliest tokens, a number for each
    token whose log-probability is wanted, and the tokens drawn."""

    log_total: list[float]
    log_whole: list[float]
    entropy: list[float]
    top: list[list[float]]
    logprobs: list[float]
    drawn: Iterator[int]


class _Found:
    """The results for some rows. Each is returned once, in order. `sure` says which of them count."""

    def __init__(
        self, numbers: Iterator[NDArray[np.float64]], rows: list[int], settings: list[Sampling], size: int
    ) -> None:
        largest, lowest, ids, values, chosen = islice(numbers, 5)
        sure = np.isfinite(largest)
        self._flat: list[bool] = ((lowest == 0.0) & (size > 1)).tolist()
        self._ids: list[list[int]] = ids.astype(np.int64).tolist()
        self._next = 0
        self._at: dict[Sampling, _At] = {}
        for setting in settings:
            total, entropy, drawn = islice(numbers, 3)
            top = values / setting.temperature - total[:, None]
            logprobs = chosen / setting.temperature - total[rows]
            whole = total
            if setting.cuts:
                whole, top_inside, chosen_inside, counts = islice(numbers, 4)
                top = np.where(top_inside, top, -np.inf)
                logprobs = np.where(chosen_inside, logprobs, -np.inf)
                sure &= counts > 0
            self._at[setting] = _At(
                total.tolist(),
                whole.tolist(),
                entropy.tolist(),
                top.tolist(),
                logprobs.tolist(),
                iter(drawn.astype(np.int64).tolist()),
            )
        self.sure: list[bool] = sure.tolist()

    def told(self, row: int, wanted: Wanted) -> Told:
        """The answers for a row."""
        return Told(
            self._flat[row],
            tuple(self._kept(row, keep) for keep in wanted.keep),
            tuple(tuple(islice(self._at[setting].drawn, len(uniforms))) for setting, uniforms in wanted.draws),
            tuple(self._at[Sampling()].logprobs[self._place(len(wanted.scored))]),
        )

    def _kept(self, row: int, keep: Keep) -> Kept:
        at, place = self._at[keep.sampling], self._place(len(keep.wanted))
        top = zip(self._ids[row][: keep.top], at.top[row], strict=False)
        return Kept(
            tuple(at.logprobs[place]),
            tuple(TokenProbability(token, logprob) for token, logprob in top if logprob > -np.inf),
            at.entropy[row],
            tuple(self._numbers(row, setting, place) for setting in keep.further),
        )

    def _numbers(self, row: int, setting: Sampling, place: slice) -> Numbers:
        at = self._at[setting]
        normaliser = at.log_whole[row] - self._at[Sampling()].log_total[row] / setting.temperature
        return Numbers(tuple(at.logprobs[place]), at.entropy[row], normaliser)

    def _place(self, count: int) -> slice:
        """Where the next log-probabilities are."""
        self._next += count
        return slice(self._next - count, self._next)
