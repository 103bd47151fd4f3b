"""A run in which models predict documents: every document's bits under every model, stored document by document.

A model sees a document as it is, with BOS before it if its tokenizer adds one; or, if a request is given, as the answer
to that request in the model's own format. What stands before the document stands before each of its windows.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from arena.agents.agent import AgentSpec
from arena.agents.encoding import encode, read
from arena.agents.spec import parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.base import Capability, LanguageModel
from arena.backends.loading import Models
from arena.concurrency import together
from arena.errors import CapabilityError, InputError, UsageError
from arena.experiments.cost import Amount, Cost, estimated_tokens
from arena.experiments.experiment import Event, Experiment, Observer, Plan, Spec, counted
from arena.experiments.past import Shown
from arena.experiments.prediction.documents import Document, Documents, read_documents, shipped_documents
from arena.experiments.prediction.predicted import EXPERIMENT, PREFIX, Predicted
from arena.experiments.prediction.windows import Window, windows
from arena.randomness import stream
from arena.records import Prompt
from arena.store.rows import Asked, CellSpec, RunRow, RunSpec, Unit
from arena.store.saving import saving
from arena.store.writer import RunWriter

_AT_ONCE: Final = 32  # documents that wait for a model

Tokens = Annotated[int, msgspec.Meta(ge=1, le=2**20)]


class PerplexitySpec(Spec, frozen=True, kw_only=True):
    """Every subject, a language model, predicts the documents at a path (`read_documents`), or those that come with
    Arena, through windows of `window` tokens, each `stride` tokens further than the one before. With a `request`, they
    are answers to it, in `format`."""

    documents: str = ""
    column: str = "text"
    window: Tokens = 1024
    stride: Tokens = 512
    request: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class PerplexityCell:
    """A grid square: a model and all documents."""

    subject: AgentSpec
    spec: CellSpec
    documents: Documents
    request: str | None
    format: str

    @property
    def title(self) -> str:
        """Who predicts what, in one line."""
        return f"{self.subject.text} · {self.spec.what}"

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.subject.argument

    @property
    def models(self) -> tuple[str, ...]:
        """The same, in the form that all cells share."""
        return (self.model,)

    async def before(self, model: LanguageModel) -> Prompt:
        """What stands before a document. Raises InputError for a format that the model doesn't have."""
        if self.request is not None:
            return await read(model, self.format, self.request, "")
        return Prompt("", await encode(model, ()))


@dataclass(frozen=True, slots=True)
class DocumentPredicted(Event):
    """A document was read to its end."""

    name: str

    @property
    def done(self) -> int:
        return 1


class Perplexity(Plan):
    """Every document, by each model."""

    experiment = EXPERIMENT
    steps = "documents"
    unit = Unit.ANSWER
    in_order = True
    cells: Sequence[PerplexityCell]

    def __init__(self, cells: Sequence[PerplexityCell], spec: PerplexitySpec, documents: Documents) -> None:
        self.cells, self.spec, self.documents = cells, spec, documents
        self.size, self.seed = len(documents.documents), 0  # nothing is drawn

    @property
    def settings(self) -> Mapping[str, Any]:
        said = {"documents": f"sha256:{self.documents.digest}", "window": self.spec.window, "stride": self.spec.stride}
        return said if self.spec.request is None else said | {"request": self.spec.request}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        texts = [each.text for each in self.documents.documents]
        likely = self._read([estimated_tokens(text) for text in texts])
        most = self._read([len(text.encode()) for text in texts])  # no token has less than a byte
        prompts, tokens = (Amount(one, other) for one, other in zip(likely, most, strict=True))
        return [Cost(prompts, tokens, 1.0 - shown.done(self, cell.spec)) for cell in self.cells]

    def _read(self, lengths: Sequence[int]) -> tuple[float, float]:
        """The windows over documents of so many tokens, and the tokens in them."""
        found = [each for length in lengths for each in windows(length, self.spec.window, self.spec.stride)]
        return float(len(found)), float(sum(each.end - each.start for each in found))

    async def check(self, models: Models, known: RunRow | None) -> None:
        """Load every model once before anything is stored, to refuse what it can't do and to know its build."""
        for cell in filter(self.takes, reversed(self.cells)):
            await models.close_others([cell.model])
            model = await models.get(cell.model)
            if Capability.SCORE not in model.capabilities:
                raise CapabilityError(f"{model.name}: its backend can't give the probabilities of a text")
            if self.spec.window > model.context:
                raise InputError(f"--window is {self.spec.window}, but {model.name} takes {model.context} tokens")
            before = max(1, len((await cell.before(model)).tokens))  # every token needs one before it
            if self.spec.window - before < self.spec.stride:
                raise InputError(
                    f"--window {self.spec.window} leaves {model.name} too little room for a --stride of "
                    f"{self.spec.stride}: make the window larger, or the stride smaller"
                )

    def _room(self, before: int) -> int:
        """How many tokens of a document fit a window."""
        return self.spec.window - before

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for cell in filter(self.takes, self.cells):
            await self._fill(cell, writer, models, observer)

    async def _fill(self, cell: PerplexityCell, writer: RunWriter, models: Models, observer: Observer) -> None:
        key = cell.spec.key
        known = writer.answers(key)
        observer.cell_begins(cell, len(known), self.size)
        if len(known) < self.size:
            await models.close_others([cell.model])
            model = await models.get(cell.model)
            prompt = await cell.before(model)
            if prompt.tokens:
                writer.add_prompt(key, prompt)
            bos = model.vocabulary.bos
            begins = bos is not None and prompt.tokens[:1] == (bos,)
            writer.set_finding(key, PREFIX, {"bos": begins, "tokens": len(prompt.tokens)})
            reader = _Reader(model, prompt.tokens, self._room(len(prompt.tokens)), self.spec.stride)

            async def predict(number: int, document: Document) -> None:
                found = await reader.predict(document)
                writer.add_answer(key, number, found.answer(document.name))
                observer.happens(cell, DocumentPredicted(document.name))

            async with saving(writer, key):
                missing = [each for each in enumerate(cell.documents.documents) if each[0] not in known]
                await together(predict(number, document) for number, document in missing)
        observer.cell_ends(cell)


class _Reader:
    """A model that reads documents, each through windows of `room` tokens behind the tokens `before`."""

    def __init__(self, model: LanguageModel, before: tuple[int, ...], room: int, stride: int) -> None:
        self._model, self._before, self._room, self._stride = model, before, room, stride
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def predict(self, document: Document) -> Predicted:
        """A document's numbers. Raises ModelError if the model fails."""
        async with self._places:
            tokens = await self._model.tokenize(document.text, False)
            found = [await self._nats(tokens, window) for window in windows(len(tokens), self._room, self._stride)]
        given = tokens[:1] if not self._before else ()  # without anything before it, the first token has no probability
        return Predicted(
            bits=max(0.0, math.fsum(map(math.fsum, found)) / -math.log(2)),
            tokens=len(tokens) - len(given),
            bytes=max(0, document.bytes - sum(len(self._model.vocabulary.pieces[token]) for token in given)),
            words=document.words,
            windows=len(found),
            sha256=sha256(document.text.encode()).hexdigest(),
        )

    async def _nats(self, tokens: tuple[int, ...], window: Window) -> list[float]:
        """The log-probabilities of the tokens that a window scores."""
        shown = (*self._before, *tokens[window.start : window.end])
        if len(shown) < 2:
            return []
        scores = await self._model.score(shown)
        return list(scores.logprobs[-(window.end - window.first) :])


async def plan_perplexity(spec: PerplexitySpec, models: Models) -> Perplexity:
    """The plan of documents to be predicted. Raises UsageError and InputError for what is impossible."""
    check_format(spec.format)
    if spec.stride > spec.window:
        raise UsageError(f"--stride {spec.stride} is longer than --window {spec.window}: tokens would be left out")
    if spec.format is not None and spec.request is None:
        raise UsageError("--format says how a request is put: name one with --request, or leave it out")
    documents = read_documents(Path(spec.documents), spec.column) if spec.documents else shipped_documents()
    cells = []
    for subject in dict.fromkeys(spec.subjects):
        reader = parse_agent(subject)
        if not reader.is_model:
            raise UsageError(f"{reader.text} can't predict documents: name language models, as in llm:NAME")
        asked = Asked(style="base", format="none", wording="document")
        if spec.request is not None:
            _, format_ = await style_and_format(reader.argument, "instruct", spec.format, models)
            asked = Asked(style="instruct", format=format_, wording=f"request@{_short(spec.request)}")
        what = f"documents: {documents.name}"
        key = stream(reader.text, "", what, f"{asked.style}/{asked.format}/{asked.wording}", "-")
        stored = CellSpec(key, reader.text, "", what, asked)
        cells.append(PerplexityCell(reader, stored, documents, spec.request, asked.format or "none"))
    return Perplexity(cells, spec, documents)


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "20 documents"."""
    return counted(run).replace("answer", "document")


PERPLEXITY: Final = Experiment(EXPERIMENT, PerplexitySpec, plan_perplexity, amount)
