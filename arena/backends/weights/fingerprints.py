"""Digests of files' contents: the SHA-256 of one file, or one digest for several.

Digests are remembered, because large files take a while to read. A file counts as unchanged while its path, size, inode
and both its times stay the same: a copy that keeps the time of its last change is still another file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from arena.backends.weights.gguf import shards
from arena.errors import InputError
from arena.files import folder, own_folder, whole_file

# Seconds that a file must have been left alone for its digest to be remembered: within a tick of the file system's
# clock it can be rewritten without a trace.
_SETTLED: Final = 2.0


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file. Raises InputError if it can't be read."""
    (digest,) = _digests([path])
    return digest


def gguf_digest(path: Path) -> str:
    """The SHA-256 of a GGUF file; for a split one (`NAME-00001-of-00003.gguf`), of its files' digests in order.

    Raises InputError if a file can't be read.
    """
    digests = _digests([shard for shard in shards(path) if shard == path or shard.is_file()])
    return digests[0] if len(digests) == 1 else sha256(" ".join(digests).encode()).hexdigest()


def files_digest(files: Iterable[Path]) -> str:
    """The SHA-256 of some files' names and digests, in any order. Raises InputError if one can't be read."""
    ordered = sorted(files)
    named = (f"{file.name}:{digest}" for file, digest in zip(ordered, _digests(ordered), strict=True))
    return sha256(" ".join(named).encode()).hexdigest()


def _digests(files: Sequence[Path]) -> list[str]:
    """The SHA-256 of each file, in order, read or remembered."""
    memory = own_folder("cache") / "fingerprints.json"
    known = _remembered(memory)
    before = dict(known)
    digests = []
    for path in files:
        try:
            place, stamp = str(path.resolve()), _stamp(path)
            if known.get(place, ("", ""))[0] == stamp:
                digests.append(known[place][1])
                continue
            with path.open("rb") as file:
                digests.append(file_digest(file, "sha256").hexdigest())
            if stamp == _stamp(path) and _is_settled(path):
                known[place] = stamp, digests[-1]
        except OSError as error:
            raise InputError(f"{path} can't be read: {error.strerror}") from error
    if known != before:
        _remember(memory, known)
    return digests


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}|{status.st_dev}|{status.st_ino}|{status.st_mtime_ns}|{status.st_ctime_ns}"


def _is_settled(path: Path) -> bool:
    status = path.stat()
    return time.time() - max(status.st_mtime, status.st_ctime) > _SETTLED


def _remembered(memory: Path) -> dict[str, tuple[str, str]]:
    """The stamp and the digest of each file, by path."""
    try:
        values = json.loads(memory.read_text(encoding="utf-8"))
        return {place: (str(stamp), str(digest)) for place, (stamp, digest) in values.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # none, or an unreadable one: it is made anew
        return {}


def _remember(memory: Path, known: Mapping[str, tuple[str, str]]) -> None:
    """Remember them if possible: otherwise the files are just read again."""
    with suppress(OSError), folder(memory.parent), whole_file(memory) as file:
        file.write(json.dumps(known).encode())
