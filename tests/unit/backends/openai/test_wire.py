"""What llama.cpp's server may say: every number that can't be true is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.openai.llamacpp import linked
from arena.backends.openai.wire import Row, pieces, rows
from arena.backends.remote.answers import Incomplete, Untrue
from tests.support.damaged import damaged

SIZE = 4
FIRST = [{"id": token, "bytes": [97 + token], "prob": share} for token, share in enumerate((0.5, 0.3, 0.15, 0.05))]
ANSWER = {"index": 0, "tokens": [1], "stop_type": "limit", "completion_probabilities": [{"id": 1, "top_probs": FIRST}]}


def test_a_right_answer_alone_or_in_a_list() -> None:
    for form in (ANSWER, [ANSWER]):
        data = json.dumps(form).encode()
        (row,) = rows(data, 1, SIZE)
        assert row == Row((1,), False, {token: math.log(entry["prob"]) for token, entry in enumerate(FIRST)}, True)
        assert pieces(data, SIZE) == [b"a", b"b", b"c", b"d"]


@given(damaged(ANSWER))
def test_damage_is_refused_or_harmless(answer: Any) -> None:
    data = json.dumps(answer).encode()
    try:
        (row,) = rows(data, 1, SIZE)
    except (Incomplete, Untrue):
        return
    assert all(0 <= token < SIZE and logprob <= 0.0 for token, logprob in row.shown.items())
    if len(row.shown) == SIZE:
        try:
            assert math.fsum(map(math.exp, row.without_lift(0, 3.0).shown.values())) == pytest.approx(1.0)
        except Untrue:
            assert set(row.shown.values()) == {-math.inf}


@given(
    st.lists(st.floats(-30.0, 0.0), min_size=3, max_size=40),
    st.data(),
)
def test_a_lifted_token_has_the_probability_that_it_has(logits: list[float], data: st.DataObject) -> None:
    total = math.log(math.fsum(map(math.exp, logits)))
    whole = {token: logit - total for token, logit in enumerate(logits)}
    wanted = data.draw(st.sets(st.sampled_from(sorted(whole)), min_size=1))
    order = sorted(whole, key=whole.__getitem__, reverse=True)
    plain = {token: whole[token] for token in order[: data.draw(st.integers(1, len(order)))]}
    raised = {token: logprob + 50.0 * (token in wanted) for token, logprob in whole.items()}
    above = math.log(math.fsum(map(math.exp, raised.values())))
    best = sorted(raised, key=raised.__getitem__, reverse=True)[: len(wanted) + 1]
    found = linked(wanted, plain, {token: raised[token] - above for token in best})
    assert found.keys() == wanted
    for token in wanted:
        assert found[token] == pytest.approx(whole[token], abs=1e-9)


def test_answers_that_do_not_fit_together_are_refused() -> None:
    plain = {0: math.log(0.6), 1: math.log(0.3)}
    with pytest.raises(Untrue, match="likeliest"):
        linked({1, 2}, plain, {1: -0.1, 2: -3.0})
    with pytest.raises(Untrue, match="two log-probabilities for token 1"):
        linked({1, 2}, plain, {1: -10.0, 2: -0.1, 0: -50.0})
