"""A match again, round by round: the exact prompt with its token boundaries, the distribution, the parse.

Here a person should be able to check the paper's definition by eye. It opens on the seat of which there is most to see:
a language model's, with its prompt, before that of a bot or a reader, with its policy, before a person's, of whom only
the moves are known. Of two that are alike it is the subject's, which is the one being measured.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from arena.agents.moves import move_tokens
from arena.agents.spec import parse_agent
from arena.backends.base import Vocabulary
from arena.errors import ArenaError
from arena.experiments.tournament.dialled import played_shares
from arena.games import parse_game
from arena.records import Decision, Prompt, Round, Seat
from arena.store.rows import CellRow
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.replayed import decision, happened, masses, player, policy, to_see

_LAST: Final = 4  # tokens of a prompt that tell whose it is
_PIECE: Final = 16  # characters of a token
_VERDICTS = {"move": "a move", "mark": "no move before the closing mark", "eos": "no move", "length": "no move in time"}


class _Known(NamedTuple):
    """A model's vocabulary, and which move a token counts for."""

    vocabulary: Vocabulary
    counts: Mapping[int, str]

    def spells(self, prompt: Prompt) -> bool:
        """Whether the last tokens of a prompt are its last words in this vocabulary."""
        last = prompt.tokens[-_LAST:]
        return max(last, default=0) < len(self.vocabulary.pieces) and prompt.text.endswith(self.vocabulary.text(last))


class ReplayScreen(ArenaScreen):
    """Left and right go to other rounds, i shows token ids, s shows the other seat; what is longer than the screen is
    scrolled, both sides at once, each as far as it goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "Round before", priority=True),
        Binding("right", "go(1)", "Next round", priority=True),
        Binding("i", "ids", "Token ids"),
        Binding("s", "seat", "Other seat"),
        Binding("up", "scroll('up')", "Scroll up", show=False),
        Binding("down", "scroll('down')", "Scroll down", show=False),
        Binding("pageup", "scroll('page_up')", "Page up", show=False),
        Binding("pagedown", "scroll('page_down')", "Page down", show=False),
        Binding("home", "scroll('home')", "To the top", show=False),
        Binding("end", "scroll('end')", "To the end", show=False),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, cell: CellRow, number: int) -> None:
        super().__init__()
        self._cell = cell
        self._number = number
        self._is_only = False  # the only match of its cell, which needs no number
        self._rounds: tuple[Round, ...] = ()
        self._shares: dict[int, float] = {}  # of the dial, by round
        self._at = 0
        self._seat = Seat.SUBJECT
        self._ids = False
        self._known: dict[Seat, list[_Known]] = {seat: [] for seat in Seat}

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield Static(id="replay-line")
        with Horizontal(id="replay"):
            with VerticalScroll(id="prompt-side", can_focus=False):
                yield Static(id="prompt-heading", classes="dim")
                yield Static(id="prompt")
            with VerticalScroll(id="mind-side", can_focus=False):
                yield Static(id="tokens-heading", classes="dim")
                yield Static(id="tokens")
        yield KeysFooter()

    async def on_mount(self) -> None:
        cell, number = self._cell, self._number
        found = await self.arena.from_store(
            lambda store: (
                parse_game(cell.spec.what),
                store.match(cell, number),
                played_shares(store, cell, number),
                len(store.matches(cell)) == 1,
            )
        )
        if found is None:
            self.dismiss()
            return
        self._game, self._rounds, self._shares, self._is_only = found
        self._seat = max(Seat, key=lambda seat: max(to_see(decision(played, seat)) for played in self._rounds))
        self._draw()
        self._loading = asyncio.create_task(self._load_vocabularies())

    async def on_unmount(self) -> None:
        if hasattr(self, "_loading"):
            self._loading.cancel()

    async def _load_vocabularies(self) -> None:
        """Load tokenizers, which alone know where tokens begin; without its model, a prompt is shown as token ids."""
        spec, game = self._cell.spec, self._game
        for seat, text in (
            (Seat.SUBJECT, spec.subject),
            (Seat.SUBJECT, spec.asked.mixed_with if spec.asked else ""),
            (Seat.OPPONENT, spec.opponent),
            (Seat.OPPONENT, spec.opponent_asked.mixed_with if spec.opponent_asked else ""),
        ):
            if not text:
                continue
            try:
                agent = parse_agent(text)
                if not agent.asks_model:
                    continue
                moves = game.moves_of(seat if agent.is_model else seat.other)  # a mirror's prompt is about the other's
                model = await self.arena.models.get(agent.argument)

                async def tokenize(text: str, model=model) -> tuple[int, ...]:  # type: ignore[no-untyped-def]
                    return tuple(await model.tokenize(text, False))

                counted = (await move_tokens(moves, model.vocabulary, tokenize)).counted
            except ArenaError as error:
                self.arena.refuse(error)
                continue
            counts = {token: move for move, of in zip(moves, counted, strict=True) for token in of}
            self._known[seat].append(_Known(model.vocabulary, counts))
            self._draw()

    def _model(self, prompt: Prompt) -> _Known | None:
        """The model that was asked; of two that are mixed, the one whose tokens spell the end of the prompt. None while
        it isn't loaded."""
        known = self._known[self._seat]
        return next((one for one in known if one.spells(prompt)), known[0] if known else None)

    # --- what is shown ---

    def _draw(self) -> None:
        played = self._rounds[self._at]
        self._put("title", Text(self._title(played)))
        share = self._shares.get(played.number)
        self._put("replay-line", Text(happened(self._cell.spec, self._game, played, share)))
        self.refresh_bindings()
        seen = decision(played, self._seat)
        said = policy(self._game, self._seat, seen)
        if seen.prompt is None:
            self._put("prompt-heading", Text("no prompt: it is no language model"))
            self._put("prompt", Text(""))
            self._put("tokens-heading", Text("policy" if seen.policy else "no policy: a person"))
            self._put("tokens", Text(said))
            return
        self._put("prompt-heading", Text(f"prompt, {len(seen.prompt.tokens)} tokens"))
        self._put("prompt", self._prompt(seen.prompt))
        self._put("tokens-heading", Text("what it said, and what it thought"))
        self._put("tokens", Text.assemble(_answers(seen), said, masses(seen), self._top(seen.prompt)))

    def _put(self, id_: str, text: Text) -> None:
        self.query_one(f"#{id_}", Static).update(text)

    def _title(self, played: Round) -> str:
        number = "" if self._is_only else f"match {self._number}"
        at = f"round {played.number} of {len(self._rounds)}"
        return " · ".join(filter(None, (number, at, player(self._cell.spec, self._seat), self._game.title)))

    def _prompt(self, prompt: Prompt) -> Text:
        """The prompt with its tokens in alternating shades, or as token ids if asked for."""
        known = self._model(prompt)
        if self._ids or known is None:
            shown = " ".join(map(str, prompt.tokens)) if self._ids else visible(prompt.text)
            return Text(shown)
        text = Text()
        for index, token in enumerate(prompt.tokens):
            piece = visible(known.vocabulary.text([token]))
            text.append(piece, style="reverse dim" if index % 2 else "")
        return text

    def _top(self, prompt: Prompt) -> Text:
        known = self._model(prompt)
        text = Text("likeliest next tokens, what each counts for\n", style="", no_wrap=True)
        pieces = [
            str(likely.token) if known is None else visible(known.vocabulary.text([likely.token])).strip("\n")
            for likely in prompt.top
        ]
        room = min(_PIECE, max(map(len, pieces), default=0))
        for likely, piece in zip(prompt.top, pieces, strict=True):
            move = known.counts.get(likely.token, "") if known is not None else ""
            text.append(f"{math.exp(likely.logprob):6.3f}  {piece[:room]:<{room}} ")
            text.append(f"{move}\n", style="bold")
        return text

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now: there are no rounds beyond the ends, and token ids of a prompt alone."""
        match action, parameters:
            case "go", (int(step),):
                return 0 <= self._at + step < len(self._rounds)
            case "ids", _:
                return bool(self._rounds) and decision(self._rounds[self._at], self._seat).prompt is not None
        return True

    def action_scroll(self, where: str) -> None:
        """Scroll both sides: a line or a page up or down, or to an end."""
        for side in self.query(VerticalScroll):
            getattr(side, f"scroll_{where}")(animate=False)

    def action_go(self, step: int) -> None:
        """Go to the next or the previous round."""
        self._at += step
        self._draw()

    def action_ids(self) -> None:
        """Switch between token ids and text."""
        self._ids = not self._ids
        self._draw()

    def action_seat(self) -> None:
        """Show the other seat's side of the round."""
        self._seat = self._seat.other
        self._draw()


def visible(text: str) -> str:
    """A token's text made visible: spaces unchanged, line breaks marked, control characters written out."""
    return printable(text, keep="\n").replace("\n", "⏎\n")


def _answers(seen: Decision) -> Text:
    text = Text("answers drawn\n")
    for answer in seen.answers:
        text.append(f"  {answer.text!r}: {_VERDICTS.get(answer.ended, printable(answer.ended))}\n", style="bold")
    return text
