"""What two cells of tasks are compared by. Definitions: docs/definitions.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from arena.reports.compare.kind import Kind, Measure
from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns, read_runs
from arena.reports.settings import shown_name
from arena.stats.clusters import Estimate
from arena.stats.comparing import Comparison, combined

CHI2_NOTE: Final = "Chi² is compared where both runs have the same number of answers, and its interval is that of phi²."
_MEASURES: Final = {
    "chi2": Measure("chi²", 1, note=CHI2_NOTE),
    "phi2": Measure("phi²", 3),
    "exact.expected_chi2": Measure("chi², exact", 1, exact=True),
    "exact.phi2": Measure("phi², exact", 3, exact=True),
}


def _compare(first: NumbersCellReport, second: NumbersCellReport, same_draws: bool) -> dict[str, Comparison]:
    """Chi-square grows with n, so that a difference is given for equal n alone; its interval is that of phi². Neither
    is a mean over the draws, so that pairs of these don't help."""
    one, two = first.to_json(), second.to_json()
    sizes = one["n"], two["n"]
    found = {}
    if all(sizes):
        chi2 = _chi2(one), _chi2(two)
        alike = sizes[0] == sizes[1]
        found["chi2"] = combined(*chi2, sizes) if alike else Comparison(*chi2, Estimate(None), sizes, False)
        if one["phi2"] is not None and two["phi2"] is not None:
            found["phi2"] = combined(_phi2(one), _phi2(two), sizes)
    if one["exact"] and two["exact"]:
        alike = one["exact"]["expected_chi2_n"] == two["exact"]["expected_chi2_n"]
        for name in ("expected_chi2", "phi2") if alike else ("phi2",):
            found[f"exact.{name}"] = combined(Estimate(one["exact"][name]), Estimate(two["exact"][name]), (0, 0))
    return found


def _phi2(document: Mapping[str, Any]) -> Estimate:
    interval = document["phi2_ci"]
    return Estimate(document["phi2"], None if interval is None else (interval[0], interval[1]))


def _chi2(document: Mapping[str, Any]) -> Estimate:
    phi2, n, k = _phi2(document).interval, document["n"], len(document["values"])
    low, high = phi2 or (None, None)
    ends = None if low is None or high is None else ((k - 1) + (n - 1) * low, (k - 1) + (n - 1) * high)
    return Estimate(document["chi2"], ends)


def _uncounted(found: NumbersRuns) -> Iterable[str]:
    return (
        f"{shown_name(cell.settings)}, {cell.task.title}: {len(cell.values)} of {cell.wanted} valid answers."
        for cell in found.cells
        if cell.is_incomplete
    )


TASKS: Final = Kind(
    unit="answers",
    measures=_MEASURES,
    read=read_runs,
    title=lambda cell: str(cell.task.title),
    uncounted=_uncounted,
    compare=_compare,
)
