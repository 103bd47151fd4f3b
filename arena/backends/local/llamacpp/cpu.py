"""What llama.cpp must know of this machine's processor."""

from __future__ import annotations

from pathlib import Path


def has_amx() -> bool:
    """Whether this CPU has AMX tiles: there llama.cpp's default weight layout can crash in the first batch."""
    try:
        return "amx_tile" in Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return False
