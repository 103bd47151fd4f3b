"""The catalog's models: those that can play first, the others behind one line. Their states are told by shapes and
words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from arena.backends.weights.catalog import ModelEntry
from arena.session.seats import READY, is_playable

_READY, _LATER, _NEEDS = "●", "◐", "○"


class ModelList(VerticalScroll, can_focus=False):
    """Shows models with their states."""

    def compose(self) -> ComposeResult:
        yield Static(id="models")

    def show(self, models: Sequence[tuple[str, ModelEntry, str]], unfolded: bool, fault: str = "") -> None:
        """Show models with entry and state; `unfolded` also those that can't play yet. `fault` is what is wrong with
        the catalog."""
        text = Text.assemble(("Models\n", "bold"))
        if fault:
            text.append(f"  ! {fault}\n")
        can = sorted((line for line in models if is_playable(line[2])), key=lambda line: line[2] != READY)
        cannot = [line for line in models if not is_playable(line[2])]
        shown = [*can, *cannot] if unfolded else can
        width = max((len(name) for name, _, _ in shown), default=0)
        for name, entry, state in shown:
            mark = _READY if state == READY else _LATER if is_playable(state) else _NEEDS
            text.append(f"  {mark} {name:<{width}}  {entry.style or '':<9} {state}\n")
        if not any(state == READY for _, _, state in models):
            text.append("  No model is ready here: the bots still play.\n", style="bold")
        if cannot and not unfolded:
            need = "needs" if len(cannot) == 1 else "need"
            text.append(f"  {_NEEDS} {len(cannot)} more {need} a server or a file (").append("m", style="bold")
            text.append(" lists them)\n")
        self.query_one("#models", Static).update(text)
