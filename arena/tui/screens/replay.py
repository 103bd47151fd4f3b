"""A match again, round by round: the exact prompt with its token boundaries, the distribution, the parse.

Here a person should be able to check the paper's definition by eye.
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
from arena.session.seats import display_name
from arena.store.rows import CellRow
from arena.text import number_text, printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.rounds import move_names

_LAST: Final = 4  # tokens of a prompt that tell whose it is
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
    """Left and right go to other rounds, i shows token ids, s shows the other seat."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "Round before", priority=True),
        Binding("right", "go(1)", "Next round", priority=True),
        Binding("i", "ids", "Token ids"),
        Binding("s", "seat", "Other seat"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, cell: CellRow, number: int, seat: Seat = Seat.SUBJECT) -> None:
        super().__init__()
        self._cell = cell
        self._number = number
        self._rounds: tuple[Round, ...] = ()
        self._shares: dict[int, float] = {}  # of the dial, by round
        self._at = 0
        self._seat = seat
        self._ids = False
        self._known: dict[Seat, list[_Known]] = {seat: [] for seat in Seat}

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield Static(id="replay-line")
        with Horizontal(id="replay"):
            with VerticalScroll(id="prompt-side"):
                yield Static(id="prompt-heading", classes="dim")
                yield Static(id="prompt")
            with VerticalScroll(id="mind-side"):
                yield Static(id="tokens-heading", classes="dim")
                yield Static(id="tokens")
        yield KeysFooter()

    async def on_mount(self) -> None:
        cell, number = self._cell, self._number
        found = await self.arena.from_store(
            lambda store: (parse_game(cell.spec.what), store.match(cell, number), played_shares(store, cell, number))
        )
        if found is None:
            self.dismiss()
            return
        self._game, self._rounds, self._shares = found
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
        spec = self._cell.spec
        who = spec.subject if self._seat is Seat.SUBJECT else spec.opponent
        at = f"match {self._number} · round {played.number} of {len(self._rounds)} · the {self._seat}"
        self._put("title", Text(f"{at}: {display_name(who)} · {self._game.title}"))
        self._put("replay-line", self._what_happened(played))
        decision = played.subject if self._seat is Seat.SUBJECT else played.opponent
        if decision.prompt is None:
            self._put("prompt-heading", Text("no prompt: it is no language model"))
            self._put("prompt", Text(""))
            self._put("tokens-heading", Text("policy" if decision.policy else "no policy: a person"))
            self._put("tokens", self._policy(decision))
            return
        tokens = decision.prompt.tokens
        self._put("prompt-heading", Text(f"prompt, {len(tokens)} tokens"))
        self._put("prompt", self._prompt(decision))
        self._put("tokens-heading", Text("what it said, and what it thought"))
        self._put("tokens", Text.assemble(_answers(decision), self._policy(decision), self._top(decision)))

    def _put(self, id_: str, text: Text) -> None:
        self.query_one(f"#{id_}", Static).update(text)

    def _what_happened(self, played: Round) -> Text:
        move, reply = move_names(self._game, played)
        said = {1: "the subject won", 0: "a tie", -1: "the subject lost"}[int(played.outcome)]
        text = f"subject {move.upper()}, opponent {reply.upper()}: {said}."
        policy = played.subject.policy
        if self._cell.spec.opponent == "greedy" and policy is not None:
            best = self._game.best_reply(policy)
            payoffs = zip(policy.probabilities, self._game.payoff[:, best], strict=True)
            chance = sum(probability for probability, payoff in payoffs if payoff == -1)
            text += f" {self._game.replies[best]} was best: it wins with {chance:.2f}."
        if played.number in self._shares:
            share, other = number_text(self._shares[played.number]), display_name(self._cell.spec.dialled_to)
            text += f" The dial stood at {share} of {other}."
        return Text(text)

    def _prompt(self, decision: Decision) -> Text:
        """The prompt with its tokens in alternating shades, or as token ids if asked for."""
        assert decision.prompt is not None
        known = self._model(decision.prompt)
        if self._ids or known is None:
            shown = " ".join(map(str, decision.prompt.tokens)) if self._ids else visible(decision.prompt.text)
            return Text(shown)
        text = Text()
        for index, token in enumerate(decision.prompt.tokens):
            piece = visible(known.vocabulary.text([token]))
            text.append(piece, style="reverse dim" if index % 2 else "")
        return text

    def _top(self, decision: Decision) -> Text:
        assert decision.prompt is not None
        known = self._model(decision.prompt)
        text = Text("likeliest next tokens, what each counts for\n", style="", no_wrap=True)
        for likely in decision.prompt.top:
            piece = str(likely.token) if known is None else visible(known.vocabulary.text([likely.token]))
            move = known.counts.get(likely.token, "") if known is not None else ""
            text.append(f"{math.exp(likely.logprob):6.3f}  {piece.strip(chr(10)):<16.16} ")
            text.append(f"{move}\n", style="bold")
        return text

    def _policy(self, decision: Decision) -> Text:
        policy = decision.policy
        if policy is None:
            return Text("")
        moves = zip(self._game.moves_of(self._seat), policy.probabilities, strict=True)
        parts = [f"{move} {p:.3f}" for move, p in moves]
        return Text(f"policy: {', '.join(parts)}\nmass {policy.mass:.3f}, loose {policy.loose_mass:.3f}\n")

    # --- keys ---

    def action_go(self, step: int) -> None:
        """Go to the next or the previous round."""
        self._at = min(len(self._rounds) - 1, max(0, self._at + step))
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


def _answers(decision: Decision) -> Text:
    text = Text("answers drawn\n")
    for answer in decision.answers:
        text.append(f"  {answer.text!r}: {_VERDICTS.get(answer.ended, printable(answer.ended))}\n", style="bold")
    return text
