"""`arena compare` on small runs of bots: what differs in settings, and what is said of results."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from arena.errors import ExitCode
from tests.support.commands import arena, complaint
from tests.support.filled import fill

MIX = "mix:rock=0.6,paper=0.2,scissors=0.2"
PLAY = ("tournament", "--display", "none", "--games", "30")
OTHERS = ("", "--seed 1", "--rounds 5", "--opponent uniform", "--game hide-and-seek:3 --subject uniform")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that the next four differ from in seed, rounds, opponent and game, and two runs of numbers."""
    path = tmp_path_factory.mktemp("compare") / "arena.db"
    for other in OTHERS:
        subject = "" if "--subject" in other else f"--subject {MIX}"
        arena(*PLAY, *subject.split(), *other.split(), "--store", path)
    for seed in ("0", "1"):
        arena("numbers", "--subject", "uniform", "--n", "40", "--seed", seed, "--display", "none", "--store", path)
    return path


def document(store: Path, first: int, second: int) -> Any:
    return json.loads(arena("compare", str(first), str(second), "--store", store, "--json").stdout)


def settings(found: Any) -> dict[str, tuple[list[Any], list[Any]]]:
    return {name: (values["first"], values["second"]) for name, values in found["settings"].items()}


def test_a_run_is_equal_to_itself(store: Path) -> None:
    found = document(store, 1, 1)
    (cell,) = found["cells"]
    assert found["settings"] == {} and cell["paired"]
    for measure in cell["measures"].values():
        assert (measure["difference"], measure["verdict"], measure["more"]) == (0, "equal", None)
        low, high = measure["difference_ci"]
        assert low < 0 < high
    assert "Nothing differs in settings." in arena("compare", "1", "1", "--store", store).stdout


def test_nothing_but_the_seed(store: Path) -> None:
    found = document(store, 1, 2)
    (cell,) = found["cells"]
    assert settings(found) == {"seed": ([0], [1])} and not cell["paired"]
    assert cell["measures"]["net"]["sizes"] == [30, 30] and "mass" not in cell["measures"]
    text = arena("compare", "1", "2", "--store", store).stdout
    assert "Nothing but the seed differs." in text and "undecided" in text
    back = document(store, 2, 1)["cells"][0]["measures"]
    for name, measure in cell["measures"].items():
        low, high = measure["difference_ci"]
        assert back[name]["difference"] == -measure["difference"]
        assert back[name]["difference_ci"] == pytest.approx([-high, -low])


def test_other_rounds_share_their_draws(store: Path) -> None:
    found = document(store, 1, 3)
    (cell,) = found["cells"]
    assert settings(found) == {"rounds_asked": ([10], [5])} and cell["paired"]
    assert cell["measures"]["determinism"]["verdict"] == "equal"


def test_another_opponent_is_another_cell_of_that_game(store: Path) -> None:
    found = document(store, 1, 4)
    (cell,) = found["cells"]
    assert settings(found) == {"opponent": (["greedy"], ["uniform"])} and not cell["paired"]
    net = cell["measures"]["net"]
    assert net["verdict"] == "differs" and net["more"] is None and net["difference_ci"][0] > 0
    lines = arena("compare", "1", "4", "--store", store, "--format", "md").stdout.splitlines()
    assert any(f"{MIX} v. greedy / {MIX} v. uniform (30 and 30 matches)" in line for line in lines)


def test_numbers_are_compared_by_their_distance_from_uniform(store: Path) -> None:
    found = document(store, 6, 7)
    assert settings(found) == {"seed": ([0], [1])}
    (cell,) = found["cells"]
    assert set(cell["measures"]) == {"chi2", "phi2"} and cell["measures"]["phi2"]["sizes"] == [40, 40]


def test_every_form_of_it(store: Path) -> None:
    for form, word in (("md", "| net |"), ("tex", r"\begin{longtable}"), ("csv", "expected_net"), ("rich", "at this")):
        assert word in arena("compare", "1", "2", "--store", store, "--format", form).stdout


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("1", "5", "no cell of one belongs to one of the other"),
        ("1", "6", "only runs of one kind can be compared"),
        ("1", "nine", "there is no run 'nine'"),
    ],
)
def test_what_cannot_be_compared(store: Path, first: str, second: str, says: str) -> None:
    assert says in complaint("compare", first, second, "--store", store, code=ExitCode.INPUT)


def test_an_unfinished_run_counts_as_far_as_its_report(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    fill(path)
    arena(*PLAY, "--subject", MIX, "--rounds", "2", "--store", path)
    found = document(path, 1, 2)
    assert found["cells"][0]["measures"]["net"]["sizes"] == [50, 30]
    text = " ".join(arena("compare", "1", "2", "--store", path).stdout.split())
    assert "matches 1 to 50 of 60" in text
    fresh = tmp_path / "fresh.db"
    fill(fresh, finished=10)
    assert "nothing counts yet" in complaint("compare", "1", "1", "--store", fresh, code=ExitCode.INPUT)


def test_runs_of_two_stores(store: Path, tmp_path: Path) -> None:
    rig = tmp_path / "rig.db"
    arena(*PLAY, "--subject", MIX, "--store", rig)
    both, day = ("--store", store, "--store", rig), document(store, 1, 1)["runs"][0]["run"]
    # the same run on another machine: the same draws
    found = json.loads(arena("compare", f"arena:{day}", f"rig:{day}", *both, "--json").stdout)
    assert found["settings"] == {} and found["cells"][0]["measures"]["net"]["verdict"] == "equal"
    found = json.loads(arena("compare", f"rig:{day}", "2", *both, "--json").stdout)
    assert settings(found) == {"seed": ([0], [1])}
    says = complaint("compare", day, "2", *both, code=ExitCode.INPUT)
    assert f"say which, as in arena:{day} or rig:{day}" in says


def test_no_name_acts_on_the_terminal(store: Path, tmp_path: Path) -> None:
    copy, raw = tmp_path / "arena.db", "\x1b[2J\x9b31m\u202e|$_"
    copy.write_bytes(store.read_bytes())
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE runs SET name = ? || id", (raw,))
        connection.execute("UPDATE cells SET subject = ? || subject", (raw,))
    for form in ("rich", "md", "csv"):
        shown = arena("compare", f"{raw}1", f"{raw}2", "--store", copy, "--format", form).stdout
        assert "31m" in shown and not {"\x1b", "\x9b", "\u202e"} & set(shown)
