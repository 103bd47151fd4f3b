"""A model on vLLM servers: how it is connected, and the checks that a server still serves the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from arena.backends.base import Capability, Sampling
from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.remote.answers import Generated, letters
from arena.backends.remote.kinds import PROBE, Kind
from arena.backends.remote.model import ServedModel
from arena.backends.remote.refusals import serves_another
from arena.backends.remote.sending import to, to_any
from arena.backends.remote.tokenizer import served_tokenizer
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings
from arena.backends.vllm import said
from arena.backends.vllm.asks import PATH, Asks, Tells
from arena.backends.vllm.info import EXAMPLE, Served, addresses
from arena.backends.vllm.refusals import spells_differently
from arena.backends.vllm.trial import tried
from arena.backends.vllm.wire import tokens
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError

_MOST_SPELLED = 1 << 20  # bytes of the answer that shows how a server spells a text


class VLLM(ServedModel):
    """A language model on one or several vLLM servers. Make it with `VLLM.connect`."""

    kind = "vLLM"

    def __init__(
        self,
        name: str,
        served: Served,
        tokenizer: TokenizerProcess,
        transport: Transport,
        settings: ServerSettings,
        tells: Tells,
    ) -> None:
        super().__init__(name, served.build, served.context, tokenizer, transport, settings)
        # no entropy: a server returns only the tokens asked for; not seeded: it draws the unlikely tokens itself
        self.capabilities = frozenset({Capability.SCORE, *([Capability.NAMED] if tells.named else [])})
        self._served = served
        self._asks = Asks(len(tokenizer.vocabulary.pieces), served.model.id, tells)
        self._send = to_any(transport, PATH)
        self._probe: tuple[int, ...] = ()

    @classmethod
    async def connect(
        cls, name: str, entry: ModelEntry, settings: ServerSettings, tell: Callable[[str], None] = lambda line: None
    ) -> VLLM:
        """Ask the servers what they serve, and try out what they can tell. `tell` gets what a person should know, now
        or later.

        Raises ModelError for servers that don't answer within `START_SECONDS`, InputError for anything but vLLM.
        """
        urls, model = addresses(entry.place)
        transport, tokenizer = said.transport(urls, settings), None
        try:
            served = await said.served(transport, model)
            tokenizer = await served_tokenizer(name, served.place, entry.repository, EXAMPLE)
            vocabulary = tokenizer.vocabulary
            specials = set(vocabulary.specials.values())
            for url in urls:
                probe = await _spelled(transport, url, served)
                known = all(0 <= token < len(vocabulary.pieces) for token in probe)
                own = vocabulary.text([token for token in probe if token not in specials]) if known else ""
                if letters(own) != letters(PROBE):
                    raise spells_differently(url, served.place)
            size = len(vocabulary.pieces)
            ways = {await tried(to(transport, url, PATH), size, served.model.id, probe) for url in urls}
            if len(ways) > 1:
                raise InputError(f"{', '.join(urls)}: start all of them in the same version, with the same options")
            found = cls(name, served, tokenizer, transport, settings, ways.pop())
            found._probe = probe
        except BaseException:
            if tokenizer:
                await tokenizer.close()
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
                f"{self.name}: this server gives raw log-probabilities, not those at temperature "
                f"{sampling.temperature:g}: start it with --logprobs-mode processed_logprobs"
            )

    def _tells(self, sampling: Sampling) -> bool:
        return not sampling.cuts and (sampling.temperature == 1.0 or not self._asks.tells.raw)

    async def _ask(self, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        return await self._asks.ask(self._send, kind, prompts)

    async def _check(self, url: str, thorough: bool) -> None:
        """Raise ModelError if the server's model, or after a loss what it can tell, has changed."""
        before, servers = self._served, self._transport
        now = await said.served_at(servers, url, before.model.id)
        if now.identity != before.identity:
            raise serves_another(url, now.identity, before.identity)
        if thorough:
            asks = self._asks
            same = await _spelled(servers, url, now) == self._probe
            if not same or await tried(to(servers, url, PATH), asks.size, asks.name, self._probe) != asks.tells:
                raise ModelError(f"{url} was started again as another server: start it as it was before")


async def _spelled(servers: Transport, url: str, served: Served) -> tuple[int, ...]:
    """The tokens in which a server spells a text."""
    body = {"model": served.model.id, "prompt": PROBE, "add_special_tokens": False}
    return await servers.once(url, "/tokenize", body, _MOST_SPELLED, tokens)
