"""The app in a real terminal, started, played and left as a person would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arena.store.store import Store

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """A terminal of 80 by 24 in a tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        self._folder = folder

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout

    def start(self, *words: str) -> None:
        arena = [str(Path(sys.executable).with_name("arena")), *words]
        environment = [f"XDG_STATE_HOME={self._folder}", f"XDG_LOG_HOME={self._folder}", "LC_ALL=C.UTF-8"]
        shell = " ".join(["env", *environment, *arena, ";", "echo", "left with $?;", "stty -a;", "sleep", "60"])
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(self._folder), shell)

    def press(self, key: str) -> None:
        self.tmux("send-keys", key)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, what: Callable[[str], bool]) -> str:
        for _ in range(600):
            shown = self.screen()
            if what(shown):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"it never came to be; the screen is\n{self.screen()}")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.tmux("kill-server")


@pytest.mark.model
def test_three_rounds_against_a_real_model_and_out(terminal: Terminal, tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    terminal.start(
        "play", "--game", "rps", "--subject", "llm:gemma-3-270m", "--opponent", "human", "--store", str(store)
    )
    for number, key in enumerate("rps", 1):
        turn = "your move" if number == 1 else f"round {number} of"
        terminal.until(lambda shown, turn=turn: turn in shown)
        terminal.press(key)
    shown = terminal.until(lambda shown: "round 4 of" in shown)
    assert "mass on legal moves" in shown and "foreseeable" in shown
    terminal.press("C-q")
    after = terminal.until(lambda shown: "left with" in shown)
    assert "left with 0" in after
    echo = terminal.until(lambda shown: "icanon" in shown)
    assert " echo " in echo and "-icanon" not in echo  # the terminal is as it was
    with Store.open(store) as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT abandoned FROM matches").fetchall() == [(1,)]
        assert connection.execute("SELECT reply FROM rounds ORDER BY number").fetchall() == [(0,), (1,), (2,)]


def test_without_a_terminal_the_commands_are_listed_and_play_says_why_not() -> None:
    arena = str(Path(sys.executable).with_name("arena"))
    listed = subprocess.run(
        [arena], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ, check=False
    )
    assert listed.returncode == 0 and "tournament" in listed.stdout
    refused = subprocess.run([arena, "play"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "needs a terminal" in refused.stderr
