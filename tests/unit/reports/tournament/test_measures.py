"""A cell's numbers, by hand and against the rules written out again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from arena.games import parse_game
from arena.records import Outcome
from arena.reports.tournament.measures import CellReport
from tests.support.played import NONE, PAPER, PROMPT, ROCK, SCISSORS, cell_report, columns, played

KEYS = [
    "subject", "opponent", "game", "prompt", "matches", "rounds", "wins", "ties", "losses", "net", "net_ci",
    "expected_net", "expected_net_ci", "invalid_rate", "forfeit_rate", "mass", "determinism", "determinism_after",
    "distinct_prompts", "seconds",
]  # fmt: skip


def by_hand() -> CellReport:
    """Two matches of three rounds; one forfeit; the policies' largest probabilities are .5 .6 .8 and .4 .5 .9."""
    return cell_report(
        columns(
            match=[0, 0, 0, 1, 1, 1],
            number=[1, 2, 3, 1, 2, 3],
            move=[ROCK, SCISSORS, PAPER, ROCK, NONE, PAPER],
            reply=[PAPER, PAPER, PAPER, ROCK, PAPER, SCISSORS],
            outcome=[-1, 1, 0, 0, -1, -1],
            policy=[
                [0.5, 0.3, 0.2],
                [0.6, 0.2, 0.2],
                [0.1, 0.8, 0.1],
                [0.4, 0.3, 0.3],
                [0.5, 0.25, 0.25],
                [0, 0.9, 0.1],
            ],
            drawn=[1, 2, 1, 1, 20, 1],
            invalid=[0, 1, 0, 0, 20, 0],
            mass=[0.9, 0.8, 0.9, 0.9, 0.1, 0.6],
            loose_mass=[1.0, 0.9, 1.0, 1.0, 0.2, 0.7],
            prompt=[0, 1, 2, 0, 3, 4],
        ),
        prompt=PROMPT,
    )


def test_the_document_has_the_keys_of_the_contract_and_no_others_before_them() -> None:
    found = by_hand().to_json()
    assert list(found)[: len(KEYS)] == KEYS
    assert list(found["determinism"]) == ["mean", "p50", "p95", "max"]
    assert list(found["determinism_after"]) == ["win", "tie", "loss"]
    for after in found["determinism_after"].values():
        assert list(after)[:3] == ["mean", "minus_loss", "minus_loss_ci"]
    assert found["prompt"] == {"style": "base", "format": "none", "wording": "log"}


def test_rates_by_hand() -> None:
    found = by_hand().to_json()
    assert (found["matches"], found["rounds"], found["distinct_prompts"], found["seconds"]) == (2, 6, 5, 1.5)
    assert found["wins"] == pytest.approx(100 / 6)
    assert found["ties"] == pytest.approx(200 / 6)
    assert found["losses"] == 50.0
    assert found["net"] == pytest.approx(-200 / 6)
    assert found["invalid_rate"] == pytest.approx(100 * 21 / 26)  # of answers, not of rounds
    assert found["forfeit_rate"] == pytest.approx(100 / 6)
    assert found["mass"] == pytest.approx(4.2 / 6)
    assert found["loose_mass"] == pytest.approx(4.8 / 6)


def test_intervals_from_two_matches_go_as_far_as_two_matches_allow() -> None:
    found = by_hand().to_json()
    # both matches at their mean, or as far apart as they are, leave more than half of the range and less than all
    for key, width in (("net_ci", 200), ("expected_net_ci", 200), ("gap_ci", 400)):
        low, high = found[key]
        assert -width / 2 <= low < found[key.removesuffix("_ci")] < high <= width / 2
        assert width * 0.8 < high - low < width


def test_the_expected_net_counts_a_forfeits_policy() -> None:
    # against paper: scissors - rock; against rock: paper - scissors; against scissors: rock - paper
    rounds = [0.2 - 0.5, 0.2 - 0.6, 0.1 - 0.1, 0.3 - 0.3, 0.25 - 0.5, 0.0 - 0.9]
    found = by_hand().to_json()
    assert found["expected_net"] == pytest.approx(100 * sum(rounds) / 6)
    assert found["gap"] == pytest.approx(found["net"] - found["expected_net"])
    # the gap's rounds are -70, 140, 0 and 0, -75, -10
    assert found["gap"] == pytest.approx(-15 / 6)


def test_a_round_that_the_opponent_forfeits_is_won_whatever_the_policy() -> None:
    rounds = columns([0, 1], [1, 1], [ROCK, PAPER], [NONE, PAPER], [1, 0], [[0.5, 0.3, 0.2]] * 2)
    found = cell_report(rounds).to_json()
    assert found["expected_net"] == pytest.approx((100 - 30) / 2)
    assert found["forfeit_rate"] == 0.0  # the subject's


def test_determinism_by_hand() -> None:
    found = by_hand().to_json()["determinism"]
    assert found["mean"] == pytest.approx(3.7 / 6)
    assert found["p50"] == pytest.approx(0.55)
    assert found["p95"] == pytest.approx(0.875)  # a quarter below the largest step: 0.8 + 0.75 * 0.1
    assert found["max"] == 0.9


def test_determinism_after_outcomes_by_hand() -> None:
    found = by_hand().to_json()["determinism_after"]
    # after a win: 0.8; after a tie: 0.5; after a loss: 0.6 and 0.9; no match's first round is after anything
    assert found["win"]["mean"] == 0.8
    assert found["win"]["minus_loss"] == pytest.approx(0.05)
    assert found["tie"]["minus_loss"] == pytest.approx(-0.25)
    loss = found["loss"]
    low, high = loss.pop("mean_ci")
    assert low < 0.75 < high  # two matches, 0.6 and 0.9
    assert loss == {
        "mean": 0.75,
        "minus_loss": 0.0,
        "minus_loss_ci": None,  # nothing is estimated
        "minus_loss_within_round": 0.0,
        "minus_loss_within_round_ci": None,
    }
    assert found["win"]["minus_loss_ci"] is None  # only one match had such a round
    assert found["win"]["mean_ci"] is None
    assert found["win"]["minus_loss_within_round"] == pytest.approx(-0.1)  # round 3: 0.8 - 0.9
    assert found["tie"]["minus_loss_within_round"] == pytest.approx(-0.1)  # round 2: 0.5 - 0.6


def test_an_outcome_that_never_came_is_null() -> None:
    rounds = columns([0, 0, 1, 1], [1, 2, 1, 2], [ROCK] * 4, [PAPER] * 4, [-1] * 4, [[1, 0, 0]] * 4)
    found = cell_report(rounds).to_json()
    assert found["net"] == -100.0
    # Clopper and Pearson's interval of 0 of 2 ends at 0.842
    assert found["net_ci"] == pytest.approx([-100.0, -100 + 168.4], abs=1)
    assert found["wins"] == found["ties"] == 0.0
    for outcome in ("win", "tie"):
        assert set(found["determinism_after"][outcome].values()) == {None}


def test_one_match_has_values_and_no_interval() -> None:
    found = played("rps", 1, sharpness=1, matches=1).to_json()
    assert found["net"] is not None
    assert found["net_ci"] is found["expected_net_ci"] is found["gap_ci"] is None
    assert all(after["minus_loss_ci"] is None for after in found["determinism_after"].values())


def test_a_bot_has_no_prompt_and_no_answers() -> None:
    rounds = columns([0, 1], [1, 1], [ROCK, PAPER], [PAPER, PAPER], [-1, 0], [[0.6, 0.2, 0.2]] * 2)
    found = cell_report(rounds, subject="mix:rock=0.6,paper=0.2,scissors=0.2").to_json()
    assert found["prompt"] is None and found["invalid_rate"] is None
    assert found["distinct_prompts"] == 0 and found["forfeit_rate"] == 0.0


def test_a_subject_without_policies_has_a_net_and_nothing_that_needs_a_policy() -> None:
    rounds = columns([0, 1], [1, 1], [ROCK, PAPER], [PAPER, PAPER], [-1, 0], np.full((2, 3), np.nan), mass=[np.nan] * 2)
    found = cell_report(rounds, subject="human").to_json()
    assert found["net"] == -50.0 and found["net_ci"] is not None
    for key in ("expected_net", "expected_net_ci", "gap", "gap_ci", "mass", "reply_ties"):
        assert found[key] is None
    assert set(found["determinism"].values()) == {None}
    assert all(set(after.values()) == {None} for after in found["determinism_after"].values())


def test_a_cell_without_finished_matches_is_null_where_undefined() -> None:
    found = cell_report(columns([], [], [], [], [], np.empty((0, 3))), open_matches=3).to_json()
    assert (found["matches"], found["rounds"], found["open_matches"]) == (0, 0, 3)
    for key in ("wins", "ties", "losses", "net", "net_ci", "expected_net", "invalid_rate", "forfeit_rate", "mass"):
        assert found[key] is None
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("game", "policy", "expected", "determinism"),
    [
        ("rps", (0.6, 0.2, 0.2), -40.0, 0.6),
        ("rps", (1 / 3,) * 3, 0.0, 1 / 3),
        ("hide-and-seek", (1 / 7,) * 7, 500 / 7, 1 / 7),
        ("matching-pennies", (0.5, 0.5), 0.0, 0.5),
        ("rps", (0.1, 0.2, 0.7), -50.0, 0.7),
    ],
)
@pytest.mark.parametrize("matches", [2, 25, 109])
def test_exact_policies_have_exact_expected_nets(
    game: str, policy: tuple[float, ...], expected: float, determinism: float, matches: int
) -> None:
    rules = parse_game(game)
    reply = int(np.argmax(np.asarray(policy) @ (rules.payoff == -1)))
    outcome = int(rules.payoff[0, reply])
    rounds = columns(
        range(matches), [1] * matches, [0] * matches, [reply] * matches, [outcome] * matches, [policy] * matches
    )
    found = cell_report(rounds, game).to_json()
    assert found["expected_net"] == expected
    low, high = found["expected_net_ci"]
    assert -100 <= low < expected < high <= 100
    assert found["determinism"]["mean"] == determinism
    if game == "hide-and-seek":
        assert found["ties"] == 0.0


@pytest.mark.parametrize("game", ["rps", "hide-and-seek:5"])
def test_against_the_greedy_reader_the_expected_loss_rate_is_the_mean_determinism(game: str) -> None:
    found = played(game, 3, sharpness=1).to_json()
    if game == "rps":  # wins are what is neither lost nor tied
        assert found["expected_net"] < 0
    else:
        assert found["expected_net"] == pytest.approx(100 - 200 * found["determinism"]["mean"])
    low, high = found["gap_ci"]
    assert low <= 0 <= high  # moves were drawn from the policies
    assert found["wins"] + found["ties"] + found["losses"] == pytest.approx(100)


def test_after_is_the_round_before_of_the_same_match() -> None:
    report = played("rps", 5, sharpness=1, matches=8)
    rounds = report.rounds
    before: dict[tuple[int, int], int] = {
        (int(match), int(number)): int(outcome)
        for match, number, outcome in zip(rounds.match, rounds.number, rounds.outcome, strict=True)
    }
    for outcome in Outcome:
        wanted = [
            before.get((int(match), int(number) - 1)) == outcome
            for match, number in zip(rounds.match, rounds.number, strict=True)
        ]
        assert report.after(outcome).tolist() == wanted


@pytest.mark.parametrize(("policy", "share"), [([1 / 3] * 3, 100.0), ([0.4, 0.4, 0.2], 100.0), ([0.6, 0.2, 0.2], 0.0)])
def test_reply_ties_are_rounds_with_several_best_replies(policy: list[float], share: float) -> None:
    rounds: Any = columns([0, 1], [1, 1], [ROCK] * 2, [PAPER] * 2, [-1] * 2, [policy] * 2)
    assert cell_report(rounds).to_json()["reply_ties"] == share


def test_a_bold_player_is_more_deterministic_after_a_win() -> None:
    low, _ = played("rps", 2, sharpness=1, bold=0.5).to_json()["determinism_after"]["win"]["minus_loss_ci"]
    assert low > 0
