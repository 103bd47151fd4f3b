"""Long work from the command line: progress, models closed at its end, an interruption that loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from arena.cli.options import settings_of
from arena.cli.output import say
from arena.errors import ExitCode

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.cli.progress import Silent
    from arena.store.store import Store

T = TypeVar("T")

Work = Callable[["Store", "Models", "Silent"], Awaitable[T]]


def to_its_end(work: Work[T], store: Store, display: str, chosen: Mapping[str, Any]) -> T:
    """Do some work with models and a display. `chosen` has the values of `running_options` and `patience_option`.

    Ctrl-C and SIGTERM end it with exit code 130 and the command that goes on with it.
    """
    from arena.cli.progress import observer

    with observer(display) as watching:
        try:
            return asyncio.run(_with_models(work, store, watching, chosen))
        except (KeyboardInterrupt, asyncio.CancelledError):
            pass
    resume = shlex.join(["arena", *sys.argv[1:]])
    say(f"arena: interrupted; all that was done is in {store.path}. To go on: {resume}")
    sys.exit(ExitCode.INTERRUPTED)


async def _with_models(work: Work[T], store: Store, watching: Silent, chosen: Mapping[str, Any]) -> T:
    from arena.backends.loading import Models
    from arena.backends.server import ServerSettings

    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # not on every system
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    models = Models(settings_of(chosen), watching.tell, server=ServerSettings(patience=chosen["patience"]))
    try:
        return await work(store, models, watching)
    finally:
        await models.close()
