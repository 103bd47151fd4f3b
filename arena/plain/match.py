"""One match: its rounds told as they are played, with a person's moves asked for."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Final

from arena.agents.agent import PolicyView, View
from arena.agents.person import Person
from arena.concurrency import together
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.sitting import Sitting
from arena.plain.answers import Word, listed, read_move
from arena.plain.lines import Left, Lines
from arena.plain.words import capital, foreseen, policy, score, told
from arena.records import Round, Seat
from arena.session.choice import Choice
from arena.session.dial import dialling
from arena.session.glossary import GLOSSARY
from arena.session.seats import name_at_table
from arena.session.sight import Sight
from arena.session.telling import aim

_DIAL: Final = "more and less turn it by a tenth, from the next round on."
_PATIENCE: Final = 3.0  # seconds after which it is said that the other one is thinking


class PlainMatch:
    """A match of `choice`. `before` is how many of its rounds were played in an earlier sitting."""

    def __init__(self, lines: Lines, choice: Choice, pairing: Pairing, before: int = 0) -> None:
        self._lines = lines
        self._rounds = choice.rounds
        self._before = before
        self._game = pairing.game
        people = [seat for seat in Seat if isinstance(pairing.agent(seat), Person)]
        seat = people[0] if people else Seat.SUBJECT
        specs = {Seat.SUBJECT: choice.subject, Seat.OPPONENT: choice.opponent}
        self._me, self.other = name_at_table(specs[seat]), name_at_table(specs[seat.other])
        agent = pairing.agent(seat)
        self._person = agent if isinstance(agent, Person) else None
        self._moves = self._game.moves_of(seat)
        self._dialling = dialling(choice, pairing)
        self._turns: asyncio.Queue[View | None] = asyncio.Queue()  # None: the match is over
        self._thinking: asyncio.TimerHandle | None = None
        self.sight = Sight(self._game, seat, pairing.agent(seat.other))

    @property
    def whom(self) -> str:
        """Who was played against, with the model at the other end of a dial."""
        return self.other if self._dialling is None else self._dialling.name

    async def play(self, sitting: Sitting) -> None:
        """Play it to its end. Raises ArenaError, and Left if the person leaves."""
        self._introduce()
        if self._person is not None:
            self._person.on_turn = self._turns.put_nowait
        try:
            await together([self._follow(sitting), self._answer()])
        finally:
            self._wait(False)

    async def _follow(self, sitting: Sitting) -> None:
        async with aclosing(sitting.play(self._before > 0)) as rounds:
            self._wait(True)
            async for played in rounds:
                self._wait(False)
                self._tell(played)
                self._wait(True)
        self._turns.put_nowait(None)

    async def _answer(self) -> None:
        """Ask for a move whenever it is the person's turn."""
        while (view := await self._turns.get()) is not None:
            self._wait(False)
            self.sight.seal()
            assert self._person is not None
            self._person.choose(await self._move(view))

    async def _move(self, view: View) -> int:
        question = f"Round {view.number} of {self._rounds}. Your move:"
        if self.sight.is_read:
            question = f"Round {view.number} of {self._rounds}. Its guess is sealed. Your move:"
        elif isinstance(view, PolicyView):
            self._show_mind(view)
        while True:
            said = read_move(await self._lines.ask(question), self._moves)
            match said:
                case Word.HELP:
                    self._help()
                case Word.LESS | Word.MORE:
                    self._turn(1 if said is Word.MORE else -1)
                case Word.SCORE:
                    self._lines.say(score(self.sight), foreseen(self.sight))
                case Word.QUIT:
                    raise Left("You have left.")
                case str():
                    self._lines.say(said)
                case move:
                    return move

    def _tell(self, played: Round) -> None:
        seen = self.sight.add(played)
        if seen.number > self._before:
            self._lines.say(*told(self.sight, seen, self._me, self.other))
            if self._dialling is not None:
                self._lines.say(f"The dial stood at {self._dialling.words}.")
            if seen.number < self._rounds:
                self._lines.say(score(self.sight))
        elif seen.number == self._before:
            self._lines.say(f"{seen.number} of its rounds were played before. {score(self.sight)}")

    def _introduce(self) -> None:
        rounds = f"{self._rounds:,} {'round' if self._rounds == 1 else 'rounds'}"
        self._lines.say(f"{capital(self._game.title)}, {rounds}: {self._me} against {self.other}.")
        if self._person is not None:
            self._lines.say(
                _sentence(aim(self._game, self.sight.seat)),
                f"Moves: {listed(self._moves)}. Type the word, its beginning or its number.",
                "Or type help, score or quit.",
            )
        if self._dialling is not None:
            self._lines.say(f"A dial mixes the answers of {self._dialling.first}: {self._dialling.words}. {_DIAL}")

    def _turn(self, steps: int) -> None:
        """Turn the dial, if there is one."""
        if self._dialling is None:
            self._lines.say("There is no dial in this match: --mix puts one there.")
            return
        self._dialling.dial.turn(steps)
        self._lines.say(f"The dial: {self._dialling.words}.")

    def _help(self) -> None:
        self._lines.say(
            f"Moves: {listed(self._moves)}. Type the word, its beginning or its number.",
            _sentence(aim(self._game, self.sight.seat)),
            "score tells the score; quit leaves, and you can go on with the match later.",
            _DIAL if self._dialling is not None else "",
            *(f"{word}: {meaning}" for word, meaning in GLOSSARY.items()),
        )

    def _show_mind(self, view: PolicyView) -> None:
        """What a mind-reader is shown before they move."""
        seat = self.sight.seat
        best = self._game.best_reply if seat is Seat.OPPONENT else self._game.best_move
        self._lines.say(
            f"The policy of {self.other} in this round: {policy(self._game, seat.other, view.policy)} "
            f"Best against it: {self._moves[best(view.policy)]}."
        )

    def _wait(self, begins: bool) -> None:
        """The other one begins to think, or has ended."""
        if self._thinking is not None:
            self._thinking.cancel()
        loop = asyncio.get_running_loop()
        said = f"{capital(self.other)} is thinking."
        self._thinking = loop.call_later(_PATIENCE, self._lines.say, said) if begins else None


def _sentence(text: str) -> str:
    return f"{capital(text.removesuffix('.'))}." if text else ""
