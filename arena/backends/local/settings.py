"""The settings of how a model is run: threads, devices, memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

MOST_CELLS: Final = 2**20


class Settings(msgspec.Struct, frozen=True):
    """How a model is run. 0 and "" mean whatever suits the machine.

    `kv_mib` limits the KV cache in MiB and `kv_cells` in tokens; the smaller one counts. `sequences` is the
    most branches of the prefix tree that are kept (llama.cpp allows 256), `batch` the most tokens per batch, and
    `outputs` the most of them whose distribution is wanted.
    `dtype` is what is computed in. For llama.cpp: "float32", for which packed weights are unpacked once
    (`arena.backends.local.llamacpp.unpacking`), or "stored", as the file is; "" is the first on a CPU for models of at
    most 2 GiB in 32 bits. For transformers: "float32", "bfloat16", "float16" or "stored"; "" is the first on a CPU,
    elsewhere the last.
    `scattered` makes attention cheap where a prompt's cells lie apart, as a prefix tree's do: on a CPU llama.cpp
    attends block by block if keys and values are stored alike and 64 prompts or more share a batch (a block that any of
    them sees costs all of them), and cell by cell if not. So keys have 16 bits, and values bf16. (Values of 32 bits
    would be converted to 16 for each batch, and then be like the keys.) A distribution no longer depends on how many
    prompts share a batch's attention. A single long prompt becomes slower. Without `scattered`, 32-bit weights have
    keys and values of 32 bits too.
    `repeatable` has llama.cpp give a prompt the same distribution to the last bit, whatever shares a batch with it, on
    a CPU and in 32 bits. It takes longer (`arena.backends.local.llamacpp.cells`).
    `niceness` makes the worker give way to other processes, so that a screen stays responsive.
    `cautious` avoids llama.cpp's special weight layouts, which crash on some machines. `gpu_layers`, `scattered`,
    `repeatable` and `cautious` are for llama.cpp alone; `device` ("cpu", "cuda", "mps"; "" the best available) is for
    transformers, and so is `graphs`: on CUDA, launch a batch's kernels as a captured graph.
    """

    threads: int = 0
    gpu_layers: int = 0
    kv_mib: int = 0
    kv_cells: int = 0
    sequences: int = 0
    batch: int = 0
    outputs: int = 0
    scattered: bool = True
    repeatable: bool = False
    niceness: int = 0
    cautious: bool = False
    device: str = ""
    dtype: str = ""
    graphs: bool = True

    def resolved(self) -> Settings:
        """These settings with those that depend on this machine filled in."""
        return msgspec.structs.replace(
            self,
            threads=self.threads or cores(),
            cautious=self.cautious or "amx_tile" in cpuinfo(),  # there the layouts can crash in the first batch
        )

    def sized(self, usual: Settings) -> Settings:
        """These settings with the usual sizes in place of those not given. If only a budget was given, nothing else
        limits the cells: `kv_cells` is then `MOST_CELLS`."""
        names = ("kv_mib", "kv_cells", "sequences", "batch", "outputs")
        sizes = {name: getattr(self, name) or getattr(usual, name) for name in names}
        if self.kv_mib and not self.kv_cells:
            sizes["kv_cells"] = MOST_CELLS
        return msgspec.structs.replace(self, **sizes)


LAPTOP: Final = Settings(kv_mib=1024, kv_cells=16384, sequences=256, batch=512, outputs=64)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpuinfo() -> str:
    """What Linux says about the processors; "" elsewhere."""
    try:
        return Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return ""
