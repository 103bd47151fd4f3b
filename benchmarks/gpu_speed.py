"""The transformers backend with a model of Llama-3.1-8B's shape and random weights, beside `model.generate` called for
each move and beside the device's prefill limit.

Everything it needs is made here: weights are drawn on the device and written as safetensors, and the tokenizer is
SmolLM2's. A random model says no moves: an answer has 8 tokens, and the move is then drawn from the policy.
`--shape small` is for trying the script on a CPU. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate

ROUNDS = 10
ANSWER = 8  # tokens at most
TOKENIZER = "smollm2-135m-instruct"
SHAPES: dict[str, dict[str, Any]] = {
    # as meta-llama/Llama-3.1-8B's config.json has it
    "llama-3.1-8b": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128256,
        "max_position_embeddings": 131072,
        "rope_theta": 500000.0,
    },
    "small": {
        "hidden_size": 256,
        "intermediate_size": 896,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "vocab_size": 49152,
        "max_position_embeddings": 8192,
    },
}
_PREFILL = (8, 1024)  # prompts and tokens each, for the limit


# --- Arena's part ---


def play(folder: str, options: argparse.Namespace) -> dict[str, Any]:
    """A tournament into a temporary store; loading the model is not timed."""
    with tempfile.TemporaryDirectory() as place:
        store = Path(place) / "speed.db"
        seconds, tokens = asyncio.run(_play(store, folder, options))
        return {"seconds": seconds, "tokens": tokens, "prompts": _asked(store, options.generate)}


async def _play(path: Path, folder: str, options: argparse.Namespace) -> tuple[float, int]:
    from arena.backends.loading import Models
    from arena.backends.local.settings import Settings
    from arena.experiments.experiment import carry_out
    from arena.experiments.tournament.spec import TournamentSpec
    from arena.experiments.tournament.tournament import plan_tournament
    from arena.session.progress import observer
    from arena.store.store import Store

    settings = Settings(
        device=options.device,
        dtype=options.dtype,
        batch=options.batch,
        outputs=options.outputs,
        kv_mib=options.kv_mib,
        kv_cells=options.cells,
    )
    with observer("plain") as watching:
        models = Models(settings, watching.tell)
        name = f"transformers:{folder}"
        try:
            spec = TournamentSpec(
                subjects=(f"llm:{name}",),
                matches=options.games,
                rounds=ROUNDS,
                style="base",
                format="none",
                invalid="policy",
                max_tokens=ANSWER,
            )
            plan = await plan_tournament(spec, models)
            model = await models.get(name)
            with Store.open(path, create=True) as store:
                before, begun = await model.work(), time.perf_counter()
                await carry_out(plan, store, models, watching)
                seconds, work = time.perf_counter() - begun, await model.work()
            evaluated = work.prompt_tokens + work.sampled_tokens - before.prompt_tokens - before.sampled_tokens
            return seconds, evaluated
        finally:
            await models.close()


def _asked(path: Path, matches: int) -> list[list[int]]:
    """The prompts of the first matches, in their order."""
    from arena.games import parse_game
    from arena.store.store import Store

    with Store.open(path) as store:
        (cell,) = store.cells(store.run(None))
        tokens = {row.number: row.prompt.tokens for row in store.prompts(cell)}
        columns = store.rounds(cell, len(parse_game(cell.spec.what).moves))
    asked = zip(columns.match.tolist(), columns.prompt.tolist(), strict=True)
    return [list(tokens[prompt]) for match, prompt in asked if match < matches]


# --- the child process: weights, generate, the limit ---


def write(task: dict[str, Any]) -> dict[str, Any]:
    """Random weights of a shape, and the tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    gguf = Path(task["gguf"])
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    torch.manual_seed(0)
    torch.set_default_dtype(getattr(torch, task["dtype"]))
    with torch.device(task["device"]):
        make: Any = LlamaForCausalLM
        model = make(LlamaConfig(**SHAPES[task["shape"]], eos_token_id=tokenizer.eos_token_id))
    model.save_pretrained(task["folder"])
    tokenizer.save_pretrained(task["folder"])
    return {"parameters": sum(weights.numel() for weights in model.parameters())}


def beside(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds for `generate` on prompt after prompt, and the tokens a second of plain prefill."""
    import torch
    from transformers import AutoModelForCausalLM

    device = task["device"]
    model = AutoModelForCausalLM.from_pretrained(
        task["folder"], dtype=getattr(torch, task["dtype"]), attn_implementation="sdpa", use_safetensors=True
    )
    model = model.to(device).eval()

    def wait() -> None:
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    def generate(prompt: list[int]) -> None:
        tokens = torch.tensor([prompt], device=device)
        # the sampling that is played, and the first distribution, which the adversary reads
        found = model.generate(
            tokens,
            attention_mask=torch.ones_like(tokens),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=ANSWER,
            pad_token_id=0,
            output_scores=True,
            return_dict_in_generate=True,
        )
        torch.log_softmax(found.scores[0][0].float(), dim=-1).cpu()

    generate(task["prompts"][-1])  # warms up
    wait()
    begun = time.perf_counter()
    for prompt in task["prompts"]:
        generate(prompt)
    wait()
    generating = time.perf_counter() - begun
    count, length = task["prefill"]
    batch = torch.randint(100, 1000, (count, length), device=device)
    times = []
    with torch.inference_mode():
        for _ in range(4):
            begun = time.perf_counter()
            model(input_ids=batch, use_cache=False, logits_to_keep=1)
            wait()
            times.append(time.perf_counter() - begun)
    name = torch.cuda.get_device_name() if device.startswith("cuda") else device
    return {"generate_seconds": generating, "prefill_tokens_per_s": count * length / min(times), "device": name}


_CHILDREN: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"write": write, "beside": beside}


def in_child(kind: str, task: dict[str, Any]) -> dict[str, Any]:
    """Run a part in a process of its own, whose memory is given back."""
    command = [sys.executable, __file__, "--child", kind]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{kind}: the child process ended with code {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


# --- the whole ---


def measure(options: argparse.Namespace, folder: str) -> dict[str, Any]:
    """Write the weights, play, and measure what stands beside it."""
    task = {"folder": folder, "device": options.device, "dtype": options.dtype, "shape": options.shape}
    _tell(f"writing random weights of the shape {options.shape}")
    written = in_child("write", task | {"gguf": str(locate(find_model(TOKENIZER)))})
    played = play(folder, options)
    rounds = options.games * ROUNDS / played["seconds"]
    _tell(f"Arena: {rounds:.1f} rounds/s; generate, {len(played['prompts'])} prompts")
    other = in_child("beside", task | {"prompts": played["prompts"], "prefill": _PREFILL})
    generated = len(played["prompts"]) / other["generate_seconds"]
    return {
        "device": other["device"],
        "parameters": written["parameters"],
        "arena_rounds_per_s": rounds,
        "generate_rounds_per_s": generated,
        "ratio": rounds / generated,
        "arena_tokens_per_s": played["tokens"] / played["seconds"],
        "prefill_tokens_per_s": other["prefill_tokens_per_s"],
        "fraction_of_prefill_limit": played["tokens"] / played["seconds"] / other["prefill_tokens_per_s"],
    }


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print a table, and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=[*SHAPES], default="llama-3.1-8b")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", choices=["bfloat16", "float16", "float32"], default="bfloat16")
    parser.add_argument("--games", type=int, default=500)
    parser.add_argument("--generate", type=int, default=5, help="matches that generate plays")
    parser.add_argument("--batch", type=int, default=2048, help="tokens a batch")
    parser.add_argument("--outputs", type=int, default=256, help="distributions a batch")
    parser.add_argument("--cells", type=int, default=65536, help="tokens in the KV cache")
    parser.add_argument("--kv-mib", type=int, default=16384)
    parser.add_argument("--folder", type=Path, help="where the weights are written (16 GB); a temporary one without it")
    parser.add_argument("--json", type=Path, help="write the result there too")
    parser.add_argument("--child", choices=[*_CHILDREN], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_CHILDREN[options.child](json.load(sys.stdin))))
        return
    with tempfile.TemporaryDirectory() as made:
        result = measure(options, str(options.folder or Path(made) / "model"))
    for key, value in result.items():
        print(f"{key:<28}{value:>16,.3f}" if isinstance(value, float) else f"{key:<28}{value:>16}")
    line = json.dumps(result)
    if options.json:
        options.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
