"""What vLLM may say: every number that can't be true is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from arena.backends.remote.answers import Incomplete, Untrue
from arena.backends.vllm.wire import Row, rows
from tests.support.damaged import damaged

SIZE = 4
PROMPT = (2, 3)
CHOICE = {
    "index": 0,
    "token_ids": [1],
    "finish_reason": "length",
    "logprobs": {"top_logprobs": [{"token_id:1": -1.25, "token_id:0": -0.5}]},
    "prompt_logprobs": [None, {"3": {"logprob": -2.0, "rank": 1}}],
}


def read(choice: Any) -> Row:
    (row,) = rows(json.dumps({"choices": [choice]}).encode(), [PROMPT], SIZE, scored=True)
    return row


def test_a_right_answer() -> None:
    assert read(CHOICE) == Row((1,), False, {1: -1.25, 0: -0.5}, (-2.0,))


def test_a_token_named_by_its_text_is_not_guessed() -> None:
    with pytest.raises(Incomplete, match="by its text"):
        read(CHOICE | {"logprobs": {"top_logprobs": [{" rock": -1.0}]}})


def test_a_text_must_have_its_own_scores() -> None:
    with pytest.raises(Untrue, match="token 3"):
        read(CHOICE | {"prompt_logprobs": [None, {"1": {"logprob": -2.0}}]})
    with pytest.raises(Incomplete):
        read(CHOICE | {"prompt_logprobs": None})


@given(damaged(CHOICE))
def test_damage_is_refused_or_harmless(choice: Any) -> None:
    try:
        row = read(choice)
    except (Incomplete, Untrue):
        return
    assert all(0 <= token < SIZE and logprob <= 0.0 for token, logprob in row.told.items())
    assert len(row.scores) == 1 and row.scores[0] <= 0.0
