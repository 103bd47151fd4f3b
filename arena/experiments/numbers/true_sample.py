"""Uniform and independent draws, which a task asks players to imitate, for comparison with theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.experiments.numbers.task import Task
from arena.randomness import stream, uniforms


def true_sample(seed: int, task: Task, n: int) -> NDArray[np.int64]:
    """A true sample's answers, shape (n, length), drawn with a run's seed. A longer one begins with a shorter one."""
    drawn = uniforms(stream(seed, "true sample", task.name), n * task.length)
    return (drawn * len(task.values)).astype(np.int64).reshape(n, task.length)
