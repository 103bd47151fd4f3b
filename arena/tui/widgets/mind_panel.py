"""The other's mind as bars, the rounds so far, and the determinism of each of them beside how foreseeable you are."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from arena.agents.agent import PolicyView, View
from arena.games import Game
from arena.records import Round, Seat
from arena.session.sight import Seen, Sight
from arena.tui.widgets.mind import MindBars
from arena.tui.widgets.panel import MatchPanel
from arena.tui.widgets.plot import DeterminismPlot
from arena.tui.widgets.rounds import RoundTable
from arena.tui.widgets.rounds_plot import CHANCE_MARK, LINE_MARK


class MindPanel(MatchPanel):
    """Shown against a model or a bot. `watched`: whoever reads it sits at neither seat."""

    def __init__(self, game: Game, seat: Seat, *, watched: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._game = game
        self._seat = seat
        self._moves, self._others = game.moves_of(seat), game.moves_of(seat.other)
        self._watched = watched
        self._last = ""  # the other's move in the round before

    def compose(self) -> ComposeResult:
        with Vertical(id="left"):
            heading = "the opponent's mind" if self._watched else "its mind"
            yield Static(heading, classes="dim", id="mind-heading")
            yield MindBars(self._others, id="mind")
            yield Static("rounds", classes="section", id="rounds-heading")
            yield RoundTable(self._game, self._seat, id="rounds")
        with Vertical(id="right"):
            yield Static(id="legend")
            yield DeterminismPlot(1 / len(self._game.moves), id="plot")
            yield Static(id="foresight")

    def begin(self, sight: Sight, rounds: int) -> None:
        """A match begins."""
        self._last = ""
        self.query_one("#legend", Static).update(self._legend())
        self.query_one("#plot", DeterminismPlot).begin(rounds)
        self.query_one("#rounds", RoundTable).begin()
        self.query_one("#mind", MindBars).hide()

    def turn(self, view: View) -> None:
        """The person is shown the other's mind if they may see it."""
        if not isinstance(view, PolicyView):
            return
        best = self._game.best_reply if self._seat is Seat.OPPONENT else self._game.best_move
        reply = self._moves[best(view.policy)]
        likeliest = max(range(len(self._others)), key=view.policy.probabilities.__getitem__)
        self.query_one("#mind", MindBars).reveal(view.policy, {likeliest: f"so play {reply}"})
        self._say_mind(f"its mind now{self._last}")

    def show(self, played: Round, seen: Seen, sight: Sight) -> None:
        """A round is over: the mind behind it, its point in the plot."""
        other = seen.theirs
        if other.policy is not None:
            self._say_mind(f"its mind in round {seen.number}")
            if other.move is not None:  # a reader sees the next mind at once, so the last one would be gone
                likely = f" {other.policy.probabilities[other.move]:.2f}"
                self._last = f" · last {self._others[other.move]},{likely}"
            marks = {} if other.move is None else {other.move: "played"}
            self.query_one("#mind", MindBars).reveal(other.policy, marks)
        self.query_one("#rounds", RoundTable).add(played)
        policy = played.subject.policy
        predictor = sight.predictor(self._seat)
        self.query_one("#plot", DeterminismPlot).add(
            None if policy is None else policy.determinism, seen.outcome, None if self._watched else predictor.rate
        )
        if predictor.rate is not None and not self._watched:
            text = Text(f"you are {predictor.rate:.0%} foreseeable, chance {1 / len(self._moves):.0%}")
            if predictor.foreseen is not None:
                text.append(f"\nmost expected from you next: {self._moves[predictor.foreseen]}")
            self.query_one("#foresight", Static).update(text)

    def _say_mind(self, heading: str) -> None:
        self.query_one("#mind-heading", Static).update(Text(heading))

    def _legend(self) -> Content:
        """What the plot's marks mean."""
        who = "its" if self._seat is Seat.OPPONENT and not self._watched else "the subject's"
        is_shown = self._watched or self._seat is Seat.OPPONENT
        letters = f"{who} determinism: W won, T tied, L lost\n" if is_shown else ""
        chance = f"{letters}{CHANCE_MARK * 2} chance"
        if self._watched:
            return Content(chance)
        return Content.assemble(f"{chance}   ", (LINE_MARK, "$secondary"), " how foreseeable you are")
