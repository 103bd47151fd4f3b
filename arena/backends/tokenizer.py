"""A tokenizer from a model's folder, through the library tokenizers: for models that other programs run.

It gives what llama.cpp gives of a GGUF file: the bytes of every token, the special ones, whether BOS is added,
which tokens end an answer, and the chat template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tokenizers import Tokenizer

from arena.backends.base import Vocabulary

# tokens that end a turn or a text in the families there are, whether or not a model's files say so
_ENDS: Final = frozenset(
    (
        *("</s>", "<eos>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>"),
        *("<|im_end|>", "<|end|>", "<end_of_turn>"),
    )
)

_MOST_TOKENS: Final = 1 << 22  # 16 times the largest vocabulary there is; a folder may be a stranger's


class FolderTokenizer:
    """The tokenizer of a folder with `tokenizer.json` and its configuration.

    `size` is the least number of token ids that the model knows, as its output may be padded.
    """

    def __init__(
        self,
        definition: str,
        config: Mapping[str, Any],
        generation: Mapping[str, Any],
        chat_template: str | None = None,
        size: int = 0,
    ) -> None:
        self._whole = _tokenizer(definition)
        self._plain = _tokenizer(_without_specials(definition))
        for tokenizer in (self._whole, self._plain):
            tokenizer.no_truncation()
            tokenizer.no_padding()
        self.vocabulary = self._vocabulary(json.loads(definition), config, generation, chat_template, size)

    @classmethod
    def from_folder(cls, folder: Path) -> FolderTokenizer:
        """Read a folder. Raises OSError or ValueError for one without a tokenizer."""
        config = _read_json(folder / "tokenizer_config.json")
        model = _read_json(folder / "config.json")
        template = config.get("chat_template")
        file = folder / "chat_template.jinja"
        if file.is_file():
            template = file.read_text(encoding="utf-8")
        generation = {"eos_token_id": model.get("eos_token_id")} | _read_json(folder / "generation_config.json")
        size = (model.get("text_config") or model).get("vocab_size") or 0
        definition = (folder / "tokenizer.json").read_text(encoding="utf-8")
        return cls(definition, config, generation, template if isinstance(template, str) else None, int(size))

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. With `specials`, special tokens in the text are recognised."""
        tokenizer = self._whole if specials else self._plain
        return tuple(tokenizer.encode(text, add_special_tokens=False).ids)

    def _vocabulary(
        self,
        definition: Mapping[str, Any],
        config: Mapping[str, Any],
        generation: Mapping[str, Any],
        chat_template: str | None,
        size: int,
    ) -> Vocabulary:
        ids = self._whole.get_vocab(with_added_tokens=True)
        added = {token["id"]: token["content"] for token in definition.get("added_tokens") or ()}
        size = max(size, max(ids.values(), default=-1) + 1)
        if size > _MOST_TOKENS:
            raise ValueError(f"it has {size} tokens, and none has more than {_MOST_TOKENS}")
        pieces = [b""] * size
        spell = _speller(definition)
        for text, token in ids.items():
            pieces[token] = added[token].encode() if token in added else spell(text)
        ends = generation.get("eos_token_id")
        ending = {ends} if isinstance(ends, int) else set(ends or ())
        named = _ENDS | {_name(config, "eos_token")}
        ending |= {token for token, text in added.items() if text in named}
        return Vocabulary(
            pieces=tuple(pieces),
            specials={text: token for token, text in added.items()},
            bos=self._bos(config, ids),
            ends=frozenset(ending),
            chat_template=chat_template,
        )

    def _bos(self, config: Mapping[str, Any], ids: Mapping[str, int]) -> int | None:
        """What begins a text: as the configuration says, else what the tokenizer puts before an empty one."""
        adds = config.get("add_bos_token")
        if isinstance(adds, bool):
            return ids.get(_name(config, "bos_token")) if adds else None
        begins = self._whole.encode("", add_special_tokens=True).ids
        return begins[0] if begins else None


def _name(config: Mapping[str, Any], key: str) -> str:
    """A special token's text, which a configuration may wrap."""
    found = config.get(key)
    return str((found.get("content") if isinstance(found, dict) else found) or "")


def _tokenizer(definition: str) -> Tokenizer:
    try:
        return Tokenizer.from_str(definition)
    except Exception as error:  # the library raises nothing more specific
        raise ValueError(f"tokenizer.json describes no tokenizer: {error}") from error


def _without_specials(definition: str) -> str:
    """The same tokenizer for ordinary text: what looks like a special token is split like any other text."""
    whole = json.loads(definition)
    whole["added_tokens"] = []
    whole["post_processor"] = None  # it may name tokens that are gone, and adds BOS alone
    return json.dumps(whole)


def _speller(definition: Mapping[str, Any]) -> Any:
    """How a token's name in the vocabulary is spelled in bytes."""
    if "ByteLevel" in json.dumps(definition.get("decoder")):
        letters = _byte_letters()
        return lambda text: bytes(letters[letter] for letter in text if letter in letters)

    def spell(text: str) -> bytes:
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            return bytes([int(text[3:5], 16)])
        return text.replace("▁", " ").encode()

    return spell


def _byte_letters() -> dict[str, int]:
    """The letter that stands for each byte in a byte-level vocabulary: itself if it can be seen, else one from 256 on.

    Source: the encoder of GPT-2 (Radford et al. 2019).
    """
    seen = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(256 + index): byte for index, byte in enumerate(hidden)}


def _read_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found if isinstance(found, dict) else {}
