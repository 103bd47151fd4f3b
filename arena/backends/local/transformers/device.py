"""What transformers computes on and with, as far as it can be told without loading a model.

As a program it prints the best device there is: asking torch takes seconds, and Arena's own process never holds it.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

from arena.backends.local.settings import Settings

# what drivers of devices that torch can use put into a Linux: NVIDIA's, that of Windows below, AMD's
_DRIVERS: Final = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")


def best_device() -> str:
    """ "cuda", "mps" or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision(settings: Settings) -> str:
    """The numbers that a model is computed with: "float32", "bfloat16", "float16", or "stored" for the weights' own."""
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


if __name__ == "__main__":
    print(best_device())
