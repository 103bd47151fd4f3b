"""From an entry to a file: what is no whole GGUF file is refused, and what is missing is told."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import struct
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.backends.weights.catalog import ModelEntry, find_model
from arena.backends.weights.finding import locate, state
from arena.backends.weights.gguf import _BLOCKS, check_gguf
from arena.errors import InputError, ModelError
from arena.extras import install
from tests.support.gguf_bytes import SPLIT, gguf, text

STRING, ARRAY, U32, U16, F16, Q4_0 = 8, 9, 4, 2, 1, 2


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


VOCABULARY = entry("tokens", ARRAY, struct.pack("<IQ", STRING, 3) + text("a") + text("") + text("ccc"))
ALIGNMENT = entry("general.alignment", U32, struct.pack("<I", 64))
# 32 x 2 halves, then 64 elements in two blocks of q4_0
TENSORS = (((32, 2), F16, 0), ((64,), Q4_0, 128))


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        check_gguf(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def written(path: Path, content: bytes) -> Path:
    file = path / "a.gguf"
    file.write_bytes(content)
    return file


def test_a_whole_file(tmp_path: Path) -> None:
    check_gguf(written(tmp_path, gguf([VOCABULARY], TENSORS, 128 + 2 * 18)))


def test_a_file_is_cut_off_if_it_lacks_one_byte_anywhere(tmp_path: Path) -> None:
    whole = gguf([VOCABULARY], TENSORS, 128 + 2 * 18)
    for length in range(4, len(whole)):
        assert "cut off" in refused(written(tmp_path, whole[:length]))
    for length in range(4):
        assert "isn't a GGUF file" in refused(written(tmp_path, whole[:length]))


def test_the_alignment_counts(tmp_path: Path) -> None:
    data = gguf([ALIGNMENT], [((1,), F16, 0)])
    begin = -(-len(data) // 64) * 64
    check_gguf(written(tmp_path, data.ljust(begin + 2, b"\0")))
    assert "cut off" in refused(written(tmp_path, data.ljust(begin + 1, b"\0")))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "isn't a GGUF file"),
        (b"SQLite format 3\0", "isn't a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version 50331648"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "damaged"),
        (gguf([entry("a", 99, b"")]), "unknown type 99"),
        (gguf([entry("a", ARRAY, struct.pack("<IQ", ARRAY, 1))]), "unknown type 9"),
        (gguf([entry("a", ARRAY, struct.pack("<IQ", U32, 1 << 62))]), "cut off"),
        (gguf([entry("a", ARRAY, struct.pack("<IQ", STRING, 1 << 62))]), "cut off"),
        (gguf([struct.pack("<Q", 1 << 63)]), "cut off"),
        (gguf([], [((1,) * 5, F16, 0)], 64), "5 dimensions"),
        (gguf([], [((1 << 40, 1 << 40), F16, 0)], 64), "cut off"),
        (gguf([], [((1,), F16, 1 << 63)], 64), "cut off"),
        (gguf([], [((1,), 12345, 65)], 64), "cut off"),
    ],
)
def test_what_is_no_model(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refused(written(tmp_path, content))


def test_the_files_of_a_split_model(tmp_path: Path) -> None:
    one, two = (tmp_path / name for name in SPLIT)
    one.write_bytes(gguf())
    with pytest.raises(InputError, match=f"{two} isn't there: {one.name} is part of a model in 2 files"):
        check_gguf(one)
    two.write_bytes(gguf()[:10])
    with pytest.raises(InputError, match=f"{two} is cut off"):
        check_gguf(one)
    two.write_bytes(gguf())
    assert locate(ModelEntry(str(two), name="mine")) == one
    lost = written(tmp_path, gguf([entry("split.count", U16, struct.pack("<H", 2))]))
    assert "one of 2 files of a model, and its name must say which" in refused(lost)


@pytest.mark.parametrize("kind", ["adapter", "mmproj"])
def test_what_belongs_to_a_model_and_is_none(tmp_path: Path, kind: str) -> None:
    assert kind in refused(written(tmp_path, gguf([entry("general.type", STRING, text(kind))])))


def test_a_name_that_is_no_text() -> None:
    for kind in ("llama.cpp", "transformers"):
        with pytest.raises(InputError, match="isn't UTF-8 text"):
            find_model(f"{kind}:/models/caf\udce9.gguf")


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "none.gguf")
    assert "is a folder" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "isn't an ordinary file" in refused(tmp_path / "pipe")
    assert "can't be read" in refused(tmp_path / ("x" * 300))
    with pytest.raises(InputError, match="can't be read"):
        check_gguf(tmp_path / "a\0b")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = written(tmp_path, gguf())
    file.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        assert "Permission denied" in refused(file)
    finally:
        if root:
            os.seteuid(0)


@given(st.binary(max_size=200), st.binary(max_size=8), st.integers(0, 120))
@settings(max_examples=300)
def test_whatever_the_bytes_there_is_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, patch: bytes, where: int
) -> None:
    whole = gguf([VOCABULARY, ALIGNMENT], TENSORS, 128 + 2 * 18)
    folder = tmp_path_factory.getbasetemp()
    for content in (b"GGUF\3\0\0\0" + tail, whole[:where] + patch + whole[where + len(patch) :]):
        try:
            check_gguf(written(folder, content))
        except InputError as error:
            assert "a.gguf" in str(error)


@pytest.mark.model
def test_the_sizes_of_blocks_are_ggmls() -> None:
    spec = find_spec("llama_cpp")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "lib"
    ggml = ctypes.CDLL(str(folder / ("libggml-base.dylib" if sys.platform == "darwin" else "libggml-base.so")))
    ggml.ggml_blck_size.restype = ctypes.c_int64
    ggml.ggml_type_size.restype = ctypes.c_size_t
    for kind, (elements, size) in _BLOCKS.items():
        assert (ggml.ggml_blck_size(kind), ggml.ggml_type_size(kind)) == (elements, size)


@pytest.mark.model
def test_a_real_model_cut_off(tmp_path: Path) -> None:
    copy = tmp_path / "copy.gguf"
    shutil.copyfile(locate(find_model("smollm2-135m-instruct")), copy)
    check_gguf(copy)
    size = copy.stat().st_size
    for length in (size - 1, size // 2, 2_000_000, 1_785_664, 1_700_000, 100_000, 1_000, 24, 5, 4):
        os.truncate(copy, length)
        assert f"cut off: it ends after {length} bytes" in refused(copy)


def test_an_entry_leads_to_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, gguf())
    mine = ModelEntry(str(file), name="mine")
    assert (state(mine), locate(mine)) == ("ready", file)
    file.unlink()
    assert state(mine) == "file not found"
    with pytest.raises(InputError, match="there is no file"):
        locate(mine)


def test_safetensors_on_the_hub_are_not_for_llama_cpp() -> None:
    tulu = find_model("tulu-3-8b")
    assert state(tulu).startswith("elsewhere: @sglang:URL")
    with pytest.raises(ModelError, match=r"allenai/Llama-3\.1-Tulu-3-8B.*llm:tulu-3-8b@llama\.cpp:"):
        locate(tulu)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arena.backends.weights.packages.find_spec", lambda name: None)
    gemma = find_model("gemma-3-270m")
    assert state(gemma) == f"not installed: {install('models')}"
    with pytest.raises(ModelError, match=re.escape(install("models"))):
        locate(gemma)


def test_without_huggingface_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    entry = find_model("hf:org/name/a.gguf")
    assert state(entry) == f"needs huggingface_hub: {install('hub')}"
    with pytest.raises(ModelError, match=re.escape(install("hub"))):
        locate(entry)


@pytest.mark.parametrize("place", ["hf:a.gguf", "hf:org/a.gguf", "hf:org//a.gguf", "hf:"])
def test_a_place_on_the_hub_that_is_none(place: str) -> None:
    with pytest.raises(InputError, match="hf:ORG/NAME/FILE"):
        locate(find_model(place))
