"""Whether transformers read a GGUF file's tokenizer rightly.

The file has no `tokenizer.json`: transformers makes one of what llama.cpp needs. Version 5.17 gets Gemma 3's merges
wrong. Its texts then come in pieces that the model has hardly seen, so that it plays, but not as it should.
"""

from __future__ import annotations

import re
from typing import Final

from arena.backends.local.library import LoadError
from arena.backends.tokenizer import FolderTokenizer

_WORD: Final = re.compile(rb" [a-z]{4,10}")  # among a vocabulary's pieces
_AT_MOST: Final = 200  # words looked at
_FEW: Final = 20  # words that say nothing


def check_converted(tokenizer: FolderTokenizer, place: str) -> None:
    """Raises LoadError if most words that the vocabulary has are torn into others of its tokens."""
    pieces = tokenizer.vocabulary.pieces
    words = [piece for piece in pieces if _WORD.fullmatch(piece)]
    words = words[:: max(1, len(words) // _AT_MOST)]
    torn = [word for word in words if pieces[tokenizer.tokenize(f"a{word.decode()}", False)[-1]] != word]
    if len(words) >= _FEW and 2 * len(torn) > len(words):
        raise LoadError(
            f"this version of transformers misreads the tokenizer in {place}: it tears {len(torn)} of {len(words)} "
            f"words that are tokens, such as {torn[0].decode().strip()!r}. Version 5.19 reads Gemma 3's; or run the "
            "file with llama.cpp"
        )
