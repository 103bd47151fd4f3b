"""Bots whose results are known exactly, and intervals that hold what they say they hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from arena.agents.agent import Agent, Sees, View
from arena.agents.readers.greedy import GreedyReader
from arena.agents.spec import make_bot, parse_agent
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import Game, parse_game
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Seat
from arena.reports.tournament.measures import NET
from arena.stats.clusters import mean
from tests.support.commands import arena

MIX = "mix:rock=0.6,paper=0.2,scissors=0.2"
SUBJECTS = ("fixed:rock", MIX, "uniform")

RUN_KEYS = {"run", "games", "rounds", "seed", "cells"}
CELL_KEYS = {
    "subject", "opponent", "game", "prompt", "matches", "rounds", "wins", "ties", "losses", "net", "net_ci",
    "expected_net", "expected_net_ci", "invalid_rate", "forfeit_rate", "mass", "determinism", "determinism_after",
    "distinct_prompts", "seconds",
}  # fmt: skip
AFTER_KEYS = {"mean", "minus_loss", "minus_loss_ci"}
# what may stand beside them
DEFINITIONS = Path(__file__).parents[2] / "docs" / "definitions.md"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `arena tournament --json` prints of three bots."""
    store = tmp_path_factory.mktemp("known") / "known.db"
    subjects = [argument for subject in SUBJECTS for argument in ("--subject", subject)]
    command = ("tournament", *subjects, "--games", "50", "--rounds", "10", "--seed", "7", "--store", store)
    printed = arena(*command, "--json").stdout
    found: dict[str, Any] = json.loads(printed)
    reported = json.loads(arena("report", "--store", store, "--format", "json").stdout)
    assert reported == found
    return found


def cell(document: dict[str, Any], subject: str) -> dict[str, Any]:
    (found,) = [cell for cell in document["cells"] if cell["subject"] == subject]
    return dict(found)


def test_a_fixed_move_loses_every_round(document: dict[str, Any]) -> None:
    rock = cell(document, "fixed:rock")
    assert (rock["wins"], rock["ties"], rock["losses"]) == (0.0, 0.0, 100.0)
    assert (rock["net"], rock["expected_net"]) == (-100.0, -100.0)
    low, high = rock["net_ci"]
    assert low == -100.0 < high < -100 + 200 * (1 - 0.02 ** (1 / rock["matches"]))
    assert rock["determinism"] == {"mean": 1.0, "p50": 1.0, "p95": 1.0, "max": 1.0}
    after = rock["determinism_after"]
    assert [after["loss"][key] for key in ("mean", "minus_loss", "minus_loss_ci")] == [1.0, 0.0, None]
    assert [after["win"][key] for key in ("mean", "minus_loss", "minus_loss_ci")] == [None, None, None]


def test_a_mix_has_its_exact_expectation(document: dict[str, Any]) -> None:
    mix = cell(document, MIX)
    assert mix["expected_net"] == -40.0
    low, high = mix["expected_net_ci"]
    assert low < -40.0 < high
    assert mix["determinism"] == {"mean": 0.6, "p50": 0.6, "p95": 0.6, "max": 0.6}
    low, high = mix["net_ci"]
    assert low < -40.0 < high
    assert low < mix["net"] < high


def test_uniform_play_has_the_value_of_the_game(document: dict[str, Any], tmp_path: Path) -> None:
    assert cell(document, "uniform")["expected_net"] == 0.0
    assert cell(document, "uniform")["determinism"]["mean"] == 1 / 3
    command = ("tournament", "--subject", "uniform", "--game", "hide-and-seek", "--game", "matching-pennies")
    printed = arena(*command, "--games", "20", "--store", tmp_path / "uniform.db", "--json").stdout
    seven, two = json.loads(printed)["cells"]
    assert seven["expected_net"] == pytest.approx(500 / 7, abs=1e-12)
    assert seven["ties"] == 0.0
    assert seven["determinism"]["mean"] == 1 / 7
    assert two["expected_net"] == 0.0


def test_the_document_has_the_documented_keys(document: dict[str, Any]) -> None:
    more: set[str] = set(document) - RUN_KEYS
    assert set(document) >= RUN_KEYS
    for found in document["cells"]:
        assert set(found) >= CELL_KEYS
        more |= set(found) - CELL_KEYS
        assert set(found["determinism"]) == {"mean", "p50", "p95", "max"}
        assert set(found["determinism_after"]) == {"win", "tie", "loss"}
        for after in found["determinism_after"].values():
            assert set(after) >= AFTER_KEYS
            more |= set(after) - AFTER_KEYS
    page = DEFINITIONS.read_text(encoding="utf-8")
    assert [key for key in sorted(more) if f"`{key}`" not in page] == []


def test_the_document_adds_up(document: dict[str, Any]) -> None:
    assert (document["games"], document["rounds"], document["seed"]) == (50, 10, 7)
    assert [cell["subject"] for cell in document["cells"]] == list(SUBJECTS)
    for found in document["cells"]:
        assert (found["opponent"], found["game"], found["prompt"]) == ("greedy", "rps", None)
        assert (found["matches"], found["rounds"]) == (50, 500)
        assert found["wins"] + found["ties"] + found["losses"] == pytest.approx(100.0)
        assert found["wins"] - found["losses"] == pytest.approx(found["net"])
        assert (found["invalid_rate"], found["forfeit_rate"], found["mass"]) == (None, 0.0, 1.0)
        assert found["distinct_prompts"] == 0
        assert found["seconds"] > 0


# -- intervals ----------------------------------------------------------------------------------------------


class Moody:
    """Plays all of a match by one policy, and tosses a coin before it which: its rounds hang together."""

    name = "moody"
    sees: Final = Sees.MOVES

    def __init__(self, seed: int) -> None:
        self._seed = seed

    async def decide(self, view: View) -> Decision:
        stubborn = uniforms(stream(self._seed, "mood", view.match), 1)[0] < 0.5
        policy = Policy((0.8, 0.1, 0.1) if stubborn else (0.4, 0.35, 0.25))
        first, second, _ = np.cumsum(policy.probabilities)
        return Decision(policy, int(view.draw >= first) + int(view.draw >= second))


def mixed(seed: int) -> Agent:
    """The same mix in every round, so that rounds are independent."""
    return make_bot(parse_agent("mix:rock=0.5,paper=0.3,scissors=0.2"), parse_game("rps"), Seat.SUBJECT)


@pytest.mark.long
@pytest.mark.parametrize(
    ("subject", "rounds", "true_net"),
    [
        (mixed, 5, 100 * (0.2 - 0.5)),  # paper is played against it: scissors win, rock loses
        (Moody, 10, 100 * ((0.1 - 0.8) + (0.25 - 0.4)) / 2),
    ],
)
def test_intervals_cover_the_true_net(subject: Callable[[int], Agent], rounds: int, true_net: float) -> None:
    game = parse_game("rps")
    covered = 0
    for seed in range(200):
        pairing = Pairing(game, subject(seed), GreedyReader(game, Seat.OPPONENT), "coverage", seed)
        values, clusters = asyncio.run(_nets(pairing, game, matches=40, rounds=rounds))
        interval = mean(values, clusters, NET).interval
        assert interval is not None
        covered += interval[0] <= true_net <= interval[1]
    assert 0.90 <= covered / 200 <= 0.99


async def _nets(pairing: Pairing, game: Game, matches: int, rounds: int) -> tuple[Any, Any]:
    """Each round's outcome in points, and its match."""
    values, clusters = [], []
    for match in range(matches):
        async for played in play_match(pairing, match, rounds):
            values.append(100.0 * played.outcome)
            clusters.append(match)
    return np.array(values), np.array(clusters)
