"""From a catalog entry to a GGUF file on this machine, checked before native code sees it."""

from __future__ import annotations

import json
import os
import struct
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, Final

from arena.backends.catalog import ModelEntry
from arena.backends.packages import INSTALL, package
from arena.errors import InputError, ModelError


def state(entry: ModelEntry) -> str:
    """Whether a model is ready here, in a word or what to do."""
    kind, _, rest = entry.weights.partition(":")
    if kind == "package":
        return "ready" if package(rest).installed else f"not installed: {INSTALL}"
    if kind == "hub":
        return f"needs a GGUF file: {entry.name}@llama.cpp:/path/to/file.gguf"
    if kind == "hf":
        return "downloads at first use"
    return "ready" if Path(entry.weights).expanduser().is_file() else "file not found"


def locate(entry: ModelEntry) -> Path:
    """The GGUF file of a model, downloaded or put together if need be, and checked.

    Raises ModelError if it can't be had here, InputError if it is no whole GGUF file.
    """
    kind, _, rest = entry.weights.partition(":")
    if kind == "package":
        found = package(rest)
        if not found.installed:
            raise ModelError(f"the weights of {entry.name} aren't installed: {INSTALL}")
        path = found.file()
    elif kind == "hub":
        raise ModelError(
            f"{entry.name} is a repository of safetensors ({rest}), which llama.cpp can't read: get it as a GGUF file "
            f"and name that, llm:{entry.name}@llama.cpp:/path/to/file.gguf"
        )
    elif kind == "hf":
        path = _download(rest)
    else:
        path = Path(entry.weights).expanduser()
    check_gguf(path)
    return path


def _download(place: str) -> Path:
    """A file of a hub repository, `ORG/NAME/FILE.gguf`, from the hub's cache or over the network."""
    parts = place.split("/")
    if len(parts) < 3 or not all(parts):
        raise InputError(f"hf:{place}: a file on the hub is written hf:ORG/NAME/FILE.gguf")
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError:
        raise ModelError(f"hf:{place} needs huggingface_hub: pip install 'predictability-arena[hub]'") from None
    repository, file = "/".join(parts[:2]), "/".join(parts[2:])
    try:
        return Path(hf_hub_download(repository, file))
    except HFValidationError as error:
        raise InputError(f"hf:{place}: {error}") from error
    except LocalEntryNotFoundError:
        raise ModelError(
            f"{repository}/{file} isn't in the hub's cache on this machine, and the hub can't be reached: "
            "go online once, or name a file with llama.cpp:/path/to/file.gguf"
        ) from None
    except (HfHubHTTPError, OSError) as error:
        raise ModelError(f"{repository}/{file} can't be had from the hub: {str(error).splitlines()[0]}") from error


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file. Known ones are remembered by size and time, as large files take a while."""
    import platformdirs

    status = path.stat()
    key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
    memory = platformdirs.user_cache_path("arena") / "fingerprints.json"
    known = _remembered(memory)
    if key not in known:
        with path.open("rb") as file:
            known[key] = file_digest(file, "sha256").hexdigest()
        _remember(memory, known)
    return known[key]


def _remembered(memory: Path) -> dict[str, str]:
    try:
        values = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _remember(memory: Path, known: dict[str, str]) -> None:
    """Best effort: without it the file is only read again."""
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        new = memory.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(known), encoding="utf-8")
        os.replace(new, memory)
    except OSError:
        pass


# GGUF: value types by number, with their size in bytes (8 is a string, 9 an array)
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MOST = 1 << 20  # entries, dimensions, letters of a name: more than that is no model


def check_gguf(path: Path) -> None:
    """Refuse what is no whole GGUF file: InputError with what is wrong. Native code may crash on such files.

    The header is read whole, and the last tensor must begin within the file; the format is that of the GGUF
    specification, versions 2 and 3.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise InputError(f"{path} is no GGUF file: it doesn't begin with GGUF")
            _Header(file, path).check()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: name the GGUF file in it") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error


class _Header:
    """The header of a GGUF file, read with an eye on the file's end."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = os.fstat(file.fileno()).st_size

    def check(self) -> None:
        version = self._number("<I")
        if version not in (2, 3):
            raise InputError(f"{self._path} is a GGUF file of version {version}; 2 and 3 can be read")
        tensors, entries = self._number("<Q"), self._number("<Q")
        alignment = 32
        for _ in range(self._sane(entries)):
            key = self._text()
            value = self._value(self._number("<I"))
            if key == b"general.alignment" and isinstance(value, int):
                alignment = value
        last = 0
        for _ in range(self._sane(tensors)):
            self._text()
            for _ in range(self._sane(self._number("<I"))):
                self._number("<Q")
            self._number("<I")
            last = max(last, self._number("<Q"))
        begin = -(-self._file.tell() // max(alignment, 1)) * max(alignment, 1)
        # a tensor takes at least a block; llama.cpp checks the exact size
        if tensors and begin + last >= self._size:
            self._truncated()

    def _number(self, format: str) -> int:
        return int(struct.unpack(format, self._bytes(struct.calcsize(format)))[0])

    def _text(self) -> bytes:
        return self._bytes(self._number("<Q"))

    def _value(self, kind: int) -> int | None:
        if kind == _STRING:
            self._text()
        elif kind == _ARRAY:
            inner, count = self._number("<I"), self._number("<Q")
            if inner in _SIZES:
                self._skip(_SIZES[inner] * count)
            else:
                for _ in range(self._sane(count)):
                    self._value(inner)
        elif kind in _SIZES:
            data = self._bytes(_SIZES[kind])
            return int.from_bytes(data, "little")
        else:
            raise InputError(f"{self._path} is damaged: its header has a value of the unknown type {kind}")
        return None

    def _bytes(self, count: int) -> bytes:
        if count > self._size - self._file.tell():
            self._truncated()
        return self._file.read(count)

    def _skip(self, count: int) -> None:
        if count > self._size - self._file.tell():
            self._truncated()
        self._file.seek(count, os.SEEK_CUR)

    def _sane(self, count: int) -> int:
        if count > _MOST:
            raise InputError(f"{self._path} is damaged: its header counts {count} entries")
        return count

    def _truncated(self) -> None:
        raise InputError(f"{self._path} is cut off: it ends after {self._size} bytes, in the middle of a model")
