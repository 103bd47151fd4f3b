"""Where torch computes in tests, and in code that they share with benchmarks.

That is the CPU, unless ARENA_TEST_DEVICE names another device, such as "cuda".
"""

from __future__ import annotations

import os
from typing import Final

DEVICE: Final = os.environ.get("ARENA_TEST_DEVICE", "cpu")
