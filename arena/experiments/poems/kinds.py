"""The three kinds of run that this experiment has in a store: poems being written, contests drawn from them, and the
judgements of one judge."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from arena.store.rows import RunRow, RunSpec

EXPERIMENT: Final = "poems"


class Kind(StrEnum):
    """The kind of a run, in its settings under "mode"."""

    POEMS = "poems"
    CONTESTS = "contests"
    JUDGEMENTS = "judgements"


def is_kind(run: RunRow | RunSpec, kind: Kind) -> bool:
    """Whether a run is of this experiment and this kind."""
    spec = run.spec if isinstance(run, RunRow) else run
    return spec.experiment == EXPERIMENT and spec.settings.get("mode") == kind
