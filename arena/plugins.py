"""Things that other packages bring through entry points: found by name, loaded on demand.

A name that is taken keeps its owner. A package that fails causes one sentence, and takes nothing else down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar, cast

from arena.errors import ArenaError, InputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that another package brings: its name, the package, and what is wrong with it ("" for nothing)."""

    kind: str
    name: str
    origin: str
    problem: str


class Registry(Generic[T]):
    """Things of one kind by name: Arena's `own`, and those that other packages bring in entry points of `group`.

    `kind` is what one of them is called in a sentence ("game").
    """

    def __init__(self, group: str, kind: str, own: Mapping[str, T]) -> None:
        self.group = group
        self.kind = kind
        self._own = own

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted({*self._own, *self._brought()}))

    def __contains__(self, name: str) -> bool:
        return name in self._own or name in self._brought()

    def owns(self, name: str) -> bool:
        """Whether a thing is Arena's own."""
        return name in self._own

    def load(self, name: str) -> T:
        """The thing of that name. Raises KeyError if there is none, InputError if the package that brings it fails."""
        if name in self._own:
            return self._own[name]
        point = self._brought()[name]
        try:
            return cast(T, point.load())
        except (Exception, SystemExit) as error:  # whatever another package's code can raise
            raise self.failure(name, f"can't be loaded: {type(error).__name__}: {error}") from error

    def failure(self, name: str, what: str) -> InputError:
        """The error for a fault in another package's thing; `what` continues the sentence after its name."""
        return InputError(f"the {self.kind} {name!r}, which {_origin(self._brought()[name])} brings, {what}")

    @contextmanager
    def blaming(self, name: str, what: str = "fails") -> Iterator[None]:
        """Whatever another package's thing raises within becomes a sentence, unless it is already an ArenaError.
        An error raised by one of Arena's own is a bug, and is left as it is."""
        try:
            yield
        except ArenaError:
            raise
        except (Exception, SystemExit) as error:  # whatever another package's code can raise
            if self.owns(name):
                raise
            raise self.failure(name, f"{what}: {type(error).__name__}: {error}") from error

    def folder(self, name: str) -> Path | None:
        """The folder of the module that brings a thing of another package; None for Arena's own."""
        point = self._brought().get(name)
        try:
            module = find_spec(point.module) if point else None
        except ImportError:
            return None
        return Path(module.origin).parent if module and module.origin else None

    def ignored(self, name: str = "") -> tuple[str, ...]:
        """Sentences on things that are ignored because their name is taken or claimed twice; "" means all names."""
        used = self._brought()
        return tuple(
            f"the {self.kind} {point.name!r} of {_origin(point)} is ignored: {self._owner(used, point.name)} has that "
            "name"
            for point in _points(self.group, tuple(sys.path))
            if name in ("", point.name) and point.value != getattr(used.get(point.name), "value", None)
        )

    def brought(self) -> Iterator[Found]:
        """Everything that other packages bring, each loaded to see whether it can be."""
        for name, point in self._brought().items():
            problem = ""
            try:
                self.load(name)
            except ArenaError as error:
                problem = str(error)
            yield Found(self.kind, name, _origin(point), problem)

    def _brought(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for point in sorted(_points(self.group, tuple(sys.path)), key=lambda point: point.value):
            if point.name not in self._own:
                found.setdefault(point.name, point)
        return found

    def _owner(self, used: Mapping[str, EntryPoint], name: str) -> str:
        return _origin(used[name]) if name in used else f"{_article(self.kind)} {self.kind} of Arena's own"


@lru_cache(maxsize=32)
def _points(group: str, path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """The entry points of a group in the packages on a path, read once: there may be hundreds of packages."""
    return tuple(entry_points(group=group))


def _origin(point: EntryPoint) -> str:
    return f"the package {point.dist.name}" if point.dist else point.value


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
