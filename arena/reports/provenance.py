"""What differs between the models and the runs of a report and isn't in its rows' names: sentences below its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from arena.reports.settings import OWN, Settings, differing, facts, name_of, said_of, shown_name
from arena.store.manifest import facts_of
from arena.store.rows import RunRow
from arena.text import printable

_OTHERS: Final = "merged"  # in a manifest: those of the other machines
_MOST: Final = 60  # letters of a value, such as a build, that are shown


def models_note(rows: Sequence[Settings]) -> str:
    """How each model is asked, and what runs it, as far as that differs between models; "" if nothing does."""
    of_model: dict[str, list[Settings]] = {}
    for row in rows:
        if any(row.get(name) is not None for name in OWN):
            of_model.setdefault(shown_name(row), []).append(row)
    differ = differing(row for found in of_model.values() for row in found)
    names = [name for name in OWN if name in differ]
    if len(of_model) < 2 or not names:
        return ""
    return f"{'; '.join(f'{model}: {_said(found, names)}' for model, found in of_model.items())}."


def _said(rows: Sequence[Settings], names: Sequence[str]) -> str:
    said = (dict.fromkeys(said_of(name, row[name]) for row in rows if row.get(name) is not None) for name in names)
    return ", ".join(" and ".join(values) for values in said if values)


def machines_notes(runs: Sequence[RunRow]) -> Iterator[str]:
    """What differs between the machines, versions and builds that made some runs, a sentence a fact.

    A fact that a run doesn't have is no difference: older runs know less.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}  # fact -> value -> the runs that have it
    for run in runs:
        for name, value in _facts(run.spec.manifest):
            found.setdefault(name, {}).setdefault(value, {})[run.name] = None
    for name, values in found.items():
        if len(values) > 1:
            said = (f"{_short(value, [*values])} ({', '.join(whose)})" for value, whose in values.items())
            yield printable(f"Not all was made alike, {_called(name)}: {'; '.join(said)}.")


def _facts(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The facts of a run's machines: one machine's, unless the run was merged from several."""
    plain = facts_of(manifest)
    others = plain.pop(_OTHERS, [])
    for one in (plain, *(others if isinstance(others, list) else ())):
        if isinstance(one, Mapping):
            yield from ((name, str(value)) for name, value in facts(one).items())


def _called(fact: str) -> str:
    """A fact's name for people."""
    return f"build of {fact.removeprefix('models: ')}" if fact.startswith("models: ") else name_of(fact)


def _short(value: str, values: Sequence[str]) -> str:
    """A long value from a little before the place where the values begin to differ."""
    if all(len(one) <= _MOST for one in values):
        return value
    alike = next((at for at, letters in enumerate(zip(*values, strict=False)) if len({*letters}) > 1), 0)
    start = max(0, alike - _MOST // 3)
    shown = value[start : start + _MOST]
    return f"{'…' if start else ''}{shown}{'…' if len(value) > start + _MOST else ''}"
