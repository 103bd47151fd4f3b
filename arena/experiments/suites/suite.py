"""A suite: a TOML file with players, and parts that are each one kind of experiment.

title = "Two players, one game, one task"
subjects = ["llm:gemma-3-270m", "uniform"]
seed = 0

[leaves_out]
"hide & seek" = "it takes too long here"

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
from arena.experiments.suites.faults import fault
from arena.experiments.suites.places import Place
from arena.text import meant
from arena.toml import Keys, lines_of, parse_toml, read_text

_FORMER: Final = {"task": "numbers"}  # the former names of parts

_HIDDEN: Final = ("name", "parts")  # fields of a suite that are no keys of its file


class Part(NamedTuple):
    """A part of a suite: a kind of experiment, its spec, and where it stands in the suite's file."""

    experiment: Experiment[Any]
    spec: Spec
    place: Place


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Players, and what they do. `name` is that of the file; `subjects` and `seed` apply to parts that name none;
    `leaves_out` says what a reader might expect here and doesn't find, each with the reason."""

    title: str
    subjects: tuple[str, ...] = ()
    seed: Seed = 0
    leaves_out: Mapping[str, str] = {}
    name: str = ""
    parts: tuple[Part, ...] = ()


def shipped() -> dict[str, Suite]:
    """The suites that come with the package, by name."""
    return {name: _read(file, name) for name, file in _shipped().items()}


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
    text = read_text(file, "suite")
    return _File(str(file), parse_toml(text, file, "suite"), lines_of(text)).suite(name)


class _File:
    """A suite's file: what it says, and on which lines."""

    def __init__(self, file: str, document: Mapping[str, Any], lines: Mapping[Keys, int]) -> None:
        self._file = file
        self._lines = lines
        self._said = {key: value for key, value in document.items() if not _is_parts(value)}
        self._sections = {key: value for key, value in document.items() if _is_parts(value)}

    def suite(self, name: str) -> Suite:
        whole = Place(self._file, lines=self._keys(()), said=self._said)
        for key in self._said:
            if key in _HIDDEN:
                raise whole.fault("no suite has this key: its name is its file's, and a part is written [[KIND]]", key)
            if key not in Suite.__struct_fields__ and _FORMER.get(key, key) in EXPERIMENTS:
                raise whole.fault(f"a part of a suite has two brackets: write [[{key}]]", key)
        try:
            suite = msgspec.convert(self._said, Suite)
        except msgspec.ValidationError as error:
            raise fault(error, whole, Suite, _HIDDEN) from error
        parts = tuple(
            self._part(key, number, table, suite)
            for key, tables in self._sections.items()
            for number, table in enumerate(tables, start=1)
        )
        if not parts:
            kinds = ", ".join(f"[[{kind}]]" for kind in EXPERIMENTS.names())
            raise InputError(f"the suite {self._file} has no part: write at least one of {kinds}")
        return msgspec.structs.replace(suite, name=name, parts=parts)

    def _part(self, key: str, number: int, table: dict[str, Any], suite: Suite) -> Part:
        at = self._lines.get((key, number - 1), 1)
        inherited = {"subjects": suite.subjects, "seed": suite.seed}
        lines = {name: line for name, line in self._keys(()).items() if name in inherited}
        lines |= self._keys((key, number - 1))
        said = {name: list(value) if isinstance(value, tuple) else value for name, value in inherited.items()} | table
        place = Place(self._file, f"[[{key}]] number {number}", at, lines, said)
        kind = _FORMER.get(key, key)
        if kind not in EXPERIMENTS:
            raise place.fault(f"there is no such experiment: {meant(kind, EXPERIMENTS.names())}")
        experiment = find_experiment(kind)
        try:
            spec = msgspec.convert(inherited | table, experiment.spec)
        except msgspec.ValidationError as error:
            raise fault(error, place, experiment.spec) from error
        if not spec.subjects:
            raise place.fault("it names no `subjects`, and the suite names none for all parts")
        for subject in spec.subjects:
            if spec.subjects.count(subject) > 1:
                raise place.fault(f"{subject!r} is there twice", "subjects")
        return Part(experiment, spec, place)

    def _keys(self, table: Keys) -> dict[str, int]:
        """The lines of a table's keys."""
        return {str(path[-1]): line for path, line in self._lines.items() if path[:-1] == table and path}


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(table, dict) for table in value)
