"""llama.cpp's messages: warnings and errors go to the worker's log, and the last error is the reason for a refusal."""

from __future__ import annotations

import ctypes
import re
import sys

from arena.backends.local.llamacpp.native import native
from arena.text import printable

_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml_log_level
_WHERE = re.compile(r"^\w+: ")  # the function that reports it
_KINDS = re.compile(r"^(?:error loading model(?: \w+)?: )+")
_EMPTY = re.compile(r"failed to load model$")  # follows the reason, and isn't one itself


class Log:
    """The library's log. It gets every message from its creation on, and must be kept as long as the library runs."""

    def __init__(self) -> None:
        self._errors: list[str] = []
        self._level = 0
        self._callback = native.llama_log_callback(self._hear)  # the library keeps only a bare pointer
        native.llama_log_set(self._callback, None)

    def _hear(self, level: int, text: bytes, _: ctypes.c_void_p) -> None:
        said = text.decode("utf-8", "replace")
        if level != _CONTINUED:
            self._level = level
        if self._level == _ERROR:
            self._errors = [*self._errors[-20:], said]
        if self._level >= _WARNING:
            sys.stderr.write(said)
            sys.stderr.flush()

    def reason(self) -> str:
        """Why the library just refused something, in its own words, as the end of a sentence: ": ...", or ""."""
        lines = (_WHERE.sub("", line.strip()) for line in "".join(self._errors).splitlines())
        said = [line for line in lines if line and not _EMPTY.search(line)]
        return f": {printable(_KINDS.sub('', said[-1]))[:300]}" if said else ""
