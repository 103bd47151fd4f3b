"""From a catalog entry to a GGUF file on this machine, checked before native code sees it."""

from __future__ import annotations

import math
import mmap
import stat
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from struct import Struct
from typing import Any, Final, NoReturn

from arena.backends.catalog import SGLANG, TRANSFORMERS, ModelEntry
from arena.backends.packages import INSTALL, package
from arena.errors import InputError, ModelError

_INSTALL_TORCH = "pip install 'predictability-arena[torch]'"
_INSTALL_HUB = "pip install 'predictability-arena[hub]'"


def state(entry: ModelEntry) -> str:
    """Whether a model is ready here, in a word or what to do."""
    kind, _, rest = entry.weights.partition(":")
    if kind == "package":
        return "ready" if package(rest).installed else f"not installed: {INSTALL}"
    if kind == "hub":
        return "elsewhere: @sglang:URL, @transformers, @llama.cpp:FILE"
    if kind == "hf":
        return "downloads at first use" if find_spec("huggingface_hub") else f"needs huggingface_hub: {_INSTALL_HUB}"
    if entry.backend == SGLANG:
        return "on a server"
    if entry.backend == TRANSFORMERS:
        if find_spec("torch") is None or find_spec("transformers") is None:
            return f"needs torch and transformers: {_INSTALL_TORCH}"
        return "ready" if Path(entry.place).expanduser().exists() else "downloads at first use"
    return "ready" if Path(entry.weights).expanduser().is_file() else "file not found"


def locate(entry: ModelEntry, progress: Callable[[str], None] = lambda line: None) -> Path:
    """The GGUF file of a model, downloaded or put together if need be, and checked.

    What may take a while is told to `progress`, as a line to be shown while it lasts.

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
            f"{entry.name} is a repository of safetensors ({rest}), which llama.cpp can't read: say where else it is, "
            f"llm:{entry.name}@sglang:http://host:30000 or llm:{entry.name}@transformers, or get it as a GGUF file and "
            f"name that, llm:{entry.name}@llama.cpp:/path/to/file.gguf"
        )
    elif kind == "hf":
        path = _download(rest, progress)
    else:
        path = Path(entry.weights).expanduser()
    check_gguf(path)
    return path


def _download(place: str, progress: Callable[[str], None]) -> Path:
    """A file of a hub repository, `ORG/NAME/FILE.gguf`, from the hub's cache or over the network."""
    parts = place.split("/")
    if len(parts) < 3 or not all(parts):
        raise InputError(f"hf:{place}: a file on the hub is written hf:ORG/NAME/FILE.gguf")
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError:
        raise ModelError(f"hf:{place} needs huggingface_hub: {_INSTALL_HUB}") from None
    repository, file = "/".join(parts[:2]), "/".join(parts[2:])
    progress(f"asking the hub for {file}")
    try:
        return Path(hf_hub_download(repository, file, tqdm_class=_bar(file, progress)))
    except HFValidationError as error:
        raise InputError(f"hf:{place}: {error}") from error
    except LocalEntryNotFoundError:
        raise ModelError(
            f"{repository}/{file} isn't in the hub's cache on this machine, and the hub can't be reached: "
            "go online once, or name a file with llama.cpp:/path/to/file.gguf"
        ) from None
    except Exception as error:  # what else can be depends on the network library, which changes with the hub's version
        why = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"{repository}/{file} can't be had from the hub: {why[:300]}") from error


def _bar(file: str, progress: Callable[[str], None]) -> type[Any]:
    """What the hub's library takes for a progress bar, telling in words how far the download is."""
    from tqdm import tqdm

    class Told(tqdm):  # type: ignore[misc]  # tqdm is untyped
        def display(self, *_: object, **__: object) -> None:
            done, total = f"{self.n / 1e6:,.0f}", f" of {self.total / 1e6:,.0f}" if self.total else ""
            progress(f"downloading {file}: {done}{total} MB")

        def __init__(self, *args: object, **options: object) -> None:
            options["disable"] = False  # the library disables bars where there is no terminal
            super().__init__(*args, **options)

    return Told


_U32, _U64 = 4, 8  # bytes of a number
_LENGTH = Struct("<Q")
# GGUF's value types by number, with their size in bytes; then the two that have none
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
# ggml's tensor types by number: elements and bytes of a block. Of a type that isn't here only the place is checked.
_BLOCKS: Final = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)},
    **{16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82)},
    **{23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17)},
}
_MOST_ENTRIES, _MOST_DIMENSIONS = 1 << 20, 4


def check_gguf(path: Path) -> None:
    """Refuse what is no whole GGUF file: InputError with what is wrong. Native code may crash on such files.

    The header is read whole, and every tensor must lie within the file; the format is that of the GGUF
    specification, versions 2 and 3.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} is a folder: name the GGUF file in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} is no ordinary file")
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise InputError(f"{path} is no GGUF file: it doesn't begin with GGUF")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                _Header(data, path).check()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    except ValueError as error:  # a name that no file can have
        raise InputError(f"{str(path)!r} can't be read: {error}") from error


class _Header:
    """The header of a GGUF file, read with an eye on the file's end."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._at = 4  # behind the letters GGUF

    def check(self) -> None:
        version = self._number(_U32)
        if version not in (2, 3):
            raise InputError(f"{self._path} is a GGUF file of version {version}; 2 and 3 can be read")
        tensors = self._count(self._number(_U64), _MOST_ENTRIES, "tensors")
        alignment = 32
        for _ in range(self._count(self._number(_U64), _MOST_ENTRIES, "entries")):
            key = self._text()
            value = self._value(self._number(_U32))
            if key == b"general.alignment" and value:
                alignment = value
        needed = max((self._tensor_end() for _ in range(tensors)), default=0)
        begin = -(-self._at // alignment) * alignment
        if begin + needed > len(self._data):
            self._cut_off()

    def _tensor_end(self) -> int:
        """Where a tensor's data ends, in bytes from where the data of all begins."""
        self._text()
        dimensions = self._count(self._number(_U32), _MOST_DIMENSIONS, "dimensions of a tensor")
        elements = math.prod(self._number(_U64) for _ in range(dimensions))
        block, size = _BLOCKS.get(self._number(_U32), (1, 0))
        return self._number(_U64) + -(-elements // block) * size

    def _value(self, kind: int) -> int:
        """Pass over a value; what it is if it is a whole number, else 0."""
        if kind == _STRING:
            self._text()
        elif kind == _ARRAY:
            self._array(self._number(_U32), self._number(_U64))
        else:
            return int.from_bytes(self._bytes(self._size(kind)), "little")
        return 0

    def _array(self, kind: int, count: int) -> None:
        if kind != _STRING:
            self._skip(self._size(kind) * count)
            return
        data, at, last = self._data, self._at, len(self._data) - _U64
        for _ in range(count):  # a vocabulary: some 100,000 strings, so this loop is written for speed
            if at > last:
                self._cut_off()
            at += _U64 + _LENGTH.unpack_from(data, at)[0]
        self._at = at

    def _size(self, kind: int) -> int:
        if kind not in _SIZES:  # an array in an array too: the library has none
            raise InputError(f"{self._path} is damaged: its header has a value of the unknown type {kind}")
        return _SIZES[kind]

    def _number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "little")

    def _text(self) -> bytes:
        return self._bytes(self._number(_U64))

    def _bytes(self, count: int) -> bytes:
        self._skip(count)
        return self._data[self._at - count : self._at]

    def _skip(self, count: int) -> None:
        if self._at + count > len(self._data):
            self._cut_off()
        self._at += count

    def _count(self, count: int, most: int, what: str) -> int:
        if count > most:
            raise InputError(f"{self._path} is damaged: its header counts {count} {what}")
        return count

    def _cut_off(self) -> NoReturn:
        size = len(self._data)
        raise InputError(f"{self._path} is cut off: it ends after {size} bytes, in the middle of a model")
