"""Markup from templates in which every text is data: escaped, with characters that would act written out."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from arena.text import printable

if TYPE_CHECKING:
    from markupsafe import Markup


def marked_up(package: str, name: str, **values: Any) -> Markup:
    """The template of that name in a package, with these values in their places."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_inert
    )
    template = environment.from_string((files(package) / name).read_text(encoding="utf-8"))
    return Markup(template.render(**values))  # what it is made of is escaped


def _inert(value: Any) -> Any:
    """What is put into a template: a text in which nothing acts, not even by turning the direction of writing."""
    return printable(value, keep="\n") if type(value) is str else value
