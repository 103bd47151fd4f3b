"""A language model in a seat: the table model, with a wording that shows everything."""

from __future__ import annotations

import asyncio

from arena.agents.asking import Asking
from arena.agents.language_model import LanguageModelAgent
from arena.games import parse_game
from arena.prompts.wording import Wording
from arena.records import Seat
from tests.support.table_model import TableModel

PROMPT = (
    "{% for round in rounds %}{{ round.number }}. {{ round.mine }}/{{ round.theirs }}/{{ round.outcome }}\n{% endfor %}"
)


WORDING = Wording("test", "base", PROMPT, "{{ number }}: Ann chose", (",",))
RPS = parse_game("rps")


def agent(model: TableModel, seat: Seat = Seat.SUBJECT, **asking: object) -> LanguageModelAgent:
    whole = {"wording": WORDING, "format": "none"} | asking
    return asyncio.run(LanguageModelAgent.make("llm:table", model, RPS, seat, Asking(**whole)))  # type: ignore[arg-type]
