"""The card between two matches of a show."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from arena.session.show.words import Card
from arena.tui.widgets.large import Large

_MOST_LARGE = 3


class ShowCard(Vertical):
    """Large lines share the height, small ones stand below them."""

    def compose(self) -> ComposeResult:
        for _ in range(_MOST_LARGE):
            yield Large(classes="card-line")
        yield Static(id="card-small")

    def show(self, card: Card) -> None:
        """Show a card in place of the last one."""
        lines = list(self.query(Large))
        for line in lines:
            line.display = False
        for line, (text, seat) in zip(lines, card.large, strict=False):
            line.say(text)
            line.display = True
            line.set_classes(f"card-line {'joint' if seat is None and len(card.large) > 1 else seat or ''}")
        self.query_one("#card-small", Static).update(Text("\n".join(card.small)))
