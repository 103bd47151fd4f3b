"""Backends of other packages: one that works, and those that are broken in every way, none of which stops Arena."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from arena.store.store import Store
from tests.support.packages import arena_beside, run_beside

PACKAGE = '''
import math

from arena.backends.backend import Identity
from arena.backends.base import Capability, Completion, Scores, Vocabulary, Work
from arena.records import Sample, TokenProbability

WORDS = ["<end>", " rock", " paper", " scissors", *(chr(code) for code in range(32, 127)), "\\n"]


class Rocky:
    """Always says rock."""

    build, ended, context, capabilities = "rocky 1", False, 10_000, frozenset({Capability.NAMED})
    vocabulary = Vocabulary(tuple(word.encode() for word in WORDS), {"<end>": 0}, None, frozenset({0}))

    def __init__(self, name):
        self.name = name

    def check(self, sampling):
        pass

    async def tokenize(self, text, specials):
        found = []
        while text:
            word = max((word for word in WORDS[1:] if text.startswith(word)), key=len)
            found.append(WORDS.index(word))
            text = text[len(word):]
        return tuple(found)

    async def complete(self, request):
        answers = (Sample(" rock", (1,), "move"),) if request.draw else ()
        logprobs = tuple(0.0 if token == 1 else -math.inf for token in request.wanted)
        return Completion(logprobs, (TokenProbability(1, 0.0),)[: request.top], None, answers)

    async def score(self, tokens):
        return Scores((0.0,) * (len(tokens) - 1))

    async def work(self):
        return Work()

    async def close(self):
        pass


class Backend:
    extra, unverified, takes_repositories = "", "made up", False

    def __init__(self, name):
        self.name = name

    def state(self, entry):
        return "ready"

    def verified(self, entry):
        raise NotImplementedError

    async def identify(self, entry, running):
        running.progress("thinking")
        return Identity(f"rocky:{entry.place}", "")

    async def load(self, entry, running):
        return Rocky(entry.name)


class Failing(Backend):
    def state(self, entry):
        raise OSError("no such thing")

    async def identify(self, entry, running):
        return {}["no such key"]


class Strange(Backend):
    async def load(self, entry, running):
        return "a model"


class Needy(Backend):
    extra = "bricks"


rocky, failing, strange, needy = Backend("rocky"), Failing("failing"), Strange("strange"), Needy("needy")
'''
ENTRY_POINTS = """[arena.backends]
rocky = some_backends:rocky
sglang = some_backends:rocky
other = some_backends:rocky
raw = some_backends:Backend
failing = some_backends:failing
strange = some_backends:strange
needy = some_backends:needy
missing = not_there_at_all:backend
"""
WHOSE = "which the package some-backends brings,"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, as if it were installed there."""
    place = tmp_path_factory.mktemp("site")
    (place / "some_backends.py").write_text(PACKAGE)
    information = place / "some_backends-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: some-backends\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(ENTRY_POINTS)
    (place / "models.toml").write_text(
        '[mine]\nweights = "rocky:a/b"\nstyle = "base"\nformat = "none"\n[bad]\nweights = "missing:x"\n'
        '[worse]\nweights = "failing:x"\nstyle = "base"\nformat = "none"\n'
    )
    return place


def tournament(folder: Path, model: str, *more: str) -> subprocess.CompletedProcess[str]:
    subject = ("--subject", f"llm:{model}", "--style", "base", "--format", "none")
    return run(folder, "tournament", *subject, "--games", "2", "--rounds", "2", *more)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command where the package is installed."""
    return arena_beside(folder, *arguments, ARENA_MODELS=str(folder / "models.toml"))


@pytest.mark.parametrize("model", ["rocky:anything", "mine", "gemma-3-270m@rocky:http://there"])
def test_a_packages_backend_plays(folder: Path, tmp_path: Path, model: str) -> None:
    store = tmp_path / "store.db"
    done = tournament(folder, model, "--store", str(store))
    assert done.returncode == 0, done.stderr
    place = {"mine": "a/b"}.get(model, model.partition("rocky:")[2])
    with Store.open(store) as opened:
        spec = opened.run(None).spec
    assert spec.models == {model: f"rocky:{place}"}
    assert (spec.manifest["models"], spec.manifest["notes"]) == ({model: "rocky 1"}, {model: "made up"})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("missing:x", f"the backend 'missing', {WHOSE} can't be loaded: ModuleNotFoundError: No module named 'not_th"),
        ("other:x", f"the backend 'other', {WHOSE} isn't a Backend of that name but <some_backends.Backend"),
        ("raw:x", f"the backend 'raw', {WHOSE} isn't a Backend of that name but <class 'some_backends.Backend'>"),
        ("needy:x", f"the backend 'needy', {WHOSE} needs the extra 'bricks', and there are app, laptop"),
        ("failing:x", f"the backend 'failing', {WHOSE} fails: KeyError: 'no such key'"),
        ("strange:x", f"the backend 'strange', {WHOSE} loads strange:x as 'a model', which isn't a LanguageModel"),
        ("rocky:", "weights 'rocky:' name nothing"),
        ("rocky", "there is no model 'rocky'"),
        ("llama-3.1-8b@rocky", "after the @ there should be"),
        ("llama-3.1-8b@missing", f"the backend 'missing', {WHOSE} can't be loaded"),
    ],
)
def test_a_broken_one_is_refused_in_a_sentence(folder: Path, tmp_path: Path, model: str, said: str) -> None:
    done = tournament(folder, model, "--store", str(tmp_path / "store.db"))
    assert done.returncode == 3 and said in " ".join(done.stderr.split()) and "Traceback" not in done.stderr


def test_it_takes_nobody_elses_name_and_no_list_down(folder: Path) -> None:
    program = (
        "from arena.backends.backend import BACKENDS, find_backend; print(type(find_backend('sglang')).__name__);"
        "print(*BACKENDS.ignored(), sep='\\n'); print(sum(bool(found.problem) for found in BACKENDS.brought()))"
    )
    own, ignored, broken = run_beside(folder, "-c", program).stdout.splitlines()
    assert own == "SGLangServers" and broken == "1"
    assert ignored.endswith("of the package some-backends is ignored: a backend of Arena's own has that name")
    listed = run(folder, "models", "--json")
    states = {row["name"]: row["state"] for row in json.loads(listed.stdout)}
    assert listed.returncode == 0 and states["mine"] == "ready"
    assert "can't be loaded" in states["bad"] and "fails: OSError: no such thing" in states["worse"]
