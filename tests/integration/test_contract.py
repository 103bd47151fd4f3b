"""The contract of a backend, on SmolLM2 by each of them: what a probability means must not depend on what computes it.

Both builds of llama.cpp and its own server run the quantised file, the others the same weights in 32 bits. All servers
are real ones on the CPU.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats
from scipy.special import log_softmax

from arena.backends.base import Capability, Completion, Draw, Request, Sampling, Scores, StopRule
from arena.backends.stopping import cut
from arena.errors import InputError
from tests.integration.backends import BACKENDS, LLAMA_CPP, Subject, make_subject
from tests.support.match_prompt import ASKED, HEAD, MOVES, ROUND

pytestmark = pytest.mark.model

QUANTISED = (*LLAMA_CPP, "openai")
SERVERS = ("openai", "sglang", "vllm")
# how a server must be started to tell the distribution at another temperature
STARTED_FOR_IT = {"sglang": "SGLANG_RETURN_ORIGINAL_LOGPROB=0", "vllm": "--logprobs-mode processed_logprobs"}
ONE = StopRule(r"(?!)", r"(?!)", max_tokens=1)


@pytest.fixture(scope="module", params=BACKENDS)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    made = make_subject(request.param, request)
    yield made
    made.close()


@pytest.fixture(scope="module")
def tolerance(subject: Subject) -> float:
    """Of a probability between two evaluations of the same prompt: 32 bits, or quantised weights."""
    return 1e-2 if subject.backend in QUANTISED else 1e-4


@pytest.fixture
def scorer(subject: Subject) -> Subject:
    """A backend that scores texts; one that can't says so."""
    if Capability.SCORE not in subject.model.capabilities:
        with pytest.raises(InputError, match="can't give the probabilities of a text"):
            subject.run(subject.model.score(subject.tokens(ASKED)))
        pytest.skip("it scores no texts")
    return subject


def everything(subject: Subject) -> tuple[int, ...]:
    return tuple(range(len(subject.model.vocabulary.pieces)))


def some(subject: Subject) -> tuple[int, ...]:
    return subject.tokens(" rock paper scissors the a")


def test_the_whole_distribution_sums_to_one(subject: Subject) -> None:
    (found,) = subject.ask(Request(subject.tokens(ASKED), everything(subject), MOVES))
    row = np.exp(np.array(found.logprobs))
    assert row.sum() == pytest.approx(1.0, abs=1e-4)
    best = np.argsort(-row, kind="stable")[:20]
    assert {likely.token for likely in found.top} == set(best.tolist())
    assert [likely.logprob for likely in found.top] == pytest.approx(np.log(row[best]).tolist(), abs=1e-3)
    assert (found.entropy is None) == (Capability.ENTROPY not in subject.model.capabilities)
    if found.entropy is not None:
        assert found.entropy == pytest.approx(stats.entropy(row, base=2), abs=1e-3)


def test_what_is_told_is_what_was_asked_for_in_its_order(subject: Subject, tolerance: float) -> None:
    wanted = some(subject)
    one, other = subject.ask(
        Request(subject.tokens(ASKED), wanted, MOVES), Request(subject.tokens(ASKED), wanted[::-1], MOVES)
    )
    assert np.exp(one.logprobs) == pytest.approx(np.exp(other.logprobs[::-1]), abs=tolerance)
    assert len(set(one.logprobs)) == len(wanted)


def plain(row: np.ndarray, sampling: Sampling) -> np.ndarray:
    """A row of raw log-probabilities under a setting: temperature, then the smallest set that reaches top-p, and of it
    what has at least min-p of the likeliest one's probability."""
    hot = log_softmax(row / sampling.temperature)
    order = np.argsort(-hot, kind="stable")
    before = np.cumsum(np.exp(hot[order])) - np.exp(hot[order])
    kept = np.full(len(hot), -np.inf)
    kept[order[before < sampling.top_p]] = hot[order[before < sampling.top_p]]
    kept[np.exp(hot - hot.max()) < sampling.min_p] = -np.inf
    return np.asarray(log_softmax(kept))


@pytest.mark.parametrize(
    "sampling",
    [Sampling(2.0), Sampling(0.5), Sampling(1.0, 0.5), Sampling(1.5, 0.8), Sampling(1.5, 1.0, 0.1)],
)
def test_the_distribution_is_that_of_the_setting_played_or_refused(
    subject: Subject, sampling: Sampling, tolerance: float
) -> None:
    tokens, whole = subject.tokens(ASKED), everything(subject)
    refused = STARTED_FOR_IT.get(subject.backend)
    if sampling.cuts and subject.backend in SERVERS:
        refused = "top-p" if sampling.top_p < 1.0 else "min-p"
    if refused:
        with pytest.raises(InputError, match=refused):
            subject.ask(Request(tokens, whole, MOVES, sampling))
        return
    raw, played = subject.ask(Request(tokens, whole, MOVES), Request(tokens, whole, MOVES, sampling))
    expected = plain(np.array(raw.logprobs), sampling)
    within = tolerance if subject.backend == "openai" else 1e-6  # it evaluates the prompt for each setting
    assert np.exp(played.logprobs) == pytest.approx(np.exp(expected), abs=within)


def test_further_settings_equal_a_plain_computation_from_the_whole_row(subject: Subject) -> None:
    further = (Sampling(1.0), Sampling(2.0), Sampling(1.5, 0.8), Sampling(0.7, 0.5))
    request = Request(subject.tokens(ASKED), everything(subject), MOVES, further=further)
    if Capability.FURTHER not in subject.model.capabilities:
        with pytest.raises(InputError, match="one setting only"):
            subject.ask(request)
        return
    (found,) = subject.ask(request)
    raw = np.array(found.logprobs)
    for setting, numbers in zip(further, found.further, strict=True):
        expected = plain(raw, setting)
        assert np.exp(numbers.logprobs) == pytest.approx(np.exp(expected), abs=1e-6)
        assert numbers.entropy == pytest.approx(stats.entropy(np.exp(expected), base=2), abs=1e-4)
        assert numbers.normaliser == pytest.approx(np.log(np.exp(raw / setting.temperature).sum()), abs=1e-4)


def test_neighbours_in_a_batch_change_nothing(subject: Subject, tolerance: float) -> None:
    wanted, tokens = some(subject), subject.tokens(ASKED)
    (alone,) = subject.ask(Request(tokens, wanted, MOVES))
    others = [subject.tokens(HEAD + ROUND.format(1, a, b) + "Round 2: Ann chose") for a in "xyz" for b in "xyz"]
    strangers = [subject.tokens(f"Number {number} is " * 30) for number in range(7)]
    # a prompt that begins alike, or one more token, is another path of the tree; the first one is asked for again
    beside = subject.ask(
        *(Request(other, wanted, MOVES) for other in (*others, *strangers, (*tokens, wanted[0]))),
        Request(tokens, (*wanted, 0), MOVES),
    )[-1]
    assert np.exp(beside.logprobs[:-1]) == pytest.approx(np.exp(alone.logprobs), abs=tolerance)


def test_sampled_first_tokens_follow_the_distribution(subject: Subject) -> None:
    # llama.cpp's server is asked for each of the unlikely ones
    count, tokens = 2_000 if subject.backend == "openai" else 10_000, subject.tokens(ASKED)
    whole = everything(subject)
    (told,) = subject.ask(Request(tokens, whole, MOVES))
    drawn = subject.ask(
        *(Request(tokens, whole[:1], ONE, draw=Draw(f"sample {number}", 1), top=0) for number in range(count))
    )
    counts = Counter(completion.answers[0].tokens[0] for completion in drawn)
    expected = count * np.exp(np.array(told.logprobs))
    often = np.flatnonzero(expected >= 5)
    observed = [counts[token] for token in often.tolist()]
    observed.append(count - sum(observed))
    wanted = [*expected[often], count - expected[often].sum()]
    assert len(often) > 3
    assert stats.chisquare(observed, np.array(wanted) * count / sum(wanted)).pvalue > 1e-6


def test_answers_are_cut_by_one_rule(subject: Subject) -> None:
    prompts = [ASKED, HEAD + "Round 1: Ann chose", "The weather is fine.\nAnn", "1, 2, 3,"]
    drawn = subject.ask(
        *(
            Request(subject.tokens(text), some(subject), MOVES, draw=Draw(f"{text}{number}", 3))
            for text in prompts
            for number in range(25)
        )
    )
    vocabulary = subject.model.vocabulary
    answers = [answer for completion in drawn for answer in completion.answers]
    for answer in answers:
        assert answer == cut(MOVES, vocabulary, answer.tokens)
        assert 1 <= len(answer.tokens) <= MOVES.max_tokens
        for shorter in range(1, len(answer.tokens)):
            # cut before its end it has not ended: nothing was drawn beyond the token that ends it
            assert cut(MOVES, vocabulary, answer.tokens[:shorter]).ended == "length"
    assert {answer.ended for answer in answers} >= {"move", "mark", "length"}
    for completion in drawn:
        *refused, last = completion.answers
        assert all(answer.ended != "move" for answer in refused)
        assert last.ended == "move" or len(completion.answers) == 3


def test_an_end_token_ends_an_answer_and_may_leave_it_empty(subject: Subject) -> None:
    prompt = subject.tokens("<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\nHello!", specials=True)
    rule = StopRule(r"(?!)", r"(?!)", max_tokens=4)
    drawn = subject.ask(*(Request(prompt, some(subject), rule, draw=Draw(f"end {number}", 1)) for number in range(100)))
    answers = [completion.answers[0] for completion in drawn]
    empty = [answer for answer in answers if answer.ended == "eos" and len(answer.tokens) == 1]
    assert empty and all(answer.text == "" for answer in empty)
    ends = subject.model.vocabulary.ends
    for answer in answers:
        assert (answer.ended == "eos") == (answer.tokens[-1] in ends)
        assert not set(answer.tokens[:-1]) & ends


@pytest.mark.parametrize(
    "text",
    ["日本語の詩", "naïve café – “quoted”", "🙂👩\u200d👩\u200d👧 flags 🇩🇪", "tab\tand\r\nbreaks", "ﷺ\u200b\ufeff"],
)
def test_unicode_comes_back_as_it_was(subject: Subject, text: str) -> None:
    tokens = subject.tokens(text)
    assert subject.model.vocabulary.text(tokens) == text
    (found,) = subject.ask(Request(tokens, some(subject), MOVES, draw=Draw("unicode", 1)))
    assert all(logprob < 0 for logprob in found.logprobs) and found.answers


def test_special_tokens_are_text_unless_they_are_asked_for(subject: Subject) -> None:
    special = subject.model.vocabulary.specials["<|im_end|>"]
    assert special not in subject.tokens("a <|im_end|> b")
    assert special in subject.tokens("a <|im_end|> b", specials=True)


def test_a_long_prompt(subject: Subject, tolerance: float) -> None:
    tokens = subject.tokens(HEAD + "".join(ROUND.format(number, "rock", "paper") for number in range(1, 60)))
    assert len(tokens) > 600  # more than a batch
    wanted = some(subject)
    (whole,) = subject.ask(Request(tokens, wanted, MOVES))
    # what is remembered of its beginning gives the same as the whole
    subject.ask(*(Request(tokens[:-cut_off], wanted, MOVES) for cut_off in (1, 100, 500)))
    (again,) = subject.ask(Request(tokens, (*wanted, 0), MOVES))
    assert np.exp(again.logprobs[:-1]) == pytest.approx(np.exp(whole.logprobs), abs=tolerance)


def test_a_prompt_that_does_not_fit_is_refused_and_others_go_on(subject: Subject) -> None:
    wanted, good = some(subject), subject.tokens(ASKED)
    much = (good * (subject.model.context // len(good) + 1))[: subject.model.context + 1]

    async def both() -> list[object]:
        asked = (subject.model.complete(Request(tokens, wanted, MOVES)) for tokens in (much, good))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    refused, found = subject.run(both())
    assert isinstance(refused, InputError) and str(subject.model.context) in str(refused)
    assert not isinstance(found, BaseException)


def test_a_token_that_does_not_exist_is_refused_and_others_go_on(subject: Subject) -> None:
    """Native code and a server's GPU may die of one."""
    wanted, good = some(subject), subject.tokens(ASKED)
    for bad in ((*good, len(subject.model.vocabulary.pieces)), (-1, *good), ()):
        with pytest.raises(InputError):
            subject.ask(Request(bad, wanted, MOVES))
    with pytest.raises(InputError):
        subject.ask(Request(good, (10**7,), MOVES))
    subject.ask(Request(good, wanted, MOVES))


def test_prompts_share_a_cache(subject: Subject) -> None:
    """The trial at loading finds nothing against a model that has always been right: each prompt whole is slow."""
    assert "each prompt whole" not in subject.model.build


def test_who_gives_up_does_not_hold_up_the_others(subject: Subject) -> None:
    wanted = some(subject)

    def request(number: int, prompt: int) -> Request:
        tokens = subject.tokens(f"{ASKED} {'x' * prompt}")
        return Request(tokens, wanted, MOVES, draw=Draw(f"cancel {number}", 2))

    requests = [request(number, number // 4) for number in range(40)]  # four ask alike, the first of them gives up

    async def go() -> list[object]:
        tasks = [asyncio.create_task(subject.model.complete(request)) for request in requests]
        await asyncio.sleep(0.05)
        for task in tasks[::4]:
            task.cancel()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    results = subject.run(go())
    kept = [result for number, result in enumerate(results) if number % 4]
    assert all(isinstance(result, Completion) and result.answers for result in kept)
    # whoever gave up is told so, unless the answer was there before
    assert all(isinstance(result, asyncio.CancelledError | Completion) for result in results[::4])
    assert any(isinstance(result, asyncio.CancelledError) for result in results[::4])


# --- scores of given texts ---


def test_a_texts_scores_are_what_each_of_its_beginnings_gives(scorer: Subject, tolerance: float) -> None:
    subject = scorer
    tokens = subject.tokens(ASKED)[:40]
    scores = subject.run(subject.model.score(tokens))
    assert len(scores.logprobs) == len(tokens) - 1 and max(scores.logprobs) <= 0
    told = subject.ask(*(Request(tokens[:at], (tokens[at],), MOVES, top=0) for at in range(1, len(tokens))))
    expected = [completion.logprobs[0] for completion in told]
    assert np.exp(scores.logprobs) == pytest.approx(np.exp(expected), abs=tolerance)
    assert sum(scores.logprobs) == pytest.approx(sum(expected), rel=0.05 if subject.backend in LLAMA_CPP else 1e-4)
    assert sum(scores.logprobs) < -20  # a text that nobody knows by heart


def test_scores_are_those_of_the_raw_distribution_wherever_the_text_ends(scorer: Subject, tolerance: float) -> None:
    subject = scorer
    tokens, ends = subject.tokens(ASKED), some(subject)

    async def scored() -> list[Scores]:
        return list(await asyncio.gather(*(subject.model.score((*tokens, end)) for end in ends)))

    found = subject.run(scored())
    (told,) = subject.ask(Request(tokens, ends, MOVES))
    assert np.exp([one.logprobs[-1] for one in found]) == pytest.approx(np.exp(told.logprobs), abs=tolerance)
    for one in found[1:]:  # what comes later changes nothing before
        assert np.exp(one.logprobs[:-1]) == pytest.approx(np.exp(found[0].logprobs[:-1]), abs=tolerance)


def test_a_text_longer_than_a_batch_is_scored(scorer: Subject, tolerance: float) -> None:
    subject = scorer
    tokens = subject.tokens(HEAD + "".join(ROUND.format(number, "rock", "paper") for number in range(1, 60)))
    assert len(tokens) > 600
    scores = subject.run(subject.model.score(tokens))
    assert len(scores.logprobs) == len(tokens) - 1
    places = (100, 511, 512, 513, len(tokens) - 1)
    told = subject.ask(*(Request(tokens[:at], (tokens[at],), MOVES) for at in places))
    for at, one in zip(places, told, strict=True):
        assert np.exp(scores.logprobs[at - 1]) == pytest.approx(np.exp(one.logprobs[0]), abs=tolerance)


def test_scoring_leaves_what_is_held_for_others(scorer: Subject) -> None:
    subject = scorer
    if subject.backend in SERVERS:
        pytest.skip("a server's cache is its own business")
    prompt = subject.tokens("Here a tale begins that nobody else tells:" + ASKED)
    subject.ask(Request(prompt, some(subject), MOVES))
    text = subject.tokens(HEAD * 3)
    before = subject.run(subject.model.work())
    subject.run(subject.model.score(text))
    subject.ask(Request((*prompt, prompt[0]), some(subject), MOVES))
    after = subject.run(subject.model.work())
    assert after.prompt_tokens - before.prompt_tokens == len(text) - 1 + 1


def test_texts_that_cannot_be_scored_are_refused(scorer: Subject) -> None:
    subject = scorer
    good = subject.tokens(ASKED)
    much = (good * (subject.model.context // len(good) + 1))[: subject.model.context + 1]
    unknown = len(subject.model.vocabulary.pieces)
    for bad, said in (
        ((), "at least one token"),
        (much, str(subject.model.context)),
        ((*good, unknown), f"no token {unknown}"),
        ((-1, *good), "no token -1"),
    ):
        with pytest.raises(InputError, match=said):
            subject.run(subject.model.score(bad))
    assert subject.run(subject.model.score(good[:1])) == Scores(())
