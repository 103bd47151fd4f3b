"""A suite: a TOML file with players, and parts that are each a tournament or a task.

title = "Two players, one game, one task"
subjects = ["llm:gemma-3-270m", "uniform"]
seed = 0

[[tournament]]
games = ["rps"]
matches = 500

[[task]]
task = "integers"
n = 1500
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from arena.errors import InputError, UsageError
from arena.text import meant
from arena.toml import read_toml

_Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]  # what a part can be is said when it is planned
_Seed = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Temperature = Annotated[float, msgspec.Meta(gt=0)]
_TopP = Annotated[float, msgspec.Meta(gt=0, le=1)]


class TournamentPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Matches of every subject in every game. `subjects` () are the suite's."""

    games: tuple[str, ...]
    opponents: tuple[str, ...] = ("greedy",)
    matches: _Count = 500
    rounds: _Count = 10
    subjects: tuple[str, ...] = ()


class TaskPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task for every subject: over a grid of temperatures and top-p, in paraphrases "0" to "4" of the wording, or
    with their entropy matched to a base model's (an agent, as in `subjects`). `subjects` () are the suite's."""

    task: str
    n: _Count = 1500
    mode: Literal["sample", "exact", "both"] = "both"
    temperatures: tuple[_Temperature, ...] = (1.0,)
    top_p: tuple[_TopP, ...] = (1.0,)
    paraphrases: tuple[str, ...] = ()
    match_entropy: str = ""
    subjects: tuple[str, ...] = ()


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Players, and what they do. `name` is its file's."""

    title: str
    subjects: tuple[str, ...]
    seed: _Seed = 0
    tournament: tuple[TournamentPart, ...] = ()
    task: tuple[TaskPart, ...] = ()
    name: str = ""


def shipped() -> dict[str, str]:
    """The suites that come with the package, by name, with their titles."""
    return {name: _read(file, name).title for name, file in _shipped().items()}


def find_suite(text: str) -> Suite:
    """A shipped suite by its name, or one from a file (PATH.toml).

    Raises UsageError for a name that isn't there, InputError for a file that can't be read or isn't a suite.
    """
    known = _shipped()
    if text in known:
        return _read(known[text], text)
    if text.endswith(".toml") or "/" in text:
        return _read(Path(text), Path(text).stem)
    hint = meant(text, known, f"there are {', '.join(known)}, or a file, FILE.toml")
    raise UsageError(f"there is no suite {text!r}: {hint}")


def _shipped() -> dict[str, Traversable]:
    entries = sorted(files("arena.experiments.suites").iterdir(), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): entry for entry in entries if entry.name.endswith(".toml")}


def _read(file: Traversable, name: str) -> Suite:
    try:
        suite = msgspec.convert(read_toml(file, "suite"), Suite)
    except msgspec.ValidationError as error:
        raise InputError(f"{file} is no suite: {error}") from error
    if suite.name:
        raise InputError(f"{file} is no suite: its name is its file's, it has no key `name`")
    if not suite.tournament and not suite.task:
        raise InputError(f"{file} is no suite: it has neither a [[tournament]] nor a [[task]]")
    return msgspec.structs.replace(suite, name=name)
