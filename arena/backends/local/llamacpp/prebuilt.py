"""llama.cpp as the package xllamacpp carries it, compiled for any processor of a kind: its C functions under the names
that llama-cpp-python's bindings give them, as many as Arena calls.

The package itself binds llama.cpp's server and no function of the library, but its extension module is a shared object
that exports them all. How C lays out its structures differs between versions of llama.cpp, so one version is known here
and any other is refused.
"""

from __future__ import annotations

import ctypes
import platform
from ctypes import (
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_float,
    c_int8,
    c_int32,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from arena.backends.local.library import LoadError
from arena.backends.local.settings import cpuinfo
from arena.extras import install

VERSION: Final = "2026.10.11549"  # its last part is llama.cpp's own build number

_Progress = ctypes.CFUNCTYPE(c_bool, c_float, c_void_p)
_Log = ctypes.CFUNCTYPE(None, ctypes.c_int, c_char_p, c_void_p)
_Evaluated = ctypes.CFUNCTYPE(c_bool, c_void_p, c_bool, c_void_p)
_Abort = ctypes.CFUNCTYPE(c_bool, c_void_p)


class ModelParameters(Structure):
    """`struct llama_model_params`."""

    _fields_ = (
        ("devices", c_void_p),
        ("tensor_buft_overrides", c_void_p),
        ("n_gpu_layers", c_int32),
        ("split_mode", c_int32),
        ("load_mode", c_int32),
        ("lazy_mode", c_int32),
        ("main_gpu", c_int32),
        ("tensor_split", c_void_p),
        ("progress_callback", _Progress),
        ("progress_callback_user_data", c_void_p),
        ("kv_overrides", c_void_p),
        ("vocab_only", c_bool),
        ("check_tensors", c_bool),
        ("use_extra_bufts", c_bool),
        ("no_host", c_bool),
        ("no_alloc", c_bool),
        ("load_mtp", c_bool),
    )


class ContextParameters(Structure):
    """`struct llama_context_params`."""

    _fields_ = (
        ("n_ctx", c_uint32),
        ("n_batch", c_uint32),
        ("n_ubatch", c_uint32),
        ("n_seq_max", c_uint32),
        ("n_rs_seq", c_uint32),
        ("n_outputs_max", c_uint32),
        ("n_outputs_max_per_seq", c_uint32),
        ("n_threads", c_int32),
        ("n_threads_batch", c_int32),
        ("ctx_type", c_int32),
        ("rope_scaling_type", c_int32),
        ("pooling_type", c_int32),
        ("attention_type", c_int32),
        ("flash_attn_type", c_int32),
        ("rope_freq_base", c_float),
        ("rope_freq_scale", c_float),
        ("yarn_ext_factor", c_float),
        ("yarn_attn_factor", c_float),
        ("yarn_beta_fast", c_float),
        ("yarn_beta_slow", c_float),
        ("yarn_orig_ctx", c_uint32),
        ("defrag_thold", c_float),
        ("cb_eval", _Evaluated),
        ("cb_eval_user_data", c_void_p),
        ("type_k", c_int32),
        ("type_v", c_int32),
        ("moe_cache_size", c_size_t),
        ("abort_callback", _Abort),
        ("abort_callback_data", c_void_p),
        ("embeddings", c_bool),
        ("offload_kqv", c_bool),
        ("no_perf", c_bool),
        ("op_offload", c_bool),
        ("swa_full", c_bool),
        ("kv_unified", c_bool),
        ("samplers", c_void_p),
        ("n_samplers", c_size_t),
        ("ctx_other", c_void_p),
    )


class Batch(Structure):
    """`struct llama_batch`."""

    _fields_ = (
        ("n_tokens", c_int32),
        ("token", POINTER(c_int32)),
        ("embd", POINTER(c_float)),
        ("pos", POINTER(c_int32)),
        ("n_seq_id", POINTER(c_int32)),
        ("seq_id", POINTER(POINTER(c_int32))),
        ("logits", POINTER(c_int8)),
    )


# the values that C's enumerations have, and the types, by llama-cpp-python's names for them
_NAMES: Final[dict[str, Any]] = {
    "GGML_TYPE_F16": 1,
    "GGML_TYPE_F32": 0,
    "LLAMA_FLASH_ATTN_TYPE_DISABLED": 0,
    "LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY": 1,
    "LLAMA_TOKEN_ATTR_CONTROL": 1 << 3,
    "LLAMA_TOKEN_ATTR_USER_DEFINED": 1 << 4,
    "LLAMA_TOKEN_ATTR_LSTRIP": 1 << 7,
    "LLAMA_TOKEN_ATTR_RSTRIP": 1 << 8,
    "ggml_backend_sched_eval_callback": _Evaluated,
    "llama_log_callback": _Log,
    "llama_progress_callback": _Progress,
    "llama_token": c_int32,
}
# what each function gives and takes; models, contexts, vocabularies and memories are pointers
_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {
    "llama_backend_init": (None,),
    "llama_batch_free": (None, Batch),
    "llama_batch_get_one": (Batch, POINTER(c_int32), c_int32),
    "llama_batch_init": (Batch, c_int32, c_int32, c_int32),
    "llama_context_default_params": (ContextParameters,),
    "llama_decode": (c_int32, c_void_p, Batch),
    "llama_free": (None, c_void_p),
    "llama_get_logits_ith": (POINTER(c_float), c_void_p, c_int32),
    "llama_get_memory": (c_void_p, c_void_p),
    "llama_init_from_model": (c_void_p, c_void_p, ContextParameters),
    "llama_log_set": (None, _Log, c_void_p),
    "llama_memory_clear": (None, c_void_p, c_bool),
    "llama_memory_seq_cp": (None, c_void_p, c_int32, c_int32, c_int32, c_int32),
    "llama_memory_seq_pos_max": (c_int32, c_void_p, c_int32),
    "llama_memory_seq_rm": (c_bool, c_void_p, c_int32, c_int32, c_int32),
    "llama_model_chat_template": (c_char_p, c_void_p, c_char_p),
    "llama_model_default_params": (ModelParameters,),
    "llama_model_free": (None, c_void_p),
    "llama_model_get_vocab": (c_void_p, c_void_p),
    "llama_model_has_decoder": (c_bool, c_void_p),
    "llama_model_has_encoder": (c_bool, c_void_p),
    "llama_model_is_diffusion": (c_bool, c_void_p),
    "llama_model_is_hybrid": (c_bool, c_void_p),
    "llama_model_is_recurrent": (c_bool, c_void_p),
    "llama_model_load_from_file": (c_void_p, c_char_p, ModelParameters),
    "llama_model_meta_val_str": (c_int32, c_void_p, c_char_p, c_char_p, c_size_t),
    "llama_model_n_ctx_train": (c_int32, c_void_p),
    "llama_model_n_params": (c_uint64, c_void_p),
    "llama_model_n_embd": (c_int32, c_void_p),
    "llama_model_n_head": (c_int32, c_void_p),
    "llama_model_n_layer": (c_int32, c_void_p),
    "llama_model_n_swa": (c_int32, c_void_p),
    "llama_print_system_info": (c_char_p,),
    "llama_state_seq_get_size": (c_size_t, c_void_p, c_int32),
    "llama_state_seq_get_size_ext": (c_size_t, c_void_p, c_int32, c_uint32),
    "llama_supports_gpu_offload": (c_bool,),
    "llama_token_to_piece": (c_int32, c_void_p, c_int32, c_char_p, c_int32, c_int32, c_bool),
    "llama_tokenize": (c_int32, c_void_p, c_char_p, c_int32, POINTER(c_int32), c_int32, c_bool, c_bool),
    "llama_vocab_bos": (c_int32, c_void_p),
    "llama_vocab_eos": (c_int32, c_void_p),
    "llama_vocab_get_add_bos": (c_bool, c_void_p),
    "llama_vocab_get_attr": (c_int32, c_void_p, c_int32),
    "llama_vocab_is_eog": (c_bool, c_void_p, c_int32),
    "llama_vocab_n_tokens": (c_int32, c_void_p),
}


def bindings() -> SimpleNamespace:
    """The functions, types and values. Raises LoadError if this machine can't run them, or another version is
    installed."""
    if (found := version("xllamacpp")) != VERSION:
        raise LoadError(f"Arena knows xllamacpp {VERSION} and not {found}: {install('laptop')}")
    if "avx" in (info := cpuinfo()) and "avx2" not in info and platform.machine() == "x86_64":
        raise LoadError("the prebuilt llama.cpp needs a processor with AVX2: compile it for this one (make native)")
    library = _open()
    names = SimpleNamespace(**_NAMES, __version__=found, library=library)
    for name, (gives, *takes) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
        setattr(names, name, function)
    return names


def _open() -> ctypes.CDLL:
    spec = find_spec("xllamacpp")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = next((path for folder in folders for path in Path(folder).glob("xllamacpp*.so")), None)
    if path is None:
        raise LoadError("xllamacpp's library can't be called on this system: compile llama.cpp instead (make native)")
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        needed = "; install libgomp (Debian's package libgomp1)" if "libgomp" in str(error) else ""
        raise LoadError(f"the prebuilt llama.cpp can't be loaded: {error}{needed}") from None
