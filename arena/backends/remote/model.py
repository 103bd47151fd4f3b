"""What makes the client of a server a language model, whatever kind of server it is.

The server computes the distributions, of which the next tokens are drawn here. What is sent for the requests of many
matches is in asking.py.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from arena.backends.base import Capability, Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.remote.answers import Generated
from arena.backends.remote.asking import Asking
from arena.backends.remote.kinds import Kind
from arena.backends.remote.transport import Transport
from arena.backends.remote.watch import Watch
from arena.backends.requests import check_request, check_score
from arena.backends.server import ServerSettings
from arena.errors import InputError, ModelError


class Spelling(Protocol):
    """The tokenizer of a served model, wherever it runs."""

    vocabulary: Vocabulary

    @property
    def ended(self) -> bool:
        """Whether it can't be asked any more."""
        ...

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        ...

    async def close(self) -> None:
        """Free everything."""
        ...


class ServedModel(ABC):
    """A language model on one or several servers. A kind of server says how they are asked, and which settings'
    distributions they tell."""

    kind: ClassVar[str]  # what such a server is called
    capabilities: frozenset[Capability]

    def __init__(
        self, name: str, build: str, context: int, spelling: Spelling, transport: Transport, settings: ServerSettings
    ) -> None:
        self.name = name
        self.build = build
        self.context = context
        self.vocabulary = spelling.vocabulary
        self._spelling = spelling
        self._transport = transport
        self._patience = settings.patience
        self._asking = Asking(spelling.vocabulary, self._ask, transport, settings, self._tells)
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    @abstractmethod
    async def _ask(self, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """Have a server answer prompts of one kind. Raises ModelError if it stays away or can't be believed."""

    @abstractmethod
    def _tells(self, sampling: Sampling) -> bool:
        """Whether the servers tell the distribution under a setting."""

    @abstractmethod
    def check(self, sampling: Sampling) -> None:
        """Raise InputError for a setting whose distribution the servers can't give."""

    def watch(self, tell: Callable[[str], None]) -> None:
        """From now on, tell a person when a server stays away."""
        servers = self._transport
        watch = Watch(servers.unanswered, servers.lost, servers.alive, self._patience, tell)
        self._watching = asyncio.create_task(watch.run())

    @property
    def ended(self) -> bool:
        """Whether it was closed, or its tokenizer's process has ended."""
        return self._closed or self._spelling.ended

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        return await self._spelling.tokenize(text, specials)

    async def complete(self, request: Request) -> Completion:
        """Answer one request; others can wait at the same time. Raises ModelError if the server stays away."""
        self._refuse_if_closed()
        if request.further:
            raise InputError(
                f"{self.name}: {self.kind} gives a distribution under one setting only: use another backend"
            )
        check_request(self, request)
        if request.wanted or request.top:  # answers alone a server can draw under any setting
            self.check(request.sampling)
        elif request.draw is None:
            return Completion((), (), None, ())
        return await self._asking.complete(request)

    async def score(self, tokens: Sequence[int]) -> Scores:
        """The log-probability of every token but the first. Raises ModelError if the server stays away."""
        self._refuse_if_closed()
        check_score(self, tokens)
        return await self._asking.score(tuple(tokens))

    def _refuse_cuts(self, sampling: Sampling) -> None:
        """Raise InputError for a setting that leaves out tokens."""
        for name, cuts, off in (("top-p", sampling.top_p < 1.0, 1), ("min-p", sampling.min_p > 0.0, 0)):
            if cuts:
                raise InputError(
                    f"{self.name}: {self.kind} doesn't give the distribution after {name}, so the adversary can't be "
                    f"shown what is played: use {name} {off}, or a backend on this machine"
                )

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ModelError(f"{self.name} was closed")

    async def work(self) -> Work:
        """What has been done since connecting, according to the servers."""
        return self._asking.work

    async def close(self) -> None:
        """Close the connections and end the tokenizer."""
        self._closed = True
        if self._watching:
            self._watching.cancel()
        await self._asking.close()
        await self._spelling.close()
        await self._transport.close()
