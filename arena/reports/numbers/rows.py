"""Parts of tables about tasks: names, rows for cells and for the paper's values, and the sentences below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from arena.reports.numbers.measures import PER, NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.published import PublishedRow
from arena.reports.settings import labels
from arena.reports.table import DASH, Row, flat
from arena.reports.words import between

More = Callable[[NumbersCellReport], tuple[dict[str, Any], dict[str, str]]]  # values and texts, by key

PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025 (Llama 3.1, Tulu 3): comparable only with the same model.'
)
PAPERS_N_NOTE: Final = "The paper doesn't print its n here: 1500 follows from its highest chi-square, 15000."
OTHER_WORDING_NOTE: Final = "The paper doesn't print the wording that it used here: Arena's is its own."
BY_EXACT: Final = (
    "By exact mode: the chi-square that n answers would have on average. In brackets, the share of the distribution "
    "that was not followed to its end; that share alone where it is more than what was found valid."
)
REJECTED: Final = "Rejected in percent of the answers drawn."
UNEXPLORED_NOTE: Final = (
    "exact: the chi-square that n answers would have on average, from the model's probabilities; "
    "open: the share of the distribution that was not followed to its end; "
    "bounds: the range of exact, whatever that share turns out to be."
)
TRUE_NOTE: Final = "V, TV: in brackets, what a true sample of as many answers has on average."


def cell_rows(
    runs: NumbersRuns, cells: Sequence[NumbersCellReport], more: More | None = None, shown: Collection[str] = ()
) -> list[Row]:
    """A row per cell: who drew, with the settings that differ and aren't `shown` in columns, how far the cell is, and
    its numbers with those that `more` adds."""
    rows = []
    for name, cell in zip(labels([cell.settings for cell in cells], shown), cells, strict=True):
        state = f"{len(cell.values)} of {cell.wanted}" if cell.is_incomplete else ""
        values, texts = more(cell) if more is not None else ({}, {})
        rows.append(Row(name, flat(runs.document(cell)) | values, texts, state=state))
    return rows


def paper(name: str, key: str, values: Mapping[str, Any]) -> Row:
    """A row from the paper, with the key of its published values."""
    return Row(f"paper: {name}", {**values, "published": key}, source="paper")


def paper_chi_squares(row: PublishedRow, name: str = "") -> list[Row]:
    """A row of the paper that has one chi-square per model, as one row per model; their names begin with `name`."""
    return [
        paper(f"{name} {model}".strip(), f"{row.key}/{model}", {"n": row.n, "chi2": chi2})
        for model, chi2 in row.values.items()
    ]


def chi_square_text(cell: NumbersCellReport, by_exact: bool = False) -> str:
    """The chi-square of the answers drawn; if there are none, or `by_exact`, the one that exact mode expects, with the
    share that it left open if that matters."""
    exact = cell.exact
    if exact is None or (len(cell.values) and not by_exact):
        return DASH if cell.best_chi2 is None else f"{cell.best_chi2:z.0f}"
    if cell.expected_chi2 is None:
        return f"open {exact.unexplored:.2f}"
    text = f"{cell.expected_chi2:z.0f}"
    return f"{text} ({exact.unexplored:.2f})" if exact.unexplored >= 0.005 else text


def sentences(
    runs: NumbersRuns,
    cells: Sequence[NumbersCellReport],
    with_published: bool,
    rates: str = "",
    of_single_values: bool = False,
    wording_is_printed: bool = False,
) -> tuple[str, ...]:
    """The sentences below a table: which runs, what all rows share, what `rates` are percentages of, what is missing,
    what can't be compared. `wording_is_printed`: whether the paper prints its wording."""
    said = [" ".join((f"{runs.title}.", *runs.said_of(cells), *filter(None, [rates])))]
    if of_single_values:
        said.append(TRUE_NOTE)
    if of_single_values and any(cell.exact is not None for cell in cells):
        said.append(f"{UNEXPLORED_NOTE} {sizes(cells)}")
    named = zip(labels([cell.settings for cell in cells]), cells, strict=True)
    if incomplete := [(name, cell) for name, cell in named if cell.is_incomplete]:
        said.append(
            "Not all answers that were wanted: "
            + ", ".join(f"{name} {len(cell.values)} of {cell.wanted}{_later(cell)}" for name, cell in incomplete)
            + "."
        )
    said += [f"Not reported: {sentence}." for sentence in runs.left_out]
    said += runs.differences_of(cells)
    said += runs.cautions_of(cells)
    if with_published:
        said += [PUBLISHED_NOTE] if wording_is_printed else [PUBLISHED_NOTE, OTHER_WORDING_NOTE]
    return tuple(said)


def sizes(cells: Sequence[NumbersCellReport]) -> str:
    """For how many answers exact mode gives its chi-square: "n = 1500."; by name where it isn't the same for all; "" if
    no cell has it."""
    exact = [cell for cell in cells if cell.exact is not None]
    if len({cell.n for cell in exact}) == 1:
        return f"n = {exact[0].n}."
    named = zip(labels([cell.settings for cell in exact]), exact, strict=True)
    return f"n = {', '.join(f'{cell.n} ({name})' for name, cell in named)}." if exact else ""


def _later(cell: NumbersCellReport) -> str:
    """How many valid answers don't count yet because earlier draws are missing."""
    later = cell.cell.done - len(cell.values)
    return f" ({later} later ones not counted)" if later > 0 else ""


def by_name(
    cells: Sequence[NumbersCellReport], shown: Collection[str], implied: Collection[str] = ()
) -> dict[str, list[NumbersCellReport]]:
    """The cells that differ only in settings `shown` elsewhere, and in those `implied` by them, by their common name.
    No two cells of a name have the same `shown` settings."""
    found: dict[str, list[NumbersCellReport]] = {}
    rows = [{name: value for name, value in cell.settings.items() if name not in implied} for cell in cells]
    for name, cell in zip(labels(rows, shown), cells, strict=True):
        found.setdefault(name, []).append(cell)
    return found


def with_true(found: Mapping[str, Any], key: str) -> str:
    """A value with two digits and, in brackets, the average of a true sample of as many answers."""
    return DASH if found[key] is None else f"{found[key]:.2f} ({found[f'{key}_true']:.2f})"


def true_per(cells: Sequence[NumbersCellReport]) -> str | float | None:
    """A true sample's average chi-square per 1500 integers; as a range if cells differ in n."""
    found = sorted((len(cell.task.values) - 1) * PER / cell.uniformity.n for cell in cells if cell.is_sequences)
    if not found:
        return None
    return found[0] if found[0] == found[-1] else between(found[0], found[-1])
