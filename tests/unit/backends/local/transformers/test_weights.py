"""What transformers is given to load, and what is refused before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from arena.backends.local.settings import Settings
from arena.backends.local.transformers.device import precision
from arena.backends.local.transformers.weights import check_place, former_identity, identity, located
from arena.backends.weights.hub import snapshot
from arena.errors import InputError, ModelError


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


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an adapter to weights that are elsewhere"):
        check_place(str(folder(tmp_path / "model", "config.json", "adapter_config.json", "model.safetensors")))


FILES = ("config.json", "model-1.safetensors", "model-2.safetensors", "tokenizer.json", "tokenizer_config.json")
MORE = (
    *("generation_config.json", "model.safetensors.index.json", "special_tokens_map.json", "added_tokens.json"),
    *("chat_template.jinja", "chat_template.json", "vocab.json", "vocab.txt", "merges.txt", "tokenizer.model"),
    *("spiece.model", "qwen.tiktoken"),
)
CPU = Settings(device="cpu")


def test_the_same_files_have_one_identity(tmp_path: Path) -> None:
    one, two = (identity(folder(tmp_path / name, *FILES, *MORE), CPU) for name in "ab")
    assert one == two and one.startswith("sha256:")


@pytest.mark.parametrize("file", [*FILES, *MORE])
def test_every_file_that_is_read_counts(tmp_path: Path, file: str) -> None:
    model = folder(tmp_path / "model", *FILES, *MORE)
    before = identity(model, CPU)
    (model / file).write_bytes(b"another")
    changed = identity(model, CPU)
    (model / file).unlink()
    assert len({before, changed, identity(model, CPU)}) == 3


@pytest.mark.parametrize("file", ["README.md", ".gitattributes", "pytorch_model.bin", "trainer_state.json"])
def test_what_is_not_read_does_not_count(tmp_path: Path, file: str) -> None:
    model = folder(tmp_path / "model", *FILES)
    before = identity(model, CPU)
    (model / file).write_bytes(b"about it")
    (model / "onnx").mkdir()
    (model / "onnx" / "model.safetensors").write_bytes(b"elsewhere")
    assert identity(model, CPU) == before


def test_the_older_rule_counted_weights_alone(tmp_path: Path) -> None:
    model = folder(tmp_path / "model", *FILES)
    one, two = (sha256(f"model-{number}.safetensors".encode()).hexdigest() for number in (1, 2))
    text = f"model-1.safetensors:{one} model-2.safetensors:{two}"
    assert former_identity(str(model)) == f"sha256:{sha256(text.encode()).hexdigest()}"
    assert former_identity("org/name") == "hub:org/name"


@pytest.mark.parametrize(
    ("settings", "numbers"),
    [
        (Settings(device="cpu"), "float32"),
        (Settings(device="cpu:0"), "float32"),
        (Settings(device="cuda:1"), "stored"),
        (Settings(device="cuda", dtype="float32"), "float32"),
        (Settings(device="cpu", dtype="bfloat16"), "bfloat16"),
        (Settings(dtype="float16"), "float16"),
    ],
)
def test_what_it_is_computed_with_counts(tmp_path: Path, settings: Settings, numbers: str) -> None:
    assert precision(settings) == numbers
    assert identity(folder(tmp_path / "model", *FILES), settings).endswith(f",{numbers}")


def test_the_device_is_the_one_that_torch_chooses() -> None:
    torch = pytest.importorskip("torch")
    here = "float32" if not (torch.cuda.is_available() or torch.backends.mps.is_available()) else "stored"
    assert precision(Settings()) == here


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Makes revisions of org/name in a cache of the hub's library, which is offline."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    of_it = tmp_path / "models--org--name"

    def revision(commit: str, *files: str) -> Path:
        (of_it / "refs").mkdir(parents=True, exist_ok=True)
        (of_it / "snapshots").mkdir(exist_ok=True)
        (of_it / "refs" / "main").write_text(commit)
        snapshot.cache_clear()  # as in another process
        return folder(of_it / "snapshots" / commit, *files)

    snapshot.cache_clear()
    yield revision
    snapshot.cache_clear()


def test_a_repository_of_the_hub_is_known_by_the_files_of_its_revision(hub: Callable[..., Path]) -> None:
    first = hub("a" * 40, *FILES)
    assert located("org/name") == first
    before = identity(located("org/name"), CPU)
    second = hub("b" * 40, *FILES)
    assert located("org/name") == second and identity(second, CPU) == before  # a commit of other files
    third = hub("c" * 40, *FILES)
    (third / "config.json").write_bytes(b"another")
    assert identity(located("org/name"), CPU) != before


def test_a_repository_stays_the_same_while_arena_runs(hub: Callable[..., Path]) -> None:
    first = hub("a" * 40, *FILES)
    assert located("org/name") == first
    (first.parents[1] / "refs" / "main").write_text("b" * 40)
    assert located("org/name") == first


def test_a_repository_that_can_t_be_had(hub: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="isn't in the hub's cache on this machine, and the hub can't be reached"):
        located("org/name")
    with pytest.raises(InputError, match="isn't a valid name on the hub"):
        located("org--x/name..")
    hub("d" * 40, "config.json", "pytorch_model.bin")
    with pytest.raises(InputError, match="pickles"):
        located("org/name")
