"""How figures are to look: a style file of matplotlib over Arena's own settings, and a size."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from arena.errors import InputError, UsageError
from arena.text import meant, printable

# Okabe & Ito's palette, safe for the colour-blind; a hatch and a name carry the same information
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
FONT_SIZE: Final = 9.0  # points, of a figure without a style
_SMALLEST, _LARGEST = 1.0, 100.0  # inches


@dataclass(frozen=True, slots=True)
class Look:
    """`settings` are matplotlib's, by name, over Arena's own; `style` is what the person called them. `width` and
    `height` are in inches; None is what each figure needs."""

    style: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    width: float | None = None
    height: float | None = None

    def size(self, width: float, height: float) -> tuple[float, float]:
        """The size of a figure that needs this one."""
        of_style = self.settings.get("figure.figsize")
        if self.width is None and of_style is not None:
            return float(of_style[0]), float(of_style[1])
        return self.width or width, self.height or height

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours of subjects, in order, as #rrggbb: those of the style, if it has any."""
        from matplotlib.colors import to_hex

        cycle = self.settings.get("axes.prop_cycle")
        own = () if cycle is None else cycle.by_key().get("color", ())
        return tuple(map(to_hex, own)) or PALETTE


PLAIN: Final = Look()
_current: ContextVar[Look] = ContextVar("look", default=PLAIN)


def current() -> Look:
    """The look of the figure that is being drawn."""
    return _current.get()


@contextmanager
def drawn_with(look: Look) -> Iterator[None]:
    """Figures drawn within have this look."""
    token = _current.set(look)
    try:
        yield
    finally:
        _current.reset(token)


def look(style: str = "", size: str = "") -> Look:
    """The look asked for by a style, the path of a file or the name of one that comes with matplotlib, and by a size,
    5.5 (the width) or 5.5x4, in inches; "" for neither.

    Raises InputError for a style that isn't there or has a mistake, UsageError for a size that is none.
    """
    width, height = _size(size) if size else (None, None)
    return Look(style, _settings(style) if style else {}, width, height)


def _size(text: str) -> tuple[float, float | None]:
    parts = text.lower().replace("×", "x").split("x")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 2 or not all(_SMALLEST <= number <= _LARGEST for number in numbers):
        raise UsageError(
            f"{text!r} is no size of a figure: write its width in inches, or width and height, from "
            f"{_SMALLEST:g} to {_LARGEST:g} each, as in 5.5 or 5.5x4"
        )
    return numbers[0], numbers[1] if len(numbers) == 2 else None


def _settings(style: str) -> dict[str, Any]:
    """The settings of a style. No address is opened and no package imported, as matplotlib itself would."""
    from matplotlib import rc_params_from_file
    from matplotlib.style import library

    if style in library and not Path(style).is_file():
        return _plain(library[style])
    if not Path(style).is_file():
        hint = meant(style, library, "`python -c 'import matplotlib.style as s; print(s.available)'` lists the names")
        raise InputError(
            f"{printable(style)!r} is no style for figures, neither a file nor a name that matplotlib knows: {hint}"
        )
    try:
        with _faults() as found:
            settings = _plain(rc_params_from_file(style, fail_on_error=True, use_default_template=False))
    except (OSError, ValueError) as error:  # also bytes that aren't UTF-8
        found = [str(getattr(error, "strerror", None) or error)]
    if found:
        raise InputError(f"the style {printable(style)} can't be used: {printable(' '.join(found[0].split()))}")
    return settings


def _plain(settings: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in settings.items()}


@contextmanager
def _faults() -> Iterator[list[str]]:
    """What matplotlib only logs about a file: unknown names, lines that are no settings."""
    found: list[str] = []

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage().partition("\nYou probably")[0])

    logger, heard = logging.getLogger("matplotlib"), Heard(logging.WARNING)
    former = logger.propagate
    logger.addHandler(heard)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(heard)
        logger.propagate = former
