"""Parts of tables about tasks: names, numbers as they are printed, rows of what isn't ours, sentences below."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from arena.reports.numbers.measures import PER, TaskCellReport
from arena.reports.numbers.report import TaskReport
from arena.reports.settings import labels
from arena.reports.table import Column, Row
from arena.reports.words import between

DASH: Final = "–"
PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025 (Llama 3.1, Tulu 3): comparable only with the same model.'
)
OTHER_WORDING_NOTE: Final = "The paper doesn't print the wording that it used here: Arena's is its own."
BY_EXACT: Final = (
    "By exact mode: the chi-square that n answers would have on average. In brackets, the share of the distribution "
    "that was not followed to its end; where that is more than what was found valid, it alone."
)
REJECTED: Final = "Rejected in percent of the answers drawn."
UNEXPLORED_NOTE: Final = (
    "exact: the chi-square that n answers would have on average, from the model's probabilities; "
    "open: the share of the distribution that was not followed to its end; "
    "bounds: what exact can be, wherever that share goes."
)
TRUE_NOTE: Final = "V, TV: in brackets, what a true sample of as many answers has on average."


def flat(found: dict[str, Any]) -> dict[str, Any]:
    """A cell's numbers in one row: nested ones joined by a dot, lists of numbers left to JSON."""
    row: dict[str, Any] = {}
    for key, value in found.items():
        if isinstance(value, dict):
            row |= {f"{key}.{inner}": number for inner, number in flat(value).items()}
        elif key.endswith("_ci"):
            row[f"{key}_low"], row[f"{key}_high"] = value or (None, None)
        elif not isinstance(value, list):
            row[key] = value
    return row


def beside(name: str, columns: Sequence[Column], whole: dict[str, Any], rates: dict[str, float] | None = None) -> Row:
    """A row of what isn't ours: whole numbers as they are printed, rates with two digits."""
    texts = []
    for column in columns:
        if whole.get(column.heading) is not None:
            value = whole[column.heading]
            texts.append(f"{value:g}" if isinstance(value, float | int) else str(value))
        elif rates and column.heading in rates:
            value = rates[column.heading]
            texts.append(f"{100 * value:.1f}" if column.heading == "equal neighbours" else f"{value:.2f}")
        else:
            texts.append("")
    return Row(name, tuple(texts), whole | (rates or {}), is_ours=False)


def spread_row(name: str, keys: Sequence[str], cells: dict[str, TaskCellReport]) -> Row:
    """A row with a chi-square in each column."""
    numbers = {key: cells[key].best_chi2 for key in keys if key in cells}
    return Row(name, tuple(chi_square_text(cells.get(key)) for key in keys), numbers)


def chi_square_text(cell: TaskCellReport | None, by_exact: bool = False) -> str:
    """What was drawn; if nothing was, or `by_exact`, what exact mode expects, with the share that it left open if that
    is worth a word."""
    if cell is None:
        return DASH
    exact = cell.exact
    if exact is None or (len(cell.values) and not by_exact):
        return number_text(cell.best_chi2, 0)
    if cell.expected_chi2 is None:
        return f"open {exact.unexplored:.2f}"
    text = number_text(cell.expected_chi2, 0)
    return f"{text} ({exact.unexplored:.2f})" if exact.unexplored >= 0.005 else text


def sentences(
    report: TaskReport,
    cells: Sequence[TaskCellReport],
    with_published: bool,
    rates: str = "",
    of_single_values: bool = False,
    wording_is_printed: bool = False,
) -> tuple[str, ...]:
    """What stands under a table: which runs, what all rows share, what `rates` are of, what is missing, what can't be
    compared. `wording_is_printed`: whether the paper prints how it asked."""
    said = [" ".join((f"{report.title}.", *report.said_of(cells), *filter(None, [rates])))]
    if of_single_values:
        said.append(TRUE_NOTE)
    if of_single_values and any(cell.exact is not None for cell in cells):
        said.append(UNEXPLORED_NOTE)
    named = zip(labels([cell.settings for cell in cells]), cells, strict=True)
    if incomplete := [(name, cell) for name, cell in named if cell.is_incomplete]:
        said.append(
            "Not all answers that were wanted: "
            + ", ".join(f"{name} {len(cell.values)} of {cell.wanted}{_later(cell)}" for name, cell in incomplete)
            + "."
        )
    said += [f"Not reported: {sentence}." for sentence in report.left_out]
    said += report.cautions_of(cells)
    if with_published:
        said += [PUBLISHED_NOTE] if wording_is_printed else [PUBLISHED_NOTE, OTHER_WORDING_NOTE]
    return tuple(said)


def _later(cell: TaskCellReport) -> str:
    """How many valid answers don't count yet, as earlier draws are missing."""
    later = cell.cell.finished_matches - len(cell.values)
    return f" ({later} later ones not counted)" if later > 0 else ""


def named(cells: Sequence[TaskCellReport], shown: Collection[str] = ()) -> list[tuple[str, TaskCellReport]]:
    """The cells of a table with their names: who drew, with what differs but for the settings that are `shown` in
    columns, and with how far the cell is if it isn't finished."""
    states = (f" ({len(cell.values)} of {cell.wanted})" if cell.is_incomplete else "" for cell in cells)
    names = labels([cell.settings for cell in cells], shown)
    return [(f"{name}{state}", cell) for name, state, cell in zip(names, states, cells, strict=True)]


def by_name(cells: Sequence[TaskCellReport], shown: Collection[str]) -> dict[str, list[TaskCellReport]]:
    """The cells that differ in nothing but the settings that are `shown` otherwise, by their name."""
    found: dict[str, list[TaskCellReport]] = {}
    for name, cell in zip(labels([cell.settings for cell in cells], shown), cells, strict=True):
        found.setdefault(name, []).append(cell)
    return found


def number_text(value: float | None, digits: int) -> str:
    """With so many digits; a dash for what is undefined."""
    return DASH if value is None else f"{value:z.{digits}f}"


def percent_text(value: float | None) -> str:
    """A share in percent."""
    return DASH if value is None else f"{100 * value:.1f}"


def with_true(found: Mapping[str, Any], key: str) -> str:
    """With two digits and, in brackets, what a true sample of as many answers has on average."""
    value, true = found[key], found[f"{key}_true"]
    return DASH if value is None else f"{value:.2f} ({true:.2f})"


def true_per(cells: Sequence[TaskCellReport]) -> str | None:
    """What a true sample has of chi-square per 1500 integers, on average; from what to what, if cells differ in n."""
    found = sorted((len(cell.task.values) - 1) * PER / cell.uniformity.n for cell in cells if cell.is_sequences)
    if not found:
        return None
    return number_text(found[0], 1) if found[0] == found[-1] else between(found[0], found[-1])


def p_text(value: float | None) -> str:
    """A p-value with four digits."""
    return DASH if value is None else "<0.0001" if value < 1e-4 else f"{value:.4f}"


def interval_text(found: tuple[float, float] | None) -> str:
    """Its ends with three digits."""
    return DASH if found is None else between(*found, 3)


def range_text(low: float | None, high: float | None) -> str:
    """Between two whole numbers."""
    return DASH if low is None or high is None else between(low, high, 0)
