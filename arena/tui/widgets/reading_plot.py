"""How often a reader was right about the person so far: one mark per round, and chance as a line."""

from __future__ import annotations

from arena.tui.widgets.rounds_plot import RoundsPlot

MARKS = {True: "x", False: "o", None: "·"}
COLOURS = {True: "error", False: "success", None: "foreground"}


class ReadingPlot(RoundsPlot):
    """The share of rounds in which the reader was right, from 0 to 1, over rounds. x: it was right; o: it was wrong;
    a dot: it expected nothing."""

    def __init__(self, chance: float, *, id: str | None = None) -> None:
        super().__init__(chance, id=id)
        self._verdicts: list[bool | None] = []

    def begin(self, rounds: int) -> None:
        """Clear it for a match of `rounds` rounds."""
        self._verdicts = []
        super().begin(rounds)

    def add(self, read: bool | None) -> None:
        """Add a round: whether the reader was right; None if it expected nothing."""
        self._verdicts.append(read)
        self._played += 1
        self.draw()

    def picture_rounds(self, first: int) -> None:
        """Draw a mark at each round's share so far."""
        right = known = 0
        points: dict[bool | None, list[tuple[int, float]]] = {verdict: [] for verdict in MARKS}
        for number, verdict in enumerate(self._verdicts, 1):
            right += verdict is True
            known += verdict is not None
            if number >= first:
                points[verdict].append((number, right / known if known else self._chance))
        for verdict, mark in MARKS.items():
            self.marks(points[verdict], mark, COLOURS[verdict])
