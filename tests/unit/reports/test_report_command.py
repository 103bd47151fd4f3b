"""`arena report` on a real store."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from arena.cli.report import report as report_command
from arena.errors import ArenaError, ExitCode, InputError, StoreError, UsageError
from arena.reports.tournament.runs import read_runs
from arena.store import CellSpec, Store
from arena.store.rows import RunSpec, Unit
from tests.support.filled import fill, numbers


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(report_command, [str(argument) for argument in arguments], catch_exceptions=True)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "arena.db"
    fill(path)
    return path


def test_the_table_is_printed_plain_when_piped(store: Path) -> None:
    result = invoke("--store", store)
    assert result.exit_code == 0, result.exception
    assert "rock-paper-scissors" in result.stdout and "matches 1 to 50 of 60" in result.stdout
    assert "3 later ones are finished too and not counted, 1 open" in " ".join(result.stdout.split())
    assert "-40.0" in result.stdout and "\x1b" not in result.stdout


def test_json_is_the_run(store: Path) -> None:
    found = json.loads(invoke("--store", store, "--format", "json").stdout)
    assert (found["games"], found["rounds"], found["seed"]) == (60, 2, 7)
    (cell,) = found["cells"]
    assert (cell["matches"], cell["open_matches"], cell["rounds"]) == (50, 1, 100)
    assert (cell["counted_matches"], cell["finished_matches"]) == (50, 53)
    assert cell["expected_net"] == -40.0 and cell["determinism"]["mean"] == 0.6
    with Store.open(store) as opened:
        assert read_runs(opened, opened.run(None)).to_json()["cells"] == found["cells"]


@pytest.mark.parametrize(
    ("format_", "start"),
    [("md", "### rock"), ("tex", "% \\usepackage{"), ("csv", "game,source,"), ("json", "{")],
)
def test_a_format_is_printed(store: Path, format_: str, start: str) -> None:
    assert invoke("--store", store, "--format", format_).stdout.startswith(start)


def test_out_gets_every_table_and_the_figure(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = invoke("--store", store, "--out", out, "--published", "--format", "md")
    assert result.exit_code == 0, result.exception
    tables, figures = ("csv", "json", "md", "tex"), ("pdf", "png", "svg")
    expected = ["figure4-data.csv", *(f"figure4.{end}" for end in figures), *(f"table2.{end}" for end in tables)]
    assert sorted(os.listdir(out)) == sorted([*expected, "index.html", "manifest.json", "report.tex"])
    assert (out / "table2.md").read_text() == result.stdout
    assert "paper: 8B base" in result.stdout


def test_a_folder_has_all_runs_and_what_is_printed_alone_is_the_latest(store: Path, tmp_path: Path) -> None:
    fill(store, seed=8)
    found = json.loads(invoke("--store", store, "--format", "json").stdout)
    assert [run["seed"] for run in found["runs"]] == [8]
    printed = invoke("--store", store, "--out", tmp_path / "out", "--format", "json")
    assert [run["seed"] for run in json.loads(printed.stdout)["runs"]] == [7, 8]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [run["seed"] for run in manifest["runs"]] == [7, 8]
    both = invoke("--store", store, "--all", "--format", "json")
    assert both.stdout == printed.stdout


def test_runs_of_which_nothing_can_be_shown_are_named_and_left_out(store: Path, tmp_path: Path) -> None:
    with Store.open(store, create=True) as opened:
        opened.begin(RunSpec("dice", Unit.ANSWER, (CellSpec("d", "die", "", "dice"),), 9, 0, {}, {})).close()
    result = invoke("--store", store, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.exception
    with Store.open(store) as opened:
        name = opened.run(None).name
    assert name in result.stderr and "nothing installed here" in result.stderr
    assert name in (tmp_path / "out" / "index.html").read_text()
    assert isinstance(invoke("--store", store, "--run", name).exception, InputError)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--mpl-style", "no-such-style"), ExitCode.INPUT, "neither a file nor a name that matplotlib knows"),
        (("--figure-size", "wide"), ExitCode.USAGE, "'wide' is no size of a figure"),
        (("--figure-size", "1x1"), ExitCode.INPUT, "can't be drawn with that style and size"),
        (("--scores", "no-such.csv"), ExitCode.INPUT, "no-such.csv can't be read"),
        (("--run", "1", "--all"), ExitCode.USAGE, "give one of the two"),
    ],
)
def test_an_option_that_is_wrong_is_a_sentence(
    store: Path, tmp_path: Path, options: tuple[str, ...], code: ExitCode, said: str
) -> None:
    numbers(store)
    error = invoke("--store", store, "--out", tmp_path / "out", *options).exception
    assert isinstance(error, ArenaError) and error.exit_code == code and said in str(error)
    assert not (tmp_path / "out").exists()


def test_a_look_without_a_folder_is_a_sentence(store: Path) -> None:
    assert isinstance(invoke("--store", store, "--figure-size", "5").exception, UsageError)


def test_a_place_that_cannot_be_written_is_a_sentence(store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = invoke("--store", store, "--out", tmp_path / "file" / "out")
    assert isinstance(result.exception, StoreError) and "can't be written" in str(result.exception)


def test_a_run_of_which_no_match_counts_is_a_sentence_and_still_json(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    fill(path, finished=20)
    for arguments in ((), ("--format", "md"), ("--out", tmp_path / "out", "--format", "json")):
        result = invoke("--store", path, *arguments)
        assert isinstance(result.exception, InputError)
        assert "is counted yet (23 finished, 1 open)" in str(result.exception)
    (cell,) = json.loads(invoke("--store", path, "--format", "json").stdout)["cells"]
    assert (cell["matches"], cell["net"], cell["open_matches"]) == (0, None, 1)
    assert not (tmp_path / "out").exists()


def test_a_store_without_runs_and_a_run_that_is_not_there_are_sentences(store: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert isinstance(invoke("--store", tmp_path / "empty.db").exception, InputError)
    assert isinstance(invoke("--store", tmp_path / "none.db").exception, StoreError)
    assert isinstance(invoke("--store", store, "--run", "nobody").exception, InputError)


def test_a_game_that_is_not_installed_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    fill(path, game="chess-boxing")
    error = invoke("--store", path).exception
    assert isinstance(error, InputError) and "chess-boxing" in str(error)


def test_the_other_runs_are_reported_beside_a_game_that_is_not_installed(store: Path) -> None:
    fill(store, game="chess-boxing")
    with Store.open(store) as opened:
        names = [word for run in opened.runs() for word in ("--run", run.name)]
    for format_ in ("rich", "md", "tex"):
        said = invoke("--store", store, *names, "--format", format_).stdout
        assert "-40.0" in said.replace("$", "") and "chess-boxing" in said, format_
    found = json.loads(invoke("--store", store, *names, "--format", "json").stdout)
    assert len(found["cells"]) == 1 and "chess-boxing" in found["left_out"][0] and len(found["runs"]) == 2
