"""A page for judging: one file with everything in it, which opens without a network and may load nothing.

It keeps answers in the browser until its judge saves them as a file, which `answers.py` reads.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import Any, Final

from arena.experiments.poems.elsewhere.answers import FORMAT
from arena.experiments.poems.elsewhere.sheets import Sheet

_PARTS: Final = files("arena.experiments.poems.elsewhere") / "parts"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and its content security policy, which it also declares itself."""

    html: str
    policy: str


def judging_page(key: str, sheets: Sequence[Sheet]) -> Page:
    """The page for these contests of the run with that key."""
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    document = json.dumps(_document(key, sheets), separators=(",", ":"))
    # in a script element only the end of the script has a meaning
    contests = document.replace("<", "\\u003c")
    html = Template(_part("page.html")).substitute(policy=policy, style=style, script=script, contests=contests)
    return Page(html, policy)


def _document(key: str, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """What the page knows."""
    texts = {text.name: text.lines for sheet in sheets for pair in sheet.pairs for text in (pair.left, pair.right)}
    parts = [
        {
            "topic": sheet.contest.topic,
            "axis": sheet.axis.name,
            "question": sheet.axis.question,
            "meaning": sheet.axis.meaning,
            "pairs": [(pair.name, pair.left.name, pair.right.name) for pair in sheet.pairs],
        }
        for sheet in sheets
    ]
    return {"format": FORMAT, "contests": key, "texts": texts, "parts": parts}


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
