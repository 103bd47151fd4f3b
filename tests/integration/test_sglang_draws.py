"""What the client draws, and what it has a real server draw, follows the distributions that the server tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from arena.backends.base import Draw, Request, StopRule
from arena.backends.server import ServerSettings
from arena.backends.sglang.serving.processes import Program, answers, stop
from benchmarks.support.sglang_server import PYTHON, Server, free_port
from tests.integration.backends import Subject
from tests.support.commands import wait_for
from tests.support.match_prompt import ASKED, HEAD, MOVES, ROUND

pytestmark = [pytest.mark.model, pytest.mark.sglang]

PROMPTS, DRAWS = 20, 300
ONE, TWO = (StopRule("(?!)", "(?!)", max_tokens=count) for count in (1, 2))


@pytest.fixture(scope="module")
def subject(sglang_server: Server) -> Iterator[Subject]:
    made = Subject("sglang", f"sglang:{sglang_server.url}")
    yield made
    made.close()


@pytest.fixture(params=["alone", "behind a router"])
def short_sighted(request: pytest.FixtureRequest, sglang_server: Server, tmp_path: Path) -> Iterator[Subject]:
    """A client that asks for four likely tokens alone, so that much lies beyond them. A router can't be told what to
    exclude."""
    url, router = sglang_server.url, None
    if request.param != "alone":
        port = free_port(1)
        url = f"http://127.0.0.1:{port}"
        options = ("--host", "127.0.0.1", "--port", str(port), "--prometheus-port", str(port + 1))
        start = (str(PYTHON), "-m", "sglang_router.launch_router", "--worker-urls", sglang_server.url, *options)
        router = Program(start, {}, tmp_path / "router.log")
        wait_for(lambda: answers(f"{url}/readiness"))
    made = Subject("sglang", f"sglang:{url}", ServerSettings(likeliest=4))
    yield made
    made.close()
    if router:
        stop([router])


def rows(subject: Subject, prompts: list[tuple[int, ...]]) -> list[NDArray[np.float64]]:
    """The whole distributions."""
    whole = tuple(range(len(subject.model.vocabulary.pieces)))
    return [np.exp(np.array(subject.ask(Request(prompt, whole, MOVES, top=0))[0].logprobs)) for prompt in prompts]


def pvalue(observed: Counter[object], expected: dict[object, float]) -> float:
    """Of Pearson's test; the rare ones count together, as many as are expected at least five times."""
    count = sum(observed.values())
    often = sorted((what for what in expected if count * expected[what] >= 5), key=expected.__getitem__)
    while count * (1 - sum(expected[what] for what in often)) < 5:
        often.pop(0)
    seen, wanted = [observed[what] for what in often], [count * expected[what] for what in often]
    return float(stats.chisquare([*seen, count - sum(seen)], [*wanted, count - sum(wanted)]).pvalue)


def drawn(subject: Subject, prompt: tuple[int, ...], rule: StopRule, count: int) -> list[tuple[int, ...]]:
    name = f"drawn {prompt}"
    found = subject.ask(
        *(Request(prompt, prompt[:1], rule, draw=Draw(f"{name} {number}", 1), top=0) for number in range(count))
    )
    return [completion.answers[0].tokens for completion in found]


def test_first_tokens_at_twenty_prompts(subject: Subject) -> None:
    words = ("rock", "paper", "scissors")
    lines = [HEAD + ROUND.format(1, one, two) + "Round 2: Ann chose" for one, two in product(words, words)]
    lines += [HEAD + ROUND.format(1, one, two) + "Round 2: Ann chose the" for one, two in product(words, words)]
    prompts = [subject.tokens(text) for text in [*lines, ASKED, "Here is a number that nobody expects:"]]
    assert len(prompts) == PROMPTS
    values = []
    for prompt, row in zip(prompts, rows(subject, prompts), strict=True):
        assert row.sum() == pytest.approx(1.0, abs=1e-4)
        firsts: Counter[object] = Counter(tokens[0] for tokens in drawn(subject, prompt, ONE, DRAWS))
        values.append(pvalue(firsts, dict(enumerate(row.tolist()))))
    print(f"p-values at {PROMPTS} prompts: {min(values):.3g} at least, {np.median(values):.2f} in the middle")
    assert min(values) > 1e-5
    assert stats.combine_pvalues(values).pvalue > 1e-4  # Fisher's test of all together


def test_what_lies_beyond_the_likeliest(subject: Subject, short_sighted: Subject) -> None:
    prompt = subject.tokens("Here is a number that nobody expects:")
    (row,) = rows(subject, [prompt])
    assert np.sort(row)[-4:].sum() < 0.9  # or nearly nothing would lie beyond
    firsts: Counter[object] = Counter(tokens[0] for tokens in drawn(short_sighted, prompt, ONE, 1000))
    assert pvalue(firsts, dict(enumerate(row.tolist()))) > 1e-5


def test_pairs_of_tokens_at_one_prompt(subject: Subject) -> None:
    prompt = subject.tokens(HEAD + "Round 1: Ann chose")
    pairs: Counter[object] = Counter(drawn(subject, prompt, TWO, 1500))
    (first,) = rows(subject, [prompt])
    often = np.flatnonzero(first > 0.01).tolist()
    expected = {}
    for token, row in zip(often, rows(subject, [(*prompt, token) for token in often]), strict=True):
        expected |= {(token, other): float(first[token] * row[other]) for other in np.flatnonzero(row > 1e-3).tolist()}
    assert pvalue(pairs, expected) > 1e-5
