"""Small models with random weights, one for each architecture that transformers knows as a causal language model.

They are made from the configuration classes themselves, so that a new version of transformers adds its architectures
without a change here. Sizes are set by the names that the classes share; those that need more are in `SPECIAL`, and
forms of one architecture that differ in structure are in `VARIANTS`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from benchmarks.support.model_folder import BOS, END, tokenizer, write_folder

HIDDEN, HEADS, CONTEXT, WINDOW = 64, 4, 512, 8
_LARGEST = 20_000_000  # weights
_SPREAD = 0.2  # standard deviation of weights: with transformers' 0.02 all distributions are nearly flat

SIZES: Final[dict[str, Any]] = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "word_embed_proj_dim", "embedding_size", "emb_dim"), HIDDEN),
    **dict.fromkeys(("num_hidden_layers", "num_layers", "n_layer", "n_layers"), 2),
    **dict.fromkeys(("decoder_layers", "encoder_layers", "num_decoder_layers", "num_encoder_layers"), 2),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads"), HEADS),
    **dict.fromkeys(("decoder_attention_heads", "encoder_attention_heads"), HEADS),
    **dict.fromkeys(("num_decoder_attention_heads", "num_encoder_attention_heads"), HEADS),
    **dict.fromkeys(("num_key_value_heads", "num_kv_heads"), 2),
    **dict.fromkeys(("head_dim", "kv_channels", "d_kv", "attention_head_size"), HIDDEN // HEADS),
    **dict.fromkeys(("intermediate_size", "ffn_dim", "decoder_ffn_dim", "encoder_ffn_dim", "ffn_hidden_size"), 96),
    **dict.fromkeys(("n_inner", "d_inner", "dim_ff", "dff", "dense_intermediate_size", "feed_forward_size"), 96),
    **dict.fromkeys(("moe_intermediate_size", "shared_expert_intermediate_size", "shared_intermediate_size"), 32),
    **dict.fromkeys(("moe_shared_expert_intermediate_size", "expert_ffn_hidden_size"), 32),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("num_experts_per_tok", "moe_k", "moe_topk", "top_k_experts"), 2),
    **dict.fromkeys(("n_group", "topk_group", "n_groups"), 1),
    **dict.fromkeys(("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "context_length"), CONTEXT),
    **dict.fromkeys(("max_target_positions", "original_max_position_embeddings"), CONTEXT),
    **dict.fromkeys(("sliding_window", "window_size", "attention_window_size", "sliding_window_size"), WINDOW),
    **dict.fromkeys(("kv_lora_rank", "q_lora_rank", "v_head_dim", "qk_nope_head_dim"), 16),
    **dict.fromkeys(("qk_rope_head_dim", "rotary_dim"), 8),
    "query_pre_attn_scalar": 16,
    "max_window_layers": 1,
    **dict.fromkeys(("index_head_dim", "index_topk"), 16),
    "index_n_heads": 8,  # with few of them scores are often 0, and the choice between equal ones isn't defined
    # recurrent layers
    **dict.fromkeys(("mamba_n_heads", "mamba_num_heads", "n_mamba_heads"), 8),
    **dict.fromkeys(("mamba_d_state", "state_size", "ssm_state_size"), 16),
    **dict.fromkeys(("mamba_d_head", "mamba_head_dim"), 16),
    **dict.fromkeys(("chunk_size", "mamba_chunk_size"), 16),
    **dict.fromkeys(("linear_key_head_dim", "linear_value_head_dim", "linear_head_dim"), 16),
    **dict.fromkeys(("linear_num_key_heads", "linear_num_heads"), 2),
    "linear_num_value_heads": 4,
    "is_decoder": True,
}

SPECIAL: Final[dict[str, dict[str, Any]]] = {
    "blt_patcher": {"encoder_hash_byte_group_vocab": 50},
    "dots1": {"n_shared_experts": 1, "num_hidden_layers": 2},
    "falcon_h1": {"mamba_d_ssm": 128},
    "gemma3n_text": {
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "num_hidden_layers": 4,
        "num_kv_shared_layers": 2,
        "hidden_size_per_layer_input": 16,
    },
    "gemma4_text": {"hidden_size_per_layer_input": 16},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1, "expert_layer_period": 2, "expert_layer_offset": 1},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"], "num_dense_layers": 1},
    "mamba2": {"num_heads": 8, "head_dim": 16},
    "mpt": {"expansion_ratio": 2},
    "reformer": {"attn_layers": ["local", "lsh"], "axial_pos_embds": False, "lsh_attn_chunk_length": 16},
    "roc_bert": {"pronunciation_embed_dim": 16, "shape_embed_dim": 16},
    "zamba": {"layers_block_type": ["linear_attention", "hybrid"]},
    "zamba2": {"layers_block_type": ["linear_attention", "hybrid"]},
    "zaya": {"num_experts_per_tok": 1},
}

VARIANTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "llama-grouped": ("llama", {"num_key_value_heads": 2}),
    "falcon-alibi": ("falcon", {"alibi": True}),
    "falcon-new-decoder": ("falcon", {"new_decoder_architecture": True, "num_kv_heads": 2}),
    "bert-encoder": ("bert", {"is_decoder": False}),
    "gemma2-softcap": ("gemma2", {"attn_logit_softcapping": 2.0}),
    "qwen2-window": ("qwen2", {"use_sliding_window": True}),
}


LEFT_OUT: Final[dict[str, str]] = {
    "blt": "it has a tokenizer of its own, inside the model",
    "cohere_compass_text": "its configuration doesn't make a model by itself",
    "dbrx": "its configuration doesn't make a model by itself",
    "emu3": "a part of it can't be loaded again as a causal model",
    "gemma3n": "its vision part needs another library",
    "gemma4_assistant": "it reads another model's states",
    "gemma4_unified": "its other parts can't be made small",
    "gemma4_unified_assistant": "it reads another model's states",
    "got_ocr2": "its vision part can't be made small",
    "longcat_flash": "its two kinds of layers can't be made small",
    "mllama": "a part of it can't be loaded again as a causal model",
    "musicgen": "it doesn't continue text",
    "musicgen_melody": "it doesn't continue text",
    "qwen4_exp": "its configuration doesn't make a model by itself",
    "qwen4_exp_text": "its configuration doesn't make a model by itself",
    "zamba": "transformers can't tie the weights of a small one",
}


def names() -> list[str]:
    """All architectures and variants that can be made, in alphabetical order."""
    return sorted({*MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, *VARIANTS} - LEFT_OUT.keys())


def make(name: str, folder: Path, dtype: torch.dtype = torch.float32) -> Path:
    """Save the architecture or variant of that name to `folder`, with a tokenizer; returns the folder."""
    made = tokenizer()
    write_folder(folder, made, tokenizer_config={"bos_token": BOS, "eos_token": END, "add_bos_token": True})
    ids = made.get_vocab()
    model = _model(configuration(name, len(ids), ids[BOS], ids[END]))
    model.to(dtype).save_pretrained(folder)
    return folder


def make_encoder_decoder(folder: Path) -> Path:
    """A whole BART, of which transformers would load only the decoder."""
    make("bart", folder)
    config = transformers.AutoConfig.from_pretrained(folder)
    config.is_encoder_decoder, config.is_decoder = True, False
    transformers.BartForConditionalGeneration(config).save_pretrained(folder)
    return folder


def configuration(name: str, words: int, bos: int, end: int) -> Any:
    """A small configuration with a vocabulary of `words` words."""
    kind, changes = VARIANTS.get(name, (name, {}))
    tokens = {"vocab_size": words, "n_vocab": words, "bos_token_id": bos, "eos_token_id": end, "pad_token_id": end}
    tokens |= dict.fromkeys(("vocab_size_per_layer_input", "shape_vocab_size", "pronunciation_vocab_size"), words)
    sizes = SIZES | tokens | {"decoder_start_token_id": bos}
    return CONFIG_MAPPING[kind](**(_chosen(CONFIG_MAPPING[kind], sizes) | changes))


def _chosen(made: Any, sizes: dict[str, Any]) -> dict[str, Any]:
    """The sizes that a configuration class knows, including those of the configurations in it."""
    fields = {field.name for field in dataclasses.fields(made)}
    chosen = {key: value for key, value in sizes.items() if key in fields}
    if "kv_lora_rank" in fields:  # MLA: every head has keys of its own
        chosen["num_key_value_heads"] = HEADS
    if "layer_types" in fields:
        kinds = list(dict.fromkeys(made().layer_types or ()))
        if len(kinds) > 1:  # a layer of each kind
            chosen |= {"layer_types": kinds, "num_hidden_layers": len(kinds)}
    for part, inner in made.sub_configs.items():
        if dataclasses.is_dataclass(inner):
            chosen[part] = _chosen(inner, sizes)
    return chosen | SPECIAL.get(made.model_type, {})


def _model(config: Any) -> Any:
    auto: Any = transformers.AutoModelForCausalLM
    with torch.device("meta"):
        size = auto.from_config(config).num_parameters()
    if size > _LARGEST:
        raise ValueError(f"{config.model_type} has {size:,} weights: give it small sizes in SPECIAL")
    torch.manual_seed(0)
    model = auto.from_config(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1 and float(weight.std()) < _SPREAD:
                weight.normal_(0, _SPREAD)
            elif weight.ndim == 1:  # norms, biases and sinks, which start at 1 or 0 and would show nothing
                weight.add_(torch.randn_like(weight), alpha=0.1)
    return model
