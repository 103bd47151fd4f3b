"""The side of the worker that Arena talks to: starts it, sends requests, and tells how it ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from arena.backends.base import Capability, Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.local import messages
from arena.backends.local.child import describe, end, last_words, log_file, start
from arena.backends.local.settings import Settings
from arena.backends.requests import check_request, check_score
from arena.concurrency import aside
from arena.errors import InputError, ModelError

Tell = Callable[[str], None]


class LocalModel:
    """A language model in a worker process. Make it with `LocalModel.load`."""

    capabilities = frozenset(Capability)

    def __init__(
        self,
        name: str,
        process: asyncio.subprocess.Process,
        log: Path,
        ready: messages.Ready,
        vocabulary: Vocabulary,
        tell: Tell,
    ) -> None:
        self.name = name
        self.build = ready.build
        self.context = ready.context
        self.vocabulary = vocabulary
        self._process = process
        self._log = log
        self._tell = tell
        self._next = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._failure: ModelError | None = None
        self._closing = False
        self._reader = asyncio.create_task(self._read(), name=f"worker of {name}")

    @classmethod
    async def load(
        cls,
        name: str,
        library: str,
        place: str,
        settings: Settings | None = None,
        tell: Tell = lambda line: None,
        progress: Tell = lambda line: None,
    ) -> LocalModel:
        """Start a worker and load weights into it with a library. `tell` gets what a person should know, also later,
        and `progress` a line for each step, to be shown while it lasts.

        `library` is MODULE:CLASS, as `messages.Load` has it, and `place` what it knows the weights by: a GGUF file, a
        folder, a hub's name. Raises InputError if the library refuses them, ModelError if the worker dies, also when
        it was started again with cautious settings.
        """
        settings = (settings or Settings()).resolved()
        for attempt in (settings, msgspec.structs.replace(settings, cautious=True)):
            log = log_file(name)
            process = await start("arena.backends.local.worker", log)
            warming = False
            try:
                await _send(process, messages.Load(library, place, attempt))
                while True:
                    message = await _receive(process)
                    if isinstance(message, messages.Ready):
                        return cls(name, process, log, message, await aside(_vocabulary, message), tell)
                    if isinstance(message, messages.Loading):
                        warming = message.share >= 1
                        progress("running a first batch" if warming else f"reading weights {message.share:.0%}")
                    if isinstance(message, messages.Notice):
                        tell(f"{name} {message.line}")
                    if isinstance(message, messages.Refused):
                        raise InputError(message.sentence)
            except (asyncio.IncompleteReadError, ConnectionError):
                code = await process.wait()
                if not warming or attempt.cautious:
                    ended = f"the worker of {name} ended while it loaded ({describe(code)}); its log is {log}"
                    raise ModelError(f"{ended}{last_words(log)}") from None
                log.unlink(missing_ok=True)
                tell(f"{name}: the first batch failed ({describe(code)}); started again with cautious settings")
            except BaseException:
                await end(process)
                log.unlink(missing_ok=True)
                raise
        raise AssertionError("the second attempt either returns or raises")

    @property
    def ended(self) -> bool:
        """Whether the worker is gone, so that nothing can be asked any more."""
        return self._failure is not None

    def check(self, sampling: Sampling) -> None:
        """Every setting can be given: the distribution is computed here."""

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        tokens: tuple[int, ...] = await self._call(lambda number: messages.Tokenize(number, text, specials))
        return tokens

    async def complete(self, request: Request) -> Completion:
        """Answer one request; others wait beside it. Raises ModelError if the worker ends, InputError for a prompt
        that can't be evaluated."""
        check_request(self, request)
        completion: Completion = await self._call(lambda number: messages.Complete(number, request))
        return completion

    async def score(self, tokens: Sequence[int]) -> Scores:
        """The log-probability of every token but the first. The worker does nothing else meanwhile. Raises ModelError
        if it ends, InputError for a text that can't be evaluated."""
        check_score(self, tokens)
        scores: Scores = await self._call(lambda number: messages.Score(number, tuple(tokens)))
        return scores

    async def work(self) -> Work:
        """What was done since loading."""
        work: Work = await self._call(messages.AskWork)
        return work

    async def close(self) -> None:
        """End the worker at once: it holds nothing that would be lost."""
        self._closing = True
        await end(self._process)
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        if self._failure is None:
            self._log.unlink(missing_ok=True)

    async def _call(self, message: Callable[[int], messages.ToWorker]) -> Any:
        if self._failure is not None:
            raise self._failure
        self._next += 1
        number = self._next
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await _send(self._process, message(number))
            return await future
        except ConnectionError:
            return await future  # the reader has seen the end, or is about to, and says why
        except asyncio.CancelledError:
            if not self._closing and self._failure is None:
                with contextlib.suppress(ConnectionError, RuntimeError):
                    assert self._process.stdin is not None
                    self._process.stdin.write(messages.frame(messages.Cancel(number)))
            raise
        finally:
            self._waiting.pop(number, None)

    async def _read(self) -> None:
        """Hand every answer to the one who waits for it; at the end, tell everybody why."""
        try:
            while True:
                message = await _receive(self._process)
                if isinstance(message, messages.Answer):
                    future = self._waiting.get(message.id)
                    if future is not None and not future.done():
                        future.set_result(message.answer)
                elif isinstance(message, messages.Notice):
                    self._tell(f"{self.name} {message.line}")
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError):
            code = await self._process.wait()
            if not self._closing:
                how = f"{describe(code)}; its log is {self._log}{last_words(self._log)}"
                self._failure = ModelError(f"the worker of {self.name} ended: {how}")
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(self._failure or ModelError(f"{self.name} was closed"))


def _vocabulary(ready: messages.Ready) -> Vocabulary:
    return replace(ready.vocabulary, pieces=messages.split(ready.pieces, ready.lengths))


async def _send(process: asyncio.subprocess.Process, message: messages.ToWorker) -> None:
    assert process.stdin is not None
    process.stdin.write(messages.frame(message))
    await process.stdin.drain()


async def _receive(process: asyncio.subprocess.Process) -> messages.FromWorker:
    assert process.stdout is not None
    header = await process.stdout.readexactly(messages.HEADER)
    return messages.decode_from_worker(await process.stdout.readexactly(messages.body_length(header)))
