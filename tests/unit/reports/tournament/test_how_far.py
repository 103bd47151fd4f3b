"""A run that was stopped while the predictable matches were ahead: what is reported of it is a sample of the whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arena.blocks import sample
from arena.games import parse_game
from arena.records import Decision, Policy, Round
from arena.reports.tournament import report
from arena.reports.tournament.comparing import GAMES
from arena.reports.tournament.how_far import state, uncounted
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import read_runs
from arena.stats.clusters import mean
from arena.store import CellRow, CellSpec, Store
from tests.support.specs import tournament_run

MATCHES, ROUNDS = 120, 6
CELL = CellSpec("uniform|greedy|rps|-|-", "uniform", "greedy", "rps")
RULES = parse_game("rps")


def is_predictable(match: int) -> bool:
    return bool(np.random.default_rng(match).random() < 0.4)


def play(path: Path, stopped: bool) -> CellReport:
    """The report of a run in which predictable matches are played to their end, and the others, when it was `stopped`,
    up to round 2, 3 or 4."""
    spec = tournament_run([CELL], MATCHES, ROUNDS)
    with Store.open(path, create=True) as store:
        with store.begin(spec) as writer:
            for match in range(MATCHES):
                draw = np.random.default_rng((match, 1))
                ahead = is_predictable(match) or not stopped
                last = ROUNDS if ahead else 2 + match % 3
                for number in range(1, ROUNDS + 1):
                    # predictable matches are more and more so
                    high = 0.6 + 0.05 * number if is_predictable(match) else 0.4
                    policy = Policy((high, (1 - high) / 2, (1 - high) / 2))
                    move = int(draw.choice(3, p=policy.probabilities))
                    played = Round(number, RULES.outcome(move, 1), Decision(policy, move), Decision(None, 1))
                    if number <= last:
                        writer.add_round(CELL.key, match, played)
                if last == ROUNDS:
                    writer.finish_match(CELL.key, match)
            if not stopped:
                writer.finish()
        (cell,) = read_runs(store, store.run(None)).cells
        return cell


def up_to(cell: CellReport, number: int) -> CellReport:
    return replace(cell, read=lambda: cell.rounds.where(cell.rounds.number <= number))


def test_a_stopped_run_is_reported_as_the_whole_one_up_to_its_round(tmp_path: Path) -> None:
    stopped, whole = play(tmp_path / "stopped.db", True), play(tmp_path / "whole.db", False)
    finished = sum(map(is_predictable, range(MATCHES)))
    assert stopped.state == f"rounds 1 to 2 of 6, all {MATCHES} matches" and whole.state == ""
    assert stopped.uncounted.endswith(f"({finished} matches finished, {MATCHES - finished} open).")
    found, expected = stopped.to_json(), up_to(whole, 2).to_json()
    assert found["net"] is not None and found["determinism_after"]["win"]["minus_loss"] is not None
    of_the_run = ("seconds", "finished_matches", "open_matches", "counted_rounds", "played_rounds", "settings")
    for name in found.keys() - {*of_the_run}:
        assert found[name] == expected[name], name
    assert (found["counted_rounds"], found["rounds"], found["matches"]) == (2, 2 * MATCHES, MATCHES)
    # the matches that are finished say something else
    ahead = np.isin(whole.rounds.match, [match for match in range(MATCHES) if is_predictable(match)])
    early = whole.rounds.number <= 2
    bias = whole.points[ahead & early].mean() - whole.points[early].mean()
    assert abs(bias) > 10


def test_tables_and_figures_say_which_rounds_are_shown(tmp_path: Path) -> None:
    play(tmp_path / "arena.db", True)
    with Store.open(tmp_path / "arena.db") as store:
        found = report(store, store.runs())
    (table,), (figure,) = found.tables, found.figures
    assert table.rows[0].full_name == figure.data.rows[0].full_name == "uniform (rounds 1 to 2 of 6, all 120 matches)"
    assert "later rounds are there too and not counted" in " ".join(found.notes) and not found.nothing
    assert figure.data.rows[0].values["rounds"] == 2 * MATCHES
    after = [figure.data.rows[0].values[f"rounds_after.{name}"] for name in ("win", "tie", "loss")]
    assert sum(after) == MATCHES  # the second round of each match
    assert figure.draw()


def test_the_same_rounds_of_two_runs_are_compared(tmp_path: Path) -> None:
    stopped, whole = play(tmp_path / "stopped.db", True), play(tmp_path / "whole.db", False)
    found = GAMES.compare(stopped, whole, True)
    assert found["net"].same and found["determinism"].same and found["net"].sizes == (MATCHES, MATCHES)


def test_over_many_runs_the_estimate_is_that_of_the_whole_run() -> None:
    """Mean errors in standard errors, over runs whose matches go on at a pace that depends on how they go."""
    errors, naive = [], []
    for seed in range(80):
        draw = np.random.default_rng(seed)
        kinds = draw.random(MATCHES) < 0.4
        nets = np.where(kinds[:, None], -80.0, -5.0) + draw.normal(0, 30, (MATCHES, ROUNDS))
        reached = np.where(kinds, ROUNDS, draw.integers(1, 5, MATCHES))
        whole = int(np.argmin(reached == ROUNDS))
        below, upto = sample(whole - whole % 25, MATCHES, ROUNDS, int(reached.min()), int(reached[:25].min()))
        assert upto is not None
        kept = nets[:below, :upto]
        estimate = mean(kept.ravel(), np.repeat(np.arange(below), upto), (-200.0, 200.0)).value
        assert estimate is not None
        errors.append(estimate - (0.4 * -80 + 0.6 * -5))
        naive.append(nets[reached == ROUNDS].mean() - (0.4 * -80 + 0.6 * -5))
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(len(errors)) < 2
    assert np.mean(naive) < -40


@pytest.mark.parametrize(
    ("below", "reached", "done", "played", "words", "sentence"),
    [
        (
            500,
            1,
            0,
            500,
            "round 1 of 10, all 500 matches",
            "round 1 of 10, all 500 matches (0 matches finished, 9 open).",
        ),
        (
            25,
            4,
            1,
            101,
            "rounds 1 to 4 of 10, matches 1 to 25 of 500",
            "rounds 1 to 4 of 10, matches 1 to 25 of 500; 1 later round is there too and not counted, as the matches "
            "that are ahead aren't a fair sample (1 match finished, 9 open).",
        ),
    ],
)
def test_the_words(below: int, reached: int, done: int, played: int, words: str, sentence: str) -> None:
    cell = CellRow(1, CELL, done, 9, 0.0, below, "run", 10, reached, played)
    assert state(cell, below, 500) == words and uncounted(cell, below, 500) == sentence
