"""The poems of contests with the winners marked, as the paper's tables 8 and 9 show them."""

from __future__ import annotations

from typing import Any, Final

from arena.reports.poems.measures import PanelReport
from arena.reports.table import Column, Row, Table
from arena.text import printable

_COLUMNS: Final = (
    Column("poem", "poem", "text"),
    Column("rank", "preference rank", digits=1, expendable=1),
)


def appendix(panel: PanelReport) -> tuple[Table, ...]:
    """A table per topic: every poem under its author, its lines parted by strokes, and what it won."""
    topics = dict.fromkeys(each.contest.topic for each in panel.contests if each.ranking is not None)
    return tuple(_of_topic(panel, topic) for topic in topics)


def _of_topic(panel: PanelReport, topic: str) -> Table:
    contests = [each for each in panel.contests if each.contest.topic == topic and each.ranking is not None]
    preference = next((each for each in contests if each.contest.axis == "preference"), None)
    contest = contests[0].contest
    rows = []
    for number, author in enumerate(contest.authors):
        for at, poem in enumerate(contest.poems):
            if poem.author == number:
                won = [each.contest.axis for each in contests if each.winner == at]
                ranking = None if preference is None else preference.ranking
                values: dict[str, Any] = {
                    "topic": topic,
                    "judged_by": panel.panel.name,
                    "poem": " / ".join(map(printable, poem.lines)),
                    "won": ", ".join(f"winner for {axis}" for axis in won),
                    "rank": None if ranking is None else float(ranking.ranks[at]),
                }
                texts = {"poem": " · ".join(filter(None, [values["poem"], values["won"]]))}
                rows.append(Row(printable(author.name), values, texts))
    key = f"appendix-{'-'.join(''.join(letter if letter.isalnum() else ' ' for letter in topic).split())}"
    title = f"Poems on {printable(topic)}, judged by {printable(panel.panel.name)}"
    return Table(key, title, _COLUMNS, tuple(rows), ("As in the paper's tables 8 and 9.",))
