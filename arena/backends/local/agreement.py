"""Whether a model computes the same in the prefix tree as in its library's plainest call: tried once, after loading.

Prompts that share a cache are Arena's own idea, which no library tests: an architecture that counts positions in the
batch, or takes its mask from elsewhere, silently gives wrong numbers. So a prompt of 32 tokens is evaluated as the
tree does it (its beginning, then its middle and its end beside other prompts that begin alike, in cells that were used
before if the library uses them again) and by one plain call, which should give the same three distributions. If they
differ, every prompt is evaluated whole from then on (`arena.backends.local.whole`). If even that differs, because later
tokens change the distribution after an earlier one, the model is refused.

The distance is the largest difference in nats over the tokens whose probability is above `MATTERS`. Computed in 32
bits, it must be within `WITHIN`, or within `KEYS` if only keys and values in the cache are rounded, to 16 bits. With
rounded weights every order of summing gives slightly different numbers, so the model's own noise is the measure: the
prompt is evaluated a second time by the library's own means, in three pieces, and `NOISE` times that difference is
allowed, at least `ROUNDED` and never more than `MOST`. At least `ROUNDED`, because pieces may change nothing where the
order of cells still does (SmolLM2 in 4 bits: 0 and 0.17 nats).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.backends.local.evaluator import Path
from arena.backends.local.library import Library, LoadError
from arena.backends.local.states import States
from arena.backends.local.tree import Tree
from arena.backends.local.whole import Whole
from arena.text import printable

WITHIN: Final = 1e-2
KEYS: Final = 5e-2
NOISE: Final = 4
ROUNDED: Final = 0.4
MOST: Final = 0.5
MATTERS: Final = 1e-3

_TEXT: Final = "Round 1: Ann chose rock. Round 2: Ann chose paper, and Bob chose scissors. Round 3: both chose"
_FORK, _MIDDLE, _LENGTH = 12, 24, 32
_AT: Final = (_FORK - 1, _MIDDLE - 1, _LENGTH - 1)


def settle(library: Library) -> tuple[Library, str]:
    """The library in a usable form, and why it can't be used as it is ("" if it can). The cache is left empty.

    Raises LoadError for a model that can't be run, or whose distributions can't be trusted in any form.
    """
    tokens = _tokens(library)
    try:
        plain = library.plain(tokens, _AT)
    except Exception as error:  # an unusual model may raise anything
        raise LoadError(f"this model fails at its first prompt: {_clause(error)}") from error
    why = library.whole
    if not why:
        try:
            off = difference(_as_the_tree(library, tokens), plain)
            if off <= _allowed(library, tokens, plain, off):
                return library, ""
            why = f"prompts that share a cache come out {off:.2g} nats off"
        except Exception as error:
            why = f"it fails where prompts share a cache ({_clause(error)})"
    whole = Whole(library)
    off = difference(_as_the_tree(whole, tokens), plain)
    if not off <= (MOST if library.rounded else _unrounded(library)):  # NaN too
        raise LoadError(
            f"later tokens change the distribution after earlier ones by {off:.2g} nats: this isn't a causal "
            "language model, or its library computes it wrongly, so it can't be measured"
        )
    return whole, why


def _allowed(library: Library, tokens: Path, plain: NDArray[np.float32], off: float) -> float:
    """How many nats apart the tree and a plain call may be; the noise is measured only if it matters."""
    if not library.rounded or not off <= MOST:
        return _unrounded(library)
    if off <= ROUNDED:
        return ROUNDED
    return min(MOST, NOISE * difference(library.plain(tokens, _AT, pieces=3), plain))


def _unrounded(library: Library) -> float:
    return KEYS if library.short_keys else WITHIN


def difference(one: NDArray[np.float32], other: NDArray[np.float32], matters: float = MATTERS) -> float:
    """The largest difference in nats between two evaluations, each logits of shape (prompts, vocabulary), over the
    tokens whose probability in either is above `matters`. NaN if a logit is."""
    first, second = _log_probabilities(one), _log_probabilities(other)
    likely = np.maximum(first, second) > np.log(matters)
    return float(np.abs(first - second)[likely | np.isnan(first + second)].max(initial=0.0))


def _clause(error: Exception) -> str:
    return printable(str(error) or type(error).__name__)[:200]


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = logits.astype(np.float64)
    rows -= rows.max(axis=1, keepdims=True)
    shifted: NDArray[np.float64] = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    return shifted


def _tokens(library: Library) -> Path:
    """The prompt: text like that of Arena's prompts, as many tokens of it as needed."""
    bos = library.vocabulary().bos
    tokens = library.tokenize(_TEXT, specials=False)
    begun = (*(() if bos is None else (bos,)), *tokens)
    return (begun * _LENGTH)[:_LENGTH]


def _as_the_tree(library: Library, tokens: Path) -> NDArray[np.float32]:
    """The logits at `_AT`, shape (len(_AT), vocabulary), each evaluated in turn beside other prompts."""
    tree = (States if library.states else Tree)(library, library.cells, library.sequences)
    found: dict[Path, NDArray[np.float32]] = {}

    def evaluate(*wanted: Path) -> None:
        while missing := [path for path in wanted if path not in found]:
            plan = tree.plan(missing, missing, library.batch, library.outputs)
            library.evaluate(plan.rows)
            tree.settle(plan)
            found.update({row.path: library.logits(at).copy() for at, row in enumerate(plan.rows) if row.path})

    before, prefix, middle = tokens[-_FORK:], tokens[:_FORK], tokens[:_MIDDLE]
    others = prefix + tokens[-5:], prefix + tokens[-6:-3]
    evaluate(before)
    evaluate(prefix)
    tree.forget(before, 0)  # its cells are reused, so that tokens after the prefix lie before it
    evaluate(others[0], middle, others[1])
    evaluate(*(path + path[:1] for path in others), tokens)
    library.clear()
    return np.stack([found[tokens[: at + 1]] for at in _AT])
