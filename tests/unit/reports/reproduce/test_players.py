"""Which players stand for which of the paper's models."""

from __future__ import annotations

from arena.reports.reproduce.players import LLAMA, QWEN, Match, Who, player_of

GEMMA, SMOLLM = player_of("llm:gemma-3-270m", "base"), player_of("llm:smollm2-135m-instruct", "instruct")
SFT = player_of("llm:tulu-3-8b-sft", "instruct")


def test_the_catalog_s_entries_are_the_paper_s_models() -> None:
    assert SFT.match(Who(LLAMA, "8B", "tulu-sft"), [SFT]) is Match.SAME
    assert SFT.match(Who(LLAMA, "70B", "tulu-sft"), [SFT]) is None
    assert SFT.match(Who(LLAMA, "8B", "tulu-dpo"), [SFT]) is None
    assert SFT.match(Who(LLAMA, None, "tulu-sft"), [SFT]) is Match.SIZE_UNKNOWN
    on_a_server = player_of("llm:tulu-3-8b-sft@sglang:http://127.0.0.1:30000", "instruct")
    assert on_a_server.is_the_papers and player_of("llm:qwen-2.5-72b", "base").is_the_papers
    assert not GEMMA.is_the_papers and not player_of("llm:llama.cpp:/a/tulu-3-8b-sft.gguf", "instruct").is_the_papers


def test_another_model_stands_beside_the_smallest_of_its_kind() -> None:
    both = [GEMMA, SMOLLM]
    assert GEMMA.match(Who(LLAMA, "8B", "base"), both) is Match.KIND
    assert GEMMA.match(Who(LLAMA, "70B", "base"), both) is None
    assert GEMMA.match(Who(LLAMA, "8B", "tulu-dpo"), both) is None
    assert SMOLLM.match(Who(LLAMA, "8B", "tulu-dpo"), both) is Match.KIND
    assert SMOLLM.match(Who(LLAMA, None, "tulu-full"), both) is Match.KIND
    assert SMOLLM.match(Who(QWEN, "7B", "instruct"), both) is Match.KIND


def test_but_not_where_one_of_the_paper_s_was_run() -> None:
    assert GEMMA.match(Who(LLAMA, "8B", "base"), [GEMMA, SFT]) is None


def test_names() -> None:
    assert Who(LLAMA, "8B", "tulu-sft").name == "8B tulu-sft"
    assert Who(LLAMA, None, "base").name == "base"
    assert Who(QWEN, "7B", "instruct").name == "Qwen 2.5 7B instruct"
