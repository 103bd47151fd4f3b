"""The card of a folder for Hugging Face datasets: README.md, whose first lines (YAML) say which table is which file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from arena.reports.escape import markdown
from arena.store import RunRow
from arena.store.codec import run_key
from arena.store.columns import Columns

MARK: Final = "<!-- written by arena export -->"
# how the hub names sizes of datasets: below a number of rows
_SIZES: Final = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
)


def card(runs: Sequence[RunRow], tables: Mapping[str, Columns], counts: Mapping[str, int]) -> str:
    """The text of README.md for these runs, and the tables in Parquet files of their names.

    It names runs by their identity, so that the same draws give the same card.
    """
    return "\n".join([*_front(tables, counts), MARK, "", *_about(runs), *_columns(tables, counts)])


def _front(tables: Mapping[str, Columns], counts: Mapping[str, int]) -> Iterator[str]:
    rows = max(counts.values(), default=0)
    size = next((name for most, name in _SIZES if rows < most), "100M<n<1B")
    yield from ("---", "pretty_name: Rounds and answers recorded by Arena", "language:", "- en", "tags:")
    yield from ("- predictability", "- game-theory", "- random-number-generation", "size_categories:", f"- {size}")
    yield "configs:"
    first = next((name for name in tables if counts[name]), "")
    for name in tables:
        yield from (f"- config_name: {name}", f"  data_files: {name}.parquet")
        if name == first:
            yield "  default: true"
    yield from ("---", "")


def _about(runs: Sequence[RunRow]) -> Iterator[str]:
    yield from (
        "# Rounds and answers recorded by Arena",
        "",
        "Language models, people and bots, measured by Arena: how predictable are they in mixed-strategy games, and",
        "how random are their random numbers? Before you publish this folder, add a licence to its first lines: the",
        "models that wrote the texts may have terms for them.",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'rounds = load_dataset("path/to/this/folder", "rounds", split="train")',
        "```",
        "",
        "| run | experiment | seed | subject | opponent | game or task |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    for run in sorted(runs, key=lambda run: run_key(run.spec)):
        for cell in sorted(run.spec.cells, key=lambda cell: cell.key):
            named = run_key(run.spec), run.spec.experiment, str(run.spec.seed), cell.subject, cell.opponent, cell.what
            yield f"| {' | '.join(markdown(' '.join(text.split())) for text in named)} |"


def _columns(tables: Mapping[str, Columns], counts: Mapping[str, int]) -> Iterator[str]:
    for name, columns in tables.items():
        yield from ("", f"## {name}", "", f"{counts[name]:,} rows.", "")
        yield from ("| column | type | unit | meaning |", "| --- | --- | --- | --- |")
        for column, said in columns.items():
            yield f"| {column} | {said.kind} | {said.unit or '-'} | {said.meaning} |"
    yield ""
