"""Reports of tasks: cells' numbers beside plain computations, the tables that cells fill, and their forms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from arena.experiments.numbers.task import find_task
from arena.experiments.numbers.true_sample import true_sample
from arena.reports.cautions import FAMILIES_NOTE, WORDINGS_NOTE
from arena.reports.figure import rendered
from arena.reports.folder.files import write_folder
from arena.reports.numbers import reported
from arena.reports.numbers.figures import figures
from arena.reports.numbers.rows import OTHER_WORDING_NOTE
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.numbers.tables import tables
from arena.reports.published import find
from arena.reports.report import WRITERS
from arena.reports.table import Table
from arena.reports.terminal import terminal
from arena.reports.tournament import reported as tournament_report
from arena.reports.writers import spreadsheet, table_spreadsheet
from tests.support.drawn import EXACT, all_tasks, cell, drawn, exact, runs_of
from tests.support.played import played
from tests.support.played import run_of as tournament_of


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


def test_each_table_is_there_when_its_cells_are() -> None:
    names = [table.key for table in tables(all_tasks())]
    assert names == ["integers", "table6", "table1", "figure3", "table3", "table4", "figure7", "table7"]
    assert [table.key for table in tables(runs_of(cell(values=drawn())))] == ["integers"]
    for table in tables(all_tasks(), with_published=True):
        assert all(any(row.text(column) for column in table.columns) for row in table.rows), table.key


def test_the_published_values_stand_beside_ours() -> None:
    by_name = {table.key: table for table in tables(all_tasks(), with_published=True)}
    letters = shown(by_name["table6"])["paper: 70B llama-instruct"]
    assert letters[1] == "10513" and letters[-2:] == ("f", "")
    integers = shown(by_name["integers"])
    assert integers["paper: base"][:2] == ("1500", "137") and integers["paper: Qwen2.5 72B instruct"][1] == "15000"
    (reward,) = [row for row in by_name["table7"].rows if not row.is_ours]
    assert shown(by_name["table7"])[reward.name][7] == "5.29" and find("table7/tulu-rm/7") == 5.29
    assert any(texts[-5:] == ("36", "7623", "2301", "820", "2402") for texts in shown(by_name["table4"]).values())


def test_a_published_value_is_found_by_its_key() -> None:
    for table in tables(all_tasks(), with_published=True):
        for row in (row for row in table.rows if row.source == "paper"):
            key = row.values["published"]
            values = {name: value for name, value in row.values.items() if name not in ("n", "published")}
            assert values == ({"chi2": find(key)} if find(key) else {name: find(f"{key}/{name}") for name in values})
    assert find("table4/1.0/1.0/nobody") is None and find("table4/9.0/1.0/base") is None


def test_the_document_has_the_published_rows_of_its_tables() -> None:
    keys = [row["key"] for row in reported(runs_of(cell(values=drawn())), published=True).to_json()["published"]]
    assert keys == ["table4/1.0/1.0", "table5/7B", "table5/72B"]
    whole = reported(all_tasks(), published=True).to_json()["published"]
    assert {row["key"].partition("/")[0] for row in whole} == {f"table{number}" for number in (1, 3, 4, 5, 6, 7)}
    assert all((row["n"] == 1500) == (row["key"][:6] in ("table4", "table5")) for row in whole)


def test_what_stands_in_the_grid() -> None:
    grid = next(table for table in tables(all_tasks()) if table.key == "table4")
    texts = shown(grid)
    assert list(texts) == ["temperature 2, top-p 0.5", "temperature 1, top-p 1"]
    assert texts["temperature 1, top-p 1"][1] == "3000"  # always 7, 300 times
    assert "(0.05)" in texts["temperature 2, top-p 0.5"][0]  # by exact mode, with what is open
    open_grid = runs_of(cell(findings=EXACT), cell(findings=exact(0.1, *[0.0] * 10, unexplored=0.9), temperature=2.5))
    (_, grid) = tables(open_grid)
    assert next(iter(shown(grid).values())) == ("open 0.90",)


def test_families_and_missing_answers_are_said() -> None:
    said = " ".join(note for table in tables(all_tasks()) for note in table.footnotes)
    assert FAMILIES_NOTE in said
    few = tables(runs_of(cell(values=drawn(40), wanted=300)))[0]
    assert few.rows[0].full_name == "llm:m (40 of 300)" and any("40 of 300" in note for note in few.footnotes)


def test_a_name_can_t_act_in_any_form() -> None:
    report = runs_of(cell('llm:=a|b_$x{[bold]}"', values=drawn()))
    assert r"=a\|b\_\$x" in WRITERS["md"](reported(report))
    assert r"=a$|$b\_\$x\{" in WRITERS["tex"](reported(report)).replace(r"\allowbreak{}", "")
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](reported(report)))))
    assert rows[0]["subject"] == 'llm:=a|b_$x{[bold]}"'
    formula = runs_of(cell("=1+1", values=drawn()))
    assert list(csv.reader(io.StringIO(table_spreadsheet(tables(formula)[0]))))[1][0] == "'=1+1"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_terminal_s_width_is_kept(width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(terminal(tables(all_tasks(), True), width))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    assert any("llm:b$_|[x]" in line for line in lines)


def test_all_files_are_written_and_their_bytes_depend_on_the_run_alone(tmp_path: Any) -> None:
    write_folder([reported(all_tasks(), published=True)], (), tmp_path / "a")
    write_folder([reported(all_tasks(), published=True)], (), tmp_path / "b")
    names = sorted(entry.name for entry in (tmp_path / "a").iterdir())
    assert {"numbers.json", "numbers.csv", "table1.tex", "table3.md", "table4.csv", "table6.md", "table7.md"} <= set(
        names
    )
    for figure in ("figure2", "figure3", "figure6", "figure7", "figure8", "figure2-letters"):
        assert {f"{figure}{end}" for end in (".png", ".svg", ".pdf", "-data.csv")} <= set(names)
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_the_true_sample_is_named_by_the_seed_and_grows() -> None:
    task = find_task("integers")
    assert true_sample(0, task, 50)[:20].tolist() == true_sample(0, task, 20).tolist()
    assert true_sample(0, task, 50).tolist() != true_sample(1, task, 50).tolist()
    counts = np.bincount(true_sample(0, task, 20_000).ravel(), minlength=11)
    assert stats.chisquare(counts).pvalue > 1e-6


def test_a_figure_of_exact_cells_alone() -> None:
    (figure,) = figures(runs_of(cell(findings=EXACT)))
    assert figure.key == "figure2" and all(rendered(figure.draw).values())


def drawing(report: NumbersRuns, key: str) -> Any:
    return next(figure for figure in figures(report) if figure.key == key).draw()


def shown(table: Table) -> dict[str, tuple[str, ...]]:
    """What a person reads in each row, by its name."""
    return {row.name: tuple(row.text(column) for column in table.columns) for row in table.rows}


def panels(report: NumbersRuns, figure: str) -> tuple[list[str], str]:
    """The heads of a figure's panels, and the sentences below it."""
    drawn = drawing(report, figure)
    heads = [axes.get_title("left") for axes in drawn.axes]
    return heads, " ".join(drawn.get_supxlabel().split())


def test_figures_say_how_many_there_are_of_what() -> None:
    report = all_tasks()
    heads, below = panels(report, "figure2")
    assert [head.split("\n")[1] for head in heads] == [
        "n = 300 answers, χ² = 4",
        *["n = 300 answers, χ² = 11"],
        "n = 300 answers, χ² = 3,000",
    ]
    assert "Circles" in below and FAMILIES_NOTE in below
    heads, below = panels(runs_of(cell(task="sequences", values=drawn(100, 2, 10))), "figure8")
    assert heads[1].split("\n")[1].startswith("n = 100 sequences (1,000 integers), ") and "Circles" not in below


def test_a_figure_says_where_exact_mode_gives_no_circles() -> None:
    left_open = exact(0.1, *[0.0] * 10, unexplored=0.9) | {"entropy": {"base": "llm:a", "entropy": 3.5}}
    matched = cell("llm:b", values=drawn(50), temperature=1.5, matched="llm:a", findings=left_open)
    heads, below = panels(runs_of(cell("llm:a", values=drawn(), findings=EXACT), matched), "figure7")
    chi2 = stats.chisquare(np.bincount([value for (value,) in drawn(50)], minlength=11)).statistic
    said = ["llm:b", "T = 1.5, H = 3.5", f"n = 50 answers, χ² = {chi2:.0f}", "no circles: 0.90 open"]
    assert heads[2].split("\n") == said
    assert "Without circles" in below


def test_a_circle_is_never_above_its_panel() -> None:
    drawn_evenly = cell(values=drawn(), findings=exact(0.0, *[0.0] * 9, 0.9))
    figure = drawing(runs_of(drawn_evenly), "figure2")
    assert all(axes.get_ylim()[1] > 90 for axes in figure.axes)


def test_what_differs_between_rows_of_one_model_is_in_their_names() -> None:
    """Of three runs: the default, another wording, another temperature; and another seed."""
    cells = (
        cell(values=drawn(), wording="paper@11111111"),
        cell(values=drawn(), wording="mine@22222222"),
        cell(values=drawn(), wording="paper@11111111", seed=1),
    )
    names = [row.name for row in tables(runs_of(*cells))[0].rows[:3]]
    assert names == [
        "llm:m, wording paper@11111111, seed 0",
        "llm:m, wording mine@22222222, seed 0",
        "llm:m, wording paper@11111111, seed 1",
    ]
    hot = (*cells[:2], cell(values=drawn(), wording="paper@11111111", temperature=1.5))
    grid = next(table for table in tables(runs_of(*hot)) if table.key == "table4")
    assert [column.heading for column in grid.columns] == [
        "llm:m, wording paper@11111111",
        "llm:m, wording mine@22222222",
    ]
    assert [row.name for row in grid.rows] == ["temperature 1.5, top-p 1", "temperature 1, top-p 1"]
    document = json.loads(WRITERS["json"](reported(runs_of(*cells))))
    assert [found["settings"]["seed"] for found in document["cells"]] == [0, 0, 1] and document["runs"][0]["key"]


@pytest.mark.parametrize("task", ["integers", "letters", "sequences"])
def test_a_temperature_of_its_own_is_in_a_table_and_a_figure(task: str) -> None:
    length = find_task(task).length
    report = runs_of(cell(task=task, values=drawn(length=length), temperature=1.5))
    assert "temperature 1.5" in " ".join(tables(report)[0].footnotes)
    assert {"integers": "figure2", "letters": "figure2-letters", "sequences": "figure8"}[task] == figures(report)[0].key


def test_models_asked_in_different_wordings_are_said_to_be() -> None:
    """Also within one family."""
    cells = cell("llm:a", values=drawn(), wording="table@1"), cell("llm:b", values=drawn(), wording="paper@2")
    report = runs_of(*cells, families={"llm:a": "one", "llm:b": "one"})
    assert WORDINGS_NOTE in tables(report)[0].footnotes and FAMILIES_NOTE not in tables(report)[0].footnotes
    assert WORDINGS_NOTE.split("(")[0] in panels(report, "figure2")[1]


def test_the_paper_s_wording_is_printed_for_integers_alone() -> None:
    by_name = {table.key: " ".join(table.footnotes) for table in tables(all_tasks(), with_published=True)}
    assert {name for name, said in by_name.items() if OTHER_WORDING_NOTE in said} == {"table1", "table3", "table6"}


def test_the_bounds_of_what_exact_mode_left_open_are_in_table_and_json() -> None:
    report = runs_of(cell(findings=EXACT))
    found = report.cells[0].to_json()["exact"]
    assert found["expected_chi2_low"] < found["expected_chi2"] < found["expected_chi2_high"]
    (table,) = tables(report)
    bounds = shown(table)["llm:m"][[column.heading for column in table.columns].index("bounds")]
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
    for document in (all_tasks().to_json(), tournament.to_json()):
        assert {type(leaf) for leaf in leaves(document)} <= {int, float, str, bool, type(None)}
    written = spreadsheet([{"share": np.float64(0.97), "n": np.int64(3), "all": np.bool_(True)}])
    assert written == "share,n,all\n0.97,3,True\n"
    reports = reported(all_tasks()), tournament_report(tournament)
    written = [WRITERS["csv"](report) for report in reports]
    written += [table_spreadsheet(table) for report in reports for table in report.tables]
    written += [table_spreadsheet(figure.data) for report in reports for figure in report.figures]
    assert "np." not in "".join(written)


def test_a_true_sample_stands_beside_v_and_tv_and_the_chi_square_per_1500() -> None:
    found = cell(values=drawn(30)).to_json()
    # of 20,000 simulated samples of 30 draws among 11 values the means were 0.1785 and 0.2330
    assert (found["cramers_v_true"], found["tv_true"]) == (
        pytest.approx(0.178, abs=1e-3),
        pytest.approx(0.233, abs=1e-3),
    )
    (table,) = tables(runs_of(cell(values=drawn(30))))
    texts = dict(zip((column.heading for column in table.columns), shown(table)["llm:m"], strict=True))
    assert texts["V (true)"] == f"{found['cramers_v']:.2f} (0.18)" and texts["TV (true)"] == f"{found['tv']:.2f} (0.23)"

    def true_row(*sizes: int) -> tuple[str, ...]:
        cells = [cell(task="sequences", values=drawn(size, length=10)) for size in sizes]
        return shown(tables(runs_of(*cells))[0])["a true sample, on average"]

    assert true_row(1500)[1:3] == ("10", "1.0")  # chi-square 10 of 15,000 integers is 1 of 1,500
    assert true_row(1500, 300)[2] == "1.0 to 5.0"


def test_the_shares_of_repetitions_are_numbers_by_key_as_are_those_of_a_true_sample() -> None:
    values = drawn(100, 2, 10)
    (_, table) = tables(runs_of(cell(task="sequences", values=values)))
    ours, true = table.rows
    repeated = np.bincount([10 - len(set(value)) for value in values], minlength=11) / 100
    assert [ours.values[str(count)] for count in range(11)] == repeated.tolist()
    assert sum(true.values[str(count)] for count in range(11)) == pytest.approx(1)


def test_figures_hold_what_they_draw() -> None:
    data = {figure.key: figure.data for figure in figures(all_tasks())}
    counts = np.bincount([value for (value,) in drawn(300)], minlength=11).tolist()
    true, ours, other = data["figure2"].rows
    assert not true.is_ours and [ours.values[str(value)] for value in range(11)] == counts
    assert ours.values["exact 7"] == pytest.approx(0.5 / 0.8) and "exact 7" not in other.values
    assert len(data["figure6"].rows) == 2 * 10
    sequences = [row for row in data["figure6"].rows if row.is_ours]
    assert all(sum(row.values[str(value)] for value in range(11)) == pytest.approx(100) for row in sequences)


def test_a_model_keeps_its_colour_in_all_figures() -> None:
    """Though the place of its panel differs from figure to figure."""
    report = runs_of(
        *(cell(f"llm:{name}", values=drawn(50, at)) for at, name in enumerate("abc")),
        cell("llm:c", "sequences", values=drawn(50, 3, 10)),
        cell("llm:c", values=drawn(50, 4), temperature=1.5, matched="llm:b"),
    )

    def colours(key: str) -> list[Any]:
        return [axes.patches[0].get_edgecolor() for axes in drawing(report, key).axes if axes.patches]

    grey, a, b, c = colours("figure2")
    assert len({grey, a, b, c}) == 4
    assert colours("figure8") == colours("figure3") == [grey, c]
    assert colours("figure7") == [grey, b, c]
