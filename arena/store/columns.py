"""The columns of exported tables, with their types, units and meanings. docs/export.md shows the same, and a test holds
both against the files that are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Column(NamedTuple):
    """`kind` is text, integer, float or boolean, or a list of them: texts, integers, floats. Any value may be missing.
    `unit` is "" for what has none."""

    kind: str
    unit: str
    meaning: str


Columns = Mapping[str, Column]

_RUN: Final[Columns] = {
    "run": Column("text", "", "the run: the first 16 hexadecimal digits of its identity"),
    "seed": Column("text", "", "the run's seed, a whole number that may have more than 64 bits"),
}
_CELL: Final[Columns] = {
    **_RUN,
    "cell": Column("text", "", "the cell: subject, opponent, game or task, wording, sampling"),
}
_SUBJECT: Final = Column("text", "", "who is measured")

ROUND_COLUMNS: Final[Columns] = {
    **_CELL,
    "subject": _SUBJECT,
    "opponent": Column("text", "", "who plays against the subject"),
    "game": Column("text", "", "the game"),
    "match": Column("integer", "from 0", "the match within its cell"),
    "round": Column("integer", "from 1", "the round within its match"),
    "move": Column("text", "", "the subject's move by name; missing in a forfeit"),
    "move_index": Column("integer", "from 0", "the place of `move` in the game's order, which `moves` gives"),
    "reply": Column("text", "", "the opponent's reply by name; missing if the opponent forfeited"),
    "reply_index": Column("integer", "from 0", "the place of `reply` in the game's order of replies"),
    "outcome": Column("text", "", "win, tie or loss, for the subject"),
    "moves": Column("texts", "", "the subject's possible moves, in the order of `policy`"),
    "policy": Column(
        "floats", "probability", "the subject's policy, in the order of `moves`; missing if the subject has none"
    ),
    "determinism": Column("float", "probability", "the largest probability in `policy`"),
    "mass": Column("float", "probability", "what the raw distribution gave to legal moves, before renormalising"),
    "loose_mass": Column("float", "probability", "the same if any beginning of a move counts"),
    "answers_drawn": Column("integer", "answers", "how many answers the subject drew"),
    "invalid_answers": Column("integer", "answers", "how many of them were refused"),
    "forfeit": Column("boolean", "", "whether either of the two made no move"),
    "text": Column("text", "", "the last answer drawn: the one played, or in a forfeit the last one refused"),
    "prompt_sha256": Column("text", "hexadecimal", "the subject's prompt, in the file `prompts`; missing if none"),
}
# if any value is something else than a list of whole numbers, all are JSON texts (ANSWER_COLUMNS_JSON)
ANSWER_COLUMNS: Final[Columns] = {
    **_CELL,
    "subject": _SUBJECT,
    "task": Column("text", "", "what was asked for"),
    "temperature": Column("float", "", "the sampling temperature; missing where there is none"),
    "top_p": Column("float", "probability", "the sampling's top-p; missing where there is none"),
    "draw": Column("integer", "from 0", "the answer within its cell, in the order of the draws"),
    "valid": Column("boolean", "", "whether the answer was accepted"),
    "value": Column("integers", "from 0", "places in the task's values, in the order given; missing if not valid"),
    "text": Column("text", "", "the answer as it was drawn"),
    "ended": Column("text", "", "why the answer ended: move, mark, eos or length"),
}
ANSWER_COLUMNS_JSON: Final[Columns] = {
    **ANSWER_COLUMNS,
    "value": Column("text", "JSON", "the value as its experiment defines it; missing if not valid"),
}
PROMPT_COLUMNS: Final[Columns] = {
    **_RUN,
    "prompt_sha256": Column("text", "hexadecimal", "the SHA-256 of text, a zero byte and tokens"),
    "text": Column("text", "", "the prompt"),
    "tokens": Column("integers", "token ids", "the prompt as the model saw it, in its order"),
}
FINDING_COLUMNS: Final[Columns] = {
    **_CELL,
    "subject": _SUBJECT,
    "task": Column("text", "", "the task, or the game"),
    "name": Column("text", "", "what was found out"),
    "found": Column("text", "JSON", "the finding, an object as its experiment defines it"),
}
