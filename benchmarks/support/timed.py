"""How long a tournament takes with a model that is already loaded, and how much work the model does."""

from __future__ import annotations

import time
from dataclasses import fields
from pathlib import Path

from arena.backends.base import Work
from arena.backends.loading import Models
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.session.progress import Silent
from arena.store.store import Store


async def timed(spec: TournamentSpec, models: Models, path: Path, watching: Silent) -> tuple[float, Work]:
    """Play a tournament of one model into a new store; returns the seconds and the model's work."""
    plan = await plan_tournament(spec, models)
    model = await models.get(spec.subjects[0].removeprefix("llm:"))
    with Store.open(path, create=True) as store:
        before, begun = await model.work(), time.perf_counter()
        await carry_out(plan, store, models, watching)
        seconds, after = time.perf_counter() - begun, await model.work()
    return seconds, Work(*(getattr(after, field.name) - getattr(before, field.name) for field in fields(Work)))
