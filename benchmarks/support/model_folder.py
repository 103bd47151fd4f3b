"""A model's folder without weights: a byte-level tokenizer of a few words, like those of small models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

WORDS = ("Ġrock", "Ġpaper", "Ġsc", "rock", "paper", "sc")  # in order of precedence
BOS, END = "<s>", "<|im_end|>"


def tokenizer(bos: bool = False) -> Tokenizer:
    """Bytes, a few merged words, and two special tokens; with `bos`, one that begins every text."""
    vocabulary = {letter: index for index, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        for end in range(2, len(word) + 1):
            if word[:end] not in vocabulary:
                vocabulary[word[:end]] = len(vocabulary)
                merges.append((word[: end - 1], word[end - 1]))
    made = Tokenizer(models.BPE(vocabulary, merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in (BOS, END)])
    if bos:
        made.post_processor = processors.TemplateProcessing(f"{BOS} $A", special_tokens=[(BOS, made.token_to_id(BOS))])
    return made


def write_folder(folder: Path, made: Tokenizer | None = None, **files: Any) -> Path:
    """Write the folder; `files` are JSON documents by file name without its ending."""
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text((made or tokenizer()).to_str(), encoding="utf-8")
    for name, document in files.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder
