"""A language model small enough to be checked: its next-token weights are a function of the text so far."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from arena.backends.backend import Identity
from arena.backends.base import Capability, Completion, LanguageModel, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.distribution import Distribution, Logits
from arena.backends.loading import Models
from arena.backends.stopping import answer, ending
from arena.backends.weights.catalog import ModelEntry
from arena.errors import ModelError
from arena.randomness import stream, uniforms
from arena.records import Sample

Weights = Callable[[str], Mapping[str, float]]

_CHARACTERS = [chr(code) for code in range(32, 127)] + ["\n"]
_WORDS = [f"{space}{word}" for word in ("rock", "Rock", "paper", "scissors", "sc", "Ann", "Bob") for space in ("", " ")]
PIECES = (*_CHARACTERS, *_WORDS, "<bos>", "<end>")
VOCABULARY = Vocabulary(
    pieces=tuple(piece.encode() for piece in PIECES),
    specials={"<bos>": len(PIECES) - 2, "<end>": len(PIECES) - 1},
    bos=len(PIECES) - 2,
    ends=frozenset({len(PIECES) - 1}),
)


def tokenize(text: str) -> tuple[int, ...]:
    """A text's tokens: always the longest ordinary piece next."""
    ordinary = PIECES[:-2]
    tokens = []
    while text:
        piece = max((piece for piece in ordinary if text.startswith(piece)), key=len)
        tokens.append(PIECES.index(piece))
        text = text[len(piece) :]
    return tuple(tokens)


def always(**weights: float) -> Weights:
    """The same weights after any text, by piece; an underscore means a leading space."""
    table = {piece.replace("_", " "): weight for piece, weight in weights.items()}
    return lambda text: table


def by_length(text: str) -> Mapping[str, float]:
    """Weights that differ with every history; some answers aren't moves."""
    size = len(text)
    return {
        " rock": 1 + size % 7,
        " paper": 1 + size % 5,
        " scissors": 1 + size % 3,
        " sc": 1.0,
        " Bob": 1.0,
        "\n": 0.5,
        "<end>": 0.5,
    }


class TableModel:
    """A `LanguageModel`. `asked` are the texts of all prompts; after `fails_after` of them it fails."""

    name = "table"
    build = "a table"
    ended = False
    vocabulary = VOCABULARY
    capabilities = frozenset(Capability)

    def __init__(self, weights: Weights = by_length, context: int = 4096, fails_after: int | None = None) -> None:
        self._weights = weights
        self._fails_after = fails_after
        self.context = context
        self.asked: list[str] = []
        self.requests: list[Request] = []

    def distribution(self, tokens: tuple[int, ...], request: Request) -> Distribution:
        """The weights of the next token after these."""
        return self._row(tokens).under(request.sampling)

    def _row(self, tokens: tuple[int, ...]) -> Logits:
        weights = self._weights(VOCABULARY.text(tokens))
        row = np.full(len(PIECES), -np.inf, dtype=np.float32)
        for piece, weight in weights.items():
            row[PIECES.index(piece)] = np.log(np.float32(weight))
        return Logits(row)

    def check(self, sampling: Sampling) -> None:
        """Refuse nothing: this model can give any distribution."""

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        assert not specials
        return tokenize(text)

    async def complete(self, request: Request) -> Completion:
        await asyncio.sleep(0)
        if self._fails_after is not None and len(self.asked) >= self._fails_after:
            raise ModelError("the table is broken")
        self.asked.append(VOCABULARY.text(request.tokens))
        self.requests.append(request)
        first = self.distribution(request.tokens, request)
        answers: list[Sample] = []
        for attempt in range(request.draw.attempts if request.draw else 0):
            assert request.draw is not None
            answers.append(self._answer(request, stream(request.draw.name, attempt)))
            if answers[-1].ended == "move":
                break
        further = tuple(self._row(request.tokens).numbers(setting, request.wanted) for setting in request.further)
        numbers = first.logprobs(request.wanted), first.top(request.top), first.entropy()
        return Completion(*numbers, tuple(answers), further)

    async def score(self, tokens: Sequence[int]) -> Scores:
        await asyncio.sleep(0)
        return Scores(tuple(self._row(tuple(tokens[:at])).logprob(tokens[at]) for at in range(1, len(tokens))))

    def _answer(self, request: Request, name: str) -> Sample:
        tokens: tuple[int, ...] = ()
        for draw in uniforms(name, request.stop.max_tokens):
            tokens += (self.distribution(request.tokens + tokens, request).draw(float(draw)),)
            ended = ending(request.stop, VOCABULARY, tokens)
            if ended is not None:
                return answer(VOCABULARY, tokens, ended)
        raise AssertionError("an answer ends at the token limit at the latest")

    async def work(self) -> Work:
        return Work(prompts=len(self.asked))

    async def close(self) -> None:
        pass


class TableModels(Models):
    """`llm:NAME` is the table model, whatever the name."""

    identity = Identity("the table", "the table")

    def __init__(self, model: TableModel | None = None) -> None:
        super().__init__()
        self.model = model or TableModel()

    @staticmethod
    def entry(name: str) -> ModelEntry:
        return ModelEntry("table", style="base", format="none", name=name)

    async def identify(self, name: str) -> Identity:
        return self.identity

    async def get(self, name: str) -> LanguageModel:
        return self.model
