"""The tables of section 2 and its appendix: 1, 3, 4, 6 and 7, and the numbers behind figures 2 and 7."""

from __future__ import annotations

from typing import Final

from arena.reports.numbers.measures import PER, TaskCellReport
from arena.reports.numbers.report import TaskReport
from arena.reports.numbers.rows import (
    BY_EXACT,
    DASH,
    REJECTED,
    beside,
    by_name,
    chi_square_text,
    flat,
    interval_text,
    named,
    number_text,
    p_text,
    percent_text,
    range_text,
    sentences,
    spread_row,
    true_per,
    with_true,
)
from arena.reports.published import published
from arena.reports.table import Column, Row, Table

_PAPERS: Final = ("base", "llama-instruct", "tulu-dpo", "tulu-sft", "tulu-full")


def tables(report: TaskReport, with_published: bool = False) -> tuple[Table, ...]:
    """All tables that the report's cells fill."""
    made = [
        _single(report, with_published),
        _letters(report, with_published),
        _sequences(report, with_published),
        _repetitions(report),
        _paraphrases(report, with_published),
        _grid(report, with_published),
        _matched(report),
        _rewards(report, with_published),
    ]
    return tuple(table for table in made if table is not None)


_SINGLE: Final = (
    Column("n", 3),
    Column("chi²"),
    Column("exact"),
    Column("open", 6),
    Column("bounds", 3),
    Column("p", 2),
    Column("phi²", 1),
    Column("95%", 4),
    Column("V (true)", 7),
    Column("TV (true)", 8),
    Column("mode"),
    Column("rejected", 5),
)


def _single(report: TaskReport, with_published: bool) -> Table | None:
    cells = report.single("integers")
    if not cells:
        return None
    k = len(cells[0].task.values)
    rows = [_single_row(name, cell) for name, cell in named(cells)]
    rows.append(beside("a true sample, on average", _SINGLE, {"chi²": k - 1, "phi²": 0.0}))
    if with_published:
        grid = next(row for row in published("decoding") if row["temperature"] == "1.0" == row["top_p"])
        for model in _PAPERS:
            rows.append(beside(f"paper: {model}", _SINGLE, {"chi²": float(grid[model])}))
        for row in published("qwen"):
            for model in ("base", "instruct"):
                rows.append(beside(f"paper: Qwen2.5 {row['size']} {model}", _SINGLE, {"chi²": float(row[model])}))
    title = f"Single random integers, 0 to {k - 1} (the numbers of figure 2)"
    notes = sentences(report, cells, with_published, REJECTED, of_single_values=True, wording_is_printed=True)
    return Table("integers", title, _SINGLE, tuple(rows), notes)


def _letters(report: TaskReport, with_published: bool) -> Table | None:
    cells = report.single("letters")
    if not cells:
        return None
    rows = [_single_row(name, cell) for name, cell in named(cells)]
    if with_published:
        for row in published("letters"):
            numbers = {"chi²": float(row["chi2"]), "mode": row["mode"]}
            rows.append(beside(f"paper: {row['size']} {row['model']}", _SINGLE, numbers))
    notes = sentences(report, cells, with_published, REJECTED, of_single_values=True)
    return Table("table6", "Table 6: single random letters, a to k", _SINGLE, tuple(rows), notes)


def _single_row(name: str, cell: TaskCellReport) -> Row:
    found = cell.to_json()
    exact = found["exact"] or {}
    texts = (
        f"{found['n']}",
        number_text(found["chi2"], 0),
        number_text(exact.get("expected_chi2"), 0),
        number_text(exact.get("unexplored"), 3),
        range_text(exact.get("expected_chi2_low"), exact.get("expected_chi2_high")),
        p_text(found["p"]),
        number_text(found["phi2"], 3),
        interval_text(found["phi2_ci"]),
        with_true(found, "cramers_v"),
        with_true(found, "tv"),
        found["mode"] or DASH,
        percent_text(found["rejected_share"]),
    )
    return Row(name, texts, flat(found))


_SEQUENCES: Final = (
    Column("n", 2),
    Column("chi²"),
    Column(f"chi² / {PER}"),
    Column("p, frequencies", 1),
    Column("equal neighbours"),
    Column("p, neighbours", 1),
    Column("mode", 3),
    Column("rejected", 4),
)


def _sequences(report: TaskReport, with_published: bool) -> Table | None:
    cells = report.single("sequences")
    if not cells:
        return None
    rows = []
    for name, cell in named(cells):
        found = cell.to_json()
        more = found.get("sequences") or {}
        near = more.get("neighbours") or {}
        texts = (
            f"{found['n']}",
            number_text(found["chi2"], 1),
            number_text(more.get("chi2_per_1500"), 1),
            p_text((more.get("frequencies") or {}).get("p")),
            percent_text(near.get("repeat_rate")),
            p_text((near.get("dependence") or {}).get("p")),
            found["mode"] or DASH,
            percent_text(found["rejected_share"]),
        )
        rows.append(Row(name, texts, flat(found)))
    k = len(cells[0].task.values)
    rows.append(
        beside(
            "a true sample, on average",
            _SEQUENCES,
            {"chi²": k - 1, f"chi² / {PER}": true_per(cells)},
            {"equal neighbours": 1 / k},
        )
    )
    if with_published:
        for row in published("sequences"):
            for model in _PAPERS:
                rows.append(beside(f"paper: {row['size']} {model}", _SEQUENCES, {"chi²": float(row[model])}))
    notes = (
        f"chi²: of all integers pooled, and for {PER} of them. Which of the two the paper's table 1 shows, and for how "
        "many sequences, is open. Integers of one sequence depend on each other: p, frequencies is of Hotelling's "
        "test, with sequences as cases; p, neighbours of the test that a number doesn't depend on the one before, "
        "made within places, so that it isn't moved by a preference for a number at a place.",
        *sentences(report, cells, with_published, f"Equal neighbours in percent of neighbouring pairs. {REJECTED}"),
    )
    return Table("table1", "Table 1: integers of sequences of ten", _SEQUENCES, tuple(rows), notes)


def _repetitions(report: TaskReport) -> Table | None:
    cells = [cell for cell in report.single("sequences") if cell.is_sequences]
    if not cells:
        return None
    columns = (
        *(Column(str(count), 1 if count > 5 else 0) for count in range(cells[0].task.length + 1)),
        Column("MSE"),
        Column("MSE / n²", 3),
        Column("floor", 2),
    )
    rows = []
    for name, cell in named(cells):
        found = cell.repetitions
        assert found is not None
        n = len(cell.values)
        shares = [f"{100 * count / n:.1f}" for count in found.counts]
        texts = (*shares, number_text(found.mse, 0), f"{found.mse / n**2:.1e}", number_text(found.floor, 1))
        rows.append(Row(name, texts, flat(cell.to_json())))
    expected = cells[0].repetitions
    assert expected is not None
    probabilities = [value / sum(expected.expected) for value in expected.expected]
    shares = [f"{100 * p:.1f}" for p in probabilities]
    rows.append(Row("a true sample, exactly", (*shares, "", "", ""), {"expected": probabilities}, is_ours=False))
    notes = (
        "Percent of sequences by their number of repetitions: ten minus the number of distinct values. MSE: the mean "
        "over the 11 bins of (count - expected count)², which grows with n²; floor: what a true sample of that size "
        "has.",
        *sentences(report, cells, False),
    )
    return Table("figure3", "Figure 3: repetitions in sequences of ten", columns, tuple(rows), notes)


def _paraphrases(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.of("integers") if cell.prompt.get("variant")]
    if not cells:
        return None
    variants = sorted({str(cell.prompt["variant"]) for cell in cells})
    columns = tuple(Column(variant) for variant in variants)
    rows = [
        spread_row(name, variants, {str(cell.prompt["variant"]): cell for cell in found})
        for name, found in by_name(cells, shown=("wording",)).items()
    ]
    if with_published:
        for row in published("prompts"):
            numbers = {variant: float(row[variant]) for variant in variants if variant in row}
            rows.append(beside(f"paper: {row['model']}", columns, numbers))
    return Table(
        "table3",
        "Table 3: chi-square of single integers under paraphrases of the prompt",
        columns,
        tuple(rows),
        (*(() if any(len(cell.values) for cell in cells) else (BY_EXACT,)), *sentences(report, cells, with_published)),
    )


def _grid(report: TaskReport, with_published: bool) -> Table | None:
    """Of exact mode, if every cell has it: what was drawn of some of them doesn't belong beside that."""
    cells = report.grid()
    if not cells:
        return None
    settings = sorted({cell.sampling for cell in cells}, reverse=True)
    by_exact = all(cell.exact is not None for cell in cells)
    players = by_name(cells, shown=("temperature", "top_p"))
    paper = _PAPERS if with_published else ()
    columns = tuple(Column(name) for name in (*players, *(f"paper: {model}" for model in paper)))
    rows = []
    for setting in settings:
        here = {name: cell for name, found in players.items() for cell in found if cell.sampling == setting}
        beside = {(float(row["temperature"]), float(row["top_p"])): row for row in published("decoding")}
        texts = [chi_square_text(here.get(name), by_exact) for name in players]
        texts += [number_text(float(beside[setting][model]), 0) if setting in beside else DASH for model in paper]
        numbers = {name: cell.expected_chi2 if by_exact else cell.best_chi2 for name, cell in here.items()}
        rows.append(Row(f"temperature {setting[0]:g}, top-p {setting[1]:g}", tuple(texts), numbers))
    return Table(
        "table4",
        "Table 4: chi-square of single integers over temperature and top-p",
        columns,
        tuple(rows),
        (
            *((f"{BY_EXACT} n = {cells[0].n}.",) if by_exact else ()),
            *sentences(report, cells, with_published, wording_is_printed=True),
        ),
    )


def _matched(report: TaskReport) -> Table | None:
    cells = [cell for cell in report.cells if cell.prompt.get("matched")]
    if not cells:
        return None
    cells = [*report.bases(cells)[:1], *cells]
    columns = (
        Column("temperature"),
        Column("bits"),
        Column("to reach"),
        Column("reached"),
        Column("n", 2),
        Column("chi²"),
        Column("mode", 1),
        Column("rejected"),
    )
    rows = []
    for name, cell in named(cells, shown=("temperature",)):
        found = cell.to_json()
        entropy = cell.entropy
        texts = (
            f"{cell.prompt['temperature']:g}",
            number_text(entropy.get("entropy"), 2),
            number_text(entropy.get("target"), 2),
            "" if "reached" not in entropy else "yes" if entropy["reached"] else "not reached",
            f"{found['n']}",
            chi_square_text(cell),
            found["mode"] or DASH,
            percent_text(found["rejected_share"]),
        )
        rows.append(Row(name, texts, flat(found)))
    notes = (
        "The lowest temperature of 1, 1.5, 2, 2.5 and 3 at which the first token's entropy, in bits over the whole "
        "vocabulary, reaches the base model's at temperature 1.",
        *sentences(report, cells, False, REJECTED),
    )
    return Table("figure7", "Figure 7: single values with entropy matched", columns, tuple(rows), notes)


def _rewards(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.cells if cell.rewards]
    if not cells:
        return None
    columns = tuple(Column(value) for value in cells[0].task.values)
    rows = []
    for name, cell in named(cells):
        values = dict(zip(cell.task.values, cell.rewards["values"], strict=True))
        rows.append(Row(name, tuple(f"{values[column.heading]:.2f}" for column in columns), values))
    if with_published:
        for row in published("reward"):
            numbers = {value: float(row[value]) for value in row if value.isdigit()}
            rows.append(beside("paper: Tulu's reward model", columns, {}, numbers))
    return Table(
        "table7",
        "Table 7: the reward for each value as the answer",
        columns,
        tuple(rows),
        sentences(report, cells, with_published, wording_is_printed=True),
    )
