"""Talking to a child process: each request goes out with a number, and its answer goes to whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from arena.backends.local import messages
from arena.backends.local.child import describe, end, last_words
from arena.errors import ModelError

WORKER: Final = "arena.backends.local.worker"  # the module that a child runs

_AT_ONCE: Final = 2**18  # bytes to read

Tell = Callable[[str], None]


class Channel:
    """The conversation with a child that has loaded. `name` is what it runs; `tell` gets its notices."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, tell: Tell) -> None:
        self._name = name
        self._process = process
        self._log = log
        self._tell = tell
        self._next = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._failure: ModelError | None = None
        self._closing = False
        self._unsent = b""
        self._reader = asyncio.create_task(self._read(), name=f"worker of {name}")

    @property
    def ended(self) -> bool:
        """Whether the child has ended, so that nothing can be asked any more."""
        return self._failure is not None

    async def ask(self, message: Callable[[int], messages.ToWorker]) -> Any:
        """Make a message with its number, send it, and wait for the answer. Raises ModelError if the child ends."""
        if self._failure is not None:
            raise self._failure
        self._next += 1
        number = self._next
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send(message(number))
            return await future
        except ConnectionError:
            return await future  # the reader has seen the end, or is about to, and reports why
        except asyncio.CancelledError:
            if not self._closing and self._failure is None:
                with contextlib.suppress(ConnectionError, RuntimeError):
                    self._later(messages.Cancel(number))
            raise
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """End the child at once: nothing would be lost."""
        self._closing = True
        await end(self._process)
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        if self._failure is None:
            self._log.unlink(missing_ok=True)

    async def _send(self, message: messages.ToWorker) -> None:
        """Send a message. Raises ConnectionError if the child has closed its input."""
        self._later(message)
        assert self._process.stdin is not None
        await self._process.stdin.drain()

    def _later(self, message: messages.ToWorker) -> None:
        """Send a message together with others that are sent before the event loop's next turn: a pipe costs more than
        a message, and several hundred matches often go on at once."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent += messages.frame(message)

    def _flush(self) -> None:
        data, self._unsent = self._unsent, b""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError, RuntimeError):  # the reader reports that the child has ended
            self._process.stdin.write(data)

    async def _read(self) -> None:
        """Hand every answer to whoever waits for it; when the child ends, tell all who wait why."""
        try:
            async for message in _received(self._process):
                if isinstance(message, messages.Answer):
                    future = self._waiting.get(message.id)
                    if future is not None and not future.done():
                        future.set_result(message.answer)
                elif isinstance(message, messages.Notice):
                    self._tell(f"{self._name} {message.line}")
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError):
            code = await self._process.wait()
            if not self._closing:
                how = f"{describe(code)}; its log is {self._log}{last_words(self._log)}"
                self._failure = ModelError(f"the worker of {self._name} ended: {how}")
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(self._failure or ModelError(f"{self._name} was closed"))


async def send(process: asyncio.subprocess.Process, message: messages.ToWorker) -> None:
    """Write a message. Raises ConnectionError if the child has closed its input."""
    assert process.stdin is not None
    process.stdin.write(messages.frame(message))
    await process.stdin.drain()


async def _received(process: asyncio.subprocess.Process) -> AsyncIterator[messages.FromWorker]:
    """The messages that come from now on. Raises asyncio.IncompleteReadError when the child has closed its output."""
    assert process.stdout is not None
    frames = messages.Frames()
    while data := await process.stdout.read(_AT_ONCE):
        for body in frames.add(data):
            yield messages.decode_from_worker(body)
    raise asyncio.IncompleteReadError(b"", messages.HEADER)


async def receive(process: asyncio.subprocess.Process) -> messages.FromWorker:
    """The next message. Raises asyncio.IncompleteReadError if the child has closed its output."""
    assert process.stdout is not None
    header = await process.stdout.readexactly(messages.HEADER)
    return messages.decode_from_worker(await process.stdout.readexactly(messages.body_length(header)))
