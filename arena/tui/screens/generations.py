"""One prompt's generations with their shared skeleton lit up, stepping from the most to the least shared span."""

from __future__ import annotations

from itertools import chain, repeat
from typing import ClassVar, Final

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from arena.concurrency import aside
from arena.session.skeleton import Piece, Skeleton, read_skeletons
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.themes import colour
from arena.tui.widgets.keys_footer import KeysFooter

# how a span is lit by the share of generations that hold it: told by more than colour
_LIGHTS: Final = ("underline", "bold", "bold underline", "bold reverse")
_MEANINGS: Final = ("six or more", "half", "three in four", "nine in ten")
_BEFORE: Final = 0.3  # of a line, before the span that all lines are set by
_LOW: Final = 22  # rows below which there is no gap above the texts
_NUMBER: Final = 5  # columns for a generation's number
_AROUND: Final = 4  # columns for what is around the texts
_LEAST: Final = 20  # columns of a text, however narrow the screen


class GenerationsScreen(ArenaScreen):
    """The generations of a run, by its name; of the last one that has any if that is None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Less shared", tooltip="The next span: as many generations hold it, or fewer"),
        Binding("p", "step(-1)", "More shared", tooltip="The span before: as many generations hold it, or more"),
        Binding("right", "prompt(1)", "Next prompt", priority=True),
        Binding("left", "prompt(-1)", "Prompt before", priority=True),
        Binding("m", "model", "Other model"),
        Binding("w", "whole", "Whole texts", tooltip="Whole texts, or a line for each generation"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, run: str | None = None) -> None:
        super().__init__()
        self._run = run
        self._models: list[list[Skeleton]] = []
        self._model = self._at = 0
        self._step = 0  # 0: all spans
        self._whole = False  # whole texts at a step, too
        self._aligned: set[tuple[int, int]] = set()  # models and prompts

    def compose(self) -> ComposeResult:
        yield Static("Generations", id="title", classes="title")
        yield Static(id="prompt-line")
        yield Static(id="span-line")
        yield Static(id="lights")
        with VerticalScroll(id="generations"):
            yield Static(id="texts")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self.query_one("#generations").focus()
        exists = self.arena.store.exists()
        found = await self.arena.from_store(lambda store: read_skeletons(store, self._run)) if exists else []
        if found is None:
            self.dismiss()
            return
        self._models = found
        if not found:
            self._put("span-line", Text("no generations yet: `arena anchors` draws them"))
            return
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "low")
        if self._is_aligned:
            self._draw()

    @property
    def _skeleton(self) -> Skeleton:
        return self._models[self._model][self._at]

    @property
    def _is_aligned(self) -> bool:
        return (self._model, self._at) in self._aligned

    # --- what is shown ---

    def _show(self) -> None:
        """Show the chosen prompt, once its generations are aligned."""
        self._put("title", Text(printable(self._skeleton.title)))
        self._put("prompt-line", Text(printable(self._skeleton.written.prompt)))
        if self._is_aligned:
            self._draw()
        else:
            self._put("span-line", Text(f"aligning {self._skeleton.total} generations …"))
            self._put("lights", Text())
            self._put("texts", Text())
            self.refresh_bindings()
            self._align(self._model, self._at)

    @work(exclusive=True)
    async def _align(self, model: int, at: int) -> None:
        """Align the generations of a prompt beside the screen; another choice ends the waiting for it."""
        skeleton = self._models[model][at]
        await aside(lambda: (skeleton.spans, skeleton.written.share))
        self._aligned.add((model, at))
        if (model, at) == (self._model, self._at):
            self._draw()

    def _draw(self) -> None:
        skeleton, step = self._skeleton, self._step
        self._put("span-line", Text(skeleton.words(step), style="bold"))
        self._put("lights", Text(f"“{skeleton.text_of(step)}”") if step else self._legend())
        self._put("texts", Text("\n").join(map(self._generation, skeleton.holders(step))))
        self.query_one("#generations").scroll_home(animate=False)
        self.refresh_bindings()

    def _generation(self, number: int) -> Text:
        """One generation, whole or as a line, beside its number."""
        skeleton, step = self._skeleton, self._step
        text = Text()
        room = max(_LEAST, self.size.width - _NUMBER - _AROUND)
        pieces = (
            skeleton.line(number, step, round(_BEFORE * room), room)
            if step and not self._whole
            else skeleton.pieces(number)
        )
        for piece in pieces:
            text.append(piece.text, style=self._light(piece))
        before = chain([f"{number + 1:>{_NUMBER - 2}}  "], repeat(" " * _NUMBER))
        lines = text.wrap(self.app.console, room)
        return Text("\n").join(Text(indent) + line for indent, line in zip(before, lines, strict=False))

    def _light(self, piece: Piece) -> str:
        """How a piece is lit: the span of the present step most, and others by how many hold them."""
        if not piece.step:
            return "dim" if self._step else ""
        if self._step and piece.step == self._step:
            return f"bold reverse {colour(self.app, 'primary')}"
        light = _LIGHTS[piece.level]
        return light.replace("reverse", "underline") if self._step else f"{light} {colour(self.app, 'primary')}"

    def _legend(self) -> Text:
        text = Text("held by ", style="")
        for light, meaning in zip(_LIGHTS, _MEANINGS, strict=True):
            text.append(meaning, style=f"{light} {colour(self.app, 'primary')}").append("  ")
        return text

    def _put(self, id_: str, text: Text) -> None:
        self.query_one(f"#{id_}", Static).update(text)

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now."""
        if not self._models:
            return action not in ("step", "prompt", "model", "whole")
        by = parameters[0] if parameters and isinstance(parameters[0], int) else 0
        match action:
            case "step":
                return self._is_aligned and 0 <= self._step + by <= len(self._skeleton.spans)
            case "prompt":
                return 0 <= self._at + by < len(self._models[self._model])
            case "model":
                return len(self._models) > 1
            case "whole":
                return self._step > 0
        return True

    def action_step(self, by: int) -> None:
        """Light up the next span alone, or the one before; before the first one, all of them."""
        self._step += by
        self._draw()

    def action_prompt(self, by: int) -> None:
        """Go to another prompt."""
        self._at, self._step = self._at + by, 0
        self._show()

    def action_model(self) -> None:
        """Go to the next model's generations, of the same prompt if it has them."""
        prompt = self._skeleton.written.prompt
        self._model = (self._model + 1) % len(self._models)
        prompts = [skeleton.written.prompt for skeleton in self._models[self._model]]
        self._at, self._step = prompts.index(prompt) if prompt in prompts else 0, 0
        self._show()

    def action_whole(self) -> None:
        """Show whole texts at each step, or a line for each generation."""
        self._whole = not self._whole
        self._draw()
