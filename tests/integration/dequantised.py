"""SmolLM2's 4-bit weights written out in 32 bits, as a folder that transformers and SGLang read."""

from __future__ import annotations

import sys
from pathlib import Path


def write(gguf: Path, folder: Path) -> None:
    """Needs torch and transformers; run as a program, so that they stay out of the tests' own process."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # what says that the weights are quantised would keep transformers from writing them
    model.hf_quantizer, model.is_quantized = None, False
    vars(model.config).pop("quantization_config", None)
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
