"""How much of a server's speed the SGLang client makes use of.

Against a stub that answers at once: moves per second of the client alone, and rounds per second of a whole tournament,
on one core. With --server, against a real SGLang server on this machine, on its CPU (tests/integration/sglang_cpu) or
another --device: the rate of a tournament compared with that of the same requests sent again with nothing to wait for,
as many at once as the server takes. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arena.backends.base import LanguageModel, Request, StopRule
from arena.backends.server import ServerSettings
from arena.backends.sglang.client import SGLang
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.support.telling import tell, tell_result

ROOT = Path(__file__).parents[1]
MODEL = "smollm2-135m-instruct"
ROUNDS = 10
_PROMPT = 300  # tokens, like a prompt of the fifth round
_WANTED = 24  # log-probabilities for each prompt
_FLIGHTS = 4  # requests at once when measuring the server's own rate


# --- against the stub ---


@contextmanager
def stub(folder: Path, token: int, core: int) -> Iterator[str]:
    """Run the stub on a core of its own; yields its address."""
    command = [sys.executable, str(Path(__file__).with_name("stub_server.py")), str(folder), str(token)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            os.sched_setaffinity(process.pid, {core})
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def client_alone(url: str, matches: int) -> tuple[float, float]:
    """Moves per second, and moves per second of this process's own time, with every prompt different."""
    name = f"{MODEL}@sglang:{url}"
    model = await SGLang.connect(name, find_model(name), ServerSettings())
    stop = StopRule(r"(?<!\w)rock(?!\w)", r"\w[^\n]*\n")
    stem = tuple(range(1000, 1000 + _PROMPT))
    wanted = tuple(range(100, 100 + _WANTED))

    async def match(number: int) -> None:
        from arena.backends.base import Draw

        for depth in range(ROUNDS):
            tokens = (*stem, 1 + number % 30_000, 1 + number // 30_000, depth + 1)
            completion = await model.complete(Request(tokens, wanted, stop, draw=Draw("unused"), depth=depth))
            assert completion.answers[-1].ended == "move" and len(completion.logprobs) == _WANTED

    try:
        begun, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*map(match, range(matches)))
        seconds, own = time.perf_counter() - begun, time.process_time() - used
    finally:
        await model.close()
    return matches * ROUNDS / seconds, matches * ROUNDS / own


# --- a tournament ---


@dataclass(slots=True)
class Recorded:
    """The requests that a client sent, in their order."""

    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def prompts(self) -> int:
        """How many prompts they carried."""
        return sum(len(body["input_ids"]) for body in self.bodies)


async def tournament(url: str, games: int, seed: int, opponent: str, recorded: Recorded | None = None) -> float:
    """Rounds per second of a tournament of rock-paper-scissors into a temporary store; connecting isn't timed."""
    from arena.backends.loading import Models
    from arena.experiments.experiment import carry_out
    from arena.experiments.tournament.spec import TournamentSpec
    from arena.experiments.tournament.tournament import plan_tournament
    from arena.session.progress import observer
    from arena.store.store import Store

    name = f"{MODEL}@sglang:{url}"
    with tempfile.TemporaryDirectory() as folder, observer("none") as watching:
        models = Models()
        try:
            spec = TournamentSpec(
                subjects=(f"llm:{name}",), opponents=(opponent,), matches=games, rounds=ROUNDS, seed=seed
            )
            plan = await plan_tournament(spec, models)
            model = await models.get(name)
            if recorded is not None:
                _record(model, recorded)
            with Store.open(Path(folder) / "speed.db", create=True) as store:
                begun = time.perf_counter()
                await carry_out(plan, store, models, watching)
                return games * ROUNDS / (time.perf_counter() - begun)
        finally:
            await models.close()


def _record(model: LanguageModel, recorded: Recorded) -> None:
    """Record what the client sends."""
    assert isinstance(model, SGLang)
    transport = model._transport
    post = transport.post

    async def kept(path: str, body: dict[str, Any], most: int, decode: Any) -> Any:
        recorded.bodies.append(body)
        return await post(path, body, most, decode)

    transport.post = kept  # type: ignore[method-assign, assignment]


# --- the server's own rate ---


async def replayed(url: str, recorded: Recorded, most: int) -> float:
    """Seconds for the same prompts, `most` of one kind per request and several requests at once, without waiting for
    any move."""
    import aiohttp

    waiting: dict[str, list[tuple[int, ...]]] = {}
    bodies: list[bytes] = []

    def send(options: str) -> None:
        bodies.append(json.dumps(json.loads(options) | {"input_ids": waiting.pop(options)}).encode())

    for body in recorded.bodies:
        options = json.dumps({name: value for name, value in body.items() if name != "input_ids"})
        for tokens in body["input_ids"]:
            waiting.setdefault(options, []).append(tokens)
            if len(waiting[options]) == most:
                send(options)
    for options in [*waiting]:
        send(options)
    bodies.reverse()
    await flush(url)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:

        async def pump() -> None:
            while bodies:
                headers = {"Content-Type": "application/json"}
                async with session.post(f"{url}/generate", data=bodies.pop(), headers=headers) as response:
                    assert response.status == 200, await response.text()
                    await response.read()

        begun = time.perf_counter()
        await asyncio.gather(*(pump() for _ in range(_FLIGHTS)))
        return time.perf_counter() - begun


async def flush(url: str) -> None:
    """Empty the server's cache."""
    import aiohttp

    async with aiohttp.ClientSession() as session, session.post(f"{url}/flush_cache") as response:
        assert response.status == 200


def against_server(folder: Path, games: int, repeats: int, device: str) -> dict[str, Any]:
    """Both rates in turn. The server is warmed up first."""
    sys.path.insert(0, str(ROOT))
    from benchmarks.support.sglang_server import Server, free_port

    found: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as logs:
        server = Server(folder, free_port(), Path(logs) / "log", device)
        tell("starting SGLang")
        try:
            server.start()
            asyncio.run(tournament(server.url, 4, 99, "greedy"))
            for repeat in range(repeats):
                recorded = Recorded()
                asyncio.run(flush(server.url))
                ours = asyncio.run(tournament(server.url, games, repeat, "greedy", recorded))
                seconds = asyncio.run(replayed(server.url, recorded, ServerSettings().batch))
                own = games * ROUNDS / seconds
                found.append((ours, own, recorded.prompts / (games * ROUNDS)))
                tell(f"tournament {ours:.1f} rounds/s, the server's own rate {own:.1f}, {recorded.prompts} prompts")
        finally:
            server.stop()
    ours, own, prompts = map(statistics.median, zip(*found, strict=True))
    return {
        "tournament_rounds_per_s": ours,
        "server_rounds_per_s": own,
        "fraction_of_server": statistics.median(a / b for a, b, _ in found),
        "prompts_sent_per_round": prompts,
    }


# --- the whole ---


def model_folder(folder: Path) -> Path:
    """SmolLM2's weights in 32 bits and its tokenizer, in the form that a server needs."""
    tell("writing SmolLM2 in 32 bits")
    program = ROOT / "benchmarks/support/dequantised.py"
    subprocess.run([sys.executable, program, locate(find_model(MODEL)), folder], check=True, capture_output=True)
    return folder


def main() -> None:
    """Measure, print a table, and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=500, help="matches against the stub")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--server", action="store_true", help="also measure a real server")
    parser.add_argument("--server-games", type=int, default=100)
    parser.add_argument("--device", default="cpu", help="where the real server computes: cpu, cuda")
    parser.add_argument("--json", type=Path, help="write the result there too")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    result: dict[str, Any] = {"cores": len(cores)}
    with tempfile.TemporaryDirectory() as made:
        folder = model_folder(Path(made) / "smollm2")
        with stub(folder, _rock(folder), cores[-1]) as url:
            os.sched_setaffinity(0, {cores[0]})
            alone = [asyncio.run(client_alone(url, options.games)) for _ in range(options.repeats)]
            # the subject always says the same, so only the opponent makes matches differ
            whole = [asyncio.run(tournament(url, options.games, seed, "uniform")) for seed in range(options.repeats)]
        os.sched_setaffinity(0, set(cores))
        result["client_moves_per_s"] = statistics.median(rate for rate, _ in alone)
        result["client_moves_per_cpu_s"] = statistics.median(rate for _, rate in alone)
        result["tournament_against_stub_rounds_per_s"] = statistics.median(whole)
        if options.server:
            result |= against_server(folder, options.server_games, options.repeats, options.device)
    for key, value in result.items():
        print(f"{key:<40}{value:>12,.2f}")
    tell_result(result, options.json)


def _rock(folder: Path) -> int:
    """The token of " rock", which ends an answer at once."""
    from tokenizers import Tokenizer

    (token,) = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(" rock", add_special_tokens=False).ids
    return int(token)


if __name__ == "__main__":
    main()
