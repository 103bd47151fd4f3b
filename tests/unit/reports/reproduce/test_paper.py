"""The verdicts on the paper's own models, for which bots stand: known rates come out within, planted ones differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from arena.reports.report import WRITERS
from arena.reports.reproduce import report
from arena.reports.reproduce.tables import NO_MODEL_NOTE
from arena.store.store import Store
from tests.support.paper_models import fill

PLANTED = {("tulu-full", "rps"): {"wins": 35.0, "ties": 35.0, "losses": 30.0}}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("paper") / "a.db"
    fill(path, 120, PLANTED)
    with Store.open(path) as store:
        made = report(store, store.runs(), suite="paper-8b")
        for write in WRITERS.values():
            write(made)
    found: dict[str, Any] = json.loads(WRITERS["json"](made))
    return found


def by_key(document: dict[str, Any], table: str) -> dict[str, dict[str, Any]]:
    return {number["key"]: number for number in document["numbers"] if number["key"].startswith(f"{table}/")}


def test_what_was_planted_differs_and_nothing_else_beyond_chance(document: dict[str, Any]) -> None:
    numbers = by_key(document, "table2")
    assert len(numbers) == 35  # 5 models: 4 numbers in rps, 3 in hide & seek
    planted = {key for key in numbers if key.startswith("table2/8B/tulu-full/rps/")}
    differ = {key for key, number in numbers.items() if number["verdict"] == "differs"}
    assert planted <= differ and len(differ - planted) <= 5
    assert {number["verdict"] for number in numbers.values()} == {"within", "differs"}
    counts = document["counts"]
    assert counts["differs"] == len(differ) and counts["within"] == 35 - len(differ)
    assert counts["differs_by_chance"] == pytest.approx(35 * 0.05) and counts["differs_by_chance_range"] == [0, 5]


def test_a_published_number_s_error_is_that_of_its_n(document: dict[str, Any]) -> None:
    """The bots' rounds are independent: 5000 rounds with 26.3 wins have an error of 0.62 points."""
    wins = by_key(document, "table2")["table2/8B/base/rps/wins"]
    assert wins["published"] == 26.3 and wins["published_n"] == 5000 and wins["published_rounding"] == 0.05
    assert wins["published_error"] == pytest.approx(0.62, rel=0.15)
    assert by_key(document, "table2")["table2/8B/base/rps/net"]["published_rounding"] == 0.1


def test_where_the_paper_leaves_n_or_the_size_open_there_is_no_verdict(document: dict[str, Any]) -> None:
    plain = by_key(document, "table4")
    assert sorted(plain) == [f"table4/1.0/1.0/{one}" for one in
                             ("base", "llama-instruct", "tulu-dpo", "tulu-full", "tulu-sft")]  # fmt: skip
    for number in plain.values():
        assert number["verdict"] == "not comparable" and "size" in number["why"]
        assert number["supposed"] == "within" or number["key"].endswith("tulu-full")
    letters = by_key(document, "table6")["table6/8B/tulu-sft/mode"]
    assert (letters["published"], letters["ours"], letters["verdict"]) == ("j", "j", "not comparable")
    assert letters["supposed"] == "within" and "n" in letters["why"]
    (sequences,) = (number for key, number in by_key(document, "table1").items() if key.endswith("/base"))
    assert sequences["verdict"] == "not comparable" and sequences["supposed"] is None
    assert "per 1500" in sequences["why"]


def test_claims(document: dict[str, Any]) -> None:
    found = {claim["key"]: claim["outcome"] for claim in document["claims"]}
    holding = {key for key, outcome in found.items() if outcome == "holds"}
    assert holding >= {
        "f2-mode-aligned", "f2-mode-base", "f3-mode-aligned", "f3-order",
        "f4-max", "f4-base", "f4-after", "f4-base-after", "f6-position", "t6-letter",
    }  # fmt: skip
    assert found["t2-base"] == "doesn't hold"  # of what was planted
    assert found["f2-scale"] == "not testable" and found["t3-base"] == "not run" and found["s4-rho"] == "not run"


def test_what_was_not_run_is_said_with_its_command(document: dict[str, Any]) -> None:
    missing = {(one["table"], one["models"]): (one["numbers"], one["command"]) for one in document["not_run"]}
    assert missing["table2", "70B models"] == (35, "arena reproduce paper-70b")
    assert missing["table5", "7B models"][1] == "arena reproduce paper-qwen"
    assert missing["table7", "Tulu 3's reward model"][0] == 11
    assert NO_MODEL_NOTE not in document["notes"]
    printed = json.dumps(document)
    assert "reproduced" not in printed
