"""A file system without locks, as some network file systems are: made by a library before the C library's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import arena

_WITHOUT_LOCKS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>

static int refuse(void) { errno = ENOLCK; return -1; }

#define WRAP(name) \\
    int name(int file, int command, ...) { \\
        va_list more; \\
        va_start(more, command); \\
        void *argument = va_arg(more, void *); \\
        va_end(more); \\
        if (command == F_SETLK || command == F_SETLKW || command == F_GETLK) return refuse(); \\
        return ((int (*)(int, int, ...)) dlsym(RTLD_NEXT, #name))(file, command, argument); \\
    }

WRAP(fcntl)
WRAP(fcntl64)
int flock(int file, int operation) { return refuse(); }
"""
_OPEN = """
import sys
from pathlib import Path
from arena.errors import StoreError
from arena.store import database
from arena.store.lock import RunLock
database.BUSY_SECONDS = 0.1
for attempt in (lambda path: database.Database.open(path, create=True), lambda path: RunLock.take(path, "run")):
    try:
        attempt(Path(sys.argv[1]))
    except StoreError as error:
        print(error)
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
def test_a_file_system_without_locks_is_called_that(tmp_path: Path) -> None:
    library = tmp_path / "nolocks.so"
    build = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library), "-ldl"]
    subprocess.run(build, input=_WITHOUT_LOCKS.encode(), check=True)
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, str(tmp_path / "arena.db")],
        env=os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": str(Path(arena.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.splitlines()
    assert len(said) == 2, done.stderr
    assert all("has no locks" in line and "--store" in line for line in said)
