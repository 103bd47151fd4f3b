"""Where a suite's models run: the paper's suites name models of the catalog, whose weights are on the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from arena.backends.weights.catalog import catalog, find_model
from arena.errors import UsageError
from arena.experiments.suites.suite import Part, Suite
from arena.text import meant

_MODEL = "llm:"


def placed(suite: Suite, at: Sequence[str]) -> Suite:
    """The suite with its models run elsewhere. Each of `at` is MODEL=WHERE, or WHERE alone, for every model whose
    weights are on the hub; WHERE is what may follow the @ in a model's name (arena/backends/weights/catalog.py).

    Raises UsageError for a model that isn't in the suite, InputError for a place that can't be one.
    """
    names = dict.fromkeys(name for part in suite.parts for name in _names(part))
    where: dict[str, str] = {}
    entries = catalog()
    for text in at:
        name, equals, place = text.partition("=")
        if equals and (name in entries or name in names):
            if name not in names:
                raise UsageError(f"--at {text}: the suite {suite.name} doesn't ask {name!r}: {meant(name, names)}")
            where[name] = place
        else:
            everywhere = [name for name in names if name in entries and entries[name].weights.startswith("hub:")]
            if "://" in text and len(everywhere) > 1:
                raise UsageError(f"--at {text}: a server serves one model, so say which: --at {everywhere[0]}={text}")
            where = dict.fromkeys(everywhere, text) | where
    for name, place in where.items():
        find_model(f"{name}@{place}")
    moved = {f"{_MODEL}{name}": f"{_MODEL}{name}@{place}" for name, place in where.items()}
    return msgspec.structs.replace(suite, parts=tuple(_placed(part, moved) for part in suite.parts))


def _names(part: Part) -> list[str]:
    """The names of the models in a part's settings."""
    texts: list[str] = []
    for value in msgspec.structs.asdict(part.spec).values():
        texts += [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str)]
    return [text.removeprefix(_MODEL) for text in texts if text.startswith(_MODEL)]


def _placed(part: Part, moved: Mapping[str, str]) -> Part:
    def of(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(of, value))
        return moved.get(value, value) if isinstance(value, str) else value

    settings = {name: of(value) for name, value in msgspec.structs.asdict(part.spec).items()}
    return part._replace(spec=msgspec.structs.replace(part.spec, **settings))
