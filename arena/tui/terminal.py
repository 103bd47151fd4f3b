"""The terminal that the app runs in: input need not be valid text, and a signal leaves the terminal as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.driver import Driver

_LEAVING_SECONDS: Final = 5.0
_LEAVING: Final = ("SIGTERM", "SIGHUP")  # the second doesn't exist everywhere


def driver() -> type[Driver] | None:
    """Textual's own driver, repaired. None where Textual chooses another one."""
    try:
        from textual.drivers import linux_driver
    except ImportError:  # Windows
        return None
    # A byte that isn't UTF-8 would end the app: an old terminal's mouse report, or text pasted in another encoding.
    # The driver takes the decoder from its module's own names.
    module: Any = linux_driver
    module.getincrementaldecoder = lambda encoding: partial(getincrementaldecoder(encoding), errors="replace")

    class Terminal(linux_driver.LinuxDriver):
        def _sigcont_application(self, *arguments: object) -> None:
            # a terminal that is closed sends SIGCONT too, and then there is nothing to come back to
            if self._must_signal_resume:
                super()._sigcont_application(*arguments)

    return Terminal


def end_with_parent(leave: Callable[[], object]) -> None:
    """Call `leave`, in a thread, when the process that started this one is gone, however it ended; if leaving takes too
    long, exit."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        leave()
        time.sleep(_LEAVING_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Make SIGTERM and SIGHUP leave the app as a person would, so that the terminal and the store are left in order."""
    loop = asyncio.get_running_loop()
    for name in _LEAVING:
        with contextlib.suppress(AttributeError, NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(getattr(signal, name), leave)
