"""Runs as logs of inspect_ai, read back by inspect_ai itself."""

from __future__ import annotations

import math
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import InputError
from arena.exchange.inspect_logs import write_logs
from arena.store import Store
from tests.support.markup_run import BOTS, DRAWN, MARKUP, PLAYED, POLICY

log = pytest.importorskip("inspect_ai.log", reason="inspect_ai isn't installed: the extra `exchange` brings it")


def by_cell(folder: Path) -> dict[str, log.EvalLog]:
    found = [log.read_eval_log(str(path)) for path in sorted(folder.iterdir())]
    return {one.eval.metadata["cell"]: one for one in found}


def test_a_log_per_cell_and_a_sample_per_match_or_answer(store: Store, tmp_path: Path) -> None:
    done = write_logs(store, tmp_path / "logs")
    logs = by_cell(tmp_path / "logs")
    assert set(logs) == {PLAYED.key, BOTS.key, DRAWN.key}
    assert sorted(done.files.values()) == [2, 2, 3] and not done.without
    assert set(done.files) == set((tmp_path / "logs").iterdir())
    listed = log.list_eval_logs(str(tmp_path / "logs"))
    assert {(info.task, info.task_id) for info in listed} == {
        (one.eval.task, one.eval.task_id) for one in logs.values()
    }
    for key, one in logs.items():
        assert [sample.id for sample in one.samples] == [1, 2, 3][: len(one.samples)]
        assert (one.status == "success") == (key == DRAWN.key)
    played = logs[PLAYED.key]
    assert (played.eval.task, played.eval.model) == ("rps", PLAYED.subject)
    assert played.eval.model_generate_config.temperature == 0.5
    assert played.eval.created == store.runs()[0].began.isoformat()
    write_logs(store, tmp_path / "all", unfinished=True)
    assert len(by_cell(tmp_path / "all")[PLAYED.key].samples) == 3


def test_a_match_is_its_rounds_with_their_policies(store: Store, tmp_path: Path) -> None:
    write_logs(store, tmp_path / "logs")
    logs = by_cell(tmp_path / "logs")
    sample = logs[PLAYED.key].samples[0]
    assert [(message.role, message.text) for message in sample.messages] == [
        ("user", "<i>Round</i>\n# 1:"), ("assistant", MARKUP), ("user", "<i>Round</i>\n# 1:"), ("assistant", "hm"),
    ]  # fmt: skip
    assert sample.metadata["moves"] == ["rock", "paper", "scissors"]
    assert sample.metadata["policy"] == [list(POLICY), list(POLICY)]
    facts = [event.data for event in sample.events]
    assert facts == [message.metadata for message in sample.messages[1::2]]
    assert [(fact["move"], fact["reply"], fact["outcome"]) for fact in facts] == [
        ("rock", "scissors", "win"), (None, "scissors", "loss"),
    ]  # fmt: skip
    assert facts[0]["policy"] == dict(zip(sample.metadata["moves"], POLICY, strict=True))
    assert [answer["text"] for answer in facts[0]["answers"]] == ["hm", MARKUP]
    # against scissors: rock wins, paper loses
    expected = 100 * (POLICY[0] - POLICY[1])
    scores = {name: score.value for name, score in sample.scores.items()}
    assert scores == {"net": 0.0, "determinism": 0.625, "expected_net": expected}
    (person, _) = logs[BOTS.key].samples
    assert person.metadata["policy"] == [None, None] and set(person.scores) == {"net"}
    assert [message.text for message in person.messages] == ["Round 1", "rock", "Round 2", "rock"]


def test_an_answer_has_its_value(store: Store, tmp_path: Path) -> None:
    write_logs(store, tmp_path / "logs")
    drawn = by_cell(tmp_path / "logs")[DRAWN.key]
    assert [sample.output.completion for sample in drawn.samples] == [f"{MARKUP} {number}" for number in range(3)]
    assert [sample.metadata["value"] for sample in drawn.samples] == [[7], None, [0]]
    assert [(sample.scores["valid"].value, sample.scores["valid"].answer) for sample in drawn.samples] == [
        (1.0, "[7]"), (0.0, None), (1.0, "[0]"),
    ]  # fmt: skip
    (score,) = drawn.results.scores
    assert score.metrics["mean"].value == pytest.approx(2 / 3)
    # of 1, 0, 1 the variance is 1/3, and the mean's a third of that
    assert score.metrics["stderr"].value == pytest.approx(math.sqrt(1 / 9))
    assert drawn.eval.metadata["findings"] == {"entropy": {"entropy": 2.5}}


def test_one_run_twice_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    run = store.runs()[0]
    first, second = (write_logs(store, tmp_path / name, run=run).files for name in ("a", "b"))
    assert [path.name for path in first] == [path.name for path in second] and len(first) == 2
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        with zipfile.ZipFile(one) as members:  # a clock would show a second later
            assert {member.date_time for member in members.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_cell_without_matches_has_no_log(tmp_path: Path, store: Store) -> None:
    spec = replace(store.runs()[0].spec, seed=9)
    with Store.open(store.path, create=True) as opened, opened.begin(spec):
        pass
    done = write_logs(store, tmp_path / "logs", run=store.runs()[-1])
    assert not done.files and [key for _, key in done.without] == [PLAYED.key, BOTS.key]


def test_without_inspect_a_sentence_names_the_command(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)  # importing it then fails as where it isn't installed
    with pytest.raises(InputError, match=r"inspect_ai.*\[exchange\]"):
        write_logs(store, tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
