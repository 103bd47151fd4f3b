"""The tables of a comparison: what differs in settings, then the results, a part a cell, a row a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.reports.compare.kind import Measure
from arena.reports.compare.settings import Difference
from arena.reports.settings import shortened
from arena.reports.table import DASH, Column, Row, Table
from arena.reports.words import between
from arena.stats.comparing import Comparison
from arena.text import number_text

_WIDTH: Final = 26  # of a value in the first table, so that two and a name fit in 80 columns
_EXACT: Final = "exact"
DIFFERS: Final = "differs"
_BEFORE: Final = 8  # of these, how many may stand before a difference
SAME_SETTINGS: Final = "Nothing differs in settings."
ONLY_SEED: Final = "Nothing but the seed differs."


def settings_table(names: tuple[str, str], found: Sequence[Difference]) -> Table:
    """What differs in settings, nothing that is equal; a value that is long is shortened for people."""
    columns = tuple(Column(key, name, "text") for key, name in zip(("first", "second"), names, strict=True))
    rows = []
    for one in found:
        whole = {"first": _joined(one.first), "second": _joined(one.second)}
        first, second = (
            ", ".join(shortened(one.key, _text(value)) for value in values) if values else DASH
            for values in (one.first, one.second)
        )
        texts = {"first": _short(first, second), "second": _short(second, first)}
        rows.append(Row(one.name, {"setting": one.key, **whole}, texts))
    keys = {one.key for one in found}
    note = SAME_SETTINGS if not keys else ONLY_SEED if keys == {"seed"} else ""
    return Table("settings", "What differs in settings", columns, tuple(rows), (note,) if note else ())


def results_columns(names: tuple[str, str], unit: str) -> tuple[Column, ...]:
    """The columns of every part."""
    return (
        Column("first", names[0], expendable=1, narrow="first"),
        Column("second", names[1], expendable=1, narrow="second"),
        Column("difference", "difference", narrow="differ-\nence"),
        Column("interval", "95%", "interval"),
        Column("verdict", "at this size", "text", narrow="at this\nsize"),
        Column("more", f"more {unit} wanted", "count", narrow=f"more\n{unit}"),
    )


def result_row(key: str, measure: Measure, found: Comparison, about: Mapping[str, Any]) -> Row:
    """One measure of a cell, by its key; `about` are values that say which cell."""
    digits = measure.digits
    low, high = found.difference.interval or (None, None)
    values = {
        **about,
        "measure": key,
        "first": found.first.value,
        "second": found.second.value,
        "difference": found.difference.value,
        "interval_low": low,
        "interval_high": high,
        "verdict": verdict(measure, found),
        "more": found.more,
        "paired": found.paired,
        "first_size": found.sizes[0],
        "second_size": found.sizes[1],
    }
    texts = {key: f"{values[key]:z.{digits}f}" for key in ("first", "second", "difference") if values[key] is not None}
    if low is not None and high is not None:
        texts["interval"] = between(low, high, digits)
    if found.more is not None:
        texts["more"] = f"{found.more:,}"
    return Row(measure.name, values, texts)


def measure_json(measure: Measure, found: Comparison) -> dict[str, Any]:
    """The same as a document."""
    return {
        "first": found.first.value,
        "second": found.second.value,
        "difference": found.difference.value,
        "difference_ci": None if found.difference.interval is None else list(found.difference.interval),
        "verdict": verdict(measure, found),
        "more": found.more,
        "sizes": list(found.sizes),
    }


def verdict(measure: Measure, found: Comparison) -> str:
    """In a word: whether the interval excludes 0."""
    if measure.exact:
        return _EXACT
    if found.same:
        return "equal"
    return {None: DASH, True: DIFFERS, False: "undecided"}[found.differs]


def _joined(values: Sequence[Any]) -> str | None:
    return ", ".join(map(_text, values)) if values else None


def _text(value: Any) -> str:
    return number_text(value) if isinstance(value, float) else str(value)


def _short(text: str, other: str) -> str:
    """As much of a long text as has room, with the place from where on it differs from the other."""
    if len(text) <= _WIDTH:
        return text
    pairs = enumerate(zip(text, other, strict=False))
    alike = next((at for at, (one, two) in pairs if one != two), min(len(text), len(other)))
    start = min(max(0, alike - _BEFORE), len(text) - _WIDTH)
    shown = text[start : start + _WIDTH]
    return f"{'…' if start else shown[0]}{shown[1:-1]}{'…' if start + _WIDTH < len(text) else shown[-1]}"
