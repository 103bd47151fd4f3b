"""The moves that a person can play by key, by arrows and Enter, or by mouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_FEW = 4  # games with no more moves than this are also played by their moves' first letters


def move_keys(moves: Sequence[str]) -> dict[str, int]:
    """Which key plays which move: digits from 1, and in small games the first letters where they differ."""
    keys = {str(index + 1): index for index in range(min(9, len(moves)))}
    letters = [move[0].lower() for move in moves]
    if len(moves) <= _FEW and len(set(letters)) == len(letters):
        keys |= {letter: index for index, letter in enumerate(letters)}
    return keys


class MoveBar(Widget, can_focus=True):
    """A row of moves, one of them marked. Posts `Chosen`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "mark(-1)", "Mark the move before", show=False),
        Binding("right,down", "mark(1)", "Mark the next move", show=False),
        Binding("enter", "play", "Play the marked move", key_display="⏎"),
    ]
    DEFAULT_CSS = "MoveBar { height: auto; }"

    marked: reactive[int] = reactive(0)
    alive: reactive[bool] = reactive(False)

    class Chosen(Message):
        """A move was chosen, by its index."""

        def __init__(self, move: int) -> None:
            super().__init__()
            self.move = move

    def __init__(self, moves: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._moves = moves
        letters = [key for key in move_keys(moves) if key.isalpha()]
        self._keys = letters or [str(index + 1) for index in range(len(moves))]
        self._spans: list[tuple[int, int, int]] = []  # row, first column, last column, of each move

    def render(self) -> Text:
        """The moves side by side, in as many rows as they need."""
        text = Text(no_wrap=True)
        self._spans = []
        for index, (label, row, column) in enumerate(self._places(self.size.width)):
            if index and not column:
                text.append("\n")
            style = "dim" if not self.alive else "reverse bold" if index == self.marked else "bold"
            text.append(label, style=style)
            self._spans.append((row, column, column + len(label)))
            text.append("  ")
        return text

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as the moves take at this width."""
        return 1 + max(row for _, row, _ in self._places(width))

    def _places(self, width: int) -> Iterator[tuple[str, int, int]]:
        """Each move's label with its row and its first column, within `width` columns."""
        row = column = 0
        for key, move in zip(self._keys, self._moves, strict=True):
            label = f" {key} {move} "
            if column and column + len(label) > width:
                row, column = row + 1, 0
            yield label, row, column
            column += len(label) + 2

    def watch_alive(self) -> None:
        """Enter plays only while it is the person's turn."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter plays only while it is the person's turn."""
        return self.alive if action == "play" else True

    def action_mark(self, step: int) -> None:
        """Mark the next or the previous move."""
        self.marked = (self.marked + step) % len(self._moves)

    def action_play(self) -> None:
        """Play the marked move."""
        self.post_message(self.Chosen(self.marked))

    def on_click(self, event: events.Click) -> None:
        for index, (row, first, last) in enumerate(self._spans):
            if event.y == row and first <= event.x < last:
                self.marked = index
                self.post_message(self.Chosen(index))
