"""Filling an exact cell: the tree is grown with half of the prompts, what it leaves open is sampled with the others.

The distributions that were told are stored as they come, and so are the sampled matches. The same cell goes on from
there and arrives at the same numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from arena.experiments.experiment import Event, Observer
from arena.experiments.tournament.cells import Cell
from arena.experiments.tournament.exact.answers import Told
from arena.experiments.tournament.exact.measures import measures
from arena.experiments.tournament.exact.observed import Observed, Open, observe
from arena.experiments.tournament.exact.rest import Rest, SampledMatch
from arena.experiments.tournament.exact.seats import Seats
from arena.experiments.tournament.exact.tree import BATCH, Tree
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.spec import TournamentSpec
from arena.records import Prompt
from arena.store.saving import saving
from arena.store.writer import RunWriter

EXACT: Final = "exact"  # the name of a cell's numbers among its findings
_CLOSE: Final = 5e-5  # of the rounds: if less than that is open, nothing is sampled
_TOLD, _SAMPLED = "told", "sampled"  # the names of what is stored on the way begin so
_TOGETHER: Final = 64  # sampled matches that are played at once, and stored
_FREE: Final = 10  # histories for each prompt: where only the last rounds are shown, many have the same one
_AGAIN: Final = 1.25  # how much the tree grows before it is looked at again


@dataclass(frozen=True, slots=True)
class Asked(Event):
    """So many prompts more were asked."""

    prompts: int

    @property
    def done(self) -> int:
        return self.prompts


@dataclass(frozen=True, slots=True)
class Followed(Event):
    """Which share of a match's rounds is still open."""

    asked: int
    open: float

    @property
    def words(self) -> str:
        return f"{self.open:.1%} of the rounds are open after {self.asked:,} prompts"


async def fill(cell: Cell, pairing: Pairing, spec: TournamentSpec, writer: RunWriter, observer: Observer) -> None:
    """Find a cell's numbers and store them. Raises ModelError if a model fails, StoreError."""
    async with saving(writer, cell.spec.key):
        filling = _Filling(cell, pairing, spec, writer, observer)
        known, left = await filling.follow()
        sampled = await filling.sample(left)
        found = measures(filling.tree, known, left, sampled)
        writer.set_finding(cell.spec.key, EXACT, {"games": spec.matches, "prompts": filling.seats.asked, **found})


class _Filling:
    def __init__(
        self, cell: Cell, pairing: Pairing, spec: TournamentSpec, writer: RunWriter, observer: Observer
    ) -> None:
        self._cell, self._spec, self._writer, self._observer = cell, spec, writer, observer
        self._key = cell.spec.key
        self._budget = spec.matches * spec.rounds
        self._stored = writer.findings(self._key)
        self._new: dict[str, Told] = {}
        self._said = 0  # prompts that the observer knows of
        self.seats = Seats(pairing, spec.rounds, self._known(), self._keep)
        self.tree = Tree(self.seats)

    async def follow(self) -> tuple[list[Observed], list[Open]]:
        """Grow the tree; returns what is known of it, and what is open."""
        looked = float(BATCH)
        while True:
            await self.tree.grow()
            self._store_told()
            self._say(self.seats.asked)
            spent = max(self.seats.asked, self.tree.histories // _FREE)
            over = not self.tree.most or 2 * spent >= self._budget
            if over or spent >= _AGAIN * looked:
                looked = spent
                known, left = observe(self.tree)
                share = sum(part.probability * part.rounds for part in left) / self._spec.rounds
                self._observer.happens(self._cell, Followed(self.seats.asked, share))
                if over:
                    return known, left

    async def sample(self, left: Sequence[Open]) -> list[SampledMatch]:
        """Sample what is open, as many matches as the other prompts allow."""
        rest = Rest(self.tree, left, self._key, self._spec.seed)
        if rest.weight <= _CLOSE * self._spec.rounds:
            return []
        count = int((self._budget - self.seats.asked) / rest.rounds)
        sampled: list[SampledMatch] = []
        asked = self.seats.asked
        for start in range(0, count, _TOGETHER):
            name = f"{_SAMPLED} {self._spec.matches:08} {start:08}"
            stored = self._writer.finding(self._key, name)
            if stored is None:
                numbers = range(start, min(count, start + _TOGETHER))
                matches = await asyncio.gather(*map(rest.match, numbers))
                stored = {"matches": msgspec.to_builtins(matches)}
                self._writer.set_finding(self._key, name, stored)
            batch = msgspec.convert(stored["matches"], list[SampledMatch])
            asked += sum(len(match.rounds) for match in batch)
            self._say(asked)
            sampled += batch
        return sampled

    def _say(self, asked: int) -> None:
        """Tell the observer how many prompts were asked, of those allowed: a last batch may go beyond them."""
        asked = min(asked, self._budget)
        self._observer.happens(self._cell, Asked(asked - self._said))
        self._said = asked

    def _known(self) -> dict[str, Told]:
        """The distributions that were told before."""
        found: dict[str, Told] = {}
        for name in sorted(self._stored):
            if name.startswith(_TOLD):
                stored = self._writer.finding(self._key, name)
                assert stored is not None
                found |= msgspec.convert(stored["told"], dict[str, Told])
        return found

    def _keep(self, name: str, told: Told, prompt: Prompt) -> None:
        self._new[name] = told
        if told.policy is not None:
            self._writer.add_prompt(self._key, prompt)

    def _store_told(self) -> None:
        if self._new:
            told: Any = msgspec.to_builtins(self._new)
            name = f"{_TOLD} {len(self._stored):08}"
            self._writer.set_finding(self._key, name, {"told": told})
            self._stored.add(name)
            self._new = {}
