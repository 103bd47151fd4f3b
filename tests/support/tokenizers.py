"""Tokenizers like those of public models, with vocabularies of a few hundred entries learnt on the spot.

What matters isn't the vocabulary but what surrounds it in `tokenizer.json`: normalizer, pre-tokenizer,
post-processor, the flags of added tokens, and the chat template in `tokenizer_config.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

Json = dict[str, Any]

CORPUS = (
    "You are playing rock-paper-scissors against another player. Rock beats scissors, scissors beat paper.",
    "In each round, choose rock, paper or scissors. Round 1: you chose rock, they chose paper. You lost.",
    "Generate a random integer, uniformly between 0 and 10 (inclusive). 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "user assistant system end of turn start the a to and is in it I choose hide seek garden kitchen",
) * 3

# --- parts ---


def split(pattern: str, behavior: str = "Isolated", invert: bool = False) -> Json:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def sequence(*parts: Json, of: str = "pretokenizers") -> Json:
    return {"type": "Sequence", of: list(parts)}


def byte_level(use_regex: bool = True, prefix: bool = False) -> Json:
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": use_regex}


def digits(individual: bool = True) -> Json:
    return {"type": "Digits", "individual_digits": individual}


def metaspace(scheme: str, cut: bool = False) -> Json:
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def replaced(pattern: str, by: str) -> Json:
    return {"type": "Replace", "pattern": {"String": pattern}, "content": by}


SPACES = replaced(" ", "▁")
LEGACY = sequence({"type": "Prepend", "prepend": "▁"}, SPACES, of="normalizers")
NFC = {"type": "NFC"}
FALLBACK = sequence(replaced("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, of="decoders")
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace("{1,3}", "")


def added(content: str, **flags: bool) -> Json:
    """An added token; special and not normalized unless the flags say otherwise."""
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"content": content} | plain | flags


def word(content: str, **flags: bool) -> Json:
    return added(content, **({"special": False} | flags))


# --- learnt models ---


@cache
def _learnt(kind: str) -> str:
    """The model of a tokenizer, as JSON."""
    made = Tokenizer(models.BPE())
    trainer: Any = trainers.BpeTrainer(vocab_size=420, show_progress=False)
    if kind == "bytes":
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    elif kind == "pieces":  # SentencePiece's BPE, with bytes to fall back on
        made.normalizer = normalizers.Replace(" ", "▁")
        names = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
        trainer = trainers.BpeTrainer(vocab_size=560, special_tokens=names, max_token_length=12, show_progress=False)
    elif kind == "unigram":
        made = Tokenizer(models.Unigram())
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=200, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False
        )
    elif kind == "words":
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer = normalizers.BertNormalizer()
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=["[UNK]"], show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    return json.dumps(json.loads(made.to_str())["model"])


# --- layouts ---


@dataclass(frozen=True)
class Layout:
    """What surrounds a model. `added` words are also in its vocabulary if `inside`, otherwise they come after it;
    `begins` and `closes` are what the post-processor puts around a text."""

    model: str
    template: Any
    added: Sequence[Json] = ()
    normalizer: Json | None = None
    pre_tokenizer: Json | None = None
    decoder: Json | None = None
    begins: Sequence[str] = ()
    closes: Sequence[str] = ()
    inside: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def definition(self) -> Json:
        """The contents of `tokenizer.json`."""
        model = json.loads(_learnt(self.model)) | self.options
        tokens = list(self.added)
        vocabulary: Any = model["vocab"]
        known = set(vocabulary) if isinstance(vocabulary, dict) else {piece for piece, _ in vocabulary}
        if self.inside:
            extra = [token["content"] for token in tokens if token["content"] not in known]
            if isinstance(vocabulary, dict):
                vocabulary |= {content: len(vocabulary) + index for index, content in enumerate(extra)}
            else:
                vocabulary += [[content, 0.0] for content in extra]
        ids = vocabulary if isinstance(vocabulary, dict) else {pair[0]: at for at, pair in enumerate(vocabulary)}
        behind = len(ids)
        for token in tokens:
            if token["content"] not in ids:
                ids = ids | {token["content"]: behind}
                behind += 1
        numbered = sorted(({"id": ids[token["content"]]} | token for token in tokens), key=lambda token: token["id"])
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": numbered,
            "normalizer": self.normalizer,
            "pre_tokenizer": self.pre_tokenizer,
            "post_processor": self._post_processor(ids),
            "decoder": self.decoder or ({"type": "ByteLevel"} | byte_level() if self.model == "bytes" else None),
            "model": model,
        }

    def _post_processor(self, ids: Mapping[str, int]) -> Json | None:
        if not self.begins and not self.closes:
            return byte_level() if self.model == "bytes" else None
        names = (*self.begins, *self.closes)
        body = {"Sequence": {"id": "A", "type_id": 0}}
        before, after = (
            [{"SpecialToken": {"id": name, "type_id": 0}} for name in of] for of in (self.begins, self.closes)
        )
        return {
            "type": "TemplateProcessing",
            "single": [*before, body, *after],
            "pair": [*before, body, {"Sequence": {"id": "B", "type_id": 1}}, *after],
            "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in names},
        }

    def write(self, folder: Path) -> Path:
        """Write the folder that `from_pretrained` reads."""
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(self.definition()), encoding="utf-8")
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": self.template, **self.config}
        (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
        return folder
