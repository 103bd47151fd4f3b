"""What a reader of moves expected of the person: sealed before the key, shown after it, with the reason."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from arena.agents.agent import View
from arena.agents.readers.levels import Level
from arena.games import Game
from arena.records import Round, Seat
from arena.session.sight import Seen, Sight
from arena.session.telling import move_word, why
from arena.tui.widgets.panel import MatchPanel
from arena.tui.widgets.reading_plot import COLOURS, MARKS, ReadingPlot
from arena.tui.widgets.rounds import RoundTable
from arena.tui.widgets.rounds_plot import CHANCE_MARK

_LOW = 16  # rows below which the marks stand in lines, without a plot
_SEAL = "▒▒▒▒▒▒▒▒"


class ReadingPanel(MatchPanel):
    """Shown against a reader of moves. `watched`: whoever looks at it isn't the one who is read."""

    def __init__(
        self, game: Game, seat: Seat, level: Level | None, *, watched: bool = False, id: str | None = None
    ) -> None:
        """`level` says what the reader goes by; None if it is none of the levels."""
        super().__init__(id=id)
        self._you, self._them = ("they", "them") if watched else ("you", "you")
        self._about = "" if level is None else f"The {level.name} reader {level.what}."
        self._game = game
        self._seat = seat
        self._chance = 1 / len(game.moves_of(seat))
        self._sight: Sight | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="sealed")
        yield Static(id="reading")
        yield Static(id="why")
        with Horizontal(id="reading-below"):
            with Vertical(id="reading-left"):
                yield Static(id="legend")
                yield Static(id="strip")
                yield ReadingPlot(self._chance, id="plot")
            with Vertical(id="reading-right"):
                yield Static("rounds", classes="dim", id="rounds-heading")
                yield RoundTable(self._game, self._seat, id="rounds")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "low")
        if self._sight is not None:
            self._say_share(self._sight)

    def begin(self, sight: Sight, rounds: int) -> None:
        """A match begins."""
        self._sight = sight
        self.query_one("#plot", ReadingPlot).begin(rounds)
        self.query_one("#rounds", RoundTable).begin()
        self._put("sealed", Content())
        told = f"Its guess is sealed before {self._you} move, and shown after it."
        self._put("reading", Content.styled(told, "dim"))
        self._put("why", Content.styled(self._about, "dim"))
        self._put("strip", Content())
        self._say_share(sight)

    def turn(self, view: View) -> None:
        """Its guess is made."""
        self._put("sealed", Content.assemble(f"round {view.number}: it expects  ", (_SEAL, "bold"), "  sealed"))

    def show(self, played: Round, seen: Seen, sight: Sight) -> None:
        """The seal is broken."""
        said: list[str | tuple[str, str]] = []
        if seen.reading is not None:
            expected = move_word(self._game, self._seat, seen.reading.expected)
            said += ["it expected ", (expected.upper(), "bold"), "   "]
        mine = move_word(self._game, self._seat, seen.mine.move)
        said += [f"{self._you} played ", (mine.upper(), "bold"), "   "]
        if seen.read is not None:
            said.append((f"it read {self._them}" if seen.read else f"{self._you} got away", _style(seen.read)))
        self._put("sealed", Content())
        self._put("reading", Content.assemble(*said))
        self._put("why", Content(f"why: {why(sight, seen, self._you)}"))
        self.query_one("#plot", ReadingPlot).add(seen.read)
        self.query_one("#rounds", RoundTable).add(played)
        self._put("strip", Content(" ").join(map(_mark, [past.read for past in sight.rounds])))
        self._say_share(sight)

    def _say_share(self, sight: Sight) -> None:
        """How often it was right so far, and what the plot's marks mean."""
        right, of = sight.caught
        so_far = f" {right / of:.0%} ({right} of {of})" if of else ": not yet"
        said: list[Content | str | tuple[str, str]] = [
            (f"read so far{so_far}, chance {self._chance:.0%}\n", "bold $foreground")
        ]
        for verdict, meaning in ((True, "read"), (False, "got away"), (None, "no guess")):
            said += [_mark(verdict), f" {meaning}  "]
        if not self.has_class("low"):
            said.append(f"{CHANCE_MARK * 2} chance")
        self._put("legend", Content.assemble(*said))

    def _put(self, id_: str, text: Content) -> None:
        self.query_one(f"#{id_}", Static).update(text)


def _mark(verdict: bool | None) -> Content:
    """A round's mark: its shape says what its colour says."""
    return Content.styled(MARKS[verdict], _style(verdict))


def _style(verdict: bool | None) -> str:
    return f"bold ${COLOURS[verdict]}"
