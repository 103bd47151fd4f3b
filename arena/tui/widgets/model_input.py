"""The line in which a person names a model of their own; paths are completed while they type."""

from __future__ import annotations

from textual import events
from textual.suggester import Suggester

from arena.concurrency import aside
from arena.session.naming import completed
from arena.tui.widgets.form import StillInput


class _Paths(Suggester):
    """Suggests how a path goes on. Files come and go, so nothing is kept."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The path, gone on with; None if nothing there begins like that."""
        return await aside(completed, value)


class ModelInput(StillInput):
    """Tab takes what is suggested, as in a shell; with nothing suggested it goes to the next field."""

    enters = "Seat it"

    def __init__(self, id: str) -> None:
        super().__init__(placeholder="a GGUF file or a server: Enter seats it", suggester=_Paths(), id=id)

    def on_key(self, event: events.Key) -> None:
        if event.key == "tab" and self.cursor_at_end and len(self._suggestion) > len(self.value):
            event.stop()
            event.prevent_default()
            self.action_cursor_right()
