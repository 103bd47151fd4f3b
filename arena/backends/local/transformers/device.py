"""The device and precision that transformers computes with, as far as they can be known without loading a model.

As a program it prints the best device: asking torch takes seconds, and Arena's own process never imports it.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arena.backends.local.settings import LAPTOP, Settings

if TYPE_CHECKING:
    import torch

# files of the Linux drivers of devices that torch can use: NVIDIA's, that of Windows below, AMD's
_DRIVERS: Final = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")

_MOST_MIB: Final = 16384  # of a GPU's memory, for the cache: more is never needed


def best_device() -> str:
    """The best device: "cuda", "mps" or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision(settings: Settings) -> str:
    """The type of number that a model is computed with: "float32", "bfloat16", "float16", or "stored": the weights'."""
    if settings.dtype:
        return settings.dtype
    device = settings.device or _best_device_here()
    return "float32" if device.partition(":")[0] == "cpu" else "stored"


@cache
def _best_device_here() -> str:
    if sys.platform == "linux" and not any(Path(driver).exists() for driver in _DRIVERS):
        return "cpu"
    told = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "cpu"


def usual_sizes(device: torch.device, model: Any) -> Settings:
    """The usual sizes of a loaded model's cache and batches: on CUDA according to the free memory.

    At most half of that is for the cache; another part is for distributions, which take some 28 bytes for each token of
    the vocabulary; the rest is for a batch's computation.
    """
    import torch

    if device.type != "cuda":
        return LAPTOP
    free, _ = torch.cuda.mem_get_info(device)
    vocabulary = model.config.get_text_config().vocab_size
    outputs = max(16, min(256, free // 16 // (28 * vocabulary)))
    mib = max(1, min(_MOST_MIB, free // 2**21))
    return Settings(kv_mib=mib, kv_cells=65536, sequences=1024, batch=8 * outputs, outputs=outputs)


if __name__ == "__main__":
    print(best_device())
