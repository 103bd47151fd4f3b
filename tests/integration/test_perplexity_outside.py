"""`arena perplexity` beside llama.cpp's own program and transformers, on the documents that come with Arena. The
program is built from llama.cpp's source (docs/prediction.md says how), and looked for on the path."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.backends.weights.unpacked import write_unpacked
from arena.experiments.prediction.documents import shipped_documents
from benchmarks.support import dequantised
from tests.support import llama_cuts
from tests.support.commands import GEMMA, SMOLLM2, arena

PROGRAM = "llama-perplexity"
WINDOW = 256  # tokens
WORDS = 150  # of a document that transformers reads, which takes longer

pytestmark = [pytest.mark.model, pytest.mark.slow]


def unpacked(model: str, path: Path) -> Path:
    """A folder with the model's weights in 32 bits."""
    weights = path / "weights"
    command = [sys.executable, dequantised.__file__, str(locate(find_model(model))), str(weights)]
    subprocess.run(command, check=True, capture_output=True)
    return weights


def by_program(model: Path, text: Path, size: int) -> float:
    """The perplexity of the tokens behind the middle of a text's first `size` tokens, BOS among them."""
    options = ["-c", size, "-b", size, "--chunks", 1, "-t", 1, "-tb", 1, "--no-warmup"]
    command = [PROGRAM, "-m", model, "-f", text, *options]
    done = subprocess.run(
        list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True
    )
    (found,) = re.findall(r"^\[1\]([\d.]+)", done.stdout, re.MULTILINE)
    return float(found)


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"needs llama.cpp's {PROGRAM} on the path")
@pytest.mark.parametrize(("model", "bos"), [(SMOLLM2, False), (GEMMA, True)])
def test_documents_are_as_surprising_to_llama_cpp_s_own_program(tmp_path: Path, model: str, bos: bool) -> None:
    documents, path = shipped_documents().documents, tmp_path / "in-32-bits.gguf"
    write_unpacked(locate(find_model(model)), path)  # the program computes in the precision of its file
    task = {"path": str(path), "bos": bos, "most": WINDOW, "texts": [each.text for each in documents]}
    program = [sys.executable, llama_cuts.__file__]
    done = subprocess.run(program, input=json.dumps(task), text=True, capture_output=True, check=True)
    folder = tmp_path / "texts"
    folder.mkdir()
    theirs, scored = {}, {}
    for document, (window, half, size) in zip(documents, json.loads(done.stdout), strict=True):
        (folder / f"window-{document.name}").write_text(window)
        (folder / f"half-{document.name}").write_text(half)
        (tmp_path / "whole.txt").write_text(document.text)
        scored[document.name] = size - 1 - size // 2
        theirs[document.name] = scored[document.name] * math.log2(by_program(path, tmp_path / "whole.txt", size))
    line = ("--model", model, "--window", "1024", "--threads", "1", "--store", tmp_path / "a.db", "--json")
    read = {each["document"]: each for each in json.loads(arena("perplexity", folder, *line).stdout)["documents"]}
    parts = {name: (read[f"window-{name}"], read[f"half-{name}"]) for name in theirs}
    assert {name: window["tokens"] - half["tokens"] for name, (window, half) in parts.items()} == scored
    ours = {name: window["bits"] - half["bits"] for name, (window, half) in parts.items()}
    apart = [ours[name] / theirs[name] - 1 for name in theirs]
    tokens = sum(scored.values())
    perplexities = [2 ** (sum(bits.values()) / tokens) for bits in (ours, theirs)]
    print(
        f"{model}: {len(theirs)} documents, {tokens} tokens; perplexity {perplexities[0]:.4f}, the program's "
        f"{perplexities[1]:.4f}, {100 * (perplexities[0] / perplexities[1] - 1):+.3f}%; bits of one document "
        f"{100 * max(map(abs, apart)):.2f}% apart at most",
        flush=True,
    )
    assert len(theirs) == 20 and tokens > 20 * 80
    assert perplexities[0] == pytest.approx(perplexities[1], rel=5e-3)
    assert max(map(abs, apart)) < 5e-3


@pytest.mark.skipif(find_spec("lm_eval") is None, reason="needs lm-evaluation-harness (the package lm-eval)")
@pytest.mark.parametrize(("model", "start"), [(GEMMA, ""), (SMOLLM2, "The")])
def test_documents_are_as_surprising_to_lm_evaluation_harness(tmp_path: Path, model: str, start: str) -> None:
    """Its rolling log-likelihood counts every token behind one that it puts before a text: BOS, or where a model has
    none, a first word that Arena doesn't count either."""
    from lm_eval.api.instance import Instance  # type: ignore[import-not-found]
    from lm_eval.models.huggingface import HFLM  # type: ignore[import-not-found]
    from transformers import AutoTokenizer

    weights = unpacked(model, tmp_path)
    folder, texts = tmp_path / "texts", {}
    folder.mkdir()
    for document in shipped_documents().documents:
        texts[document.name] = " ".join(document.text.split()[:WORDS])
        if start:
            texts[document.name] = f" {texts[document.name]}"
        (folder / document.name).write_text(start + texts[document.name])
    line = ("--model", model, "--store", tmp_path / "a.db", "--threads", "1", "--json")
    ours = {
        each["document"]: each["bits"] for each in json.loads(arena("perplexity", folder, *line).stdout)["documents"]
    }
    tokenizer = AutoTokenizer.from_pretrained(weights)
    before = tokenizer.convert_tokens_to_ids(start) if start else tokenizer.bos_token_id
    options = {"prefix_token_id": before, "add_bos_token": False, "device": "cpu", "dtype": "float32"}
    harness = HFLM(str(weights), batch_size=1, **options)
    asked = [
        Instance(request_type="loglikelihood_rolling", doc={}, arguments=(text,), idx=number)
        for number, text in enumerate(texts.values())
    ]
    theirs = dict(zip(texts, (-found / math.log(2) for found in harness.loglikelihood_rolling(asked)), strict=True))
    apart = max(abs(ours[name] / theirs[name] - 1) for name in theirs)
    print(f"{model}: {len(theirs)} documents of {WORDS} words, bits {apart:.1e} apart at most")
    assert len(theirs) == 20 and ours == pytest.approx(theirs, rel=1e-3)


@pytest.mark.parametrize("model", [GEMMA, SMOLLM2])
def test_documents_are_as_surprising_to_transformers_in_32_bits(tmp_path: Path, model: str) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    weights, folder = unpacked(model, tmp_path), tmp_path / "texts"
    folder.mkdir()
    texts = {}
    for document in shipped_documents().documents:
        texts[document.name] = " ".join(document.text.split()[:WORDS])
        (folder / document.name).write_text(texts[document.name])
    line = ("--model", f"transformers:{weights}", "--store", tmp_path / "a.db", "--threads", "1", "--json")
    found = json.loads(arena("perplexity", folder, *line).stdout)
    ours = {each["document"]: each["bits"] for each in found["documents"]}
    tokenizer = AutoTokenizer.from_pretrained(weights)
    network = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32)
    theirs = {}
    for name, text in texts.items():
        tokens = tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            loss = float(network(tokens, labels=tokens).loss)
        theirs[name] = loss * (tokens.shape[1] - 1) / math.log(2)
    apart = max(abs(ours[name] / theirs[name] - 1) for name in theirs)
    print(f"{model}: {len(theirs)} documents of {WORDS} words, bits {apart:.1e} apart at most")
    assert len(theirs) == 20 and ours == pytest.approx(theirs, rel=1e-3)
