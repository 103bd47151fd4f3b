"""What a server may say: every number that can't be true is refused, and what is lacking is asked for again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from arena.backends.base import Sampling
from arena.backends.remote.answers import Forgot, Generated, Incomplete, Untrue
from arena.backends.remote.kinds import PROBE, Kind
from arena.backends.sglang.bodies import body
from arena.backends.sglang.wire import Reader
from arena.backends.tokenizer import FolderTokenizer
from benchmarks.support.model_folder import END
from tests.support.sglang_stub import SIZE, TOKENIZER

PROMPT = (5, 6, 7)
TOLD = Kind(Sampling(), 1, wanted=(7, 3), top=2)
DRAWN = Kind(Sampling(), 3)
VOCABULARY = FolderTokenizer(TOKENIZER.to_str(), {}, {}).vocabulary
READER = Reader(VOCABULARY, "1")
A, B = (TOKENIZER.token_to_id(letter) for letter in "ab")
STOP = TOKENIZER.token_to_id(END)


def told(**changes: Any) -> dict[str, Any]:
    """A right answer to TOLD, changed; "meta" stands for what is in `meta_info`."""
    meta: dict[str, Any] = {
        "prompt_tokens": 3,
        "cached_tokens": 1,
        "finish_reason": {"type": "length"},
        "weight_version": "1",
        "output_token_ids_logprobs": [[[-2.0, 7, None], [-1.0, 3, None]]],
        "output_top_logprobs": [[[-0.7, 9, None], [-1.0, 3, " x"]]],
    }
    answer = {"output_ids": [A], "text": "a", "meta_info": meta | changes.pop("meta", {})}
    return answer | changes


def drawn(ids: list[int], text: str | None, why: str = "length") -> dict[str, Any]:
    return {"output_ids": ids, "text": text, "meta_info": {"prompt_tokens": 3, "finish_reason": {"type": why}}}


def read(kind: Kind, *answers: Any) -> list[Generated]:
    return READER.answers(kind, [PROMPT], json.dumps(list(answers)).encode())


def test_a_right_answer() -> None:
    (found,) = read(TOLD, told())
    assert found.numbers.logprobs == (-2.0, -1.0) and found.tokens == (A,) and found.evaluated == 2
    assert [(likely.token, likely.logprob) for likely in found.numbers.top] == [(9, -0.7), (3, -1.0)]


def test_a_token_wanted_twice_is_asked_for_once() -> None:
    kind = Kind(Sampling(), 1, wanted=(7, 3, 7), top=2)
    assert body(kind, [PROMPT])["token_ids_logprob"] == [7, 3]
    assert read(kind, told())[0].numbers.logprobs == (-2.0, -1.0, -2.0)


def test_a_token_that_was_excluded_is_not_believed() -> None:
    kind = Kind(Sampling(), 1, without=(B, 7))
    params = body(kind, [PROMPT])["sampling_params"]
    assert isinstance(params, dict) and set(params["logit_bias"]) == {str(B), "7"}
    assert max(params["logit_bias"].values()) < -1e6
    assert read(kind, drawn([A], "a"))[0].tokens == (A,)
    with pytest.raises(Forgot, match=f"draws token {B}, which was excluded"):
        read(kind, drawn([B], "b"))


def test_rounding_is_no_lie() -> None:
    meta = {"output_token_ids_logprobs": [[[-20.0, 7, None], [2e-6, 3, None]]]}
    meta["output_top_logprobs"] = [[[2e-6, 3, None], [-15.0, 9, None]]]
    (found,) = read(TOLD, told(meta=meta))
    assert found.numbers.logprobs == (-20.0, 0.0) and found.numbers.top[0].logprob == 0.0


def scored(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    return {"output_token_ids_logprobs": [[[*pair, None] for pair in pairs]]}


def likeliest(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    return {"output_top_logprobs": [[[*pair, None] for pair in pairs]]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (scored((0.5, 7), (-1.0, 3)), "log-probability of token 7 is 0.5"),
        (scored((800, 7), (-1.0, 3)), "is 800"),
        (scored((-2.0, 7), (-1.0, 3), (-1.0, 3)), "twice"),
        (scored((-2.0, -1), (-1.0, 3)), f"token -1, and the model's ids go from 0 to {SIZE - 1}"),
        (scored((-2.0, SIZE), (-1.0, 3)), f"token {SIZE}"),
        (scored((-2.0, 2**40), (-1.0, 3)), "token 1099511627776"),
        (scored((-2.0, 2**70), (-1.0, 3)), "token"),
        (scored((-0.9, 7), (-0.9, 3)) | likeliest((-0.7, 9), (-0.9, 7)), "sum to"),
        (scored((-2.0, 7), (-1.5, 3)), "two log-probabilities"),
        (likeliest((-1.0, 3), (-0.7, 9)), "are not"),
        (likeliest((-1.8, 9), (-1.9, 8)), "are not"),  # token 3 is likelier
        (likeliest((-0.7, 9), (-0.7, 9)), "twice"),
        (likeliest((-0.7, 10**6), (-1.0, 3)), "token 1000000"),
        (likeliest((0.2, 9), (-1.0, 3)), "is 0.2"),
        ({"prompt_tokens": 4}, "3 tokens is said to have 4"),
        ({"prompt_tokens": -3}, "said to have -3"),
        ({"cached_tokens": 4}, "4 of them in the cache"),
        ({"cached_tokens": -1}, "-1 of them"),
        ({"weight_version": "2"}, "version '2', and were '1'"),
    ],
)
def test_numbers_that_cannot_be(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Untrue, match=said):
        read(TOLD, told(meta=changed))


@pytest.mark.parametrize(
    ("ids", "text", "why", "said"),
    [
        ([A, A, A, A], "aaaa", "length", "has 4 tokens, and 3 were"),
        ([A], "a", "length", "has 1 tokens, and 3 were"),
        ([A, A, SIZE], "aa", "length", f"token {SIZE}"),
        ([A, -1, A], "aa", "length", "token -1"),
        ([2**40, A, A], "aa", "length", "token 10995"),
        ([A, A, B], "aaa", "length", "isn't what its tokens spell"),
        ([A, A, B], "", "length", "isn't what its tokens spell"),
        ([A, A, B], "aa", "length", "isn't what its tokens spell"),
        ([A, A, B], "\ufffd", "length", "isn't what its tokens spell"),
    ],
)
def test_answers_that_cannot_be(ids: list[int], text: str, why: str, said: str) -> None:
    with pytest.raises(Untrue, match=said):
        read(DRAWN, drawn(ids, text, why))


@pytest.mark.parametrize(
    ("ids", "text", "why"),
    [
        ([A, B, A], "aba", "length"),
        ([A, B, A], " a ba", "length"),  # a tokenizer's habits with spaces
        ([A, STOP], f"a{END}", "stop"),
        ([A, STOP], "a", "stop"),  # the end token left away
        ([A, B, A], None, "length"),  # a server without a tokenizer
        ([A, B, VOCABULARY.pieces.index(b"\xc3")], "ab", "length"),  # half a character
    ],
)
def test_what_tokens_spell(ids: list[int], text: str | None, why: str) -> None:
    (found,) = read(DRAWN, drawn(ids, text, why))
    assert found.tokens == tuple(ids) and found.was_stopped == (why == "stop")


@pytest.mark.parametrize("key", ["prompt_tokens", "finish_reason", "output_token_ids_logprobs", "output_top_logprobs"])
@pytest.mark.parametrize("value", [None, "3", [], {}, [[]], [None], float("nan"), "absent"])
def test_what_is_lacking(key: str, value: Any) -> None:
    answer = told(meta={key: value})
    if value == "absent":
        del answer["meta_info"][key]
    with pytest.raises(Incomplete):
        read(TOLD, answer)


@pytest.mark.parametrize("value", [None, "-1.0", [], {}, True, float("nan"), float("-inf"), 10**400])
def test_log_probabilities_that_are_no_numbers(value: Any) -> None:
    with pytest.raises(Incomplete):
        read(TOLD, told(meta=scored((value, 7), (-1.0, 3))))


@pytest.mark.parametrize(
    "answer",
    [
        told(output_ids=[]),
        told(output_ids=None),
        told(output_ids=["1"]),
        told(output_ids=[1.5]),
        told(text=3),
        told(meta_info=None),
        told(meta={"finish_reason": {"type": "abort", "message": "x"}}),
        told(meta={"finish_reason": {"type": "\x1b[31m"}}),
        told(meta={"finish_reason": {}}),
        told(meta={"finish_reason": "length"}),
        told(meta=scored((-2.0, 7))),
        told(meta=scored((-2.0, 7), (-1.0, 4))),
        told(meta=scored((-2.0, 7), (-1.0, 3), (-5.0, 4))),
        told(meta=likeliest((-0.7, 9))),
        told(meta={"output_token_ids_logprobs": [[[-2.0, 7], [-1.0, 3]]]}),
    ],
)
def test_answers_that_lack_something(answer: dict[str, Any]) -> None:
    with pytest.raises(Incomplete):
        read(TOLD, answer)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b"null", b"\xff", b'[{"text": "\xff"}]', b'[{"x":' + b"[" * 10**5, b'[{"output_ids": [1'],
)
def test_what_is_no_answer_at_all(data: bytes) -> None:
    with pytest.raises(Incomplete):
        READER.answers(DRAWN, [PROMPT], data)


def test_an_answer_too_many() -> None:
    with pytest.raises(Incomplete, match="2 answers to 1 prompts"):
        read(TOLD, told(), told())


# --- the vocabulary ---


def spelled(ids: list[int]) -> bytes:
    return json.dumps({"meta_info": {"input_token_logprobs": [[None, token, None] for token in ids]}}).encode()


def test_a_server_that_spells_alike() -> None:
    ids = TOKENIZER.encode(PROBE).ids
    assert READER.spells_alike(spelled(ids))
    assert READER.spells_alike(spelled([TOKENIZER.token_to_id("<s>"), *ids, STOP])), "special tokens don't matter"


@pytest.mark.parametrize("change", [lambda token: token + 1, lambda token: SIZE + token, lambda token: -1 - token])
def test_a_server_with_another_vocabulary(change: Any) -> None:
    assert not READER.spells_alike(spelled([change(token) for token in TOKENIZER.encode(PROBE).ids]))


SCORED = Kind(Sampling(), 1, scored=True)


def of_prompt(*triples: Any) -> dict[str, Any]:
    return drawn([A], "a") | {
        "meta_info": {"prompt_tokens": 3, "finish_reason": {"type": "length"}, "input_token_logprobs": list(triples)}
    }


def test_the_scores_of_a_prompt() -> None:
    asked = body(SCORED, [PROMPT])
    assert (asked["return_logprob"], asked["logprob_start_len"]) == (True, 0)
    (found,) = read(SCORED, of_prompt([None, 5, None], [-1.5, 6, " b"], [2e-6, 7, None]))
    assert found.scores == (-1.5, 0.0)


@pytest.mark.parametrize(
    ("told", "error", "said"),
    [
        ([[None, 5, None], [-1.5, 6, None]], Incomplete, "2 log-probabilities of the 3"),
        ([[None, 5, None], [-1.5, 6, None], [-1.0, 7, None], [-1.0, 7, None]], Incomplete, "4 log-probabilities"),
        ([[None, 5, None], [-1.5, 6, None], [None, 7, None]], Incomplete, "no log-probability of a text's token 7"),
        ([[None, 5, None], [-1.5, 6, None], ["-1", 7, None]], Incomplete, "float"),
        ([[None, 5, None], [-1.5, 6, None], [float("nan"), 7, None]], Incomplete, "malformed"),
        ([[None, 5, None], [-1.5, 7, None], [-1.0, 6, None]], Untrue, "token 7 where the text has token 6"),
        ([[None, 5, None], [-1.5, 6, None], [0.5, 7, None]], Untrue, "token 7 is 0.5"),
    ],
)
def test_scores_that_cannot_be(told: list[Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        read(SCORED, of_prompt(*told))
    with pytest.raises(Incomplete, match="0 log-probabilities"):
        read(SCORED, drawn([A], "a"))
