"""Which style and format a model is asked in: a person's choice, else the catalog's, else a guess."""

from __future__ import annotations

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import UsageError
from arena.prompts.formats import FORMATS
from arena.prompts.wording import STYLES, Style
from arena.text import meant


def check_format(format: str | None) -> None:
    """Raise UsageError for an unknown format."""
    if format is not None and format not in FORMATS:
        raise UsageError(f"there is no format {format!r}: {meant(format, FORMATS)}")


async def style_and_format(name: str, style: Style | None, format: str | None, models: Models) -> tuple[Style, str]:
    """The style and format of a model, by its name; None leaves the choice to the catalog.

    An unknown model is loaded and judged by whether it has a chat template, and a notice says what was guessed.
    Raises InputError or ModelError.
    """
    entry = await aside(models.entry, name)
    style, format = style or entry.style, format or entry.format
    if style is None or format is None:
        template = (await models.get(name)).vocabulary.chat_template
        style = style or (STYLES[1] if template else STYLES[0])
        format = format or ("chat-template" if template and style == "instruct" else "none")
        models.tell_once(f"{name}: taken for a model of style {style}, format {format} (--style, --format change it)")
    return style, format
