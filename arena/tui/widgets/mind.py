"""The other's mind as bars: one line per move, with the move played and the best reply marked in words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from arena.records import Policy
from arena.tui.themes import colour

_LEAST_BAR = 6


class MindBars(Static):
    """A policy over named moves, empty until one is revealed."""

    DEFAULT_CSS = "MindBars { height: auto; }"

    def __init__(self, moves: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._moves = moves
        self._policy: Policy | None = None
        self._marks: dict[int, str] = {}
        self._waiting = "hidden until you have moved"

    def hide(self) -> None:
        """Show no policy."""
        self._policy, self._waiting = None, ""
        self.refresh(layout=True)

    def reveal(self, policy: Policy, marks: dict[int, str]) -> None:
        """Show a policy; `marks` are words beside moves, by index."""
        self._policy, self._marks = policy, marks
        self.refresh(layout=True)

    def render(self) -> Text:
        """One line per move."""
        name = max(map(len, self._moves))
        mark = max((len(text) for text in self._marks.values()), default=0) + 3 if self._policy else 0
        room = max(_LEAST_BAR, (self.size.width or 40) - name - 6 - mark)
        text = Text(no_wrap=True, overflow="ellipsis")
        for index, move in enumerate(self._moves):
            text.append(f"{move:<{name}} ")
            if self._policy is None:
                text.append("·" * min(room, 4), style="dim")
                if index == 0:
                    text.append(f"  {self._waiting}", style="dim italic")
            else:
                probability = self._policy.probabilities[index]
                eighths = round(probability * room * 8)
                bar = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
                text.append(f"{bar:<{room}}", style=colour(self.app, "primary"))
                text.append(f" {probability:.2f}")
                if index in self._marks:
                    text.append(f" ◂ {self._marks[index]}", style="bold")
            text.append("\n")
        if self._policy is not None:
            text.append(f"mass on legal moves {self._policy.mass:.2f}", style="dim")
        return text
