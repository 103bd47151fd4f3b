"""What is wrong with a value in a suite, in words for whoever wrote it: msgspec speaks to programmers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from arena.errors import InputError
from arena.experiments.suites.places import Place
from arena.text import meant

_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotation marks",
    "array": "a list, as in [1, 2]",
    "object": "a table",
    "bool": "true or false",
}
_GOT: Final = {
    "int": "a whole number",
    "float": "a number with a fraction",
    "str": "text",
    "array": "a list",
    "object": "a table",
    "bool": "true or false",
}
_BOUNDS: Final = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}
_SAID: Final = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_EXPECTED: Final = re.compile(
    r"Expected `(?P<kind>[^`]+)`(?:, got `(?P<got>\w+)`| of length (?P<length>\d+).*| (?P<sign>[<>]=?) (?P<bound>\S+))"
)


def fault(
    error: msgspec.ValidationError, place: Place, struct: type[msgspec.Struct], hidden: Collection[str] = ()
) -> InputError:
    """The error for a table that doesn't become a `struct`; nobody writes its `hidden` fields."""
    parts = _SAID.fullmatch(str(error))
    assert parts is not None
    what, path = parts["what"], parts["path"] or ""
    if unknown := re.search(r"unknown field `(.*)`", what, re.DOTALL):
        known = [name for name in struct.__struct_fields__ if name not in hidden]
        return place.fault(f"there is no such key: {meant(unknown[1], known)}", unknown[1])
    if missing := re.search(r"missing required field `(.*)`", what):
        return place.fault(f"the key `{missing[1]}` is missing")
    key, entry = re.match(r"\.?(\w*)(?:\[(\d+)\])?", path or "").groups()  # type: ignore[union-attr]  # matches ""
    which = f"its entry {int(entry) + 1}" if entry else "each of its values" if "[...]" in path else "it"
    return place.fault(f"{which} {_should(what, key, struct)}", key)


def _should(what: str, key: str, struct: type[msgspec.Struct]) -> str:
    """The end of a sentence: what a value should be."""
    if value := re.search(r"Invalid enum value (.*)", what, re.DOTALL):
        return f"is {value[1]}, and there are {', '.join(map(repr, _choices(key, struct)))}"
    expected = _EXPECTED.match(what)
    if expected is None:
        return f"can't be used: {what}"
    kinds = [_KINDS.get(kind, kind) for kind in expected["kind"].split(" | ") if kind != "null"]
    should = f"should be {' or '.join(kinds)}"
    if expected["got"]:
        return f"{should}, and is {_GOT.get(expected['got'], expected['got'])}"
    if expected["length"]:
        return f"should be a list of {expected['length']}"
    return f"{should} {_BOUNDS[expected['sign']]} {float(expected['bound']):,.15g}"


def _choices(key: str, struct: type[msgspec.Struct]) -> list[Any]:
    """The values that a key can have, of those that have only a few."""
    fields: Mapping[str, Any] = {field.name: field.type for field in msgspec.inspect.type_info(struct).fields}  # type: ignore[attr-defined]
    found: list[Any] = []
    open_ = [fields[key]] if key in fields else []
    while open_:
        kind = open_.pop()
        found += getattr(kind, "values", ())
        open_ += [*getattr(kind, "types", ()), *getattr(kind, "item_types", ())]
        if item := getattr(kind, "item_type", None):
            open_.append(item)
    return found
