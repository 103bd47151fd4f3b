"""What identifies a model that is served: whatever a server says that bears on it, and the files that Arena reads."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from arena.backends.backend import Identity, Running
from arena.backends.local.settings import Settings
from arena.backends.server import ServerSettings
from arena.backends.sglang.backend import SGLangServers
from arena.backends.weights.catalog import ModelEntry
from benchmarks.support.model_folder import write_folder
from tests.support.sglang_stub import Stub, serving


class Telling(Stub):
    """A server that says more of itself."""

    def __init__(self, folder: Path, **said: Any) -> None:
        super().__init__(folder)
        self.said = said

    async def model_info(self, request: web.Request) -> web.StreamResponse:
        told = {"model_path": "tiny", "tokenizer_path": str(self.folder), "weight_version": "default"}
        return web.json_response(told | self.said)

    async def server_info(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"version": "0.5", "dtype": "auto", "random_seed": 1} | self.said)


def identified(folder: Path, **said: Any) -> Identity:
    async def ask() -> Identity:
        async with serving(Telling(folder, **said)) as stub:
            entry = ModelEntry(f"sglang:{stub.url}")
            return await SGLangServers().identify(entry, Running(Settings(), ServerSettings()))

    return asyncio.run(ask())


def asked(folder: Path, **said: Any) -> str:
    return identified(folder, **said).now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "tiny")


def test_whatever_bears_on_the_distribution_counts(folder: Path) -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"model_path": "other"},
        {"weight_version": "2"},
        {"revision": "abc"},
        {"dtype": "bfloat16"},
        {"quantization": "fp8"},
        {"kv_cache_dtype": "fp8_e5m2"},
        {"load_format": "dummy"},
        {"json_model_override_args": '{"rope_theta": 1}'},
        {"lora_paths": [{"lora_name": "a", "lora_path": "b"}]},
        {"preferred_sampling_params": {"top_k": 5}},
    ]
    assert len({asked(folder, **said) for said in settings}) == len(settings)


def test_what_does_not_bear_on_it_does_not_count(folder: Path) -> None:
    nothing = {"version": "0.6", "max_req_input_len": 7, "random_seed": 2, "lora_paths": None, "revision": None}
    assert asked(folder) == asked(folder, **nothing)


@pytest.mark.parametrize("file", ["tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json"])
def test_the_files_that_arena_reads_count(folder: Path, file: str) -> None:
    before = asked(folder)
    (folder / file).write_text("{}")
    assert asked(folder) != before
    (folder / file).unlink()
    (folder / "README.md").write_text("about it")
    assert asked(folder) == before


def test_the_older_rule(folder: Path) -> None:
    assert identified(folder, quantization="fp8").former == "sglang:tiny|default|auto|fp8"
