"""Tiny models with random weights, and what transformers makes of conversations with them.

Usage: reward_models.py write FOLDER    makes FOLDER/reward, FOLDER/two-labels, FOLDER/language: weights and config.json
       reward_models.py score FOLDER    a list of texts on standard input, their rewards on standard output, in JSON
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

WORDS = 300  # more than the tokenizer has; the language model's output has as many rows


def write(folder: Path) -> None:
    """Needs torch and transformers; run as a program, so that they stay out of the tests' own process."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    # with such weights the rewards of the integers lie apart
    options = {**sizes, "vocab_size": WORDS, "max_position_embeddings": 512, "initializer_range": 0.15}
    for name, kind, labels in (
        ("reward", LlamaForSequenceClassification, 1),
        ("two-labels", LlamaForSequenceClassification, 2),
        ("language", LlamaForCausalLM, 1),
    ):
        torch.manual_seed(7)
        kind(LlamaConfig(**options, num_labels=labels)).save_pretrained(folder / name)


def score(folder: Path, texts: list[str]) -> list[float]:
    """The rewards of whole texts, special tokens spelled out and none added, one by one."""
    import torch
    from tokenizers import Tokenizer
    from transformers import LlamaForSequenceClassification

    model = LlamaForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    with torch.no_grad():
        rows = [torch.tensor([tokenizer.encode(text, add_special_tokens=False).ids]) for text in texts]
        return [model(row, attention_mask=torch.ones_like(row)).logits.item() for row in rows]


if __name__ == "__main__":
    what, place = sys.argv[1], Path(sys.argv[2])
    if what == "write":
        write(place)
    else:
        print(json.dumps(score(place, json.load(sys.stdin))))
