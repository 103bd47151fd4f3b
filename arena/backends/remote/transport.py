"""Requests to one or several servers of a kind: to the least busy, again after a loss, for as long as patience lasts.

A server is a stranger here too: an answer may not exceed a time and a length, redirects to another address aren't
followed, and a key goes only to the address that it is for (arena/backends/keys.py).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from arena.backends.remote.answers import Incomplete, Untrue
from arena.backends.remote.connections import LOST, Again, Connections, Missing, why
from arena.backends.remote.refusals import Advice, Unavailable, cannot_answer, unbelievable, unreachable
from arena.backends.server import ServerSettings
from arena.errors import InputError, ModelError

T = TypeVar("T")

START_SECONDS = 8.0  # for a server to give its first answer

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0  # seconds between two tries
_BUSY_PAUSE = 1.0  # seconds before a busy server that names no time is asked again
_TRUSTED_SECONDS = 1.0  # for which a server is trusted to be the same as before
_SPOILT = 5  # incomplete answers to one request before it is given up


class Transport:
    """The connections to some addresses; `sign` is a path at which each of them says something about itself, `advice`
    what a person can do; without `keep`, each request has a connection of its own.

    `check` is called for an address with True before it is asked again after a loss, and with False every second before
    an answer is trusted. It raises an error if going on is impossible, for example because another model has taken a
    server's place.
    """

    def __init__(
        self, urls: Sequence[str], settings: ServerSettings, sign: str, advice: Advice, keep: bool = True
    ) -> None:
        self.urls = tuple(urls)
        self._settings = settings
        self._sign = sign
        self._advice = advice
        self._connections = Connections(urls, settings.key, keep)
        self._busy = dict.fromkeys(self.urls, 0)
        self._away: dict[str, float] = {}  # the time since which an address can't be reached
        self.lost: dict[str, str] = {}  # why
        self.unanswered: dict[str, float] = {}  # the time since which an address owes an answer to `post`
        self._pauses: dict[str, float] = {}  # the time until which it isn't asked again
        self._known: dict[str, float] = {}  # the time when it was last confirmed to be the same server
        self.check: Callable[[str, bool], Awaitable[None]] | None = None
        self.on_trouble: Callable[[], None] = lambda: None  # a server is too busy, or lost

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()

    # --- once ---

    async def said(self, url: str, path: str) -> bytes:
        """What an address says at a path, asked once and without a limit of time. Raises one of `LOST`, Missing, Again,
        Untrue, InputError or ModelError."""
        return await self._connections.answer(url, path)

    async def once(self, url: str, path: str, body: object, most: int, decode: Callable[[bytes], T]) -> T:
        """POST to one server. Raises ModelError if it can't answer."""

        async def ask() -> T:
            return decode(await self._connections.answer(url, path, most, msgspec.json.encode(body)))

        return await self.first(url, ask, self._settings.patience)

    @property
    def patience(self) -> float:
        """For how many seconds a server may say nothing: a wrong address mustn't be waited for long, and one that was
        right may be busy."""
        return START_SECONDS if self.check is None else self._settings.patience

    async def first(self, url: str, ask: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Ask a server that must be there and answer in time; if it is too busy, wait for as long as it says. Raises
        ModelError if it can't answer."""
        started = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(min(seconds, self._settings.patience)):
                    return await ask()
            except Again as error:
                wait = error.wait or (_BUSY_PAUSE if error.is_busy else None)
                if wait is None or time.monotonic() + wait > started + self._settings.patience:
                    raise cannot_answer(url, str(error)) from error
                await asyncio.sleep(wait)
            except Untrue as error:
                raise unbelievable(url, str(error), self._advice) from error
            except Incomplete as error:  # another try, if there is one, may succeed
                raise Unavailable(str(unbelievable(url, str(error), self._advice))) from error
            except LOST as error:
                raise unreachable(url, why(error), self._advice) from error

    # --- again and again ---

    async def post(self, path: str, body: object, most: int, decode: Callable[[bytes], T]) -> T:
        """POST to the least busy server; if that fails, try again wherever one answers. `most` is a length
        in bytes that no answer reaches; `decode` reads the answer, and raises Incomplete or Untrue.

        Raises InputError for a request that the server refuses, ModelError for an answer that can't be believed, or if
        no server has answered for `patience` seconds.
        """
        data = msgspec.json.encode(body)
        patience = self._settings.patience
        started, spoilt = time.monotonic(), 0
        while True:
            url = await self._free()
            self._busy[url] += 1
            self.unanswered.setdefault(url, time.monotonic())
            left = started + patience - time.monotonic()
            try:
                async with asyncio.timeout(max(left, min(patience, START_SECONDS))):  # others get a chance
                    if url in self._away:
                        await self._confirm(url, thorough=True)
                    answer = decode(await self._connections.answer(url, path, most, data))
                    if time.monotonic() - self._known.get(url, 0.0) > _TRUSTED_SECONDS:
                        await self._confirm(url, thorough=False)
                    self._heard(url)
                    return answer
            except Untrue as error:
                raise unbelievable(url, str(error), self._advice) from error
            except Incomplete as error:
                spoilt += 1
                if spoilt == _SPOILT:
                    raise unbelievable(url, str(error), self._advice) from error
                self._pauses[url] = time.monotonic() + _FIRST_PAUSE
            except (*LOST, Again) as error:
                self._lost(url, error, started)
            except asyncio.CancelledError:
                if self._busy[url] == 1:  # nobody waits for it any more
                    self.unanswered.pop(url, None)
                raise
            finally:
                self._busy[url] -= 1

    def _heard(self, url: str) -> None:
        """An answer came; if more are owed, the time for them begins now."""
        if self._busy[url] > 1:
            self.unanswered[url] = time.monotonic()
        else:
            self.unanswered.pop(url, None)

    async def alive(self, url: str) -> bool:
        """Whether a server answers anything at all within a second."""
        try:
            async with asyncio.timeout(1.0):
                await self._connections.answer(url, self._sign)
        except Missing:
            return True
        except (*LOST, Again, Untrue, InputError, ModelError):
            return False
        return True

    async def _free(self) -> str:
        """The address with the fewest open requests among those that may be asked; waits until there is one."""
        while True:
            now = time.monotonic()
            ready = [url for url in self.urls if self._pauses.get(url, 0.0) <= now]
            if ready:
                return min(ready, key=self._busy.__getitem__)
            await asyncio.sleep(min(self._pauses.values()) - now)

    async def _confirm(self, url: str, thorough: bool) -> None:
        """Check that it is still the same server. If it isn't, it isn't asked again until it is."""
        self._known[url] = time.monotonic()  # once for all open requests
        if self.check is not None:
            try:
                await self.check(url, thorough)
            except Unavailable as error:
                raise Again(str(error)) from error
            except (InputError, ModelError):
                self._away.setdefault(url, time.monotonic())
                raise
        if thorough:
            self._away.pop(url, None)
            self.lost.pop(url, None)
            self._pauses.pop(url, None)

    def _lost(self, url: str, error: Exception, started: float) -> None:
        """A try has failed: pause, longer each time and randomly so that not all return at once, or give up."""
        self.on_trouble()
        now = time.monotonic()
        self.lost[url] = why(error)
        away = now - self._away.setdefault(url, now)
        left = started + self._settings.patience - now
        asked = error.wait if isinstance(error, Again) else 0.0
        if (left <= 0 or asked > left) and all(url in self._away for url in self.urls):
            raise ModelError(
                f"{url} has not answered for {now - started:.0f} seconds ({why(error)}): what was played is kept; "
                "the same command goes on when it answers again (--patience waits longer)"
            ) from error
        pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, away / 2)) * random.uniform(0.5, 1.0)
        self._pauses[url] = now + max(asked, min(pause, left) if left > 0 else pause)
