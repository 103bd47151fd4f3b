"""The tables of section 2 and its appendix: 1, 3, 4, 6 and 7, and the numbers behind figures 2 and 7."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from arena.reports.families import FAMILIES_NOTE
from arena.reports.published import published
from arena.reports.tables import Column, Row, Table
from arena.reports.tasks.cells import PER, TaskCellReport
from arena.reports.tasks.run import TaskReport

_DASH: Final = "–"
PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025 (Llama 3.1, Tulu 3): comparable only with the same model.'
)
_PAPERS: Final = ("base", "llama-instruct", "tulu-dpo", "tulu-sft", "tulu-full")
_BY_EXACT: Final = (
    "By exact mode: the chi-square that n answers would have on average. In brackets, the share of the distribution "
    "that was not followed to its end; where that is more than what was found valid, it alone."
)
_UNEXPLORED_NOTE: Final = (
    "exact: the chi-square that n answers would have on average, from the model's probabilities; "
    "open: the share of the distribution that was not followed to its end."
)


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
    Column("p", 2),
    Column("phi²", 1),
    Column("95%", 4),
    Column("V", 7),
    Column("TV", 8),
    Column("mode"),
    Column("rejected", 5),
)


def _single(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.of("integers") if cell.is_plain and not cell.rewards]
    if not cells:
        return None
    k = len(cells[0].task.values)
    rows = [_single_row(report, cell) for cell in cells]
    rows.append(_beside("a true sample, on average", _SINGLE, {"chi²": k - 1, "phi²": 0.0}))
    if with_published:
        grid = next(row for row in published("decoding") if row["temperature"] == "1.0" == row["top_p"])
        for model in _PAPERS:
            rows.append(_beside(f"paper: {model}", _SINGLE, {"chi²": float(grid[model])}))
        for row in published("qwen"):
            for model in ("base", "instruct"):
                rows.append(_beside(f"paper: Qwen2.5 {row['size']} {model}", _SINGLE, {"chi²": float(row[model])}))
    title = f"Single random integers, 0 to {k - 1} (the numbers of figure 2)"
    return Table(
        "integers", title, _SINGLE, tuple(rows), _notes(report, cells, with_published, "percent of answers", True)
    )


def _letters(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.of("letters") if cell.is_plain and not cell.rewards]
    if not cells:
        return None
    rows = [_single_row(report, cell) for cell in cells]
    if with_published:
        for row in published("letters"):
            numbers = {"chi²": float(row["chi2"]), "mode": row["mode"]}
            rows.append(_beside(f"paper: {row['size']} {row['model']}", _SINGLE, numbers))
    notes = _notes(report, cells, with_published, "percent of answers", True)
    return Table("table6", "Table 6: single random letters, a to k", _SINGLE, tuple(rows), notes)


def _single_row(report: TaskReport, cell: TaskCellReport) -> Row:
    found = cell.to_json()
    exact = found["exact"] or {}
    texts = (
        f"{found['n']}",
        _number(found["chi2"], 0),
        _number(exact.get("expected_chi2"), 0),
        _number(exact.get("unexplored"), 3),
        _p(found["p"]),
        _number(found["phi2"], 3),
        _interval(found["phi2_ci"]),
        _number(found["cramers_v"], 2),
        _number(found["tv"], 2),
        found["mode"] or _DASH,
        _share(found["rejected_share"]),
    )
    return Row(_name(report, cell), texts, flat(found))


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
    cells = [cell for cell in report.of("sequences") if cell.is_plain and not cell.rewards]
    if not cells:
        return None
    rows = []
    for cell in cells:
        found = cell.to_json()
        more = found.get("sequences") or {}
        near = more.get("neighbours") or {}
        texts = (
            f"{found['n']}",
            _number(found["chi2"], 1),
            _number(more.get("chi2_per_1500"), 1),
            _p((more.get("frequencies") or {}).get("p")),
            _share(near.get("repeat_rate")),
            _p((near.get("dependence") or {}).get("p")),
            found["mode"] or _DASH,
            _share(found["rejected_share"]),
        )
        rows.append(Row(_name(report, cell), texts, flat(found)))
    k = len(cells[0].task.values)
    rows.append(
        _beside(
            "a true sample, on average", _SEQUENCES, {"chi²": k - 1, f"chi² / {PER}": None}, {"equal neighbours": 1 / k}
        )
    )
    if with_published:
        for row in published("sequences"):
            for model in _PAPERS:
                rows.append(_beside(f"paper: {row['size']} {model}", _SEQUENCES, {"chi²": float(row[model])}))
    notes = (
        f"chi²: of all integers pooled, and for {PER} of them. Which of the two the paper's table 1 shows, and for how "
        "many sequences, is open. Integers of one sequence depend on each other: p, frequencies is of Hotelling's "
        "test, with sequences as cases; p, neighbours of the likelihood-ratio test that a number doesn't depend on "
        "the one before.",
        *_notes(report, cells, with_published, "percent"),
    )
    return Table("table1", "Table 1: integers of sequences of ten", _SEQUENCES, tuple(rows), notes)


def _repetitions(report: TaskReport) -> Table | None:
    cells = [cell for cell in report.of("sequences") if cell.is_plain and cell.is_sequences]
    if not cells:
        return None
    columns = (
        *(Column(str(count), 1 if count > 5 else 0) for count in range(cells[0].task.length + 1)),
        Column("MSE"),
        Column("MSE / n²", 3),
        Column("floor", 2),
    )
    rows = []
    for cell in cells:
        found = cell.repetitions
        assert found is not None
        n = len(cell.values)
        shares = [f"{100 * count / n:.1f}" for count in found.counts]
        texts = (*shares, _number(found.mse, 0), f"{found.mse / n**2:.1e}", _number(found.floor, 1))
        rows.append(Row(_name(report, cell), texts, flat(cell.to_json())))
    expected = cells[0].repetitions
    assert expected is not None
    probabilities = [value / sum(expected.expected) for value in expected.expected]
    shares = [f"{100 * p:.1f}" for p in probabilities]
    rows.append(Row("a true sample, exactly", (*shares, "", "", ""), {"expected": probabilities}, is_ours=False))
    notes = (
        "Percent of sequences by their number of repetitions: ten minus the number of distinct values. MSE: the mean "
        "over the 11 bins of (count - expected count)², which grows with n²; floor: what a true sample of that size "
        "has.",
    )
    return Table("figure3", "Figure 3: repetitions in sequences of ten", columns, tuple(rows), notes)


def _paraphrases(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.of("integers") if cell.prompt.get("variant")]
    if not cells:
        return None
    variants = sorted({str(cell.prompt["variant"]) for cell in cells})
    columns = tuple(Column(variant) for variant in variants)
    rows = [
        _spread(report, subject, variants, {str(cell.prompt["variant"]): cell for cell in found})
        for subject, found in _by_subject(cells)
    ]
    if with_published:
        for row in published("prompts"):
            numbers = {variant: float(row[variant]) for variant in variants if variant in row}
            rows.append(_beside(f"paper: {row['model']}", columns, numbers))
    return Table(
        "table3",
        "Table 3: chi-square of single integers under paraphrases of the prompt",
        columns,
        tuple(rows),
        (*(() if any(len(cell.values) for cell in cells) else (_BY_EXACT,)), *_notes(report, cells, with_published)),
    )


def _grid(report: TaskReport, with_published: bool) -> Table | None:
    """Of exact mode, if every cell has it: what was drawn of some of them doesn't belong beside that."""
    cells = [
        cell
        for cell in report.of("integers")
        if "top_p" in cell.prompt and not {"variant", "matched"} & set(cell.prompt)
    ]
    settings = sorted({_setting(cell) for cell in cells}, key=lambda setting: (-setting[0], -setting[1]))
    if len(settings) < 2:
        return None
    by_exact = all(cell.exact is not None for cell in cells)
    subjects = [subject for subject, _ in _by_subject(cells)]
    paper = _PAPERS if with_published else ()
    columns = tuple(Column(name) for name in (*subjects, *(f"paper: {model}" for model in paper)))
    rows = []
    for setting in settings:
        here = {cell.subject: cell for cell in cells if _setting(cell) == setting}
        beside = {(float(row["temperature"]), float(row["top_p"])): row for row in published("decoding")}
        texts = [_chi_square(here.get(subject), by_exact) for subject in subjects]
        texts += [_number(float(beside[setting][model]), 0) if setting in beside else _DASH for model in paper]
        numbers = {
            subject: here[subject].expected_chi2 if by_exact else here[subject].best_chi2
            for subject in subjects
            if subject in here
        }
        rows.append(Row(f"temperature {setting[0]:g}, top-p {setting[1]:g}", tuple(texts), numbers))
    return Table(
        "table4",
        "Table 4: chi-square of single integers over temperature and top-p",
        columns,
        tuple(rows),
        (
            *((f"{_BY_EXACT} n = {cells[0].n}.",) if by_exact else ()),
            *_notes(report, cells, with_published),
        ),
    )


def _matched(report: TaskReport) -> Table | None:
    cells = [cell for cell in report.cells if cell.prompt.get("matched")]
    if not cells:
        return None
    bases = {cell.prompt["matched"] for cell in cells}
    shown = [cell for cell in report.of(*(cell.task.name for cell in cells)) if cell.subject in bases and cell.is_plain]
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
    for cell in (*shown[:1], *cells):
        found = cell.to_json()
        entropy = cell.entropy
        texts = (
            f"{cell.prompt['temperature']:g}",
            _number(entropy.get("entropy"), 2),
            _number(entropy.get("target"), 2),
            "" if "reached" not in entropy else "yes" if entropy["reached"] else "not reached",
            f"{found['n']}",
            _chi_square(cell),
            found["mode"] or _DASH,
            _share(found["rejected_share"]),
        )
        rows.append(Row(_name(report, cell), texts, flat(found)))
    notes = (
        "The lowest temperature of 1, 1.5, 2, 2.5 and 3 at which the first token's entropy, in bits over the whole "
        "vocabulary, reaches the base model's at temperature 1.",
        *_notes(report, cells, False, "percent of answers"),
    )
    return Table("figure7", "Figure 7: single values with entropy matched", columns, tuple(rows), notes)


def _rewards(report: TaskReport, with_published: bool) -> Table | None:
    cells = [cell for cell in report.cells if cell.rewards]
    if not cells:
        return None
    columns = tuple(Column(value) for value in cells[0].task.values)
    rows = []
    for cell in cells:
        values = dict(zip(cell.task.values, cell.rewards["values"], strict=True))
        rows.append(Row(_name(report, cell), tuple(f"{values[column.heading]:.2f}" for column in columns), values))
    if with_published:
        for row in published("reward"):
            numbers = {value: float(row[value]) for value in row if value.isdigit()}
            rows.append(_beside("paper: Tulu's reward model", columns, {}, numbers))
    return Table(
        "table7",
        "Table 7: the reward for each value as the answer",
        columns,
        tuple(rows),
        _notes(report, cells, with_published),
    )


# --- parts of rows ---


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


def _beside(name: str, columns: Sequence[Column], whole: dict[str, Any], rates: dict[str, float] | None = None) -> Row:
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


def _spread(report: TaskReport, subject: str, keys: Sequence[str], cells: dict[str, TaskCellReport]) -> Row:
    """A row with a chi-square in each column."""
    numbers = {key: cells[key].best_chi2 for key in keys if key in cells}
    any_cell = next(iter(cells.values()))
    return Row(report.label(any_cell), tuple(_chi_square(cells.get(key)) for key in keys), numbers)


def _chi_square(cell: TaskCellReport | None, by_exact: bool = False) -> str:
    """What was drawn; if nothing was, or `by_exact`, what exact mode expects, with the share that it left open if that
    is worth a word."""
    if cell is None:
        return _DASH
    exact = cell.exact
    if exact is None or (len(cell.values) and not by_exact):
        return _number(cell.best_chi2, 0)
    if cell.expected_chi2 is None:
        return f"open {exact.unexplored:.2f}"
    text = _number(cell.expected_chi2, 0)
    return f"{text} ({exact.unexplored:.2f})" if exact.unexplored >= 0.005 else text


def _notes(
    report: TaskReport,
    cells: Sequence[TaskCellReport],
    with_published: bool,
    rates: str = "",
    exact_columns: bool = False,
) -> tuple[str, ...]:
    said = [f"{report.title}." + (f" Rates in {rates}." if rates else "")]
    if exact_columns and any(cell.exact is not None for cell in cells):
        said.append(_UNEXPLORED_NOTE)
    if incomplete := [cell for cell in cells if cell.is_incomplete]:
        said.append(
            "Not all answers that were wanted: "
            + ", ".join(f"{_name(report, cell)} {len(cell.values)} of {cell.wanted}" for cell in incomplete)
            + "."
        )
    if report.families_differ:
        said.append(FAMILIES_NOTE)
    if with_published:
        said.append(PUBLISHED_NOTE)
    return tuple(said)


def _name(report: TaskReport, cell: TaskCellReport) -> str:
    state = f" ({len(cell.values)} of {cell.wanted})" if cell.is_incomplete else ""
    return f"{report.label(cell)}{state}"


def _by_subject(cells: Iterable[TaskCellReport]) -> list[tuple[str, list[TaskCellReport]]]:
    found: dict[str, list[TaskCellReport]] = {}
    for cell in cells:
        found.setdefault(cell.subject, []).append(cell)
    return list(found.items())


def _setting(cell: TaskCellReport) -> tuple[float, float]:
    return float(cell.prompt["temperature"]), float(cell.prompt["top_p"])


def _number(value: float | None, digits: int) -> str:
    return _DASH if value is None else f"{value:z.{digits}f}"


def _share(value: float | None) -> str:
    return _DASH if value is None else f"{100 * value:.1f}"


def _p(value: float | None) -> str:
    return _DASH if value is None else "<0.0001" if value < 1e-4 else f"{value:.4f}"


def _interval(found: Sequence[float | None] | None) -> str:
    return _DASH if found is None or None in found else f"{found[0]:z.3f} to {found[1]:z.3f}"
