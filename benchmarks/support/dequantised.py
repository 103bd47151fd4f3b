"""SmolLM2's 4-bit weights written out in 32 bits: a folder that transformers and SGLang read, and a GGUF file.

Usage: dequantised.py MODEL.gguf FOLDER_OR_FILE.gguf
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def write(gguf: Path, folder: Path) -> None:
    """Write the folder. Needs torch and transformers; run as a program, which keeps them out of the tests' process."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # the note that the weights are quantised would keep transformers from writing them
    model.hf_quantizer, model.is_quantized = None, False
    vars(model.config).pop("quantization_config", None)
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write_gguf(gguf: Path, file: Path) -> None:
    """The same as a GGUF file for llama.cpp, which then computes in 32 bits too."""
    import numpy as np
    from gguf import GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
    from gguf.quants import dequantize

    reader = GGUFReader(gguf)
    writer = GGUFWriter(file, str(reader.fields["general.architecture"].contents()))
    writer.add_file_type(LlamaFileType.ALL_F32)
    for entry in reader.fields.values():
        if entry.name.startswith("GGUF.") or entry.name in ("general.architecture", "general.file_type"):
            continue  # the writer adds these itself
        kind, *within = entry.types
        writer.add_key_value(entry.name, entry.contents(), kind, within[-1] if kind == GGUFValueType.ARRAY else None)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    (write_gguf if target.suffix == ".gguf" else write)(source, target)
