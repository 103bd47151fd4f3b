"""Tables in LaTeX, and whole folders, compiled by the real thing: as they are, in a plain article, within its text
width."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.reports.folder.files import write_folder
from arena.reports.latex import latex_tables
from arena.reports.numbers import reported as numbers_reported
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.numbers.tables import tables
from arena.reports.table import Column, Row, Table
from arena.reports.tournament import reported as games_reported
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.tournament.table2 import table2
from tests.support.drawn import EXACT, all_tasks, cell, drawn, runs_of
from tests.support.played import played, run_of, three_runs, two_models
from tests.support.wide_table import many_columns

NAMES = ("$", "a$b_c$d", "{x}_^&%#~\\", "<b>&amp;|`", "名前\x1b\n é ñ ğ ß χ² –", "x" * 120, 'a "b" `c` \'d', "M" * 40)
GGUF = f"llm:llama.cpp:/home/someone/{'my_models/' * 8}Some_Model-8B-Instruct-Q4_K_M.gguf"
_WIDEST = 5.0  # points that a line may stick out


def any_names() -> TournamentRuns:
    return run_of(*(played("rps", 1, sharpness=1, matches=2, subject=f"llm:{name}") for name in NAMES))


def of_a_file() -> TournamentRuns:
    return run_of(*(played(game, 1, sharpness=1, matches=3, subject=GGUF) for game in ("rps", "hide-and-seek")))


def tasks_of_a_file() -> NumbersRuns:
    return runs_of(
        cell(GGUF, values=drawn(300), findings=EXACT),
        cell(GGUF, "sequences", values=drawn(100, 2, 10)),
        cell(GGUF, findings=EXACT, temperature=2.0, top_p=0.5),
        cell(GGUF, findings=EXACT, variant="0"),
        cell("llm:b", findings=EXACT, variant="3"),
    )


def long_names() -> Table:
    """A title and notes that must break within a name."""
    bot = "mix:rock=0.6,paper=0.2,scissors=0.2"
    title = f"rock-paper-scissors: {bot} v. greedy (50 matches, paired), {GGUF}, {'x' * 120}"
    return Table("t", title, (Column("a", "a"),), (Row("r", {"a": 1.0}),), (f"Only one has it: {GGUF}.", bot))


def many_rows() -> Table:
    """A table of several pages."""
    rows = tuple(Row(f"llm:model-{number}-instruct, temperature 1.5", {"a": number}) for number in range(150))
    notes = (
        "llm:gemma-3-270m: base style, format none, wording log@35c6c680 and wording log@e6301797, weights a5fd3b62.",
        "Not all answers that were wanted: llm:gemma-3-270m 1205 of 1500 (2 later ones not counted), "
        "llm:smollm2-135m-instruct 1 of 1500.",
    )
    return Table("rows", "Many rows", (Column("a", "a", "count"),), rows, notes)


DOCUMENTS: dict[str, Callable[[], str]] = {
    "table 2, published": lambda: latex_tables(table2(two_models(matches=3), with_published=True)),
    "runs of one model": lambda: latex_tables(table2(three_runs())),
    "any name": lambda: latex_tables(table2(any_names())),
    "many columns": lambda: latex_tables([many_columns()]),
    "many rows": lambda: latex_tables([many_rows()]),
    "a long name in a title and a note": lambda: latex_tables([long_names()]),
    "a file's path": lambda: latex_tables(table2(of_a_file(), with_published=True)),
    "tasks, published": lambda: latex_tables(tables(all_tasks(), with_published=True)),
    "tasks of a file's path": lambda: latex_tables(tables(tasks_of_a_file(), with_published=True)),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed"),
]


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_compiles_in_a_plain_article_within_its_width(tmp_path: Path, made: Callable[[], str]) -> None:
    text = made()
    packages, labels = text.splitlines()[:2]
    references = "".join(rf"\ref{{{label}}} " for label in labels.removeprefix(r"% \ref: ").split(", "))
    body = f"\\listoftables\n{references}\n{text}"
    whole = f"\\documentclass{{article}}\n{packages.removeprefix('% ')}\n\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "a.tex").write_text(whole, encoding="utf-8")
    check(compiled(tmp_path / "a.tex"))


@pytest.mark.parametrize("published", [False, True])
def test_a_whole_folder_compiles_as_it_is(tmp_path: Path, published: bool) -> None:
    for name, games, tasks in (("a", two_models(matches=3), all_tasks()), ("b", of_a_file(), tasks_of_a_file())):
        reports = [games_reported(games, published), numbers_reported(tasks, published)]
        write_folder(reports, [*games.runs, *tasks.runs], tmp_path / name)
        said = compiled(tmp_path / name / "report.tex")
        check(said)
        assert "figure4.pdf" in said and "figure2.pdf" in said


def compiled(file: Path) -> str:
    """What pdflatex says the third time, when all references and widths are known."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", file.name]
    for _ in range(3):
        done = subprocess.run(
            command, cwd=file.parent, capture_output=True, text=True, errors="replace", check=False,
            env=os.environ | {"max_print_line": "1000"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def check(said: str) -> None:
    """No line sticks out, and every reference is found."""
    wide = [float(points) for points in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", said)]
    assert max(wide, default=0.0) <= _WIDEST, re.findall(r"Overfull.*", said)
    assert "undefined" not in said, re.findall(r".*undefined.*", said)
