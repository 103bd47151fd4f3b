"""A person's own themes: colours by name, the others from Arena's dark or light theme."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from textual.color import Color, ColorParseError
from textual.theme import Theme

from arena.session.own_settings import THEMES, OwnSettings
from arena.text import meant
from arena.tui.themes import DARK, LIGHT

_COLOURS: Final = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
)
_DARK: Final = "dark"


def own_themes(settings: OwnSettings, taken: Collection[str]) -> Iterator[Theme]:
    """The themes in a person's settings; `taken` are the names of others. What is wrong is noted in `settings`."""
    for name, table in settings.of(THEMES):
        if name in taken:
            settings.fault(f"there is a theme {name!r} already: give yours another name", THEMES, name)
            continue
        dark = table.get(_DARK, True)
        colours = {key: value for key, value in table.items() if _is_right(settings, name, key, value)}
        yield replace(DARK if dark is True else LIGHT, name=name, dark=dark is True, **colours)


def _is_right(settings: OwnSettings, name: str, key: str, value: Any) -> bool:
    """Whether a line of a theme is a colour. If it is wrong, that is noted."""
    if key == _DARK:
        if not isinstance(value, bool):
            settings.fault("dark must be true or false", THEMES, name, key)
        return False
    if key not in _COLOURS:
        known = ", ".join((*_COLOURS, _DARK))
        settings.fault(f"a theme has no {key!r}: {meant(key, _COLOURS, f'it has {known}')}", THEMES, name, key)
        return False
    try:
        Color.parse(value)
    except (ColorParseError, TypeError, AttributeError):
        settings.fault(f'{key} must be a colour, such as "#56b4e9", and not {value!r}', THEMES, name, key)
        return False
    return True
