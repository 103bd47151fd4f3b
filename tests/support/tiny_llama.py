"""A GGUF file that llama.cpp loads at once, for tests that need any model at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter


def tiny_llama(path: Path) -> Path:
    """A whole model of Llama's architecture with random weights: bytes as tokens, one layer."""
    width, tokens = 32, 300
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(512)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(tokens)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(
        ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *(f"▁w{n}" for n in range(tokens - 259))]
    )
    writer.add_token_scores([0.0] * tokens)
    writer.add_token_types([2, 3, 3, *[6] * 256, *[1] * (tokens - 259)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    chance = np.random.default_rng(0)
    shapes = {
        "token_embd": (tokens, width),
        "output_norm": (width,),
        "output": (tokens, width),
        **{f"blk.0.{name}": (width,) for name in ("attn_norm", "ffn_norm")},
        **{f"blk.0.attn_{name}": (width, width) for name in ("q", "k", "v", "output")},
        "blk.0.ffn_gate": (64, width),
        "blk.0.ffn_down": (width, 64),
        "blk.0.ffn_up": (64, width),
    }
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", chance.normal(0, 0.3, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
