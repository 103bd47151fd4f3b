"""What the fuzzers share: a place for inputs, and a store of bots."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.runner import Runner


@pytest.fixture(scope="session", autouse=True)
def _place_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No catalog of the user's, no logs left in their folder, no network."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "STATE", "CACHE", "DATA"):
            patch.setenv(f"XDG_{name}_HOME", str(place / name.lower()))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HOME", str(place / "hub"))
        patch.delenv("ARENA_MODELS", raising=False)
        yield


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory, _place_of_its_own: None) -> Runner:
    """Runs inputs."""
    return Runner(tmp_path_factory.mktemp("fuzz") / "place")


@pytest.fixture(scope="session")
def played(forge: Runner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a tournament, an interrupted one, and runs of tasks, all of bots."""
    forge.clean()
    for command in (
        "tournament --subject uniform --subject mix:rock=0.5,paper=0.3,scissors=0.2 --games 4 --rounds 3",
        "tournament --subject uniform --game hide-and-seek --opponent uniform --games 2 --rounds 2 --seed 1",
        "numbers --subject uniform --n 20",
        "sequences --subject uniform --n 12",
    ):
        ended = forge.run([*command.split(), "--store", "arena.db", "--display", "none"])
        assert ended.code == 0, ended.stderr
    kept = tmp_path_factory.mktemp("played") / "arena.db"
    shutil.copy(forge.place / "arena.db", kept)
    assert os.path.getsize(kept)
    return kept
