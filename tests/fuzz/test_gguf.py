"""GGUF files with damaged headers, up to llama.cpp itself in a worker."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz
from tests.support.tiny_llama import tiny_llama


@pytest.mark.model
def test_gguf(forge: Runner, tmp_path: Path) -> None:
    whole = tiny_llama(tmp_path / "whole.gguf").read_bytes()
    header = whole.index(b"blk.0.ffn_up.weight") + 200

    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        data = nasty.mutated_bytes(chance, whole, chance.choice((1, 2, 6)), chance.choice((24, 400, header)))
        (forge.place / "a.gguf").write_bytes(data)
        command = chance.choice(
            (
                "tournament --subject llm:llama.cpp:a.gguf --games 1 --rounds 1",
                "doctor llama.cpp:a.gguf",
                "numbers --model llama.cpp:a.gguf --n 1",
            )
        )
        return command, forge.run([*command.split()])

    fuzz("GGUF files", one, -(-COUNT // 4))  # most reach llama.cpp in a worker, which takes its time
