"""A run of generations: its tables, and from there the generations themselves."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from arena.tui.screens.generations import GenerationsScreen
from arena.tui.screens.report import ReportScreen


class AnchorsScreen(ReportScreen):
    """One run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "generations", "Generations", tooltip="The texts of a prompt, with what they share lit up")
    ]

    def action_generations(self) -> None:
        """Show the generations."""
        self.app.push_screen(GenerationsScreen(self._run))
