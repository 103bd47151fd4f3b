"""Paths that are completed while a person types, and the models that they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.errors import ArenaError
from arena.session.naming import completed, named_model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "models" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("gemma-4b.gguf", "gemma-9b.GGUF", "readme.md", "evil\x1b.gguf"):
        (tmp_path / "models" / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("mod", "models/"),
        ("~/mod", "~/models/"),
        ("models/g", "models/gemma-"),  # as far as there is only one way
        ("models/gemma-", "models/gemma-4b.gguf"),
        ("models/gemma-9", "models/gemma-9b.GGUF"),
        ("llama.cpp:models/d", "llama.cpp:models/deep/"),
        ("models/r", None),  # no weights
        ("models/e", None),  # would act on a terminal
        ("./", "./models/"),
        ("./.h", "./.hidden/"),
        ("nowhere/x", None),
        ("", None),
        ("sg", "sglang:http://"),
        ("sglang:http://", None),
        ("http://rig", None),
    ],
)
def test_what_is_typed_is_gone_on_with(folder: Path, typed: str, whole: str | None) -> None:
    assert completed(typed) == whole


def test_paths_and_addresses_name_models(folder: Path) -> None:
    assert named_model("models/gemma-4b.gguf") == f"llm:llama.cpp:{folder}/models/gemma-4b.gguf"
    assert named_model(" ~/models/gemma-4b.gguf ") == f"llm:llama.cpp:{folder}/models/gemma-4b.gguf"
    assert named_model("llm:gemma-3-270m") == "llm:gemma-3-270m"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "type the path"),
        ("http://rig:30000", "sglang:http://rig:30000"),
        ("models/none.gguf", "file not found"),
        ("gema-3-270m", "did you mean 'gemma-3-270m'"),
    ],
)
def test_what_names_nothing_is_refused_in_a_sentence(folder: Path, typed: str, said: str) -> None:
    with pytest.raises(ArenaError, match=said):
        named_model(typed)
