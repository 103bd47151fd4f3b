"""A person's own keys. Each action has the name that the footer and the help call it by, in lower case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.keys import Keys

from arena.session.own_settings import KEYS, OwnSettings
from arena.text import meant

EVERYWHERE: Final = "everywhere"
_MODIFIERS: Final = ("ctrl", "shift", "alt", "super")
_NAMES: Final = frozenset(str(key.value) for key in Keys)

# the keys of each action, by screen and by the action's name
ACTIONS: Final[dict[str, dict[str, tuple[str, ...]]]] = {}


class Rebindable:
    """Whose keys a person can change: put it before `Screen` or `App`. A class is called by its name, so that
    NumbersSetupScreen is `numbers-setup`."""

    BINDINGS: ClassVar[list[BindingType]]

    def __init_subclass__(cls, **options: Any) -> None:
        place = _place(cls.__name__)
        if "BINDINGS" in cls.__dict__:
            cls.BINDINGS = [_named(place, binding) for binding in cls.BINDINGS]
        super().__init_subclass__(**options)


def _place(name: str) -> str:
    if name.endswith("App"):
        return EVERYWHERE
    letters = (f"-{letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("Screen"))
    return "".join(letters).strip("-")


def _named(place: str, binding: BindingType) -> BindingType:
    """The binding, with a name by which it can be changed."""
    if not isinstance(binding, Binding) or not binding.description:
        return binding
    words = "".join(letter if letter.isalnum() else " " for letter in binding.description.lower())
    name = "-".join(words.split())
    ACTIONS.setdefault(place, {})[name] = _keys(binding.key)
    return replace(binding, id=f"{place}.{name}")


def is_own(binding: Binding) -> bool:
    """Whether it is an action of this app, not one of Textual's for moving the focus or a cursor."""
    return (binding.id or "").partition(".")[0] in ACTIONS


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(","))


def own_keys(settings: OwnSettings) -> dict[str, str]:
    """The keys to use instead of the usual ones, by the name of the binding. What is wrong is noted in `settings`."""
    found: dict[str, str] = {}
    for place, table in settings.of(KEYS):
        if place not in ACTIONS:
            settings.fault(f"there is no screen {place!r}: {meant(place, ACTIONS, _list(ACTIONS))}", KEYS, place)
            continue
        used = {name: keys for name, keys in ACTIONS[place].items() if name not in table}
        for name, value in table.items():
            if why := _refusal(place, name, value, used):
                settings.fault(why, KEYS, place, name)
            else:
                used[name] = _keys(value)
                found[f"{place}.{name}"] = ",".join(used[name])
        _keep_shared(place, found)
    return found


def _keep_shared(place: str, found: dict[str, str]) -> None:
    """Textual takes a key away with the first action that gets another one; those that share it are given it again."""
    for name, keys in ACTIONS[place].items():
        moved = {key for other, own in ACTIONS[place].items() if f"{place}.{other}" in found for key in own}
        if f"{place}.{name}" not in found and moved.intersection(keys):
            found[f"{place}.{name}"] = ",".join(keys)


def _refusal(place: str, name: str, value: object, used: dict[str, tuple[str, ...]]) -> str:
    """Why an action can't have such keys beside the others of its screen; "" if it can."""
    actions = ACTIONS[place]
    if name not in actions:
        return f"{place} has no action {name!r}: {meant(name, actions, _list(actions))}"
    if not isinstance(value, str):
        return f'the keys of {name} must be text, such as "f2" or "ctrl+w,w"'
    for key in _keys(value):
        if not _is_key(key):
            return f"{key!r} is no key: keys are written a, f2, ctrl+w, space, question_mark; several with commas"
        taken = [other for other, keys in used.items() if key in keys]
        if taken:
            return f"{key} is the key of {taken[0]} on that screen: give that another one too"
    return ""


def _is_key(text: str) -> bool:
    *modifiers, key = text.split("+")
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    if len(key) == 1:
        return key.isprintable() and not key.isspace()
    with suppress(KeyError):
        return key in _NAMES or bool(unicodedata.lookup(key.replace("_", " ")))
    return False


def _list(names: Iterable[str]) -> str:
    return f"there are {', '.join(names)}"
