"""Exact cells against enumeration, their bounds, and going on after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from arena.errors import ModelError, UsageError
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.records import Outcome
from arena.store.store import Store
from tests.support.enumerated import Rounds, enumerate_rounds
from tests.support.followed import follow, found_in
from tests.support.table_model import TableModel, TableModels, Weights

SHORT: Final = """
name = "short"
closing = []
infix = ": Ann chose"
prompt = "{% for round in rounds %}{{ round.mine }}/{{ round.theirs }} {% endfor %}"
"""


def leaning(text: str) -> Mapping[str, float]:
    """A model that makes one move nearly always; which one depends on the history."""
    moves = (" rock", " paper", " scissors")
    lean = len(text) % 3
    return {moves[lean]: 96.0, moves[lean - 1]: 3.0, moves[lean - 2]: 0.5, "<end>": 0.5}


def moody(text: str) -> Mapping[str, float]:
    """A model that is easy to read once it has won a round, so that it pays to lose one; it always answers with a
    move."""
    if "Ann won" in text:
        return {" rock": 0.98, " paper": 0.01, " scissors": 0.01}
    return {" rock": 0.36, " paper": 0.36, " scissors": 0.28}


def stumbling(text: str) -> Mapping[str, float]:
    """A model that often answers without a move, or only after a name; what is likely depends on the history."""
    if text.endswith(" Bob"):
        return {" scissors": 3.0, "\n": 1.0}
    size = len(text)
    return {" rock": 1 + size % 7, " paper": 1 + size % 5, " Bob": 1 + size % 3, "\n": 0.5, "<end>": 2.0}


def exact(store: Path, weights: Weights, model: TableModel | None = None, **spec: Any) -> dict[str, Any]:
    """The numbers of one cell."""
    run = follow(store, model or TableModel(weights), **{"rounds": 3, "matches": 5000, **spec})
    assert run.finished
    (found,) = found_in(store)
    return found


def enumerated(weights: Weights, **spec: Any) -> Rounds:
    """The same by enumeration."""
    model = TableModel(weights)
    models = TableModels(model)

    async def pairing() -> Any:
        plan = await plan_tournament(TournamentSpec(subjects=("llm:table",), **spec), models)
        return await plan.cells[0].pairing(0, models)

    return enumerate_rounds(asyncio.run(pairing()), model, spec.get("rounds", 3))


@pytest.mark.parametrize(
    ("opponent", "rounds", "rule"),
    [
        ("greedy", 3, {"attempts": 2}),
        ("markov:1", 3, {"invalid": "policy"}),
        ("frequency", 2, {"attempts": 20}),
        ("mix:rock=0.5,paper=0.5", 2, {"attempts": 3, "temperature": 0.7}),
    ],
)
def test_a_small_cell_is_what_enumeration_says(
    opponent: str, rounds: int, rule: dict[str, Any], tmp_path: Path
) -> None:
    found = exact(tmp_path / "a.db", stumbling, opponents=(opponent,), rounds=rounds, **rule)
    wanted = enumerated(stumbling, opponents=(opponent,), rounds=rounds, **rule)
    assert found["net"] == pytest.approx(100 * wanted.net / rounds, abs=1e-9)
    assert found["expected_net"] == pytest.approx(100 * wanted.expected / rounds, abs=1e-9)
    assert found["determinism"]["mean"] == pytest.approx(wanted.determinism / rounds, abs=1e-9)
    assert found["forfeit_rate"] == pytest.approx(100 * wanted.forfeits / rounds, abs=1e-9)
    assert found["invalid_rate"] == pytest.approx(100 * wanted.invalid / wanted.drawn, abs=1e-9)
    for name, outcome in (("win", Outcome.WIN), ("tie", Outcome.TIE), ("loss", Outcome.LOSS)):
        weight, total = wanted.after[outcome]
        assert found["determinism_after"][name]["mean"] == pytest.approx(total / weight, abs=1e-9)
    for low, high in (found["net_bound_ci"], found["expected_net_bound_ci"]):
        assert 0.0 <= high - low < 1e-9
    assert found["sampled_matches"] == 0


def test_a_tenth_of_a_point_is_reached(tmp_path: Path) -> None:
    """Whatever the rest does: ten rounds of a model that leans, with half of the prompts that 300 games have rounds."""
    (tmp_path / "short.toml").write_text(SHORT)
    spec = {"rounds": 10, "matches": 300, "wording": str(tmp_path / "short.toml"), "opponents": ("greedy",)}
    found = exact(tmp_path / "a.db", leaning, **spec)
    low, high = found["net_bound_ci"]
    assert found["prompts"] < 1600
    assert high - low < 0.2
    assert low <= found["net"] <= high


def test_what_is_open_may_go_any_way_within_the_bounds(tmp_path: Path) -> None:
    """With few prompts, the truth is within every bound, and the bounds shrink as the tree grows."""
    wanted = enumerated(stumbling, opponents=("greedy",), rounds=3, attempts=2)
    store = tmp_path / "a.db"
    before = 400.0
    for matches in (1, 20, 60, 200):
        found = exact(store, stumbling, opponents=("greedy",), attempts=2, matches=matches)
        assert found["games"] == matches
        for name, value in (("net", wanted.net), ("expected_net", wanted.expected)):
            low, high = found[f"{name}_bound_ci"]
            assert low <= 100 * value / 3 <= high
        low, high = found["determinism"]["mean_bound_ci"]
        assert low <= wanted.determinism / 3 <= high
        for name, outcome in (("win", Outcome.WIN), ("tie", Outcome.TIE)):
            (weight, total), (losses, of_losses) = wanted.after[outcome], wanted.after[Outcome.LOSS]
            bound = found["determinism_after"][name]["minus_loss_bound_ci"]
            assert bound is None or bound[0] <= total / weight - of_losses / losses <= bound[1]
        low, high = found["net_bound_ci"]
        assert high - low < before
        before = high - low


@pytest.mark.parametrize("fails_after", [40, 150])
def test_a_run_that_failed_goes_on_and_ends_as_if_it_had_not(fails_after: int, tmp_path: Path) -> None:
    """While the tree grows, and while the rest is sampled. What was stored isn't asked again."""
    spec: dict[str, Any] = {"opponents": ("greedy",), "attempts": 2, "rounds": 4, "matches": 60}
    undisturbed = TableModel(stumbling)
    whole = exact(tmp_path / "whole.db", stumbling, undisturbed, **spec)
    assert whole["sampled_matches"]
    store = tmp_path / "a.db"
    with pytest.raises(ModelError):
        exact(store, stumbling, TableModel(stumbling, fails_after=fails_after), **spec)
    second = TableModel(stumbling)
    assert exact(store, stumbling, second, **spec) == whole
    assert len(second.asked) < len(undisturbed.asked)
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        assert opened.prompt_count(cell) > 20


def test_ideal_is_worth_at_least_as_much_as_every_rung(tmp_path: Path) -> None:
    """Where answers are the policy's moves, as the ideal reader plans. It maximises the net here."""
    rungs = ("uniform", "frequency", "wsls", "markov:1", "iocaine", "greedy", "lookahead:2,net", "ideal:net")
    follow(tmp_path / "a.db", TableModel(moody), rounds=3, matches=5000, opponents=rungs)
    nets = {rung: found["net"] for rung, found in zip(rungs, found_in(tmp_path / "a.db"), strict=True)}
    assert all(nets["ideal:net"] <= net + 1e-9 for net in nets.values())
    assert nets["ideal:net"] < nets["greedy"] - 0.5  # planning is worth something here
    assert nets["uniform"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"subjects": ("greedy",), "opponents": ("uniform",)}, "for subjects that see moves alone"),
        ({"opponents": ("llm:table",)}, "for opponents that are readers or bots"),
        ({"span": (1, 2)}, "leave out --matches"),
        ({"matches": 200_000}, "set a lower --games"),
    ],
)
def test_what_cannot_be_followed_is_refused(spec: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        follow(tmp_path / "a.db", TableModel(leaning), **{"matches": 5, "rounds": 10, "opponents": ("greedy",), **spec})
