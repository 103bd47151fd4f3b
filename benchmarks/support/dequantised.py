"""SmolLM2's 4-bit weights written out in 32 bits: a folder that transformers and SGLang read, and a GGUF file.

Usage: dequantised.py MODEL.gguf FOLDER_OR_FILE.gguf
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from arena.backends.weights.unpacked import write_unpacked


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


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    (write_unpacked if target.suffix == ".gguf" else write)(source, target)
