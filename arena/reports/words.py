"""Quantities in words for people."""

from __future__ import annotations


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
