"""A match of a person against a model or a bot: their moves, its mind, and how predictable both are."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import aclosing
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Static

from arena.agents.agent import PolicyView, View
from arena.agents.person import Person
from arena.experiments.tournament.sitting import Sitting
from arena.games import parse_game
from arena.records import Outcome, Round, Seat
from arena.session.choice import HUMAN, MIND_READER, Choice
from arena.session.pairing import Prepared
from arena.session.people import among_people
from arena.session.seats import display_name
from arena.stats.foresight import MarkovPredictor
from arena.tui.screens.base import PairingScreen
from arena.tui.widgets.mind import MindBars
from arena.tui.widgets.moves import MoveBar, move_keys
from arena.tui.widgets.plot import DeterminismPlot
from arena.tui.widgets.rounds import RoundTable, move_names, outcome_for

_NARROW, _LOW = 72, 22
_CLOCK = 0.25  # seconds between updates of how long a model has been thinking


class MatchScreen(PairingScreen):
    """One match after another of one pairing. Escape leaves it; rounds played are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "again", "New match"),
        Binding("c", "copy", "Copy"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self, choice: Choice) -> None:
        super().__init__(choice)
        self._game = parse_game(choice.game)
        specs = {Seat.SUBJECT: choice.subject, Seat.OPPONENT: choice.opponent}
        people = [seat for seat, spec in specs.items() if spec in (HUMAN, MIND_READER)]
        self._seat = people[0] if people else Seat.SUBJECT
        self._me, self._other = display_name(specs[self._seat]), display_name(specs[self._seat.other])
        self._person: Person | None = None
        self._moves, self._others = self._game.moves_of(self._seat), self._game.moves_of(self._seat.other)
        self._keys = move_keys(self._moves) if people else {}
        self._watched = not people
        self._score: Counter[Outcome] = Counter()
        self._lines: list[str] = []
        self._predictor = MarkovPredictor(len(self._moves))
        self._thinking: float | None = None
        self._last = ""  # the other's move in the round before
        self._over = False
        self._again = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with Horizontal(id="faces"):
            yield Static(id="me", classes=f"seat {self._seat}")
            yield Static(id="verb")
            yield Static(id="it", classes=f"seat {self._seat.other}")
        yield Static(id="progress")
        yield Static(id="score")
        if not self._watched:
            yield MoveBar(self._moves, id="move-bar")
        with Horizontal(id="below"):
            with Vertical(id="left"):
                heading = "the opponent's mind" if self._watched else "its mind"
                yield Static(heading, classes="dim", id="mind-heading")
                yield MindBars(self._others, id="mind")
                yield Static("rounds", classes="section", id="rounds-heading")
                yield RoundTable(self._game, self._seat, id="rounds")
            with Vertical(id="right"):
                yield Static("determinism: W won, T tied, L lost", classes="dim")
                yield DeterminismPlot(1 / len(self._game.moves), id="plot")
                yield Static(id="foresight")
        yield Footer()

    def on_mount(self) -> None:
        self._say_title(None)
        self._show_faces("", "", "loading …")
        plot = self.query_one("#plot", DeterminismPlot)
        self.call_after_refresh(plot.begin, self.choice.rounds)
        self.set_interval(_CLOCK, self._tick)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "narrow")
        self.set_class(event.size.height < _LOW, "low")

    # --- the match ---

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play one match, and another each time the person asks for it."""
        agents = (prepared.pairing.subject, prepared.pairing.opponent)
        self._person = next((agent for agent in agents if isinstance(agent, Person)), None)
        if self._person is not None:
            self._person.on_turn = self._your_turn
        while True:
            self._begin()
            async with aclosing(sitting.play()) as rounds:
                async for played in rounds:
                    self._show_round(played)
                    if self._watched:
                        await asyncio.sleep(0)  # bots never wait: let the screen breathe
            self._end()
            self.run_worker(self._show_among_people(), group="people", exclusive=True)
            await self._again.wait()

    def _begin(self) -> None:
        self._over = False
        self.refresh_bindings()
        self.query_one("#progress").display = False
        self._thinking = time.monotonic()
        self._again.clear()
        self._score.clear()
        self._lines.clear()
        self._last = ""
        self._predictor = MarkovPredictor(len(self._moves))
        self.query_one("#plot", DeterminismPlot).begin(self.choice.rounds)
        self.query_one("#rounds", RoundTable).begin()
        self.query_one("#mind", MindBars).hide()
        self._show_score()
        self._show_faces("", "", "")
        self._say_title(1)
        if not self._watched:
            self.query_one("#move-bar").focus()

    def _your_turn(self, view: View) -> None:
        self._thinking = None
        self.query_one("#move-bar", MoveBar).alive = True
        self._say_title(view.number)
        mind = self.query_one("#mind", MindBars)
        if isinstance(view, PolicyView):
            best = self._game.best_reply if self._seat is Seat.OPPONENT else self._game.best_move
            reply = self._moves[best(view.policy)]
            likeliest = max(range(len(self._others)), key=view.policy.probabilities.__getitem__)
            mind.reveal(view.policy, {likeliest: f"play {reply}"})
            self._say_mind(f"its mind now{self._last}")
        if view.number == 1:
            self._show_faces("", "", "your move")

    def _show_round(self, played: Round) -> None:
        mine, theirs = move_names(self._game, played, self._seat)
        outcome = outcome_for(played, self._seat)
        self._score[outcome] += 1
        self._lines.append(f"{played.number:>3}  {mine:<12} {theirs:<12} {_SENTENCES[outcome]}")
        decision = played.subject if self._seat is Seat.SUBJECT else played.opponent
        other = played.opponent if self._seat is Seat.SUBJECT else played.subject
        if not self._watched and decision.move is not None:
            self._predictor.update(decision.move)
        sentence = _SENTENCES[outcome] if not self._watched else {1: "wins", 0: "ties", -1: "loses"}[outcome]
        self._show_faces(mine, theirs, sentence)
        self._show_score()
        shown = other.policy
        if shown is not None:
            self._say_mind(f"its mind in round {played.number}")
            if other.move is not None:  # a reader sees the next mind at once, so the last one would be gone
                likely = f" {shown.probabilities[other.move]:.2f}"
                self._last = f" · last {self._others[other.move]},{likely}"
            marks = {} if other.move is None else {other.move: "played"}
            self.query_one("#mind", MindBars).reveal(shown, marks)
        self.query_one("#rounds", RoundTable).add(played)
        policy = played.subject.policy
        self.query_one("#plot", DeterminismPlot).add(
            None if policy is None else policy.determinism,
            outcome,
            None if self._watched else self._predictor.rate,
        )
        self._show_foresight()
        self._say_title(played.number)

    def _end(self) -> None:
        self._over = True
        self.refresh_bindings()
        if not self._watched:
            self.query_one("#move-bar", MoveBar).alive = False
        self.query_one("#verb", Static).update(Text("the match is over\nn plays another", style="bold"))

    async def _show_among_people(self) -> None:
        """Set the person beside recorded people, where the store has some, in place of what is expected next."""
        rate, rounds = self._predictor.rate, self.choice.rounds
        if rate is None:
            return
        line = await self.arena.from_store(lambda store: among_people(store, self._game, self._seat, rounds, rate))
        if line and self._over:
            self._show_foresight(line)

    # --- what is shown ---

    def _say_title(self, number: int | None) -> None:
        at = f"round {number} of {self.choice.rounds}" if number else f"{self.choice.rounds} rounds"
        who = f"{self._me} against {self._other}"
        self.query_one("#title", Static).update(Text(f"{self._game.title} · {at} · {who}"))

    def _show_faces(self, mine: str, theirs: str, verb: str) -> None:
        for id_, name, move in (("me", self._me, mine), ("it", self._other, theirs)):
            text = Text(no_wrap=True, overflow="ellipsis")
            text.append(f"{name}\n", style="dim")
            text.append(move.upper() or " ", style="bold")
            self.query_one(f"#{id_}", Static).update(text)
        self.query_one("#verb", Static).update(Text(f"\n{verb}"))

    def _show_score(self) -> None:
        won, tied, lost = (self._score[outcome] for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
        rounds = won + tied + lost
        net = f"{100 * (won - lost) / rounds:+.0f}" if rounds else "0"
        text = f"won {won:>3}   tied {tied:>3}   lost {lost:>3}   net {net:>4}"
        self.query_one("#score", Static).update(Text(text))

    def _say_mind(self, heading: str) -> None:
        self.query_one("#mind-heading", Static).update(Text(heading))

    def _show_foresight(self, line: str = "") -> None:
        rate = self._predictor.rate
        if rate is None:
            return
        text = Text(f"you (line): {rate:.0%} foreseeable, chance {1 / len(self._moves):.0%}")
        foreseen = self._predictor.foreseen
        if line:
            text.append(f"\n{line}")
        elif foreseen is not None:
            text.append(f"\nmost expected from you next: {self._moves[foreseen]}")
        self.query_one("#foresight", Static).update(text)

    def _tick(self) -> None:
        """While a model computes, say so, with the time: quietly, where its move will appear."""
        if self._thinking is None or self._over or self._watched:
            return
        seconds = time.monotonic() - self._thinking
        if seconds >= _CLOCK:
            self.query_one("#verb", Static).update(Text(f"\nthinking {seconds:.0f}s", style="dim"))

    # --- keys ---

    def on_key(self, event: events.Key) -> None:
        if event.key in self._keys and self._choose(self._keys[event.key]):
            event.stop()

    @on(MoveBar.Chosen)
    def _chosen(self, event: MoveBar.Chosen) -> None:
        self._choose(event.move)

    def _choose(self, move: int) -> bool:
        if self._person is None or not self._person.choose(move):
            return False
        bar = self.query_one("#move-bar", MoveBar)
        bar.marked, bar.alive = move, False
        self._thinking = time.monotonic()
        return True

    def show_progress(self, line: str) -> None:
        """Show a step of loading the model, where its move will appear."""
        self.query_one("#progress", Static).update(Text(line, style="dim"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show in the footer only what can be done now."""
        return self._over if action == "again" else True

    def action_again(self) -> None:
        """Play another match of the same pairing."""
        if self._over:
            self._again.set()

    def action_copy(self) -> None:
        """Copy the rounds so far as text."""
        head = f"{self._game.title}: {self._me} against {self._other}"
        self.app.copy_to_clipboard("\n".join([head, *self._lines]) + "\n")
        self.notify("The rounds so far are in the clipboard.", timeout=3)


_SENTENCES = {Outcome.WIN: "you won", Outcome.TIE: "a tie", Outcome.LOSS: "you lost"}
