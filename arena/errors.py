"""The one error tree. Each error carries a sentence for the person: what was wrong, where, what to do.

ArenaError
├── UsageError          exit 2   the command itself is wrong
├── InputError          exit 3   a file, a setting or a name is wrong
│   └── CapabilityError          a model's backend can't give what is asked of it; another could
├── ModelError          exit 4   a model or a server is not available, or failed
└── StoreError          exit 5   the store refused: locked, damaged, full
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The exit status of the process."""

    DONE = 0
    BUG = 1
    USAGE = 2
    INPUT = 3
    MODEL = 4
    STORE = 5
    INTERRUPTED = 130


class ArenaError(Exception):
    """An error that a person can cause and mend; its text is shown as it is, without a traceback."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG


class UsageError(ArenaError):
    """The command is wrong: an unknown game, a move that is not in the game, two agents that read each other."""

    exit_code = ExitCode.USAGE


class InputError(ArenaError):
    """Something that the command names is wrong: a file that isn't a GGUF, a match longer than the context."""

    exit_code = ExitCode.INPUT


class CapabilityError(InputError):
    """A model's backend can't give what is asked of it, such as entropies. Another backend may run the same model."""


class ModelError(ArenaError):
    """A model or server is not available, or ended in the middle of its work."""

    exit_code = ExitCode.MODEL


class StoreError(ArenaError):
    """The run store refused: locked by another writer, damaged, full, not writable, not Arena's."""

    exit_code = ExitCode.STORE
