"""Table 2 as a file: Markdown, LaTeX, CSV, JSON. A name is data, and can't act in any of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from arena.reports import escape
from arena.reports.published import table2 as published_rows
from arena.reports.run import RunReport
from arena.reports.table2 import COLUMNS, Row, notes, sections
from arena.reports.words import between


def markdown(report: RunReport, published: bool = False) -> str:
    """The table in GitHub's Markdown."""
    lines = []
    for section in sections(report, published):
        headings = " | ".join(column.heading for column in COLUMNS)
        lines += [
            f"### {escape.markdown(section.game.title)}",
            "",
            f"| | {headings} |",
            f"|---|{'---:|' * len(COLUMNS)}",
        ]
        for row in section.rows:
            texts = (row.text(column, between) for column in COLUMNS)
            lines.append(f"| {escape.markdown(row.full_name)} | {' | '.join(texts)} |")
        lines.append("")
    return "\n".join((*lines, *(f"{escape.markdown(note)}\n" for note in notes(report, published))))


def latex(report: RunReport, published: bool = False) -> str:
    """The table in LaTeX, for the packages booktabs and fontenc (T1), with its notes as a paragraph below."""
    lines = [rf"\begin{{tabular}}{{l{'r' * len(COLUMNS)}}}", r"\toprule"]
    lines.append(" & ".join(("", *(escape.latex(column.heading) for column in COLUMNS))) + r" \\")
    for section in sections(report, published):
        title = rf"\multicolumn{{{len(COLUMNS) + 1}}}{{l}}{{\textit{{{escape.latex(section.game.title)}}}}} \\"
        lines += [r"\midrule", title, *(_tex_row(row) for row in section.rows)]
    lines += [r"\bottomrule", r"\end{tabular}", r"\par\smallskip{\footnotesize"]
    return "\n".join((*lines, *(escape.latex(note) for note in notes(report, published)), r"\par}", ""))


def _tex_row(row: Row) -> str:
    texts = (row.text(column, lambda low, high: f"[{low:z.1f}, {high:z.1f}]") for column in COLUMNS)
    return " & ".join((escape.latex(row.full_name), *map(escape.latex_number, texts))) + r" \\"


def spreadsheet(report: RunReport, published: bool = False) -> str:
    """The table as CSV, a row a subject and game, nothing rounded, undefined empty.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    bounds = [f"{column.key[:-3]}_{end}" for column in COLUMNS if column.key.endswith("_ci") for end in ("low", "high")]
    keys = [column.key for column in COLUMNS if not column.key.endswith("_ci")]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    about = ("game", "source", "subject", "opponent", "family", "style", "format", "wording", "infix")
    writer.writerow((*about, "matches", "games_asked", "rounds", *keys, *bounds))
    for section in sections(report, published):
        for row in section.rows:
            numbers = dict(row.numbers)
            for key in ("net", "expected_net"):
                numbers[f"{key}_low"], numbers[f"{key}_high"] = numbers.get(f"{key}_ci") or (None, None)
            prompt = numbers.get("prompt") or {}
            texts = (
                section.game.name,
                row.source,
                numbers.get("subject", row.name),
                numbers.get("opponent"),
                report.families.get(numbers.get("subject", "")),
                *(prompt.get(key) for key in ("style", "format", "wording", "infix")),
            )
            counts = ("matches", "games_asked", "rounds")
            writer.writerow(
                (
                    *map(escape.spreadsheet, texts),
                    *(escape.value(numbers.get(key)) for key in (*counts, *keys, *bounds)),
                )
            )
    return buffer.getvalue()


def document(report: RunReport, published: bool = False) -> str:
    """The whole run as one JSON document, nothing rounded."""
    whole: dict[str, Any] = report.to_json() | {"notes": list(notes(report, published))}
    if published:
        whole["published"] = [asdict(row) for row in published_rows()]
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
