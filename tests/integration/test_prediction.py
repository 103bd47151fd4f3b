"""`arena perplexity` and `arena anchors` as people use them: on the two small models, and beside what llama.cpp and
transformers compute by themselves."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from arena.backends.local.settings import cpuinfo
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.errors import ExitCode
from arena.store import Store
from tests.support import llama_windows
from tests.support.commands import GEMMA, SMOLLM2, arena, complaint
from tests.support.filled import numbers

TEXTS = (
    "The tide went out at noon and left the harbour to the gulls.",
    "Two boys sat on the wall and threw stones, one after the other, at a bottle that nobody had come for.\n",
    "By four the water was back: grey, quick, 7 degrees cold & full of \u201ctreasure\u201d (plastic, mostly).\n\n" * 6,
    "Yes",
    "",
)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text)
    return folder


def test_what_is_wrong_is_said(tmp_path: Path, documents: Path) -> None:
    store = ("--store", tmp_path / "a.db")
    assert "nobody reads" in complaint("perplexity", documents, *store, code=ExitCode.USAGE)
    assert "nobody writes" in complaint("anchors", *store, code=ExitCode.USAGE)
    both = ("anchors", "--of", "1", "--model", GEMMA)
    assert "give one of the two" in complaint(*both, *store, code=ExitCode.USAGE)
    (documents / "bad.txt").write_bytes(b"\xff\xfe")
    said = complaint("perplexity", documents, "--model", SMOLLM2, *store, code=ExitCode.INPUT)
    assert "bad.txt isn't UTF-8 from its byte 1 on" in said


def test_what_it_would_cost_is_known_without_a_model(tmp_path: Path, documents: Path) -> None:
    store = ("--store", tmp_path / "a.db", "--dry-run", "--json")
    read = json.loads(arena("perplexity", documents, "--model", GEMMA, *store).stdout)
    wrote = json.loads(arena("run", "laptop-prediction", *store).stdout)
    shipped = json.loads(arena("perplexity", "--model", GEMMA, *store).stdout)
    assert len(read["cells"]) == len(shipped["cells"]) == 1 and len(wrote["cells"]) == 2 + 32
    assert not (tmp_path / "a.db").exists()


def test_what_a_run_holds_is_read_again(tmp_path: Path) -> None:
    numbers(tmp_path / "a.db", "llm:m")
    with Store.open(tmp_path / "a.db") as store:
        integers, sequences = (run.name for run in store.runs())
    line = ("--store", tmp_path / "a.db", "--out", tmp_path / "out", "--json")
    found = json.loads(arena("anchors", "--of", sequences, *line).stdout)
    (writer,) = found["writers"]
    assert writer["share"] > 0.7 > 0.3 > writer["chance"][0]
    assert "sequences" in (tmp_path / "out" / "index.html").read_text()
    assert "has no poems, no sequences" in complaint("anchors", "--of", integers, *line, code=ExitCode.INPUT)


@pytest.mark.model
@pytest.mark.long
def test_small_models_read_and_write(tmp_path: Path, documents: Path) -> None:
    store = ("--store", tmp_path / "a.db", "--json")
    models = ("--model", GEMMA, "--model", SMOLLM2)
    read = json.loads(arena("perplexity", documents, *models, "--window", "64", "--stride", "32", *store).stdout)
    gemma, smollm2 = read["models"]
    assert (gemma["bos"], gemma["tokens_before"]) == (True, 1) and gemma["empty"] == 1
    for found in (gemma, smollm2):
        assert found["documents"] >= 3 and 0.3 < found["bits_per_byte"] < 3
        low, high = found["bits_per_byte_ci"]
        assert low < found["bits_per_byte"] < high
    line = ("--prompt", "Name a colour.", "--n", "6", "--max-tokens", "12", "--scored", "2")
    wrote = json.loads(arena("anchors", *models, *line, *store).stdout)
    for found in wrote["models"]:
        (prompt,) = found["prompts"]
        assert prompt["generations"] == 6 and 0 <= prompt["share"] <= 1 and len(prompt["curve"]) == 50
    again = json.loads(arena("anchors", *models, *line, *store).stdout)
    assert again["models"] == wrote["models"]
    text = arena("report", "--store", tmp_path / "a.db", "--all", "--format", "md").stdout
    assert "Bits a byte inside anchors and outside" in text and "Predicting documents beside writing" in text


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif("amx_tile" in cpuinfo(), reason="llama-cpp-python's own class can crash there")
@pytest.mark.parametrize(("model", "bos"), [(GEMMA, True), (SMOLLM2, False)])
def test_perplexity_is_that_of_llama_cpp_alone(tmp_path: Path, documents: Path, model: str, bos: bool) -> None:
    line = ("--model", model, "--window", "48", "--stride", "16", "--store", tmp_path / "a.db", "--json")
    found = json.loads(arena("perplexity", documents, *line).stdout)
    ours = {each["document"]: each["bits"] for each in found["documents"]}
    task = {"path": str(locate(find_model(model))), "window": 48, "stride": 16, "bos": bos, "texts": TEXTS}
    program = [sys.executable, llama_windows.__file__]
    done = subprocess.run(program, input=json.dumps(task), text=True, capture_output=True, check=True)
    theirs = json.loads(done.stdout)
    # 4-bit weights amplify the rounding of batches of other shapes, now upwards, now downwards
    assert [ours[f"{number}.txt"] for number in range(len(TEXTS))] == pytest.approx(theirs, rel=0.02, abs=0.1)
    assert sum(ours.values()) == pytest.approx(sum(theirs), rel=5e-3)


@pytest.mark.model
@pytest.mark.slow
def test_perplexity_is_that_of_transformers_in_32_bits(tmp_path: Path, documents: Path, smollm2_folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = f"transformers:{smollm2_folder}"
    line = ("--model", model, "--window", "48", "--stride", "16", "--store", tmp_path / "a.db", "--json")
    found = json.loads(arena("perplexity", documents, *line).stdout)
    ours = {each["document"]: each for each in found["documents"]}
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder)
    network = AutoModelForCausalLM.from_pretrained(smollm2_folder, dtype=torch.float32)
    for number, text in enumerate(TEXTS):
        tokens = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids.long()
        bits, begun, length = 0.0, 0, tokens.shape[1]
        while begun < length:
            # as on the library's own page on perplexity: what an earlier window scored has the label -100
            end = min(length, begun + 16 if begun else 48)
            window = tokens[:, max(0, end - 48) : end]
            labels = window.clone()
            labels[:, : window.shape[1] - (end - begun)] = -100
            scored = int((labels[:, 1:] != -100).sum())
            with torch.no_grad():
                bits += float(network(window, labels=labels).loss) * scored / math.log(2) if scored else 0.0
            begun = end
        assert ours[f"{number}.txt"]["bits"] == pytest.approx(bits, rel=1e-3, abs=1e-6)


@pytest.mark.model
@pytest.mark.slow
def test_a_long_document_is_read_through_windows(tmp_path: Path) -> None:
    """The more a model sees of a text that repeats itself, the less it is surprised."""
    (tmp_path / "long.txt").write_text(TEXTS[1] * 60)
    bits = []
    for window in ("32", "512"):
        line = ("--model", SMOLLM2, "--window", window, "--stride", "16", "--store", tmp_path / "a.db", "--json")
        found = json.loads(arena("perplexity", tmp_path / "long.txt", *line).stdout)
        bits.append(found["models"][0]["bits_per_byte"])
        assert found["documents"][0]["bytes"] >= len(TEXTS[1]) * 60 - 8
    assert bits[1] < 0.5 * bits[0]
