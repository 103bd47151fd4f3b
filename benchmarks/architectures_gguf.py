"""For every architecture that llama.cpp's converter accepts: does Arena compute what llama.cpp itself computes?

    python benchmarks/architectures_gguf.py MODELS LLAMA_CPP [--only NAME ...]

MODELS has small models with random weights, each in a folder, as `support/architectures.py` makes them;
LLAMA_CPP holds the converter: the folder vendor/llama.cpp of llama-cpp-python's source distribution. Writes the table
of docs/architectures.md to standard output. Each model runs in a process of its own, because native code may end it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
# what the converter looks for and transformers no longer writes. The converted model need not equal the original:
# llama.cpp is only compared with itself
_DEFAULTS: dict[str, Any] = {"n_ctx": 512, "rotary_pct": 1.0, "pad_vocab_size_multiple": 1, "rope_theta": 10000.0}
WITHIN = 1e-2  # nats


def converter(vendor: Path) -> Callable[[Path, Path], str]:
    """A function that writes a model as a GGUF file with 32-bit weights, or returns why it can't."""
    sys.path[:0] = [str(vendor), str(vendor / "gguf-py")]
    import conversion.base as base
    import convert_hf_to_gguf as program

    logging.disable(logging.ERROR)
    load, find = base.ModelBase.load_hparams, program.get_model_class

    def kind(*given: Any, **named: Any) -> Any:
        found = find(*given, **named)
        found.set_vocab = base.TextModel._set_vocab_gpt2  # all models have the same tokenizer
        return found

    base.ModelBase.load_hparams = staticmethod(lambda *given, **named: _DEFAULTS | load(*given, **named))
    base.TextModel.get_vocab_base = _vocabulary
    program.get_model_class = kind

    def convert(folder: Path, file: Path) -> str:
        sys.argv = [program.__file__, str(folder), "--outfile", str(file), "--outtype", "f32"]
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                program.main()
        except SystemExit as left:
            return "the converter doesn't know it" if left.code else ""
        except Exception as error:  # whatever its authors didn't foresee
            return " ".join(f"the converter fails, {type(error).__name__} {error}".split())[:120]
        return ""

    return convert


def _vocabulary(model: Any) -> tuple[list[str], list[int], str]:
    """Tokens, their kinds and the pre-tokenizer, from tokenizer.json, in the form that the converter needs."""
    tokenizer = json.loads((model.dir_model / "tokenizer.json").read_text())
    words = {token: (number, 1) for token, number in tokenizer["model"]["vocab"].items()}
    words |= {token["content"]: (token["id"], 3) for token in tokenizer["added_tokens"]}
    size = int(model.hparams["vocab_size"])
    by_number = {number: (token, kind) for token, (number, kind) in words.items()}
    listed = [by_number.get(number, (f"[PAD{number}]", 5)) for number in range(size)]
    return [token for token, _ in listed], [kind for _, kind in listed], "gpt-2"


def compare(file: Path) -> tuple[str, str, str]:
    """The verdict and both differences."""
    environment = os.environ | {"PYTHONPATH": str(HERE), "GGML_NO_BACKTRACE": "1", "GOMP_SPINCOUNT": "2000"}
    compared = [sys.executable, "-m", "benchmarks.support.whole_prompts", str(file)]
    done = subprocess.run(compared, capture_output=True, text=True, check=False, env=environment)
    said = done.stdout.strip()
    if done.returncode == 3:
        return f"refused: {said.replace(str(file), 'FILE')}", "", ""
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1]
        return f"llama.cpp aborts: {last.rpartition('/')[2]}", "", ""
    one, other = map(float, said.split())
    return "right" if one < WITHIN else "WRONG", f"{one:.1g}", f"{other:.1g}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("llama_cpp", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    options = parser.parse_args()
    convert = converter(options.llama_cpp)
    print("| architecture | verdict | nats, unrounded | nats, as played |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        for folder in sorted(options.models.iterdir()):
            if options.only and folder.name not in options.only:
                continue
            file = Path(place) / f"{folder.name}.gguf"
            why = convert(folder, file)
            cells = (f"not converted: {why}", "", "") if why else compare(file)
            print("|", " | ".join((folder.name, *cells)), "|", flush=True)
            file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
