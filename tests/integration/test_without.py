"""Every command without each of the extras: a sentence names what is missing and the command that brings it.

The modules are hidden and not uninstalled; one process a missing extra runs all the commands in turn.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from arena.cli.main import COMMANDS
from arena.errors import ExitCode
from arena.extras import MODULES, install
from tests.support.commands import PATIENCE
from tests.support.hide import WEIGHTS, hide, hide_all

DRIVER: Final = """
import io, json, os, sys, traceback
from arena.cli.main import main

os.environ["PYTHONPATH"] = sys.argv[1]  # the children's: libraries that `arena doctor` would load take seconds
ended = []
for arguments in json.load(sys.stdin):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    kept, sys.argv, sys.stdout, sys.stderr, code = (sys.stdout, sys.stderr), ["arena", *arguments], out, err, 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        code = -1
        traceback.print_exc()
    sys.stdout, sys.stderr = kept
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    ended.append((code, *said))
json.dump(ended, sys.stdout)
"""

# every command, with nothing in it that takes long; TUI and browser are refused for want of a terminal or a part
LINES: Final = {
    "arena": "",
    "play": "play --subject human --opponent greedy --game rps",
    "web": "web --port 1 --host 256.0.0.1",
    "watch": "watch",
    "tournament": "tournament --subject uniform --games 2 --rounds 2 --json",
    "numbers": "numbers --subject uniform --n 3",
    "letters": "letters --subject uniform --n 3",
    "sequences": "sequences --subject uniform --n 3",
    "rewards": "rewards some-org/some-name",
    "run": "run laptop",
    "poems": "poems rank",
    "people": "people score",
    "perplexity": "perplexity nowhere.txt --model some-model",
    "anchors": "anchors --model some-model",
    "report": "report --format json",
    "runs": "runs show",
    "compare": "compare 1 2",
    "cite": "cite",
    "reproduce": "reproduce",
    "export": "export --to parquet --out out",
    "merge": "merge arena.db --into merged.db",
    "models": "models",
    "doctor": "doctor --server http://127.0.0.1:9",
    "serve": "serve some-org/some-name --dry-run",
    "prompts": "prompts",
    "inspect": "export --to inspect --out logs",
    "datasets": "export --to datasets --out dataset",
    # the models that need a part
    "llama.cpp": "tournament --subject llm:llama.cpp:/nowhere.gguf --style base --games 1",
    "gemma": "doctor gemma-3-270m --game rps",
    "hub": "tournament --subject llm:hf:some-org/some-name/x.gguf --style base --games 1",
    "sglang": "tournament --subject llm:sglang:http://127.0.0.1:9 --games 1",
    "openai": "tournament --subject llm:openai:http://127.0.0.1:9 --games 1",
    "vllm": "tournament --subject llm:vllm:http://127.0.0.1:9 --games 1",
    "transformers": "numbers --model transformers:some-org/some-name --n 1",
}
# what each extra is needed for; whatever else is done without it works, or is refused for another reason
NEEDED: Final = {
    "app": {"web"},  # without a terminal nothing else gets as far
    "web": {"web"},
    "laptop": {"llama.cpp", "gemma", "hub", "run"},
    "models": {"gemma", "run"},
    "hub": {"hub", "rewards", "transformers"},
    "sglang": {"sglang", "openai", "vllm"},
    "torch": {"rewards", "transformers"},
    "parquet": {"export", "datasets"},
    "exchange": {"inspect"},
}


def test_every_command_is_here() -> None:
    assert set(COMMANDS) <= set(LINES) and set(NEEDED) == {*MODULES, "models"}


@pytest.mark.long
@pytest.mark.parametrize("extra", NEEDED)
def test_without(extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # what works would only take time: two models that are really here
    lines = {name: line for name, line in LINES.items() if name in NEEDED[extra] or name not in ("gemma", "run")}
    if extra == "app":
        del lines["inspect"]  # its library brings Textual itself
    monkeypatch.chdir(tmp_path)
    ended = run([shlex.split(line) for line in lines.values()], MODULES.get(extra, WEIGHTS))
    for name, (code, out, err) in zip(lines, ended, strict=True):
        assert code in set(ExitCode) - {ExitCode.BUG} and "Traceback" not in out + err, (name, code, err)
        assert (install(extra) in err) == (name in NEEDED[extra]), (name, err)
        assert "ended" not in err, (name, err)  # no worker began
        if name in NEEDED[extra]:
            assert code in (ExitCode.INPUT, ExitCode.MODEL)
            assert err.splitlines()[-1].startswith("arena: ")
    doctor = ended[list(lines).index("doctor")][1]
    assert f"not installed: {install(extra)}" in doctor
    models = ended[list(lines).index("models")][1]
    if extra in ("laptop", "models"):
        assert f"[{extra}]" in models and "ready" not in models


def run(lines: list[list[str]], modules: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Run commands one after another in one process that lacks some modules: exit code, output and errors of each."""
    hidden = hide(modules, Path("hidden"))
    everything = hide_all(Path("everything"))
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, os.pathsep.join(map(str, (everything.absolute(), root)))],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (hidden.absolute(), root)))},
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return [(code, out, err) for code, out, err in json.loads(done.stdout)]


@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_the_hint_is_a_command_that_works(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(__file__).parents[2] if folder == "." else tmp_path
    monkeypatch.chdir(place)
    python, *words = shlex.split(install("hub"))
    assert Path(python).samefile(sys.executable)
    # pip finds the project, the extra and the pins; the project itself is neither built nor changed
    constraints, project = words[words.index("-c") + 1], words[words.index("-e") + 1]
    assert Path(constraints).is_file() and (Path(project.partition("[")[0]) / "pyproject.toml").is_file()
    assert project.endswith("[hub]")
