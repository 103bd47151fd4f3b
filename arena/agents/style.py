"""In which style and format a model is asked: what a person chose, else what the catalog says, else a guess."""

from __future__ import annotations

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import UsageError
from arena.prompts.formats import FORMATS
from arena.prompts.wording import STYLES, Style
from arena.text import meant


def check_format(format: str | None) -> None:
    """Raises UsageError for a format that isn't there."""
    if format is not None and format not in FORMATS:
        raise UsageError(f"there is no format {format!r}: {meant(format, FORMATS)}")


async def style_and_format(name: str, style: Style | None, format: str | None, models: Models) -> tuple[Style, str]:
    """Of a model by its name; None leaves it to the catalog.

    A model that nothing is known of is loaded and judged by whether it has a chat template, and the guess is said.
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
