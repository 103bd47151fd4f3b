"""Weights of a few bits, written out in 32 bits: small models then compute without rounding, and mostly faster.

With packed weights llama.cpp rounds what it multiplies them with to 8 bits, and sums differ by how they are cut into
pieces: the same prompt gets distributions that are up to 0.16 apart. In 32 bits nothing is rounded, and the
processor's ordinary arithmetic is used, for which llama.cpp has fast kernels whatever the kind of packing. So a model
that isn't too large is unpacked once, by llama.cpp's own program for that, into a file in the cache folder, which all
workers map into their memory together.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import llama_cpp as native

from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.kind import metadata
from arena.backends.local.llamacpp.log import Log
from arena.backends.local.settings import Settings
from arena.backends.weights.fingerprints import gguf_digest
from arena.files import folder, own_folder

MOST_BYTES: Final = 2**31
"""Larger models stay packed, unless 32 bits are asked for: reading so much memory for each token would be slower."""

_STALE: Final = 90 * 24 * 3600.0  # seconds after which an unpacked file that nobody used is removed


def unpacked(path: str, settings: Settings, log: Log) -> tuple[str, str]:
    """The file to load in place of `path`, which is `path` itself where it should stay packed, and what a person
    should know (""). Raises LoadError if llama.cpp can't read the file, or 32 bits were asked for and can't be had.
    """
    if settings.dtype not in ("", "float32", "stored"):
        raise LoadError(f"llama.cpp computes in float32 or stored, not in {settings.dtype}")
    if settings.dtype == "stored" or (settings.gpu_layers and not settings.dtype):
        return path, ""
    with _header(path, log) as model:
        size = 4 * int(native.llama_model_n_params(model))
        if metadata(model, "general.file_type") == "0" or (size > MOST_BYTES and not settings.dtype):
            return path, ""
    try:
        return str(_file(Path(path), size, settings.threads)), ""
    except OSError as error:
        why = f"its weights can't be unpacked to 32 bits in {_place()}: {error.strerror or error}"
        if settings.dtype:
            raise LoadError(why) from error
        return path, f"computes with rounded numbers, as {why}"


@contextmanager
def _header(path: str, log: Log) -> Iterator[native.llama_model_p]:
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


def _file(path: Path, size: int, threads: int) -> Path:
    """The unpacked file, made if it isn't there. Raises OSError."""
    found = _place() / f"{gguf_digest(path)}.gguf"
    if found.exists():
        with suppress(OSError):  # another person's file, perhaps
            os.utime(found)  # its last use
        return found
    with folder(found.parent):
        _remove_stale(found.parent)
        if shutil.disk_usage(found.parent).free < 2 * size:
            raise OSError(f"there are not {2 * size / 2**30:.1f} GiB free")
        part = found.with_name(f".{found.name}.{os.getpid()}.part")
        try:
            _unpack(path, part, threads)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(found)  # whole, so that no other worker reads half of it
        finally:
            part.unlink(missing_ok=True)
    return found


def _unpack(path: Path, target: Path, threads: int) -> None:
    parameters = native.llama_model_quantize_default_params()
    parameters.ftype = native.LLAMA_FTYPE_ALL_F32
    parameters.allow_requantize = True  # from fewer bits to more, so nothing is lost
    parameters.nthread = threads
    if native.llama_model_quantize(os.fsencode(path), os.fsencode(target), ctypes.byref(parameters)):
        raise OSError("llama.cpp failed to write them")


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
