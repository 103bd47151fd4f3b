"""Judging in the app by processes that are killed, and the command line of judging elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from arena.errors import ExitCode
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.lots import LotsSpec
from arena.session.judging import Judging
from tests.support.commands import PATIENCE, arena, complaint, wait_for
from tests.support.judging import contest_at, judged

JUDGE = Path(__file__).with_name("judge_app_process.py")
SHORT = LotsSpec(topics=("coffee",), axes=("preference",), per_author=2, appearances=2, again=2)


def test_killing_the_app_loses_at_most_the_pair_on_screen(tmp_path: Path) -> None:
    """Another person judges in the same store meanwhile."""
    store, said = tmp_path / "a.db", tmp_path / "said"
    (contest,) = contest_at(store).contests
    environment = os.environ | {f"XDG_{name}_HOME": str(tmp_path) for name in ("STATE", "CONFIG")}
    bob = Judging(store, "Bob")
    bob.begin()
    with said.open("w") as out:  # what is read from a pipe in part would be lost
        process = subprocess.Popen([sys.executable, str(JUDGE), str(store), "Ann"], stdout=out, env=environment)
    for number in range(1, 6):
        wait_for(lambda number=number: len(said.read_text().splitlines()) >= number)
        bob.choose(Choice.LEFT)
    process.kill()
    process.wait(PATIENCE)
    bob.close()
    counts = {who: len(found[contest.name]) for who, found in judged(store).items()}
    shown = len(said.read_text().splitlines())
    assert shown <= counts["human:Ann"] <= shown + 1 and counts["human:Bob"] == 5
    with closing(Judging(store, "Ann")) as again:
        assert again.moment.done == counts["human:Ann"], "nobody holds her place"


def test_a_contest_leaves_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    contests = contest_at(store, SHORT)
    said = arena("poems", "export", "--store", store, "--to", "csv", "--out", tmp_path / "a.csv").stderr
    assert f"{len(contests.contests[0].showings)} pairs of 1 contest are in" in said
    assert "has no column 'judge'" in complaint(
        "poems", "import", tmp_path / "a.csv", "--store", store, code=ExitCode.INPUT
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("export", "--axis", "beauty"), ExitCode.USAGE, "have no axis 'beauty'"),
        (("export", "--out", "no/folder/a.html"), ExitCode.INPUT, "can't be written"),
        (("import", "nothing.json"), ExitCode.INPUT, "can't be read"),
        (("judge", "--name", "Ann", "--by", "m"), ExitCode.USAGE, "leave one of them out"),
        (("judge", "--name", "A\x07"), ExitCode.USAGE, "can't be a judge's name"),
        (("judge", "--name", "Ann"), ExitCode.USAGE, "needs a terminal"),
    ],
)
def test_what_is_wrong_with_a_command_is_said(tmp_path: Path, line: tuple[str, ...], code: int, words: str) -> None:
    store = tmp_path / "a.db"
    contest_at(store, SHORT)
    assert words in complaint("poems", *line, "--store", store, code=code)


def test_the_page_for_judges_needs_contests(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    assert "there is no store" in complaint("web", "--judges", "--store", store, code=ExitCode.STORE)
    assert "add --judges" in complaint("web", "--contests", "x", "--store", store, code=ExitCode.USAGE)
