"""Real commands, files and models: what they share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.backends import llamacpp_server, sglang_server, smollm2_folder, vllm_server  # noqa: F401  # fixtures

REWARD_MODELS = Path(__file__).with_name("reward_models.py")
Mount = Callable[..., Path]


@pytest.fixture(autouse=True, scope="module")  # a session would outlast this folder
def _place_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No catalog of the user's, no logs left in their folder, no network. The cache is theirs: a model is in it."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(place / "config"))
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HOME", str(place / "hub"))
        patch.delenv("ARENA_MODELS", raising=False)
        yield


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a file system in memory; skips the test where that is refused."""
    with ExitStack() as mounted:

        def make(options: str) -> Path:
            folder = tmp_path / "mount"
            folder.mkdir()
            if not _does("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder):
                pytest.skip("nothing can be mounted here")
            mounted.callback(_does, "umount", "-l", folder)
            return folder

        yield make


@pytest.fixture
def remount(mount: Mount) -> Callable[[Path, str], None]:
    """Changes the options of what was mounted."""

    def change(folder: Path, options: str) -> None:
        assert _does("mount", "-o", f"remount,{options}", folder)

    return change


def _does(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.fixture(scope="session")
def reward_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of folders with weights and without tokenizers."""
    folder = tmp_path_factory.mktemp("rewards")
    subprocess.run([sys.executable, REWARD_MODELS, "write", folder], check=True, capture_output=True)
    return folder
