"""Leaderboard scores: from files of people, from results of lm-evaluation-harness, and those that are published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.errors import InputError
from arena.reports.tradeoff.lm_eval import columns
from arena.reports.tradeoff.scores import read_scores
from tests.support.harness import RESULTS, harness_results


def test_shipped_scores_are_those_of_the_papers_models_alone() -> None:
    scores = read_scores(())
    base, tulu = scores.of("llm:llama-3.1-8b"), scores.of("llm:tulu-3-70b@sglang:http://rig:30000")
    assert base is not None and (base.value, "Open LLM Leaderboard" in base.source) == (14.42, True)
    assert tulu is not None and tulu.value == 42.33
    assert scores.of("llm:gemma-3-270m") is None and scores.of("uniform") is None and scores.of("llm:nobody") is None


def test_a_persons_files_count_before_what_is_shipped_and_later_ones_before_earlier_ones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffmodel,score,remark\nllm:llama-3.1-8b, 10.5 ,x\ngemma-3-270m,3\n")
    (tmp_path / "b.toml").write_text('[scores]\n"llm:gemma-3-270m" = 4\n')
    scores = read_scores([str(tmp_path / "a.csv"), str(tmp_path / "b.toml")])
    found = {name: scores.of(f"llm:{name}") for name in ("llama-3.1-8b", "gemma-3-270m")}
    assert {name: (score.value, score.source) for name, score in found.items() if score} == {
        "llama-3.1-8b": (10.5, "a.csv"),
        "gemma-3-270m": (4.0, "b.toml"),
    }


def test_results_of_the_harness_are_put_on_the_leaderboards_scale() -> None:
    """By hand, from the leaderboard's page on normalisation: 100 (raw - guess) / (1 - guess), never below 0."""
    found = columns(harness_results())
    assert found["ifeval"] == pytest.approx(100 * (RESULTS["ifeval_inst"] + RESULTS["ifeval_prompt"]) / 2)
    assert found["gpqa"] == pytest.approx(100 * (RESULTS["gpqa"] - 0.25) / 0.75)
    assert found["mmlu_pro"] == pytest.approx(100 * (RESULTS["mmlu_pro"] - 0.1) / 0.9)
    assert found["math"] == pytest.approx(100 * RESULTS["math_hard"])
    murder, places = 100 * (0.504 - 0.5) / 0.5, 100 * (0.28515625 - 0.2) / 0.8
    assert found["musr"] == pytest.approx((murder + places + 0.0) / 3)  # the third is worse than guessing, 0.288 < 1/3
    assert 0 < found["bbh"] < 20


def test_the_page_on_normalisations_own_example() -> None:
    document = harness_results()
    for part, raw in (("murder_mysteries", 0.7), ("object_placements", 0.4), ("team_allocation", 0.6)):
        document["results"][f"leaderboard_musr_{part}"] = {"acc_norm,none": raw}
    document["results"]["leaderboard_gpqa"] = {"acc_norm,none": 0.6}
    found = columns(document)
    assert found["musr"] == pytest.approx(35.0, abs=0.01) and found["gpqa"] == pytest.approx(46.67, abs=0.01)


def test_newer_results_without_numbers_of_groups_are_averaged_by_size() -> None:
    document = harness_results()
    gpqa = {"diamond": (0.30, 198), "extended": (0.28, 546), "main": (0.26, 448)}
    document["results"]["leaderboard_gpqa"] = {" ": " ", "alias": "leaderboard_gpqa"}
    for part, (raw, _) in gpqa.items():
        document["results"][f"leaderboard_gpqa_{part}"] = {"acc_norm,none": raw}
    document["n-samples"] = {f"leaderboard_gpqa_{part}": {"effective": n} for part, (_, n) in gpqa.items()}
    mean = (0.30 * 198 + 0.28 * 546 + 0.26 * 448) / (198 + 546 + 448)
    assert columns(document)["gpqa"] == pytest.approx(100 * (mean - 0.25) / 0.75)


def test_a_result_is_found_by_the_hubs_name_in_a_file_or_a_folder_or_by_the_name_that_is_given(tmp_path: Path) -> None:
    folder = tmp_path / "google__gemma-3-270m"
    folder.mkdir()
    (folder / "results_2026-01-01.json").write_text(json.dumps(harness_results(model_name="google/gemma-3-270m")))
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(harness_results(config={"model_args": "pretrained=meta-llama/Llama-3.1-8B,dtype=auto"})))
    scores = read_scores([str(tmp_path), str(file), f"llm:smollm2-135m-instruct={file}"])
    for name in ("gemma-3-270m", "llama-3.1-8b", "transformers:meta-llama/Llama-3.1-8B", "smollm2-135m-instruct"):
        found = scores.of(f"llm:{name}")
        assert found is not None and found.source.startswith("lm-evaluation-harness"), name
    assert scores.of("llm:tulu-3-8b") != scores.of("llm:llama-3.1-8b")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "name,points\nx,1\n", "its first line must name the columns, model,score"),
        ("a.csv", "", "its first line must name the columns"),
        ("a.csv", "model,score\nx,many\n", "the score in line 2 of .*a.csv is 'many'"),
        ("a.csv", "model,score\nx\n", "the score in line 2"),
        ("a.csv", "model,score\nx,nan\n", "it must be a number from 0 to 100"),
        ("a.toml", '"x" = 3\n', r"write a table \[scores\]"),
        ("a.toml", '[scores]\n"x" = true\n', "the score of x"),
        ("a.toml", "[scores\n", "isn't TOML"),
        ("a.json", "[1]", "no result file of lm-evaluation-harness"),
        ("a.json", "{", "aren't JSON"),
        ("a.json", '{"results": {}}', "it lacks leaderboard_ifeval .* and 37 more"),
        ("a.json", json.dumps(harness_results()), "doesn't say of which model it is: write --scores MODEL="),
        ("none.csv", None, "can't be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        read_scores([str(tmp_path / name)])
