"""Tables in LaTeX: compiled by the real thing as they stand, in a plain article, within its text width."""

from __future__ import annotations

import re

import pytest

from arena.reports import escape
from arena.reports.latex import latex_tables
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.table2 import table2
from tests.support.played import two_models


def many_columns() -> Table:
    """More models than any page is wide."""
    names = [f"llm:transformers:organisation/model-{number}-instruct" for number in range(12)]
    row = Row("temperature 1.5, top-p 0.8", dict.fromkeys(names, -15000.0), dict.fromkeys(names, "-15000 (0.05)"))
    return Table("table4", "Table 4", tuple(Column(name, name) for name in names), (row,))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a "b" (c "d") "e', "a ``b'' (c ``d'') ``e"),
        ("-1.5 to -2, gemma-3, 1.1e-01", "$-$1.5 to $-$2, gemma-3, 1.1e-01"),
        ("é ß 名 \x1b", r"\'{e} \ss{} U+540D \textbackslash{}x1b"),
    ],
)
def test_a_text_is_escaped_for_any_font_encoding(text: str, shown: str) -> None:
    assert escape.latex(text) == shown


def test_every_column_is_there_in_one_part_or_several() -> None:
    text = latex_tables([many_columns()])
    assert len(re.findall(r"\\\$-\\\$15000|\$-\$15000", text)) == 12
    assert text.count(r"\begin{tabularx}") > 1
    assert latex_tables(table2(two_models(matches=3))).count(r"\begin{tabularx}") == 2  # one a game
