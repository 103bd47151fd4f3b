"""How many requests are open at once: more while servers keep up, half as many when they push back or fall behind.

A server computes prompts before it goes on with answers, so answers may wait for as long as prompts keep coming. When a
request takes much longer than others did, nothing is sent until it is answered.
"""

from __future__ import annotations

import time
from collections import deque
from statistics import median
from typing import Final

_AT_FIRST: Final = 4  # for each address
_A_MOMENT: Final = 1.0  # seconds in which everything that fails has failed of the same cause
_LATE: Final = 3.0  # times as long as usual
_SOON: Final = 1.0  # seconds within which nothing is late
_USUAL: Final = 16  # requests that show what is usual


class Flow:
    """A window of open requests to all addresses together. It begins at four for each address."""

    def __init__(self, addresses: int, most: int) -> None:
        self._most = most * addresses
        self._allowed = float(min(_AT_FIRST, most) * addresses)
        self._halved = -_A_MOMENT
        self._open: dict[int, float] = {}  # the times when they were sent, the oldest first
        self._seconds: deque[float] = deque(maxlen=_USUAL)
        self._number = 0
        self._waits_for = 0  # the number of a late one

    @property
    def allowed(self) -> int:
        """The most requests that may be open now."""
        return int(self._allowed)

    @property
    def is_free(self) -> bool:
        """Whether another request may be sent."""
        if len(self._seconds) >= _AT_FIRST and self._open:
            number, sent = next(iter(self._open.items()))
            if time.monotonic() - sent > max(_SOON, _LATE * median(self._seconds)):
                if self._waits_for != number:
                    self._waits_for = number
                    self.pushed_back()
                return False
        return len(self._open) < self.allowed

    def sent(self) -> int:
        """A request is sent; its number, for `answered` or `failed`."""
        self._number += 1
        self._open[self._number] = time.monotonic()
        return self._number

    def answered(self, number: int, more_wait: bool) -> None:
        """A request was answered. While more than the window allows wait to be sent, the window grows: by one when as
        many requests as it allows were answered."""
        self._seconds.append(time.monotonic() - self._open.pop(number))
        if more_wait:
            self._allowed = min(self._most, self._allowed + 1 / self._allowed)

    def failed(self, number: int) -> None:
        """A request was given up."""
        self._open.pop(number, None)

    def pushed_back(self) -> None:
        """A server was too busy, or lost."""
        now = time.monotonic()
        if now - self._halved >= _A_MOMENT:
            self._halved = now
            self._allowed = max(1.0, self._allowed / 2)
