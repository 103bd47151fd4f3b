"""What differs between the settings of two runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from arena.reports.settings import facts, name_of, own_settings, settings_of
from arena.store.manifest import facts_of
from arena.store.rows import RunRow

_NO_SETTINGS: Final = frozenset({"run", "created"})
_MANIFEST: Final = "manifest."


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that isn't the same in two runs, with all values that each has of it; none where it doesn't apply.

    Machines, versions and builds are named `manifest.NAME`.
    """

    key: str
    first: tuple[Any, ...]
    second: tuple[Any, ...]

    @property
    def name(self) -> str:
        """For people."""
        name = self.key.removeprefix(_MANIFEST)
        return f"build of {name.removeprefix('models: ')}" if name.startswith("models: ") else name_of(name)


def differences(first: RunRow, second: RunRow) -> tuple[Difference, ...]:
    """What differs, in whatever order the cells are."""
    one, two = _values(first), _values(second)
    return tuple(
        Difference(name, one.get(name, ()), two.get(name, ()))
        for name in dict.fromkeys((*one, *two))
        if set(map(repr, one.get(name, ()))) != set(map(repr, two.get(name, ())))
    )


def _values(run: RunRow) -> dict[str, tuple[Any, ...]]:
    """Every setting of a run, with the values that its cells have of it."""
    rows = [settings_of(run, cell) for cell in run.spec.cells]
    found: dict[str, list[Any]] = {"experiment": [run.spec.experiment], "size": [run.spec.size]}
    manifest = {f"{_MANIFEST}{name}": value for name, value in facts(facts_of(run.spec.manifest)).items()}
    every = (*rows, own_settings(run.spec.settings, rows), manifest)
    for name, value in (pair for some in every for pair in some.items()):
        if value is not None and name not in _NO_SETTINGS and value not in found.setdefault(name, []):
            found[name].append(value)
    return {name: tuple(values) for name, values in found.items() if values}
