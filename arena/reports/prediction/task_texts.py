"""The texts that a run of the paper's tasks holds, for the same reading as generations: a poem's words, the numbers of
a sequence, the subject's moves in a match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from arena.errors import InputError
from arena.experiments.numbers.stored import read_answers
from arena.experiments.numbers.task import find_task
from arena.experiments.poems.generated import read_written
from arena.experiments.prediction.generated import Generations
from arena.games import parse_game
from arena.randomness import stream, uniforms
from arena.records import Sample
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store
from arena.text import printable

Words = tuple[str, ...]
Cells = Iterator[tuple[CellRow, Iterator[Words]]]

_FORFEIT: Final = "-"  # a round without a move


def read_texts(store: Store, run: RunRow, most: int) -> list[Generations]:
    """The first `most` texts of each cell of a run that has texts of more than one word.

    Raises InputError for a run of another kind or without such texts, StoreError for a damaged store.
    """
    read = _READERS.get(run.spec.experiment)
    found = [] if read is None else [(cell, list(texts)) for cell, texts in read(store, run)]
    if not any(texts for _, texts in found):
        raise InputError(
            f"run {printable(run.name)} has no poems, no sequences and no matches, whose words could be put beside "
            "each other: name another one (`arena runs` lists them)"
        )
    return [_generations(run, cell, texts[:most]) for cell, texts in found if texts]


def shuffled(found: Generations) -> Generations:
    """The same words in texts of the same lengths, in an order drawn at random: what the texts share by chance."""
    words = [word for text in found.texts for word in text]
    order = np.argsort(uniforms(stream("shuffled", found.cell.spec.key), len(words)))
    drawn = iter([words[at] for at in order])
    return _generations(found.run, found.cell, [tuple(next(drawn) for _ in text) for text in found.texts])


def _generations(run: RunRow, cell: CellRow, texts: Sequence[Words]) -> Generations:
    return Generations(run, cell, tuple(Sample(" ".join(text), (), "eos") for text in texts))


def _poems(store: Store, run: RunRow) -> Cells:
    for written in read_written(store, run):
        yield written.cell, (tuple(" ".join(lines).split()) for lines in written.poems.values())


def _sequences(store: Store, run: RunRow) -> Cells:
    for cell in store.cells(run):
        task = find_task(cell.spec.what)
        if task.length > 1:
            values = [answer.value for answer in read_answers(store, cell, task) if answer.value is not None]
            yield cell, (tuple(task.values[index] for index in value) for value in values)


def _matches(store: Store, run: RunRow) -> Cells:
    for cell in store.cells(run):
        game = parse_game(cell.spec.what)
        names = [*("_".join(move.split()) for move in game.moves), _FORFEIT]  # a forfeit is -1, the last one
        rounds = store.rounds(cell, len(game.moves))
        played = groupby(zip(rounds.match.tolist(), rounds.move.tolist(), strict=True), key=lambda one: one[0])
        yield cell, (tuple(names[move] for _, move in match) for _, match in played)


_READERS: Final[Mapping[str, Callable[[Store, RunRow], Cells]]] = {
    "poems": _poems,
    "numbers": _sequences,
    "tournament": _matches,
}
