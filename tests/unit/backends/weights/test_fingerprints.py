"""Digests of files: read once, and again whenever a file may have changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from arena.backends.weights import fingerprints
from arena.backends.weights.fingerprints import files_digest, fingerprint, gguf_digest
from arena.errors import InputError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: folder)
    monkeypatch.setattr(fingerprints, "_SETTLED", -1.0)  # what was just written counts as old
    return folder


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def falsified(cache: Path) -> None:
    """Another digest for all that is remembered: whoever gives it hasn't read the file."""
    memory = cache / "fingerprints.json"
    entries = json.loads(memory.read_text())
    memory.write_text(json.dumps({place: [stamp, "remembered"] for place, (stamp, _) in entries.items()}))


def test_a_fingerprint_is_remembered(tmp_path: Path, cache: Path) -> None:
    file = written(tmp_path / "a", b"one")
    assert fingerprint(file) == sha256(b"one").hexdigest()
    falsified(cache)
    assert fingerprint(file) == "remembered"
    assert [path.name for path in cache.iterdir()] == ["fingerprints.json"]


def _longer(file: Path) -> None:
    file.write_bytes(b"three")


def _same_size_and_time(file: Path) -> None:
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_bytes(b"two")
    os.utime(file, ns=times)


def _put_in_its_place(file: Path) -> None:
    other = written(file.with_name("other"), b"two")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize("change", [_longer, _same_size_and_time, _put_in_its_place])
def test_a_file_that_changed_is_read_again(change: Callable[[Path], None], tmp_path: Path, cache: Path) -> None:
    file = written(tmp_path / "a", b"one")
    fingerprint(file)
    change(file)
    assert fingerprint(file) == sha256(file.read_bytes()).hexdigest()
    assert len(json.loads((cache / "fingerprints.json").read_text())) == 1  # the old one is forgotten


def test_a_file_just_written_is_not_remembered(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could be written again within a tick of the clock, and nothing would show it."""
    monkeypatch.setattr(fingerprints, "_SETTLED", 1000.0)
    fingerprint(written(tmp_path / "a", b"one"))
    assert not cache.exists()


@pytest.mark.parametrize("memory", ["", "no json", "[]", '{"a": 1}', '{"a|3|4": "digest"}', "\0"])
def test_a_damaged_or_older_memory_is_made_anew(tmp_path: Path, cache: Path, memory: str) -> None:
    cache.mkdir()
    (cache / "fingerprints.json").write_text(memory)
    assert fingerprint(written(tmp_path / "a", b"one")) == sha256(b"one").hexdigest()
    assert len(json.loads((cache / "fingerprints.json").read_text())) == 1


def test_a_fingerprint_needs_no_cache(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file, where a folder should be")
    assert fingerprint(written(tmp_path / "a", b"one")) == sha256(b"one").hexdigest()


def test_a_file_that_can_t_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="can't be read"):
            fingerprint(path)


def test_every_part_of_a_split_file_counts(tmp_path: Path) -> None:
    parts = [written(tmp_path / f"m-{number:05}-of-00003.gguf", bytes([number])) for number in (1, 2, 3)]
    whole = gguf_digest(parts[0])
    assert whole != fingerprint(parts[0])
    written(parts[1], b"another")
    swapped = gguf_digest(parts[0])
    parts[1].rename(parts[2])
    assert len({whole, swapped, gguf_digest(parts[0])}) == 3


@pytest.mark.parametrize("name", ["m.gguf", "m-00001-of-00001.gguf", "m-00001-of-00003.gguf", "m-1-of-3.gguf"])
def test_a_file_by_itself_has_the_digest_that_it_always_had(tmp_path: Path, name: str) -> None:
    assert gguf_digest(written(tmp_path / name, b"one")) == sha256(b"one").hexdigest()


def test_names_and_contents_count_and_their_order_does_not(tmp_path: Path) -> None:
    a, b = written(tmp_path / "a", b"one"), written(tmp_path / "b", b"two")
    digest = files_digest([a, b])
    assert digest == files_digest([b, a]) != files_digest([a])
    a.rename(tmp_path / "c")
    assert files_digest([tmp_path / "c", b]) != digest
