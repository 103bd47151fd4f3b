"""The backends with the same weights, for tests that compare them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from arena.backends.base import Completion, LanguageModel, Request
from arena.backends.loading import Models
from arena.backends.local.llamacpp.builds import NATIVE, PREBUILT, VARIABLE
from arena.backends.local.settings import Settings
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.support import dequantised
from benchmarks.support.device import DEVICE
from benchmarks.support.llamacpp_server import LlamaCppServer
from benchmarks.support.sglang_server import PYTHON, Server, free_port
from tests.support.commands import SMOLLM2
from tests.support.vllm_server import PYTHON as VLLM_PYTHON
from tests.support.vllm_server import VLLMServer

T = TypeVar("T")

BACKENDS = [
    "llama.cpp",
    "prebuilt",
    pytest.param("transformers", marks=pytest.mark.long),
    pytest.param("openai", marks=pytest.mark.long),
    pytest.param("sglang", marks=pytest.mark.sglang),
    pytest.param("vllm", marks=pytest.mark.vllm),
]


LLAMA_CPP = {"llama.cpp": NATIVE, "prebuilt": PREBUILT}


class Subject:
    """A loaded model, asked from ordinary functions."""

    def __init__(self, backend: str, name: str, server: ServerSettings | None = None) -> None:
        self.backend = backend
        self._runner = asyncio.Runner()
        self._models = Models(Settings(device=DEVICE), server=server)
        self.model: LanguageModel = self._runner.run(self._models.get(name))

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Wait for something in the model's loop."""
        return self._runner.run(what)

    def ask(self, *requests: Request) -> list[Completion]:
        """Ask all at once."""

        async def together() -> list[Completion]:
            return list(await asyncio.gather(*(self.model.complete(request) for request in requests)))

        return self.run(together())

    def tokens(self, text: str, specials: bool = False) -> tuple[int, ...]:
        """The ids of a text."""
        return self.run(self.model.tokenize(text, specials))

    def close(self) -> None:
        """Give everything back."""
        self._runner.run(self._models.close())
        self._runner.close()


@pytest.fixture(scope="session")
def smollm2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2 in 32 bits."""
    folder = tmp_path_factory.mktemp("weights") / "smollm2"
    gguf = locate(find_model(SMOLLM2))
    program = dequantised.__file__
    subprocess.run([sys.executable, program, gguf, folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def sglang_server(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server for it."""
    if not PYTHON.exists():
        pytest.skip("SGLang is not installed: make test-sglang does that")
    server = Server(smollm2_folder, free_port(), tmp_path_factory.mktemp("sglang") / "log")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def llamacpp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppServer]:
    """llama.cpp's own server, a real one, for the quantised file."""
    server = LlamaCppServer(locate(find_model(SMOLLM2)), free_port(), tmp_path_factory.mktemp("llama.cpp") / "log")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def vllm_server(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VLLMServer]:
    """A real vLLM for it, which tells whole distributions too."""
    if not VLLM_PYTHON.exists():
        pytest.skip("vLLM is not installed: see tests/integration/vllm_cpu")
    server = VLLMServer(smollm2_folder, free_port(), tmp_path_factory.mktemp("vllm") / "log")
    try:
        server.start("--max-logprobs", "-1")
        yield server
    finally:
        server.stop()


def make_subject(backend: str, request: pytest.FixtureRequest) -> Subject:
    """SmolLM2 on a backend: quantised on llama.cpp (either build) and its server, in 32 bits on the others."""
    if backend in LLAMA_CPP:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, LLAMA_CPP[backend].name)
            subject = Subject(backend, SMOLLM2)
        assert subject.model.build.startswith(LLAMA_CPP[backend].package)
        return subject
    if backend == "transformers":
        return Subject(backend, f"transformers:{request.getfixturevalue('smollm2_folder')}")
    if backend == "openai":
        return Subject(backend, f"openai:{request.getfixturevalue('llamacpp_server').url}")
    if backend == "vllm":
        return Subject(backend, f"vllm:{request.getfixturevalue('vllm_server').url}")
    return Subject(backend, f"sglang:{request.getfixturevalue('sglang_server').url}")
