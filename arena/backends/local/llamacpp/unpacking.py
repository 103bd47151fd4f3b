"""Weights of a few bits, written out in 32 bits: small models then compute without rounding, and mostly faster.

With packed weights llama.cpp rounds what it multiplies them with to 8 bits, and sums differ by how they are cut into
pieces: the same prompt gets distributions that are up to 0.16 apart. In 32 bits nothing is rounded, and the
processor's ordinary arithmetic is used, for which llama.cpp has fast kernels whatever the kind of packing. So a model
that isn't too large is unpacked once, into a file in the cache folder, which all workers map into their memory
together.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from arena.backends.local.library import LoadError, Progress
from arena.backends.local.llamacpp.kind import metadata
from arena.backends.local.llamacpp.log import Log
from arena.backends.local.llamacpp.native import native
from arena.backends.local.settings import Settings
from arena.backends.weights.fingerprints import gguf_digest
from arena.backends.weights.unpacked import write_unpacked
from arena.files import folder, own_folder, whole_file

MOST_BYTES: Final = 2**31
"""Larger models stay packed, unless 32 bits are asked for: reading so much memory for each token would be slower."""

_MOST_SHARE: Final = 0.9  # of loading, told when all is written: the rest is reading it
_MOST_HEADER: Final = 2**26  # bytes of a file beside its weights
_STALE: Final = 90 * 24 * 3600.0  # seconds after which an unpacked file that nobody used is removed


def unpacked(path: str, settings: Settings, log: Log, progress: Progress) -> tuple[str, str]:
    """The file to load in place of `path`, which is `path` itself where it should stay packed, and what a person
    should know (""). `progress` is told while weights are written. Raises LoadError if llama.cpp can't read the file,
    or 32 bits were asked for and can't be had.
    """
    if settings.dtype not in ("", "float32", "stored"):
        raise LoadError(f"llama.cpp computes in float32 or stored, not in {settings.dtype}")
    if settings.dtype == "stored" or (settings.gpu_layers and not settings.dtype):
        return path, ""
    if (made := _made(Path(path), settings)) is not None:
        return str(made), ""
    with _header(path, log) as model:
        size = 4 * int(native.llama_model_n_params(model))
        if metadata(model, "general.file_type") == "0" or (size > MOST_BYTES and not settings.dtype):
            return path, ""
    try:
        return str(_file(Path(path), size, progress)), ""
    except (OSError, ImportError, NotImplementedError, ValueError, KeyError) as error:  # a new kind of packing, perhaps
        why = f"its weights can't be unpacked to 32 bits in {_place()}: {getattr(error, 'strerror', None) or error}"
        if settings.dtype:
            raise LoadError(why) from error
        return path, f"computes with rounded numbers, as {why}"


@contextmanager
def _header(path: str, log: Log) -> Iterator[Any]:
    """What a file says of its model, without its weights."""
    parameters = native.llama_model_default_params()
    parameters.vocab_only = True
    model = native.llama_model_load_from_file(path.encode(), parameters)
    if not model:
        raise LoadError(f"llama.cpp can't load {path}{log.reason()}")
    try:
        yield model
    finally:
        native.llama_model_free(model)


def _place() -> Path:
    return own_folder("cache") / "unpacked"


def _made(path: Path, settings: Settings) -> Path | None:
    """The unpacked file if it is there and wanted: a model's header takes long to read if its vocabulary is large."""
    found = _place_of(path)
    try:
        size = found.stat().st_size
    except OSError:
        return None
    if size > MOST_BYTES + _MOST_HEADER and not settings.dtype:
        return None
    with suppress(OSError):  # another person's file, perhaps
        os.utime(found)  # its last use
    return found


def _place_of(path: Path) -> Path:
    return _place() / f"{gguf_digest(path)}.gguf"


def _file(path: Path, size: int, progress: Progress) -> Path:
    """Write the unpacked file. Raises OSError."""
    found = _place_of(path)
    with folder(found.parent):
        _remove_stale(found.parent)
        if shutil.disk_usage(found.parent).free < 2 * size:
            raise OSError(f"there are not {2 * size / 2**30:.1f} GiB free")
        with whole_file(found) as file:  # no other worker reads half of it
            write_unpacked(path, Path(file.name), lambda share: progress(_MOST_SHARE * share))
    return found


def _remove_stale(place: Path) -> None:
    """Remove what nobody has used for long, and what a killed worker left."""
    for file in place.glob("*.gguf*"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _STALE:
                file.unlink()
    for part in place.glob(".*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > 3600.0:
                part.unlink()
