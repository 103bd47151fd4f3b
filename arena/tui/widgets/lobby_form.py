"""The lobby's form: which game, who sits where, a model of one's own, a dial to another model, how many rounds."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from arena.agents.readers.levels import LEVELS, level_of
from arena.backends.weights.catalog import may_name_weights
from arena.errors import UsageError
from arena.games import parse_game, playable_games
from arena.records import Seat
from arena.session.choice import HUMAN, MOST_ROUNDS, Choice, is_person, whole_number
from arena.session.dial import check_dial
from arena.session.naming import named_model
from arena.session.seats import READY, seat_options, state_of
from arena.tui.widgets.form import Row, StillInput, chooser, offer
from arena.tui.widgets.model_input import ModelInput


class LobbyForm(Vertical):
    """It opens with a choice; `choice` is what is chosen now."""

    class Changed(Message):
        """Another game or another agent is chosen."""

    class Submitted(Message):
        """Enter was pressed on a number."""

    def __init__(self, first: Choice, id: str) -> None:
        super().__init__(id=id)
        self._first = first
        self._game = first.game
        self._seated: dict[Seat, str] = {}  # the two seats as they were chosen last
        self._left: dict[Seat, str] = {}  # who sat in each seat before a person did
        self._named: list[str] = []  # models that were typed here
        self._reads = _reads(first.subject, first.opponent)
        self.unfolded = False  # whether models are offered that can't play yet

    def compose(self) -> ComposeResult:
        first = self._first
        games = [(made.title, name) for name, made in (playable_games() | {first.game: parse_game(first.game)}).items()]
        yield Row("Game", chooser(games, first.game, "game"))
        for seat, spec in ((Seat.SUBJECT, first.subject), (Seat.OPPONENT, first.opponent)):
            state = Static(id=f"{seat.value}-state", classes="state")
            yield Row(
                seat.value.capitalize(), chooser(self._options(seat, spec), spec, seat.value), state, kind=seat.value
            )
        if may_name_weights():
            yield Row("Your model", ModelInput(id="own-model"))
        share = first.mix.rpartition("=")[2] if first.mix else "0"
        self._dial = Row(
            "Mixed with",
            chooser(self._others(), first.mixed_with, "mixed-with"),
            Label("Share", id="share-label"),
            StillInput(share, type="number", valid_empty=True, id="share-input"),
        )
        self._dial.display = first.mix is not None
        yield self._dial
        yield Row(
            "Rounds",
            StillInput(str(first.rounds), type="integer", id="rounds-input"),
            Label("Seed", id="seed-label"),
            StillInput(
                "" if first.seed is None else str(first.seed),
                placeholder="new",
                type="integer",
                valid_empty=True,
                id="seed-input",
            ),
        )

    @property
    def agents(self) -> dict[Seat, str]:
        """Who sits where."""
        return {seat: str(self._select(seat).value) for seat in Seat}

    @property
    def mixed_with(self) -> str:
        """The model at the other end of the subject's dial; "" without one."""
        return str(self.query_one("#mixed-with", Select).value) if self._dial.display else ""

    def dial(self) -> None:
        """Offer a dial, or do without it."""
        self._dial.display = not self._dial.display
        if self._dial.display:
            self.query_one("#mixed-with").focus()

    def _select(self, seat: Seat) -> Select[str]:
        return self.query_one(f"#{seat.value}", Select)

    def choice(self, watch: bool = False) -> Choice:
        """What is chosen; with `watch`, against the greedy reader. Raises UsageError or InputError if it can't be
        played."""
        subject, opponent = self.agents.values()
        opponent = "greedy" if watch else opponent
        people = list(filter(is_person, (subject, opponent)))
        if watch and people:
            raise UsageError("you can't be watched here: put a model or a bot in the subject's seat")
        if len(people) == 2:
            raise UsageError("there is one keyboard: put a model or a bot in one of the seats")
        rounds = whole_number(self.query_one("#rounds-input", Input).value, "rounds")
        if not rounds or not 1 <= rounds <= MOST_ROUNDS:
            raise UsageError(f"the rounds must be a number from 1 to {MOST_ROUNDS:,}")
        seed = whole_number(self.query_one("#seed-input", Input).value, "the seed")
        share = self.query_one("#share-input", Input).value or "0"
        mix = f"{self.mixed_with.removeprefix('llm:')}={share}" if self.mixed_with else None
        chosen = Choice(self._game, subject, opponent, rounds, seed, mix=mix)
        check_dial(chosen)
        return chosen

    def show_states(self, progress: Mapping[str, str]) -> None:
        """Show the state of each model that is chosen, or how far its loading is."""
        for seat, spec in self.agents.items():
            state = progress.get(spec.removeprefix("llm:")) or state_of(spec)
            if seat is Seat.SUBJECT and state in ("", READY):  # otherwise there is no room
                state = ", ".join(filter(None, (state, "is measured")))
            self.query_one(f"#{seat.value}-state", Static).update(Text(state))

    def offer(self) -> None:
        """Offer who can play the chosen game now."""
        for seat, spec in self.agents.items():
            offer(self._select(seat), self._options(seat, spec))
        offer(self.query_one("#mixed-with", Select), self._others())

    def _others(self) -> list[tuple[str, str]]:
        """The models that a subject can be mixed with."""
        options = self._options(Seat.SUBJECT, self._first.mixed_with)
        return [("nobody", ""), *((name, spec) for name, spec in options if spec.startswith("llm:"))]

    def _options(self, seat: Seat, chosen: str) -> list[tuple[str, str]]:
        """Who can be put in a seat, including whoever was named here, on the command line or the last time."""
        typed = (*self._first.agents, *self._named)
        options = seat_options(parse_game(self._game), seat, *typed, reads=self._reads)
        shown = [one for one in options if one.is_ready or self.unfolded or one.spec == chosen]
        return [(one.name if one.is_ready else f"{one.name} (not ready)", one.spec) for one in shown]

    def be_read(self) -> None:
        """Seat the person opposite the reader that is chosen, or the most merciless."""
        opponent = self.agents[Seat.OPPONENT]
        reader = opponent if level_of(opponent) else LEVELS[-1].spec
        self._seated = {Seat.SUBJECT: HUMAN, Seat.OPPONENT: reader}
        for seat, spec in self._seated.items():
            self._select(seat).value = spec

    def seat_named(self, text: str) -> None:
        """Seat a model that was typed, opposite the person if there is one. Raises ArenaError if there is none."""
        spec = named_model(text)
        self._named.append(spec)
        self.offer()
        seat = Seat.OPPONENT if is_person(self.agents[Seat.SUBJECT]) else Seat.SUBJECT
        self._select(seat).value = spec

    @on(Select.Changed)
    def _changed(self, event: Select.Changed) -> None:
        event.stop()
        if event.select.id == "game":
            self._game = str(event.value)
            self.offer()
        elif event.select.id != "mixed-with":
            self._seat_the_person(Seat(str(event.select.id)))
            self._say_whom_readers_read()
        self.post_message(self.Changed())

    def _seat_the_person(self, changed: Seat) -> None:
        """There is one person: who chooses to be read sits opposite the reader, and who takes a seat leaves the other
        one."""
        before, self._seated = self._seated, self.agents
        self._left |= {seat: spec for seat, spec in before.items() if not is_person(spec)}
        if not before or before == self._seated:
            return
        subject, opponent = self._seated.values()
        if level_of(opponent) is not None and is_person(before[Seat.OPPONENT]):
            self._select(Seat.SUBJECT).value = HUMAN
        elif is_person(subject) and is_person(opponent):
            self._select(changed.other).value = self._left.get(changed.other, Choice().subject)

    def _say_whom_readers_read(self) -> None:
        """Offer the readers of moves by names that are true of whoever sits here."""
        subject, opponent = self.agents.values()
        if (reads := _reads(subject, opponent)) != self._reads:
            self._reads = reads
            with self.prevent(Select.Changed):
                offer(self._select(Seat.OPPONENT), self._options(Seat.OPPONENT, opponent))

    @on(Input.Submitted, "#rounds-input")
    @on(Input.Submitted, "#seed-input")
    @on(Input.Submitted, "#share-input")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())


def _reads(subject: str, opponent: str) -> str:
    """Whom a reader of moves reads if it is put in the opponent's seat: a person who sits there becomes the subject."""
    if is_person(subject):
        return "it reads you"
    return "it reads you instead" if is_person(opponent) else "reads the subject"
