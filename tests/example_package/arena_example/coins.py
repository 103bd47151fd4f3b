"""An experiment: coins are tossed, and their heads are counted. A subject is `coin:P`, heads with probability P."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arena.backends.loading import Models
from arena.errors import UsageError
from arena.experiments.experiment import Count, Event, Experiment, Observer, Plan, Spec
from arena.randomness import stream, uniforms
from arena.records import Answer, Sample
from arena.reports.options import ReportSettings
from arena.reports.report import Report
from arena.reports.table import Column, Row, Table
from arena.store.rows import CellSpec, RunRow, Unit
from arena.store.saving import saving
from arena.store.store import Store
from arena.store.writer import RunWriter


class CoinsSpec(Spec, frozen=True, kw_only=True):
    """`pause` is how long a toss takes, in seconds."""

    tosses: Count = 100
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Coin:
    spec: CellSpec
    heads: float
    models: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.spec.subject} is tossed"


class Tossed(Event):
    done = 1


class Coins(Plan):
    experiment, steps, unit = "coins", "tosses", Unit.ANSWER

    def __init__(self, spec: CoinsSpec) -> None:
        self.cells = [_coin(subject) for subject in spec.subjects]
        self.size, self.seed, self.pause = spec.tosses, spec.seed, spec.pause

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for coin in filter(self.takes, self.cells):
            key = coin.spec.key
            known = writer.answers(key)
            observer.cell_begins(coin, len(known), self.size)
            async with saving(writer, key):
                for number in (number for number in range(self.size) if number not in known):
                    await asyncio.sleep(self.pause)
                    side = "heads" if uniforms(stream(self.seed, key, number), 1)[0] < coin.heads else "tails"
                    writer.add_answer(key, number, Answer(Sample(side, (), "eos"), side))
                    observer.happens(coin, Tossed())
            observer.cell_ends(coin)


def _coin(subject: str) -> Coin:
    try:
        heads = float(subject.removeprefix("coin:"))
    except ValueError:
        raise UsageError(f"{subject!r} can't be tossed: a coin is written coin:P") from None
    return Coin(CellSpec(stream(subject, "", "coins", "-", "-"), subject, "", "coins"), heads)


async def plan(spec: CoinsSpec, models: Models) -> Coins:
    return Coins(spec)


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Report:
    """The share of heads of every coin."""
    rows = [_row(store, cell) for run in runs for cell in store.cells(run)]
    columns = (Column("n", "n", "count"), Column("heads", "heads", "share"))
    table = Table("coins", "Coins", columns, tuple(rows), (f"Run {', '.join(run.name for run in runs)}.",))
    records: list[Mapping[str, Any]] = [{"coin": row.name, **row.values} for row in rows]
    return Report("coins", "coins", (table,), (), records, {"coins": records})


def _row(store: Store, cell: Any) -> Row:
    sides = [answer.value for answer in store.answers(cell)]
    heads = sides.count("heads") / len(sides) if sides else None
    return Row(cell.spec.subject, {"n": len(sides), "heads": heads})


COINS = Experiment("coins", CoinsSpec, plan)
