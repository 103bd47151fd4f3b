"""What transformers is given to load, and what is refused before it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.backends.transformers.weights import check_place, identity
from arena.errors import InputError


def folder(path: Path, *files: str) -> Path:
    path.mkdir()
    for name in files:
        (path / name).write_bytes(name.encode())
    return path


@pytest.mark.parametrize("pickle", ["pytorch_model.bin", "model.pt", "weights.pkl", "model.ckpt"])
def test_pickles_are_refused(tmp_path: Path, pickle: str) -> None:
    with pytest.raises(InputError, match="pickles"):
        check_place(str(folder(tmp_path / "model", "config.json", pickle)))


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no config\.json"):
        check_place(str(folder(tmp_path / "model", "model.safetensors")))


def test_a_file_that_is_no_gguf(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"not a model, whatever its name says")
    with pytest.raises(InputError, match="GGUF"):
        check_place(str(file))


@pytest.mark.parametrize("place", ["/no/such/folder", "./here", "~/there", "one", "a/b/c", "a/", "/"])
def test_places_that_are_none(place: str) -> None:
    with pytest.raises(InputError):
        check_place(place)


def test_a_repository_of_the_hub_is_known_by_its_name() -> None:
    assert identity("org/name") == "hub:org/name"


def test_the_same_weights_have_one_identity(tmp_path: Path) -> None:
    files = ("config.json", "model-1.safetensors", "model-2.safetensors")
    one, two = (identity(str(folder(tmp_path / name, *files))) for name in "ab")
    other = folder(tmp_path / "c", *files)
    (other / "model-2.safetensors").write_bytes(b"trained further")
    assert one == two != identity(str(other))
    assert one.startswith("sha256:")
