"""Names and texts in files of several kinds: a name is data, and can't act in any of them."""

from __future__ import annotations

from typing import Any, Final

from arena.text import printable


def markdown(text: str) -> str:
    """In GitHub's Markdown."""
    return "".join(f"\\{letter}" if letter in "\\|*_`<>[]#&$~" else letter for letter in text)


_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "–": "--",
}  # fmt: skip


def latex(text: str) -> str:
    """In LaTeX, with the package fontenc (T1)."""
    return "".join(_TEX.get(letter, letter) for letter in text)


def latex_number(text: str) -> str:
    """A number, or an interval of numbers, in LaTeX: with a minus, not a hyphen."""
    return f"${text}$" if "-" in text else latex(text)


def spreadsheet(text: str | None) -> str:
    """In CSV: a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = printable(text or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def value(found: Any) -> str:
    """A value in CSV: a number exact, also if it is numpy's, nothing where it is undefined, a text by `spreadsheet`."""
    if found is None:
        return ""
    return spreadsheet(found) if isinstance(found, str) else repr(found.item() if hasattr(found, "item") else found)
