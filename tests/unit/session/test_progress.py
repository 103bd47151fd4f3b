"""Progress as lines, for cells that are filled at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from arena.experiments.experiment import Event, Plan
from arena.experiments.numbers.numbers import AnswerDrawn
from arena.records import Answer, Sample
from arena.session.progress import Plain
from arena.store.rows import CellSpec, Unit
from arena.store.writer import RunWriter


@dataclass(frozen=True, slots=True)
class Named:
    title: str
    models: tuple[str, ...] = ()

    @property
    def spec(self) -> CellSpec:
        return CellSpec(self.title, self.title, "", "things")


class Things(Plan):
    experiment, steps, unit, size, seed = "things", "things", Unit.ANSWER, 2, 0

    def __init__(self, *cells: Named) -> None:
        self.cells = cells

    async def fill(self, writer: RunWriter, models: object, observer: object) -> None:
        raise AssertionError("nothing is run")


def test_lines_of_cells_that_are_filled_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = Named("one"), Named("other")
    done: Event = AnswerDrawn(0, Answer(Sample("7", (), "eos"), (7,)))
    lines = Plain()
    lines.begins(Things(one, other))
    for cell in (one, other):
        lines.cell_begins(cell, 0, 2)
    for cell in (one, other, other, one):
        lines.happens(cell, done)
    for cell in (other, one):
        lines.cell_ends(cell)
    said = [line.partition(": ") for line in capsys.readouterr().err.splitlines()]
    assert [place for place, _, _ in said] == ["[1/2] one", "[2/2] other", "[2/2] other", "[1/2] one"]
    assert [what.partition(" in ")[0] for _, _, what in said] == ["2 things to go", "2 things to go", "done", "done"]
