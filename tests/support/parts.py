"""Runs of which parts lie in several stores, and what must be the same once the parts are joined."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from arena.experiments.experiment import Cell, Event, Observer, Spec, carry_out
from arena.experiments.registry import find_experiment
from arena.reports.registry import reports_of
from arena.store import Store
from arena.store.export import export
from tests.support.table_model import TableModel, TableModels, Weights, by_length

_OF_THE_DAY = ("seconds", "created", "run", "name")  # what two runs of the same draws differ in


class Interrupted(Exception):
    """What an interrupted run ends with."""


class _Interrupting(Observer):
    def __init__(self, after: int) -> None:
        self._left = after

    def happens(self, cell: Cell, event: Event) -> None:
        self._left -= event.done
        if self._left < 0:
            raise Interrupted


def carried_out(path: Path, experiment: str, spec: Spec, after: int | None = None, says: Weights = by_length) -> bool:
    """Carry out what is missing in the store; whether it came to its end before `after` steps were done. A model that
    takes part answers with the weights `says`."""
    models = TableModels(TableModel(says))
    observer = Observer() if after is None else _Interrupting(after)

    async def whole() -> None:
        await carry_out(await find_experiment(experiment).plan(spec, models), store, models, observer)

    with Store.open(path, create=True) as store:
        try:
            asyncio.run(whole())
        except Interrupted:
            return False
    return True


def told(path: Path, run: str | None = None, unfinished: bool = False) -> dict[str, Any]:
    """Whatever a run's report and export say but for its name and the time of day, by file."""
    with Store.open(path) as store:
        found = store.run(run)
        document = _plain(reports_of(store, [found])[0].to_json())
        text = json.dumps(document).replace(found.name, "NAME")  # in sentences
        out = path.with_name(f"{path.name}-{found.name}")
        export(store, out, "csv", run=found, unfinished=unfinished)
    return {"report": text, **{file.name: file.read_bytes() for file in sorted(out.iterdir())}}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in _OF_THE_DAY}
    return [_plain(one) for one in value] if isinstance(value, list) else value
