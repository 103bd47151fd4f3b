"""The side of the worker that Arena talks to: starts it, loads weights into it, and asks it as a language model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from arena.backends.base import Capability, Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.local import messages
from arena.backends.local.channel import WORKER, Channel, Tell, receive, send
from arena.backends.local.child import describe, end, last_words, log_file, start
from arena.backends.local.settings import Settings
from arena.backends.requests import check_request, check_score
from arena.concurrency import aside
from arena.errors import InputError, ModelError


class LocalModel:
    """A language model in a worker process. Make it with `LocalModel.load`."""

    capabilities = frozenset(Capability)

    def __init__(self, name: str, ready: messages.Ready, vocabulary: Vocabulary, channel: Channel) -> None:
        self.name = name
        self.build = ready.build
        self.context = ready.context
        self.vocabulary = vocabulary
        self._channel = channel

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
        """Start a worker and load weights into it with a library. `tell` gets what a person should know, even later on,
        and `progress` a line for each step, to be shown while it lasts.

        `library` is MODULE:CLASS, as in `messages.Load`, and `place` names the weights: a GGUF file, a folder, a hub's
        repository. Raises InputError if the library refuses them, ModelError if the worker dies, and dies again when
        restarted with cautious settings.
        """
        settings = (settings or Settings()).resolved()
        last = msgspec.structs.replace(settings, cautious=True, graphs=False)
        for attempt in (settings, last):
            log = log_file(name)
            process = await start(WORKER, log)
            warming = False
            try:
                await send(process, messages.Load(library, place, attempt))
                while True:
                    message = await receive(process)
                    if isinstance(message, messages.Ready):
                        vocabulary = await aside(message.spelling.vocabulary)
                        return cls(name, message, vocabulary, Channel(name, process, log, tell))
                    if isinstance(message, messages.Loading):
                        warming = message.share >= 1
                        progress("running a first batch" if warming else f"reading weights {message.share:.0%}")
                    if isinstance(message, messages.Notice):
                        tell(f"{name} {message.line}")
                    if isinstance(message, messages.Refused):
                        raise InputError(message.sentence)
            except (asyncio.IncompleteReadError, ConnectionError):
                code = await process.wait()
                if not warming or attempt is last:
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
        """Whether the worker has ended, so that nothing can be asked any more."""
        return self._channel.ended

    def check(self, sampling: Sampling) -> None:
        """Every setting is possible, because the distribution is computed here."""

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        tokens: tuple[int, ...] = await self._channel.ask(lambda number: messages.Tokenize(number, text, specials))
        return tokens

    async def complete(self, request: Request) -> Completion:
        """Answer one request; others can wait at the same time. Raises ModelError if the worker ends, InputError for a
        prompt that can't be evaluated."""
        check_request(self, request)
        completion: Completion = await self._channel.ask(lambda number: messages.Complete(number, request))
        return completion

    async def score(self, tokens: Sequence[int]) -> Scores:
        """The log-probability of every token but the first. Meanwhile the worker does nothing else. Raises ModelError
        if it ends, InputError for a text that can't be evaluated."""
        check_score(self, tokens)
        scores: Scores = await self._channel.ask(lambda number: messages.Score(number, tuple(tokens)))
        return scores

    async def work(self) -> Work:
        """What has been done since loading."""
        work: Work = await self._channel.ask(messages.AskWork)
        return work

    async def close(self) -> None:
        """End the worker at once: nothing would be lost."""
        await self._channel.close()
