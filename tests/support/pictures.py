"""The sizes, themes and day for pictures of screens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
THEMES = ("arena-dark",)


class OneDay(datetime):
    """The day on which all runs of these tests are begun."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime(2025, 5, 1, 12, 0, 0, tzinfo=tz)
