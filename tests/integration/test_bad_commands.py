"""What is wrong with a command: exit code 2 and a sentence, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import UNIFORM, complaint, count_rounds

USAGE = ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("tornament", "No such command 'tornament'"),
        ("tournament", "Missing option '--subject'"),
        ("tournament --subject uniform --no-such-option", "--no-such-option"),
        ("tournament --subject uniform --subjet uniform", "No such option"),
        ("tournament --subject uniform --games", "--games"),
        ("tournament --subject uniform --games many", "'many' is not a valid integer"),
        ("tournament --subject uniform --games 0", "--games is 0"),
        ("tournament --subject uniform --games -3", "-3"),
        ("tournament --subject uniform --rounds 0", "--rounds is 0"),
        ("tournament --subject uniform --seed x", "x"),
        ("tournament --subject uniform --display loud", "loud"),
        ("tournament --subject uniform --style bold", "bold"),
        ("tournament --subject uniform --format no-such-format", "no-such-format"),
        ("tournament --subject uniform --temperature 0", "temperature"),
        ("tournament --subject uniform --temperature nan", "temperature"),
        ("tournament --subject uniform --top-p 1.5", "top-p"),
        ("tournament --subject uniform --top-p nan", "top-p"),
        ("tournament --subject uniform --min-p 1", "min-p"),
        ("tournament --subject uniform --stated --strings 2", "--strings"),
        ("tournament --subject uniform --stated --mix gemma-3-270m=0.5", "--mix"),
        ("tournament --subject uniform --mix gemma-3-270m", "MODEL=SHARE"),
        ("tournament --subject uniform --mix gemma-3-270m=1.5", "from 0 to 1"),
        ("play --plain --subject uniform --opponent human --game rps --mix gemma-3-270m=0.5", "is no model"),
        ("play --plain --subject llm:gemma-3-270m --opponent human --game rps --mix gemma-3-270m=2", "from 0 to 1"),
        ("tournament --subject uniform --rename nothing", "own, letters, others"),
        ("tournament --subject uniform --history -1", "history"),
        ("tournament --subject uniform --max-tokens 0", "max-tokens"),
        ("tournament --subject uniform --kv-mib 0", "kv-mib"),
        ("tournament --subject uniform --batch 0", "batch"),
        ("tournament --subject uniform --subject uniform", "uniform"),
        ("tournament --subject uniform --game rps --game rps", "rps"),
        ("tournament --subject greedy", "both read the other's policy"),
        ("report --format pdf", "pdf"),
        ("export --to csv", "--out"),
        ("export --to xlsx --out out", "xlsx"),
    ],
)
def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in complaint(*arguments.split(), code=USAGE)


@pytest.mark.parametrize(
    ("game", "says"),
    [
        ("rsp", "did you mean 'rps'?"),
        ("chess", "hide-and-seek"),
        ("", "rps"),
        ("rps:3", "no number"),
        ("rps:", "number"),
        ("hide-and-seek:", "number"),
        ("hide-and-seek:x", "number"),
        ("hide-and-seek:-2", "number"),
        ("hide-and-seek:1", "2 to 7"),
        ("hide-and-seek:8", "2 to 7"),
        pytest.param("hide-and-seek:" + "9" * 5000, "hide-and-seek", id="5000 digits"),
    ],
)
def test_games(tmp_path: Path, game: str, says: str) -> None:
    assert says in complaint(*UNIFORM, "--game", game, "--store", tmp_path / "x.db", code=USAGE)


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ("unifrom", "did you mean 'uniform'?"),
        ("", "there are"),
        ("uniform:3", "uniform"),
        ("fixed", "fixed:MOVE"),
        ("fixed:", "fixed:MOVE"),
        ("fixed:spock", "has no move 'spock'"),
        ("fixed:[red]", "rock, paper, scissors"),
        (b"fixed:\xff\xfe", "rock, paper, scissors"),
        (b"\xff\xfe", "there are"),
        ("mix:", "mix:MOVE=P"),
        ("mix:rock", "MOVE=PROBABILITY"),
        ("mix:rock=0.5,paper=0.5,", "MOVE=PROBABILITY"),
        ("mix:spock=1", "rock, paper, scissors"),
        ("mix:rock=0.5,rock=0.5", "twice"),
        ("mix:rock=half,paper=0.5", "half"),
        ("mix:rock=,paper=1", "number"),
        ("mix:rock=-0.5,paper=1.5", "-0.5"),
        ("mix:rock=nan,paper=0.5", "nan"),
        ("mix:rock=inf,paper=0.5", "inf"),
        ("mix:rock=1e999", "1e999"),
        ("mix:rock=0.5,paper=0.3", "sum to 0.8"),
        ("mix:rock=0.5,paper=0.5,scissors=0.5", "1.5"),
        ("mix:rock=0", "sum"),
        ("llm", "llm:MODEL"),
        ("llm:", "llm:MODEL"),
    ],
)
@pytest.mark.parametrize("seat", ["--subject", "--opponent"])
def test_agents(tmp_path: Path, agent: str | bytes, says: str, seat: str) -> None:
    other = ("--opponent" if seat == "--subject" else "--subject", "uniform")
    store = tmp_path / "x.db"
    assert says in complaint("tournament", seat, agent, *other, "--store", store, code=USAGE)
    assert count_rounds(store) == 0
