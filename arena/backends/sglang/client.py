"""A model on an SGLang server: the server computes the distributions and draws the samples.

One POST carries the prompts of many matches (batches.py). A prompt's distribution is asked for once, with the first
token of an answer; that decides most answers, and the others continue with a second request, whose prompt the server
has in its cache. Equal prompts that only need another sample are sent without asking for log-probabilities.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from arena.backends.base import Capability, Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.requests import check_request, check_score
from arena.backends.server import ServerSettings
from arena.backends.sglang.batches import Ask, Gone, Known, Queue
from arena.backends.sglang.info import Served, addresses, one_model
from arena.backends.sglang.serving.plan import RAW_VARIABLE
from arena.backends.sglang.tokenizer import served_tokenizer
from arena.backends.sglang.transport import Transport
from arena.backends.sglang.wire import Generated, Kind, Numbers, Reader, body, spelling_body
from arena.backends.stopping import answer, cut, ending
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError
from arena.records import Sample

_MOST_REMEMBERED = 8192  # distributions of prompts, in case another match asks the same later
_MOST_SPELLED = 1 << 20  # bytes of the answer that shows how a server spells a text
_SAME = 1e-2  # log-probabilities at two temperatures are raw if they differ by less


class SGLang:
    """A language model on one or several servers, or behind a router. Make it with `SGLang.connect`."""

    # no entropy: a server returns only the tokens asked for; not seeded: it makes its own draws
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
        self._settings = settings
        self._raw = True
        self._queue = Queue()
        self._waiting = asyncio.Event()
        self._numbers: OrderedDict[object, Known] = OrderedDict()
        self._pumps: list[asyncio.Task[None]] = []
        self._closed = False
        self._work = Work()

    @classmethod
    async def connect(cls, name: str, entry: ModelEntry, settings: ServerSettings) -> SGLang:
        """Ask the servers what they serve, and how they count. Raises ModelError for servers that don't answer within
        `START_SECONDS`, InputError for anything but SGLang servers."""
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
        model._pumps = [asyncio.create_task(model._pump()) for _ in range(settings.flights * len(urls))]
        return model

    @property
    def ended(self) -> bool:
        """Whether it was closed, or its tokenizer's process has ended."""
        return self._closed or self._tokenizer.ended

    def check(self, sampling: Sampling) -> None:
        """Raise InputError for a setting whose distribution this server can't give.

        Its log-probabilities are either raw or those after temperature, depending on how it was started, and never
        those after top-p; from raw ones the normaliser at another temperature can't be known.
        """
        if sampling.top_p < 1.0:
            raise InputError(
                f"{self.name}: SGLang doesn't give the distribution after top-p, so the adversary can't be shown "
                "what is played: use top-p 1, or a backend on this machine"
            )
        if sampling.temperature != 1.0 and self._raw:
            raise InputError(
                f"{self.name}: this server gives raw log-probabilities, not those at temperature "
                f"{sampling.temperature:g}: start it with {RAW_VARIABLE}=0 in its environment"
            )

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        return await self._tokenizer.tokenize(text, specials)

    async def complete(self, request: Request) -> Completion:
        """Answer one request; others can wait at the same time. Raises ModelError if the server stays away."""
        self._refuse_if_closed()
        if request.further:
            raise InputError(f"{self.name}: SGLang gives a distribution under one setting only: use another backend")
        check_request(self, request)
        if not request.wanted and not request.top:  # only answers, which the server can draw under any setting
            return Completion((), (), None, await self._answers(request, ()) if request.draw else ())
        self.check(request.sampling)
        kind = Kind(request.sampling, 1, request.wanted, request.top)
        key = (request.tokens, kind)
        first: tuple[int, ...] = ()
        known = self._numbers.get(key)
        if known is None or not known.serves(request.block):
            known = self._numbers[key] = Known(request.block, asyncio.get_running_loop().create_future())
            if len(self._numbers) > _MOST_REMEMBERED:
                self._numbers.popitem(last=False)
            told = known.told
            try:
                found = await self._ask(request.tokens, kind, request)
                told.set_result(found.numbers)
                first = found.tokens
            except BaseException as error:
                if self._numbers.get(key) is known:
                    del self._numbers[key]
                told.set_exception(error if isinstance(error, Exception) else Gone())
                told.exception()  # whoever waits gets the error; marked as seen in case nobody does
                raise
        shared = await self._shared(known.told, request, kind)
        drawn = await self._answers(request, first) if request.draw else ()
        return Completion(shared.logprobs, shared.top, None, drawn)

    async def score(self, tokens: Sequence[int]) -> Scores:
        """The log-probability of every token but the first; prompts wait meanwhile, except those of lower blocks.
        Raises ModelError if the server stays away."""
        self._refuse_if_closed()
        check_score(self, tokens)
        # a token is sampled too, as the prompt's answer
        return Scores((await self._ask(tuple(tokens), Kind(Sampling(), 1, scored=True))).scores)

    async def _shared(self, known: asyncio.Future[Numbers], request: Request, kind: Kind) -> Numbers:
        """Another request's distribution; if that request was given up, it is asked for again."""
        try:
            return await asyncio.shield(known)
        except Gone:
            return (await self._ask(request.tokens, kind, request)).numbers

    async def _answers(self, request: Request, first: tuple[int, ...]) -> tuple[Sample, ...]:
        """Answers drawn one after another until one is valid. `first` is the beginning of the first, if known."""
        assert request.draw is not None
        drawn: list[Sample] = []
        kind = Kind(request.sampling, 1)
        while len(drawn) < request.draw.attempts:
            tokens = first or (await self._ask(request.tokens, kind, request)).tokens
            first = ()
            drawn.append(await self._finish(request, tokens))
            if drawn[-1].ended == "move":
                break
        return tuple(drawn)

    async def _finish(self, request: Request, tokens: tuple[int, ...]) -> Sample:
        """Continue an answer until it has ended."""
        ended = ending(request.stop, self.vocabulary, tokens)
        if ended is not None:
            return answer(self.vocabulary, tokens, ended)
        kind = Kind(request.sampling, request.stop.max_tokens - len(tokens))
        more = await self._ask(request.tokens + tokens, kind, request)
        whole = tokens + more.tokens
        sample = cut(request.stop, self.vocabulary, whole)
        if more.was_stopped and sample.ended == "length" and len(sample.tokens) < request.stop.max_tokens:
            return answer(self.vocabulary, whole, "eos")  # ended by an end token that only the server knows
        return sample

    # --- requests ---

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ModelError(f"{self.name} was closed")

    async def _ask(self, tokens: tuple[int, ...], kind: Kind, request: Request | None = None) -> Generated:
        """Put a prompt into the queue, in its request's place, and wait for its answer."""
        self._refuse_if_closed()
        ask = Ask(tokens, kind)
        self._queue.push(ask, *((request.block, request.depth) if request else (0, 0)))
        self._waiting.set()
        return await ask.answer

    async def _pump(self) -> None:
        """Send everything that waits, as much at once as there is, and hand out the answers."""
        while True:
            await self._waiting.wait()
            await asyncio.sleep(0)  # so that matches that were answered together ask together
            batch = self._queue.batch(self._settings.batch)
            if not self._queue:
                self._waiting.clear()
            if not batch:
                continue
            try:
                for ask, found in zip(batch, await self._generate(batch), strict=True):
                    if not ask.answer.done():
                        ask.answer.set_result(found)
            except BaseException as error:  # even a bug, or cancellation: nobody may be left waiting
                for ask in batch:
                    if isinstance(error, asyncio.CancelledError):
                        ask.answer.cancel()
                    elif not ask.answer.done():
                        ask.answer.set_exception(error)
                if not isinstance(error, (InputError, ModelError)):
                    raise

    async def _generate(self, batch: Sequence[Ask]) -> list[Generated]:
        """One POST, for prompts of one kind."""
        kind = batch[0].kind
        prompts = [ask.tokens for ask in batch]
        found = await self._transport.post(
            body(kind, prompts), kind.most_bytes(prompts), lambda data: self._reader.answers(kind, prompts, data)
        )
        work = self._work
        self._work = Work(
            prompt_tokens=work.prompt_tokens + sum(one.evaluated for one in found),
            sampled_tokens=work.sampled_tokens + kind.count * len(batch),
            prompts=work.prompts + (len(batch) if kind.wanted else 0),
            batches=work.batches + 1,
        )
        return found

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
        return self._work

    async def close(self) -> None:
        """Close the connections and end the tokenizer's process."""
        self._closed = True
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        self._queue.cancel()
        await self._tokenizer.close()
        await self._transport.close()
