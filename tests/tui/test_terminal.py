"""The app in a real terminal, started, played and left as a person would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from arena.store.store import Store

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """A terminal, of 80 by 24 unless `size` says otherwise, in a tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self.size = 80, 24
        self._socket = str(folder / "tmux")
        self._folder = folder

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout

    def start(self, *words: str) -> None:
        arena = [str(Path(sys.executable).with_name("arena")), *words]
        own = [f"XDG_{kind}_HOME={self._folder}" for kind in ("STATE", "LOG", "DATA")]
        environment = [*own, "LC_ALL=C.UTF-8"]
        whole = ["env", "-u", "COLUMNS", "-u", "LINES", *environment, *arena]  # the size is the terminal's own
        shell = f"{' '.join(whole)}; echo left with $?; stty -a; sleep 60"
        columns, rows = map(str, self.size)
        self.tmux("new-session", "-d", "-x", columns, "-y", rows, "-c", str(self._folder), shell)

    def press(self, key: str) -> None:
        self.tmux("send-keys", key)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, what: Callable[[str], bool]) -> str:
        for _ in range(1800):  # a busy machine takes long over a model's first batch
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
    terminal.until(lambda shown: "Quit Arena in the middle of a match?" in shown)
    terminal.press("Enter")
    after = terminal.until(lambda shown: "left with" in shown)
    assert "left with 0" in after
    echo = terminal.until(lambda shown: "icanon" in shown)
    assert " echo " in echo and "-icanon" not in echo  # the terminal is as it was
    with Store.open(store) as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT abandoned FROM matches").fetchall() == [(1,)]
        assert connection.execute("SELECT reply FROM rounds ORDER BY number").fetchall() == [(0,), (1,), (2,)]


def test_a_person_is_read_and_the_match_ends_with_a_card(terminal: Terminal, tmp_path: Path) -> None:
    words = ("--subject", "human", "--opponent", "markov:2", "--rounds", "6", "--store", str(tmp_path / "a.db"))
    terminal.start("play", "--game", "rps", *words)
    for number in range(1, 7):
        shown = terminal.until(lambda shown, number=number: f"round {number}: it expects" in shown)
        assert "sealed" in shown and (number < 3 or "it expected ROCK   you played ROCK   it read you" in shown)
        terminal.press("r")
    card = terminal.until(lambda shown: "Perfect play" in shown)
    assert "It read you in 5 of the 5 rounds" in card and "you played rock, 6 of 6 times" in " ".join(card.split())
    terminal.press("?")
    terminal.until(lambda shown: "determinism: the largest probability in the policy" in shown)
    terminal.press("Escape")
    terminal.until(lambda shown: "Perfect play" in shown and "determinism:" not in shown)
    terminal.press("Escape")
    terminal.until(lambda shown: "how predictable is it?" in shown)
    terminal.press("q")
    assert "left with 0" in terminal.until(lambda shown: "left with" in shown)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40), (200, 60)])
def test_a_duel_and_its_large_type(terminal: Terminal, tmp_path: Path, size: tuple[int, int]) -> None:
    def large(shown: str) -> int:
        """Rows of block letters."""
        return sum(not set("█▀▄").isdisjoint(line) for line in shown.splitlines())

    terminal.size = size
    words = (
        "--subject",
        "fixed:scissors",
        "--opponent",
        "fixed:rock",
        "--rounds",
        "3",
        "--store",
        str(tmp_path / "a.db"),
    )
    terminal.start("play", "--show", "--game", "rps", *words)
    terminal.until(lambda shown: "game 1 · rock-paper-scissors · 3 rounds" in shown)
    terminal.press(".")
    duel = terminal.until(
        lambda shown: "round 1 of 3 · paused" in shown and "fixed:rock leads by 1 round to 0" in shown
    )
    assert "? Help" in duel.splitlines()[-1] and large(duel) >= 3
    terminal.press("b")
    shown = terminal.until(lambda shown: "leads by" not in shown)
    assert large(shown) >= max(8, large(duel) / 2) and "round 1 of 3" in shown
    for number in (2, 3):
        terminal.press(".")
        terminal.until(lambda shown, number=number: f"round {number} of 3" in shown)
    terminal.press(".")
    card = " ".join(terminal.until(lambda shown: "perfect play" in shown).split())
    assert "3 to 0" in card and "games: fixed:scissors 0, fixed:rock 1" in card
    terminal.press("C-q")
    assert "left with 0" in terminal.until(lambda shown: "left with" in shown)


def test_without_a_terminal_the_commands_are_listed_and_play_says_why_not() -> None:
    arena = str(Path(sys.executable).with_name("arena"))
    listed = subprocess.run(
        [arena], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ, check=False
    )
    assert listed.returncode == 0 and "tournament" in listed.stdout
    refused = subprocess.run([arena, "play"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "needs a terminal" in refused.stderr


# Bytes that are no text: Latin-1 letters, a byte that never is UTF-8, and a mouse report of an old terminal.
NO_TEXT = (b"\xe9", b"\xff", b"\x1b[M \xff\xff", b"caf\xe9 \xc3\x28")


class Pty:
    """The app in a bare terminal, with what it wrote."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(other)
        self._other = other  # kept open, so that its settings can be read when the app is gone
        own = {"XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        environment = os.environ | own | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arena", *words],
            stdin=other,
            stdout=other,
            stderr=other,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        self.written = b""

    def until(self, what: bytes) -> None:
        """Read until it has written this since the beginning."""
        for _ in range(600):
            if what in self.written:
                return
            if select.select([self._main], [], [], 0.1)[0]:
                self.written += os.read(self._main, 65536)
        raise AssertionError(f"{what!r} was never written: {self.written[-2000:]!r}")

    def type(self, data: bytes) -> None:
        os.write(self._main, data)

    def end(self) -> int:
        """Its exit code, once it has left."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            if select.select([self._main], [], [], 0.1)[0]:
                self.written += os.read(self._main, 65536)
        while select.select([self._main], [], [], 0)[0]:
            self.written += os.read(self._main, 65536)
        return self.process.wait(1)

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal has its settings, its main screen, its cursor, and reports no mouse."""
        modes = (b"\x1b[?1049", b"\x1b[?25", b"\x1b[?1000", b"\x1b[?1003", b"\x1b[?2004")
        wanted = (b"l", b"h", b"l", b"l", b"l")
        last = [self.written[self.written.rindex(mode) + len(mode) :][:1] for mode in modes]
        return termios.tcgetattr(self._other) == self.before and last == list(wanted)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._main)
        os.close(self._other)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Callable[..., Pty]]:
    with ExitStack() as stack:

        def start(*words: str) -> Pty:
            opened = Pty(tmp_path, *words)
            stack.callback(opened.close)
            return opened

        yield start


MATCH = ("play", "--game", "rps", "--subject", "uniform", "--opponent", "human", "--store", "a.db")


def test_bytes_that_are_no_text_are_typed_past(bare: Callable[..., Pty]) -> None:
    app = bare(*MATCH)
    app.until(b"your move")
    for data in NO_TEXT:
        app.type(data)
    app.type(b"r")
    app.until(b"round 2 of")
    app.type(b"\x11")  # Ctrl-Q
    app.until(b"in the middle of a match")
    app.type(b"\x11")
    assert app.end() == 0
    assert app.is_as_before and b"Traceback" not in app.written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_and_the_store_in_order(
    bare: Callable[..., Pty], tmp_path: Path, number: signal.Signals
) -> None:
    app = bare(*MATCH)
    app.until(b"your move")
    app.type(b"r")
    app.until(b"round 2 of")
    app.process.send_signal(number)
    app.process.send_signal(signal.SIGCONT)  # as whoever closes a terminal does
    assert app.end() == 0
    assert app.is_as_before
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("a.db")} == {"a.db"}
    with Store.open(tmp_path / "a.db") as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT abandoned FROM matches").fetchall() == [(1,)]


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(terminal: Terminal, tmp_path: Path) -> None:
    arena = str(Path(sys.executable).with_name("arena"))
    terminal.tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(tmp_path), "env PS1='shell$ ' bash --norc -i")
    terminal.until(lambda shown: "shell$" in shown)
    terminal.tmux("send-keys", f"XDG_STATE_HOME={tmp_path} {arena} {' '.join(MATCH)}", "Enter")
    terminal.until(lambda shown: "your move" in shown)
    terminal.press("C-z")
    terminal.until(lambda shown: "Stopped" in shown)
    terminal.tmux("send-keys", "fg", "Enter")
    terminal.until(lambda shown: "your move" in shown and "shell$" not in shown)
    terminal.press("C-q")
    terminal.until(lambda shown: "shell$" in shown)
