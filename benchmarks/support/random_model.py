"""A Llama of any shape whose weights are drawn on the device that uses them: nothing is downloaded, written or read.

A base model's answers to Arena's prompts are nearly always one token. A random model's are anything, unless its output
layer is given a bias for some tokens.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

import torch
from transformers import AutoConfig, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from arena.backends.local.settings import Settings
from arena.backends.local.transformers.library import DTYPES, TransformersLibrary

SHAPES: Final[dict[str, dict[str, Any]]] = {
    # from meta-llama/Llama-3.1-8B's config.json
    "llama-3.1-8b": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128256,
        "max_position_embeddings": 131072,
        "rope_theta": 500000.0,
    },
    "small": {
        "hidden_size": 256,
        "intermediate_size": 896,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "vocab_size": 49152,
        "max_position_embeddings": 8192,
    },
}
_MASS: Final = 0.95  # the share of the distribution on the biased tokens
_BIASED: Final = "biased.json"


def prepare(folder: Path, gguf: Path, shape: str, words: tuple[str, ...]) -> None:
    """Write everything but weights: a shape, the tokenizer of a GGUF file, and the tokens that `words` begin with,
    which will get nearly all the mass; without words, the model has no bias."""
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer.save_pretrained(folder)
    LlamaConfig(**SHAPES[shape], eos_token_id=tokenizer.eos_token_id).save_pretrained(folder)
    first = [tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in words]
    (folder / _BIASED).write_text(json.dumps(first))


def make(folder: Path, device: str, dtype: str) -> Any:
    """The model: the same for the same device."""
    config = AutoConfig.from_pretrained(folder)
    usual = torch.get_default_dtype()
    torch.manual_seed(0)
    torch.set_default_dtype(DTYPES[dtype])
    try:
        with torch.device(device):
            make: Any = LlamaForCausalLM
            model = make(config).eval()
    finally:
        torch.set_default_dtype(usual)
    biased = json.loads((folder / _BIASED).read_text())
    if biased:
        bias = torch.zeros(config.vocab_size, dtype=DTYPES[dtype], device=device)
        bias[biased] = math.log(_MASS / (1 - _MASS) * config.vocab_size / len(biased))
        model.lm_head.bias = torch.nn.Parameter(bias)
    return model


class RandomWeights(TransformersLibrary):
    """The backend's library with such a model; `place` is its folder."""

    def _weights(self, place: str, settings: Settings) -> Any:
        return make(Path(place), str(self._device), settings.dtype)
