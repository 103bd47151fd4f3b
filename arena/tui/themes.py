"""The app's own themes. `primary` is the subject's colour and `secondary` the opponent's, in all of them.

Blue and orange from the palette of Okabe and Ito are distinct for every kind of colour blindness; even so, each is
shown with a word or a shape beside it.
"""

from __future__ import annotations

from typing import Final

from textual.app import App
from textual.theme import Theme

DARK: Final = Theme(
    name="arena-dark",
    primary="#56b4e9",
    secondary="#e69f00",
    accent="#56b4e9",
    foreground="#e6e6e6",
    background="#101418",
    surface="#171c22",
    panel="#1f262e",
    success="#3fbf8f",
    warning="#f0e442",
    error="#ff7a5c",
    variables={"footer-key-foreground": "#f0e442", "border": "#5a6672"},
)

LIGHT: Final = Theme(
    name="arena-light",
    primary="#0067a3",
    secondary="#a85600",
    accent="#0067a3",
    foreground="#16191d",
    background="#fafaf7",
    surface="#f0f0ea",
    panel="#e4e4dc",
    success="#00724f",
    warning="#7a5c00",
    error="#b3261e",
    dark=False,
    variables={"footer-key-foreground": "#0067a3", "border": "#96968c"},
)

CONTRAST: Final = Theme(
    name="arena-contrast",
    primary="#7fd4ff",
    secondary="#ffc04d",
    accent="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#7dffc0",
    warning="#ffff00",
    error="#ff9d85",
    variables={"footer-key-foreground": "#ffff00", "border": "#ffffff"},
)

THEMES: Final = (DARK, LIGHT, CONTRAST)


def colour(app: App[None], name: str) -> str:
    """A theme's colour by rich's name. An ansi theme's are the terminal's own, which Textual calls "ansi_blue"."""
    return app.theme_variables[name].removeprefix("ansi_")
