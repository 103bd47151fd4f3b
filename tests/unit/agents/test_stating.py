"""A model that states a distribution over its moves."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.agents.agent import View
from arena.agents.asking import Asking
from arena.agents.stating import StatingAgent, stated_distribution, statement_rule
from arena.backends.stopping import found
from arena.prompts.additions import find_addition
from arena.prompts.renaming import Renaming
from arena.records import Decision, Seat
from tests.support.table_agent import RPS, WORDING
from tests.support.table_model import TableModel

RULE = statement_rule(RPS.moves)


def stating(model: TableModel, **asking: object) -> StatingAgent:
    whole = {"wording": WORDING.adding(find_addition("stated", "base")), "format": "none"} | asking
    return asyncio.run(StatingAgent.make("llm:table", model, RPS, Seat.SUBJECT, Asking(**whole)))  # type: ignore[arg-type]


def writes(statement: str) -> TableModel:
    """A model that writes this after any prompt that ends in rock or red."""

    def weights(text: str) -> Mapping[str, float]:
        written = text[max(text.rfind(": rock"), text.rfind(": red")) + 6 :].removeprefix("k")
        return {statement[len(written)]: 1.0} if len(written) < len(statement) else {"\n": 1.0}

    return TableModel(weights)


def decided(agent: StatingAgent, seed: str = "s") -> Decision:
    return asyncio.run(agent.decide(View(0, 1, (), seed=seed)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 40%, paper 30%, scissors 30%\n", (0.4, 0.3, 0.3)),
        (": 1/", None),
        (" 40, Paper: 30, and Scissors: 30.\n", (0.4, 0.3, 0.3)),
        (" 0.5 paper 0.25 scissors 0.25;", (0.5, 0.25, 0.25)),
        (" 50 percent, paper 50 percent, scissors 50 percent", (1 / 3, 1 / 3, 1 / 3)),
        (" 0%, paper 0%, scissors 100%", (0.0, 0.0, 1.0)),
        (" 0%, paper 0%, scissors 0%, and 1 more", None),
        (" 40%, paper 30%, scissors 3", None),  # the next token may be a digit
        (" 40%, scissors 30%, paper 30%\n", None),
        (" 40%\n, paper 30%, scissors 30%\n", None),
        (" 40%, papers 30%, scissors 30%\n", None),
    ],
)
def test_what_a_statement_is(text: str, expected: tuple[float, ...] | None) -> None:
    match = found(RULE, text)
    assert (match is None) == (expected is None)
    if match is not None:
        assert stated_distribution(match) == pytest.approx(expected)


@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any),
    st.sampled_from(["", "%", " percent", " per cent"]),
    st.sampled_from([", ", ", and ", "; ", " "]),
    st.sampled_from(["scissors", "Scissors", "SCISSORS"]),
)
def test_what_may_become_a_statement_goes_on(numbers: list[int], unit: str, between: str, last: str) -> None:
    first, second, third = numbers
    text = f": {first}.5{unit}{between}paper = {second}{unit}{between}{last} {third}{unit}\n"
    assert found(RULE, text) is not None
    ends = next(end for end in range(len(text) + 1) if found(RULE, text[:end]))
    assert not any(re.search(RULE.closed, text[:end]) for end in range(ends))


@pytest.mark.parametrize(
    "text", [", scissors", " 40% rock", " x", " 40%, paper 30%, paper", " 12345678901", " 4.x", "\n5\n"]
)
def test_what_can_t_become_one_ends_at_once(text: str) -> None:
    assert found(RULE, text) is None and re.search(RULE.closed, text)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any), st.sampled_from(["", "%", " percent"]))
def test_any_numbers_are_normalised(numbers: list[int], unit: str) -> None:
    first, second, third = numbers
    match = found(RULE, f" {first}{unit}, paper: {second}{unit}, scissors: {third}{unit}\n")
    assert match is not None
    assert stated_distribution(match) == pytest.approx([number / sum(numbers) for number in numbers])


def test_the_move_is_drawn_from_what_was_stated() -> None:
    agent = stating(writes(" 70%, paper 20%, scissors 10%\n"))
    decisions = [decided(agent, f"seed {number}") for number in range(600)]
    assert {decision.policy.probabilities for decision in decisions if decision.policy} == {(0.7, 0.2, 0.1)}
    counts = Counter(decision.move for decision in decisions)
    assert [counts[move] / 600 for move in range(3)] == pytest.approx([0.7, 0.2, 0.1], abs=0.06)
    assert decisions[0].answers[-1].text == " 70%, paper 20%, scissors 10%"
    assert decisions[0].prompt is not None and decisions[0].prompt.text.endswith("Ann's chances in round 1: rock")
    assert decided(agent, "seed 1") == decided(agent, "seed 1")


def test_without_a_statement_the_round_is_forfeited_or_drawn_evenly() -> None:
    silent = writes(" I don't know\n")
    decision = decided(stating(silent, attempts=3))
    assert (decision.move, decision.invalid) == (None, 3)
    assert decision.policy is not None and decision.policy.mass == 0.0
    moves = {decided(stating(silent, attempts=1, fallback=True), f"{number}").move for number in range(40)}
    assert moves == {0, 1, 2}


def test_numbers_belong_to_the_moves_as_they_were_listed() -> None:
    """Listed scissors first, and every move has another name."""
    renaming = Renaming((("rock", "blue"), ("paper", "green"), ("scissors", "red")), ("scissors", "rock", "paper"))
    agent = stating(writes(" 60%, blue 30%, green 10%\n"), renaming=renaming)
    policy = decided(agent).policy
    assert policy is not None and policy.probabilities == pytest.approx((0.3, 0.1, 0.6))
