"""Games of other packages: one that plays, and those that are broken."""

from __future__ import annotations

from pathlib import Path

from tests.support.packages import arena_beside, package, run_beside

PACKAGE = """
import numpy as np
from arena.games import Game

def maker(number=2):
    moves = tuple(f"door{index}" for index in range(number))
    return Game(f"doors:{number}", "doors", moves, moves, np.eye(number, dtype=np.int8))

def raises():
    return {}["no such key"]

def nothing():
    return None

def needs(number):
    return maker(number)
"""


PLAY = """
from arena.errors import ArenaError
from arena.games import game_names, ignored_games, parse_game, playable_games
from arena.prompts.wording import find_wording
from arena.records import Seat

print("doors" in game_names(), parse_game("doors").moves, parse_game("doors:3").name)
for name in ("rps", "broken", "raises", "nothing", "other", "raises:3", "needs", "needs:3"):
    try:
        print(parse_game(name).title)
    except ArenaError as error:
        print(error.exit_code, error)
print(*playable_games())
for said in (*ignored_games(), *ignored_games("doors"), *ignored_games("hide-and-seek:5")):
    print(said)
for style in ("base", "instruct"):
    found = find_wording("doors:3", style, Seat.SUBJECT)
    print(found.label, found.shipped)
"""


def test_a_package_can_add_games(tmp_path: Path) -> None:
    names = ("raises", "nothing", "needs")
    points = {"doors": "maker", "broken": "not_there_at_all:maker", "rps": "maker", "other": "maker"}
    package(tmp_path, "some-doors", PACKAGE, {"arena.games": points | {name: name for name in names}})
    templates = tmp_path / "templates" / "doors"
    templates.mkdir(parents=True)
    (templates / "base.toml").write_text('name = "knocks"\nprompt = "Door:"\ninfix = ""\nclosing = []\n')
    done = run_beside(tmp_path, "-c", PLAY)
    assert done.returncode == 0, done.stderr
    doors, rps, *refused, playable, ignored, base, instruct = done.stdout.splitlines()
    assert doors == "True ('door0', 'door1') doors:3"
    assert rps == "rock-paper-scissors"  # a package can't take the place of a game that Arena ships
    assert (
        ignored == "the game 'rps' of the package some-doors is ignored: a game of Arena's own has that name"
    )  # and is told
    whose = "which the package some-doors brings,"
    for said, sentence in zip(
        refused,
        (
            f"3 the game 'broken', {whose} can't be loaded: ModuleNotFoundError: No module named 'not_there_at_all'",
            f"3 the game 'raises', {whose} can't be made: KeyError: 'no such key'",
            f"3 the game 'nothing', {whose} isn't a Game of that name but None",
            f"3 the game 'other', {whose} isn't a Game of that name but one that is called 'doors:2'",
            "2 the game 'raises' takes no number: write 'raises' alone",
            "2 the game 'needs' needs a number, as in needs:5",
            f"3 the game 'needs', {whose} isn't a Game of that name but one that is called 'doors:3'",
        ),
        strict=True,
    ):
        assert said == sentence
    assert playable.split() == ["doors", "hide-and-seek", "matching-pennies", "rps"]
    # its own wording, in the sandbox; the generic one where it has none
    assert base == "knocks False"
    assert instruct.endswith(" True")
    # and on the command line: told once, and no traceback
    command = ("tournament", "--subject", "uniform", "--subject", "fixed:rock", "--games", "2")
    assert arena_beside(tmp_path, *command, "--game", "rps").stderr.count(ignored) == 1
    broken = arena_beside(tmp_path, *command, "--game", "raises")
    assert broken.returncode == 3 and "can't be made: KeyError" in broken.stderr and "Traceback" not in broken.stderr
