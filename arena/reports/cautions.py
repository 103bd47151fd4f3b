"""Cautions for models that are shown side by side: a difference between them may have another cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from arena.reports.settings import Settings, model_of
from arena.store.rows import DIALLED

FAMILIES_NOTE: Final = (
    "These models are of different families: a difference between them is not the effect of alignment."
)
# the 28 points: docs/wording.md
WORDINGS_NOTE: Final = (
    "These models were asked in different wordings: a difference between them may be due to the wordings "
    "(in rock-paper-scissors, another wording alone moved the net of Gemma 3 270M by 28 points)."
)

DIALLED_NOTE: Final = (
    "A dialled share was turned by hand while the matches were played, and each round has its own: these rounds are no "
    "sample of any one share (the findings of `arena export` have each round's)."
)


def cautions(rows: Sequence[Settings], families: Mapping[str, str]) -> tuple[str, ...]:
    """The cautions for these rows. `families` is the result of `families_of` for their subjects."""
    said = []
    if len({families[row["subject"]] for row in rows if row.get("subject") in families}) > 1:
        said.append(FAMILIES_NOTE)
    if _wordings_differ(rows):
        said.append(WORDINGS_NOTE)
    if any(str(row.get("mixed") or "").startswith(DIALLED) for row in rows):
        said.append(DIALLED_NOTE)
    return tuple(said)


def _wordings_differ(rows: Sequence[Settings]) -> bool:
    """Whether two models were asked for the same thing in different words; formats may differ, as the paper's did."""
    asked: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        if row.get("wording"):
            asked.setdefault(row["game"], {}).setdefault(row["subject"], set()).add(row["wording"])
    return any(len({frozenset(words) for words in of_game.values()}) > 1 for of_game in asked.values())


def families_of(subjects: Iterable[str]) -> dict[str, str]:
    """The families of the subjects' models, where the catalog knows them."""
    models = {subject: model_of(subject) for subject in subjects}
    return {subject: model.family for subject, model in models.items() if model and model.family}
