"""What is to be cited: for the models of a run, as BibTeX, and in CITATION.cff."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.weights.catalog import catalog
from arena.cli.main import arena
from arena.errors import InputError
from arena.reports.citing import ARENA, PAPER, bibtex, works
from arena.store import CellSpec, Store
from tests.support.specs import tournament_run

ROOT = Path(__file__).parents[3]
HOSTILE = "llama.cpp:/tmp/50%_{off}}\\end{document}#\x1b[2J é 漢.gguf"


def keys(text: str) -> list[str]:
    return re.findall(r"^@misc\{([A-Za-z0-9-]+),$", text, re.MULTILINE)


def test_arena_and_the_paper_are_always_cited() -> None:
    text = bibtex({})
    assert keys(text) == [ARENA, PAPER]
    assert "author = {West, Peter and Potts, Christopher}" in text and "https://arxiv.org/abs/2505.00047" in text
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"note = {{{{Version {version}}}}}" in text and "author = {{The Arena authors}}" in text


def test_every_model_of_the_catalog_has_a_work() -> None:
    for name, entry in catalog().items():
        if entry.family not in {family for work in works().values() for family in work.families}:
            pytest.fail(f"{name}: nothing to cite for the family {entry.family!r}")
    assert {family for work in works().values() for family in work.families} <= {e.family for e in catalog().values()}
    assert {recipe for work in works().values() for recipe in work.recipes} <= {e.recipe for e in catalog().values()}


def test_models_are_cited_once_a_work_in_one_order() -> None:
    models = {"tulu-3-8b": "a", "llama-3.1-8b@sglang:http://127.0.0.1:1": "b", "gemma-3-270m": "c"}
    text = bibtex(models)
    assert keys(text) == [ARENA, PAPER, "gemma2025", "llama2024", "tulu2024"]
    assert "note = {{Models: llama-3.1-8b@sglang:http://127.0.0.1:1, tulu-3-8b}}" in text
    assert text == bibtex(dict(reversed(models.items())))


def test_any_other_model_is_cited_by_its_name_and_identity() -> None:
    first, second = (bibtex({"llama.cpp:/models/My_model.gguf": f"sha256:{digest}"}) for digest in ("ab", "cd"))
    *_, key = keys(first)
    assert key.startswith("model-llama-cpp-models-my-model-gguf-") and key != keys(second)[-1]
    assert r"title = {{llama.cpp:/models/My\_model.gguf}}" in first and "note = {{sha256:ab}}" in first


@given(st.text(min_size=1), st.text())
def test_no_name_breaks_an_entry(name: str, identity: str) -> None:
    text = bibtex({f"llama.cpp:{name}": identity})
    assert len(keys(text)) == len(re.findall("^@", text, re.MULTILINE)) == 3
    for entry in text.split("\n\n"):
        depth = 0
        for at, letter in enumerate(entry.strip()):
            depth += {"{": 1, "}": -1}.get(letter, 0)
            assert depth > 0 or "{" not in entry[:at] or at == len(entry.strip()) - 1, entry
        assert depth == 0
    assert text.isascii() and "\x1b" not in text


def test_citation_cff_says_the_same() -> None:
    yaml = pytest.importorskip("yaml")
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours, paper = works()[ARENA], works()[PAPER]
    assert set(found) == {
        *("cff-version", "message", "title", "type", "abstract", "authors", "version", "license", "references")
    }
    assert (found["cff-version"], found["type"]) == ("1.2.0", "software")
    assert (found["version"], found["license"]) == (project["version"], project["license"])
    assert (found["title"], found["authors"]) == (ours.title, [{"name": ours.organisation}])
    (reference,) = found["references"]
    names = tuple(f"{author['family-names']}, {author['given-names']}" for author in reference["authors"])
    assert (reference["type"], reference["title"], names, reference["year"]) == (
        *("article", paper.title, paper.authors, paper.year),
    )
    assert reference["url"].endswith(paper.arxiv)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(Path("arena.db"), create=True) as store:
        for name in ("gemma-3-270m", HOSTILE):
            cell = CellSpec(f"llm:{name}|greedy|rps|-|-", f"llm:{name}", "greedy", "rps")
            store.begin(tournament_run([cell], 1, models={name: "sha256:ab"})).close()
        first, second = (run.name for run in store.runs())
    assert keys(cite(first))[2:] == ["gemma2025"]
    latest = cite()
    assert latest == cite(second, "--store", "arena.db") and r"\textbraceleft{}off" in latest
    assert isinstance(CliRunner().invoke(arena, ["cite", "no"]).exception, InputError)


def cite(*arguments: str) -> str:
    return CliRunner().invoke(arena, ["cite", *arguments], catch_exceptions=False).stdout
