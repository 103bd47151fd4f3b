"""The dial line by line: it is turned by words, each round says where it stood, and all of it is stored."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from arena.experiments.tournament.dialled import played_shares
from arena.plain import play as plain
from arena.plain.choosing import Given
from arena.store.store import Store
from tests.support.two_models import TwoModels

FIRST, SECOND = "gemma-3-270m", "smollm2-135m-instruct"


def played(folder: Path, monkeypatch: pytest.MonkeyPatch, typed: str, mix: str | None) -> Path:
    """Play a match with these lines as input; returns its store."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(folder / name))
    monkeypatch.setattr(plain, "Models", lambda *_: TwoModels(FIRST, SECOND))
    (folder / "typed").write_text(typed)
    with (folder / "typed").open() as lines:
        monkeypatch.setattr(sys, "stdin", lines)
        plain.play(folder / "s.db", Given("rps", f"llm:{FIRST}", "human", 3, 1, mix), lambda line: None)
    return folder / "s.db"


def test_words_turn_it_and_every_round_says_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = "more\nmore\nrock\nless\nhelp\npaper\nscissors\n1\n"
    store = played(tmp_path, monkeypatch, typed, f"{SECOND}=0.5")
    said = capsys.readouterr().out
    assert f"A dial mixes the answers of {FIRST}: 0.5 of {SECOND}. more and less turn it" in said
    assert f"The dial: 0.5 of {SECOND}, 0.7 next." in said
    stood = [line for line in said.splitlines() if line.startswith("The dial stood at")]
    told = ((0.5, ", 0.7 next"), (0.7, ", 0.6 next"), (0.6, ""))
    assert stood == [f"The dial stood at {share} of {SECOND}{after}." for share, after in told]
    with Store.open(store) as read:
        (cell,) = read.cells(read.run(None))
        assert played_shares(read, cell, 0) == {1: 0.5, 2: 0.7, 3: 0.6}


def test_without_a_dial_the_words_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played(tmp_path, monkeypatch, "more\nquit\n", None)
    assert "There is no dial in this match" in capsys.readouterr().out
