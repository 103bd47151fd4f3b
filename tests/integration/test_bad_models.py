"""What is wrong with a model, its file, its entry in a catalog or its wording: the right exit code and a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.errors import ExitCode
from tests.support.commands import SMOLLM2, begun, complaint
from tests.support.tiny_llama import tiny_llama

INPUT, MODEL = ExitCode.INPUT, ExitCode.MODEL


@pytest.mark.parametrize(
    ("model", "code", "says"),
    [
        ("gemma-3-270n", INPUT, "gemma-3-270m"),
        ("gpt-17", INPUT, "arena models"),
        ("gemma-3-270m@elsewhere", INPUT, "@"),
        ("no-such-model@llama.cpp:/x.gguf", INPUT, "no-such-model"),
        ("llama.cpp:", INPUT, "llama.cpp:/path"),
        ("llama.cpp:no/such/file.gguf", INPUT, "no/such/file.gguf"),
        (b"llama.cpp:no-such-\xff.gguf", INPUT, "no-such-"),
        ("hf:file.gguf", INPUT, "hf:ORG/NAME/FILE.gguf"),
        ("hf:a b/c d/file.gguf", INPUT, "hf:"),
        ("hf:some-org/some-name/file.gguf", MODEL, "can't be reached"),
        ("llama-3.1-8b", MODEL, "safetensors"),
    ],
)
def test_models(tmp_path: Path, model: str | bytes, code: int, says: str) -> None:
    subject = b"llm:" + (model if isinstance(model, bytes) else model.encode())
    store = tmp_path / "x.db"
    assert says in complaint("tournament", "--subject", subject, "--games", "1", "--store", store, code=code)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "GGUF"),
        (b"GG", "GGUF"),
        pytest.param(b"Call me Ishmael.\n" * 100, "GGUF", id="a novel"),
        (b"GGUF", "cut off"),
        (b"GGUF" + bytes(100), "version"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 100, "damaged"),
        (b"GGUF\x03\0\0\0" + bytes(8) + b"\1" + bytes(7) + b"\xff" * 100, "cut off"),
        (b"GGUF\x03\0\0\0" + bytes(16), "."),  # whole, but there is no model in it
        pytest.param(bytes(range(256)) * 4096, "GGUF", id="a mebibyte"),
    ],
)
def test_files_that_are_no_gguf(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    assert says in refused_file(tmp_path / "model.gguf")


def test_a_folder_is_no_gguf_file(tmp_path: Path) -> None:
    assert "is a folder" in refused_file(tmp_path)


@pytest.mark.model
@pytest.mark.parametrize("part", [100, 10_000, 1_000_000, 0.1, 0.5, 0.99, -1])
def test_a_truncated_model(tmp_path: Path, part: float) -> None:
    whole = locate(find_model(SMOLLM2))
    size = whole.stat().st_size
    length = size - 1 if part < 0 else int(size * part) if part < 1 else int(part)
    with whole.open("rb") as file:
        (tmp_path / "model.gguf").write_bytes(file.read(length))
    assert "model.gguf" in refused_file(tmp_path / "model.gguf")


def refused_file(path: Path) -> str:
    """The sentence about a file that is no model."""
    store = path.parent / "x.db"
    return complaint("tournament", "--subject", f"llm:llama.cpp:{path}", "--games", "1", "--store", store, code=INPUT)


@pytest.mark.parametrize(
    ("catalog", "code", "says"),
    [
        ('[mine]\nweights = "no/such/file.gguf"', INPUT, "no/such/file.gguf"),
        ('[mine]\nweights = "no/such/file.gguf"\nstyle = "base"\nformat = "none"', INPUT, "no/such/file.gguf"),
        ('[mine]\nweights = "package:no-such-package"', INPUT, "no-such-package"),
        ('[mine]\nweights = "hub:some-org/some-name"', MODEL, "safetensors"),
        ('[mine]\nweights = "hf:some-org/some-name/file.gguf"', MODEL, "can't be reached"),
        ('[mine]\nstyle = "base"', INPUT, "weights"),
        ('[mine]\nweights = "x.gguf"\nstyle = "bold"', INPUT, "bold"),
        ('[mine]\nweights = "x.gguf"\ncolour = "red"', INPUT, "colour"),
        ('mine = "x.gguf"', INPUT, "mine"),
        ("[mine", INPUT, "models.toml"),
        ("\xff", INPUT, "models.toml"),
        (None, INPUT, "models.toml"),
    ],
)
def test_catalogs(tmp_path: Path, catalog: str | None, code: int, says: str) -> None:
    own = tmp_path / "models.toml"
    if catalog is not None:
        own.write_bytes(catalog.encode("latin-1"))
    command = ("tournament", "--subject", "llm:mine", "--games", "1", "--store", tmp_path / "x.db")
    assert says in complaint(*command, code=code, env={"ARENA_MODELS": str(own)})


@pytest.mark.model
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "wording.toml"),
        ("[", "wording.toml"),
        ('name = "mine"', "infix"),
        ('name = "mine"\nprompt = "Go:"\ninfix = "I take "\nclosing = []', "space"),
        ('name = "mine"\nprompt = "{{ nobody.said }}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "{% if %}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "{{ \'\'.__class__.__mro__ }}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "Go:"\ninfix = "I take"\nclosing = [""]', "closing"),
        ('name = "mine"\nprompt = "{{ 1 / 0 }}"\ninfix = "I take"\nclosing = []', "mine"),
    ],
)
def test_wordings(tmp_path: Path, content: str | None, says: str) -> None:
    wording = tmp_path / "wording.toml"
    if content is not None:
        wording.write_text(content)
    tiny = f"llm:llama.cpp:{tiny_llama(tmp_path / 'tiny.gguf')}"
    command = ("tournament", "--subject", tiny, "--style", "base", "--games", "1", "--rounds", "1")
    assert says in complaint(*command, "--wording", wording, "--store", tmp_path / "x.db", code=INPUT)


@pytest.mark.long
@pytest.mark.model
def test_a_match_longer_than_the_context(tmp_path: Path) -> None:
    command = ("tournament", "--subject", f"llm:{SMOLLM2}", "--games", "1", "--store", tmp_path / "x.db")
    sentence = complaint(*command, "--rounds", "2000", code=INPUT)
    assert "--history" in sentence
    most = int(sentence.partition("at most ")[2].split()[0])
    assert 100 < most < 2000
    assert f"at most {most} rounds" in complaint(*command, "--rounds", str(most + 1), code=INPUT)
    for fits in (("--rounds", str(most)), ("--rounds", "2000", "--history", "5")):
        with begun(*command, *fits) as process:  # it begins to play; to its end would take too long
            assert process.stderr
            assert "rounds to go" in process.stderr.readline()


@pytest.mark.model
def test_too_little_memory_for_a_model(tmp_path: Path) -> None:
    command = ("tournament", "--subject", f"llm:{SMOLLM2}", "--games", "1", "--store", tmp_path / "x.db")
    assert "--kv-mib" in complaint(*command, "--kv-mib", "1", code=INPUT)
