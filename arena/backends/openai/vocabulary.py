"""The vocabulary and the tokenizer of a model on llama.cpp's server, asked from the server itself.

A whole distribution names every token with its bytes (trial.py). Special tokens have none there: their names come
from /detokenize.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from arena.backends.base import Vocabulary
from arena.backends.openai.info import Props
from arena.backends.remote.answers import check_tokens, decoded
from arena.backends.remote.transport import Transport
from arena.backends.tokenizer import ENDS, MARKUP

_TOKENIZE: Final = "/tokenize"
_A_BYTE: Final = 64  # more than enough bytes of an answer for each byte of a text
_ENVELOPE: Final = 1 << 16
_AT_ONCE: Final = 32  # requests for names


class _Tokens(msgspec.Struct):
    tokens: list[int]


class _Text(msgspec.Struct):
    content: str


class ServerSpelling:
    """The tokenizer of a model on a server."""

    ended = False  # without the server nothing can be asked anyway

    def __init__(self, servers: Transport, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._servers = servers

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised. Raises
        ModelError if the servers stay away."""
        body, most = _tokenize(text, specials), _ENVELOPE + _A_BYTE * len(text.encode())
        return await self._servers.post(_TOKENIZE, body, most, _reader(len(self.vocabulary.pieces)))

    async def close(self) -> None:
        """The connections are closed by those who opened them."""


async def tokens_at(servers: Transport, url: str, text: str, size: int, *, begins: bool = False) -> tuple[int, ...]:
    """The ids of a text by one server of a model with `size` tokens; `begins`: with BOS, if it puts one."""
    body, most = _tokenize(text, False, begins), _ENVELOPE + _A_BYTE * len(text)
    return await servers.once(url, _TOKENIZE, body, most, _reader(size))


async def vocabulary(
    servers: Transport, url: str, props: Props, spelled: Sequence[bytes], ends: frozenset[int]
) -> Vocabulary:
    """What there is to know about a tokenizer whose ordinary tokens spell these bytes. `ends` are the tokens that end
    an answer; if there are none, those with usual names do."""
    size = len(spelled)
    names = await _names(servers, url, [token for token in range(size) if not spelled[token]])
    whole = [names[token].encode() if token in names else piece for token, piece in enumerate(spelled)]
    specials = {name: token for token, name in names.items() if name}
    specials |= _marks(spelled, props.chat_template)
    plain, dressed = [await tokens_at(servers, url, "a", size, begins=begins) for begins in (False, True)]
    named = {"bos_token": props.bos_token, "eos_token": props.eos_token}
    return Vocabulary(
        pieces=tuple(whole),
        specials=specials,
        bos=dressed[0] if dressed != plain and dressed else None,
        ends=ends or frozenset(specials[name] for name in ENDS | {props.eos_token} if name in specials),
        chat_template=props.chat_template or None,
        named={key: name for key, name in named.items() if name},
    )


def _marks(spelled: Sequence[bytes], template: str) -> dict[str, int]:
    """Marks of turns that the chat template writes, which some files don't call special."""
    found = {}
    for token, piece in enumerate(spelled):
        text = piece.decode("utf-8", "replace")
        if MARKUP.fullmatch(text) and text in template:
            found[text] = token
    return found


async def _names(servers: Transport, url: str, tokens: Sequence[int]) -> dict[int, str]:
    """The names of special tokens; some vocabularies have thousands of them."""
    names: list[str] = []
    for start in range(0, len(tokens), _AT_ONCE):
        asked = (_name(servers, url, token) for token in tokens[start : start + _AT_ONCE])
        names += await asyncio.gather(*asked)
    return dict(zip(tokens, names, strict=True))


async def _name(servers: Transport, url: str, token: int) -> str:
    """The name of a special token."""
    body = {"tokens": [token]}
    return (await servers.once(url, "/detokenize", body, _ENVELOPE, lambda data: decoded(_Text, data))).content


def _tokenize(text: str, specials: bool, begins: bool = False) -> dict[str, object]:
    return {"content": text, "add_special": begins, "parse_special": specials}


def _reader(size: int) -> Callable[[bytes], tuple[int, ...]]:
    def read(data: bytes) -> tuple[int, ...]:
        tokens = tuple(decoded(_Tokens, data).tokens)
        check_tokens(tokens, size)
        return tokens

    return read
