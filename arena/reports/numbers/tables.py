"""The tables of section 2 and its appendix: 1, 3, 4, 6 and 7, and the numbers behind figures 2, 3 and 7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from arena.reports.numbers.measures import PER, NumbersCellReport
from arena.reports.numbers.rows import (
    BY_EXACT,
    PAPERS_N_NOTE,
    REJECTED,
    by_name,
    cell_rows,
    chi_square_text,
    paper,
    paper_chi_squares,
    sentences,
    sizes,
    true_per,
    with_true,
)
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.published import PublishedRow, find, published
from arena.reports.table import Column, Row, Table
from arena.text import number_text

_PLAIN: Final = "table4/1.0/1.0"  # the paper's row for single integers as in figure 2
_PAPERS: Final = ("base", "llama-instruct", "tulu-dpo", "tulu-sft", "tulu-full")


def tables(runs: NumbersRuns, with_published: bool = False) -> tuple[Table, ...]:
    """All tables for which there are cells."""
    sequences = runs.single("sequences")
    matched = [cell for cell in runs.cells if cell.prompt.get("matched")]
    made = (
        (_single, runs.single("integers")),
        (_letters, runs.single("letters")),
        (_sequences, sequences),
        (_repetitions, [cell for cell in sequences if cell.is_sequences]),
        (_paraphrases, [cell for cell in runs.of("integers") if cell.prompt.get("variant")]),
        (_grid, runs.grid()),
        (_matched, [*runs.bases(matched)[:1], *matched]),
        (_rewards, [cell for cell in runs.cells if cell.rewards]),
    )
    return tuple(make(runs, cells, with_published) for make, cells in made if cells)


def published_rows(made: Sequence[Table]) -> tuple[PublishedRow, ...]:
    """The paper's rows in these tables."""
    keys = {table.key for table in made}
    rows = [row for row in published("table4") if "table4" in keys or ("integers" in keys and row.key == _PLAIN)]
    rows += published("table5") if "integers" in keys else ()
    return (*rows, *(row for key in ("table6", "table1", "table3", "table7") if key in keys for row in published(key)))


_SINGLE: Final = (
    Column("n", "n", "count", expendable=3),
    Column("chi2", "chi²", digits=0),
    Column("exact.expected_chi2", "exact", digits=0),
    Column("exact.unexplored", "open", "probability", 3, expendable=6),
    Column("exact.expected_chi2", "bounds", "range", 0, expendable=3),
    Column("p", "p", "p", 4, expendable=2),
    Column("phi2", "phi²", digits=3, expendable=1),
    Column("phi2_ci", "95%", "interval", 3, expendable=4),
    Column("cramers_v", "V (true)", expendable=7),
    Column("tv", "TV (true)", expendable=8),
    Column("mode", "mode", "text"),
    Column("rejected_share", "rejected", "share", expendable=5),
)


def _single(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    k = len(cells[0].task.values)
    rows = _single_rows(runs, cells)
    rows.append(Row("a true sample, on average", {"chi2": k - 1, "phi2": 0}, source="value"))
    if with_published:
        rows += paper_chi_squares(next(row for row in published("table4") if row.key == _PLAIN))
        for row in published("table5"):
            rows += paper_chi_squares(row, f"Qwen2.5 {row.labels['size']}")
    title = f"Single random integers, 0 to {k - 1} (the numbers of figure 2)"
    notes = sentences(runs, cells, with_published, REJECTED, of_single_values=True, wording_is_printed=True)
    notes += (PAPERS_N_NOTE,) if with_published else ()
    return Table("integers", title, _SINGLE, tuple(rows), notes)


def _letters(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    rows = _single_rows(runs, cells)
    if with_published:
        rows += [
            paper(f"{row.labels['size']} {row.labels['model']}", row.key, {**row.values, "n": row.n})
            for row in published("table6")
        ]
    notes = sentences(runs, cells, with_published, REJECTED, of_single_values=True)
    return Table("table6", "Table 6: single random letters, a to k", _SINGLE, tuple(rows), notes)


def _single_rows(runs: NumbersRuns, cells: Sequence[NumbersCellReport]) -> list[Row]:
    return cell_rows(
        runs, cells, lambda cell: ({}, {key: with_true(runs.document(cell), key) for key in ("cramers_v", "tv")})
    )


_SEQUENCES: Final = (
    Column("n", "n", "count", expendable=2),
    Column("chi2", "chi²"),
    Column("sequences.chi2_per_1500", f"chi² / {PER}"),
    Column("sequences.frequencies.p", "p, frequencies", "p", 4, expendable=1),
    Column("sequences.neighbours.repeat_rate", "equal neighbours", "share"),
    Column("sequences.neighbours.dependence.p", "p, neighbours", "p", 4, expendable=1),
    Column("mode", "mode", "text", expendable=3),
    Column("rejected_share", "rejected", "share", expendable=4),
)


def _sequences(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    k = len(cells[0].task.values)
    true = {
        "chi2": k - 1,
        "sequences.chi2_per_1500": true_per(cells),
        "sequences.neighbours.repeat_rate": 1 / k,
    }
    rows = [*cell_rows(runs, cells), Row("a true sample, on average", true, source="value")]
    if with_published:
        for row in published("table1"):
            rows += paper_chi_squares(row, row.labels["size"])
    notes = (
        f"chi²: of all integers pooled, and for {PER} of them. Which of the two the paper's table 1 shows, and for how "
        "many sequences, is open. Integers of one sequence depend on each other: p, frequencies is from Hotelling's "
        "test, with sequences as cases; p, neighbours tests whether a number depends on the one before it, within "
        "places, so that a preference for a number at a place doesn't affect it.",
        *sentences(runs, cells, with_published, f"Equal neighbours in percent of neighbouring pairs. {REJECTED}"),
    )
    return Table("table1", "Table 1: integers of sequences of ten", _SEQUENCES, tuple(rows), notes)


def _repetitions(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    by_n = "sequences.repetitions.mse_by_n_squared"
    columns = (
        *(Column(f"{count}", f"{count}", "share", expendable=count > 5) for count in range(cells[0].task.length + 1)),
        Column("sequences.repetitions.mse", "MSE", digits=0),
        Column(by_n, "MSE / n²", expendable=3),
        Column("sequences.repetitions.floor", "floor", expendable=2),
    )

    def shares(cell: NumbersCellReport) -> tuple[dict[str, Any], dict[str, str]]:
        found = cell.repetitions
        assert found is not None
        n = len(cell.values)
        values = {str(count): number / n for count, number in enumerate(found.counts)}
        return values, {by_n: f"{found.mse / n**2:.1e}"}

    true = cells[0].repetitions
    assert true is not None
    expected = {str(count): value / sum(true.expected) for count, value in enumerate(true.expected)}
    rows = [*cell_rows(runs, cells, shares), Row("a true sample, exactly", expected, source="value")]
    notes = (
        "Percent of sequences by their number of repetitions: ten minus the number of distinct values. MSE: the mean "
        "over the 11 bins of (count - expected count)², which grows with n²; floor: what a true sample of that size "
        "has.",
        *sentences(runs, cells, False),
    )
    return Table("figure3", "Figure 3: repetitions in sequences of ten", columns, tuple(rows), notes)


def _paraphrases(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    variants = sorted({str(cell.prompt["variant"]) for cell in cells})
    rows = []
    for name, found in by_name(cells, shown=("variant",), implied=("wording",)).items():
        here = {str(cell.prompt["variant"]): cell for cell in found}
        texts = {variant: chi_square_text(cell) for variant, cell in here.items()}
        rows.append(Row(name, {variant: cell.best_chi2 for variant, cell in here.items()}, texts))
    if with_published:
        rows += [paper(row.labels["model"], row.key, row.values) for row in published("table3")]
    return Table(
        "table3",
        "Table 3: chi-square of single integers under paraphrases of the prompt",
        tuple(Column(variant, variant, digits=0) for variant in variants),
        tuple(rows),
        (
            *(() if any(len(cell.values) for cell in cells) else (f"{BY_EXACT} {sizes(cells)}".strip(),)),
            *sentences(runs, cells, with_published),
        ),
    )


def _grid(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    """Table 4, by exact mode if every cell has it: chi-squares of drawn answers don't belong beside exact ones."""
    by_exact = all(cell.exact is not None for cell in cells)
    players = by_name(cells, shown=("temperature", "top_p"))
    papers = _PAPERS if with_published else ()
    columns = [Column(name, name, digits=0) for name in players]
    columns += [Column(f"paper: {one}", f"paper: {one}", "number", 0, 1, f"paper:\n{one}") for one in papers]
    rows = []
    for temperature, top_p in sorted({cell.sampling for cell in cells}, reverse=True):
        at = temperature, top_p
        here = {name: cell for name, found in players.items() for cell in found if cell.sampling == at}
        values: dict[str, Any] = {
            name: cell.expected_chi2 if by_exact else cell.best_chi2 for name, cell in here.items()
        }
        values |= {f"paper: {model}": find(f"table4/{temperature}/{top_p}/{model}") for model in papers}
        texts = {name: chi_square_text(cell, by_exact) for name, cell in here.items()}
        rows.append(Row(f"temperature {number_text(temperature)}, top-p {number_text(top_p)}", values, texts))
    return Table(
        "table4",
        "Table 4: chi-square of single integers over temperature and top-p",
        tuple(columns),
        tuple(rows),
        (
            *((f"{BY_EXACT} {sizes(cells)}",) if by_exact else ()),
            *sentences(runs, cells, with_published, wording_is_printed=True),
        ),
    )


_MATCHED: Final = (
    Column("settings.temperature", "temperature"),
    Column("entropy.entropy", "bits", digits=2),
    Column("entropy.target", "to reach", digits=2),
    Column("entropy.reached", "reached", "text"),
    Column("n", "n", "count", expendable=2),
    Column("chi2", "chi²", digits=0),
    Column("mode", "mode", "text", expendable=1),
    Column("rejected_share", "rejected", "share"),
)


def _matched(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    def texts(cell: NumbersCellReport) -> tuple[dict[str, Any], dict[str, str]]:
        reached = cell.entropy.get("reached")
        return {}, {
            "settings.temperature": number_text(cell.prompt["temperature"]),
            "entropy.reached": "" if reached is None else "yes" if reached else "not reached",
            "chi2": chi_square_text(cell),
        }

    notes = (
        "The lowest temperature of 1, 1.5, 2, 2.5 and 3 at which the first token's entropy, in bits over the whole "
        "vocabulary, reaches the base model's at temperature 1.",
        *sentences(runs, cells, False, REJECTED),
    )
    rows = cell_rows(runs, cells, texts, shown=("temperature",))
    return Table("figure7", "Figure 7: single values with entropy matched", _MATCHED, tuple(rows), notes)


def _rewards(runs: NumbersRuns, cells: Sequence[NumbersCellReport], with_published: bool) -> Table:
    rows = cell_rows(runs, cells, lambda cell: (dict(zip(cell.task.values, cell.rewards["values"], strict=True)), {}))
    if with_published:
        rows += [paper("Tulu's reward model", row.key, row.values) for row in published("table7")]
    return Table(
        "table7",
        "Table 7: the reward for each value as the answer",
        tuple(Column(value, value, digits=2) for value in cells[0].task.values),
        tuple(rows),
        sentences(runs, cells, with_published, wording_is_printed=True),
    )
