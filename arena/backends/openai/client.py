"""A model on llama.cpp's servers: how it is connected, and the checks that a server still serves the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from arena.backends.base import Capability, Sampling
from arena.backends.openai import said
from arena.backends.openai.info import Served, addresses
from arena.backends.openai.llamacpp import PATH, LlamaCpp
from arena.backends.openai.refusals import ADVICE, spells_differently
from arena.backends.openai.trial import tried
from arena.backends.openai.vocabulary import ServerSpelling, tokens_at, vocabulary
from arena.backends.remote.answers import Generated, Incomplete, Untrue, letters
from arena.backends.remote.kinds import PROBE, Kind
from arena.backends.remote.model import ServedModel
from arena.backends.remote.refusals import serves_another, unbelievable
from arena.backends.remote.sending import to, to_any
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError


class OpenAI(ServedModel):
    """A language model on one or several servers that speak the OpenAI API. Make it with `OpenAI.connect`."""

    kind = "llama.cpp's server"

    def __init__(
        self,
        name: str,
        served: Served,
        spelling: ServerSpelling,
        transport: Transport,
        settings: ServerSettings,
        asks: LlamaCpp,
    ) -> None:
        # no more at once than the server has places for: the second request for a prompt then finds it in the cache
        settings = msgspec.structs.replace(settings, batch=min(settings.batch, served.props.total_slots), flights=1)
        super().__init__(name, served.build, served.context, spelling, transport, settings)
        # no scores: it doesn't tell the probabilities of a prompt's own tokens; not seeded: it draws unlikely tokens
        self.capabilities = frozenset({Capability.NAMED} if asks.is_exact else ())
        self._served = served
        self._asks = asks
        self._send = to_any(transport, PATH)
        self._probe: tuple[int, ...] = ()

    @classmethod
    async def connect(
        cls, name: str, entry: ModelEntry, settings: ServerSettings, tell: Callable[[str], None] = lambda line: None
    ) -> OpenAI:
        """Ask the servers what they serve, try out what they can tell, and read the vocabulary. `tell` gets what a
        person should know, now or later.

        Raises ModelError for servers that don't answer within `START_SECONDS`, InputError for those of another kind.
        """
        urls, model = addresses(entry.place)
        transport = said.transport(urls, settings)
        try:
            served = await said.served(transport, model)
            probe = await tokens_at(transport, urls[0], PROBE, served.size)
            asks = LlamaCpp(served.size, probe[0])
            trials = [await tried(to(transport, url, PATH), asks, probe) for url in urls]
            known = await vocabulary(transport, urls[0], served.props, trials[0].pieces, trials[0].ends)
            if letters(known.text(probe)) != letters(PROBE):
                raise spells_differently(urls[0])
            asks = replace(asks, is_exact=all(trial.is_exact for trial in trials))
            found = cls(name, served, ServerSpelling(transport, known), transport, settings, asks)
            found._probe = probe
        except BaseException:
            await transport.close()
            raise
        transport.check = found._check
        found.watch(tell)
        return found

    def check(self, sampling: Sampling) -> None:
        """Raise InputError for a setting whose distribution these servers can't give."""
        self._refuse_cuts(sampling)
        if not self._tells(sampling):
            raise InputError(
                f"{self.name}: this server tells raw log-probabilities, not those at temperature "
                f"{sampling.temperature:g}: use temperature 1, or a newer llama.cpp"
            )

    def _tells(self, sampling: Sampling) -> bool:
        return not sampling.cuts and (sampling.temperature == 1.0 or self._asks.is_exact)

    async def _ask(self, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        try:
            return await self._asks.ask(self._send, kind, prompts)
        except (Incomplete, Untrue) as error:  # of two answers that don't fit together
            raise unbelievable(" ".join(self._transport.urls), str(error), ADVICE) from error

    async def _check(self, url: str, thorough: bool) -> None:
        """Raise ModelError if the server's model, or after a loss what it can tell, has changed."""
        before, servers, name = self._served, self._transport, self._served.model.id
        if thorough:
            now = await said.served_at(servers, url, name)
        else:
            now = msgspec.structs.replace(before, model=await said.model_at(servers, url, name))
        if now.identity != before.identity:
            raise serves_another(url, now.identity, before.identity)
        if thorough:
            same = await tokens_at(servers, url, PROBE, before.size) == self._probe
            if same and self._asks.is_exact:
                same = (await tried(to(servers, url, PATH), self._asks, self._probe)).is_exact
            if not same:
                raise ModelError(f"{url} was started again as another server: start it as it was before")
