"""What `arena cite` prints, taken by BibTeX and LaTeX."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from arena.reports.citing import bibtex
from arena.store import CellSpec, Store
from tests.support.commands import PATIENCE, arena, complaint
from tests.support.specs import tournament_run

MODELS = {
    "llama.cpp:/tmp/50%_{off}}\\end{document}#~^&\x1b[2J é 漢.gguf": "sha256:ab",
    **dict.fromkeys(("tulu-3-8b", "smollm2-135m-instruct", "qwen-2.5-7b", "gemma-3-270m"), "sha256:cd"),
}
PAPER = r"\documentclass{article}\begin{document}\nocite{*}\bibliographystyle{plain}\bibliography{all}\end{document}"
LATEX = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper"]


def test_a_run_is_cited(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    cell = CellSpec("llm:m|greedy|rps|-|-", "llm:m", "greedy", "rps")
    with Store.open(path, create=True) as store:
        store.begin(tournament_run([cell], 1, models=MODELS)).close()
    done = arena("cite", "--store", path)
    assert done.stdout == bibtex(MODELS) and not done.stderr
    assert "there is no run 'x'" in complaint("cite", "x", "--store", path, code=3)


@pytest.mark.slow
def test_bibtex_and_latex_take_it(tmp_path: Path) -> None:
    if not (shutil.which("bibtex") and shutil.which("pdflatex")):
        pytest.skip("needs texlive-latex-base")
    (tmp_path / "all.bib").write_text(bibtex(MODELS), encoding="ascii")
    (tmp_path / "paper.tex").write_text(PAPER)
    for command in (LATEX, ["bibtex", "paper"], LATEX):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 and "Warning" not in done.stdout, done.stdout
    assert (tmp_path / "paper.bbl").read_text().count(r"\bibitem") == 8
