"""Reports of tasks: cells' numbers beside plain computations, the tables that cells fill, and their forms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.task import find_task
from arena.experiments.numbers.true_sample import true_sample
from arena.records import Answer, Sample
from arena.reports import table as forms
from arena.reports.cautions import FAMILIES_NOTE, WORDINGS_NOTE
from arena.reports.numbers.figures import _drawn, figures
from arena.reports.numbers.folder import write_all, writers
from arena.reports.numbers.measures import TaskCellReport
from arena.reports.numbers.report import TaskReport
from arena.reports.numbers.rows import OTHER_WORDING_NOTE
from arena.reports.numbers.tables import tables
from arena.reports.published import published
from arena.reports.settings import settings_of
from arena.reports.tournament.formats import spreadsheet
from arena.store.rows import TASK_KIND, CellRow, CellSpec, RunRow, RunSpec
from tests.unit.reports.build import played
from tests.unit.reports.build import run_of as tournament_of


def cell(
    subject: str = "llm:m",
    task: str = "integers",
    values: Sequence[tuple[int, ...]] = (),
    rejected: int = 0,
    wanted: int | None = None,
    findings: dict[str, Any] | None = None,
    seed: int = 0,
    **prompt: Any,
) -> TaskCellReport:
    asked = {"temperature": 1.0, "top_p": 1.0, **prompt} if subject.startswith("llm:") else None
    spec = CellSpec(f"{subject}|{task}|{prompt}", subject, "", task, asked)
    answers = [Answer(Sample("", (), "eos"), value) for value in values]
    answers += [Answer(Sample("no", (), "eos"), None)] * rejected
    row = CellRow(1, spec, len(values), 0, 1.0)
    n = len(values) or 1500
    settings = settings_of(run_of(spec, seed=seed), spec)
    wanted = len(values) if wanted is None else wanted
    return TaskCellReport(row, find_task(task), tuple(answers), findings or {}, wanted, n, settings)


def run_of(*cells: CellSpec, seed: int = 0) -> RunRow:
    return RunRow(1, "2026-01-01-1", RunSpec(TASK_KIND, cells, 1, seed, "both", "-", {}, 1500, {}), "now", 1500)


def report_of(*cells: TaskCellReport, families: dict[str, str] | None = None) -> TaskReport:
    return TaskReport((run_of(*(one.cell.spec for one in cells)),), cells, families or {})


def drawn(n: int = 300, seed: int = 0, length: int = 1) -> list[tuple[int, ...]]:
    return [tuple(row) for row in np.random.default_rng(seed).integers(0, 11, size=(n, length)).tolist()]


def exact(*probabilities: float, unexplored: float = 0.0) -> dict[str, Any]:
    rejected = 1 - sum(probabilities) - unexplored
    return {"exact": Exact(probabilities, rejected, unexplored, 9).to_json()}


EXACT = exact(0.0, 0.1, 0.1, 0.0, 0.0, 0.1, 0.0, 0.5, 0.0, 0.0, 0.0, unexplored=0.05)


def test_a_cell_s_numbers_are_scipy_s_and_its_keys_those_promised() -> None:
    found = cell(values=drawn(), rejected=100).to_json()
    counts = np.bincount([value for (value,) in drawn()], minlength=11)
    tested = stats.chisquare(counts)
    assert found["counts"] == counts.tolist() and found["n"] == 300
    assert (found["chi2"], found["p"]) == (pytest.approx(tested.statistic), pytest.approx(tested.pvalue))
    assert found["rejected"] == 100 and found["rejected_share"] == 0.25
    assert found["mode"] == str(int(counts.argmax()))
    assert {"model", "task", "n", "counts", "rejected", "chi2", "p", "cramers_v", "tv", "mode", "exact"} <= set(found)
    json.dumps(found, allow_nan=False)


def test_exact_mode_s_numbers() -> None:
    found = cell(findings=EXACT).to_json()
    shares = np.array([0.0, 0.1, 0.1, 0.0, 0.0, 0.1, 0.0, 0.5, 0.0, 0.0, 0.0]) / 0.8
    assert found["exact"]["probabilities"] == pytest.approx(shares.tolist())
    phi2 = 11 * ((shares - 1 / 11) ** 2).sum()
    assert found["exact"]["expected_chi2"] == pytest.approx(10 + 1499 * phi2)
    assert found["mode"] == "7" and found["n"] == 0 and found["chi2"] is None
    mostly_open = cell(findings=exact(0.1, *[0.0] * 10, unexplored=0.9)).to_json()
    assert mostly_open["exact"]["expected_chi2"] is None and mostly_open["exact"]["unexplored"] == 0.9


def test_a_person_s_answers_depend_on_each_other() -> None:
    found = cell("human", values=drawn(30)).to_json()
    assert found["p"] is None and found["phi2"] is None
    assert found["neighbours"]["repeat_rate"] == pytest.approx(np.mean(np.diff([v for (v,) in drawn(30)]) == 0))


def test_sequences() -> None:
    values = drawn(200, length=10)
    found = cell(task="sequences", values=values).to_json()
    pooled = stats.chisquare(np.bincount(np.array(values).ravel(), minlength=11)).statistic
    assert found["chi2"] == pytest.approx(pooled) and found["p"] is None
    assert found["sequences"]["chi2_per_1500"] == pytest.approx(pooled * 1500 / 2000)
    repeated = np.bincount([10 - len(set(value)) for value in values], minlength=11)
    assert found["sequences"]["repetitions"]["counts"] == repeated.tolist()
    assert np.array(found["sequences"]["by_position"]).sum(axis=1) == pytest.approx(np.ones(10))
    json.dumps(found, allow_nan=False)


def whole_report() -> TaskReport:
    return report_of(
        cell("llm:a", values=drawn(300), findings=EXACT | {"entropy": {"entropy": 3.0}}),
        cell("llm:b$_|[x]", values=[(7,)] * 300, rejected=20),
        cell("llm:a", "letters", values=drawn(100, 1)),
        cell("llm:a", "sequences", values=drawn(100, 2, 10)),
        cell("llm:a", findings=EXACT, variant="0"),
        cell("llm:a", findings=EXACT, variant="3"),
        cell("llm:a", findings=EXACT, temperature=2.0, top_p=0.5),
        cell(
            "llm:b$_|[x]",
            values=drawn(50, 3),
            temperature=1.5,
            matched="llm:a",
            findings={"entropy": {"base": "llm:a", "entropy": 3.5, "target": 3.0, "reached": True}},
        ),
        cell("reward:r", findings={"rewards": {"values": [float(v) for v in range(11)], "template": "tulu"}}),
        families={"llm:a": "one", "llm:b$_|[x]": "two"},
    )


def test_each_table_is_there_when_its_cells_are() -> None:
    names = [table.name for table in tables(whole_report())]
    assert names == ["integers", "table6", "table1", "figure3", "table3", "table4", "figure7", "table7"]
    assert [table.name for table in tables(report_of(cell(values=drawn())))] == ["integers"]
    for table in tables(whole_report(), with_published=True):
        assert all(len(row.texts) == len(table.columns) for row in table.rows), table.name


def test_the_published_values_stand_beside_ours() -> None:
    by_name = {table.name: table for table in tables(whole_report(), with_published=True)}
    assert [row.texts[-1] for row in by_name["table6"].rows if row.name == "paper: 70B llama-instruct"] == [""]
    chi2 = {row.name: row.texts[1] for row in by_name["integers"].rows}
    assert chi2["paper: base"] == "137" and chi2["paper: Qwen2.5 72B instruct"] == "15000"
    (reward,) = [row for row in by_name["table7"].rows if not row.is_ours]
    assert reward.texts[7] == "5.29" == published("reward")[0]["7"]
    assert any(row.texts[-5:] == ("36", "7623", "2301", "820", "2402") for row in by_name["table4"].rows)


def test_what_stands_in_the_grid() -> None:
    grid = next(table for table in tables(whole_report()) if table.name == "table4")
    texts = {row.name: row.texts for row in grid.rows}
    assert list(texts) == ["temperature 2, top-p 0.5", "temperature 1, top-p 1"]
    assert texts["temperature 1, top-p 1"][1] == "3000"  # always 7, 300 times
    assert "(0.05)" in texts["temperature 2, top-p 0.5"][0]  # by exact mode, with what is open
    open_grid = report_of(cell(findings=EXACT), cell(findings=exact(0.1, *[0.0] * 10, unexplored=0.9), temperature=2.5))
    (_, grid) = tables(open_grid)
    assert grid.rows[0].texts == ("open 0.90",)


def test_families_and_missing_answers_are_said() -> None:
    said = " ".join(note for table in tables(whole_report()) for note in table.notes)
    assert FAMILIES_NOTE in said
    few = tables(report_of(cell(values=drawn(40), wanted=300)))[0]
    assert few.rows[0].name == "llm:m (40 of 300)" and any("40 of 300" in note for note in few.notes)


def test_a_name_can_t_act_in_any_form() -> None:
    report = report_of(cell('llm:=a|b_$x{[bold]}"', values=drawn()))
    assert r"=a\|b\_\$x" in writers(False)["md"](report)
    assert r"=a$|$b\_\$x\{" in writers(False)["tex"](report).replace(r"\allowbreak{}", "")
    rows = list(csv.DictReader(io.StringIO(writers(False)["csv"](report))))
    assert rows[0]["subject"] == 'llm:=a|b_$x{[bold]}"'
    formula = report_of(cell("=1+1", values=drawn()))
    assert list(csv.reader(io.StringIO(forms.spreadsheet(tables(formula)[0]))))[1][0] == "'=1+1"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_terminal_s_width_is_kept(width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(forms.terminal(tables(whole_report(), True), width))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    assert any("llm:b$_|[x]" in line for line in lines)


def test_all_files_are_written_and_their_bytes_depend_on_the_run_alone(tmp_path: Any) -> None:
    write_all(whole_report(), tmp_path / "a", published=True)
    write_all(whole_report(), tmp_path / "b", published=True)
    names = sorted(entry.name for entry in (tmp_path / "a").iterdir())
    assert {"numbers.json", "numbers.csv", "table1.tex", "table3.md", "table4.csv", "table6.md", "table7.md"} <= set(
        names
    )
    for figure in ("figure2", "figure3", "figure6", "figure7", "figure8", "figure2-letters"):
        assert {f"{figure}.{end}" for end in ("png", "svg", "pdf")} <= set(names)
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_the_true_sample_is_named_by_the_seed_and_grows() -> None:
    task = find_task("integers")
    assert true_sample(0, task, 50)[:20].tolist() == true_sample(0, task, 20).tolist()
    assert true_sample(0, task, 50).tolist() != true_sample(1, task, 50).tolist()
    counts = np.bincount(true_sample(0, task, 20_000).ravel(), minlength=11)
    assert stats.chisquare(counts).pvalue > 1e-6


def test_a_figure_of_exact_cells_alone() -> None:
    assert set(figures(report_of(cell(findings=EXACT)))) == {"figure2"}


def panels(report: TaskReport, figure: str) -> tuple[list[str], str]:
    """The heads of a figure's panels, and the sentences below it."""
    drawn = _drawn(report)[figure]()
    heads = [axes.get_title("left") for axes in drawn.axes]
    return heads, " ".join(drawn.get_supxlabel().split())


def test_figures_say_how_many_there_are_of_what() -> None:
    report = whole_report()
    heads, below = panels(report, "figure2")
    assert [head.split("\n")[1] for head in heads] == [
        "n = 300 answers, χ² = 4",
        *["n = 300 answers, χ² = 11"],
        "n = 300 answers, χ² = 3,000",
    ]
    assert "Circles" in below and FAMILIES_NOTE in below
    heads, below = panels(report_of(cell(task="sequences", values=drawn(100, 2, 10))), "figure8")
    assert heads[1].split("\n")[1].startswith("n = 100 sequences (1,000 integers), ") and "Circles" not in below


def test_a_figure_says_where_exact_mode_gives_no_circles() -> None:
    left_open = exact(0.1, *[0.0] * 10, unexplored=0.9) | {"entropy": {"base": "llm:a", "entropy": 3.5}}
    matched = cell("llm:b", values=drawn(50), temperature=1.5, matched="llm:a", findings=left_open)
    heads, below = panels(report_of(cell("llm:a", values=drawn(), findings=EXACT), matched), "figure7")
    chi2 = stats.chisquare(np.bincount([value for (value,) in drawn(50)], minlength=11)).statistic
    said = ["llm:b", "T = 1.5, H = 3.5", f"n = 50 answers, χ² = {chi2:.0f}", "no circles: 0.90 open"]
    assert heads[2].split("\n") == said
    assert "Without circles" in below


def test_a_circle_is_never_above_its_panel() -> None:
    drawn_evenly = cell(values=drawn(), findings=exact(0.0, *[0.0] * 9, 0.9))
    figure = _drawn(report_of(drawn_evenly))["figure2"]()
    assert all(axes.get_ylim()[1] > 90 for axes in figure.axes)


def test_what_differs_between_rows_of_one_model_is_in_their_names() -> None:
    """Of three runs: the default, another wording, another temperature; and another seed."""
    cells = (
        cell(values=drawn(), wording="paper@11111111"),
        cell(values=drawn(), wording="mine@22222222"),
        cell(values=drawn(), wording="paper@11111111", seed=1),
    )
    names = [row.name for row in tables(report_of(*cells))[0].rows[:3]]
    assert names == [
        "llm:m, wording paper@11111111, seed 0",
        "llm:m, wording mine@22222222, seed 0",
        "llm:m, wording paper@11111111, seed 1",
    ]
    hot = (*cells[:2], cell(values=drawn(), wording="paper@11111111", temperature=1.5))
    grid = next(table for table in tables(report_of(*hot)) if table.name == "table4")
    assert [column.heading for column in grid.columns] == [
        "llm:m, wording paper@11111111",
        "llm:m, wording mine@22222222",
    ]
    assert [row.name for row in grid.rows] == ["temperature 1.5, top-p 1", "temperature 1, top-p 1"]
    document = json.loads(writers(False)["json"](report_of(*cells)))
    assert [found["settings"]["seed"] for found in document["cells"]] == [0, 0, 1] and document["runs"][0]["key"]


@pytest.mark.parametrize("task", ["integers", "letters", "sequences"])
def test_a_temperature_of_its_own_is_in_a_table_and_a_figure(task: str) -> None:
    length = find_task(task).length
    report = report_of(cell(task=task, values=drawn(length=length), temperature=1.5))
    assert "temperature 1.5" in " ".join(tables(report)[0].notes)
    assert {"integers": "figure2", "letters": "figure2-letters", "sequences": "figure8"}[task] in _drawn(report)


def test_models_asked_in_different_wordings_are_said_to_be() -> None:
    """Also within one family."""
    cells = cell("llm:a", values=drawn(), wording="table@1"), cell("llm:b", values=drawn(), wording="paper@2")
    report = report_of(*cells, families={"llm:a": "one", "llm:b": "one"})
    assert WORDINGS_NOTE in tables(report)[0].notes and FAMILIES_NOTE not in tables(report)[0].notes
    assert WORDINGS_NOTE.split("(")[0] in panels(report, "figure2")[1]


def test_the_paper_s_wording_is_printed_for_integers_alone() -> None:
    by_name = {table.name: " ".join(table.notes) for table in tables(whole_report(), with_published=True)}
    assert {name for name, said in by_name.items() if OTHER_WORDING_NOTE in said} == {"table1", "table3", "table6"}


def test_the_bounds_of_what_exact_mode_left_open_are_in_table_and_json() -> None:
    report = report_of(cell(findings=EXACT))
    found = report.cells[0].to_json()["exact"]
    assert found["expected_chi2_low"] < found["expected_chi2"] < found["expected_chi2_high"]
    (table,) = tables(report)
    bounds = table.rows[0].texts[[column.heading for column in table.columns].index("bounds")]
    assert bounds == f"{found['expected_chi2_low']:.0f} to {found['expected_chi2_high']:.0f}"


def leaves(value: Any) -> Iterator[Any]:
    """All that isn't a list or an object."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(inner)
    if not isinstance(value, dict | list):
        yield value


def test_no_document_and_no_csv_holds_a_number_of_numpy_s() -> None:
    """Its repr is np.float64(0.97), and json refuses its integers."""
    tournament = tournament_of(played("rps", 0, sharpness=1, matches=8))
    for document in (whole_report().to_json(), tournament.to_json()):
        assert {type(leaf) for leaf in leaves(document)} <= {int, float, str, bool, type(None)}
    written = forms.rows_as_csv([{"share": np.float64(0.97), "n": np.int64(3), "all": np.bool_(True)}])
    assert written == "share,n,all\n0.97,3,True\n"
    assert "np." not in writers(False)["csv"](whole_report()) + spreadsheet(tournament)


def test_a_true_sample_stands_beside_v_and_tv_and_the_chi_square_per_1500() -> None:
    found = cell(values=drawn(30)).to_json()
    # of 20,000 simulated samples of 30 draws among 11 values the means were 0.1785 and 0.2330
    assert (found["cramers_v_true"], found["tv_true"]) == (
        pytest.approx(0.178, abs=1e-3),
        pytest.approx(0.233, abs=1e-3),
    )
    (table,) = tables(report_of(cell(values=drawn(30))))
    texts = dict(zip((column.heading for column in table.columns), table.rows[0].texts, strict=True))
    assert texts["V (true)"] == f"{found['cramers_v']:.2f} (0.18)" and texts["TV (true)"] == f"{found['tv']:.2f} (0.23)"

    def true_row(*sizes: int) -> tuple[str, ...]:
        cells = [cell(task="sequences", values=drawn(size, length=10)) for size in sizes]
        return next(row.texts for row in tables(report_of(*cells))[0].rows if row.name.startswith("a true sample"))

    assert true_row(1500)[1:3] == ("10", "1.0")  # chi-square 10 of 15,000 integers is 1 of 1,500
    assert true_row(1500, 300)[2] == "1.0 to 5.0"
