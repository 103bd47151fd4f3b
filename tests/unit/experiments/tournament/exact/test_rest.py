"""Sampled matches stand for what the tree leaves open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from arena.experiments.tournament.exact.measures import measures
from arena.experiments.tournament.exact.observed import Observed, Open, observe
from arena.experiments.tournament.exact.rest import Rest, SampledMatch
from arena.experiments.tournament.exact.seats import Seats
from arena.experiments.tournament.exact.tree import Tree
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from tests.support.enumerated import enumerate_rounds
from tests.support.table_model import TableModel, TableModels, Weights

ROUNDS = 3


def rambling(text: str) -> Mapping[str, float]:
    """Answers that go on in several ways, one of them too rarely to be followed."""
    if text.endswith((" Ann", " Bob")):
        return {" scissors": 3.0, "\n": 1.0, " Bob": 1.0}
    size = len(text)
    return {" rock": 1 + size % 7, " paper": 1 + size % 5, " Bob": 3.0, " Ann": 0.001, "<end>": 1.0}


def paired(weights: Weights, **spec: Any) -> tuple[Pairing, TableModel]:
    model = TableModel(weights)
    models = TableModels(model)

    async def pairing() -> Pairing:
        plan = await plan_tournament(TournamentSpec(subjects=("llm:table",), **spec), models)
        found: Pairing = await plan.cells[0].pairing(0, models)  # type: ignore[attr-defined]
        return found

    return asyncio.run(pairing()), model


def followed(pairing: Pairing, batches: int) -> tuple[Tree, list[Observed], list[Open]]:
    """A tree that has grown a few times."""
    tree = Tree(Seats(pairing, ROUNDS, {}, lambda name, told, prompt: None))

    async def grow() -> None:
        for _ in range(batches):
            await tree.grow()

    asyncio.run(grow())
    return tree, *observe(tree)


def sample(rest: Rest, count: int) -> list[SampledMatch]:
    async def matches() -> list[SampledMatch]:
        return await asyncio.gather(*map(rest.match, range(count)))

    return asyncio.run(matches())


@pytest.mark.parametrize("rule", [{"attempts": 3}, {"invalid": "policy"}])
@pytest.mark.parametrize("batches", [1, 2])
def test_estimates_have_no_bias_and_their_intervals_hold_the_truth(batches: int, rule: dict[str, Any]) -> None:
    pairing, model = paired(rambling, **rule)
    wanted = enumerate_rounds(pairing, model, ROUNDS)
    tree, known, left = followed(pairing, batches)
    matches = sample(Rest(tree, left, "cell", 1), 1200)
    truths = {"net": 100 * wanted.net / ROUNDS, "expected_net": 100 * wanted.expected / ROUNDS}
    parts = [measures(tree, known, left, matches[start : start + 30]) for start in range(0, len(matches), 30)]
    for name, truth in truths.items():
        estimates = np.array([part[name] for part in parts])
        assert abs(estimates.mean() - truth) < 4 * estimates.std(ddof=1) / np.sqrt(len(parts))
        held = [part[f"{name}_ci"][0] <= truth <= part[f"{name}_ci"][1] for part in parts]
        assert sum(held) >= 34  # of 40: 38 are expected, fewer than 34 in one of 100
    determinism = np.array([part["determinism"]["mean"] for part in parts])
    off = determinism.mean() - wanted.determinism / ROUNDS
    assert abs(off) < 4 * determinism.std(ddof=1) / np.sqrt(len(parts))


def test_the_rest_is_narrower_than_plain_matches_of_as_many_rounds() -> None:
    pairing, model = paired(rambling, attempts=3)
    tree, known, left = followed(pairing, 2)
    rest = Rest(tree, left, "cell", 1)
    budget = 300  # rounds, or prompts
    matches = sample(rest, int((budget - tree.seats.asked) / rest.rounds))
    low, high = measures(tree, known, left, matches)["net_ci"]
    # plain matches vary by as much as single rounds do at least
    wanted = enumerate_rounds(pairing, model, ROUNDS)
    assert high - low < 2 * 1.96 * 100 * np.sqrt((1 - (wanted.net / ROUNDS) ** 2) / 2 / budget)


def test_a_token_that_was_too_rare_to_be_followed_is_drawn_from_the_others_alone() -> None:
    pairing, _ = paired(rambling, attempts=3)
    tree, _, left = followed(pairing, 3)
    tails = [part for part in left if part.part is not None and part.part.tail]
    assert tails
    for match in sample(Rest(tree, tails, "cell", 1), 20):
        assert match.rounds[0].policy is None
        assert match.rounds[0].answers[0].startswith(" Ann")


def test_a_sampled_match_depends_on_its_number_alone() -> None:
    pairing, _ = paired(rambling, attempts=3)
    tree, _, left = followed(pairing, 2)

    def some(numbers: Sequence[int]) -> list[SampledMatch]:
        rest = Rest(tree, left, "cell", 1)
        return [asyncio.run(rest.match(number)) for number in numbers]

    assert some([4, 2]) == some([2, 4])[::-1]
    assert some([3]) != [asyncio.run(Rest(tree, left, "cell", 2).match(3))]


def test_what_is_known_and_what_is_open_make_up_a_match() -> None:
    pairing, _ = paired(rambling, attempts=3)
    for batches in (1, 2, 4):
        _, known, left = followed(pairing, batches)
        decided = sum(row.won + row.tied + row.lost for row in known)
        assert decided + sum(part.probability * part.rounds for part in left) == pytest.approx(ROUNDS, abs=1e-9)
        seen = sum(row.weight for row in known)
        assert seen + sum(part.probability * part.policies for part in left) == pytest.approx(ROUNDS, abs=1e-9)
