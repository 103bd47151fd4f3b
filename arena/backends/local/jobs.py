"""What the engine holds of the requests on their way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Completion, Request
from arena.backends.local.evaluator import Path
from arena.backends.local.rows import Answers, Kept, Wanted
from arena.backends.stopping import Growing
from arena.records import Sample

Urgency = tuple[int, int]  # block and negative depth: the lowest goes first


@dataclass(slots=True, eq=False)
class Job:
    """A request on its way. `tokens` is the answer in progress, `growing` says when it ends; `first` are the first
    tokens of later attempts."""

    number: int
    request: Request
    kept: Kept | None = None
    attempt: int = -1
    first: list[int] = field(default_factory=list)
    tokens: Path = ()
    growing: Growing | None = None
    uniforms: NDArray[np.float64] | None = None
    answers: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class Asked:
    """A path whose distribution somebody waits for; `order` tells its entry in the queue from stale ones. `begun`: it
    is in a batch whose answers weren't taken yet."""

    urgency: Urgency
    order: int
    jobs: list[Job]
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was begun: of each row that somebody waits for its index, its path and what is asked of it, who
    waited then, and the answers."""

    rows: list[tuple[int, Path, Asked]]
    jobs: list[list[Job]]
    wanted: list[Wanted]
    answers: Answers


@dataclass(slots=True)
class Open:
    """A prompt with jobs on their way, the paths that their answers took beyond it, and the jobs that are done.

    `block` is that of the most urgent job: all wait for each other.
    """

    block: int
    jobs: int = 0
    paths: set[Path] = field(default_factory=set)
    done: list[tuple[int, Completion]] = field(default_factory=list)
