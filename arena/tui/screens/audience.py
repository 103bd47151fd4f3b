"""A match that a person plays elsewhere, round by round as it is stored: for those who only watch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from arena.agents.readers.levels import level_of
from arena.agents.spec import make_bot, parse_agent
from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.tournament.dialled import played_shares
from arena.experiments.tournament.sitting import SITTING
from arena.games import parse_game
from arena.records import Outcome, Round, Seat
from arena.session.choice import HUMAN, is_person
from arena.session.ending.words import points
from arena.session.seats import display_name, name_at_table, reads_moves
from arena.session.sight import Sight
from arena.session.telling import aim
from arena.store.rows import CellRow, MatchRow
from arena.store.store import Store
from arena.text import number_text, printable
from arena.tui.screens.base import LookingScreen, forget_drawn
from arena.tui.widgets.faces import Faces
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.mind_panel import MindPanel
from arena.tui.widgets.panel import MatchPanel
from arena.tui.widgets.reading_panel import ReadingPanel

_NARROW, _LOW = 72, 22


class _Shown(NamedTuple):
    """The match that was begun last, with as many rounds as are stored."""

    cell: CellRow
    match: MatchRow
    length: int
    rounds: tuple[Round, ...]
    shares: Mapping[int, float]  # of the subject's dial, by round


class AudienceScreen(LookingScreen):
    """Shows the match that was begun last in the store, and the next one when that begins. `is_alone` means that
    nothing can be touched, so no key is shown."""

    seconds = 0.5
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def __init__(self, is_alone: bool) -> None:
        super().__init__()
        self._is_alone = is_alone
        self._key: tuple[str, int] | None = None  # the match that is shown
        self._rounds = -1  # how many of its rounds

    def compose(self) -> ComposeResult:
        yield Static("Watching", id="title", classes="title")
        yield Static(id="status")
        yield Vertical(id="table")
        if not self._is_alone:
            yield KeysFooter()

    async def on_mount(self) -> None:
        await self.follow()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "narrow")
        self.set_class(event.size.height < _LOW, "low")

    async def look_now(self) -> None:
        """Show the match that was begun last, or say that there is none."""
        try:
            found = await aside(_latest, self.arena.store) if self.arena.store.exists() else None
            if found is None:
                self._say("No match has begun yet. It is shown here as soon as its first round is over.")
            elif (self._key, self._rounds) != ((found.cell.run, found.match.number), len(found.rounds)):
                await self._show(found)
        except ArenaError as error:  # the store may be about to be made
            self._say(f"{error}.")

    async def _show(self, found: _Shown) -> None:
        """Show the match anew if it is another one, and else the rounds that were added."""
        key = found.cell.run, found.match.number
        spec = found.cell.spec
        game = parse_game(spec.what)
        specs = {Seat.SUBJECT: spec.subject, Seat.OPPONENT: spec.opponent}
        seat = next((seat for seat, one in specs.items() if is_person(one)), Seat.SUBJECT)
        names = {each: "the player" if is_person(one) else name_at_table(one) for each, one in specs.items()}
        table = self.query_one("#table", Vertical)
        if key != self._key or len(found.rounds) < self._rounds:
            self._key, self._rounds = key, 0
            reader = make_bot(parse_agent(specs[seat.other]), game, seat.other) if _is_read(specs, seat) else None
            self._sight = Sight(game, seat, reader)
            self._faces = Faces(seat, names[seat], names[seat.other], watched=True, id="faces")
            self._score = Static(id="score")
            if reader is None:
                self._panel: MatchPanel = MindPanel(game, seat, watched=True, id="below")
            else:
                self._panel = ReadingPanel(game, seat, level_of(specs[seat.other]), watched=True, id="below")
            self.set_class(is_person(spec.subject), "unmeasured")  # a person has no determinism to plot
            await table.remove_children()
            forget_drawn()
            await table.mount(Static(Text(aim(game, seat) if game.told is None else ""), id="aim"))
            await table.mount(self._faces, self._score, self._panel)
            self._panel.begin(self._sight, found.length)
        for played in found.rounds[self._rounds :]:
            seen = self._sight.add(played)
            self._panel.show(played, seen, self._sight)
        self._rounds = len(found.rounds)
        self._faces.show(self._sight)
        won, tied, lost = (self._sight.score[one] for one in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
        net = points(self._sight.net)
        self._score.update(Text(f"{names[seat]}:  won {won:>3}   tied {tied:>3}   lost {lost:>3}   net {net:>4}"))
        at = f"round {self._rounds} of {found.length}"
        title = f"{game.title} · {at} · {names[seat]} against {names[seat.other]}"
        if self._rounds in found.shares:
            title += f" · dial at {number_text(found.shares[self._rounds])} of {display_name(spec.dialled_to)}"
        self.query_one("#title", Static).update(Text(printable(title)))
        over = {"finished": "the match is over", "abandoned": "the match was left"}
        self._say(over.get(found.match.state, ""))

    def _say(self, line: str) -> None:
        self.query_one("#status", Static).update(Text(printable(line)))


def _is_read(specs: Mapping[Seat, str], seat: Seat) -> bool:
    """Whether a person sits there whose moves the other side foresees."""
    return specs[seat] == HUMAN and reads_moves(specs[seat.other])


def _latest(path: Path) -> _Shown | None:
    with Store.open(path) as store:
        found = store.last_match(SITTING)
        if found is None:
            return None
        cell, match = found
        shares = played_shares(store, cell, match.number)
        return _Shown(cell, match, cell.rounds or match.rounds, store.match(cell, match.number), shares)
