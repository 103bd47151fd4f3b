"""A reward model in a folder: weights made for tests, with a small tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.support.model_folder import BOS, END, tokenizer, write_folder


def reward_model(weights: Path, target: Path, template: str | None = None, bos: bool = False) -> Path:
    """Weights together with a tokenizer; with `bos`, one that begins every text."""
    shutil.copytree(weights, target)
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": END}
    if template is not None:
        names["chat_template"] = template
    return write_folder(target, tokenizer(bos), tokenizer_config=names)
