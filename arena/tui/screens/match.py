"""A match of a person against a model, a bot or a reader of moves: their moves, the score, and who can foresee whom."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from arena.agents.agent import View
from arena.agents.readers.levels import level_of
from arena.concurrency import aside
from arena.experiments.tournament.sitting import Sitting
from arena.games import parse_game
from arena.records import Outcome, Round, Seat
from arena.session.choice import HUMAN, Choice, is_person
from arena.session.ending.ending import ending
from arena.session.ending.standing import kept
from arena.session.ending.words import points
from arena.session.history import add, played
from arena.session.pairing import Prepared
from arena.session.people import among_people
from arena.session.seats import name_at_table, reads_moves
from arena.session.sight import Sight
from arena.session.telling import aim, record
from arena.session.unfinished import remember
from arena.store.store import Store
from arena.tui.screens.ending import EndingScreen, Next
from arena.tui.screens.leave import LeaveScreen
from arena.tui.screens.pairing import DIAL_KEYS, PairingScreen
from arena.tui.widgets.dial_line import DialLine
from arena.tui.widgets.faces import Faces
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.mind_panel import MindPanel
from arena.tui.widgets.moves import MoveBar
from arena.tui.widgets.panel import MatchPanel
from arena.tui.widgets.reading_panel import ReadingPanel
from arena.tui.widgets.status import Status

_NARROW, _LOW = 72, 22
LOOK_SECONDS = 1.5  # from the end of a match to its card, so that the last round can be seen


class MatchScreen(PairingScreen):
    """One match after another of one pairing. Escape leaves it; rounds played are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "again", "New match"),
        *DIAL_KEYS,
        Binding("c", "copy", "Copy"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self, choice: Choice, go_on: bool = False) -> None:
        """With `go_on`, the first match is the one that was left, if there is one."""
        self._game = parse_game(choice.game)
        specs = {Seat.SUBJECT: choice.subject, Seat.OPPONENT: choice.opponent}
        self._seat = next(seat for seat, spec in specs.items() if is_person(spec))
        super().__init__(choice, self._game.moves_of(self._seat))
        self._go_on = go_on
        self._me, self._other = name_at_table(specs[self._seat]), name_at_table(specs[self._seat.other])
        self._is_read = specs[self._seat] == HUMAN and reads_moves(specs[self._seat.other])
        self._level = level_of(specs[self._seat.other])
        self._sight = Sight(self._game, self._seat)
        self._agents: dict[Seat, object] = {}
        self._over = False
        self._again = asyncio.Event()
        self._looked = asyncio.Event()  # the last round has been seen long enough

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield Static(Text(aim(self._game, self._seat)), id="aim")
        yield Faces(self._seat, self._me, self._other, id="faces")
        yield Static(id="score")
        yield Status(id="status")
        yield MoveBar(self._moves, id="move-bar")
        if self.choice.mix is not None:
            yield DialLine(id="dial")
        if self._is_read:
            yield ReadingPanel(self._game, self._seat, self._level, id="below")
        else:
            yield MindPanel(self._game, self._seat, id="below")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._say_title(None)
        self._show_score()
        self._status.say("loading …")
        self._panel.begin(self._sight, self.choice.rounds)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "narrow")
        self.set_class(event.size.height < _LOW, "low")

    @property
    def _status(self) -> Status:
        return self.query_one(Status)

    @property
    def _panel(self) -> MatchPanel:
        return self.query_one("#below", MatchPanel)

    # --- the match ---

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play one match, and another each time the person asks for it."""
        self._agents = {seat: prepared.pairing.agent(seat) for seat in Seat}
        remember(self.choice, prepared.pairing.seed)
        while True:
            self._begin()
            async with aclosing(sitting.play(self._go_on)) as rounds:
                self._go_on = False
                async for played in rounds:
                    self._show_round(played)
            self._end()
            if await self._look_back(sitting.run) == "leave":
                self.dismiss()
                return

    async def _look_back(self, run: str | None) -> Next:
        """Show the ending of the match once its last round could be seen; returns what the person wants next."""
        name, now = self.arena.preferences.name, datetime.now(UTC)
        await aside(add, played(self.choice, self._seat, self._sight, name, now))
        found = None if run is None else await self.arena.from_store(lambda store: kept(store, run))
        standing = None if found is None else found.standing
        people = None if found is None else await self.arena.from_store(self._among_people)
        other = self._other if self._dialling is None else self._dialling.name
        made = await aside(ending, self._sight, other, standing, people or "")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), LOOK_SECONDS)
        if self._again.is_set():
            return "again"
        answer: asyncio.Future[Next | None] = asyncio.get_running_loop().create_future()
        name = "arena-match" if found is None else f"arena-match-{run}-{found.number}"
        await self.app.push_screen(EndingScreen(made, found, name), answer.set_result)
        return await answer or "leave"

    def _among_people(self, store: Store) -> str:
        """Where the person stands among recorded people; "" if they moved too seldom, or the store has none."""
        rate = self._sight.predictor(self._seat).rate
        return "" if rate is None else among_people(store, self._game, self._seat, self.choice.rounds, rate)

    def _begin(self) -> None:
        self._over = False
        self.refresh_bindings()
        self._again.clear()
        self._looked.clear()
        self._sight = Sight(self._game, self._seat, self._agents[self._seat.other])
        self._panel.begin(self._sight, self.choice.rounds)
        self._show_score()
        self.query_one(Faces).begin()
        self._status.think()
        self._say_title(1)
        self.query_one("#move-bar").focus()

    def your_turn(self, view: View) -> None:
        """It is the person's turn: whatever a reader expects of them is sealed."""
        super().your_turn(view)
        self._sight.seal()
        self._panel.turn(view)
        self._say_title(view.number)
        self._status.say("your move")

    def _show_round(self, played: Round) -> None:
        seen = self._sight.add(played)
        self._status.think()
        self.query_one(Faces).show(self._sight)
        self._show_score()
        self._panel.show(played, seen, self._sight)
        self._say_title(played.number)

    def _end(self) -> None:
        self._over = True
        self.refresh_bindings()
        self.query_one("#move-bar", MoveBar).alive = False
        self._status.say("the match is over")

    # --- what is shown ---

    def _say_title(self, number: int | None) -> None:
        at = f"round {number} of {self.choice.rounds}" if number else f"{self.choice.rounds} rounds"
        who = f"{self._me} against {self._other}"
        self.query_one("#title", Static).update(Text(f"{self._game.title} · {at} · {who}"))

    def _show_score(self) -> None:
        score = self._sight.score
        won, tied, lost = (score[outcome] for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
        text = f"won {won:>3}   tied {tied:>3}   lost {lost:>3}   net {points(self._sight.net):>4}"
        self.query_one("#score", Static).update(Text(text))

    # --- keys ---

    def on_key(self, event: events.Key) -> None:
        if self._over and event.key == "enter":
            self._looked.set()

    def show_progress(self, line: str) -> None:
        """Show a step of loading the model."""
        self._status.say(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show in the footer only what can be done now."""
        return self._over if action == "again" else super().check_action(action, parameters)

    def action_again(self) -> None:
        """Play another match of the same pairing."""
        if self._over:
            self._again.set()
            self._looked.set()

    @property
    def is_under_way(self) -> bool:
        """Whether rounds would be left behind."""
        return not self._over and bool(self._sight.rounds)

    def action_leave(self) -> None:
        """Leave; where rounds would be left behind, only if the person means it."""
        if self.is_under_way:
            self.app.push_screen(LeaveScreen(), self._leave)
        else:
            self.dismiss()

    def _leave(self, meant: bool | None) -> None:
        if meant:
            self.dismiss()

    def action_copy(self) -> None:
        """Copy the rounds so far as text."""
        head = f"{self._game.title}: {self._me} against {self._other}"
        self.app.copy_to_clipboard("\n".join([head, *record(self._sight)]) + "\n")
        self.notify("Copied the rounds so far, if the terminal lets it.", timeout=3)
