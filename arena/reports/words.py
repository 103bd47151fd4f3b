"""Quantities in words for people."""

from __future__ import annotations

import re


def duration(seconds: float) -> str:
    """A time for a person: 45s, 4m 10s, 2h 03m."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"


def between(low: float, high: float, digits: int = 1) -> str:
    """An interval as its ends, because few intervals are symmetric."""
    return f"{low:z.{digits}f} to {high:z.{digits}f}"


def full_title(key: str, title: str) -> str:
    """A table's or a figure's title with its number in the paper, which its key has: table2, figure4."""
    found = re.fullmatch(r"(table|figure)(\d+)", key)
    if found is None or title.lower().startswith(found[1]):
        return title
    return f"{found[1].capitalize()} {found[2]}: {title}"


def caption(title: str) -> str:
    """A title as a caption, which gets a number of its own: the number in the paper is said behind it."""
    found = re.fullmatch(r"(Table|Figure) (\d+): (.+)", title)
    if found is None:
        return f"{title[:1].upper()}{title[1:]}"
    kind, number, rest = found.groups()
    return f"{rest[:1].upper()}{rest[1:]} (as in {kind.lower()} {number} of West & Potts 2025)"
