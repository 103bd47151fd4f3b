"""Models by name: identified once, beside the loop, and again when they are loaded anew."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from arena.backends import loading
from arena.backends.backend import Identity
from arena.backends.loading import Models
from arena.backends.weights.catalog import ModelEntry, find_model
from arena.errors import InputError, ModelError
from benchmarks.support.model_folder import write_folder
from tests.support.sglang_stub import Stub, serving


class Asked(Stub):
    """Counts how often it is asked what it serves."""

    count = 0

    async def model_info(self, request):  # type: ignore[no-untyped-def]
        self.count += 1
        return await super().model_info(request)


def test_a_model_is_identified_once_and_again_when_it_is_loaded_anew(tmp_path: Path) -> None:
    async def go() -> None:
        models = Models()
        async with serving(Asked(write_folder(tmp_path / "tiny"))) as stub:
            assert isinstance(stub, Asked)
            name = f"sglang:{stub.url}"
            try:
                found = await asyncio.gather(*(models.identify(name) for _ in range(5)))
                assert set(found) == {found[0]} and stub.count == 1
                assert isinstance(found[0], Identity) and found[0].now.startswith("sglang:tiny|")
                await models.get(name)
                stub.count = 0
                assert await models.identify(name) == found[0] and stub.count == 0
                await models.close()
                stub.name = "another"
                assert await models.identify(name) == found[0]  # the run that it was asked for goes on
                await models.get(name)
                assert (await models.identify(name)).now.startswith("sglang:another|")
                notes = models.manifest()["notes"]
                assert notes.keys() == {name} and "can't be seen from here" in notes[name]
            finally:
                await models.close()

    asyncio.run(go())


def test_what_fails_is_asked_again(tmp_path: Path) -> None:
    async def go() -> None:
        models, file = Models(), tmp_path / "a.gguf"
        for _ in range(2):
            with pytest.raises(InputError, match="there is no file"):
                await models.identify(f"llama.cpp:{file}")
        file.write_bytes(b"no model")
        with pytest.raises(InputError, match="isn't a GGUF file"):
            await models.identify(f"llama.cpp:{file}")
        with pytest.raises(ModelError, match="no server answers"):
            await models.identify("sglang:http://127.0.0.1:1")

    asyncio.run(go())


def test_files_are_looked_for_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def found(name: str) -> ModelEntry:
        threads.add(threading.current_thread())
        return find_model(name)

    monkeypatch.setattr(loading, "find_model", found)

    async def go() -> None:
        with pytest.raises(InputError, match="there is no file"):
            await Models().identify("llama.cpp:/none.gguf")
        with pytest.raises(InputError, match="there is no file"):
            await Models().get("llama.cpp:/none.gguf")

    asyncio.run(go())
    assert threads and threading.main_thread() not in threads
