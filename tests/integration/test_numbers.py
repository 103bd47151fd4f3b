"""`arena numbers`, `letters`, `sequences`, `rewards` and `run` as people use them, on bots and on the small models."""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from arena.errors import ExitCode
from tests.support.commands import ARENA, GEMMA, PATIENCE, SMOLLM2, arena, begun, complaint, fresh, wait_for
from tests.support.reward_model import reward_model


def numbers(store: Path, *arguments: str | Path, command: str = "numbers") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(arena(command, *arguments, "--store", store, "--json").stdout)
    return found


def answers(store: Path) -> list[tuple[int, int, str | None, str]]:
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
        query = "SELECT cell, number, value, text FROM answers ORDER BY cell, number"
        return list(connection.execute(query).fetchall())


def count(store: Path) -> int:
    try:
        return len(answers(store))
    except sqlite3.OperationalError:
        return 0


# --- known answers ---


def test_always_seven_scores_15000_and_a_uniform_bot_as_a_true_sample(tmp_path: Path) -> None:
    found = numbers(tmp_path / "a.db", "--subject", "fixed:7", "--subject", "uniform")
    seven, uniform = found["cells"]
    assert (seven["chi2"], seven["mode"], seven["cramers_v"], seven["n"]) == (15000, "7", 1.0, 1500)
    assert uniform["p"] > 1e-6 and sum(uniform["counts"]) == 1500 and uniform["rejected"] == 0
    assert json.loads(arena("report", "--store", tmp_path / "a.db", "--format", "json").stdout) == found


def test_sequences_of_a_uniform_bot(tmp_path: Path) -> None:
    found = numbers(tmp_path / "a.db", "--subject", "uniform", "--n", "600", command="sequences")
    (cell,) = found["cells"]
    sequences = cell["sequences"]
    assert sequences["repetitions"]["mode"] == 3  # figure 3: the most common in a true sample
    assert sequences["repetitions"]["mse"] < 10 * sequences["repetitions"]["floor"]
    assert sequences["frequencies"]["p"] > 1e-6 and sequences["neighbours"]["dependence"]["p"] > 1e-6


# --- the small models ---


@pytest.mark.long
@pytest.mark.model
def test_sampled_and_exact_agree_within_sampling_error(tmp_path: Path) -> None:
    found = numbers(tmp_path / "a.db", "--model", GEMMA, "--n", "400")
    (cell,) = found["cells"]
    exact = cell["exact"]
    expected = np.array(exact["probabilities"])
    assert expected.sum() == pytest.approx(1.0) and exact["unexplored"] < 0.2
    # what is open may be of any value: at most so far are the true shares from these
    slack = exact["unexplored"] / exact["valid"]
    shares = np.array(cell["counts"]) / 400
    assert np.abs(shares - expected).max() < slack + 4 * 0.5 / np.sqrt(400)
    assert cell["drawn"] * exact["valid"] <= 400 + 4 * np.sqrt(cell["drawn"]) / 2 + slack * cell["drawn"]
    likely = expected > 0.02
    pooled = [*np.array(cell["counts"])[likely], np.array(cell["counts"])[~likely].sum()]
    tested = stats.chisquare(pooled, 400 * np.array([*expected[likely], expected[~likely].sum()]))
    assert tested.pvalue > 1e-6
    assert cell["entropy"]["entropy"] > 1
    assert found["manifest"]["models"][GEMMA].startswith("llama")


@pytest.mark.long
@pytest.mark.model
def test_a_grid_in_exact_mode_and_what_its_report_says(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    found = numbers(store, "--model", SMOLLM2, "--mode", "exact", "--temperature", "1,1.5", "--top-p", "1,0.8,0.5")
    cells = {(cell["prompt"]["temperature"], cell["prompt"]["top_p"]): cell for cell in found["cells"]}
    assert len(cells) == 6
    assert len({cell["exact"]["distributions"] for cell in cells.values()}) == 1  # one tree
    for cell in cells.values():
        exact = cell["exact"]
        assert exact["valid"] + exact["rejected"] + exact["unexplored"] == pytest.approx(1.0)
    # a hotter distribution is closer to uniform, a narrower nucleus farther from it
    chi2 = {setting: cell["exact"]["expected_chi2"] for setting, cell in cells.items()}
    assert chi2[1.0, 0.5] > chi2[1.0, 1.0] and chi2[1.5, 0.5] < chi2[1.0, 0.5]
    printed = arena("report", "--store", store, "--format", "md").stdout
    assert "### Table 4" in printed and "temperature 1.5, top-p 0.5" in printed


@pytest.mark.long
@pytest.mark.model
def test_a_killed_run_of_a_model_goes_on_and_draws_each_number_once(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = ("numbers", "--model", SMOLLM2, "--n", "300", "--mode", "sample", "--seed", "5", "--store", store)
    with begun(*command) as process:
        wait_for(lambda: count(store) > 20, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = answers(store)
    assert len(kept) > 0
    arena(*command)
    drawn = answers(store)
    assert drawn[: len(kept)] == kept
    assert [number for _, number, *_ in drawn] == list(range(len(drawn)))
    assert sum(value is not None for *_, value, _ in drawn) == 300 and drawn[-1][2] is not None


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = ("sequences", "--subject", "uniform", "--n", "200000", "--store", store)
    with begun(*command) as process:
        wait_for(lambda: count(store), process)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == ExitCode.INTERRUPTED
    line = stderr.splitlines()[-1]
    assert line.startswith("arena: interrupted; ")
    program, *arguments = shlex.split(line.partition("To go on: ")[2])
    assert program == "arena" and arguments == list(map(str, command))


@pytest.mark.long
@pytest.mark.model
def test_letters_paraphrases_and_a_matched_entropy(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    letters = numbers(store, "--model", SMOLLM2, "--n", "30", command="letters")["cells"][0]
    assert letters["values"][0] == "a" and letters["mode"] in letters["values"] and letters["exact"]["valid"] > 0.3
    asked = numbers(store, "--model", GEMMA, "--mode", "exact", "--paraphrases")["cells"]
    assert [cell["prompt"]["variant"] for cell in asked] == ["0", "1", "2", "3", "4"]
    assert len({cell["prompt"]["wording"] for cell in asked}) == 5
    base, aligned = numbers(store, "--model", SMOLLM2, "--match-entropy", GEMMA, "--n", "20")["cells"]
    assert base["subject"] == f"llm:{GEMMA}" and base["prompt"]["temperature"] == 1.0
    assert aligned["entropy"]["target"] == pytest.approx(base["entropy"]["entropy"], abs=0.2)
    assert aligned["entropy"]["entropy"] >= aligned["entropy"]["target"]


def test_a_suite_of_one_s_own_with_games_and_tasks(tmp_path: Path) -> None:
    suite = tmp_path / "mine.toml"
    suite.write_text(
        'title = "Bots"\nsubjects = ["uniform"]\n[[tournament]]\ngames = ["rps"]\nmatches = 5\nrounds = 2\n'
        '[[task]]\ntask = "letters"\nn = 50\n',
        encoding="utf-8",
    )
    document = json.loads(arena("run", suite, "--store", tmp_path / "a.db", "--json").stdout)
    assert document["games"]["cells"][0]["rounds"] == 10 and document["tasks"]["cells"][0]["n"] == 50
    printed = arena("run", suite, "--store", tmp_path / "a.db").stdout
    assert "rock-paper-scissors" in printed and "single random letters" in printed
    assert "laptop  " in arena("run").stdout


def test_runs_of_games_and_of_tasks_are_reported_one_after_another(tmp_path: Path) -> None:
    store, out = tmp_path / "a.db", tmp_path / "out"
    arena("tournament", "--subject", "uniform", "--games", "5", "--rounds", "2", "--store", store)
    arena("letters", "--subject", "uniform", "--n", "50", "--store", store)
    both = ("report", "--store", store, "--run", *_names(store))
    for format_ in ("rich", "md", "tex"):
        printed = arena(*both, "--format", format_).stdout.lower()
        assert "rock-paper-scissors" in printed and "single random letters" in printed
    lines = arena(*both, "--format", "csv").stdout.splitlines()
    assert sum(line.startswith(("game,source,", "model,subject,")) for line in lines) == 2
    found = json.loads(arena(*both, "--format", "json", "--out", out).stdout)
    assert list(found) == ["reports"] and {"games", "seed"} & set(found["reports"][0])
    assert sorted(report["cells"][0].get("task", "a game") for report in found["reports"]) == ["a game", "letters"]
    written = {path.name for path in out.iterdir()}
    assert {"table2.md", "table2.json", "figure4.png", "table6.md", "numbers.json", "figure2-letters.svg"} <= written


def _names(store: Path) -> list[str]:
    first, second = (run["run"] for run in json.loads(arena("runs", "--store", store, "--json").stdout)["runs"])
    return [first, "--run", second]


# --- a person, and a reward model ---


def test_a_person_s_numbers_are_read_scored_and_kept(tmp_path: Path) -> None:
    said = "\n".join([*(str(number) for number in (7, 3, 8, 1, 7, 9, 2, 5)), "eleven", "4", "10", ""])
    command = [
        *ARENA,
        "numbers",
        "--human",
        "--n",
        "10",
        "--subject",
        "uniform",
        "--store",
        tmp_path / "a.db",
        "--json",
    ]
    done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == ExitCode.DONE, done.stderr
    person, bot = json.loads(done.stdout)["cells"]
    assert person["subject"] == "human" and person["n"] == 10 and person["rejected"] == 1 and person["mode"] == "7"
    assert person["p"] is None and person["neighbours"]["repeat_rate"] == 0
    assert bot["n"] == 10
    command[command.index("--json")] = "--display=none"
    cut = subprocess.run(command, input="7\n3\n", capture_output=True, text=True, timeout=PATIENCE)
    assert cut.returncode == ExitCode.INPUT and "those so far are kept" in cut.stderr
    kept = json.loads(arena("report", "--store", tmp_path / "a.db", "--format", "json").stdout)["cells"][0]
    assert kept["n"] == 2


@pytest.mark.long
def test_a_reward_model_s_table(reward_weights: Path, tmp_path: Path) -> None:
    folder = reward_model(reward_weights / "reward", tmp_path / "reward")
    store = tmp_path / "a.db"
    (cell,) = json.loads(fresh("rewards", folder, "--store", store, "--json").stdout)["cells"]
    values = cell["rewards"]["values"]
    assert len(values) == 11 and len(set(values)) > 1
    printed = arena("rewards", folder, "--store", store, "--published").stdout
    assert f"{values[7]:.2f}" in printed and "5.29" in printed
    assert len(json.loads(arena("runs", "--store", store, "--json").stdout)["runs"]) == 1


# --- bad input ---


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("numbers",), ExitCode.USAGE, "nobody draws"),
        (("numbers", "--model", "gemma-3-27m"), ExitCode.INPUT, "did you mean"),
        (("numbers", "--subject", "greedy"), ExitCode.USAGE, "draws nothing by itself"),
        (("numbers", "--subject", "fixed:11"), ExitCode.USAGE, "no move '11'"),
        (("numbers", "--subject", "uniform", "--n", "0"), ExitCode.USAGE, "at least one answer"),
        (("numbers", "--subject", "uniform", "--mode", "exact"), ExitCode.USAGE, "exact mode is for models"),
        (("numbers", "--subject", "uniform", "--temperature", "1,x"), ExitCode.USAGE, "numbers with commas"),
        (("numbers", "--subject", "uniform", "--temperature", "0"), ExitCode.USAGE, "0"),
        (("numbers", "--subject", "uniform", "--top-p", "1.5"), ExitCode.USAGE, "1.5"),
        (("numbers", "--subject", "uniform", "--match-entropy", "nobody"), ExitCode.USAGE, "between models"),
        (("letters", "--subject", "fixed:z"), ExitCode.USAGE, "no move 'z'"),
        (("run", "laptopp"), ExitCode.USAGE, "did you mean 'laptop'"),
        (("run", "nowhere.toml"), ExitCode.INPUT, "can't be read"),
        (("rewards", "./nowhere"), ExitCode.INPUT, "nowhere"),
    ],
)
def test_bad_input_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    assert said in complaint(*arguments, "--store", tmp_path / "a.db", code=code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subjects = [", "isn't TOML"),
        ('title = "x"\nsubjects = []\n', "has no part"),
        (
            'title = "x"\nsubjects = ["uniform"]\n[[task]]\ntask = "integers"\nm = 3\n',
            "`m` of [[task]]",
        ),
        ('title = "x"\nsubjects = ["uniform"]\n[[task]]\ntask = "integers"\nn = 0\n', "of at least 1"),
        (
            'title = "x"\nname = "y"\nsubjects = ["uniform"]\n[[task]]\ntask = "integers"\n',
            "no suite has",
        ),
    ],
)
def test_a_suite_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    suite = tmp_path / "bad.toml"
    suite.write_text(text, encoding="utf-8")
    assert said in complaint("run", suite, "--store", tmp_path / "a.db", code=ExitCode.INPUT)
