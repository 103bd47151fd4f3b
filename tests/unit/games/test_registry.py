"""From what a person types to a game."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import arena
from arena.errors import UsageError
from arena.games import game_names, parse_game


def test_names() -> None:
    assert {"rps", "hide-and-seek", "matching-pennies"} <= set(game_names())
    assert list(game_names()) == sorted(game_names())


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("rps", "rps"),
        (" RPS ", "rps"),
        ("hide-and-seek", "hide-and-seek"),
        ("hide-and-seek:5", "hide-and-seek:5"),
        ("hide-and-seek:7", "hide-and-seek"),  # the same game has one name
        ("matching-pennies", "matching-pennies"),
    ],
)
def test_a_spec_becomes_the_game_of_that_name(spec: str, name: str) -> None:
    assert parse_game(spec).name == name


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("rsp", "did you mean 'rps'"),
        ("hide-and-sek", "did you mean 'hide-and-seek'"),
        ("chess", "there are hide-and-seek, matching-pennies, rps"),
        ("", "there is no game ''"),
        ("rps:3", "takes no number"),
        ("hide-and-seek:", "whole number"),
        ("hide-and-seek:five", "whole number"),
        ("hide-and-seek:-3", "whole number"),
        ("hide-and-seek:5.0", "whole number"),
        ("hide-and-seek:\u0665", "whole number"),  # a digit, but none that int() should see
    ],
)
def test_what_is_no_game_is_refused_with_advice(spec: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_game(spec)
    assert sentence in str(refused.value)


PACKAGE = """
import numpy as np
from arena.games import Game

def maker(number=2):
    moves = tuple(f"door{index}" for index in range(number))
    return Game(f"doors:{number}", "doors", moves, moves, np.eye(number, dtype=np.int8))
"""
PLAY = """
from arena.errors import UsageError
from arena.games import game_names, parse_game

print("doors" in game_names(), parse_game("doors").moves, parse_game("doors:3").name)
for name in ("broken", "rps"):
    try:
        print(parse_game(name).title)
    except UsageError as error:
        print(error)
"""


def test_a_package_can_add_games(tmp_path: Path) -> None:
    (tmp_path / "some_doors.py").write_text(PACKAGE)
    information = tmp_path / "some_doors-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: some-doors\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[arena.games]\ndoors = some_doors:maker\nbroken = not_there_at_all:maker\nrps = some_doors:maker\n"
    )
    path = os.pathsep.join((str(tmp_path), str(Path(arena.__file__).parents[1])))
    done = subprocess.run(
        [sys.executable, "-c", PLAY], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": path}
    )
    doors, broken, rps = done.stdout.splitlines()
    assert doors == "True ('door0', 'door1') doors:3"
    assert "'broken' comes from a package that can't be imported" in broken
    assert rps == "rock-paper-scissors"  # a package can't take the place of a game that Arena ships
