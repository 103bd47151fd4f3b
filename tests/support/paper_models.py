"""Bots that stand for the paper's 8B models: their rates and distributions are made from its published numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arena.games import parse_game
from arena.records import Answer, Decision, Policy, Round, Sample
from arena.reports.published import find
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from arena.store.writer import RunWriter
from tests.support.specs import numbers_run, tournament_run

MODELS = {
    "base": "llm:llama-3.1-8b",
    "llama-instruct": "llm:llama-3.1-8b-instruct",
    "tulu-dpo": "llm:tulu-3-8b-dpo",
    "tulu-sft": "llm:tulu-3-8b-sft",
    "tulu-full": "llm:tulu-3-8b",
}
K = 11
Draw = np.random.Generator
Rates = Mapping[str, float]  # wins, ties and losses in percent


def style(recipe: str) -> str:
    return "base" if recipe == "base" else "instruct"


def value(key: str) -> float:
    found = find(key)
    assert isinstance(found, float)
    return found


def rates(recipe: str, game: str) -> dict[str, float]:
    """The published rates of an 8B model."""
    return {name: value(f"table2/8B/{recipe}/{game}/{name}") for name in ("wins", "ties", "losses")}


def of_chi_square(chi2: float, n: int, peak: int = 7) -> NDArray[np.float64]:
    """A distribution of which n answers have that chi-square on average: one value stands out of the others."""
    away = np.sqrt(max(0.0, chi2 - (K - 1)) / (n - 1) / (K - 1))
    return (1 - away) * np.full(K, 1 / K) + away * np.eye(K)[peak]


def sequences(recipe: str, n: int, draw: Draw) -> list[tuple[int, ...]]:
    """Base draws truly, tulu-sft mostly without repeating, the others mostly count upwards."""
    rows = draw.integers(0, K, (n, 10))
    if recipe != "base":
        careful = draw.random(n) < (0.6 if recipe == "tulu-sft" else 0.9)
        mixed = np.array([draw.permutation(K)[:10] for _ in range(n)])
        rows[careful] = (mixed if recipe == "tulu-sft" else np.sort(mixed, axis=1))[careful]
    return [tuple(row) for row in rows.tolist()]


def fill(path: Path, matches: int, planted: Mapping[tuple[str, str], Rates], seed: int = 1) -> None:
    """A store with both games of all five models, and their integers, letters and sequences. `planted` are rates, by
    recipe and game, in place of the published ones."""
    draw = np.random.default_rng(seed)
    with Store.open(path, create=True) as store:
        cells = {
            (recipe, game): _cell(recipe, game, "greedy") for recipe in MODELS for game in ("rps", "hide-and-seek")
        }
        with store.begin(tournament_run(list(cells.values()), matches, 10)) as writer:
            for (recipe, game), cell in cells.items():
                given = planted.get((recipe, game), rates(recipe, game))
                _play(writer, cell, game, given, recipe, matches, draw)
            writer.finish()
        _draw(store, "integers", 1500, draw)
        _draw(store, "letters", 300, draw)
        _draw(store, "sequences", 200, draw)


def _cell(recipe: str, what: str, opponent: str = "") -> CellSpec:
    asked = Asked(style=style(recipe), format="none", wording="stand-in")
    if not opponent:
        asked = Asked(style=style(recipe), format="none", wording="stand-in", temperature=1.0, top_p=1.0)
    subject = MODELS[recipe]
    return CellSpec(f"{subject}|{opponent}|{what}|-|-", subject, opponent, what, asked)


def _play(writer: RunWriter, cell: CellSpec, game: str, given: Rates, recipe: str, matches: int, draw: Draw) -> None:
    """The outcomes have the rates; the stored policies are only for determinism, which is higher after luck for aligned
    models, and after a tie slightly lower for base."""
    rules = parse_game(game)
    reply = 1 if game == "rps" else 0
    moves = {outcome: np.flatnonzero(rules.payoff[:, reply] == outcome) for outcome in (1, 0, -1)}
    shares = np.array([given["wins"], given["ties"], given["losses"]])
    for match in range(matches):
        outcome = -1
        for number in range(1, 11):
            middle, tied, won = (0.5, -0.02, 0.0) if recipe == "base" else (0.7, 0.05, 0.05)
            best = middle + {1: won, 0: tied, -1: 0.0}[outcome] + 0.02 * draw.standard_normal()
            policy = np.full(len(rules.moves), (1 - best) / (len(rules.moves) - 1))
            policy[0] = best
            outcome = int(draw.choice([1, 0, -1], p=shares / shares.sum()))
            move = int(draw.choice(moves[outcome]))
            decision = Decision(Policy(tuple(policy.tolist())), move)
            writer.add_round(
                cell.key, match, Round(number, rules.outcome(move, reply), decision, Decision(None, reply))
            )
        writer.finish_match(cell.key, match)


def _draw(store: Store, task: str, n: int, draw: Draw) -> None:
    cells = {recipe: _cell(recipe, task) for recipe in MODELS}
    with store.begin(numbers_run(list(cells.values()), n)) as writer:
        for recipe, cell in cells.items():
            if task == "sequences":
                values = sequences(recipe, n, draw)
            elif task == "letters":
                p = of_chi_square(value(f"table6/8B/{recipe}/chi2"), 1500, 9 if "tulu" in recipe else 0)
                values = [(one,) for one in draw.choice(K, n, p=p).tolist()]
            else:
                p = of_chi_square(value(f"table4/1.0/1.0/{recipe}"), n)
                values = [(one,) for one in draw.choice(K, n, p=p).tolist()]
            for number, one in enumerate(values):
                writer.add_answer(cell.key, number, Answer(Sample("", (), "eos"), one))
        writer.finish()
