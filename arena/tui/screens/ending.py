"""The end of a match: the result, what gave the person away, and what to do next."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar, Literal

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from arena.concurrency import aside
from arena.files import whole_file
from arena.session.ending.ending import Ending
from arena.session.ending.picture import picture
from arena.session.ending.standing import Kept
from arena.session.ending.words import headline, score, sentences, table, text, verdict
from arena.tui.own_keys import Rebindable
from arena.tui.screens.replay import ReplayScreen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.letters import block
from arena.tui.widgets.plot import COLOURS, LETTERS
from arena.tui.widgets.share_bars import ShareBars

_LOW, _HIGH = 22, 30  # rows for a card without gaps, and for one in large type

Next = Literal["again", "leave"]


class EndingScreen(Rebindable, Screen[Next]):
    """Returns what the person wants next: another match, or to leave. `kept` is the match in the store, if it is there;
    `name` is what its pictures are called."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,enter", "dismiss('again')", "Again", key_display="n"),
        Binding("d", "replay", "Replay", tooltip="Go through the rounds, with what it was thinking"),
        Binding("c", "copy", "Copy"),
        Binding("s", "save", "Save", tooltip="Save this card as a picture"),
        Binding("escape", "dismiss('leave')", "Lobby"),
    ]

    def __init__(self, ending: Ending, kept: Kept | None, name: str) -> None:
        super().__init__()
        self._ending = ending
        self._kept = kept
        self._name = name

    def compose(self) -> ComposeResult:
        ending = self._ending
        yield Static(Text(table(ending)), classes="title")
        with VerticalScroll(id="ending"), Vertical(id="ending-card"):
            yield Static(id="headline")
            yield Static(self._strip(), id="strip")
            yield ShareBars(ending, id="shares")
            for sentence in sentences(ending):
                yield Static(Text(sentence), classes="sentence")
        yield KeysFooter()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "low")
        said = headline(self._ending)
        if event.size.height >= _HIGH:  # there is room for large type
            said = f"{block(verdict(self._ending), event.size.width - 4)}\n\n{score(self._ending)}"
        self.query_one("#headline", Static).update(Text(said))

    def _strip(self) -> Content:
        """A letter for each round."""
        letters = [Content.styled(LETTERS[one], f"bold ${COLOURS[one]}") for one in self._ending.outcomes]
        return Content(" " if len(letters) <= 40 else "").join(letters)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A replay needs a match in the store."""
        return self._kept is not None if action == "replay" else True

    def action_replay(self) -> None:
        """Go through the match again, round by round, with what the other side was thinking."""
        if self._kept is not None:
            self.app.push_screen(ReplayScreen(self._kept.cell, self._kept.number))

    def action_copy(self) -> None:
        """Copy the ending as text."""
        self.app.copy_to_clipboard(text(self._ending))
        self.notify("Copied the result, if the terminal lets it.", timeout=3)

    async def action_save(self) -> None:
        """Save the ending as SVG and PNG: in the working folder, or where a browser puts what it downloads."""
        made = await aside(picture, self._ending)
        if self.app.is_web:
            for kind, content in made.items():
                self.app.deliver_binary(BytesIO(content), save_filename=f"{self._name}.{kind}")
            return
        paths = [Path(f"{self._name}.{kind}") for kind in made]
        try:
            for path, content in zip(paths, made.values(), strict=True):
                with whole_file(path) as file:
                    file.write(content)
        except OSError as error:
            self.notify(f"the picture can't be written: {error.strerror}", severity="error", markup=False)
            return
        self.notify(f"The result is in {' and '.join(map(str, paths))}", markup=False)
