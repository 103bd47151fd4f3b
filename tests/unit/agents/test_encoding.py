"""From a prompt's segments to token ids: BOS once, special tokens in a format's own text only."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from arena.agents.encoding import encode
from arena.backends.base import Vocabulary
from arena.prompts.formats import Segment
from tests.support.table_model import PIECES, VOCABULARY, TableModel, tokenize

SPECIALS = {"<bos>": len(PIECES) - 2, "<end>": len(PIECES) - 1, "<end": 1000, "<e>": 1001}


class Model(TableModel):
    """Says which texts were tokenised."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.texts: list[str] = []

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        self.texts.append(text)
        return await super().tokenize(text, specials)


def encoded(*segments: Segment, bos: int | None = 7) -> tuple[tuple[int, ...], list[str]]:
    model = Model(replace(VOCABULARY, specials=SPECIALS, bos=bos))
    return asyncio.run(encode(model, segments)), model.texts


def test_text_is_tokenised_in_one_piece_across_segments() -> None:
    tokens, texts = encoded(Segment("a ro"), Segment("ck", True), Segment("!"))
    assert texts == ["a rock!"]
    assert tokens == (7, *tokenize("a rock!"))


@pytest.mark.parametrize("bos", [None, 7])
def test_bos_stands_first_and_once_if_the_tokenizer_adds_one(bos: int | None) -> None:
    tokens, _ = encoded(Segment("a"), bos=bos)
    assert tokens == (*(() if bos is None else (bos,)), *tokenize("a"))
    assert encoded(bos=bos)[0] == (() if bos is None else (bos,))


def test_special_tokens_are_recognised_in_the_formats_text_only() -> None:
    tokens, texts = encoded(Segment("x<end>\n", True), Segment("say <end>"), Segment("<e><end>", True))
    assert texts == ["x", "\nsay <end>"]
    assert tokens == (
        7,
        *tokenize("x"),
        SPECIALS["<end>"],
        *tokenize("\nsay <end>"),
        SPECIALS["<e>"],
        SPECIALS["<end>"],
    )


def test_a_special_token_is_not_put_together_from_two_segments() -> None:
    tokens, texts = encoded(Segment("<e", True), Segment("nd>"))
    assert texts == ["<end>"] and tokens == (7, *tokenize("<end>"))


def test_the_longest_special_token_is_the_one() -> None:
    assert encoded(Segment("<end>", True))[0] == (7, SPECIALS["<end>"])
    assert encoded(Segment("<end<end>", True))[0] == (7, SPECIALS["<end"], SPECIALS["<end>"])


def test_special_tokens_take_up_the_space_that_they_strip() -> None:
    left, right = SPECIALS["<end>"], SPECIALS["<e>"]
    strips = replace(VOCABULARY, specials=SPECIALS, bos=None, lstrips=frozenset({left}), rstrips=frozenset({right}))
    model = Model(strips)
    tokens = asyncio.run(encode(model, [Segment("a <end> b <e>\n", True), Segment(" c "), Segment("<end> ", True)]))
    assert model.texts == ["a", " b ", "c", " "]
    assert tokens == (*tokenize("a"), left, *tokenize(" b "), right, *tokenize("c"), left, *tokenize(" "))
    assert asyncio.run(encode(model, [Segment("<e> \n<end>", True)])) == (right, left)


def test_a_vocabulary_without_special_tokens() -> None:
    model = Model(replace(VOCABULARY, specials={}, bos=None))
    assert asyncio.run(encode(model, [Segment("<end>", True)])) == tokenize("<end>")
