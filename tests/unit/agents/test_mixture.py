"""A mixture: a named draw decides whose answer is played, and a reader sees the members' mean policy."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from arena.agents.agent import Position, View
from arena.agents.mixture import Mixture
from arena.prompts.additions import find_addition, random_strings
from tests.support.table_agent import WORDING, agent
from tests.support.table_model import TableModel, always

ROCK, PAPER = always(_rock=3, _paper=1), always(_paper=1, _Bob=1)


def mixture(*weights: float) -> tuple[Mixture, list[TableModel]]:
    models = [TableModel(ROCK), TableModel(PAPER)]
    return Mixture("llm:table", [agent(model) for model in models], weights), models


def test_the_policy_is_the_members_mean_and_the_moves_follow_it() -> None:
    mixed, _ = mixture(0.25, 0.75)
    expected = (0.25 * 0.75, 0.25 * 0.25 + 0.75, 0.0)
    policy = asyncio.run(mixed.policy(Position(0, 1)))
    assert policy.probabilities == pytest.approx(expected)
    assert policy.mass == pytest.approx(0.25 + 0.75 * 0.5)
    decisions = [asyncio.run(mixed.decide(View(0, 1, (), seed=f"seed {number}"))) for number in range(600)]
    assert all(decision.policy == policy for decision in decisions)
    counts = Counter(decision.move for decision in decisions)
    assert [counts[move] / 600 for move in range(3)] == pytest.approx(expected, abs=0.06)


def test_who_has_no_weight_is_never_asked() -> None:
    mixed, (first, second) = mixture(1.0, 0.0)
    alone = agent(TableModel(ROCK))
    view = View(0, 1, (), seed="s")
    assert asyncio.run(mixed.decide(view)) == asyncio.run(alone.decide(view))
    assert first.asked and not second.asked


def test_random_strings_are_always_the_same_and_all_different() -> None:
    assert random_strings(64)[:5] == random_strings(5)
    assert len({*random_strings(64)}) == 64
    assert all(string.isalpha() and string.islower() for string in random_strings(64))


def test_a_random_string_is_shown_and_the_reader_sees_the_mean_over_all_of_them() -> None:
    """This model leaves its choice to the string: it is as random as the string, and a reader can't foresee it."""
    strings = random_strings(16)
    wording = WORDING.adding(find_addition("random-string", "base"))

    def by_string(text: str) -> dict[str, float]:
        string = next(string for string in strings if string in text)
        return {(" rock", " paper", " scissors")[strings.index(string) % 3]: 1.0}

    model = TableModel(by_string)
    members = [agent(model, wording=replace(wording, given=(("string", string),))) for string in strings]
    mixed = Mixture("llm:table", members, [1 / 16] * 16)
    decisions = [asyncio.run(mixed.decide(View(0, 1, (), seed=f"seed {number}"))) for number in range(200)]
    for decision in decisions:
        assert decision.policy is not None and decision.policy.probabilities == pytest.approx((6 / 16, 5 / 16, 5 / 16))
        assert decision.prompt is not None and decision.prompt.text.endswith("Ann chose")
    assert {decision.move for decision in decisions} == {0, 1, 2}
    assert len({decision.prompt.text for decision in decisions if decision.prompt}) == 16
