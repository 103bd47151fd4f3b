"""Text in LaTeX, escaped for any font encoding, and tables in as many parts as the page needs."""

from __future__ import annotations

import re

import pytest

from arena.reports import escape
from arena.reports.latex import latex_tables
from arena.reports.tournament.table2 import table2
from tests.support.played import two_models
from tests.support.wide_table import many_columns


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
    assert text.count(r"\begin{longtable}") > 1
    assert text.count(r"\label{") == 1  # however many parts it is in
    games = latex_tables(table2(two_models(matches=3)))
    assert games.count(r"\begin{longtable}") == 2
    assert re.findall(r"\\label{([^}]*)}", games) == ["tab:table2", "tab:table2-2"]  # one a game
