"""Names of SGLang's CUDA kernels that its CPU code imports and, without speculative decoding, never calls."""

_NAMES = (
    "assign_draft_cache_locs_contiguous_cpu",
    "assign_extend_cache_locs_cpu",
    "assign_req_to_token_pool_cpu",
    "build_tree_kernel_efficient_cpu",
    "copy_all_layer_kv_cache_cpu",
    "fill_accept_out_cache_loc_cpu",
    "fill_bonus_tokens_cpu",
    "rotate_input_ids_cpu",
    "verify_tree_greedy_cpu",
)


def _missing(name):
    def call(*_, **__):
        raise NotImplementedError(f"{name} is not built for a CPU")

    return call


globals().update({name: _missing(name) for name in _NAMES})
