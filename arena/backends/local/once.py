"""The room in a cache whose cells are used once, because the cells of a prompt must lie in the order of its tokens.

A token passes by all cells that were used, also by those that nothing needs any more. So the cache is cleared when all
have been used, or when passing by those has cost as much as evaluating again what is needed. Whatever comes, that costs
at most twice as much as clearing it at the best moments would have, as for someone who rents skis until the rent has
reached their price.
"""

from __future__ import annotations

from arena.backends.local.evaluator import Path


class Once:
    """The room in `cells` cells, of which one is for a row beside a lone one. `passing` is what it costs a token to
    pass by a cell (`Memory`)."""

    def __init__(self, cells: int, passing: float) -> None:
        self._cells = cells
        self._passing = passing
        self._kept = 0
        self.begin()

    def begin(self) -> None:
        """The cache is empty."""
        self._used = 0  # cells, with those that nothing needs any more
        self._lost = 0.0  # tokens that could have been evaluated while others passed by those

    def begin_batch(self) -> None:
        """A batch is planned; nothing is kept for what may follow the last one's paths."""
        self._kept = 0

    def keep(self, cells: int) -> None:
        """Keep room for what may follow a path of the batch."""
        self._kept += cells

    def use(self, cells: int) -> None:
        """Cells are about to be used."""
        self._used += cells

    def lose(self, rows: int, needed: int) -> None:
        """So many rows have passed by all cells, of which so many are needed."""
        self._lost += self._passing * rows * max(0, self._used - needed)

    def is_better_cleared(self, needed: int) -> bool:
        """Whether more was lost than evaluating the needed ones again will cost."""
        return self._lost > needed

    def is_left(self, cells: int) -> bool:
        """Whether so many cells are left."""
        return self._used + cells < self._cells

    def has_room(self, missing: int) -> bool:
        """Whether the batch has room if it has so many tokens, beside all that is kept."""
        return self.is_left(missing + 1 + self._kept)

    def fits_anew(self, path: Path, missing: int, tokens: int) -> bool:
        """Whether an empty cache helps a path that has no room now: with all that is kept, or at least, if not even its
        next tokens have room now (at most `tokens` in a batch), by itself."""
        return len(path) + 2 + self._kept <= self._cells or (
            not self.is_left(min(tokens, missing + 1)) and len(path) + 2 <= self._cells
        )
