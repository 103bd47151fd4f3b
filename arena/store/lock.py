"""One writer per run: an operating-system lock on a small file beside the store.

`flock` belongs to the open file, so it ends with its process, however that ends. (The filelock library
leaves its file behind, gives no process id, and may fall back to a lock that outlives its process.)
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from arena.errors import StoreError
from arena.store.failures import file_refusals

# A process that checks who holds a lock holds it for an instant itself, and a killed one takes an instant to
# die: a writer that finds the lock taken keeps trying for this long.
_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 0.02

_held: set[int] = set()  # descriptors of the locks that this process holds


def _after_fork() -> None:
    """A forked child shares its parent's locks until it closes them: close them at once."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_after_fork)


class RunLock:
    """The lock of one run, held from `take` until `give_up` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._process = os.getpid()
        _held.add(descriptor)

    @classmethod
    def take(cls, store: Path, run: str) -> RunLock:
        """Take the lock of `run`. Raises StoreError if another writer has it or locks aren't possible here."""
        path = lock_path(store, run)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with file_refusals(path):
                descriptor = _try(path)
            if descriptor is not None:
                return cls(path, descriptor)
            if time.monotonic() > deadline:
                raise being_written(store, run, _written_pid(path))
            time.sleep(_PAUSE_SECONDS)

    def give_up(self) -> None:
        """Remove the file and let go. Does nothing the second time, or in a forked child."""
        if self._process != os.getpid() or self._descriptor not in _held:
            return
        # Removed while it is still held, so that it is certainly this lock's own file. A process that has already
        # opened it finds, once it gets the lock, that the name is gone, and begins again (`_try`).
        with suppress(OSError):
            self._path.unlink()
        _held.discard(self._descriptor)
        os.close(self._descriptor)


def being_written(store: Path, run: str, process: int) -> StoreError:
    """That somebody else writes the run; `process` is its id, 0 if that isn't known."""
    who = f"process {process}" if process else "another process"
    return StoreError(
        f"the run {run} in {store} is being written by {who}: wait until that is done, or stop it; "
        "the same command then goes on where it was"
    )


def lock_path(store: Path, run: str) -> Path:
    """The lock file of a run, beside the store."""
    return store.with_name(f"{store.name}.{quote(run, safe='')[:100]}.lock")  # a stranger's run may have any name


def holder(store: Path, run: str) -> int | None:
    """The id of the process that is writing the run, 0 if it isn't known, None if there is none."""
    path = lock_path(store, run)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written_pid(path)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _try(path: Path) -> int | None:
    """The descriptor of the locked file, or None if somebody else has it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    locked = False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        locked = _is_at(path, descriptor)
        if locked:
            with suppress(OSError):  # the id is a courtesy: a full disk is reported at the first round
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
        return descriptor if locked else None
    except BlockingIOError:
        return None
    finally:
        if not locked:
            os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the open file still has that name: a lock on a removed file guards nothing."""
    try:
        there, here = os.stat(path), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _written_pid(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
