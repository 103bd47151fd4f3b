"""Escaping for files of several kinds: a name is data, and can't act in any of them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from arena.text import printable


def markdown(text: str) -> str:
    """Escape for GitHub's Markdown."""
    return "".join(f"\\{letter}" if letter in "\\|*_`<>[]#&$~" else letter for letter in text)


_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$", "|": r"$|$", '"': "''", "`": "{`}",
    "–": "--", "—": "---", "…": r"\ldots{}", "·": r"$\cdot$", "×": r"$\times$", "±": r"$\pm$", "²": "$^2$",
    "χ": r"$\chi$", "φ": r"$\varphi$", "‘": "{`}", "’": "'", "“": "``", "”": "''", "ß": r"\ss{}",
}  # fmt: skip
_ACCENTS: Final = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u0327": "c",
    "\u030a": "r",
}


def latex(text: str) -> str:
    """Escape for LaTeX, whatever its font encoding; a number gets a proper minus."""
    text = re.sub(r'(?<![^\s(\[])"(?=\S)', "“", for_latex(text))
    return re.sub(r"(?<![\w.-])-(?=\d)", "$-$", "".join(_TEX.get(letter) or _accented(letter) for letter in text))


def for_latex(text: str) -> str:
    """A text, not yet escaped, in which letters that LaTeX's own fonts lack are replaced by their code: U+540D."""
    return "".join(
        letter if letter.isascii() or letter in _TEX or _accented(letter) != letter else f"U+{ord(letter):04X}"
        for letter in printable(unicodedata.normalize("NFC", text))
    )


def _accented(letter: str) -> str:
    """A letter as LaTeX's accent command, if there is one for it; any other letter unchanged."""
    apart = unicodedata.normalize("NFD", letter)
    base, accent = apart[:1], apart[1:]
    if base.isascii() and base.isalpha() and accent in _ACCENTS:
        return rf"\{_ACCENTS[accent]}{{{base}}}"
    return letter


def spreadsheet(text: str | None) -> str:
    """Escape for CSV: a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = printable(text or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def value(found: Any) -> str:
    """A value in CSV: a number, also numpy's, exactly; an undefined value as nothing; a text by `spreadsheet`."""
    if found is None:
        return ""
    return spreadsheet(found) if isinstance(found, str) else repr(found.item() if hasattr(found, "item") else found)
