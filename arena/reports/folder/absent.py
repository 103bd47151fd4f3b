"""Which of the paper's figures a folder doesn't have, and what makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arena.reports.report import Report

_MADE_BY: Final = {
    "figure1": "scores and unpredictability: runs of both games, integers and sequences, with `--scores`",
    "figure2": "single integers: `arena numbers`",
    "figure3": "repetitions in sequences: `arena sequences`",
    "figure4": "determinism in games: `arena tournament`",
    "figure5": "contests of poems: `arena poems`",
    "figure6": "integers by their place in sequences: `arena sequences`",
    "figure7": "matched entropy: `arena numbers --match-entropy BASE`",
    "figure8": "integers of sequences: `arena sequences`",
}


def absent(reports: Sequence[Report]) -> tuple[str, ...]:
    """A sentence for each of the paper's figures that no report has."""
    here = {figure.key for report in reports for figure in report.figures}
    return tuple(f"Figure {key.removeprefix('figure')}, {how}." for key, how in _MADE_BY.items() if key not in here)
