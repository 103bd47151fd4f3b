"""A GGUF file with its packed weights written out in 32 bits: the same numbers, by the package gguf."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from arena.backends.weights.gguf import shards


def write_unpacked(path: Path, target: Path, progress: Callable[[float], None] = lambda share: None) -> None:
    """Write a file, or the files of a split model, as one with 32-bit weights, a tensor at a time. `progress` is told
    the share that is written. Raises OSError, and NotImplementedError for a packing that the package doesn't know."""
    import numpy as np
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
    from gguf.quants import dequantize

    readers = [GGUFReader(shard) for shard in shards(path)]
    fields = readers[0].fields
    writer = GGUFWriter(target, str(fields["general.architecture"].contents()))
    writer.add_file_type(LlamaFileType.ALL_F32)
    for entry in fields.values():
        own = entry.name.startswith(("GGUF.", "split.")) or entry.name in ("general.architecture", "general.file_type")
        if not own:  # the writer adds these itself
            kind, *within = entry.types
            writer.add_key_value(
                entry.name, entry.contents(), kind, within[-1] if kind == GGUFValueType.ARRAY else None
            )
    whole_numbers = [getattr(GGMLQuantizationType, name) for name in ("I8", "I16", "I32", "I64", "F64")]
    tensors = [tensor for reader in readers for tensor in reader.tensors]
    for tensor in tensors:
        if tensor.tensor_type in whole_numbers:
            writer.add_tensor_info(tensor.name, tensor.data.shape, tensor.data.dtype, tensor.data.nbytes)
        else:
            shape = tuple(int(size) for size in reversed(tensor.shape))
            writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), 4 * int(tensor.n_elements))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    written, elements = 0, sum(int(tensor.n_elements) for tensor in tensors)
    for tensor in tensors:
        kept = tensor.tensor_type in whole_numbers
        data = tensor.data if kept else dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        writer.write_tensor_data(data)
        written += int(tensor.n_elements)
        progress(written / elements)
    writer.close()
