"""Agents of other packages: the example of the documentation, and packages that do everything wrong."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.hide import hide_all
from tests.support.packages import arena_beside, package

PAGE: Final = Path(__file__).parents[2] / "docs" / "plug-ins.md"


def example(word: str) -> str:
    """The documentation's program in which a word stands."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = (block for block in blocks if word in block)
    return found


def test_the_examples_of_the_documentation_play(tmp_path: Path) -> None:
    code = example("class Follow")
    assert len(code.splitlines()) < 30
    package(tmp_path, "arena-follow", code, {"arena.agents": {"follow": "Follow"}})
    package(tmp_path, "arena-odd", example("def odd_or_even"), {"arena.games": {"odd-or-even": "odd_or_even"}})
    seats = ("--subject", "mix:one=0.9,two=0.1", "--subject", "follow", "--opponent", "follow", "--opponent", "uniform")
    grid = (*seats, "--game", "odd-or-even", "--games", "20", "--rounds", "20", "--json", "--display", "none")
    done = arena_beside(tmp_path, "tournament", *grid)
    assert done.returncode == 0, done.stderr
    cells = {(cell["subject"], cell["opponent"]): cell for cell in json.loads(done.stdout)["cells"]}
    # it foresees who plays one move nine times in ten: the two are alike as often as not after a round or two
    assert -90 < cells["mix:one=0.9,two=0.1", "follow"]["net"] < -60
    assert abs(cells["follow", "uniform"]["net"]) < 25
    assert {cell["determinism"]["mean"] for (subject, _), cell in cells.items() if subject == "follow"} == {1.0}
    greedy = arena_beside(tmp_path, "tournament", "--subject", "follow", "--games", "2", "--display", "none")
    assert greedy.returncode == 0, greedy.stderr  # a reader reads it as any other
    wrong = arena_beside(tmp_path, "tournament", "--subject", "follow:3")
    assert wrong.returncode == 2 and "follow takes nothing after it: write follow alone" in wrong.stderr


PACKAGE = """
from arena.agents.agent import Sees
from arena.errors import UsageError
from arena.records import Decision, Policy

class Late:
    sees = Sees.MOVES
    async def decide(self, view):
        if view.number == 3:
            return {}["no such key"]
        return Decision(None, 0)

def late(spec, game, seat):
    return Late()

def raises(spec, game, seat):
    raise SystemExit("gone")

def nothing(spec, game, seat):
    return None

def picky(spec, game, seat):
    raise UsageError(f"{spec.text!r}: {spec.argument or 'nothing'} isn't liked in {game.title}")
picky.usage = "picky:WHAT"
"""


POINTS = {
    "late": "late",
    "raises": "raises",
    "nothing": "nothing",
    "picky": "picky",
    "broken": "not_there_at_all:maker",
    "lacking": "not_there",
    "uniform": "late",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("packages")
    package(found, "some-agents", PACKAGE, {"arena.agents": POINTS, "arena.games": {"chess": "no_such_game"}})
    return found


@pytest.mark.parametrize(
    ("agent", "code", "sentence"),
    [
        ("late", 3, "the agent 'late', which {} brings, failed in round 3: KeyError: 'no such key'"),
        ("late:x", 3, "the agent 'late', which {} brings, failed in round 3"),
        ("raises", 3, "the agent 'raises', which {} brings, can't be made: SystemExit: gone"),
        ("nothing", 3, "the agent 'nothing', which {} brings, is a NoneType that lacks `sees`"),
        ("broken", 3, "the agent 'broken', which {} brings, can't be loaded: ModuleNotFoundError"),
        ("lacking", 3, "the agent 'lacking', which {} brings, can't be loaded: AttributeError"),
        ("picky", 2, "'picky' is not complete: it is written picky:WHAT"),
        ("picky:x", 2, "'picky:x': x isn't liked in rock-paper-scissors"),
        ("lates", 2, "did you mean 'late'?"),
        (
            "xyzzy",
            2,
            "mix:MOVE=P,MOVE=P,..., nothing[:ARGUMENT], picky:WHAT, raises[:ARGUMENT], roshambo:PROGRAM, uniform, wsls",
        ),
    ],
)
def test_what_a_package_does_wrong_is_a_sentence(folder: Path, agent: str, code: int, sentence: str) -> None:
    command = ("tournament", "--subject", agent, "--opponent", "uniform", "--games", "2", "--display", "none")
    done = arena_beside(folder, *command)
    assert (done.returncode, done.stdout) == (code, "")
    assert (
        sentence.format("the package some-agents") in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    )
    # a name that is taken is told
    ignored = "the agent 'uniform' of the package some-agents is ignored: an agent of Arena's own has that name"
    assert (ignored in done.stderr) is (agent in ("late", "late:x", "raises", "nothing", "picky:x"))


def test_the_doctor_lists_what_was_found_and_what_failed(folder: Path, tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, (folder, hide_all(tmp_path / "hidden"))))
    shown = arena_beside(folder, "doctor", "--server", "http://127.0.0.1:9", PYTHONPATH=path).stdout
    lines = shown[shown.index("From other packages") : shown.index("Servers")].splitlines()[1:]
    whose = "the package some-agents"
    for name in ("late", "raises", "nothing", "picky"):
        assert f"  ● agent {name}  {whose}" in lines
    for kind, name, error in (
        ("agent", "broken", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("agent", "lacking", "AttributeError: module 'some_agents' has no attribute 'not_there'"),
        ("game", "chess", "AttributeError: module 'some_agents' has no attribute 'no_such_game'"),
    ):
        failed = f"the {kind} {name!r}, which {whose} brings, can't be loaded: {error}"
        assert f"  ○ {kind} {name}  {failed}" in lines
    ignored = f"the agent 'uniform' of {whose} is ignored: an agent of Arena's own has that name"
    assert [line.strip() for line in lines if "ignored" in line] == [f"○ {ignored}"]
