"""A suite: a TOML file with players, and parts that are each one kind of experiment.

title = "Two players, one game, one task"
subjects = ["llm:gemma-3-270m", "uniform"]
seed = 0

[[tournament]]
games = ["rps"]
matches = 500

[[numbers]]
task = "integers"
n = 1500
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from arena.errors import InputError, UsageError
from arena.experiments.experiment import Experiment, Seed, Spec
from arena.experiments.registry import EXPERIMENTS, find_experiment
from arena.text import meant
from arena.toml import read_toml

_FORMER: Final = {"task": "numbers"}  # the former names of parts


class Part(NamedTuple):
    """A part of a suite: a kind of experiment and its spec."""

    experiment: Experiment[Any]
    spec: Spec


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Players, and what they do. `name` is that of the file; `subjects` and `seed` apply to parts that name none;
    `leaves_out` says what a reader might expect here and doesn't find, each with the reason."""

    title: str
    subjects: tuple[str, ...] = ()
    seed: Seed = 0
    leaves_out: Mapping[str, str] = {}
    name: str = ""
    parts: tuple[Part, ...] = ()


def shipped() -> dict[str, str]:
    """The titles of the suites that come with the package, by name."""
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
    document = read_toml(file, "suite")
    said = {key: value for key, value in document.items() if not _is_parts(value)}
    sections = {key: value for key, value in document.items() if _is_parts(value)}
    try:
        if taken := {"name", "parts"} & set(said):
            raise InputError(f"the suite {file} has a key {min(taken)!r}, which no suite has: its name is its file's")
        suite = msgspec.convert(said, Suite)
    except msgspec.ValidationError as error:
        raise InputError(f"the suite {file} can't be used: {error}") from error
    parts = tuple(
        _part(file, key, number, table, suite)
        for key, tables in sections.items()
        for number, table in enumerate(tables, start=1)
    )
    if not parts:
        kinds = ", ".join(f"[[{kind}]]" for kind in EXPERIMENTS.names())
        raise InputError(f"the suite {file} has no part: write at least one of {kinds}")
    return msgspec.structs.replace(suite, name=name, parts=parts)


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(table, dict) for table in value)


def _part(file: Traversable, key: str, number: int, table: dict[str, Any], suite: Suite) -> Part:
    kind = _FORMER.get(key, key)
    if kind not in EXPERIMENTS:
        hint = meant(kind, EXPERIMENTS.names())
        raise InputError(f"the suite {file} has a part [[{key}]], and there is no such experiment: {hint}")
    experiment = find_experiment(kind)
    try:
        spec = msgspec.convert({"subjects": suite.subjects, "seed": suite.seed, **table}, experiment.spec)
    except msgspec.ValidationError as error:
        raise InputError(f"the suite {file} can't be used: {error} (in [[{key}]] number {number})") from error
    if not spec.subjects:
        raise InputError(f"the suite {file} names no subjects, neither for all parts nor in [[{key}]] number {number}")
    return Part(experiment, spec)
