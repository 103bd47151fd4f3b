"""Files that a person brings: suites, the catalog of their own models, wordings, documents."""

from __future__ import annotations

import random
from pathlib import Path

import arena
from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz

_SUITE = """\
title = "Two players, two games, a task"
subjects = ["uniform", "mix:rock=0.5,paper=0.5"]
seed = 1

[[tournament]]
games = ["rps", "hide-and-seek:3"]
opponents = ["greedy"]
matches = 2
rounds = 2

[[task]]
task = "integers"
n = 3
subjects = ["uniform"]
"""
_MODELS = """\
[mine]
weights = "/nowhere/model.gguf"
style = "base"
format = "none"
family = "llama"

[served]
weights = "sglang:http://127.0.0.1:9"
style = "instruct"
format = "chat-template"
licence = "Apache-2.0"

[elsewhere]
weights = "hub:org/name"
sha256 = "00"
"""
_TEMPLATES = Path(arena.__file__).parent / "prompts" / "templates"


def test_suites(forge: Runner) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        written = _mutated(chance, _SUITE, forge.place / "suite.toml")
        return written, forge.run(["run", "suite.toml", "--display", chance.choice(("none", "plain"))])

    fuzz("suites", one, COUNT)


def test_catalogs(forge: Runner) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        written = _mutated(chance, _MODELS, forge.place / "models.toml")
        command = chance.choice(("models", "models --json", "tournament --subject llm:mine --games 1 --rounds 1"))
        return written, forge.run(command.split(), environment={"ARENA_MODELS": "models.toml"})

    fuzz("catalogs", one, COUNT)


def test_wordings(forge: Runner) -> None:
    templates = sorted(_TEMPLATES.rglob("*.toml"))

    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        original = chance.choice(templates).read_text(encoding="utf-8")
        written = _mutated(chance, original, forge.place / "wording.toml")
        return written, forge.run([], target="tests.fuzz.targets:wording")

    fuzz("wordings", one, COUNT)


def test_documents(forge: Runner) -> None:
    """One damaged file each time, of a kind that Arena reads."""
    lines = "\n".join(f'{{"text": "document {number} \u00e9\u20ac", "id": {number}}}' for number in range(4))

    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        folder = forge.place / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        name = chance.choice(("a.txt", "a.jsonl", "a.parquet"))
        return _mutated(chance, lines, folder / name), forge.run([], target="tests.fuzz.targets:documents")

    fuzz("documents", one, COUNT)


def _mutated(chance: random.Random, original: str, file: Path) -> str:
    text = nasty.mutated_text(chance, original)
    data = text.encode("utf-8", "surrogateescape")
    if chance.random() < 0.2:
        data = nasty.mutated_bytes(chance, data)
    if chance.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    file.write_bytes(data)
    return data.decode("utf-8", "replace")
