"""The pace of a show: how long each thing stays to be seen, the countdown to a round, a pause, single steps."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

from arena.session.preferences import SPEEDS

COUNT: Final = (3, 2, 1)
_BEAT: Final = 0.2  # of a round's time
_LONGEST_BEAT: Final = 0.6  # seconds
_LEAST: Final = 2.0  # seconds a round must take for a countdown to fit into it
_CARD: Final = 4.0  # rounds' time that a card stays
_LONGEST_CARD: Final = 6.0  # seconds
_SHORTEST_CARD: Final = 1.0  # seconds; a card that would stay less isn't shown
_BREATH: Final = 0.01  # seconds between two rounds at full speed, so that the screen can be drawn


class Clock:
    """What the show waits for. It starts at the speed that is nearest to `speed`, in rounds per second."""

    def __init__(self, speed: float) -> None:
        self._at = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - speed))
        self._paused = False
        self._stepped = False
        self._moved = asyncio.Event()  # a key has changed what is waited for

    @property
    def pace(self) -> str:
        """The pace in words."""
        speed = SPEEDS[self._at]
        return "paused" if self._paused else f"{speed:g} rounds/s" if speed else "full speed"

    @property
    def counts(self) -> bool:
        """Whether there is time to count down to a round."""
        return self._round >= _LEAST

    @property
    def shows_cards(self) -> bool:
        """Whether there is time to show a card, or somebody who will say when to go on."""
        return self._paused or self._round * _CARD >= _SHORTEST_CARD

    @property
    def _round(self) -> float:
        """Seconds that a round takes."""
        speed = SPEEDS[self._at]
        return 1 / speed if speed else _BREATH

    async def round(self) -> None:
        """Let a round stay as long as it should; while paused, until the next step."""
        countdown = len(COUNT) * self._beat if self.counts else 0.0
        await self._stay(1.0, countdown)

    async def card(self) -> None:
        """Let a card stay as long as it should; while paused, until the next step."""
        await self._stay(_CARD)

    async def beat(self) -> bool:
        """Wait for one beat of a countdown. Returns False if a step ends the countdown."""
        self._stepped = False
        self._moved.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), self._beat)
        return not self._stepped

    def pause(self) -> None:
        """Pause, or go on."""
        self._paused = not self._paused
        self._moved.set()

    def step(self) -> None:
        """Go on to whatever comes next, and stay there."""
        self._paused = self._stepped = True
        self._moved.set()

    def faster(self, steps: int) -> None:
        """Change the speed; a negative number makes it slower."""
        self._at = min(len(SPEEDS) - 1, max(0, self._at + steps))
        self._moved.set()

    @property
    def _beat(self) -> float:
        return min(_LONGEST_BEAT, _BEAT * self._round)

    async def _stay(self, rounds: float, already: float = 0.0) -> None:
        """Wait for the time of so many rounds, `already` of which is over; the speed may change meanwhile."""
        begun = time.monotonic() - already
        self._stepped = False
        while not self._stepped:
            self._moved.clear()
            left = None
            if not self._paused:
                whole = self._round * rounds
                left = begun + (min(whole, _LONGEST_CARD) if rounds > 1 else whole) - time.monotonic()
                if left <= 0:
                    break
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                return
        await asyncio.sleep(0)
