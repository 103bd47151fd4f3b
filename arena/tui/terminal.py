"""The terminal that the app runs in: what is typed need not be text, and a signal leaves it as it was found."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.driver import Driver

_LEAVING: Final = ("SIGTERM", "SIGHUP")  # the second isn't known everywhere


def driver() -> type[Driver] | None:
    """Textual's own driver, told not to end the app over a byte that is no UTF-8: an old terminal's mouse report, or
    text that was pasted in another encoding. None where Textual chooses another driver."""
    try:
        from textual.drivers import linux_driver
    except ImportError:  # Windows
        return None
    decoder: Any = linux_driver  # it takes the decoder from its module's own names
    decoder.getincrementaldecoder = lambda encoding: partial(getincrementaldecoder(encoding), errors="replace")
    return linux_driver.LinuxDriver


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Have SIGTERM and SIGHUP leave the app as a person would, so that the terminal and the store are put in order."""
    loop = asyncio.get_running_loop()
    for name in _LEAVING:
        with contextlib.suppress(AttributeError, NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(getattr(signal, name), leave)
