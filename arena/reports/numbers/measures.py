"""A cell's numbers, from its answers and from exact mode. Definitions: docs/definitions.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.experiments.numbers.entropy import ENTROPY
from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.numbers import EXACT
from arena.experiments.numbers.rewards import REWARDS
from arena.experiments.numbers.task import Task
from arena.records import Answer
from arena.reports.settings import Settings
from arena.stats.open_share import expected_chi_square_bounds
from arena.stats.sequences import (
    Repetitions,
    by_position,
    equal_pairs,
    frequencies_differ,
    neighbours,
    neighbours_dependent,
    repeat_rate,
    repeated_values,
    repetition_report,
)
from arena.stats.uniformity import (
    Uniformity,
    expected_chi_square,
    histogram,
    phi_squared_of,
    true_cramers_v,
    true_total_variation,
    uniformity,
)
from arena.store.rows import CellRow

PER = 1500  # integers that table 1's chi-square is also given for


@dataclass(frozen=True)
class NumbersCellReport:
    """A cell with its answers, from which each number is computed on demand. `wanted` is how many valid answers the run
    wants, 0 if it draws none; `n` is for how many answers exact mode's chi-square is given; `settings` say how the cell
    came about."""

    cell: CellRow
    task: Task
    answers: tuple[Answer, ...]
    findings: Mapping[str, Mapping[str, Any]]
    wanted: int
    n: int
    settings: Settings

    @property
    def subject(self) -> str:
        """Who drew."""
        return self.cell.spec.subject

    @property
    def prompt(self) -> Mapping[str, Any]:
        """How a model was asked, and under which sampling; empty for other players."""
        asked = self.cell.spec.asked
        return {} if asked is None else msgspec.to_builtins(asked)

    @property
    def sampling(self) -> tuple[float, float]:
        """Temperature and top-p."""
        return float(self.prompt.get("temperature", 1.0)), float(self.prompt.get("top_p", 1.0))

    @property
    def is_plain(self) -> bool:
        """Whether the task is that of the paper's figure 2: the wording itself, at temperature 1, nothing truncated."""
        return self.sampling == (1.0, 1.0) and not self.prompt.get("variant") and not self.prompt.get("matched")

    @property
    def is_person(self) -> bool:
        """Whether a person drew, whose answers depend on each other."""
        return self.cell.spec.is_person

    @cached_property
    def values(self) -> NDArray[np.int64]:
        """The valid answers as indices into the task's values, shape (answers, length)."""
        valid = [answer.value for answer in self.answers if answer.value is not None]
        return np.array(valid, dtype=np.int64).reshape(len(valid), self.task.length)

    @property
    def rejected(self) -> int:
        """How many answers were rejected."""
        return len(self.answers) - len(self.values)

    @property
    def is_incomplete(self) -> bool:
        """Whether there are fewer valid answers than were wanted."""
        return len(self.values) < self.wanted

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each of the task's values was drawn, over all places of an answer."""
        return histogram(self.values, len(self.task.values))

    @cached_property
    def uniformity(self) -> Uniformity:
        """How far the counts are from uniform."""
        return uniformity(self.counts)

    @property
    def mode(self) -> str | None:
        """The value drawn most often, the first one in a tie; exact mode's if nothing was drawn."""
        weights = self.counts if len(self.values) else self.distribution
        return None if weights is None else self.task.values[int(np.argmax(weights))]

    @property
    def exact(self) -> Exact | None:
        """Exact mode's result."""
        return Exact.from_json(self.findings[EXACT]) if EXACT in self.findings else None

    @property
    def distribution(self) -> tuple[float, ...] | None:
        """Exact mode's probabilities given a valid answer."""
        return None if self.exact is None else self.exact.distribution

    @property
    def expected_chi2(self) -> float | None:
        """The mean chi-square of n valid answers, by exact mode."""
        return None if self.distribution is None else expected_chi_square(self.distribution, self.n)

    @property
    def chi2_bounds(self) -> tuple[float, float] | None:
        """The smallest and the largest possible expected chi-square, whatever the open share turns out to be."""
        found = self.exact
        return None if found is None else expected_chi_square_bounds(found.probabilities, found.unexplored, self.n)

    @property
    def best_chi2(self) -> float | None:
        """The chi-square of the answers drawn; if there are none, the expected one."""
        return self.uniformity.chi2 if len(self.values) else self.expected_chi2

    @property
    def entropy(self) -> Mapping[str, Any]:
        """The first token's entropy in bits and, if it was matched, the base model and its entropy."""
        return self.findings.get(ENTROPY, {})

    @property
    def rewards(self) -> Mapping[str, Any]:
        """The reward that a reward model gave to each value."""
        return self.findings.get(REWARDS, {})

    @cached_property
    def repetitions(self) -> Repetitions | None:
        """The repetitions of figure 3, for sequences."""
        return repetition_report(self.values, len(self.task.values)) if self.is_sequences else None

    @property
    def is_sequences(self) -> bool:
        """Whether there are sequences."""
        return self.task.length > 1 and len(self.values) > 0

    def to_json(self) -> dict[str, Any]:
        """The cell as `--json` prints it; None is undefined."""
        found = self.uniformity
        independent = self.task.length == 1 and not self.is_person
        k = len(self.task.values)
        exact = self.exact
        document: dict[str, Any] = {
            "model": self.subject.removeprefix("llm:"),
            "subject": self.subject,
            "task": self.task.name,
            "prompt": dict(self.prompt) or None,
            "n": len(self.values),
            "n_asked": self.wanted,
            "values": list(self.task.values),
            "counts": self.counts.tolist(),
            "drawn": len(self.answers),
            "rejected": self.rejected,
            "rejected_share": self.rejected / len(self.answers) if self.answers else None,
            "chi2": known(found.chi2),
            "p": known(found.p) if independent else None,
            "phi2": known(found.phi2) if independent else None,
            "phi2_ci": list(found.phi2_interval) if independent and found.n > 1 else None,
            "cramers_v": known(found.cramers_v),
            "cramers_v_true": known(true_cramers_v(found.n, k)),
            "tv": known(found.total_variation),
            "tv_true": known(true_total_variation(found.n, k)),
            "mode": self.mode,
            "exact": None,
            "entropy": dict(self.entropy) or None,
            "seconds": self.cell.seconds,
            "settings": dict(self.settings),
        }
        if exact is not None:
            distribution, bounds = exact.distribution, self.chi2_bounds
            document["exact"] = {
                "probabilities": None if distribution is None else list(distribution),
                "valid": exact.valid,
                "rejected": exact.rejected,
                "unexplored": exact.unexplored,
                "expected_chi2": self.expected_chi2,
                "expected_chi2_low": None if bounds is None else bounds[0],
                "expected_chi2_high": None if bounds is None else bounds[1],
                "expected_chi2_n": self.n,
                "phi2": None if distribution is None else phi_squared_of(distribution),
                "distributions": exact.nodes,
            }
        if self.rewards:
            document["rewards"] = dict(self.rewards)
        if self.is_sequences:
            document["sequences"] = self._sequences()
        elif self.is_person and len(self.values) > 1:
            document["neighbours"] = self._neighbours(self.values.reshape(1, -1))
        return document

    def _sequences(self) -> dict[str, Any]:
        k = len(self.task.values)
        found, repetitions = self.uniformity, self.repetitions
        assert repetitions is not None
        length = self.task.length
        frequencies = frequencies_differ(self.values, k)
        return {
            "chi2_per_1500": found.chi2 * PER / found.n,
            "chi2_per_1500_true": (k - 1) * PER / found.n,
            "frequencies": None if frequencies is None else _test(frequencies),
            "repetitions": {
                "counts": list(repetitions.counts),
                "expected": list(repetitions.expected),
                "mode": int(np.argmax(repetitions.counts)),
                "mse": repetitions.mse,
                "mse_by_n_squared": repetitions.mse / len(self.values) ** 2,
                "floor": repetitions.floor,
                "repeated_values": np.bincount(repeated_values(self.values, k), minlength=length // 2 + 1).tolist(),
                "equal_pairs": np.bincount(equal_pairs(self.values, k)).tolist(),
            },
            "by_position": by_position(self.values, k).tolist(),
            "neighbours": self._neighbours(self.values),
        }

    def _neighbours(self, sequences: NDArray[np.int64]) -> dict[str, Any]:
        k = len(self.task.values)
        dependent = neighbours_dependent(sequences, k)
        return {
            "counts": neighbours(sequences, k).tolist(),
            "repeat_rate": repeat_rate(sequences),
            "dependence": None if dependent is None else _test(dependent),
        }


def known(number: float) -> float | None:
    """The number, or None if it is undefined."""
    return None if math.isnan(number) else number


def _test(found: Any) -> dict[str, Any]:
    return {"statistic": found.statistic, "degrees": found.degrees, "p": found.p}
