"""A model on an SGLang server: the server computes the distributions, of which the next tokens are drawn here.

What is sent for the requests of many matches is in asking.py; here is what makes a client a language model, and the
checks that a server still serves the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from arena.backends.base import Capability, Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.requests import check_request, check_score
from arena.backends.server import ServerSettings
from arena.backends.sglang.asking import Asking
from arena.backends.sglang.info import Served, addresses, one_model
from arena.backends.sglang.kinds import Kind, body, spelling_body
from arena.backends.sglang.serving.plan import RAW_VARIABLE
from arena.backends.sglang.tokenizer import served_tokenizer
from arena.backends.sglang.transport import Transport
from arena.backends.sglang.watch import Watch
from arena.backends.sglang.wire import Reader
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError

_MOST_SPELLED = 1 << 20  # bytes of the answer that shows how a server spells a text
_SAME = 1e-2  # log-probabilities at two temperatures are raw if they differ by less


class SGLang:
    """A language model on one or several servers, or behind a router. Make it with `SGLang.connect`."""

    # no entropy: a server returns only the tokens asked for; not seeded: it draws the unlikely tokens itself
    capabilities = frozenset({Capability.SCORE})

    def __init__(
        self, name: str, served: Served, tokenizer: TokenizerProcess, transport: Transport, settings: ServerSettings
    ) -> None:
        self.name = name
        self.build = served.build
        self.vocabulary: Vocabulary = tokenizer.vocabulary
        self.context = served.server.max_req_input_len or 1 << 20
        self._tokenizer = tokenizer
        self._served = served
        self._reader = Reader(tokenizer.vocabulary, served.model.weight_version)
        self._transport = transport
        self._raw = True
        self._asking = Asking(tokenizer.vocabulary, self._reader, transport, settings, self._tells)
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def connect(
        cls, name: str, entry: ModelEntry, settings: ServerSettings, tell: Callable[[str], None] = lambda line: None
    ) -> SGLang:
        """Ask the servers what they serve, and how they count. `tell` gets what a person should know, now or later.

        Raises ModelError for servers that don't answer within `START_SECONDS`, InputError for anything but SGLang
        servers.
        """
        urls = addresses(entry.place)
        transport, tokenizer = Transport(urls, settings), None
        try:
            served = one_model(urls, await asyncio.gather(*(transport.served(url) for url in urls)))
            tokenizer = await served_tokenizer(name, served, entry.repository)
            model = cls(name, served, tokenizer, transport, settings)
            for url in urls:
                await model._check_spelling(url)
            ways = {await model._gives_raw(url) for url in urls}
            if len(ways) > 1:
                raise InputError(f"{', '.join(urls)}: start all of them with the same {RAW_VARIABLE}")
            (model._raw,) = ways
        except BaseException:
            if tokenizer:
                await tokenizer.close()
            await transport.close()
            raise
        transport.check = model._check
        watch = Watch(transport.unanswered, transport.lost, transport.alive, settings.patience, tell)
        model._watching = asyncio.create_task(watch.run())
        return model

    @property
    def ended(self) -> bool:
        """Whether it was closed, or its tokenizer's process has ended."""
        return self._closed or self._tokenizer.ended

    def check(self, sampling: Sampling) -> None:
        """Raise InputError for a setting whose distribution this server can't give.

        Its log-probabilities are either raw or those after temperature, depending on how it was started, and never
        those after top-p or min-p; from raw ones the normaliser at another temperature can't be known.
        """
        for name, cuts, off in (("top-p", sampling.top_p < 1.0, 1), ("min-p", sampling.min_p > 0.0, 0)):
            if cuts:
                raise InputError(
                    f"{self.name}: SGLang doesn't give the distribution after {name}, so the adversary can't be shown "
                    f"what is played: use {name} {off}, or a backend on this machine"
                )
        if sampling.temperature != 1.0 and self._raw:
            raise InputError(
                f"{self.name}: this server gives raw log-probabilities, not those at temperature "
                f"{sampling.temperature:g}: start it with {RAW_VARIABLE}=0 in its environment"
            )

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        return await self._tokenizer.tokenize(text, specials)

    def _tells(self, sampling: Sampling) -> bool:
        """Whether the servers tell the distribution under a setting."""
        return not sampling.cuts and (sampling.temperature == 1.0 or not self._raw)

    async def complete(self, request: Request) -> Completion:
        """Answer one request; others can wait at the same time. Raises ModelError if the server stays away."""
        self._refuse_if_closed()
        if request.further:
            raise InputError(f"{self.name}: SGLang gives a distribution under one setting only: use another backend")
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

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ModelError(f"{self.name} was closed")

    async def _gives_raw(self, url: str) -> bool:
        """Whether a server's log-probabilities are raw, which one prompt at two temperatures shows."""
        tokens = await self._tokenizer.tokenize("The first of them is", False)
        wanted = tuple(dict.fromkeys(await self._tokenizer.tokenize(" a the one", False)))
        one, two = [await self._told(url, tokens, Kind(Sampling(at), 1, wanted)) for at in (1.0, 2.0)]
        return max(abs(a - b) for a, b in zip(one, two, strict=True)) < _SAME

    async def _told(self, url: str, tokens: tuple[int, ...], kind: Kind) -> tuple[float, ...]:
        """One prompt's log-probabilities from one server, asked once."""
        read, most = (lambda data: self._reader.answers(kind, [tokens], data)), kind.most_bytes([tokens])
        (found,) = await self._transport.once(url, body(kind, [tokens]), most, read)
        return found.numbers.logprobs

    async def _check_spelling(self, url: str) -> None:
        """Raise InputError for a server whose tokens don't mean the same as in the tokenizer that is read here."""
        if not await self._transport.once(url, spelling_body(), _MOST_SPELLED, self._reader.spells_alike):
            raise InputError(
                f"the server at {url} spells text in different tokens from the tokenizer of "
                f"{self._served.model.tokenizer_path} that is read here: start it with the model's own tokenizer"
            )

    async def _check(self, url: str, thorough: bool) -> None:
        """Raise ModelError if the server's model, or after a loss its kind of log-probabilities, has changed."""
        before = self._served
        now = await self._transport.served(url) if thorough else Served(await self._transport.model(url), before.server)
        if now.identity != before.identity:
            raise ModelError(
                f"{url} serves {now.identity} now, and {before.identity} before: "
                "start the same model again, and then the same command"
            )
        if thorough:
            await self._check_spelling(url)
            if await self._gives_raw(url) != self._raw:
                raise ModelError(f"{url} was started again with another {RAW_VARIABLE}: start it as it was before")

    async def work(self) -> Work:
        """What has been done since connecting, according to the servers."""
        return self._asking.work

    async def close(self) -> None:
        """Close the connections and end the tokenizer's process."""
        self._closed = True
        if self._watching:
            self._watching.cancel()
        await self._asking.close()
        await self._tokenizer.close()
        await self._transport.close()
