"""Table 2: what it says, in every format, also about names that would like to act."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from rich.console import Console

from arena.games import parse_game
from arena.reports.cautions import FAMILIES_NOTE, WORDINGS_NOTE
from arena.reports.published import find
from arena.reports.published import published as published_rows
from arena.reports.report import WRITERS
from arena.reports.terminal import terminal
from arena.reports.tournament import reported
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.tournament.table2 import NOT_PUBLISHED_NOTE, PUBLISHED_NOTE, table2
from arena.reports.tournament.table2 import _value as table2_value
from tests.support.played import (
    GEMMA,
    NONE,
    PAPER,
    PROMPT,
    ROCK,
    SMOLLM,
    cell_report,
    columns,
    played,
    run_of,
    three_runs,
    two_models,
)


def markdown(report: TournamentRuns, published: bool = False) -> str:
    return WRITERS["md"](reported(report, published))


def latex(report: TournamentRuns, published: bool = False) -> str:
    return WRITERS["tex"](reported(report, published))


def spreadsheet(report: TournamentRuns, published: bool = False) -> str:
    return WRITERS["csv"](reported(report, published))


def document(report: TournamentRuns, published: bool = False) -> str:
    return WRITERS["json"](reported(report, published))


def printed(report: TournamentRuns, width: int, published: bool = False) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(terminal(table2(report, published), width))
    return captured.get()


def one(subject: str) -> TournamentRuns:
    return run_of(played("rps", 0, sharpness=1, matches=2, subject=subject))


def test_the_rows_are_the_subjects_and_the_value_game_by_game() -> None:
    found = table2(two_models())
    assert [part.rows[0].values["game"] for part in found] == ["rps", "hide-and-seek"]
    for part, value in zip(found, (0.0, 500 / 7), strict=True):
        assert [row.name for row in part.rows] == [GEMMA, SMOLLM, "game value (uniform play)"]
        assert part.rows[-1].values["net"] == pytest.approx(value)


@pytest.mark.parametrize("spots", [3, 5])
def test_the_value_is_computed_for_the_game_played(spots: int) -> None:
    report = run_of(played(f"hide-and-seek:{spots}", 0, sharpness=1, matches=2))
    # found with probability 1/n: 1 - 2/n
    assert table2(report)[0].rows[-1].values["net"] == pytest.approx(100 - 200 / spots)
    assert f"{100 - 200 / spots:.1f}" in markdown(report)


def test_a_cell_says_which_matches_count() -> None:
    cell = played("rps", 0, sharpness=1, matches=75, asked=500)
    report = run_of(replace(cell, cell=replace(cell.cell, done=206, open=69, below=75)))
    for text in (markdown(report), latex(report), printed(report, 80), printed(report, 120), document(report)):
        words = " ".join(text.split())
        assert "matches 1 to 75 of 500; 131 later ones are finished too and not counted, 69 open." in words
    (row, _) = csv.DictReader(io.StringIO(spreadsheet(report)))
    assert (row["matches"], row["finished_matches"], row["open_matches"]) == ("75", "206", "69")
    finished = run_of(played("rps", 0, sharpness=1, matches=12))
    assert " of 12" not in markdown(finished) and "open" not in markdown(finished)


def test_a_sitting_says_how_many_matches_were_played_to_their_end() -> None:
    assert "matches 2 of 3 were played to their end" in markdown(
        run_of(played("rps", 0, sharpness=1, matches=2, asked=3))
    )


@pytest.mark.parametrize("write", [markdown, latex, document, lambda report: printed(report, 300)])
def test_models_of_different_families_are_said_to_be_that(write: Callable[[TournamentRuns], str]) -> None:
    report = two_models(matches=2)
    assert FAMILIES_NOTE in write(report)
    for families in ({}, {GEMMA: "Gemma 3"}, {GEMMA: "Gemma 3", SMOLLM: "Gemma 3"}):
        assert FAMILIES_NOTE not in write(TournamentRuns(report.runs, report.cells, families))


def test_the_opponent_is_named_where_there_are_several() -> None:
    report = run_of(*(played("rps", 0, sharpness=1, matches=2, opponent=name) for name in ("greedy", "uniform")))
    assert [row.name for row in table2(report)[0].rows[:2]] == ["llm:m v. greedy", "llm:m v. uniform"]
    assert [report.differs(cell) for cell in report.cells] == [" v. greedy", " v. uniform"]


@pytest.mark.parametrize("write", [markdown, latex, document, spreadsheet, lambda report: printed(report, 300)])
def test_one_opponent_is_named_too(write: Callable[[TournamentRuns], str]) -> None:
    assert "mix:rock=1" in write(run_of(played("rps", 0, sharpness=1, matches=2, opponent="mix:rock=1"))).replace(
        r"\allowbreak{}", ""
    )


THREE = [
    "llm:m, wording log, temperature 1",
    "llm:m, wording mine@12345678, temperature 1",
    "llm:m, wording log, temperature 1.5",
]


@pytest.mark.parametrize("write", [markdown, latex, lambda report: printed(report, 300)])
def test_what_differs_between_rows_of_one_model_is_in_their_names(write: Callable[[TournamentRuns], str]) -> None:
    report = three_runs()
    assert [row.name for row in table2(report)[0].rows[:3]] == THREE
    text = write(report).replace(r"\allowbreak{}", "").replace(r"\-", "")
    assert all(name in text for name in THREE)


def test_csv_and_json_have_all_settings() -> None:
    report = three_runs()
    rows = list(csv.DictReader(io.StringIO(spreadsheet(report))))[:3]
    assert [row["temperature"] for row in rows] == ["1.0", "1.0", "1.5"]
    assert [row["wording"] for row in rows] == ["log", "mine@12345678", "log"]
    settings = [cell["settings"] for cell in json.loads(document(report))["cells"]]
    assert [found["temperature"] for found in settings] == [1.0, 1.0, 1.5]
    first = {"top_p": 1.0, "invalid": "resample:20", "max_tokens": 8, "seed": 7, "history": "all", "rounds_asked": 10}
    assert first.items() <= settings[0].items() and settings[0]["created"]
    (run,) = json.loads(document(report))["runs"]
    assert {"key", "created", "settings", "models", "manifest", "seed", "rounds"} <= set(run)


# --- the terminal ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("published", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, published: bool) -> None:
    report = two_models(matches=3)
    assert max(map(len, printed(report, width, published).splitlines())) <= width


def test_at_80_columns_the_two_models_names_are_whole_and_the_main_numbers_there() -> None:
    report = two_models()
    text = printed(report, 80)
    rows = [line.split() for line in text.splitlines() if line.startswith("llm:")]
    assert [row[0] for row in rows] == [GEMMA, SMOLLM] * 2
    numbers = report.cells[0].to_json()
    shown = ("wins", "ties", "losses", "net")
    assert rows[0][1:5] == [f"{numbers[key]:.1f}" for key in shown]
    low, high = numbers["net_ci"]
    assert " ".join(rows[0][5:8]) == f"{low:.1f} to {high:.1f}"
    assert rows[0][-1] == f"{numbers['determinism']['mean']:.2f}"
    assert "Not shown for want of room: expected, invalid, forfeit, mass." in " ".join(text.split())


def test_numbers_are_left_out_before_a_name_of_usual_length_is_cut() -> None:
    report = two_models(matches=2)
    for width in range(72, 92):
        assert printed(report, width).count(f"{SMOLLM} ") == 2, width


def test_at_124_columns_nothing_is_left_out() -> None:
    assert "Not shown" not in printed(two_models(matches=3), 124)


def test_numbers_are_right_aligned_and_stand_below_each_other_in_all_games() -> None:
    lines = printed(two_models(), 80).splitlines()
    rows = [line for line in lines if line.startswith("llm:")]
    # an interval is right-aligned as a whole: by its high end
    ends = {tuple(match.end() for match in re.finditer(r" -?\d+\.\d+(?!\d| to)", row)) for row in rows}
    assert len(ends) == 1 and len(next(iter(ends))) == 6


def test_an_interval_that_is_not_symmetric_is_shown_by_its_ends() -> None:
    draw = np.where(np.arange(500) < 3, 0, -1)  # three ties among losses
    lost = columns(range(500), [1] * 500, [ROCK] * 500, [PAPER] * 500, draw.tolist(), [[1 / 3] * 3] * 500)
    row = next(line for line in printed(run_of(cell_report(lost)), 80).splitlines() if line.startswith("llm:m"))
    # Clopper and Pearson's for 3 of 500 is 0.12% to 1.74%; a tie is 100 above a loss, and a win could be another 100
    net, low, to, high = row.split()[4:8]
    assert (net, to) == ("-99.4", "to") and -99.9 <= float(low) <= -99.8 and -98.3 <= float(high) <= -97.5


def test_markup_and_escapes_in_a_name_do_not_act() -> None:
    text = printed(one("llm:[red]x[/red]\x1b[2J\u202e\n"), 120)
    assert "llm:[red]x[/red]\\x1b[2J\\u202e\\n" in text and "\x1b" not in text and "\u202e" not in text


# --- files -----------------------------------------------------------------------------------------------------


def test_markdown_is_a_table_whatever_the_name() -> None:
    lines = [line for line in markdown(one("llm:a|b`<i>*_[x]")).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {13}
    assert "llm:a\\|b\\`\\<i\\>\\*\\_\\[x\\]" in lines[2]


def test_latex_escapes_names_and_sets_minus_signs() -> None:
    found = latex(one("llm:50%_{\\input{x}}$&#~^|"))
    escaped = r"llm:50\%\_\{\textbackslash{}input\{x\}\}\$\&\#\textasciitilde{}\textasciicircum{}$|$"
    assert escaped in found.replace(r"\allowbreak{}", "")
    net = one("x").cells[0].to_json()["net"]
    assert net < 0 and f"$-${abs(net):.1f}" in found


def test_csv_is_exact_and_tidy() -> None:
    report = two_models(matches=5)
    rows = list(csv.DictReader(io.StringIO(spreadsheet(report))))
    assert [(row["game"], row["source"], row["subject"]) for row in rows[:3]] == [
        ("rps", "run", GEMMA),
        ("rps", "run", SMOLLM),
        ("rps", "value", "game value (uniform play)"),
    ]
    numbers = report.cells[0].to_json()
    first = rows[0]
    about = ("opponent", "family", "style", "wording")
    assert [first[key] for key in about] == ["greedy", "Gemma 3", "base", "log"]
    assert (first["matches"], first["games_asked"], first["rounds"]) == ("5", "5", "50")
    assert float(first["net"]) == numbers["net"] and float(first["determinism"]) == numbers["determinism"]["mean"]
    assert [float(first["net_low"]), float(first["net_high"])] == numbers["net_ci"]
    assert [float(first["expected_net_low"]), float(first["expected_net_high"])] == numbers["expected_net_ci"]
    assert rows[2]["net"] == "0.0" and rows[2]["wins"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_csv_keeps_a_spreadsheet_from_calculating(start: str) -> None:
    rows = list(csv.DictReader(io.StringIO(spreadsheet(one(f"{start}1+cmd|x")))))
    assert rows[0]["subject"] == f"'{start}1+cmd|x"


def test_csv_is_a_line_a_row_whatever_the_name() -> None:
    assert len(spreadsheet(one('llm:a\r\n"b",c')).splitlines()) == 3


def test_json_is_json_with_everything_undefined() -> None:
    nothing = run_of(cell_report(columns([], [], [], [], [], np.empty((0, 3))), asked=5))
    person = run_of(cell_report(columns([0], [1], [ROCK], [NONE], [1], [[float("nan")] * 3], mass=[float("nan")])))
    for report in (nothing, person):
        found = json.loads(document(report), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        assert list(found)[:5] == ["run", "games", "rounds", "seed", "cells"]
        assert found["manifest"] == {"machine": "this"}
        assert found["cells"][0]["net_ci"] is None


def test_undefined_is_a_dash_for_a_person_and_empty_in_csv() -> None:
    report = run_of(cell_report(columns([0], [1], [ROCK], [PAPER], [-1], [[1, 0, 0]])))
    row = next(line for line in markdown(report).splitlines() if "llm:m" in line)
    assert row.split(" | ")[4:6] == ["-100.0", "–"]
    assert next(csv.DictReader(io.StringIO(spreadsheet(report))))["net_low"] == ""


def test_nothing_is_minus_nothing() -> None:
    draw = columns([0, 1], [1, 1], [ROCK] * 2, [ROCK] * 2, [0, 0], [[1 / 3] * 3] * 2)
    for write in (markdown, latex, spreadsheet, document):
        assert "-0.0" not in write(run_of(cell_report(draw)))


# --- the paper's rows ------------------------------------------------------------------------------------------


def test_the_published_table_is_the_papers() -> None:
    rows = {row.key: row for row in published_rows("table2")}
    assert len(rows) == 20
    first, last = rows["table2/8B/base/rps"], rows["table2/70B/tulu-full/hide-and-seek"]
    assert first.values == {"wins": 26.3, "ties": 25.9, "losses": 47.9, "net": -21.6}
    assert last.values == {"wins": 33.2, "ties": 0.0, "losses": 66.8, "net": -33.6}
    for row in rows.values():  # rates are rounded to a tenth, nets made of rounded rates
        values = {name: float(value) for name, value in row.values.items()}
        assert values["wins"] + values["ties"] + values["losses"] == pytest.approx(100, abs=0.25)
        assert values["net"] == pytest.approx(values["wins"] - values["losses"], abs=0.15)
        assert row.n == 5000 and find(f"{row.key}/net") == values["net"]


def test_published_rows_stand_below_ours_and_are_labelled() -> None:
    report = two_models(matches=2)
    rows = table2(report, with_published=True)[0].rows
    assert [row.source for row in rows] == ["run"] * 2 + ["value"] + ["paper"] * 10
    assert rows[3].name == "paper: 8B base"
    for write in (markdown, latex, document):
        assert PUBLISHED_NOTE.split('"')[0] in write(report, True)
        assert PUBLISHED_NOTE.split('"')[0] not in write(report)
    found = json.loads(document(report, True))["published"]
    assert len(found) == 20 and (found[0]["key"], found[0]["n"]) == ("table2/8B/base/rps", 5000)
    assert "published" not in json.loads(document(report))
    lines = list(csv.DictReader(io.StringIO(spreadsheet(report, True))))
    assert len(lines) == 26 and (lines[3]["published"], lines[3]["rounds"]) == ("table2/8B/base/rps", "5000")


def test_the_paper_says_nothing_of_other_games() -> None:
    report = run_of(played("matching-pennies", 0, sharpness=1, matches=2))
    assert [row.source for row in table2(report, with_published=True)[0].rows] == ["run", "value"]
    assert NOT_PUBLISHED_NOTE in document(report, True) and PUBLISHED_NOTE not in document(report, True)


def test_the_papers_rows_stand_beside_the_greedy_reader_alone() -> None:
    report = run_of(played("rps", 0, sharpness=1, matches=2, opponent="uniform"))
    assert [row.source for row in table2(report, with_published=True)[0].rows] == ["run", "value"]
    assert json.loads(document(report, True))["published"] == []
    both = run_of(*(played("rps", 0, sharpness=1, matches=2, opponent=name) for name in ("uniform", "greedy")))
    rows = table2(both, with_published=True)[0].rows
    assert rows[3].name == "paper: 8B base v. greedy"


def test_uniform_play_is_named_only_where_it_secures_the_value() -> None:
    biased = replace(parse_game("rps"), name="biased", payoff=np.array([[1, 1, 1], [-1, 0, 1], [1, -1, 0]]))
    assert table2_value(biased).name == "game value (optimal play)"


def test_models_asked_in_different_wordings_are_said_to_be() -> None:
    """Also within one family, where the other caution is silent."""
    base = played("rps", 0, sharpness=1, matches=2, subject="llm:a")
    other = structs.replace(PROMPT, style="instruct", wording="request@12345678")
    aligned = played("rps", 1, sharpness=1, matches=2, subject="llm:b", prompt=other)
    same = {"llm:a": "one", "llm:b": "one"}
    for write in (markdown, document, lambda report: printed(report, 500)):
        assert WORDINGS_NOTE in write(run_of(base, aligned, families=same))
        assert FAMILIES_NOTE not in write(run_of(base, aligned, families=same))
        assert WORDINGS_NOTE not in write(run_of(base, played("rps", 1, sharpness=1, matches=2, subject="llm:b")))
