"""A model on SGLang servers: how they are asked, and the checks that a server still serves the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from arena.backends.base import Capability, Sampling
from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.remote.addresses import one_model
from arena.backends.remote.answers import Forgot, Generated
from arena.backends.remote.kinds import Kind
from arena.backends.remote.model import ServedModel
from arena.backends.remote.refusals import serves_another
from arena.backends.remote.tokenizer import served_tokenizer
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings
from arena.backends.sglang import said
from arena.backends.sglang.beyond import draws, whole
from arena.backends.sglang.bodies import PATH, body, spelling_body
from arena.backends.sglang.info import EXAMPLE, Served, addresses
from arena.backends.sglang.serving.plan import RAW_VARIABLE
from arena.backends.sglang.wire import Reader
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError

_MOST_SPELLED = 1 << 20  # bytes of the answer that shows how a server spells a text
_SAME = 1e-2  # log-probabilities at two temperatures are raw if they differ by less


class SGLang(ServedModel):
    """A language model on one or several servers, or behind a router. Make it with `SGLang.connect`."""

    kind = "SGLang"
    # no entropy: a server returns only the tokens asked for; not seeded: it draws the unlikely tokens itself
    capabilities = frozenset({Capability.NAMED, Capability.SCORE})

    def __init__(
        self, name: str, served: Served, tokenizer: TokenizerProcess, transport: Transport, settings: ServerSettings
    ) -> None:
        context = served.server.max_req_input_len or 1 << 20
        super().__init__(name, served.build, context, tokenizer, transport, settings)
        self._served = served
        self._reader = Reader(tokenizer.vocabulary, served.model.weight_version)
        self._raw = True
        self._forgets = False  # whether tokens that were excluded have been drawn
        self._chance = np.random.default_rng()

    @classmethod
    async def connect(
        cls, name: str, entry: ModelEntry, settings: ServerSettings, tell: Callable[[str], None] = lambda line: None
    ) -> SGLang:
        """Ask the servers what they serve, and how they count. `tell` gets what a person should know, now or later.

        Raises ModelError for servers that don't answer within `START_SECONDS`, InputError for anything but SGLang
        servers.
        """
        urls = addresses(entry.place)
        transport, tokenizer = said.transport(urls, settings), None
        try:
            served = one_model(urls, await asyncio.gather(*(said.served(transport, url) for url in urls)))
            tokenizer = await served_tokenizer(name, served.model.tokenizer_path, entry.repository, EXAMPLE)
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
        model.watch(tell)
        return model

    def check(self, sampling: Sampling) -> None:
        """Raise InputError for a setting whose distribution this server can't give.

        Its log-probabilities are either raw or those after temperature, depending on how it was started, and never
        those after top-p or min-p; from raw ones the normaliser at another temperature can't be known.
        """
        self._refuse_cuts(sampling)
        if sampling.temperature != 1.0 and self._raw:
            raise InputError(
                f"{self.name}: this server gives raw log-probabilities, not those at temperature "
                f"{sampling.temperature:g}: start it with {RAW_VARIABLE}=0 in its environment"
            )

    def _tells(self, sampling: Sampling) -> bool:
        """Whether the servers tell the distribution under a setting."""
        return not sampling.cuts and (sampling.temperature == 1.0 or not self._raw)

    async def _ask(self, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """Have a server answer prompts of one kind."""
        if not (kind.without and self._forgets):
            found = await self._post(kind, prompts)
            if found is not None:
                return found
            self._forgets = True
        (prompt,) = set(prompts)
        row = await self._post(whole(kind.sampling, len(self.vocabulary.pieces)), [prompt])
        assert row is not None  # nothing was excluded
        return draws(row[0], kind.without, len(prompts), self._chance)

    async def _post(self, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated] | None:
        """A server's answers, or None if it has drawn a token that was excluded."""

        def read(data: bytes) -> list[Generated] | None:
            try:
                return self._reader.answers(kind, prompts, data)
            except Forgot:
                return None

        return await self._transport.post(PATH, body(kind, prompts), kind.most_bytes(prompts), read)

    async def _gives_raw(self, url: str) -> bool:
        """Whether a server's log-probabilities are raw, which one prompt at two temperatures shows."""
        tokens = await self.tokenize("The first of them is", False)
        wanted = tuple(dict.fromkeys(await self.tokenize(" a the one", False)))
        one, two = [await self._told(url, tokens, Kind(Sampling(at), 1, wanted)) for at in (1.0, 2.0)]
        return max(abs(a - b) for a, b in zip(one, two, strict=True)) < _SAME

    async def _told(self, url: str, tokens: tuple[int, ...], kind: Kind) -> tuple[float, ...]:
        """One prompt's log-probabilities from one server, asked once."""
        read, most = (lambda data: self._reader.answers(kind, [tokens], data)), kind.most_bytes([tokens])
        (found,) = await self._transport.once(url, PATH, body(kind, [tokens]), most, read)
        return found.numbers.logprobs

    async def _check_spelling(self, url: str) -> None:
        """Raise InputError for a server whose tokens don't mean the same as in the tokenizer that is read here."""
        if not await self._transport.once(url, PATH, spelling_body(), _MOST_SPELLED, self._reader.spells_alike):
            raise InputError(
                f"the server at {url} spells text in different tokens from the tokenizer of "
                f"{self._served.model.tokenizer_path} that is read here: start it with the model's own tokenizer"
            )

    async def _check(self, url: str, thorough: bool) -> None:
        """Raise ModelError if the server's model, or after a loss its kind of log-probabilities, has changed."""
        before = self._served
        if thorough:
            now = await said.served(self._transport, url)
        else:
            now = Served(await said.model(self._transport, url), before.server)
        if now.identity != before.identity:
            raise serves_another(url, now.identity, before.identity)
        if thorough:
            await self._check_spelling(url)
            if await self._gives_raw(url) != self._raw:
                raise ModelError(f"{url} was started again with another {RAW_VARIABLE}: start it as it was before")
