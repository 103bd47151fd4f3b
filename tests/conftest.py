"""What holds for every test."""

from __future__ import annotations

import signal

from hypothesis import settings

# how long an example takes says how busy the machine is
settings.register_profile("arena", deadline=None)
settings.load_profile("arena")


def pytest_sessionstart() -> None:
    """Programs that tests start can be interrupted, even where the tests run as a shell's background job: it is made to
    ignore Ctrl-C, and whoever it starts would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
