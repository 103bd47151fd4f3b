"""A tokenizer that tears the words of its vocabulary is refused; one that doesn't is taken."""

from __future__ import annotations

import json

import pytest

from arena.backends.local.library import LoadError
from arena.backends.local.transformers.converted import check_converted
from arena.backends.tokenizer import FolderTokenizer

WORDS = [f"{first}{second}ing" for first in "bdfghklmnpr" for second in ("i", "a", "ou")]


def tokenizer(torn: int) -> FolderTokenizer:
    """Byte-level BPE with a token for each word; for the first `torn` all merges after three letters are missing."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary, merges = ["Ġ", *letters], []
    for at, word in enumerate(WORDS):
        built = "Ġ"
        for letter in word:
            if built + letter not in vocabulary:
                vocabulary.append(built + letter)
            merge = f"{built} {letter}"
            if merge not in merges and not (at < torn and len(built) > 3):
                merges.append(merge)
            built += letter
    model = {"type": "BPE", "vocab": {token: id_ for id_, token in enumerate(vocabulary)}, "merges": merges}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    definition = {"version": "1.0", "added_tokens": [], "pre_tokenizer": level, "decoder": level, "model": model}
    return FolderTokenizer(json.dumps(definition), {}, {})


@pytest.mark.parametrize("torn", [0, 5])
def test_a_tokenizer_that_knows_its_words_is_taken(torn: int) -> None:
    check_converted(tokenizer(torn), "model.gguf")


def test_one_that_tears_them_is_refused() -> None:
    with pytest.raises(LoadError, match=r"misreads the tokenizer in model\.gguf: it tears \d+ of \d+ words"):
        check_converted(tokenizer(len(WORDS)), "model.gguf")
