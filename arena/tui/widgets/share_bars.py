"""How foreseeable both sides of a match were, as bars beside chance."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from arena.records import Seat
from arena.session.ending.ending import Ending
from arena.tui.themes import colour

_MOST, _LEAST = 40, 8  # columns of a bar
_NAME = 24


class ShareBars(Static):
    """A line for each side, and one that says what the bars are."""

    def __init__(self, ending: Ending, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ending = ending

    def render(self) -> Text:
        """The bars; a mark stands where chance would end them."""
        ending = self._ending
        sides = {ending.seat: ending.me, ending.seat.other: ending.other}
        width = min(_NAME, max(len(side.name) for side in sides.values()))
        room = max(_LEAST, min(_MOST, (self.size.width or 60) - width - 7))
        text = Text(no_wrap=True, overflow="ellipsis")
        for seat, side in sides.items():
            share = side.foreseen
            style = colour(self.app, "primary" if seat is Seat.SUBJECT else "secondary")
            name = side.name if len(side.name) <= width else f"{side.name[: width - 1]}…"
            text.append(f"{name:<{width}} ")
            full, chance = round((share or 0) * room), round(side.chance * room)
            for column in range(room):
                at_chance = column == chance
                text.append(
                    "│" if at_chance else "█" if column < full else "·", style=style if column < full else "dim"
                )
            text.append("   –\n" if share is None else f" {share:>4.0%}\n", style="bold")
        text.append(f"{'':<{width}} foreseeable; │ is chance", style="dim")
        return text
