"""The app explains its words as the documentation does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from arena.session.glossary import GLOSSARY

DEFINITIONS = Path(__file__).parents[3] / "docs" / "definitions.md"


def plain(text: str) -> str:
    return " ".join(re.sub(r"[*`]", "", text).lower().rstrip(".").split())


@pytest.mark.parametrize("word", GLOSSARY)
def test_a_word_s_sentence_stands_in_the_definitions(word: str) -> None:
    definitions = plain(DEFINITIONS.read_text(encoding="utf-8"))
    assert plain(GLOSSARY[word]) in definitions
    assert re.search(rf"- {word}[.:]", definitions)
