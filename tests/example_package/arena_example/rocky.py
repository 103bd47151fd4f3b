"""A backend whose only model always says rock: `llm:rocky:ANYTHING`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from arena.backends.backend import Identity, Running
from arena.backends.base import Capability, Completion, LanguageModel, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.weights.catalog import ModelEntry
from arena.records import Sample, TokenProbability

WORDS = ["<end>", " rock", *(chr(code) for code in range(32, 127)), "\n"]
ROCK = WORDS.index(" rock")


class RockyModel:
    build, ended, context = "rocky 1.0", False, 10_000
    capabilities: frozenset[Capability] = frozenset({Capability.NAMED, Capability.SEEDED})
    vocabulary = Vocabulary(tuple(word.encode() for word in WORDS), {"<end>": 0}, None, frozenset({0}))

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, sampling: Sampling) -> None:
        """It is as sure as can be under every sampling."""

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        found = []
        while text:
            word = max((word for word in WORDS[1:] if text.startswith(word)), key=len)
            found.append(WORDS.index(word))
            text = text[len(word) :]
        return tuple(found)

    async def complete(self, request: Request) -> Completion:
        answers = (Sample(" rock", (ROCK,), "move"),) if request.draw else ()
        logprobs = tuple(0.0 if token == ROCK else -math.inf for token in request.wanted)
        return Completion(logprobs, (TokenProbability(ROCK, 0.0),)[: request.top], None, answers)

    async def score(self, tokens: Sequence[int]) -> Scores:
        return Scores(tuple(0.0 if token == ROCK else -math.inf for token in tokens[1:]))

    async def work(self) -> Work:
        return Work()

    async def close(self) -> None:
        """It holds nothing."""


class _Rocky:
    name, extra, unverified, takes_repositories = "rocky", "", "it is made of code", False

    def state(self, entry: ModelEntry) -> str:
        return "ready"

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        raise NotImplementedError

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        return Identity(f"rocky:{entry.place}", f"rocky:{entry.place}")

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        return RockyModel(entry.name)


Rocky = _Rocky()
