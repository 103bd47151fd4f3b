"""What `arena reproduce` says of ours, once more, from exported Parquet files alone: pandas, and nothing of Arena's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

N = 1500  # what n is taken to be where the paper doesn't print it
INTEGERS, LETTERS = [str(value) for value in range(11)], list("abcdefghijk")


class Exported:
    """A folder of exported files. `runs` maps the names of runs to the keys that the files have for them."""

    def __init__(self, folder: Path, runs: dict[str, str]) -> None:
        self.runs = runs
        files = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
        self.rounds, self.answers, self.findings = (
            files.get(name, pd.DataFrame({"run": [], "cell": []})) for name in ("rounds", "answers", "findings")
        )

    def of(self, table: pd.DataFrame, number: dict[str, Any]) -> pd.DataFrame:
        """The rows of a number's cell."""
        key = self.runs[number["settings"]["run"]]
        return table[(table["run"] == key) & (table["cell"] == number["cell"])]

    def values(self, number: dict[str, Any]) -> np.ndarray:
        """The valid answers of a number's cell, shape (answers, length)."""
        answers = self.of(self.answers, number)
        values = answers.loc[answers["valid"], "value"].to_list()
        if isinstance(values[0], str):  # as JSON: the store has other answers too, such as poems
            values = [json.loads(value) for value in values]
        return np.stack(values)

    def exact(self, number: dict[str, Any]) -> dict[str, Any]:
        """What exact mode found of a number's cell."""
        found = self.of(self.findings, number)
        (text,) = found.loc[found["name"] == "exact", "found"]
        return dict(json.loads(text))


def ours(number: dict[str, Any], files: Exported) -> Any:
    """Our value beside a published number."""
    table, column = number["key"].split("/")[0], number["key"].split("/")[-1]
    if table == "table2":
        return rates(files.of(files.rounds, number))[column].mean()
    if number["by"] == "exact":
        return expected_chi_square(files.exact(number), number["published_n"] or N)
    values = files.values(number).ravel()
    if table == "table1":
        return stats.chisquare(np.bincount(values, minlength=11)).statistic
    if column == "mode":
        return LETTERS[np.bincount(values, minlength=11).argmax()]
    return chi_square(values, number["published_n"] or N)


def rates(rounds: pd.DataFrame) -> pd.DataFrame:
    """Each round's contribution to the rates and the net, in percent and points."""
    won, tied, lost = (100.0 * (rounds["outcome"] == name) for name in ("win", "tie", "loss"))
    return pd.DataFrame({"wins": won, "ties": tied, "losses": lost, "net": won - lost, "match": rounds["match"]})


def t_interval(rounds: pd.DataFrame, column: str) -> tuple[float, float]:
    """Student's interval of the matches' means, which are the clusters: every match has equally many rounds."""
    means = rates(rounds).groupby("match")[column].mean()
    low, high = stats.t.interval(0.95, len(means) - 1, means.mean(), stats.sem(means))
    return float(low), float(high)


def verdict(number: dict[str, Any], files: Exported) -> str:
    """On a rate or a net of table 2: n is 5000 rounds there, and rounds of a match depend on each other as ours do."""
    rounds, column = files.of(files.rounds, number), number["key"].split("/")[-1]
    values, (low, high) = rates(rounds)[column], t_interval(rounds, column)
    effect = stats.sem(rates(rounds).groupby("match")[column].mean()) ** 2 / (values.var(ddof=0) / len(values))
    share = number["published"] / 100
    spread = share * (1 - share)
    if column == "net":
        spread = 1 - number["ties"] / 100 - share**2
    error = 100 * np.sqrt(effect * spread / 5000)
    reach = high - values.mean() if number["published"] > values.mean() else values.mean() - low
    rounding = 0.1 if column == "net" else 0.05
    allowed = np.hypot(reach, stats.norm.ppf(0.975) * error) + rounding
    return "within" if abs(values.mean() - number["published"]) <= allowed else "differs"


def chi_square(values: np.ndarray, n: int) -> float:
    """Pearson's, or if there are more or fewer answers than n, what n of them would give by phi-squared."""
    found = stats.chisquare(np.bincount(values, minlength=11)).statistic
    return float(found if len(values) == n else 10 + (n - 1) * (found - 10) / (len(values) - 1))


def expected_chi_square(exact: dict[str, Any], n: int) -> float | None:
    """The chi-square of n answers on average, from what exact mode found; None if it left more open than it found."""
    found = np.array(exact["probabilities"])
    if exact["unexplored"] > found.sum():
        return None
    p = found / found.sum()
    return float(11 * (p * (1 - p)).sum() + n * (11 * (p - 1 / 11) ** 2).sum())


def bootstrapped(values: np.ndarray, n: int) -> tuple[float, float]:
    """The bootstrap's interval of a chi-square, by resampled answers or whole sequences."""
    draw = np.random.default_rng(0)
    again = [
        chi_square(values[draw.integers(0, len(values), len(values))].ravel(), n * values.shape[1]) for _ in range(400)
    ]
    # each resampling adds what one drawing adds: k - 1 degrees of freedom
    low, high = np.percentile(again, [2.5, 97.5]) - (np.mean(again) - chi_square(values.ravel(), n * values.shape[1]))
    return float(low), float(high)


def after(rounds: pd.DataFrame, outcome: str) -> float:
    """Mean determinism after an outcome, minus that after a loss."""
    ordered = rounds.sort_values(["match", "round"])
    before = ordered.groupby("match")["outcome"].shift()
    return float(
        ordered.loc[before == outcome, "determinism"].mean() - ordered.loc[before == "loss", "determinism"].mean()
    )


def repetitions(values: np.ndarray) -> np.ndarray:
    """How many sequences have how many repetitions: ten minus distinct values."""
    return np.bincount([10 - len(set(row)) for row in values.tolist()], minlength=11)
