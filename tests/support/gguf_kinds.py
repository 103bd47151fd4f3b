"""GGUF files of a few hundred kilobytes with random weights, one for each kind of structure that llama.cpp knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from gguf import GGUFWriter

WIDE, WORDS = 64, 72
_HEADS: Final = {"attention.head_count": 4, "attention.head_count_kv": 4}
_RMS: Final = {"attention.layer_norm_rms_epsilon": 1e-5}
_EPSILON: Final = {"attention.layer_norm_epsilon": 1e-5}
_FEED: Final = "ffn_up.weight 64x96, ffn_down.weight 96x64"
_GATED: Final = f"{_FEED}, ffn_gate.weight 64x96, ffn_norm.weight 64, attn_norm.weight 64"
_NARROW: Final = "attn_q.weight 64x64, attn_k.weight 64x{0}, attn_v.weight 64x{0}, attn_output.weight 64x64"
_ATTENTION: Final = _NARROW.format(64)
_ENDS: Final = f"token_embd.weight 64x{WORDS}, output_norm.weight 64"
_SHORT_CONVOLUTION: Final = (
    "shortconv.conv.weight 3x64, shortconv.in_proj.weight 64x192, shortconv.out_proj.weight 64x64"
)


def _each(names: str) -> str:
    """Weights and biases of some layers: `NAME IN OUT, ...`."""
    parts = (entry.split() for entry in names.split(", "))
    return ", ".join(f"{name}.weight {wide}x{out}, {name}.bias {out}" for name, wide, out in parts)


def _normed(names: str) -> str:
    return ", ".join(f"{name}.weight 64, {name}.bias 64" for name in names.split(", "))


def _twice(*tensors: str) -> tuple[str, str]:
    """Two identical layers."""
    return (", ".join(tensors),) * 2


def _t5(side: str, more: str = "") -> str:
    attention = ", ".join(f"{name}{part}.weight 64x64" for name in ("attn_", *more.split()) for part in "qkvo")
    norms = ", ".join(f"{name}norm.weight 64" for name in ("attn_", "ffn_", *more.split()))
    layers = f"{attention}, {norms}, attn_rel_b.weight 4x32, {_FEED}"
    return ", ".join(f"{side}.blk.{layer}.{tensor}" for layer in range(2) for tensor in layers.split(", "))


# architecture, metadata, tensors of each of two layers, other tensors
KINDS: Final[dict[str, tuple[str, dict[str, Any], tuple[str, str], str]]] = {
    "grouped": ("llama", _HEADS | _RMS | {"attention.head_count_kv": 2}, _twice(_GATED, _NARROW.format(32)), _ENDS),
    "multi-query": ("llama", _HEADS | _RMS | {"attention.head_count_kv": 1}, _twice(_GATED, _NARROW.format(16)), _ENDS),
    "window and soft cap": (
        "gemma2",
        _HEADS | _RMS | {"attention.key_length": 16, "attention.value_length": 16, "attention.sliding_window": 8}
        | {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0},
        _twice(_GATED, _ATTENTION, "post_attention_norm.weight 64, post_ffw_norm.weight 64"),
        _ENDS,
    ),
    "ALiBi": (
        "bloom",
        _HEADS | _EPSILON,
        _twice(
            _each("attn_qkv 64 192, attn_output 64 64, ffn_up 64 96, ffn_down 96 64"),
            _normed("attn_norm, ffn_norm"),
        ),
        f"token_embd.weight 64x{WORDS}, {_normed('token_embd_norm, output_norm')}",
    ),
    "latent attention": (
        "deepseek2",
        _HEADS | _RMS
        | {"attention.head_count_kv": 1, "attention.key_length": 24, "attention.value_length": 16, "vocab_size": WORDS}
        | {"attention.q_lora_rank": 16, "attention.kv_lora_rank": 16, "rope.dimension_count": 8}
        | {"attention.key_length_mla": 24, "attention.value_length_mla": 16, "leading_dense_block_count": 2}
        | {"expert_count": 4, "expert_used_count": 2, "expert_feed_forward_length": 32, "expert_shared_count": 2}
        | {"expert_weights_scale": 1.0},
        _twice(
            f"{_GATED}, attn_kv_a_norm.weight 16, attn_kv_a_mqa.weight 64x24, attn_k_b.weight 16x16x4, "
            "attn_v_b.weight 16x16x4, attn_output.weight 64x64, attn_q_a_norm.weight 16, attn_q_a.weight 64x16, "
            "attn_q_b.weight 16x96"
        ),
        f"{_ENDS}, output.weight 64x{WORDS}",
    ),
    "recurrent": (
        "mamba",
        _RMS | {"ssm.conv_kernel": 4, "ssm.inner_size": 128, "ssm.state_size": 16, "ssm.time_step_rank": 4}
        | {"attention.head_count": 0},
        _twice(
            "ssm_a 16x128, ssm_d 128, ssm_conv1d.bias 128, ssm_conv1d.weight 4x128",
            "ssm_dt.bias 128, ssm_dt.weight 4x128, ssm_in.weight 64x256, ssm_out.weight 128x64",
            "ssm_x.weight 128x36, attn_norm.weight 64",
        ),
        _ENDS,
    ),
    "hybrid": (
        "lfm2",
        _HEADS | _RMS | {"attention.head_count_kv": [4, 0], "shortconv.l_cache": 3, "vocab_size": WORDS},
        (
            f"{_GATED}, {_ATTENTION}, attn_q_norm.weight 16, attn_k_norm.weight 16",
            f"{_GATED}, {_SHORT_CONVOLUTION}",
        ),
        f"token_embd.weight 64x{WORDS}, token_embd_norm.weight 64",
    ),
    "encoder": (
        "bert",
        _HEADS | _EPSILON | {"attention.causal": False},
        _twice(
            _each("attn_q 64 64, attn_k 64 64, attn_v 64 64, attn_output 64 64, ffn_up 64 96, ffn_down 96 64"),
            _normed("attn_output_norm, layer_output_norm"),
        ),
        f"token_embd.weight 64x{WORDS}, position_embd.weight 64x512, token_types.weight 64x2, "
        f"{_normed('token_embd_norm')}",
    ),
    "encoder and decoder": (
        "t5",
        _HEADS | _RMS | {"attention.relative_buckets_count": 32, "decoder_start_token_id": 0},
        ("", ""),
        f"token_embd.weight 64x{WORDS}, enc.output_norm.weight 64, dec.output_norm.weight 64, "
        f"{_t5('enc')}, {_t5('dec', 'cross_attn_')}",
    ),
    "embedding": ("llama", _HEADS | _RMS | {"pooling_type": 3}, _twice(_GATED, _ATTENTION), _ENDS),
    "unknown": ("qwen9", _HEADS | _RMS, _twice(_GATED, _ATTENTION), _ENDS),
    "a vocabulary": ("llama", _HEADS | _RMS, ("", ""), ""),
}  # fmt: skip


def write(kind: str, file: Path, *, flat: bool = False) -> Path:
    """Write the file of a kind; with `flat`, all weights are zero. Returns its path."""
    architecture, facts, layers, beside = KINDS[kind]
    writer = GGUFWriter(file, architecture)
    common = {"block_count": 2, "context_length": 512, "embedding_length": WIDE, "feed_forward_length": 96}
    for key, value in (common | facts).items():
        _adder(writer, value)(f"{architecture}.{key}", value)
    _vocabulary(writer)
    listed = [
        f"blk.{number}.{tensor}" for number, layer in enumerate(layers) for tensor in filter(None, layer.split(", "))
    ]
    chance = np.random.default_rng(0)
    for tensor in (*listed, *filter(None, beside.split(", "))):
        name, _, shape = tensor.partition(" ")
        size = tuple(int(number) for number in reversed(shape.split("x")))
        values = chance.normal(0, 0.2, size) + (1 if "norm.weight" in name else -1 if "ssm_a" in name else 0)
        writer.add_tensor(name, values.astype(np.float32) * (0 if flat else 1))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _adder(writer: GGUFWriter, value: Any) -> Callable[[str, Any], None]:
    if isinstance(value, bool):
        return writer.add_bool
    if isinstance(value, list):
        return writer.add_array
    return writer.add_float32 if isinstance(value, float) else writer.add_uint32


def _vocabulary(writer: GGUFWriter) -> None:
    letters = [chr(code) for code in range(33, 33 + WORDS - 3)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*letters, "ab", "\u0120", "<end>"])
    writer.add_token_types([1] * (WORDS - 1) + [3])
    writer.add_token_merges(["a b"])
    writer.add_token_type_count(2)
    writer.add_eos_token_id(WORDS - 1)
