"""A table that is wider than any page."""

from __future__ import annotations

from arena.reports.table import Column, Row, Table


def many_columns() -> Table:
    """More models than any page is wide."""
    names = [f"llm:transformers:organisation/model-{number}-instruct" for number in range(12)]
    row = Row("temperature 1.5, top-p 0.8", dict.fromkeys(names, -15000.0), dict.fromkeys(names, "-15000 (0.05)"))
    return Table("table4", "Table 4", tuple(Column(name, name) for name in names), (row,))
