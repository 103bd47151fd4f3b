"""The same weights, the same prompts: all backends agree on the probabilities of moves.

SmolLM2 from its GGUF file, written out in 32 bits for all of them. llama.cpp also has the 4-bit file: as it is played,
unpacked to 32 bits, and packed. Packed, llama.cpp rounds what it multiplies weights with to 8 bits, which is all of the
difference.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.agents.agent import Past, View
from arena.backends.base import Request, StopRule
from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game
from arena.records import Policy
from benchmarks.support import dequantised
from benchmarks.support.llamacpp_server import LlamaCppServer
from benchmarks.support.sglang_server import Server, free_port
from tests.integration.backends import Subject
from tests.support.commands import GEMMA, SMOLLM2
from tests.support.vllm_server import VLLMServer

pytestmark = [pytest.mark.model, pytest.mark.slow]

PROMPTS = 50
WITHIN_32_BITS = 1e-3
WITHIN_LLAMA_CPP = 5e-3  # where the cache keeps keys in 16 bits
WITHIN_SCORES, WITHIN_LLAMA_CPP_SCORES = 2e-3, 2e-2  # in nats
TEXT = """\
The tide went out at noon and left the harbour to the gulls. Two boys sat on the wall and threw stones, one after the
other, at a bottle that nobody had come for. Rock, said the first, and paper, said the second; then they laughed, as
if a word could win. By four the water was back: grey, quick, 7 degrees cold & full of "treasure" (plastic, mostly).
They walked home along the line where the weed lies, and counted what the sea had brought: 1 shoe, 2 floats, 0 coins.
"""
MEAN_PACKED, MOST_PACKED = 0.03, 0.12


def views(game_name: str, count: int) -> list[View]:
    """Positions with up to five rounds behind them."""
    game, chance = parse_game(game_name), random.Random(game_name)
    found = []
    for number in range(count):
        history: list[Past] = []
        for _ in range(chance.randrange(6)):
            move, reply = chance.randrange(len(game.moves)), chance.randrange(len(game.replies))
            history.append(Past(move, reply, game.outcome(move, reply)))
        found.append(View(number, len(history) + 1, tuple(history), 0.5, f"parity {number}"))
    return found


def probabilities(weights: str, dtype: str = "") -> NDArray[np.float64]:
    """Of each move before renormalising, for 50 prompts of two games, one after another; shape (all moves,)."""

    async def ask() -> list[float]:
        models, found = Models(Settings(dtype=dtype)), []
        try:
            for name in ("rps", "hide-and-seek"):
                (cell,) = await plan_cells(TournamentSpec(subjects=(f"llm:{weights}",), games=(name,)), models)
                agent = await cell.subject.agent(cell.game, models)
                asked = (agent.decide(view) for view in views(name, PROMPTS // 2))
                for decision in await asyncio.gather(*asked):
                    policy = decision.policy
                    assert isinstance(policy, Policy)
                    found += [policy.mass * probability for probability in policy.probabilities]
        finally:
            await models.close()
        return found

    return np.array(asyncio.run(ask()))


@pytest.fixture(scope="module")
def reference(smollm2_folder: Path) -> NDArray[np.float64]:
    return probabilities(f"{SMOLLM2}@transformers:{smollm2_folder}")


def test_llama_cpp_as_it_is_played(reference: NDArray[np.float64]) -> None:
    found = probabilities(SMOLLM2)
    difference = np.abs(found - reference)
    print(f"llama.cpp, unpacked: {difference.max():.2g} at most, {difference.mean():.2g} in the mean")
    assert found == pytest.approx(reference, abs=WITHIN_LLAMA_CPP)


def test_llama_cpp_on_the_packed_file(reference: NDArray[np.float64]) -> None:
    found = probabilities(SMOLLM2, "stored")
    difference = np.abs(found - reference)
    most, mean, high = difference.max(), difference.mean(), np.quantile(difference, 0.95)
    print(f"llama.cpp, packed: {most:.2g} at most, {mean:.2g} in the mean, 95% below {high:.2g}")
    assert mean < MEAN_PACKED
    assert found == pytest.approx(reference, abs=MOST_PACKED)


def in_32_bits(name: str, file: Path) -> Path:
    """A catalog model's file, its weights written out."""
    program = dequantised.__file__
    subprocess.run([sys.executable, program, locate(find_model(name)), file], check=True, capture_output=True)
    return file


def test_llama_cpp_in_32_bits(reference: NDArray[np.float64], tmp_path: Path) -> None:
    file = in_32_bits(SMOLLM2, tmp_path / "smollm2.gguf")
    found = probabilities(f"{SMOLLM2}@llama.cpp:{file}")
    print(f"llama.cpp in 32 bits: {np.abs(found - reference).max():.2g} at most")
    assert found == pytest.approx(reference, abs=WITHIN_LLAMA_CPP)


def test_llama_cpps_server_in_32_bits(reference: NDArray[np.float64], tmp_path: Path) -> None:
    """Move probabilities by name, though each is told relative to the likeliest token's."""
    file = in_32_bits(SMOLLM2, tmp_path / "smollm2.gguf")
    server = LlamaCppServer(file, free_port(), tmp_path / "log", unrounded=True)
    try:
        server.start()
        found = probabilities(f"{SMOLLM2}@openai:{server.url}")
    finally:
        server.stop()
    print(f"llama.cpp's server in 32 bits: {np.abs(found - reference).max():.2g} at most")
    assert found == pytest.approx(reference, abs=WITHIN_32_BITS)


@pytest.mark.vllm
def test_vllm_in_32_bits(reference: NDArray[np.float64], vllm_server: VLLMServer) -> None:
    found = probabilities(f"{SMOLLM2}@vllm:{vllm_server.url}")
    print(f"vLLM: {np.abs(found - reference).max():.2g} at most")
    assert found == pytest.approx(reference, abs=WITHIN_32_BITS)


@pytest.mark.sglang
def test_sglang_in_32_bits(reference: NDArray[np.float64], sglang_server: Server) -> None:
    found = probabilities(f"{SMOLLM2}@sglang:{sglang_server.url}")
    print(f"SGLang: {np.abs(found - reference).max():.2g} at most")
    assert found == pytest.approx(reference, abs=WITHIN_32_BITS)


def test_another_prompt_is_another_distribution(reference: NDArray[np.float64]) -> None:
    """Else the agreement would say nothing."""
    first = reference[: PROMPTS // 2 * 3].reshape(-1, 3)
    assert np.abs(first[0] - first).max() > 0.1 and first.sum(axis=1).min() > 0.1


def scores(name: str) -> NDArray[np.float64]:
    """Of a text of some hundred tokens."""
    subject = Subject(name.partition(":")[0], name)
    try:
        tokens = subject.tokens(TEXT)
        assert len(tokens) > 100
        return np.array(subject.run(subject.model.score(tokens)).logprobs)
    finally:
        subject.close()


@pytest.fixture(scope="module")
def reference_scores(smollm2_folder: Path) -> NDArray[np.float64]:
    return scores(f"transformers:{smollm2_folder}")


def test_scores_by_llama_cpp_in_32_bits(reference_scores: NDArray[np.float64], tmp_path: Path) -> None:
    found = scores(f"llama.cpp:{in_32_bits(SMOLLM2, tmp_path / 'smollm2.gguf')}")
    print(f"llama.cpp in 32 bits: {np.abs(found - reference_scores).max():.2g} at most")
    assert found == pytest.approx(reference_scores, abs=WITHIN_LLAMA_CPP_SCORES)


@pytest.mark.vllm
def test_scores_by_vllm_in_32_bits(reference_scores: NDArray[np.float64], vllm_server: VLLMServer) -> None:
    found = scores(f"vllm:{vllm_server.url}")
    print(f"vLLM: {np.abs(found - reference_scores).max():.2g} at most")
    assert found == pytest.approx(reference_scores, abs=WITHIN_SCORES)


@pytest.mark.sglang
def test_scores_by_sglang_in_32_bits(reference_scores: NDArray[np.float64], sglang_server: Server) -> None:
    found = scores(f"sglang:{sglang_server.url}")
    print(f"SGLang: {np.abs(found - reference_scores).max():.2g} at most")
    assert found == pytest.approx(reference_scores, abs=WITHIN_SCORES)


@pytest.mark.slow
def test_a_model_that_sees_through_windows(tmp_path: Path) -> None:
    """Gemma: BOS, sliding windows of 512 tokens and a GGUF file that both libraries read, on a prompt longer than
    a window and on one that begins like it."""
    file = in_32_bits(GEMMA, tmp_path / "gemma.gguf")
    chance = random.Random(0)
    text = "".join(f"Round {number}: {chance.choice(['rock', 'paper', 'scissors'])}\n" for number in range(130)).strip()
    found = []
    for backend in ("llama.cpp", "transformers"):
        subject = Subject(backend, f"{GEMMA}@{backend}:{file}")
        try:
            bos = subject.model.vocabulary.bos
            assert bos is not None
            prompts = [(bos, *subject.tokens(f"{part}\nRound 131:")) for part in (text, text[: len(text) // 3])]
            assert len(prompts[0]) > 600
            wanted = subject.tokens(" rock paper scissors")
            stop = StopRule("(?!)", "(?!)")
            found.append((prompts, [one.logprobs for one in subject.ask(*(Request(p, wanted, stop) for p in prompts))]))
        finally:
            subject.close()
    (prompts, one), (others, two) = found
    assert prompts == others and np.exp(one).sum(axis=1).min() > 0.5
    assert np.exp(one) == pytest.approx(np.exp(two), abs=WITHIN_32_BITS)
