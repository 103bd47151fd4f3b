"""Tables in LaTeX, compiled by the real thing: as they are, in a plain article, within its text width."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.reports.latex import latex_tables
from arena.reports.numbers.tables import tables
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.tournament.table2 import table2
from tests.support.drawn import all_tasks
from tests.support.played import played, run_of, three_runs, two_models
from tests.support.wide_table import many_columns

NAMES = ("$", "a$b_c$d", "{x}_^&%#~\\", "<b>&amp;|`", "名前\x1b\n é ñ ğ ß χ² –", "x" * 120, 'a "b" `c` \'d', "M" * 40)


def any_names() -> TournamentRuns:
    return run_of(*(played("rps", 1, sharpness=1, matches=2, subject=f"llm:{name}") for name in NAMES))


def long_names() -> Table:
    """A title and notes that must break within a name."""
    bot = "mix:rock=0.6,paper=0.2,scissors=0.2"
    name = f"llm:llama.cpp:/{'models_of_mine/' * 8}Some_Model-Q4_K_M.gguf, {'x' * 120}"
    title = f"rock-paper-scissors: {bot} v. greedy (50 matches, paired), {name}"
    return Table("t", title, (Column("a", "a"),), (Row("r", {"a": 1.0}),), (f"Only one has it: {name}.", bot))


DOCUMENTS: dict[str, Callable[[], str]] = {
    "table 2, published": lambda: latex_tables(table2(two_models(matches=3), with_published=True)),
    "runs of one model": lambda: latex_tables(table2(three_runs())),
    "any name": lambda: latex_tables(table2(any_names())),
    "many columns": lambda: latex_tables([many_columns()]),
    "a long name in a title and a note": lambda: latex_tables([long_names()]),
    "tasks, published": lambda: latex_tables(tables(all_tasks(), with_published=True)),
}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_compiles_in_a_plain_article_within_its_width(tmp_path: Path, made: Callable[[], str]) -> None:
    text = made()
    packages = text.partition("\n")[0].removeprefix("% ")
    whole = f"\\documentclass{{article}}\n{packages}\n\\begin{{document}}\n{text}\\end{{document}}\n"
    (tmp_path / "a.tex").write_text(whole, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout
