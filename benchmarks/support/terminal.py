"""The app in a real pseudo-terminal: what benchmarks press, what they see, and the processes behind it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

ARENA = str(Path(sys.executable).with_name("arena"))
COLUMNS, ROWS = 80, 24
_PATIENCE = 120.0  # seconds before something is given up


class Terminal:
    """A program in a pseudo-terminal, and the contents of its screen."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.begun = time.perf_counter()
        self.process, self._file = pty.fork()
        if not self.process:
            places = {name: str(folder) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
            os.execvpe(ARENA, [ARENA, *words], os.environ | places | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(self._screen.display)

    def press(self, key: str) -> None:
        """Type something."""
        os.write(self._file, key.encode())

    def read(self, seconds: float) -> bool:
        """Read what is drawn within `seconds`; False if the program has ended."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if ready:
            try:
                self._stream.feed(os.read(self._file, 65536))
            except OSError:
                return False
        return True

    def until(self, what: Callable[[str], bool], seconds: float = _PATIENCE) -> float:
        """Wait until `what` holds for the screen; returns the seconds since the program was started."""
        end = time.perf_counter() + seconds
        while not what(self.text):
            if time.perf_counter() > end or not self.read(0.05):
                sys.exit(f"the app never got that far; its screen is\n{self.text}")
        return time.perf_counter() - self.begun

    def idle(self, seconds: float) -> None:
        """Wait, reading what is drawn meanwhile."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def leave(self) -> float:
        """Quit by key; returns the seconds until the process is gone."""
        begun = time.perf_counter()
        self.press("\x11\x11")  # in the middle of a match, the first one asks
        while True:
            self.read(0.01)
            done, _ = os.waitpid(self.process, os.WNOHANG)
            if done:
                self.process = 0
                return time.perf_counter() - begun
            if time.perf_counter() - begun > _PATIENCE:
                sys.exit("the app doesn't end")

    def end(self) -> None:
        """End the program, if it is still running."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._file)


@contextmanager
def app(*words: str) -> Iterator[Terminal]:
    """The app with a new store and no memory of an earlier one."""
    with tempfile.TemporaryDirectory() as folder:
        # the lobby, `arena` alone, keeps its store in the working folder
        here = os.getcwd()
        os.chdir(folder)
        terminal = Terminal([*words], Path(folder))
        os.chdir(here)
        try:
            yield terminal
        finally:
            terminal.end()
