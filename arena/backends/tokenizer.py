"""A tokenizer from a model's folder, through the library tokenizers: for models that other programs run.

It gives what llama.cpp gives for a GGUF file: the bytes of every token, the special ones, whether BOS is added,
which tokens end an answer, and the chat template.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tokenizers import Tokenizer

from arena.backends.base import Vocabulary

FILES: Final = (  # the files that are read from a folder
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json", "generation_config.json"),
    *("chat_template.jinja", "chat_template.json"),
)

# tokens that end a turn or a text in known model families, whether or not a model's files say so
ENDS: Final = frozenset(
    (
        *("</s>", "<eos>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>"),
        *("<|im_end|>", "<|end|>", "<end_of_turn>"),
    )
)
MARKUP: Final = re.compile(r"<.+>|\[.+\]", re.DOTALL)

_MOST_TOKENS: Final = 1 << 22  # 16 times the largest known vocabulary; a folder may be a stranger's


class FolderTokenizer:
    """The tokenizer of a folder with `tokenizer.json` and its configuration.

    `size` is the least number of token ids that the model has, because its output may be padded.
    """

    def __init__(
        self,
        definition: str,
        config: Mapping[str, Any],
        generation: Mapping[str, Any],
        chat_template: str | None = None,
        size: int = 0,
    ) -> None:
        whole = json.loads(definition)
        original = _tokenizer(definition)
        self.vocabulary = _vocabulary(original, whole, config, generation, chat_template, size)
        self._marked = _tokenizer(json.dumps(_with_marks(whole, self.vocabulary)))

    @classmethod
    def from_folder(cls, folder: Path) -> FolderTokenizer:
        """Read a folder. Raises OSError or ValueError for one without a tokenizer."""
        config = _read_json(folder / "tokenizer_config.json")
        if "added_tokens_decoder" not in config:  # an older layout that transformers also reads
            config |= _read_json(folder / "special_tokens_map.json")
        model = _read_json(folder / "config.json")
        generation = {"eos_token_id": model.get("eos_token_id")} | _read_json(folder / "generation_config.json")
        size = (model.get("text_config") or model).get("vocab_size") or 0
        definition = (folder / "tokenizer.json").read_text(encoding="utf-8")
        return cls(definition, config, generation, _chat_template(folder, config), int(size))

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. With `specials`, special tokens in the text are recognised; their marks
        always are."""
        marked = self.vocabulary.marked(text) if specials else text
        return tuple(self._marked.encode(marked, add_special_tokens=False).ids)


def default_template(found: Any) -> str | None:
    """The chat template used by default: there may be several, by name or as a list of pairs."""
    if isinstance(found, list):
        found = next(
            (one.get("template") for one in found if isinstance(one, dict) and one.get("name") == "default"), None
        )
    elif isinstance(found, dict):
        found = found.get("default")
    return found if isinstance(found, str) else None


def _chat_template(folder: Path, config: Mapping[str, Any]) -> str | None:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    of_processor = _read_json(folder / "chat_template.json")  # for models that also read pictures
    return default_template(config.get("chat_template")) or default_template(of_processor.get("chat_template"))


def _vocabulary(
    tokenizer: Tokenizer,
    definition: Mapping[str, Any],
    config: Mapping[str, Any],
    generation: Mapping[str, Any],
    chat_template: str | None,
    size: int,
) -> Vocabulary:
    ids = tokenizer.get_vocab(with_added_tokens=True)
    added = {token["id"]: token["content"] for token in definition.get("added_tokens") or ()}
    size = max(size, max(ids.values(), default=-1) + 1)
    if size > _MOST_TOKENS:
        raise ValueError(f"it has {size} tokens, and no tokenizer has more than {_MOST_TOKENS}")
    pieces = [b""] * size
    spell = _speller(definition)
    for text, token in ids.items():
        pieces[token] = added[token].encode() if token in added else spell(text)
    ends = generation.get("eos_token_id")
    ending = {ends} if isinstance(ends, int) else set(ends or ())
    named = {key: _content(value) for key, value in config.items() if key.endswith("_token") and _content(value)}
    names = ENDS | {named.get("eos_token", "")}
    ending |= {token for token, text in added.items() if text in names}
    return Vocabulary(
        pieces=tuple(pieces),
        specials=_specials(definition.get("added_tokens") or (), chat_template or ""),
        bos=_bos(tokenizer, config, named, ids),
        ends=frozenset(ending),
        chat_template=chat_template,
        named=named,
        mark=f"arena{secrets.token_hex(8)}",
    )


def _specials(added: Iterable[Mapping[str, Any]], chat_template: str) -> dict[str, int]:
    """The added tokens that ordinary text may not spell: those marked as special, and marks of turns that the chat
    template writes, which some files don't mark so. The others are ordinary words."""
    return {
        token["content"]: token["id"]
        for token in added
        if token.get("special") or (MARKUP.fullmatch(token["content"]) and token["content"] in chat_template)
    }


def _bos(
    tokenizer: Tokenizer, config: Mapping[str, Any], named: Mapping[str, str], ids: Mapping[str, int]
) -> int | None:
    """The token that begins a text: the configuration's, else the one that the tokenizer puts before a text."""
    adds = config.get("add_bos_token")
    if isinstance(adds, bool):
        return ids.get(named.get("bos_token", "")) if adds else None
    bare, dressed = (tokenizer.encode("a", add_special_tokens=adds).ids for adds in (False, True))
    return dressed[0] if dressed[: len(bare)] != bare else None


def _content(value: Any) -> str:
    """A special token's text, which a configuration may wrap in a table."""
    found = value.get("content") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def _tokenizer(definition: str) -> Tokenizer:
    try:
        made = Tokenizer.from_str(definition)
    except Exception as error:  # the library raises nothing more specific
        raise ValueError(f"tokenizer.json doesn't describe a tokenizer: {error}") from error
    made.no_truncation()
    made.no_padding()
    return made


def _with_marks(definition: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """The same tokenizer with a mark for the name of each special token.

    The library then treats the text near each as its flags say, and ordinary text can't spell one: neither as an added
    token, nor as a word of the vocabulary, nor by merges.
    """
    names = {text: vocabulary.mark_of(token) for text, token in vocabulary.specials.items()}
    for token in definition.get("added_tokens") or ():
        if token["content"] in names:  # always found: neither neighbours nor normalising hide a mark
            token |= {"content": names[token["content"]], "normalized": False, "single_word": False}
    definition["post_processor"] = None  # it may name tokens by their texts, and adds BOS alone
    model = definition["model"]
    if isinstance(model.get("vocab"), dict):
        model["vocab"] = {names.get(text, text): token for text, token in model["vocab"].items()}
    elif isinstance(model.get("vocab"), list):  # Unigram's: pairs of a piece and its score
        model["vocab"] = [[names.get(text, text), score] for text, score in model["vocab"]]
    if model.get("unk_token") in names:
        model["unk_token"] = names[model["unk_token"]]
    if model.get("merges"):
        model["merges"] = [merge for merge in model["merges"] if not _spells(merge, names)]
    return definition


def _spells(merge: str | list[str], names: Container[str]) -> bool:
    left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
    return left + right in names or left in names or right in names


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
    """The letter for each byte in a byte-level vocabulary: the byte itself if it is visible, else one from 256 on.

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
