"""A model that costs nothing: its distributions are looked up, so that what a tournament takes is Arena's own work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Row
from arena.backends.local.library import Progress
from arena.backends.local.rows import Answers, Kept, Told, Wanted
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.kv_cells import Cells
from arena.backends.tokenizer import FolderTokenizer
from arena.records import TokenProbability

MOVES = (" rock", " paper", " scissors")
_SHARES = ((0.5, 0.3, 0.15), (0.15, 0.5, 0.3), (0.3, 0.15, 0.5))  # of the moves; the rest is a line break


class FreeModel:
    """A `Library` with the bookkeeping of the transformers backend on a large GPU, and no model. `place` is a folder
    with a tokenizer."""

    background = True
    passing: float | None = None
    states = False
    whole = ""
    rounded = False
    trained_context = 8192
    cells, sequences, batch, outputs = 65536, 1024, 2048, 256

    def __init__(self, place: str, settings: Settings, progress: Progress = lambda share: None) -> None:
        self._tokenizer = FolderTokenizer.from_folder(Path(place))
        self._cells = Cells(self.cells, self.sequences)
        self._paths: list[tuple[int, ...] | None] = []
        first = [self.tokenize(text, False)[0] for text in (*MOVES, "\n")]
        order = sorted(range(len(first)), key=first.__getitem__)
        self._choices = []
        for of_moves in _SHARES:
            shares = (*of_moves, 1.0 - sum(of_moves))
            logprobs = {first[at]: math.log(shares[at]) for at in order}
            self._choices.append(
                (
                    logprobs,
                    tuple(TokenProbability(token, logprob) for token, logprob in logprobs.items())
                    + tuple(TokenProbability(40000 + other, -30.0) for other in range(16)),
                    tuple(zip(accumulate(shares[at] for at in order), logprobs, strict=True)),
                )
            )
        progress(1.0)

    def vocabulary(self) -> Vocabulary:
        return self._tokenizer.vocabulary

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        return self._tokenizer.tokenize(text, specials)

    def build(self) -> str:
        return "nothing"

    def copy(self, source: int, target: int, end: int) -> None:
        self._cells.copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        self._cells.drop(sequence, start)

    def clear(self) -> None:
        self._cells.clear()

    def evaluate(self, rows: Sequence[Row]) -> None:
        self._cells.place(rows)
        self._cells.seen(rows)
        self._paths = [row.path for row in rows]

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        paths = [self._paths[each.index] for each in wanted]
        return lambda: [self._told(path, each) for path, each in zip(paths, wanted, strict=True)]

    def logits(self, index: int) -> NDArray[np.float32]:
        return self._row(self._paths[index])

    def plain(self, tokens: Sequence[int], at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        return np.stack([self._row(tuple(tokens[: index + 1])) for index in at])

    def _choice(self, path: Any) -> Any:
        return self._choices[sum(path[-12:]) % len(self._choices)]

    def _row(self, path: Any) -> NDArray[np.float32]:
        row = np.full(len(self.vocabulary().pieces), -30.0, dtype=np.float32)
        for token, logprob in self._choice(path)[0].items():
            row[token] = logprob
        return row

    def _told(self, path: Any, wanted: Wanted) -> Told:
        logprobs, top, bounds = self._choice(path)
        return Told(
            False,
            tuple(
                Kept(tuple(logprobs.get(token, -30.0) for token in keep.wanted), top[: keep.top], 1.5, ())
                for keep in wanted.keep
            ),
            tuple(
                tuple(
                    next((token for bound, token in bounds if uniform < bound), bounds[-1][1]) for uniform in uniforms
                )
                for _, uniforms in wanted.draws
            ),
        )
